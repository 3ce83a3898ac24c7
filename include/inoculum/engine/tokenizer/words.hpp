// SPDX-License-Identifier: Apache-2.0
// Pre-tokenization: where a byte-level BPE may not merge across. By hand rather than by regular expression: std::regex
// recurses (a megabyte of letters overflows the stack) and knows no Unicode classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

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

/// The end of the word that begins at `at` < text.size(), by the rule of Llama 3 (numbers of up to three characters) and of
/// Qwen 2 (`digits` = 1), as llama.cpp runs it:
///   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
[[nodiscard]] inline std::size_t llama3_word_end(std::span<const character> text, std::size_t at, std::size_t digits) noexcept {
  const auto kind = [&](std::size_t i) { return i < text.size() ? text[i].kind : character_class::none; };
  const auto code = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint32_t>(text[i].code) : 0u; };
  const auto breaks = [&](std::size_t i) { return code(i) == '\r' || code(i) == '\n'; };

  if (code(at) == '\'') {
    const auto lower = [&](std::size_t i) { return code(i) >= 'A' && code(i) <= 'Z' ? code(i) + 32 : code(i); };
    const auto a = lower(at + 1), b = lower(at + 2);
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return at + 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return at + 3;
  }
  const character_class first = kind(at);
  std::size_t end = at;
  if (first == character_class::number) {
    while (end - at < digits && kind(end) == character_class::number) ++end;
    return end;
  }
  if (first == character_class::letter || (!breaks(at) && kind(at + 1) == character_class::letter)) {
    ++end;  // a letter, or the one character that a word may have before its letters
    while (kind(end) == character_class::letter) ++end;
    return end;
  }
  end = at + (code(at) == ' ' ? 1 : 0);
  if (kind(end) == character_class::other) {
    while (kind(end) == character_class::other) ++end;
    while (breaks(end)) ++end;
    return end;
  }
  end = at;
  std::size_t last_break = at;
  for (; kind(end) == character_class::space; ++end) {
    if (breaks(end)) last_break = end + 1;
  }
  if (last_break != at) return last_break;
  // A run of white space leaves its last character to the word that follows.
  return end - at > 1 && end < text.size() ? end - 1 : end;
}

/// The rules for words that are known, by what they are.
enum class pre_tokenizer : std::uint8_t { gpt2, smollm, llama3, qwen2 };

/// What a GGUF's `tokenizer.ggml.pre` means.
struct pre_tokenizer_kind {
  std::string_view name{};
  pre_tokenizer splitter = pre_tokenizer::gpt2;
  bool whole_words = false;  ///< a word that is a token is taken as it is
  bool adds_bos = false;     ///< unless the file says otherwise
};

/// Only names whose rule in llama.cpp is the same to the letter.
[[nodiscard]] inline std::optional<pre_tokenizer_kind> pre_tokenizer_named(std::string_view name) noexcept {
  using enum pre_tokenizer;
  constexpr pre_tokenizer_kind known[] = {
      {"gpt-2", gpt2},
      {"phi-2", gpt2},
      {"mpt", gpt2},
      {"olmo", gpt2},
      {"smollm", smollm},
      {"starcoder", smollm},
      {"refact", smollm},
      {"command-r", smollm},
      {"llama-bpe", llama3, true, true},
      {"llama3", llama3, true, true},
      {"llama-v3", llama3, true, true},
      {"falcon3", llama3, true, true},
      {"falcon-h1", llama3, true, true},
      {"pixtral", llama3, true, true},
      {"dbrx", llama3},
      {"smaug-bpe", llama3},
      {"qwen2", qwen2},
      {"deepseek-r1-qwen", qwen2},
      {"stablelm2", qwen2},
  };
  for (const pre_tokenizer_kind& k : known) {
    if (k.name == name) return k;
  }
  return std::nullopt;
}

/// Calls `word(span)` for each word, in order.
template <class Word>
void split_words(pre_tokenizer rule, std::span<const character> text, Word&& word) {
  if (rule == pre_tokenizer::smollm) return split_smollm(text, word);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end =
        rule == pre_tokenizer::gpt2 ? gpt2_word_end(text, at) : llama3_word_end(text, at, rule == pre_tokenizer::llama3 ? 3 : 1);
    word(text.subspan(at, end - at));
    at = end;
  }
}

}  // namespace inoculum::detail
