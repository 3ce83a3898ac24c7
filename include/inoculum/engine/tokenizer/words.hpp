// SPDX-License-Identifier: Apache-2.0
// Pre-tokenization: where a byte-level BPE may not merge across. By hand rather than by regular expression: std::regex
// recurses (a megabyte of letters overflows the stack) and knows no Unicode classes.
#pragma once

#include <cstddef>
#include <span>

#include "characters.hpp"

namespace inoculum::detail {

/// The end of the word that begins at `at` < text.size(). GPT-2's expression, as llama.cpp runs it:
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
[[nodiscard]] inline std::size_t gpt2_word_end(std::span<const character> text, std::size_t at) noexcept {
  const auto kind = [&](std::size_t i) { return i < text.size() ? text[i].kind : character_class::none; };
  const auto code = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint32_t>(text[i].code) : 0u; };

  if (code(at) == '\'') {
    const auto a = code(at + 1), b = code(at + 2);
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return at + 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return at + 3;
  }
  std::size_t end = at + (code(at) == ' ' ? 1 : 0);
  const character_class run = kind(end);
  if (run != character_class::space && run != character_class::none) {
    while (kind(end) == run) ++end;
    return end;
  }
  end = at;
  while (kind(end) == character_class::space) ++end;
  // A run of white space leaves its last character to the word that follows.
  return end - at > 1 && end < text.size() ? end - 1 : end;
}

/// Calls `word(span)` for each word, in order. SmolLM's rule (also StarCoder's): every number character is a word of its
/// own, first; what lies between is split by GPT-2's rule as if it stood alone, so a space before a digit attaches to nothing.
template <class Word>
void split_smollm(std::span<const character> text, Word&& word) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end].kind != character_class::number) ++end;
    const auto piece = text.subspan(at, end - at);
    for (std::size_t from = 0; from < piece.size();) {
      const std::size_t to = gpt2_word_end(piece, from);
      word(piece.subspan(from, to - from));
      from = to;
    }
    if (end < text.size()) word(text.subspan(end++, 1));
    at = end;
  }
}

}  // namespace inoculum::detail
