// SPDX-License-Identifier: Apache-2.0
// Small vocabularies of the families whose real ones cannot be kept here: trained by counting pairs, with the keys and the
// special tokens that the family's files have. The same bytes go to our tokenizer and to llama.cpp (bench/peers/tokens.cpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <inoculum/engine/tokenizer/vocabulary.hpp>
#include <inoculum/engine/tokenizer/words.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/gguf_writer.hpp"
#include "strings.hpp"

namespace inoculum::test {

/// Pair after pair, the most frequent first (among equals the smallest), over words given as symbols.
inline std::vector<std::pair<std::string, std::string>> train_merges(const std::map<std::vector<std::string>, int>& words,
                                                                     std::size_t count) {
  std::vector<std::pair<std::string, std::string>> merges;
  std::vector<std::pair<std::vector<std::string>, int>> left(words.begin(), words.end());
  std::map<std::pair<std::string, std::string>, int> pairs;
  const auto count_pairs = [&](const std::vector<std::string>& word, int n) {
    for (std::size_t i = 0; i + 1 < word.size(); ++i) pairs[{word[i], word[i + 1]}] += n;
  };
  for (const auto& [word, n] : left) count_pairs(word, n);
  while (merges.size() < count) {
    const auto best = std::max_element(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == pairs.end() || best->second < 2) break;
    const auto rule = best->first;
    merges.push_back(rule);
    const auto ruled = [&](const std::string& a, const std::string& b) { return a == rule.first && b == rule.second; };
    for (auto& [word, n] : left) {
      if (std::adjacent_find(word.begin(), word.end(), ruled) == word.end()) continue;
      std::vector<std::string> joined;
      for (std::size_t i = 0; i < word.size(); ++i) {
        if (i + 1 < word.size() && ruled(word[i], word[i + 1])) joined.push_back(word[i] + word[i + 1]), ++i;
        else joined.push_back(word[i]);
      }
      count_pairs(word, -n);
      count_pairs(joined, n);
      word = std::move(joined);
    }
  }
  return merges;
}

inline std::string training_text() {
  rng r(7);
  std::string out;
  for (const std::string_view s : sentences) out.append(s).append(" \n").append(s);
  for (int i = 0; i < 1500; ++i) {
    out += r.chance(0.7) ? " " : "";
    out += r.pick(bits_of_text);
  }
  return out;
}

struct family {
  const char* name;
  std::vector<std::string> control;
  std::vector<std::string> user_defined;
};

/// Byte-level BPE; `pre` is also the family's name.
inline gguf_writer small_bpe(const family& f) {
  const auto rule = detail::pre_tokenizer_named(f.name).value();
  const auto characters = byte_characters();
  std::map<std::vector<std::string>, int> words;
  const auto text = detail::characters(training_text());
  detail::split_words(rule.splitter, std::span(text), [&](std::span<const detail::character> word) {
    std::vector<std::string> symbols;
    for (const auto c : word) {
      std::array<unsigned char, 4> raw{};
      const std::size_t n = detail::encode_utf8(c.code, raw);
      for (std::size_t i = 0; i < n; ++i) symbols.push_back(characters[raw[i]]);
    }
    ++words[symbols];
  });
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> types;
  std::set<std::string> known;
  const auto add = [&](const std::string& token, std::int32_t type) {
    if (!known.insert(token).second) return;
    tokens.push_back(token);
    types.push_back(type);
  };
  for (std::size_t b = 0; b < characters.size(); ++b) {
    if (b != 0x02 && b != 0x1d && b != 0xf5) add(characters[b], 1);  // some bytes have no token, as in SmolLM2
  }
  for (const auto& [left, right] : train_merges(words, 700)) {
    if (!known.contains(left) || !known.contains(right)) continue;  // built on a byte that has none
    add(left + right, 1);
    // Some have no rule: they are found only where merging is skipped for words that are tokens.
    if (tokens.size() % 7 != 0) merges.push_back(left + " " + right);
  }
  const auto first = static_cast<std::uint32_t>(tokens.size());
  for (const auto& token : f.control) add(token, 3);
  for (const auto& token : f.user_defined) add(token, 4);
  gguf_writer out;
  out.text("general.architecture", "llama").text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", f.name);
  out.texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types).texts("tokenizer.ggml.merges", merges);
  return out.number("tokenizer.ggml.bos_token_id", first).number("tokenizer.ggml.eos_token_id", first + 1);
}

