// SPDX-License-Identifier: Apache-2.0
// The tokenizer on small vocabularies written here: merging, words, user-defined tokens, and what a bad file gets.
#include <doctest/doctest.h>

#include <inoculum/engine/tokenizer/bpe.hpp>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"

using namespace inoculum;

namespace {

result<bpe_tokenizer> load(const test::gguf_writer& writer) {
  const auto bytes = writer.bytes();
  const auto file = gguf_file::from_bytes(bytes);
  if (!file) return file.error();
  return bpe_tokenizer::load(*file);  // keeps nothing of the bytes
}

std::vector<std::string> pieces(const bpe_tokenizer& t, std::string_view text) {
  std::vector<std::string> out;
  for (const token_id id : t.encode(text)) out.emplace_back(t.token_bytes(id));
  return out;
}
using list = std::vector<std::string>;

test::gguf_writer vocabulary(std::vector<std::string> tokens, std::vector<std::int32_t> types, const std::vector<std::string>& merges,
                             const char* pre = "smollm") {
  test::gguf_writer out;
  out.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", pre).texts("tokenizer.ggml.tokens", tokens);
  return out.integers("tokenizer.ggml.token_type", types).texts("tokenizer.ggml.merges", merges);
}

std::vector<std::string> words(std::string_view text, detail::pre_tokenizer rule = detail::pre_tokenizer::smollm) {
  std::vector<std::string> out;
  const auto all = detail::characters(text);
  detail::split_words(rule, std::span(all), [&](std::span<const detail::character> word) {
    out.emplace_back();
    for (const auto c : word) {
      std::array<unsigned char, 4> raw{};
      const auto n = detail::encode_utf8(c.code, raw);
      out.back().append(reinterpret_cast<const char*>(raw.data()), n);
    }
  });
  return out;
}

}  // namespace

TEST_CASE("words") {
  CHECK(words("") == list{});
  CHECK(words("Is it's they'll 'tis") == list{"Is", " it", "'s", " they", "'ll", " '", "tis"});
  CHECK(words("a1 23") == list{"a", "1", " ", "2", "3"});
  CHECK(words("a   b") == list{"a", "  ", " b"});
  CHECK(words("a\n\nb  ") == list{"a", "\n", "\n", "b", "  "});
  CHECK(words("x!? y") == list{"x", "!?", " y"});
  CHECK(words("é中 ½") == list{"é中", " ", "½"});
  CHECK(words("\xff\xc3") == list{"\xef\xbf\xbd\xef\xbf\xbd"});
}

TEST_CASE("words by the rules of GPT-2, Llama 3 and Qwen 2") {
  using enum detail::pre_tokenizer;
  CHECK(words("a12 345", gpt2) == list{"a", "12", " 345"});
  CHECK(words("1234567", llama3) == list{"123", "456", "7"});
  CHECK(words("1234", qwen2) == list{"1", "2", "3", "4"});
  for (const auto rule : {llama3, qwen2}) {
    CHECK(words("", rule) == list{});
    CHECK(words("IT'S they'Ll", rule) == list{"IT", "'S", " they", "'Ll"});
    CHECK(words("'S's'x", rule) == list{"'S", "'s", "'x"});
    CHECK(words("(abc) \tdef", rule) == list{"(abc", ")", " ", "\tdef"});
    CHECK(words("x!?\n\n y", rule) == list{"x", "!?\n\n", " y"});
    CHECK(words("a \n \n  b", rule) == list{"a", " \n \n", " ", " b"});
    CHECK(words("a   ", rule) == list{"a", "   "});
    CHECK(words("a 1", rule) == list{"a", " ", "1"});
    CHECK(words("\nabc", rule) == list{"\n", "abc"});
    CHECK(words(" ", rule) == list{" "});
    CHECK(words(" ¡é中½", rule) == list{" ¡", "é中", "½"});
  }
}

