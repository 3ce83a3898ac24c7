// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/core/modality.hpp>
#include <inoculum/core/request.hpp>
#include <inoculum/core/utf8.hpp>
#include <set>
#include <string>
#include <string_view>

namespace ino = inoculum;

TEST_CASE("a modality's name parses back, and no two share one") {
  std::set<std::string_view> names, spoken;
  for (const ino::modality m : ino::all_modalities) {
    CHECK(ino::parse_modality(to_string(m)) == m);
    names.insert(to_string(m));
    spoken.insert(spoken_name(m));
  }
  CHECK(names.size() == 10);
  CHECK(spoken.size() == 10);
  CHECK(ino::parse_modality("unknown") == ino::modality::unknown);
  CHECK_FALSE(ino::parse_modality("CT"));
  CHECK_FALSE(ino::parse_modality("petscan"));
  CHECK_FALSE(ino::parse_modality(""));
}

TEST_CASE("an intent's name parses back") {
  CHECK(ino::parse_intent("harmful") == ino::intent::harmful);
  CHECK(ino::parse_intent("benign") == ino::intent::benign);
  CHECK_FALSE(ino::parse_intent("Harmful"));
}

TEST_CASE("roles and reasons have the names that servers use") {
  CHECK(to_string(ino::role::system) == "system");
  CHECK(to_string(ino::role::user) == "user");
  CHECK(to_string(ino::role::assistant) == "assistant");
  CHECK(to_string(ino::finish_reason::length) == "length");
}

TEST_CASE("invalid UTF-8 is found where it begins") {
  const auto npos = std::string_view::npos;
  CHECK(ino::find_invalid_utf8("") == npos);
  CHECK(ino::find_invalid_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") == npos);
  CHECK(ino::find_invalid_utf8(std::string_view("a\0b", 3)) == npos);
  CHECK(ino::find_invalid_utf8("ab\xff") == 2);
  CHECK(ino::find_invalid_utf8("ab\x80") == 2);            // a continuation byte alone
  CHECK(ino::find_invalid_utf8("ab\xc3") == 2);            // the text ends inside
  CHECK(ino::find_invalid_utf8("\xc0\xaf") == 0);          // overlong
  CHECK(ino::find_invalid_utf8("\xe0\x80\xaf") == 0);      // overlong
  CHECK(ino::find_invalid_utf8("\xed\xa0\x80") == 0);      // a surrogate
  CHECK(ino::find_invalid_utf8("\xf4\x90\x80\x80") == 0);  // past U+10FFFF
  CHECK(ino::find_invalid_utf8("\xf0\x80\x80\x80") == 0);  // overlong
  CHECK(ino::find_invalid_utf8("x\xe2\x28\xa1") == 1);
}

TEST_CASE("streaming never shows half a character") {
  const std::string_view euro = "a\xe2\x82\xac";
  CHECK(ino::complete_utf8(euro) == 4);
  CHECK(ino::complete_utf8(euro.substr(0, 3)) == 1);
  CHECK(ino::complete_utf8(euro.substr(0, 2)) == 1);
  CHECK(ino::complete_utf8("abc") == 3);
  CHECK(ino::complete_utf8("") == 0);
  CHECK(ino::complete_utf8("\xf0\x9f\x98") == 0);
  CHECK(ino::complete_utf8("a\x80\x80\x80\x80") == 5);  // never valid, so nothing is worth waiting for
}
