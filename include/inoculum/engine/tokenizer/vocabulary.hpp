// SPDX-License-Identifier: Apache-2.0
// What every tokenizer reads from a GGUF: the tokens, their kinds, the special ids; and which tokens text may never become.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "pieces.hpp"

namespace inoculum {

/// The part of a tokenizer that does not depend on how it splits text. A value, independent of the file once loaded.
class token_vocabulary {
 public:
  /// A control token by its exact text, "<|im_end|>".
  [[nodiscard]] std::optional<token_id> control_token(std::string_view text) const {
    const auto at =
        std::lower_bound(controls_.begin(), controls_.end(), text, [](const auto& c, std::string_view t) { return c.first < t; });
    return at != controls_.end() && at->first == text ? std::optional(at->second) : std::nullopt;
  }
  /// The text of a control token; empty for others.
  [[nodiscard]] std::string_view control_text(token_id id) const {
    const auto at = std::find_if(controls_.begin(), controls_.end(), [&](const auto& c) { return c.second == id; });
    return at != controls_.end() ? std::string_view(at->first) : std::string_view();
  }
  [[nodiscard]] bool is_control(token_id id) const noexcept { return in_range(id) && control_[static_cast<std::size_t>(id)]; }

  /// What a token adds to a text; a character may be spread over several. Empty for control tokens and ids out of range.
  [[nodiscard]] std::string_view token_bytes(token_id id) const noexcept {
    if (!in_range(id) || is_control(id)) return {};
    const auto i = static_cast<std::size_t>(id);
    return std::string_view(bytes_).substr(starts_[i], starts_[i + 1] - starts_[i]);
  }

  [[nodiscard]] std::size_t size() const noexcept { return control_.size(); }
  [[nodiscard]] std::optional<token_id> bos() const noexcept { return bos_; }
  [[nodiscard]] std::optional<token_id> eos() const noexcept { return eos_; }
  /// Whether the model wants `bos` in front of a conversation whose template does not write it.
  [[nodiscard]] bool adds_bos() const noexcept { return adds_bos_; }

 protected:
  token_vocabulary() = default;

  // Kinds of tokens, numbered as in the format.
  enum kind : std::int64_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

  /// What a family of tokenizers takes for granted where the file is silent.
  struct habits {
    bool adds_bos = false;
    token_id bos = -1, eos = -1;  ///< if these are control tokens
    bool spells_normal = false;   ///< text can spell any normal token, so one that is named like a control token becomes one
  };

  /// Reads the file. `write(text, kind, out)` appends what a token stands for, false when it cannot. `texts` gets the tokens'
  /// texts, which point into the file.
  template <class Write>
  [[nodiscard]] result<void> read(const gguf_file& file, const habits& usual, std::vector<std::string_view>& texts, Write&& write);

  [[nodiscard]] bool in_range(token_id id) const noexcept { return id >= 0 && static_cast<std::size_t>(id) < size(); }
  [[nodiscard]] const detail::literal_finder& literals() const noexcept { return literals_; }