TEST_CASE("a word that is a token needs no merging where the family says so, unless it is a control token") {
  const std::vector<std::string> tokens{"a", "b", "ab", "aba", "abab", "bb"};
  const std::vector<std::int32_t> types{1, 1, 1, 1, 3, 1};
  const auto llama = load(vocabulary(tokens, types, {"a b"}, "llama-bpe")).value();
  CHECK(llama.encode("aba") == std::vector<token_id>{3});
  CHECK(llama.encode("abab") == std::vector<token_id>{2, 2});
  CHECK(llama.adds_bos());
  const auto qwen = load(vocabulary(tokens, types, {"a b"}, "qwen2")).value();
  CHECK(qwen.encode("aba") == std::vector<token_id>{2, 0});
  CHECK_FALSE(qwen.adds_bos());
  for (const char* same : {"llama3", "llama-v3", "pixtral"})
    CHECK(load(vocabulary(tokens, types, {"a b"}, same)).value().encode("aba").size() == 1);
}

TEST_CASE("merging takes the lowest rank first, the leftmost among equals") {
  const auto t = load(test::tiny_vocabulary()).value();
  CHECK(pieces(t, "hello world") == list{"hello", " world"});
  CHECK(pieces(t, "hell") == list{"hell"});
  CHECK(pieces(t, "hel") == list{"he", "l"});
  CHECK(pieces(t, "lllll") == list{"ll", "ll", "l"});
  CHECK(pieces(t, "hellol") == list{"hello", "l"});
  CHECK(pieces(t, "<|im_end|>").size() == 10);
  CHECK(t.decode(t.encode("any bytes: \x01 é \xf0\x9f\x98\x80")) == "any bytes: \x01 é \xf0\x9f\x98\x80");
  CHECK(t.decode(t.encode("\xff")) == "\xef\xbf\xbd");
}

TEST_CASE("a megabyte of one word is no trouble") {
  const auto t = load(test::tiny_vocabulary()).value();
  for (const char* unit : {"l", "he", " ", "\xff", "hello", "1"}) {
    std::string text;
    while (text.size() < (1u << 20)) text += unit;
    const auto ids = t.encode(text);
    CHECK(ids.size() >= text.size() / 5);
  }
}

TEST_CASE("user-defined tokens are found in text, control tokens never, whatever the file calls them") {
  const auto t = load(vocabulary({"a", "b", "ab", "[pad]", "<|turn|>", "<s>", "aa"}, {1, 1, 1, 4, 4, 3, 3}, {"a b"})).value();
  CHECK(t.encode("ab[pad]ab") == std::vector<token_id>{2, 3, 2});
  CHECK(t.encode("[pad][pad]") == std::vector<token_id>{3, 3});
  CHECK(t.encode("a<|turn|>b<s>") == std::vector<token_id>{0, 1});  // no tokens for "<|turn>s" here
  CHECK(t.control_token("<|turn|>") == 4);
  CHECK(t.control_token("<s>") == 5);
  CHECK(t.is_control(4));
  CHECK(t.encode("aa") == std::vector<token_id>{0, 0});
}

TEST_CASE("a vocabulary that does not fit together is refused by name") {
  const auto message = [](const test::gguf_writer& w) {
    const auto t = load(w);
    return t ? std::string("loaded") : t.error().to_string();
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(has(message(test::gguf_writer()), "missing key \"tokenizer.ggml.model\""));
  CHECK(has(message(test::gguf_writer().text("tokenizer.ggml.model", "llama")), "\"llama\" is not byte-level BPE"));
  CHECK(has(message(test::gguf_writer().text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "bloom")),
            "tokenizer.ggml.pre \"bloom\" is not supported"));
  CHECK(has(message(test::gguf_writer().number("tokenizer.ggml.model", 3)), "is u32, wanted a string"));
  CHECK(has(message(vocabulary({}, {}, {})), "do not fit together"));
  CHECK(has(message(vocabulary({"a", "b"}, {1}, {})), "do not fit together"));
  CHECK(has(message(vocabulary({"a", "b"}, {1, 1}, {"a b"})), "merge 0 \"a b\" has a part or a result that is no token"));
  CHECK(has(message(vocabulary({"a", "b", "ab"}, {1, 1, 1}, {"ab"})), "is not two parts"));
  CHECK(has(message(vocabulary({"a", "b", "ab"}, {1, 1, 1}, {"a "})), "is not two parts"));
  CHECK(has(message(vocabulary({"a", "b", "ab"}, {1, 1, 3}, {"a b"})), "makes a control token"));
  CHECK(has(message(vocabulary({"a"}, {1}, {}).number("tokenizer.ggml.eos_token_id", 1)), "past the vocabulary's end"));
  CHECK(message(vocabulary({"a", "", "a"}, {1, 1, 1}, {})) == "loaded");
}
