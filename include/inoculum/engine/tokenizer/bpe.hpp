// SPDX-License-Identifier: Apache-2.0
// Byte-level BPE from a GGUF's vocabulary: the same token ids as llama.cpp gives with special-token parsing off.
// Text never becomes a control token: those are had by name only (see docs/tokenizer.md).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../../core/rng.hpp"
#include "../gguf/gguf.hpp"
#include "characters.hpp"
#include "merges.hpp"
#include "words.hpp"

namespace inoculum {

/// Text to tokens and back. A value: independent of the file once loaded, const calls from any number of threads.
class bpe_tokenizer {
 public:
  /// Reads `tokenizer.ggml.*`. Errors: `not_found` (a key is missing), `unsupported` (another model or pre-tokenizer than
  /// gpt2 with smollm), `parse` (lengths, ids or merges that do not fit together).
  [[nodiscard]] static result<bpe_tokenizer> load(const gguf_file& file);

  /// The tokens of a text, never a control token among them. Any bytes are fine: invalid UTF-8 becomes U+FFFD, and bytes
  /// that the vocabulary lacks vanish (SmolLM2: six control characters and fifteen UTF-8 bytes), both as in llama.cpp.
  /// O(n log n) time, about 30 bytes of memory for each byte of the longest word.
  [[nodiscard]] std::vector<token_id> encode(std::string_view text) const;

  /// A control token by its exact text, "<|im_end|>".
  [[nodiscard]] std::optional<token_id> control_token(std::string_view text) const {
    const auto at =
        std::lower_bound(controls_.begin(), controls_.end(), text, [](const auto& c, std::string_view t) { return c.first < t; });
    return at != controls_.end() && at->first == text ? std::optional(at->second) : std::nullopt;
  }
  [[nodiscard]] bool is_control(token_id id) const noexcept { return in_range(id) && control_[static_cast<std::size_t>(id)]; }

  /// What a token adds to a text; a character may be spread over several. Empty for control tokens and ids out of range.
  [[nodiscard]] std::string_view token_bytes(token_id id) const noexcept {
    return in_range(id) && !is_control(id) ? stored(static_cast<std::size_t>(id)) : std::string_view();
  }
  /// The same for a run of tokens.
  [[nodiscard]] std::string decode(std::span<const token_id> ids) const {
    std::string out;
    for (const token_id id : ids) out += token_bytes(id);
    return out;
  }

  [[nodiscard]] std::size_t size() const noexcept { return control_.size(); }
  [[nodiscard]] std::optional<token_id> bos() const noexcept { return bos_; }
  [[nodiscard]] std::optional<token_id> eos() const noexcept { return eos_; }
  /// Whether the model wants `bos` in front of a conversation whose template does not write it.
  [[nodiscard]] bool adds_bos() const noexcept { return adds_bos_; }

 private:
  // Kinds of tokens, numbered as in the format.
  enum kind : std::int64_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

  [[nodiscard]] bool in_range(token_id id) const noexcept { return id >= 0 && static_cast<std::size_t>(id) < size(); }
  [[nodiscard]] std::string_view stored(std::size_t id) const noexcept {
    return std::string_view(bytes_).substr(starts_[id], starts_[id + 1] - starts_[id]);
  }
  void encode_plain(std::string_view text, detail::word_merger& word, std::vector<token_id>& out) const;

