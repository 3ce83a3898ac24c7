// SPDX-License-Identifier: Apache-2.0
// Byte-level BPE from a GGUF's vocabulary: the same token ids as llama.cpp gives with special-token parsing off.
// Text never becomes a control token: those are had by name only (see docs/tokenizer.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "characters.hpp"
#include "merges.hpp"
#include "pieces.hpp"
#include "vocabulary.hpp"
#include "words.hpp"

namespace inoculum {

/// Text to tokens and back. A value: independent of the file once loaded, const calls from any number of threads.
class bpe_tokenizer : public token_vocabulary {
 public:
  /// Reads `tokenizer.ggml.*` with the model `gpt2`. Errors: `not_found` (a key is missing), `unsupported` (another model, an
  /// unknown pre-tokenizer), `parse` (lengths, ids or merges that do not fit together).
  [[nodiscard]] static result<bpe_tokenizer> load(const gguf_file& file);

  /// The tokens of a text, never a control token among them. Any bytes are fine: invalid UTF-8 becomes U+FFFD, and bytes
  /// that the vocabulary lacks vanish (SmolLM2: six control characters and fifteen UTF-8 bytes), both as in llama.cpp.
  /// O(n log n) time, about 30 bytes of memory for each byte of the longest word.
  [[nodiscard]] std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> out;
    detail::word_merger word(merges_);
    literals().split(
        text, [&](std::string_view part) { encode_plain(part, word, out); }, [&](token_id id) { out.push_back(id); });
    return out;
  }

  /// The text of a run of tokens.
  [[nodiscard]] std::string decode(std::span<const token_id> ids) const {
    std::string out;
    for (const token_id id : ids) out += token_bytes(id);
    return out;
  }

 private:
  void encode_plain(std::string_view text, detail::word_merger& word, std::vector<token_id>& out) const;

  detail::pre_tokenizer words_ = detail::pre_tokenizer::gpt2;
  bool whole_words_ = false;                 // a word that is a token needs no merging ("ignore_merges")
  detail::piece_table pieces_{};             // for whole words only
  std::array<token_id, 256> byte_tokens_{};  // -1: the vocabulary lacks it
  detail::merge_table merges_{};
};

namespace detail {

/// GPT-2's byte alphabet: printable Latin-1 stands for itself, the other 68 bytes for U+0100 … U+0143.
[[nodiscard]] constexpr std::array<std::uint32_t, 256> byte_alphabet() noexcept {
  std::array<std::uint32_t, 256> code{};
  std::uint32_t next = 256;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool itself = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    code[b] = itself ? b : next++;
  }
  return code;
}

/// A token's text in the byte alphabet to the bytes it stands for; characters outside it are kept as they are.
inline void append_token_bytes(std::string_view text, std::string& out) {
  constexpr auto byte_of = [] {
    std::array<std::int16_t, 0x144> table{};
    for (auto& b : table) b = -1;
    constexpr auto alphabet = byte_alphabet();
    for (std::size_t b = 0; b < alphabet.size(); ++b) table[alphabet[b]] = static_cast<std::int16_t>(b);
    return table;
  }();
  std::vector<std::uint32_t> codes;
  decode_utf8(text, codes);
  for (const std::uint32_t code : codes) {
    if (code < byte_of.size() && byte_of[code] >= 0) {
      out += static_cast<char>(byte_of[code]);
    } else {
      std::array<unsigned char, 4> raw{};
      const std::size_t n = encode_utf8(code, raw);
      for (std::size_t i = 0; i < n; ++i) out += static_cast<char>(raw[i]);
    }
  }
}

/// One byte in that alphabet.
inline void append_byte_character(unsigned char value, std::string& out) {
  static constexpr auto alphabet = byte_alphabet();
  std::array<unsigned char, 4> raw{};
  const std::size_t n = encode_utf8(alphabet[value], raw);
  for (std::size_t i = 0; i < n; ++i) out += static_cast<char>(raw[i]);
}

}  // namespace detail