 private:
  std::string bytes_{};                // all tokens' bytes, one after the other
  std::vector<std::size_t> starts_{};  // size() + 1 offsets into bytes_
  std::vector<bool> control_{};
  std::vector<std::pair<std::string, token_id>> controls_{};  // sorted by text
  detail::literal_finder literals_{};                         // user-defined tokens
  std::optional<token_id> bos_{}, eos_{};
  bool adds_bos_ = false;
};

namespace detail {

/// Whether a token that is not declared as control is written like one. Some converters mark turn markers as user-defined,
/// which llama.cpp finds in any text. We do not let text say that.
[[nodiscard]] inline bool looks_like_control(std::string_view text) noexcept {
  if (text.size() > 4 && text.starts_with("<|") && text.ends_with("|>")) return true;
  if (text.size() > 8 && text.starts_with("<\xef\xbd\x9c") && text.ends_with("\xef\xbd\x9c>")) return true;  // DeepSeek's wide bars
  // A tag like "<b>" is text and stays so ("<s>" too: it begins a sequence only where it is declared to).
  constexpr std::string_view names[] = {"</s>",
                                        "<bos>",
                                        "<eos>",
                                        "<pad>",
                                        "<unk>",
                                        "<start_of_turn>",
                                        "<end_of_turn>",
                                        "<start_of_image>",
                                        "<end_of_image>",
                                        "<image_soft_token>",
                                        "<image>",
                                        "<turn|>",
                                        "<|turn>",
                                        "<end_of_utterance>",
                                        "<EOT>",
                                        "_<EOT>",
                                        "[EOT]",
                                        "[EOS]",
                                        "[BOS]",
                                        "[PAD]",
                                        "<PAD>",
                                        "[INST]",
                                        "[/INST]",
                                        "<<SYS>>",
                                        "<</SYS>>",
                                        "[SYSTEM_PROMPT]",
                                        "[/SYSTEM_PROMPT]",
                                        "[AVAILABLE_TOOLS]",
                                        "[/AVAILABLE_TOOLS]",
                                        "[TOOL_CALLS]",
                                        "[TOOL_RESULTS]",
                                        "[/TOOL_RESULTS]",
                                        "[IMG]",
                                        "[IMG_END]",
                                        "[IMG_BREAK]",
                                        "<|tool_response>",
                                        "[e~["};
  return std::find(std::begin(names), std::end(names), text) != std::end(names);
}

}  // namespace detail

template <class Write>
result<void> token_vocabulary::read(const gguf_file& file, const habits& usual, std::vector<std::string_view>& texts, Write&& write) {
  const auto tokens = file.require_texts("tokenizer.ggml.tokens");
  if (!tokens) return tokens.error();
  // Optional in the format, but without it nobody can tell control tokens from text.
  const auto kinds = file.integers("tokenizer.ggml.token_type");
  if (!kinds) return failure{errc::not_found, "missing key \"tokenizer.ggml.token_type\" (an array of integers)", file.source()};
  const std::size_t n = tokens->size();
  if (n == 0 || n > static_cast<std::size_t>(std::numeric_limits<token_id>::max()) || kinds->size() != n) {
    return failure{errc::parse,
                   "tokenizer.ggml.tokens has " + std::to_string(n) + " tokens and tokenizer.ggml.token_type " +
                       std::to_string(kinds->size()) + " kinds: they do not fit together",
                   file.source()};
  }
  texts = tokens->list();

  control_.resize(n);
  const auto declared = [&](const char* key, std::optional<token_id>& id) -> result<void> {
    const auto value = file.number(key);
    if (!value) return {};
    if (*value >= n)
      return failure{errc::parse, std::string(key) + " " + std::to_string(*value) + " is past the vocabulary's end", file.source()};
    id = static_cast<token_id>(*value);
    control_[static_cast<std::size_t>(*value)] = true;  // ends or begins a turn, whatever its declared type
    return {};
  };
  std::optional<token_id> end_of_turn, end_of_message;
  if (auto done = declared("tokenizer.ggml.bos_token_id", bos_); !done) return done.error();
  if (auto done = declared("tokenizer.ggml.eos_token_id", eos_); !done) return done.error();
  if (auto done = declared("tokenizer.ggml.eot_token_id", end_of_turn); !done) return done.error();
  if (auto done = declared("tokenizer.ggml.eom_token_id", end_of_message); !done) return done.error();
  adds_bos_ = file.flag("tokenizer.ggml.add_bos_token").value_or(usual.adds_bos);

  starts_.reserve(n + 1);
  starts_.push_back(0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto id = static_cast<token_id>(i);
    const std::string_view text = texts[i];
    const std::int64_t type = (*kinds)[i];
    const bool by_name = type == user_defined ? detail::looks_like_control(text) || (text == "<s>" && !bos_)
                                              : usual.spells_normal && type != byte && detail::looks_like_control(text);
    if (type == control || type == unknown || by_name) control_[i] = true;
    if (control_[i]) {
      controls_.emplace_back(text, id);
    } else if (type == user_defined && !text.empty()) {
      if (text.size() > detail::literal_finder::longest_literal) {
        return failure{errc::unsupported,
                       "tokenizer.ggml.tokens: token " + std::to_string(i) + " is user-defined and has " + std::to_string(text.size()) +
                           " bytes, the most is " + std::to_string(detail::literal_finder::longest_literal),
                       file.source()};
      }
      literals_.add(text, id);
    }
    if (!write(text, type, bytes_)) {
      return failure{errc::parse,
                     "tokenizer.ggml.tokens: token " + std::to_string(i) + " " + detail::quoted(text) +
                         " is marked as a byte and not written <0x00> … <0xFF>",
                     file.source()};
    }
    starts_.push_back(bytes_.size());
  }
  std::stable_sort(controls_.begin(), controls_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  literals_.finish();
  if (!bos_ && is_control(usual.bos)) bos_ = usual.bos;
  if (!eos_ && is_control(usual.eos)) eos_ = usual.eos;
  return {};
}

}  // namespace inoculum
