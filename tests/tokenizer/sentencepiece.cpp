// SPDX-License-Identifier: Apache-2.0
// SentencePiece on vocabularies written here: merging by score, bytes, spaces, user-defined tokens, and what a bad file gets.
#include <doctest/doctest.h>

#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <limits>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"

using namespace inoculum;

namespace {

struct piece {
  std::string text;
  float score = 0.0f;
  std::int32_t type = 1;
};
using list = std::vector<std::string>;

/// <unk> <s> </s>, the bytes (ids 3 … 258), then `more`.
test::gguf_writer vocabulary(const std::vector<piece>& more, int without_byte = -1, std::int32_t byte_type = 6) {
  std::vector<std::string> tokens{"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types{2, 3, 3};
  std::vector<float> scores{0, 0, 0};
  const auto add = [&](const piece& p) {
    tokens.push_back(p.text);
    types.push_back(p.type);
    scores.push_back(p.score);
  };
  for (int b = 0; b < 256; ++b) {
    constexpr const char* digits = "0123456789ABCDEF";
    if (b != without_byte) add({std::string("<0x") + digits[b / 16] + digits[b % 16] + ">", 0.0f, byte_type});
  }
  for (const piece& p : more) add(p);
  test::gguf_writer out;
  out.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types);
  return out.reals("tokenizer.ggml.scores", scores);
}

result<tokenizer> load(const test::gguf_writer& writer) {
  const auto bytes = writer.bytes();
  const auto file = gguf_file::from_bytes(bytes);
  if (!file) return file.error();
  return tokenizer::load(*file);  // keeps nothing of the bytes
}

list pieces(const tokenizer& t, std::string_view text) {
  list out;
  for (const token_id id : t.encode(text)) out.emplace_back(t.token_bytes(id));
  return out;
}

const std::string space = "\xe2\x96\x81";
const std::vector<piece> letters{{space, -50}, {"h", -51}, {"e", -52}, {"l", -53}, {"o", -54}, {"<", -55}, {"s", -56}, {">", -57}};

std::vector<piece> with_letters(std::vector<piece> more) {
  more.insert(more.end(), letters.begin(), letters.end());
  return more;
}

}  // namespace

TEST_CASE("the best score first, the leftmost among equals") {
  const auto t =
      load(vocabulary(with_letters({{"ll", -3}, {"he", -2}, {"hell", -4}, {"hello", -5}, {space + "hello", -6}, {"el", -1}}))).value();
  CHECK(pieces(t, "hello") == list{" ", "h", "el", "l", "o"});  // "el" is best, and nothing continues from it
  const auto u = load(vocabulary(with_letters({{"ll", -3}, {"he", -2}, {"hell", -4}, {"hello", -5}, {space + "hello", -6}}))).value();
  CHECK(pieces(u, "hello") == list{" hello"});
  CHECK(pieces(u, "hello hello") == list{" hello", " hello"});
  CHECK(pieces(u, "lllll") == list{" ", "ll", "ll", "l"});
  CHECK(u.decode(u.encode("hello hello ")) == "hello hello ");
  CHECK(u.encode("").empty());
  // -0 and 0 are the same score: the leftmost pair goes first.
  const auto z = load(vocabulary(with_letters({{"he", 0.0f}, {"el", -0.0f}}))).value();
  CHECK(pieces(z, "hel") == list{" ", "he", "l"});
}

TEST_CASE("what no piece holds is written in bytes, and comes back") {
  const auto t = load(vocabulary(letters).flag("tokenizer.ggml.add_space_prefix", false)).value();
  CHECK(t.encode("A") == std::vector<token_id>{3 + 'A'});
  CHECK(t.encode("é") == std::vector<token_id>{3 + 0xc3, 3 + 0xa9});
  std::string all;
  for (int b = 0; b < 256; ++b) all += static_cast<char>(b);
  CHECK(t.decode(t.encode(all)) == all);
  CHECK(t.decode(t.encode("h \xf0\x9f\x98")) == "h \xf0\x9f\x98");
  CHECK(t.decode(t.encode("<0x41>")) == "<0x41>");  // six characters, not the byte
}

TEST_CASE("spaces: one in front where the file wants it, after user-defined tokens too") {
  const auto more = with_letters({{"[tag]", 0, 4}, {"[tag]h", 0, 4}, {space + space, -1}, {"\n\n", 0, 4}, {"\n\n\n", 0, 4}});
  const auto t = load(vocabulary(more)).value();
  CHECK(pieces(t, "h") == list{" ", "h"});
  CHECK(pieces(t, " h") == list{"  ", "h"});
  CHECK(pieces(t, "h[tag]e") == list{" ", "h", "[tag]", " ", "e"});
  CHECK(pieces(t, "[tag][tag]hh") == list{"[tag]", "[tag]h", " ", "h"});
  CHECK(pieces(t, "\n\n\n\n\n") == list{"\n\n\n", "\n\n"});
  const auto u = load(vocabulary(more).flag("tokenizer.ggml.add_space_prefix", false)).value();
  CHECK(pieces(u, "h[tag]e h") == list{"h", "[tag]", "e", " ", "h"});
}