  std::string bytes_{};                // all tokens' bytes, one after the other
  std::vector<std::size_t> starts_{};  // size() + 1 offsets into bytes_
  std::vector<bool> control_{};
  std::vector<std::pair<std::string, token_id>> controls_{};      // sorted by text
  std::vector<std::pair<std::string, token_id>> user_defined_{};  // longest first
  std::array<token_id, 256> byte_tokens_{};                       // -1: the vocabulary lacks it
  detail::merge_table merges_{};
  std::optional<token_id> bos_{}, eos_{};
  bool adds_bos_ = false;
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

/// Ids by text, to look texts up while loading. Open addressing like `merge_table`, and for the same reason it refuses texts
/// that were crafted to collide; 49,152 tokens and 48,900 merges load several times faster than by binary search.
class token_index {
 public:
  /// False when texts collide.
  [[nodiscard]] bool build(std::vector<std::string_view> texts) {
    texts_ = std::move(texts);
    slots_.assign(std::bit_ceil(2 * texts_.size()), token_id{-1});
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      std::size_t at = home(texts_[i]);
      int probes = 0;
      while (slots_[at] >= 0 && text(slots_[at]) != texts_[i]) {
        if (++probes == 256) return false;
        at = (at + 1) & (slots_.size() - 1);
      }
      slots_[at] = static_cast<token_id>(i);  // the last of equal texts counts, as in llama.cpp
    }
    return true;
  }
  [[nodiscard]] std::string_view text(token_id id) const { return texts_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] token_id find(std::string_view wanted) const {  // -1: none
    std::size_t at = home(wanted);
    while (slots_[at] >= 0 && text(slots_[at]) != wanted) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

 private:
  [[nodiscard]] std::size_t home(std::string_view t) const noexcept {
    return static_cast<std::size_t>((hash_bytes(t) * 0x9e3779b97f4a7c15u) >> 32) & (slots_.size() - 1);
  }
  std::vector<std::string_view> texts_{};
  std::vector<token_id> slots_{};
};

}  // namespace detail

inline result<bpe_tokenizer> bpe_tokenizer::load(const gguf_file& file) {
  const auto model = file.require_text("tokenizer.ggml.model");
  if (!model) return model.error();
  if (*model != "gpt2") {
    return failure{errc::unsupported, "tokenizer.ggml.model " + detail::quoted(*model) + " is not supported (gpt2 is)", file.source()};
  }
  const auto pre = file.require_text("tokenizer.ggml.pre");
  if (!pre) return pre.error();
  if (*pre != "smollm") {
    return failure{errc::unsupported, "tokenizer.ggml.pre " + detail::quoted(*pre) + " is not supported (smollm is)", file.source()};
  }
  const auto tokens = file.require_texts("tokenizer.ggml.tokens");
  if (!tokens) return tokens.error();
  const auto rules = file.require_texts("tokenizer.ggml.merges");
  if (!rules) return rules.error();
  // Optional in the format, but without it nobody can tell control tokens from text.
  const auto kinds = file.integers("tokenizer.ggml.token_type");
  if (!kinds) return failure{errc::not_found, "missing key \"tokenizer.ggml.token_type\" (an array of integers)", file.source()};
  const auto n = tokens->size();
  if (n == 0 || n > std::numeric_limits<token_id>::max() || kinds->size() != n ||
      rules->size() >= std::numeric_limits<std::uint32_t>::max()) {
    return failure{errc::parse,
                   "tokenizer: " + std::to_string(n) + " tokens with " + std::to_string(kinds->size()) + " types and " +
                       std::to_string(rules->size()) + " merges do not fit together",
                   file.source()};
  }

  bpe_tokenizer out;
  out.control_.resize(n);
  const auto declared = [&](const char* key, std::optional<token_id>& id) -> result<void> {
    const auto value = file.number(key);
    if (!value) return {};
    if (*value >= n)
      return failure{errc::parse, std::string(key) + " " + std::to_string(*value) + " is past the vocabulary's end", file.source()};
    id = static_cast<token_id>(*value);
    out.control_[static_cast<std::size_t>(*value)] = true;  // ends or begins a turn, whatever its declared type
    return {};
  };
  std::optional<token_id> eot;
  if (auto done = declared("tokenizer.ggml.bos_token_id", out.bos_); !done) return done.error();
  if (auto done = declared("tokenizer.ggml.eos_token_id", out.eos_); !done) return done.error();
  if (auto done = declared("tokenizer.ggml.eot_token_id", eot); !done) return done.error();
  out.adds_bos_ = file.flag("tokenizer.ggml.add_bos_token").value_or(false);

  detail::token_index index;
  if (!index.build(tokens->list())) return failure{errc::parse, "tokenizer: the tokens' texts collide with too many others", file.source()};
  out.starts_.reserve(n + 1);
  out.starts_.push_back(0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto id = static_cast<token_id>(i);
    const std::string_view text = index.text(id);
    const std::int64_t type = (*kinds)[i];
    // Some converters mark "<|…|>" as user-defined, which llama.cpp finds in any text. We do not let text say that.
    const bool looks_control = text.size() > 4 && text.starts_with("<|") && text.ends_with("|>");
    if (type == control || type == unknown || (type == user_defined && looks_control)) out.control_[i] = true;
    if (out.control_[i]) out.controls_.emplace_back(text, id);
    else if (type == user_defined && !text.empty()) out.user_defined_.emplace_back(text, id);
    if (type == normal) detail::append_token_bytes(text, out.bytes_);
    else out.bytes_ += text;
    out.starts_.push_back(out.bytes_.size());
  }
  std::stable_sort(out.controls_.begin(), out.controls_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::stable_sort(out.user_defined_.begin(), out.user_defined_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });

  constexpr auto alphabet = detail::byte_alphabet();
  for (std::size_t b = 0; b < alphabet.size(); ++b) {
    std::array<unsigned char, 4> raw{};
    const std::size_t length = detail::encode_utf8(alphabet[b], raw);
    const token_id id = index.find({reinterpret_cast<const char*>(raw.data()), length});
    out.byte_tokens_[b] = out.is_control(id) ? -1 : id;
  }

  out.merges_ = detail::merge_table(rules->size());
  std::uint32_t rank = 0;
  std::string joined;
  for (const std::string_view rule : *rules) {
    const auto bad = [&](const char* why) {
      return failure{errc::parse, "tokenizer: merge " + std::to_string(rank) + " " + detail::quoted(rule) + " " + why, file.source()};
    };
    const std::size_t space = rule.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == rule.size()) return bad("is not two parts with a space between");
    joined.assign(rule.substr(0, space)).append(rule.substr(space + 1));
    const token_id left = index.find(rule.substr(0, space)), right = index.find(rule.substr(space + 1)), merged = index.find(joined);
    if (left < 0 || right < 0 || merged < 0) return bad("has a part or a result that is no token");
    if (out.is_control(merged)) return bad("makes a control token");
    if (!out.merges_.insert(left, right, {rank, merged})) return bad("collides with too many others");
    ++rank;
  }
  return out;
}