/// SentencePiece: byte tokens, characters, merges of whole words with U+2581 in front, runs of it; scores fall as ids rise.
inline gguf_writer small_sentencepiece(const family& f) {
  const bool gemma = std::string_view(f.name) == "gemma";
  const std::string space = "\xe2\x96\x81";
  const std::string text = training_text();
  std::map<std::vector<std::string>, int> words;
  std::map<std::string, int> characters;
  std::vector<std::string> word;
  const auto end_word = [&] {
    if (!word.empty()) ++words[word];
    word.clear();
  };
  std::vector<std::uint32_t> codes;
  detail::decode_utf8(text, codes);
  for (const std::uint32_t code : codes) {
    std::array<unsigned char, 4> raw{};
    const std::size_t n = detail::encode_utf8(code, raw);
    std::string c(reinterpret_cast<const char*>(raw.data()), n);
    if (code == ' ') c = space;
    if (code == ' ' || code == '\n' || code == '\t') end_word();
    if (code < 0x20) continue;  // byte tokens are for these
    ++characters[c];
    word.push_back(c);
  }
  end_word();

  std::vector<std::string> tokens;
  std::vector<std::int32_t> types;
  std::vector<float> scores;
  std::set<std::string> known;
  const auto add = [&](const std::string& token, std::int32_t type, float score) {
    if (!known.insert(token).second) return;
    tokens.push_back(token);
    types.push_back(type);
    scores.push_back(score);
  };
  for (const auto& token : f.control) add(token, token == "<unk>" ? 2 : 3, 0.0f);
  for (const auto& token : f.user_defined) add(token, 4, gemma ? -1000.0f : 0.0f);
  for (int b = 0; b < 256; ++b) {
    constexpr const char* digits = "0123456789ABCDEF";
    add(std::string("<0x") + digits[b / 16] + digits[b % 16] + ">", 6, gemma ? -1000.0f : 0.0f);
  }
  // Without pieces from which llama.cpp would put a control or a byte token together, as in real vocabularies. (What happens
  // with such pieces is tested in sentencepiece.cpp: there we differ.)
  const auto spells_control = [&](const std::string& piece) {
    const bool part = std::any_of(f.control.begin(), f.control.end(), [&](const auto& c) { return c.find(piece) != std::string::npos; });
    return detail::looks_like_control(piece) || piece.find("0x") != std::string::npos ||
           (part && piece.find_first_of("<>[]") != std::string::npos);
  };
  float score = 0.0f;
  std::size_t n = 0;
  std::string run = space + space;
  for (const auto& [left, right] : train_merges(words, 900)) {
    if (!spells_control(left + right)) add(left + right, 1, score);
    if (n % 5 != 0) score -= 1.0f;  // some share a score
    if (++n % 150 == 0 && run.size() < 60) add(run, 1, score), run += run;
  }
  for (const auto& [c, count] : characters) {
    if (count > 1) add(c, 1, score -= 1.0f);
  }
  gguf_writer out;
  out.text("general.architecture", "llama").text("tokenizer.ggml.model", "llama").text("tokenizer.ggml.pre", "default");
  out.texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types).reals("tokenizer.ggml.scores", scores);
  out.number("tokenizer.ggml.bos_token_id", gemma ? 2 : 1).number("tokenizer.ggml.eos_token_id", gemma ? 1 : 2);
  out.number("tokenizer.ggml.unknown_token_id", gemma ? 3 : 0);
  if (gemma) out.flag("tokenizer.ggml.add_space_prefix", false);
  return out;
}

inline std::vector<family> families() {
  std::vector<std::string> gemma_tags{"[multimodal]", "<table>", "</td>", "<h1>", "<blockquote>", "<b>", "<s>"};
  for (const char c : {'\n', '\t', ' '}) {
    for (std::size_t n = c == '\t' ? 1 : 2; n < 32; ++n) gemma_tags.emplace_back(n, c);
  }
  return {
      {"gpt-2", {"<|endoftext|>", "<|pad|>"}, {}},
      {"smollm", {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}, {"[multimodal]", "\n\n\n", "<table>", "the fra"}},
      {"llama-bpe", {"<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}, {}},
      {"qwen2", {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}, {"<table>", "</td>", "tab", "able>", "[multimodal]"}},
      {"vicuna", {"<unk>", "<s>", "</s>"}, {}},
      {"mistral", {"<unk>", "<s>", "</s>", "[INST]", "[/INST]"}, {"[multimodal]", "<table>", "\n\n", "e fr"}},
      {"gemma", {"<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"}, std::move(gemma_tags)},
  };
}
inline gguf_writer small_vocabulary(const family& f) { return detail::pre_tokenizer_named(f.name) ? small_bpe(f) : small_sentencepiece(f); }

}  // namespace inoculum::test
