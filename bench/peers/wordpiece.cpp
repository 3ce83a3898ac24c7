// SPDX-License-Identifier: Apache-2.0
// wordpiece ggml-vocab-bert-bge.gguf: WordPiece beside llama.cpp's, which leaves BERT in several places (docs/tokenizer.md): first each
// character between two letters, then the strings of tests/sentence/strings.hpp. 1 when a string differs that has no such character
// and no word past 100 characters, which llama.cpp does not give up.
#include <llama.h>

#include <algorithm>
#include <cstdio>
#include <inoculum/engine/gguf/gguf.hpp>
#include <inoculum/engine/tokenizer/wordpiece.hpp>
#include <string>
#include <vector>

#include "../../tests/sentence/strings.hpp"

using namespace inoculum;

namespace {

/// A vocab.txt out of the file: llama.cpp marks the beginning of a word by U+2581 where BERT marks what is not one by "##".
std::string vocabulary_of(const gguf_file& file) {
  const auto texts = file.texts("tokenizer.ggml.tokens")->list();
  const auto kinds = *file.integers("tokenizer.ggml.token_type");
  constexpr std::string_view begins = "\xe2\x96\x81";
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (kinds[i] == 3 || texts[i].starts_with("[unused")) out += texts[i];
    else if (texts[i].starts_with(begins)) out += texts[i].substr(begins.size());
    else (out += "##") += texts[i];
    out += '\n';
  }
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: wordpiece ggml-vocab-bert-bge.gguf\n"), 2;
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  const auto file = gguf_file::open(arguments[1]);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), 2;
  const auto ours = wordpiece_tokenizer::parse(vocabulary_of(*file));
  if (!ours) return std::fprintf(stderr, "%s\n", ours.error().to_string().c_str()), 2;
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  llama_model* model = llama_model_load_from_file(arguments[1], parameters);
  if (model == nullptr) return std::fprintf(stderr, "llama.cpp does not load it\n"), 2;
  const llama_vocab* theirs = llama_model_get_vocab(model);
  const auto tokens_of = [&](const std::string& text) {
    std::vector<token_id> ids(4 * text.size() + 8);
    const int n =
        llama_tokenize(theirs, text.data(), static_cast<int>(text.size()), ids.data(), static_cast<int>(ids.size()), false, false);
    ids.resize(static_cast<std::size_t>(std::max(0, n)));
    return ids;
  };
  std::vector<bool> otherwise(0x110000);
  std::size_t characters = 0;
  for (std::uint32_t c = 0; c < otherwise.size(); ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string text = "a" + test::utf8(c) + "a";
    otherwise[c] = tokens_of(text) != ours->encode(text);
    characters += otherwise[c] ? 1 : 0;
  }
  std::size_t strings = 0, tokens = 0, with_character = 0, with_long_word = 0, unexplained = 0;
  for (const std::string& text : test::hard_strings()) {
    const auto ids = tokens_of(text), mine = ours->encode(text);
    ++strings;
    tokens += ids.size();
    if (ids == mine) continue;
    std::vector<std::uint32_t> codes;
    detail::decode_utf8(text, codes);
    if (std::any_of(codes.begin(), codes.end(), [&](std::uint32_t c) { return otherwise[c]; })) {
      ++with_character;
    } else if (codes.size() > wordpiece_tokenizer::longest_word && std::find(mine.begin(), mine.end(), ours->unknown()) != mine.end()) {
      ++with_long_word;
    } else {
      ++unexplained;
      std::printf("string %zu differs: %s\n", strings - 1, text.c_str());
    }
  }
  llama_model_free(model);
  std::printf(
      "wordpiece: %zu strings, %zu tokens; %zu the same, %zu have one of %zu characters that llama.cpp treats otherwise, %zu a long word, "
      "%zu differ without a reason\n",
      strings, tokens, strings - with_character - with_long_word - unexplained, with_character, characters, with_long_word, unexplained);
  return unexplained == 0 ? 0 : 1;
}
