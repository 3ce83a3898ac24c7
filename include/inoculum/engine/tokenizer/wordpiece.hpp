// SPDX-License-Identifier: Apache-2.0
// WordPiece as uncased BERT models use it (Devlin and others, 2018), from a vocab.txt. Third party: utf8proc.
// Text never becomes a control token: "[SEP]" in a query is four plain pieces. Hugging Face's tokenizers, which look for
// control tokens in any text, differ in this on purpose.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../../io/file.hpp"
#include "characters.hpp"

namespace inoculum {

/// Text to tokens. A value: const calls from any number of threads.
class wordpiece_tokenizer {
 public:
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t most_vocabulary_bytes = std::size_t{16} << 20;
  static constexpr std::size_t longest_word = 100;  ///< characters; a longer word is [UNK], as in BERT

  /// Errors: `not_found`, `io`, `too_large`, and those of `parse`.
  [[nodiscard]] static result<wordpiece_tokenizer> load(const std::string& path) {
    const auto text = read_file(path, most_vocabulary_bytes);
    if (!text) return text.error();
    return parse(*text, path);
  }
  /// One token a line, its id the line's number from 0. Errors: `parse` (an empty line, a token that is there twice, no [UNK],
  /// [CLS] or [SEP]); `where` is "source:line".
  [[nodiscard]] static result<wordpiece_tokenizer> parse(std::string_view vocabulary, const std::string& source = "vocab.txt");

  /// The first `most` tokens of a text, without [CLS] and [SEP]; never a control token but [UNK] among them. Any bytes are
  /// fine: invalid UTF-8 is left out. O(n) time.
  [[nodiscard]] std::vector<token_id> encode(std::string_view text, std::size_t most = no_limit) const;

  [[nodiscard]] token_id cls() const noexcept { return cls_; }
  [[nodiscard]] token_id sep() const noexcept { return sep_; }
  [[nodiscard]] token_id unknown() const noexcept { return unknown_; }
  [[nodiscard]] std::size_t size() const noexcept { return starts_.size() - 1; }
  /// As in the vocabulary, "##ing"; empty for ids out of range.
  [[nodiscard]] std::string_view token_text(token_id id) const noexcept {
    if (id < 0 || static_cast<std::size_t>(id) >= size()) return {};
    const auto i = static_cast<std::size_t>(id);
    return std::string_view(bytes_).substr(starts_[i], starts_[i + 1] - starts_[i]);
  }

 private:
  /// Pieces for one position in a word, sorted by text; a search costs the same for hostile vocabularies, unlike a hash's.
  struct piece_list {
    std::size_t skipped = 0;  // bytes of "##" before the text that counts
    std::vector<token_id> sorted{};
    std::size_t longest = 0;  // bytes
  };
  class splitter;

  [[nodiscard]] std::string_view piece(const piece_list& list, token_id id) const noexcept { return token_text(id).substr(list.skipped); }
  [[nodiscard]] token_id find(const piece_list& list, std::string_view text) const noexcept {  // -1: none
    const auto at = std::lower_bound(list.sorted.begin(), list.sorted.end(), text,
                                     [&](token_id id, std::string_view t) { return piece(list, id) < t; });
    return at != list.sorted.end() && piece(list, *at) == text ? *at : token_id{-1};
  }

  std::string bytes_{};                // all tokens, one after the other
  std::vector<std::size_t> starts_{};  // size() + 1 offsets into bytes_
  piece_list first_{};                 // pieces that begin a word
  piece_list rest_{2, {}, 0};          // "##" pieces
  token_id cls_ = -1, sep_ = -1, unknown_ = -1;
};

inline result<wordpiece_tokenizer> wordpiece_tokenizer::parse(std::string_view vocabulary, const std::string& source) {
  const auto bad = [&](std::string message, std::size_t id) {
    return failure{errc::parse, std::move(message), source + ":" + std::to_string(id + 1)};
  };
  wordpiece_tokenizer out;
  out.starts_.push_back(0);
  while (!vocabulary.empty()) {
    const std::size_t end = vocabulary.find('\n');
    std::string_view token = vocabulary.substr(0, end);
    vocabulary.remove_prefix(end == std::string_view::npos ? vocabulary.size() : end + 1);
    if (token.ends_with('\r')) token.remove_suffix(1);
    const std::size_t index = out.size();
    const auto id = static_cast<token_id>(index);
    if (token.empty()) return bad("an empty token", index);
    out.bytes_ += token;
    out.starts_.push_back(out.bytes_.size());
    // Control tokens are in no list, so no text finds them.
    token_id* control = token == "[CLS]" ? &out.cls_ : token == "[SEP]" ? &out.sep_ : token == "[UNK]" ? &out.unknown_ : nullptr;
    if (control != nullptr) {
      if (*control >= 0) return bad("the token " + detail::in_quotes(token) + " is there twice", index);
      *control = id;
    } else if (token != "[PAD]" && token != "[MASK]") {
      piece_list& list = token.size() > 2 && token.starts_with("##") ? out.rest_ : out.first_;
      list.sorted.push_back(id);
      list.longest = std::max(list.longest, token.size() - list.skipped);
    }
  }
  for (piece_list* list : {&out.first_, &out.rest_}) {
    auto& ids = list->sorted;
    std::sort(ids.begin(), ids.end(), [&](token_id a, token_id b) {
      const auto x = out.piece(*list, a), y = out.piece(*list, b);
      return x != y ? x < y : a < b;
    });
    const auto twice =
        std::adjacent_find(ids.begin(), ids.end(), [&](token_id a, token_id b) { return out.piece(*list, a) == out.piece(*list, b); });
    if (twice != ids.end()) {
      return bad("the token " + detail::in_quotes(out.token_text(*twice)) + " is there twice", static_cast<std::size_t>(*(twice + 1)));
    }
  }
  for (const auto& [id, name] : {std::pair{out.cls_, "[CLS]"}, std::pair{out.sep_, "[SEP]"}, std::pair{out.unknown_, "[UNK]"}}) {
    if (id < 0) return failure{errc::parse, std::string("the vocabulary has no ") + name, source};
  }
  return out;
}

/// Characters in, pieces out: BERT's cleaning, accents, case and words, in one pass.
class wordpiece_tokenizer::splitter {
 public:
  splitter(const wordpiece_tokenizer& t, std::vector<token_id>& out) : t_(t), out_(out) {}