inline void bpe_tokenizer::encode_plain(std::string_view text, detail::word_merger& word, std::vector<token_id>& out) const {
  const auto all = detail::characters(text);
  detail::split_smollm(std::span(all), [&](std::span<const detail::character> characters) {
    for (const detail::character c : characters) {
      std::array<unsigned char, 4> raw{};
      const std::size_t n = detail::encode_utf8(c.code, raw);
      for (std::size_t i = 0; i < n; ++i) word.symbols.push_back(byte_tokens_[raw[i]]);
    }
    word.merge(out);
  });
}

inline std::vector<token_id> bpe_tokenizer::encode(std::string_view text) const {
  std::vector<token_id> out;
  detail::word_merger word(merges_);
  if (user_defined_.empty()) {
    encode_plain(text, word, out);
    return out;
  }
  // User-defined tokens are found before anything else, the longest kind first, as in llama.cpp.
  struct piece {
    std::string_view text;
    token_id id;  // -1: still text
  };
  std::vector<piece> pieces{{text, -1}}, next;
  for (const auto& [token, id] : user_defined_) {
    next.clear();
    for (piece p : pieces) {
      for (std::size_t at; p.id < 0 && (at = p.text.find(token)) != std::string_view::npos; p.text.remove_prefix(at + token.size())) {
        if (at != 0) next.push_back({p.text.substr(0, at), -1});
        next.push_back({token, id});
      }
      if (p.id >= 0 || !p.text.empty()) next.push_back(p);
    }
    pieces.swap(next);
  }
  for (const piece& p : pieces) {
    if (p.id >= 0) out.push_back(p.id);
    else encode_plain(p.text, word, out);
  }
  return out;
}

}  // namespace inoculum
