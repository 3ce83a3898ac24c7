// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a GGUF, whichever of the supported kinds it is. What the engine holds.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "bpe.hpp"
#include "sentencepiece.hpp"
#include "vocabulary.hpp"

namespace inoculum {

/// Text to tokens and back. A value: independent of the file once loaded, const calls from any number of threads.
class tokenizer {
 public:
  /// By `tokenizer.ggml.model`: `gpt2` is byte-level BPE, `llama` SentencePiece. Errors: those of these two; `unsupported`
  /// names any other.
  [[nodiscard]] static result<tokenizer> load(const gguf_file& file) {
    const auto model = file.require_text("tokenizer.ggml.model");
    if (!model) return model.error();
    if (*model == "gpt2") return of(bpe_tokenizer::load(file));
    if (*model == "llama") return of(sentencepiece_tokenizer::load(file));
    return failure{errc::unsupported, "tokenizer.ggml.model " + detail::quoted(*model) + " is not supported (gpt2 and llama are)",
                   file.source()};
  }

  /// The tokens of a text, any bytes, never a control token among them.
  [[nodiscard]] std::vector<token_id> encode(std::string_view text) const {
    const auto* bpe = std::get_if<bpe_tokenizer>(&kind_);
    return bpe != nullptr ? bpe->encode(text) : pieces().encode(text);
  }
  /// The text of a run of tokens that begins a text.
  [[nodiscard]] std::string decode(std::span<const token_id> ids) const {
    const auto* bpe = std::get_if<bpe_tokenizer>(&kind_);
    return bpe != nullptr ? bpe->decode(ids) : pieces().decode(ids);
  }

  /// What does not depend on the kind, see `token_vocabulary`.
  [[nodiscard]] std::optional<token_id> control_token(std::string_view text) const { return vocabulary().control_token(text); }
  [[nodiscard]] std::string_view control_text(token_id id) const { return vocabulary().control_text(id); }
  [[nodiscard]] bool is_control(token_id id) const noexcept { return vocabulary().is_control(id); }
  [[nodiscard]] std::string_view token_bytes(token_id id) const noexcept { return vocabulary().token_bytes(id); }
  [[nodiscard]] std::size_t size() const noexcept { return vocabulary().size(); }
  [[nodiscard]] std::optional<token_id> bos() const noexcept { return vocabulary().bos(); }
  [[nodiscard]] std::optional<token_id> eos() const noexcept { return vocabulary().eos(); }
  [[nodiscard]] bool adds_bos() const noexcept { return vocabulary().adds_bos(); }

 private:
  template <class Kind>
  explicit tokenizer(Kind kind) : kind_(std::move(kind)) {}
  template <class Kind>
  [[nodiscard]] static result<tokenizer> of(result<Kind> loaded) {
    if (!loaded) return std::move(loaded).error();
    return tokenizer(std::move(*loaded));
  }
  [[nodiscard]] const sentencepiece_tokenizer& pieces() const noexcept { return *std::get_if<sentencepiece_tokenizer>(&kind_); }
  [[nodiscard]] const token_vocabulary& vocabulary() const noexcept {
    const auto* bpe = std::get_if<bpe_tokenizer>(&kind_);
    return bpe != nullptr ? static_cast<const token_vocabulary&>(*bpe) : pieces();
  }

  std::variant<bpe_tokenizer, sentencepiece_tokenizer> kind_;
};

}  // namespace inoculum