  void add(std::uint32_t code) {
    if (code < 0x80) return add_plain(code);
    if (code == 0xfffd) return;
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
    if (is_removed(category)) return;
    if (is_space(category)) return end_word();
    if (is_cjk(code)) end_word();
    std::array<utf8proc_int32_t, 16> parts{};  // the longest canonical decomposition has four
    int boundary = 0;
    const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
    // NFD would now sort marks by their class. What remains after the accents are gone and could move is a handful of tone
    // marks and musical signs that no BERT vocabulary has: their word is [UNK] in any order.
    for (utf8proc_ssize_t i = 0; i < n && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
      const utf8proc_int32_t part = parts[static_cast<std::size_t>(i)];
      const auto kind = utf8proc_category(part);
      if (kind == UTF8PROC_CATEGORY_MN) continue;
      const auto lower = static_cast<std::uint32_t>(utf8proc_tolower(part));
      if (lower < 0x80) add_plain(lower);
      else if (is_punctuation(kind)) add_alone(lower);
      else add_letter(lower);
    }
    if (is_cjk(code)) end_word();
  }

  void end_word() {
    if (length_ == 0) return;
    if (length_ > longest_word || !cut()) out_.push_back(t_.unknown_);
    length_ = 0;
    word_.clear();
  }

 private:
  static bool is_removed(utf8proc_category_t c) noexcept {
    return c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF || c == UTF8PROC_CATEGORY_CS || c == UTF8PROC_CATEGORY_CO;
  }
  static bool is_space(utf8proc_category_t c) noexcept { return c >= UTF8PROC_CATEGORY_ZS && c <= UTF8PROC_CATEGORY_ZP; }
  static bool is_punctuation(utf8proc_category_t c) noexcept { return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO; }
  /// The ideographs that BERT sets apart, each a word.
  static bool is_cjk(std::uint32_t c) noexcept {
    const auto within = [c](std::uint32_t low, std::uint32_t high) { return c - low <= high - low; };
    return within(0x4e00, 0x9fff) || within(0x3400, 0x4dbf) || within(0xf900, 0xfaff) || within(0x20000, 0x2a6df) ||
           within(0x2a700, 0x2b73f) || within(0x2b740, 0x2b81f) || within(0x2b820, 0x2ceaf) || within(0x2f800, 0x2fa1f);
  }

  void add_plain(std::uint32_t c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') end_word();
    else if (c < 0x20 || c == 0x7f) return;
    else if (c >= 'A' && c <= 'Z') add_letter(c + ('a' - 'A'));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) add_letter(c);
    else add_alone(c);
  }
  void add_alone(std::uint32_t c) {
    end_word();
    add_letter(c);
    end_word();
  }
  void add_letter(std::uint32_t c) {
    if (++length_ > longest_word) return;  // [UNK] already; a megabyte of letters is not kept
    std::array<unsigned char, 4> raw{};
    const std::size_t n = detail::encode_utf8(c, raw);
    word_.append(reinterpret_cast<const char*>(raw.data()), n);
  }
  /// The word to its pieces, each the longest that fits; false, and nothing added, when something has no piece.
  bool cut() {
    const std::size_t before = out_.size();
    for (std::size_t at = 0; at < word_.size();) {
      const piece_list& list = at == 0 ? t_.first_ : t_.rest_;
      std::size_t n = std::min(word_.size() - at, list.longest);
      token_id found = -1;
      for (; n > 0; --n) {
        const bool whole = at + n == word_.size() || (static_cast<unsigned char>(word_[at + n]) & 0xc0) != 0x80;
        if (whole && (found = t_.find(list, std::string_view(word_).substr(at, n))) >= 0) break;
      }
      if (found < 0) return out_.resize(before), false;
      out_.push_back(found);
      at += n;
    }
    return true;
  }

  const wordpiece_tokenizer& t_;
  std::vector<token_id>& out_;
  std::string word_{};
  std::size_t length_ = 0;  // characters
};

inline std::vector<token_id> wordpiece_tokenizer::encode(std::string_view text, std::size_t most) const {
  std::vector<std::uint32_t> codes;
  detail::decode_utf8(text, codes);
  std::vector<token_id> out;
  splitter split(*this, out);
  for (const std::uint32_t code : codes) {
    split.add(code);
    if (out.size() >= most) break;
  }
  split.end_word();
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace inoculum