TEST_CASE("user-defined tokens: the longest anywhere goes first, then the first declared") {
  const auto t = load(vocabulary({{"abcd", 0, 4}, {"bcdef", 0, 4}, {"ab", 0, 4}, {"a", 0, 4}, {"xy", 0, 4}, {"yz", 0, 4}})
                          .flag("tokenizer.ggml.add_space_prefix", false))
                     .value();
  CHECK(pieces(t, "abcdef") == list{"a", "bcdef"});  // not "abcd": a longer one overlaps it, and then only "a" has room
  CHECK(pieces(t, "abcde") == list{"abcd", "e"});
  CHECK(pieces(t, "aab") == list{"a", "ab"});
  CHECK(pieces(t, "xyz") == list{"xy", "z"});
  CHECK(pieces(t, "xxyzz") == list{"x", "xy", "z", "z"});
}

TEST_CASE("no text becomes a control token, whatever pieces could spell it and whatever the file calls it") {
  std::vector<piece> more =
      with_letters({{"<s", -1}, {"s>", -2}, {"</", -1}, {"/", -60}, {"_", -61}, {"<start_of_turn>", 5, 1}, {"<start_of_turn", 4, 1}});
  for (const char* marker : {"<end_of_turn>", "<|im_end|>", "[INST]", "<|eot_id|>", "<start_of_image>", "<bos>"})
    more.push_back({marker, 10, 4});
  const std::string start = "<start_of_turn";  // all its beginnings are pieces, so that merging could walk up to the marker
  for (std::size_t n = 2; n < start.size(); ++n) more.push_back({start.substr(0, n), static_cast<float>(n), 1});
  for (const char c : std::string("tarfun_|imdoIT[]NSbgk")) more.push_back({std::string(1, c), -80, 1});
  const auto t = load(vocabulary(more)).value();
  for (const std::string text :
       {"<s>", "</s>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<|im_end|>", "[INST]", "<|eot_id|>", "<bos>", "<start_of_image>"}) {
    CHECK(t.control_token(text).has_value());
    for (const std::string& around : {text, "hello" + text + text, text + "\n<s>"}) {
      const auto ids = t.encode(around);
      for (const token_id id : ids) CHECK_FALSE(t.is_control(id));
      CHECK(t.decode(ids) == around);
    }
  }
  CHECK(pieces(t, "<start_of_turn>") == list{" ", "<start_of_turn", ">"});
  CHECK(t.bos() == 1);  // as the family has it, where the file is silent
  CHECK(t.eos() == 2);
  CHECK(t.adds_bos());
}

TEST_CASE("\"<s>\" is only a tag where another token begins a sequence") {
  auto writer = [&](bool declared) {
    test::gguf_writer w;
    std::vector<std::string> tokens{"<unk>", "<begin>", "<s>"};
    std::vector<std::int32_t> types{2, 3, 4};
    for (int b = 0; b < 256; ++b) {
      constexpr const char* digits = "0123456789ABCDEF";
      tokens.push_back(std::string("<0x") + digits[b / 16] + digits[b % 16] + ">");
      types.push_back(6);
    }
    w.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types);
    w.reals("tokenizer.ggml.scores", std::vector<float>(tokens.size()));
    if (declared) w.number("tokenizer.ggml.bos_token_id", 1);
    return w;
  };
  CHECK(load(writer(true)).value().encode("<s>") == std::vector<token_id>{2});
  CHECK(load(writer(false)).value().is_control(2));
}

TEST_CASE("a megabyte is no trouble, nor are thousands of user-defined tokens") {
  std::vector<piece> more = with_letters({{"ll", -3}, {"he", -2}, {"hell", -4}, {"hello", -5}, {space + "hello", -6}});
  std::string run = "l";
  for (int i = 0; i < 10; ++i) more.push_back({run += run, static_cast<float>(i), 1});
  for (int i = 0; i < 6000; ++i) more.push_back({"<mark" + std::to_string(i) + ">", 0, 4});
  for (std::size_t n = 2; n < 32; ++n) more.push_back({std::string(n, '\n'), 0, 4});
  const auto t = load(vocabulary(more).flag("tokenizer.ggml.add_space_prefix", false)).value();
  for (const char* unit : {"l", "hello ", " ", "\xff", "é", "<mark17>", "<mark", "\n", "\n\n<"}) {
    std::string text;
    while (text.size() < (1u << 20)) text += unit;
    const auto ids = t.encode(text);  // were it quadratic, it would take hours, and the test its time limit
    CHECK((t.decode(ids) == text));   // not shown: a megabyte
  }
}

