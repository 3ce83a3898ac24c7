// SPDX-License-Identifier: Apache-2.0
// WordPiece on a small vocabulary, and on 10,000 strings against Hugging Face's tokenizers (make_reference.py).
#include <doctest/doctest.h>

#include <cstdio>
#include <inoculum/engine/tokenizer/wordpiece.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../support/tiny_bert.hpp"
#include "../support/weights.hpp"
#include "strings.hpp"

using namespace inoculum;

namespace {

using list = std::vector<std::string>;
list pieces(const wordpiece_tokenizer& t, std::string_view text) {
  list out;
  for (const token_id id : t.encode(text)) out.emplace_back(t.token_text(id));
  return out;
}
std::string refused(const std::string& vocabulary) {
  const auto t = wordpiece_tokenizer::parse(vocabulary, "v");
  return t ? "loaded" : t.error().to_string();
}

}  // namespace

TEST_CASE("words, accents, case and pieces") {
  const auto t = wordpiece_tokenizer::parse(test::tiny_words()).value();
  CHECK(t.size() == 20);
  CHECK(pieces(t, "Is there a FRACTURE?") == list{"is", "there", "a", "fracture", "?"});
  CHECK(pieces(t, "fractures  heart.size") == list{"fracture", "##s", "heart", ".", "size"});
  CHECK(pieces(t, "\u00ccs a\u0301 \u00c1") == list{"is", "a", "a"});
  CHECK(pieces(t, "heaart heart\tnothing") == list{"[UNK]", "heart", "[UNK]"});
  CHECK(pieces(t, "a\u4e2da") == list{"a", "[UNK]", "a"});
  CHECK(pieces(t,
               "he\u00adart h\x01"
               "eart\u200b") == list{"heart", "heart"});
  CHECK(pieces(t, "a\u3000a\u2028a\u0085a") == list{"a", "a", "[UNK]"});
  CHECK(pieces(t,
               "\xff"
               "a\xc3 a\xed\xa0\x80") == list{"a", "a"});
  CHECK(pieces(t, std::string_view("i\0s", 3)) == list{"is"});
  CHECK(t.encode("").empty());
  CHECK(t.encode(" \n\x01").empty());
  CHECK(t.encode("a a a a", 3).size() == 3);
  CHECK(t.encode("fractures", 1).size() == 1);
  CHECK(t.token_text(-1).empty());
  CHECK(t.token_text(20).empty());
}

TEST_CASE("text never becomes a control token") {
  const auto t = wordpiece_tokenizer::parse(test::tiny_words()).value();
  CHECK(pieces(t, "[CLS]") == list{"[", "cl", "##s", "]"});
  for (const char* text : {"[SEP]", "[sep]", "a[SEP]a", "[PAD] [MASK]", "[[CLS]]", " [CLS] ", "[\u0301SEP]", "##[SEP]##"}) {
    for (const token_id id : t.encode(text)) CHECK((id == t.unknown() || id > 4));
  }
}

TEST_CASE("a word past 100 characters is unknown, and a megabyte of one is no trouble") {
  const auto t = wordpiece_tokenizer::parse("[UNK]\n[CLS]\n[SEP]\na\n##a\n").value();
  CHECK(t.encode(std::string(100, 'a')).size() == 100);
  CHECK(t.encode(std::string(101, 'a')) == std::vector<token_id>{t.unknown()});
  for (const char* unit : {"a", " ", "?", "\xcc\x81", "a\xcc\x81", "\xff", "a "}) {
    std::string text;
    while (text.size() < (1u << 20)) text += unit;
    CHECK(t.encode(text, 5).size() <= 5);  // were it quadratic, the whole would take hours, and the test its time limit
    (void)t.encode(text);
  }
}

TEST_CASE("vocabularies that do not fit together") {
  CHECK(refused("[UNK]\n[CLS]\n[SEP]\r\na") == "loaded");
  CHECK(refused("[UNK]\n[CLS]\na\n") == "v: the vocabulary has no [SEP]");
  CHECK(refused("") == "v: the vocabulary has no [CLS]");
  CHECK(refused("[UNK]\n\n[SEP]\n") == "v:2: an empty token");
  CHECK(refused("[UNK]\n[CLS]\n[SEP]\na\nb\na\n") == "v:6: the token \"a\" is there twice");
  CHECK(refused("[UNK]\n[CLS]\n[SEP]\n##a\na\n##a\n") == "v:6: the token \"##a\" is there twice");
  CHECK(refused("[UNK]\n[CLS]\n[SEP]\n[UNK]\n") == "v:4: the token \"[UNK]\" is there twice");
  CHECK(wordpiece_tokenizer::load("no such file").error().code == errc::not_found);
}

TEST_CASE("the same tokens as Hugging Face's BertTokenizer") {
  const std::string folder = test::minilm("tokens against Hugging Face");
  if (folder.empty()) return;
  const auto t = wordpiece_tokenizer::load(folder + "/vocab.txt").value();
  std::ifstream reference("tests/sentence/data/tokens.txt");
  REQUIRE(reference.is_open());
  const auto strings = test::hard_strings();
  std::size_t begin = 0, different = 0, fast_differs = 0;
  for (std::string line; std::getline(reference, line); begin += 100) {
    REQUIRE(begin + 100 <= strings.size());
    std::istringstream in(line);
    std::size_t count = 0;
    std::string ids_hash, strings_hash, all;
    in >> count >> ids_hash >> strings_hash;
    for (std::size_t i; in >> i;) ++fast_differs;
    std::vector<token_id> ids;
    for (std::size_t i = begin; i < begin + 100; ++i) {
      all += strings[i];
      const auto some = t.encode(strings[i]);
      ids.insert(ids.end(), some.begin(), some.end());
    }
    REQUIRE_MESSAGE(hash_bytes(all) == std::stoull(strings_hash, nullptr, 16), "strings.hpp makes other strings than the reference has");
    const auto hash = hash_bytes({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(token_id)});
    if (ids.size() == count && hash == std::stoull(ids_hash, nullptr, 16)) continue;
    if (++different <= 5) MESSAGE("strings from " << begin << ": " << ids.size() << " tokens, Hugging Face " << count);
  }
  std::printf(
      "tokens against Hugging Face: %zu strings, %zu hundreds different (utf8proc has Unicode %s); its own two differ in %zu strings\n",
      begin, different, utf8proc_unicode_version(), fast_differs);
  CHECK(begin == 10000);
  CHECK(different == 0);
  CHECK(fast_differs == 9);
}
