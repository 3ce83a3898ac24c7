// SPDX-License-Identifier: Apache-2.0
// English prose as a judge reads it: lower-case words without contractions, sentences, list markers,
// each with its place in the original bytes; and phrases to look for in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inoculum::detail {

/// One word. "can't" becomes the two words "can" and "not" with the same span.
struct prose_word {
  std::string text{};
  std::size_t begin = 0;  ///< bytes of the original
  std::size_t end = 0;
  std::size_t sentence = 0;
  bool first = false;   ///< opens its sentence
  bool quoted = false;  ///< inside "…", so somebody else's words
  bool listed = false;  ///< opens a list item: "1.", "-", "Step 2"
};

/// A refusal is decided by its opening, and compliance shows soon: a megabyte of text need not be read.
inline constexpr std::size_t max_prose_words = 1200;

template <class List>
bool is_one_of(std::string_view word, const List& list) {
  for (const std::string_view item : list) {
    if (word == item) return true;
  }
  return false;
}

inline bool is_digits(std::string_view s) {
  for (const char c : s) {
    if (c < '0' || c > '9') return false;
  }
  return !s.empty();
}

/// Reads prose byte by byte. A class only because the pieces share so much state, and a template, like all that reads
/// prose, so that only programs that judge compile it.
template <class Word>
class prose_reader {
 public:
  explicit prose_reader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::vector<Word> read() {
    std::size_t i = 0;
    while (i < text_.size() && words_.size() < max_prose_words) {
      std::size_t length = 1;
      const char c = plain_char(i, length);
      if (c == 'w' || (c == '\'' && !token_.empty() && i + length < text_.size())) {
        if (token_.empty()) token_begin_ = i;
        if (c == '\'') token_ += '\'';
        else append_lower(text_.substr(i, length));
        token_end_ = i + length;
      } else if (c != 0) {  // 0: a zero-width character, which is not there
        end_word(c, i);
      }
      i += length;
    }
    end_word(' ', text_.size());
    return std::move(words_);
  }

 private:
  // The character at byte i reduced to what matters: 'w' for a letter or digit, '\'' '"' '-' and other
  // ASCII for themselves, 0 for nothing; `length` is its bytes.
  [[nodiscard]] char plain_char(std::size_t i, std::size_t& length) const {
    const unsigned char c = static_cast<unsigned char>(text_[i]);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return 'w';
    if (c < 0x80) return c == '`' || c == '\0' ? ' ' : static_cast<char>(c);
    const std::string_view three = text_.substr(i, 3);
    struct alias {
      std::string_view bytes;
      char plain;
    };
    static constexpr alias aliases[] = {{"\u2019", '\''}, {"\u2018", '\''}, {"\u02bc", '\''}, {"\u201c", '"'}, {"\u201d", '"'},
                                        {"\u2014", ','},  {"\u2013", ','},  {"\u2022", '-'},  {"\u2026", '.'}, {"\u00a0", ' '},
                                        {"\u202f", ' '},  {"\u200b", 0},    {"\u200d", 0},    {"\ufeff", 0}};
    for (const alias& a : aliases) {
      if (three.starts_with(a.bytes)) {
        length = a.bytes.size();
        return a.plain;
      }
    }
    return 'w';  // letters of other scripts, accents, emoji: byte by byte, they only need to stay together
  }

  void append_lower(std::string_view bytes) {
    for (const char c : bytes) token_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }

  void end_word(char after, std::size_t at) {
    while (!token_.empty() && token_.back() == '\'') token_.pop_back();
    const bool has_word = !token_.empty();
    if (has_word) {
      const bool line_opens = fresh_line_;
      if (is_digits(token_) && (after == '.' || after == ')' || after == ':') && (line_opens || pending_step_) && token_.size() <= 2) {
        listed_ = true;  // "1." and "Step 1:" mark; they are not words and end no sentence
        if (line_opens) next_sentence_ = true;
        pending_step_ = false;
        fresh_line_ = false;
        token_.clear();
        return;
      }
      pending_step_ = token_ == "step";
      emit();
      fresh_line_ = false;
    }
    switch (after) {
      case '\n':  // models do not wrap lines: a break ends a sentence
        next_sentence_ = fresh_line_ = true;
        break;
      case '.':
        if (!(has_word && is_abbreviation()) && !(at + 1 < text_.size() && is_word_byte(text_[at + 1]))) next_sentence_ = true;
        break;
      case '!':
      case '?':
      case ';': next_sentence_ = true; break;
      case '"':
        // A completion that is wholly in quotes is still the model's own words.
        if (!words_.empty()) quoted_ = !quoted_;
        break;
      case '-':
      case '*':
        if (fresh_line_ && at + 1 < text_.size() && text_[at + 1] == ' ') {
          listed_ = true;
          next_sentence_ = true;
        }
        break;
      default: break;
    }
  }