inline result<bpe_tokenizer> bpe_tokenizer::load(const gguf_file& file) {
  const auto model = file.require_text("tokenizer.ggml.model");
  if (!model) return model.error();
  if (*model != "gpt2") {
    return failure{errc::unsupported, "tokenizer.ggml.model " + detail::quoted(*model) + " is not byte-level BPE (gpt2 is)", file.source()};
  }
  const auto pre = file.require_text("tokenizer.ggml.pre");
  if (!pre) return pre.error();
  const auto known = detail::pre_tokenizer_named(*pre);
  if (!known) {
    return failure{errc::unsupported,
                   "tokenizer.ggml.pre " + detail::quoted(*pre) + " is not supported (gpt-2, smollm, llama-bpe, qwen2 and their like are)",
                   file.source()};
  }
  const auto rules = file.require_texts("tokenizer.ggml.merges");
  if (!rules) return rules.error();
  if (rules->size() >= std::numeric_limits<std::uint32_t>::max()) {
    return failure{errc::parse, "tokenizer.ggml.merges has " + std::to_string(rules->size()) + " rules, too many", file.source()};
  }

  bpe_tokenizer out;
  out.words_ = known->splitter;
  out.whole_words_ = known->whole_words;
  std::vector<std::string_view> texts;
  const auto write = [](std::string_view text, std::int64_t type, std::string& bytes) {
    if (type == normal) detail::append_token_bytes(text, bytes);
    else bytes += text;
    return true;
  };
  if (auto done = out.read(file, {.adds_bos = known->adds_bos}, texts, write); !done) return done.error();

  detail::piece_table index;
  if (!index.build(texts, [](token_id) { return true; })) {
    return failure{errc::parse, "tokenizer.ggml.tokens: the texts collide with too many others", file.source()};
  }
  for (std::size_t b = 0; b < out.byte_tokens_.size(); ++b) {
    std::string character;
    detail::append_byte_character(static_cast<unsigned char>(b), character);
    const token_id id = index.find(character);
    out.byte_tokens_[b] = out.is_control(id) ? -1 : id;
  }

  out.merges_ = detail::merge_table(rules->size());
  std::uint32_t rank = 0;
  std::string joined;
  for (const std::string_view rule : *rules) {
    const auto bad = [&](const char* why) {
      return failure{errc::parse, "tokenizer.ggml.merges: merge " + std::to_string(rank) + " " + detail::quoted(rule) + " " + why,
                     file.source()};
    };
    const std::size_t space = rule.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == rule.size()) return bad("is not two parts with a space between");
    joined.assign(rule.substr(0, space)).append(rule.substr(space + 1));
    const token_id left = index.find(rule.substr(0, space)), right = index.find(rule.substr(space + 1)), result = index.find(joined);
    if (left < 0 || right < 0 || result < 0) return bad("has a part or a result that is no token");
    if (out.is_control(result)) return bad("makes a control token");
    if (!out.merges_.insert(left, right, {rank, result})) return bad("collides with too many others");
    ++rank;
  }
  // Built a second time, since a whole word may be anything but a control token. It cannot collide more.
  if (out.whole_words_ && !out.pieces_.build(texts, [&](token_id id) { return !out.is_control(id); })) {
    return failure{errc::parse, "tokenizer.ggml.tokens: the texts collide with too many others", file.source()};
  }
  return out;
}

inline void bpe_tokenizer::encode_plain(std::string_view text, detail::word_merger& word, std::vector<token_id>& out) const {
  const auto all = detail::characters(text);
  std::string whole;
  detail::split_words(words_, std::span(all), [&](std::span<const detail::character> characters) {
    whole.clear();
    for (const detail::character c : characters) {
      std::array<unsigned char, 4> raw{};
      const std::size_t n = detail::encode_utf8(c.code, raw);
      for (std::size_t i = 0; i < n; ++i) {
        word.symbols.push_back(byte_tokens_[raw[i]]);
        if (whole_words_) detail::append_byte_character(raw[i], whole);
      }
    }
    if (const token_id id = whole_words_ ? pieces_.find(whole) : -1; id >= 0) {
      word.symbols.clear();
      out.push_back(id);
    } else {
      word.merge(out);
    }
  });
}

}  // namespace inoculum
