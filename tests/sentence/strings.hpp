// SPDX-License-Identifier: Apache-2.0
// The strings that the reference in data/ is about: made anew for every comparison, kept nowhere.
#pragma once

#include <array>
#include <fstream>
#include <inoculum/core/rng.hpp>
#include <inoculum/core/utf8.hpp>
#include <inoculum/engine/tokenizer/characters.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace inoculum::test {

inline std::string utf8(std::uint32_t code) {
  std::array<unsigned char, 4> raw{};
  const std::size_t n = detail::encode_utf8(code, raw);
  return {reinterpret_cast<const char*>(raw.data()), n};
}

/// Any bytes to valid UTF-8: what is invalid becomes U+FFFD.
inline std::string repaired(std::string text) {
  for (std::size_t at; (at = find_invalid_utf8(text)) != std::string_view::npos;) text.replace(at, 1, "\xef\xbf\xbd");
  return text;
}

inline std::vector<std::string> lines_of_text() {
  std::ifstream in("tests/sentence/data/lines.txt");
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

inline std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) out.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  if (out.empty()) out.emplace_back("x");
  return out;
}

/// Valid UTF-8, 10,000 of them: many languages whole, cut and mixed, odd pieces, any code points, control bytes, repaired random
/// bytes, and runs around the 100 characters past which a word is [UNK].
inline std::vector<std::string> hard_strings() {
  const std::vector<std::string> lines = lines_of_text();
  const std::string pieces[] = {"[CLS]",
                                "[SEP]",
                                "[UNK]",
                                "##",
                                "##ing",
                                "#",
                                "'s",
                                "'",
                                "a",
                                "Z",
                                "I",
                                "the",
                                "radi",
                                "ology",
                                "unaffable",
                                "É",
                                "ß",
                                "İ",
                                "ı",
                                "Σ",
                                "ς",
                                "Ǆ",
                                "ﬁ",
                                "中",
                                "骨",
                                "の",
                                "が",
                                "한",
                                "각",
                                "ا",
                                "א",
                                "अ",
                                "ก",
                                "0",
                                "12",
                                "½",
                                "²",
                                "٣",
                                "Ⅳ",
                                "𝟘",
                                " ",
                                "  ",
                                "\t",
                                "\n",
                                "\r\n",
                                "\v",
                                "\f",
                                "\x1c",
                                "\x1f",
                                "\x7f",
                                "\xc2\x85",
                                "\xc2\xa0",
                                "\xe2\x80\xa8",
                                "\xe3\x80\x80",
                                "\xe1\x9a\x80",
                                "\xe2\x80\x8b",
                                "\xe2\x80\x8d",
                                "\xef\xbb\xbf",
                                "\xc2\xad",
                                std::string(1, '\0'),
                                "\x01",
                                "\x1b[31m",
                                ".",
                                ",",
                                "!",
                                "...",
                                "—",
                                "-",
                                "_",
                                "/",
                                "\\",
                                "\"",
                                "$",
                                "+",
                                "<",
                                "=",
                                ">",
                                "^",
                                "`",
                                "|",
                                "~",
                                "€",
                                "°",
                                "。",
                                "「",
                                "؟",
                                "।",
                                "😀",
                                "🇩🇪",
                                "👍🏽",
                                "🩻",
                                "\xcc\x81",
                                "\xcc\xa3",
                                "\xcd\x8f",
                                "\xe3\x80\xae",
                                "\xef\xb8\x8f",
                                "\xef\xbf\xbd",
                                "\xee\x80\x80",
                                "\xcd\xbe",
                                "\xe1\xbf\xaf",
                                "\xe2\x84\xab",
                                "\xe2\x84\xa6",
                                "\xea\xb0\x80"};
  rng r(20261124);
  const auto cut = [&](const std::string& s) {
    const auto at = [&] { return r.below(static_cast<std::uint32_t>(s.size() + 1)); };
    const std::size_t a = at(), b = at();
    return repaired(s.substr(std::min(a, b), std::max(a, b) - std::min(a, b)));
  };
  std::vector<std::string> out(lines);
  while (out.size() < 10000) {
    std::string s;
    switch (out.size() % 8) {
      case 0: s = cut(r.pick(std::span(lines))); break;
      case 1:  // words of several languages
        for (std::uint32_t n = 1 + r.below(8); n > 0; --n) {
          const auto words = words_of(r.pick(std::span(lines)));
          const char* const after = r.chance(0.8) ? " " : r.chance(0.5) ? "" : "\n";  // one draw a statement: operands have no order
          s += r.pick(std::span(words)) + after;
        }
        break;
      case 2:
      case 3:
        for (std::uint32_t n = 2 + r.below(20); n > 0; --n) s += r.pick(pieces);
        break;
      case 4: {  // any code points of one neighbourhood
        const std::uint32_t tops[] = {0x80, 0x250, 0x800, 0x3100, 0x10000, 0x30000, 0x110000};
        const std::uint32_t top = r.pick(tops);
        for (std::uint32_t n = 1 + r.below(20); n > 0; --n) {
          const std::uint32_t code = r.below(top);
          if (code < 0xd800 || code > 0xdfff) s += utf8(code);
        }
        break;
      }
      case 5:  // bytes
        for (std::uint32_t n = 1 + r.below(60); n > 0; --n) s += static_cast<char>(r.below(256));
        s = repaired(s);
        break;
      case 6:  // runs
        for (std::uint32_t n = 1 + r.below(3); n > 0; --n) {
          const std::string& piece = r.pick(pieces);
          for (std::uint32_t k = 95 + r.below(r.chance(0.1) ? 3000 : 12); k > 0; --k) s += piece;
        }
        break;
      default: {  // capitals, and something odd inside a word
        s = r.pick(std::span(lines));
        for (char& c : s) {
          if (c >= 'a' && c <= 'z' && r.chance(0.5)) c = static_cast<char>(c - 'a' + 'A');
        }
        const std::string back = cut(s), odd = r.pick(pieces), front = cut(s);
        s = repaired(front + odd + back);
      }
    }
    out.push_back(std::move(s));
  }
  return out;
}

/// 200 texts to embed: the lines, then English words up to far more than the model reads.
inline std::vector<std::string> sentences() {
  const std::vector<std::string> lines = lines_of_text();
  std::vector<std::string> out(lines);
  rng r(7);
  while (out.size() < 200) {
    std::string s;
    const std::uint32_t longest = out.size() % 10 == 0 ? 400 : out.size() % 3 == 0 ? 60 : 15;
    for (std::uint32_t n = 1 + r.below(longest); n > 0; --n) {
      const auto words = words_of(lines[r.below(8)]);
      s += r.pick(std::span(words)) + (n > 1 ? " " : "");
    }
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace inoculum::test