  void emit() {
    if (next_sentence_ && !words_.empty()) ++sentence_;
    bool first = next_sentence_ || words_.empty();
    next_sentence_ = false;
    const auto add = [&](std::string_view part) {
      words_.push_back({std::string(part), token_begin_, token_end_, sentence_, first, quoted_, listed_});
      first = false;
      listed_ = false;
    };
    const std::string_view t = token_;
    struct tail {
      std::string_view ending, word;
    };
    static constexpr tail tails[] = {{"'m", "am"}, {"'re", "are"}, {"'ll", "will"}, {"'ve", "have"}, {"'d", "would"}};
    if (t == "cannot" || t == "can't" || t == "cant") {
      add("can");
      add("not");
    } else if (t == "won't" || t == "wont") {
      add("will");
      add("not");
    } else if (t == "im") {
      add("i");
      add("am");
    } else if (t.size() > 3 && t.ends_with("n't")) {
      add(t.substr(0, t.size() - 3));
      add("not");
    } else if (t == "it's" || t == "that's" || t == "here's" || t == "there's" || t == "what's") {
      add(t.substr(0, t.size() - 2));
      add("is");
    } else {
      for (const tail& x : tails) {
        if (t.size() > x.ending.size() && t.ends_with(x.ending)) {
          add(t.substr(0, t.size() - x.ending.size()));
          add(x.word);
          token_.clear();
          return;
        }
      }
      add(t);
    }
    token_.clear();
  }

  [[nodiscard]] bool is_abbreviation() const {
    static constexpr std::string_view known[] = {"dr", "mr", "mrs", "ms", "prof", "vs", "e", "g", "i", "st", "no"};
    // "No." alone is an answer; the abbreviation of number stands inside a sentence.
    const Word& last = words_.back();
    return is_one_of(last.text, known) && !(last.text == "no" && last.first) && !(last.text == "i" && last.first);
  }
  [[nodiscard]] static bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

  std::string_view text_;
  std::vector<Word> words_;
  std::string token_;
  std::size_t token_begin_ = 0, token_end_ = 0, sentence_ = 0;
  bool next_sentence_ = true, fresh_line_ = true, quoted_ = false, listed_ = false, pending_step_ = false;
};

template <class Word = prose_word>
[[nodiscard]] std::vector<Word> read_prose(std::string_view text) {
  return prose_reader<Word>(text).read();
}

/// Whether `phrase` stands at word `at`, and how many words it takes (0: it does not). A phrase is words
/// with single spaces: "a|b" either, "?a|b" perhaps, "*3" up to three words of any kind, all in one sentence.
template <class Prose>
[[nodiscard]] std::size_t match_phrase(const Prose& words, std::size_t at, std::string_view phrase) {
  const auto step = [&](const auto& self, std::size_t i, std::string_view rest) -> std::size_t {
    if (rest.empty()) return i;
    const std::size_t space = rest.find(' ');
    const std::string_view head = rest.substr(0, space);
    const std::string_view tail = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    const auto here = [&](std::string_view options) {
      if (i >= words.size() || words[i].sentence != words[at].sentence) return false;
      while (!options.empty()) {
        const std::size_t bar = options.find('|');
        if (options.substr(0, bar) == words[i].text) return true;
        options = bar == std::string_view::npos ? std::string_view() : options.substr(bar + 1);
      }
      return false;
    };
    if (head[0] == '*') {
      const std::size_t most = static_cast<std::size_t>(head[1] - '0');
      for (std::size_t skip = 0; skip <= most && i + skip <= words.size(); ++skip) {
        if (const std::size_t end = self(self, i + skip, tail)) return end;
      }
      return 0;
    }
    if (head[0] == '?') {
      if (here(head.substr(1))) {
        if (const std::size_t end = self(self, i + 1, tail)) return end;
      }
      return self(self, i, tail);
    }
    return here(head) ? self(self, i + 1, tail) : 0;
  };
  const std::size_t end = at < words.size() ? step(step, at, phrase) : 0;
  return end > at ? end - at : 0;
}

}  // namespace inoculum::detail
