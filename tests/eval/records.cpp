// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <inoculum/core/rng.hpp>
#include <inoculum/eval/records.hpp>
#include <limits>
#include <set>
#include <sstream>
#include <string>

#include "folder.hpp"

namespace ino = inoculum;

namespace {

ino::record sample(const std::string& id) {
  ino::record r;
  r.id = id;
  r.policy = "mixed(0.5*similarity, 0.5*random) | similar_last";
  r.order = "similar_last";
  r.demonstrations = 8;
  r.attack = "prefix_injection";
  r.seed = 0xffffffffffffffffu;
  r.model = "m \"quoted\"";
  r.pool = "abc";
  r.settings = "max_tokens=64";
  r.tokens = 4096;
  r.picture = "0123";
  r.label = ino::intent::harmful;
  r.mode = ino::modality::ct;
  r.has_image = true;
  r.query = "line\nbreak\t\"q\" \\ \xc3\xa9";
  r.asked = "changed";
  r.text = "I can't.";
  r.judged = {ino::verdict_label::full_refusal, 0, 7, "first-person inability"};
  r.selected = {{"d1", 0.25, "similar"}, {"d2", 0.125, "random"}};
  r.gate_closed = true;
  r.expected = "yes";
  r.correct = false;
  r.bled = true;
  r.bled_word = "mass";
  r.pair = "p1";
  r.prompt_tokens = 10;
  r.cached_tokens = 4;
  r.completion_tokens = 3;
  r.ttft_ms = 1.5;
  r.total_ms = 2.5;
  return r;
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("a record comes back from its line as it was") {
  const ino::record r = sample("q1");
  const std::string line = ino::to_json_line(r);
  CHECK(line.find('\n') == std::string::npos);
  const auto back = ino::parse_record(line);
  REQUIRE_MESSAGE(back, back.error().to_string());
  CHECK(ino::to_json_line(*back) == line);
  CHECK(ino::record_key(*back) == ino::record_key(r));
  CHECK(back->seed == r.seed);
  CHECK(back->query == r.query);
  CHECK(back->selected.size() == 2);
  CHECK(back->correct == false);
  CHECK(back->judged.refused());
}

TEST_CASE("a line has the fields of the contract") {
  for (const char* field : {"id", "intent", "policy", "order", "demonstrations", "attack", "seed", "model", "pool", "modality", "query",
                            "text", "verdict", "refused", "ttft_ms", "prompt_tokens", "cached_tokens", "schema"}) {
    CAPTURE(field);
    CHECK(ino::to_json_line(sample("x")).find("\"" + std::string(field) + "\":") != std::string::npos);
  }
}

TEST_CASE("answers that are not UTF-8 and numbers that are not finite are written as valid JSON") {
  ino::record r = sample("x");
  r.text = "bad \xff\xfe \xe2\x80 bytes";
  r.ttft_ms = std::numeric_limits<double>::quiet_NaN();
  r.total_ms = std::numeric_limits<double>::infinity();
  const auto back = ino::parse_record(ino::to_json_line(r));
  REQUIRE(back);
  CHECK(back->ttft_ms == 0.0);
  CHECK(back->text.find("bad") == 0);
}

TEST_CASE("lines that are not records are refused with a reason") {
  const std::string good = ino::to_json_line(sample("x"));
  const auto code = [](const std::string& line) {
    const auto r = ino::parse_record(line);
    REQUIRE_FALSE(r);
    CHECK_FALSE(r.error().message.empty());
    return r.error().code;
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    const std::size_t at = line.find(from);
    REQUIRE(at != std::string::npos);
    return line.replace(at, from.size(), to);
  };
  CHECK(code("") == ino::errc::parse);
  CHECK(code("[1]") == ino::errc::parse);
  CHECK(code("{}") == ino::errc::parse);
  CHECK(code(good.substr(0, good.size() / 2)) == ino::errc::parse);
  CHECK(code(with("\"schema\":1", "\"schema\":2")) == ino::errc::unsupported);
  CHECK(code(with("\"intent\":\"harmful\"", "\"intent\":\"evil\"")) == ino::errc::parse);
  CHECK(code(with("\"verdict\":\"full_refusal\"", "\"verdict\":\"no\"")) == ino::errc::parse);
  CHECK(code(with("\"demonstrations\":8", "\"demonstrations\":-8")) == ino::errc::parse);
  CHECK(code(with("\"id\":\"x\"", "\"id\":7")) == ino::errc::parse);
  CHECK(ino::parse_record(with("\"schema\":1", "\"later\":[1,{}],\"schema\":1")));  // unknown fields are no fault
}

TEST_CASE("a log resumes: half a line is repaired, nothing is lost or doubled") {
  const test_folder folder;
  const std::string path = folder.path + "/records.jsonl";
  {
    auto log = ino::record_log::open(folder.path);
    REQUIRE(log);
    CHECK(log->resumed() == 0);
    REQUIRE(log->append(sample("a")));
    REQUIRE(log->append(sample("b")));
    const auto twice = log->append(sample("a"));
    REQUIRE_FALSE(twice);
    CHECK(twice.error().message.find("\"a\"") != std::string::npos);
  }
  std::ofstream(path, std::ios::app | std::ios::binary) << R"({"schema":1,"id":"c","int)";  // killed here
  auto log = ino::record_log::open(folder.path);
  REQUIRE_MESSAGE(log, log.error().to_string());
  CHECK(log->resumed() == 2);
  CHECK(log->contains(sample("b")));
  CHECK_FALSE(log->contains(sample("c")));
  CHECK(log->agrees(sample("b")));
  CHECK(log->agrees(sample("c")));
  ino::record changed = sample("b");
  changed.query += " now";
  CHECK(log->agrees(changed).error().code == ino::errc::invalid_argument);
  REQUIRE(log->append(sample("c")));
  std::vector<std::string> ids;
  const auto repeated = ino::for_each_record(path, [&](ino::record&& r) {
    ids.push_back(r.id);
    return true;
  });
  REQUIRE(repeated);
  CHECK(*repeated == 0);
  CHECK(ids == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("cut anywhere, a log opens, keeps all whole records and takes the others again") {
  const test_folder folder;
  const std::string path = folder.path + "/records.jsonl";
  std::string all;
  for (const char* id : {"a", "b", "c"}) all += ino::to_json_line(sample(id)) + "\n";
  ino::rng random(5);
  for (int round = 0; round < 60; ++round) {
    const std::size_t cut = random.below(static_cast<std::uint32_t>(all.size() + 1));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << all.substr(0, cut);
    {
      auto log = ino::record_log::open(folder.path);
      REQUIRE(log);
      for (const char* id : {"a", "b", "c"}) {
        if (!log->contains(sample(id))) REQUIRE(log->append(sample(id)));
      }
    }
    CHECK(content(path) == all);
  }
}

TEST_CASE("one key differs from another in every part of it") {
  std::set<std::string> keys = {ino::record_key(sample("a"))};
  for (int i = 0; i < 10; ++i) {
    ino::record r = sample("a");
    if (i == 8) r.tokens = 1;
    if (i == 9) r.settings = "max_tokens=1";
    if (i == 0) r.id = "b";
    if (i == 1) r.attack = "none";
    if (i == 2) r.policy = "random";
    if (i == 3) r.order = "other";
    if (i == 4) r.demonstrations = 9;
    if (i == 5) r.seed = 1;
    if (i == 6) r.model = "n";
    if (i == 7) r.pool = "abd";
    CHECK(keys.insert(ino::record_key(r)).second);
  }
  ino::record same = sample("a");
  same.text = "something else";
  same.ttft_ms = 99;
  CHECK_FALSE(keys.insert(ino::record_key(same)).second);
}

TEST_CASE("a repeated record is read once, a spoilt line stops with its number") {
  const test_folder folder;
  const std::string path = folder.path + "/records.jsonl";
  const std::string a = ino::to_json_line(sample("a")) + "\n", b = ino::to_json_line(sample("b")) + "\n";
  std::ofstream(path, std::ios::binary) << a << b << a << "\n" << a;
  std::size_t n = 0;
  const auto repeated = ino::for_each_record(path, [&](ino::record&&) { return ++n > 0; });
  REQUIRE(repeated);
  CHECK(*repeated == 2);
  CHECK(n == 2);
  std::ofstream(path, std::ios::binary | std::ios::app) << "{\"schema\":1}\n" << b;
  const auto bad = ino::record_log::open(folder.path);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().where == path + ":6");
}

TEST_CASE("an output folder that cannot be written is named") {
  const test_folder folder;
  const std::string file = folder.path + "/file";
  std::ofstream(file) << "x";
  const auto under_a_file = ino::record_log::open(file + "/out");
  REQUIRE_FALSE(under_a_file);
  CHECK(under_a_file.error().to_string().find(file + "/out") != std::string::npos);
  // A folder where the file should be; unlike permissions, this stops root too.
  std::filesystem::create_directories(folder.path + "/busy/records.jsonl");
  const auto blocked = ino::record_log::open(folder.path + "/busy");
  REQUIRE_FALSE(blocked);
  CHECK(blocked.error().to_string().find("busy/records.jsonl") != std::string::npos);
  // Two at once.
  auto first = ino::record_log::open(folder.path + "/new/deep");
  REQUIRE(first);
  CHECK_FALSE(ino::record_log::open(folder.path + "/new/deep"));
}
