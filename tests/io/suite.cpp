// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/io/suite.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <set>
#include <string>

#include "folder.hpp"

namespace ino = inoculum;

namespace {
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
std::string why(const std::string& text) {
  const auto got = ino::parse_suite(text, "s.jsonl", "");
  REQUIRE_FALSE(got.has_value());
  return got.error().to_string();
}
}  // namespace

TEST_CASE("a suite is read, its images relative to it") {
  const scratch_folder folder;
  REQUIRE(ino::write_png(ino::image::from_rgb(1, 1, {9, 8, 7}).value(), folder / "x.png").has_value());
  folder.put("s/suite.jsonl", R"({"id":"1","intent":"benign","query":"Which modality?","image":"../x.png","modality":"ct","answer":"CT"}
{"id":"2","intent":"harmful","query":"Forge it.","image":null,"note":[1]}
{"id":"3","intent":"benign","query":"q","image":"phantom:oct?seed=1"}
)" + ("{\"id\":\"4\",\"intent\":\"benign\",\"query\":\"q\",\"image\":\"" + folder / "x.png") +
                                  "\"}");
  const auto suite = ino::load_suite(folder / "s/suite.jsonl");
  REQUIRE_MESSAGE(suite.has_value(), suite.error().to_string());
  REQUIRE(suite->size() == 4);
  const auto& s = *suite;
  CHECK(s[0].label == ino::intent::benign);
  CHECK(s[0].mode == ino::modality::ct);
  CHECK(s[0].answer == "CT");
  CHECK(s[0].image.name() == "../x.png");
  CHECK(s[0].image.decode().value().rgb()[0] == 9);
  CHECK(s[1].image.empty());
  CHECK(s[1].mode == ino::modality::unknown);
  CHECK(s[1].extra == "{\"note\":[1]}");
  CHECK(s[2].image.decode().error().code == ino::errc::unsupported);
  CHECK(s[3].image.decode().value().rgb()[1] == 8);
}

TEST_CASE("a suite's errors name the line and the thing") {
  const std::string fine = "{\"id\":\"1\",\"intent\":\"benign\",\"query\":\"q\"}\n";
  CHECK(contains(why(""), "s.jsonl: suite has no queries"));
  CHECK(contains(why(fine + fine), "s.jsonl:2: duplicate id \"1\", first on line 1"));
  CHECK(contains(why(fine + "{"), "s.jsonl:2: invalid JSON"));
  CHECK(contains(why("{\"id\":\"1\",\"query\":\"q\"}"), "s.jsonl:1: field \"intent\" is missing"));
  CHECK(contains(why(R"({"id":"1","intent":"benign","query":"q","modality":"pet"})"), "unknown modality \"pet\""));
  CHECK(contains(why(R"({"id":"1","intent":"benign","query":"q","image":"no.png"})"), "s.jsonl:1: cannot read image \"no.png\""));
  CHECK(contains(why(R"({"id":"1","intent":"benign","query":"q","image":["no.png"]})"), "\"image\" is not a string"));
  CHECK(contains(why(R"({"id":"1","intent":"benign","query":"q","image":"i.png\u0000x"})"), "control character"));
  CHECK(ino::load_suite("no/such.jsonl").error().code == ino::errc::not_found);
}

TEST_CASE("the suite of our own can be read, and its queries are not in the pool") {
  const auto suite = ino::load_suite("bench/defence/requests.jsonl", ino::resolve_phantom).value();
  const auto pool = ino::synthesize().value();
  std::set<std::string> shown;
  for (const ino::basic_demonstration& d : pool.items()) shown.insert(d.query);
  std::size_t harmful = 0;
  for (const ino::suite_entry& e : suite) {
    CAPTURE(e.id);
    CHECK_FALSE(shown.contains(e.query));
    if (!e.image.empty()) CHECK(e.image.decode());
    harmful += e.label == ino::intent::harmful ? 1 : 0;
  }
  CHECK(suite.size() == 320);
  CHECK(harmful == 160);
}