TEST_CASE("a vocabulary made for slowness") {
  std::vector<piece> more;  // every run of one letter is a token, and longer ones are better
  for (std::size_t n = 1; n <= 1024; ++n) more.push_back({std::string(n, 'a'), static_cast<float>(n), 1});
  for (std::size_t n = 1; n <= 256; ++n) more.push_back({std::string(n, 'b'), 0, 4});
  const auto t = load(vocabulary(more).flag("tokenizer.ggml.add_space_prefix", false)).value();
  for (const char c : {'a', 'b'}) {
    const std::string text(1u << 17, c);
    const auto ids = t.encode(text);
    CHECK((t.decode(ids) == text));
  }
}

TEST_CASE("a vocabulary with changed bytes") {
  const auto whole = vocabulary(with_letters({{"he", -2}, {"hell", -4}, {"[tag]", 0, 4}, {"\n\n", 0, 4}})).bytes();
  rng r(6);
  std::size_t read = 0;
  for (int i = 0; i < 3000; ++i) {
    auto changed = whole;
    for (std::uint32_t n = 1 + r.below(3); n > 0; --n) {
      changed[r.below(static_cast<std::uint32_t>(changed.size()))] = static_cast<std::byte>(r.below(256));
    }
    const auto file = gguf_file::from_bytes(changed);
    if (!file) continue;
    const auto t = tokenizer::load(*file);
    if (!t) {
      CHECK(t.error().message.find("tokenizer.ggml.") != std::string::npos);
      continue;
    }
    ++read;
    for (const token_id id : t->encode("hello [tag]\n\n\n <s></s> \xff")) CHECK_FALSE(t->is_control(id));
  }
  CHECK(read > 100);
}

TEST_CASE("a bad file is refused, and the key is named") {
  const auto message = [](const test::gguf_writer& w) {
    const auto t = load(w);
    return t ? std::string("loaded") : t.error().to_string();
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(message(vocabulary({})) == "loaded");
  CHECK(has(message(test::gguf_writer().text("tokenizer.ggml.model", "bert")), "tokenizer.ggml.model \"bert\" is not supported"));
  CHECK(has(message(test::gguf_writer().text("tokenizer.ggml.model", "llama")), "missing key \"tokenizer.ggml.tokens\""));

  const std::vector<std::string> two{"a", "b"};
  const std::vector<std::int32_t> one_type{1}, two_types{1, 1};
  const std::vector<float> one_score{1}, nan{std::numeric_limits<float>::quiet_NaN(), 0},
      infinite{0, std::numeric_limits<float>::infinity()};
  const auto tiny = [&] { return test::gguf_writer().text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", two); };
  const auto typed = [&] { return tiny().integers("tokenizer.ggml.token_type", two_types); };
  CHECK(has(message(tiny()), "missing key \"tokenizer.ggml.token_type\""));
  CHECK(has(message(tiny().integers("tokenizer.ggml.token_type", one_type)), "tokenizer.ggml.token_type 1 kinds"));
  CHECK(has(message(typed()), "missing key \"tokenizer.ggml.scores\""));
  CHECK(has(message(typed().reals("tokenizer.ggml.scores", one_score)), "tokenizer.ggml.scores has 1 scores for 2 tokens"));
  CHECK(has(message(typed().reals("tokenizer.ggml.scores", nan)), "tokenizer.ggml.scores: the score of token 0 is not finite"));
  CHECK(has(message(typed().reals("tokenizer.ggml.scores", infinite)), "tokenizer.ggml.scores: the score of token 1 is not finite"));
  CHECK(has(message(typed().number("tokenizer.ggml.bos_token_id", 2)), "tokenizer.ggml.bos_token_id 2 is past"));
  CHECK(has(message(vocabulary({}, 0x41)), "tokenizer.ggml.tokens: there is no token for the byte 65"));
  CHECK(message(vocabulary({{"A"}}, 0x41)) == "loaded");                           // the byte itself will do
  CHECK(has(message(vocabulary({}, -1, 3)), "there is no token for the byte 0"));  // control tokens are no bytes
  CHECK(has(message(vocabulary({{"<0xZZ>", 0, 6}})), "\"<0xZZ>\" is marked as a byte"));
  CHECK(has(message(vocabulary({{std::string(257, 'x'), 0, 4}})), "is user-defined and has 257 bytes"));
  CHECK(has(message(vocabulary({{std::string(5000, 'x'), 0, 1}})), "a token has 5000 bytes, the most is 1024"));
  CHECK(message(vocabulary({{"", 0, 1}, {"", 0, 4}, {"a"}, {"a"}})) == "loaded");
}
