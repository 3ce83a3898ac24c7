// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <inoculum/io/pool.hpp>

#include "folder.hpp"

namespace ino = inoculum;

namespace {

const std::string header = "{\"inoculum_pool\": 1}\n";
const std::string first = R"({"id":"a","intent":"harmful","modality":"ct","query":"Forge it.","response":"I can't."})"
                          "\n";
const std::string second =
    R"({"id":"b","intent":"benign","modality":"unknown","query":"What is É?","response":"A letter.","source":"synthetic","licence":"CC0-1.0"})"
    "\n";

ino::failure why(const std::string& text) {
  auto got = ino::parse_pool(text, "p.jsonl", "");
  REQUIRE_FALSE(got.has_value());
  return got.error();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A pool line with one field replaced or added.
std::string line_with(const std::string& field, const std::string& value) {
  std::string out;
  for (const char* name : {"id", "intent", "modality", "query", "response"}) {
    const std::string normal = name == std::string("intent") ? "benign" : name == std::string("modality") ? "mri" : "x";
    out += (out.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + (name == field ? value : "\"" + normal + "\"");
  }
  if (!contains(out, "\"" + field + "\":")) out += ",\"" + field + "\":" + value;
  return out + "}\n";
}

std::vector<std::uint8_t> tiny_png(std::uint8_t value) {
  return ino::encode_png(ino::image::from_rgb(1, 1, {value, value, value}).value()).value();
}
std::string as_text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("a pool by hand is read") {
  ino::pool_header head;
  const auto pool = ino::parse_pool("{\"inoculum_pool\":1,\"seed\":9,\"generator\":\"hand\",\"ward\":3}\r\n\n" + first + second, "p", "",
                                    ino::undrawn_phantom, &head);
  REQUIRE_MESSAGE(pool.has_value(), pool.error().to_string());
  REQUIRE(pool->size() == 2);
  CHECK((*pool)[0].label == ino::intent::harmful);
  CHECK((*pool)[0].mode == ino::modality::ct);
  CHECK((*pool)[1].query == "What is É?");
  CHECK((*pool)[1].licence == "CC0-1.0");
  CHECK(head.seed == 9);
  CHECK(head.generator == "hand");
  CHECK(head.extra == "{\"ward\":3}");
}

TEST_CASE("saving and loading give the same pool, unknown fields and pictures included") {
  const scratch_folder folder;
  folder.put("scans/one.png", as_text(tiny_png(7)));
  folder.put("hand.jsonl",
             header + first + line_with("image", "[\"scans/one.png\", \"phantom:ct/chest/mass?seed=7\"]") +
                 R"({"id":"c","intent":"benign","modality":"oct","query":"q","response":"r","reviewed":{"by":["x"],"n":1.5}})");
  const auto pool = ino::load_pool(folder / "hand.jsonl");
  REQUIRE_MESSAGE(pool.has_value(), pool.error().to_string());
  CHECK((*pool)[1].images.size() == 2);
  CHECK((*pool)[1].images[0].decode().value().rgb()[0] == 7);
  CHECK(contains((*pool)[1].images[0].name(), "scans/one.png#sha256="));
  CHECK((*pool)[1].images[1].name() == "phantom:ct/chest/mass?seed=7");
  CHECK((*pool)[1].images[1].decode().error().code == ino::errc::unsupported);
  CHECK((*pool)[2].extra == R"({"reviewed":{"by":["x"],"n":1.5}})");

  REQUIRE(ino::save_pool(*pool, folder / "saved.jsonl", {.seed = 5, .generator = "test"}).has_value());
  ino::pool_header head;
  const auto again = ino::load_pool(folder / "saved.jsonl", ino::undrawn_phantom, &head);
  REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
  CHECK(again->content_digest() == pool->content_digest());
  CHECK(head.digest == pool->content_digest().hex());
  CHECK(head.seed == 5);
  CHECK((*again)[2].extra == (*pool)[2].extra);
  REQUIRE(ino::save_pool(*again, folder / "twice.jsonl", head).has_value());
  CHECK(folder.get("twice.jsonl") == folder.get("saved.jsonl"));
}

TEST_CASE("phantoms are drawn by the resolver") {
  const auto draw = [](std::string_view name) -> ino::result<ino::picture> {
    return ino::picture(std::string(name), [] { return ino::image::from_rgb(1, 1, {1, 2, 3}); });
  };
  const auto pool = ino::parse_pool(header + line_with("image", "\"phantom:mri\""), "p", "", draw);
  CHECK((*pool)[0].images.at(0).decode().value().rgb()[2] == 3);
  CHECK(contains(why(header + line_with("image", "\"http://example.org/x.png\"")).to_string(), "p.jsonl:2: unknown kind of picture"));
}

TEST_CASE("errors name the line and the thing") {
  CHECK(why("").message == "pool file is empty");
  CHECK(why(header).message == "pool has no demonstrations");
  CHECK(contains(why(first).to_string(), "p.jsonl:1: not a pool"));
  CHECK(why("{\"inoculum_pool\": 2}\n" + first).code == ino::errc::unsupported);
  CHECK(contains(why("{\"inoculum_pool\": 2}\n" + first).message, "schema 2"));
  CHECK(contains(why(header + first + "{\"id\": \"b\",").to_string(), "p.jsonl:3: invalid JSON at character 12"));
  CHECK(contains(why(header + first + "\n[1]\n").to_string(), "p.jsonl:4: a JSON object is expected"));
  CHECK(contains(why(header + first + second + first).to_string(), "p.jsonl:4: duplicate id \"a\", first on line 2"));
  CHECK(contains(why(header + line_with("modality", "\"petscan\"")).to_string(), "p.jsonl:2: unknown modality \"petscan\""));
  CHECK(contains(why(header + line_with("intent", "\"evil\"")).message, "unknown intent \"evil\""));
  CHECK(contains(why(header + line_with("query", "\"\"")).message, "\"query\" is empty"));
  CHECK(contains(why(header + line_with("response", "null")).message, "\"response\" is missing"));
  CHECK(contains(why(header + line_with("id", "7")).message, "\"id\" is not a string"));
  CHECK(contains(why(header + "{\"id\":\"a\",\"id\":\"b\"}").message, "\"id\" occurs twice"));
  CHECK(contains(why(header + line_with("query", "\"\xff\xfe\"")).to_string(), "p.jsonl:2: invalid JSON"));
  CHECK(contains(why(header + line_with("query", "\"\\ud800\"")).message, "invalid JSON"));
  CHECK(contains(why(header + line_with("x", std::string(100000, '['))).message, "nested deeper than 64"));
  CHECK(contains(why(header + line_with("x", "1e999")).to_string(), "p.jsonl:2: invalid JSON"));
  const ino::failure longer = why(header + line_with("query", "\"" + std::string(ino::max_pool_line_bytes, 'q') + "\""));
  CHECK(longer.code == ino::errc::too_large);
  CHECK(contains(longer.to_string(), "p.jsonl:2: line is over the limit of 4194304 bytes"));
  CHECK(why(header + line_with("modality", "\"" + std::string(1000000, 'm') + "\"")).message.size() < 500);
}

TEST_CASE("a wrong digest says both") {
  const auto pool = ino::parse_pool(header + first, "p", "").value();
  const std::string right = pool.content_digest().hex();
  CHECK(ino::parse_pool("{\"inoculum_pool\":1,\"digest\":\"" + right + "\"}\n" + first, "p", "").has_value());
  const ino::failure f = why("{\"inoculum_pool\":1,\"digest\":\"" + right + "\"}\n" + second);
  CHECK(f.code == ino::errc::mismatch);
  CHECK(contains(f.message, right));
  CHECK(contains(f.message, ino::parse_pool(header + second, "p", "").value().content_digest().hex()));
}

TEST_CASE("image paths stay inside the pool's folder") {
  const scratch_folder folder;
  folder.put("outside.png", as_text(tiny_png(1)));
  folder.put("pool/in.png", as_text(tiny_png(2)));
  std::filesystem::create_symlink("../outside.png", folder / "pool/link.png");
  std::filesystem::create_symlink("in.png", folder / "pool/fine.png");
  const auto load = [&](const std::string& image) {
    folder.put("pool/p.jsonl", header + first + line_with("image", "\"" + image + "\""));
    const auto got = ino::load_pool(folder / "pool/p.jsonl");
    return got ? std::string() : got.error().to_string();
  };
  CHECK(load("in.png").empty());
  CHECK(load("./in.png").empty());
  CHECK(load("fine.png").empty());
  CHECK(contains(load("/etc/hostname"), "p.jsonl:3: image path \"/etc/hostname\" is absolute"));
  CHECK(contains(load("../outside.png"), "leaves the folder"));
  CHECK(contains(load("x/../../outside.png"), "leaves the folder"));
  CHECK(contains(load("x/.."), "leaves the folder"));
  CHECK(contains(load("link.png"), "through a link"));
  CHECK(contains(load("..\\\\outside.png"), "backslash"));
  CHECK(contains(load("none.png"), "p.jsonl:3: image \"none.png\" cannot be read"));
  CHECK(contains(load("in.png#sha256=00"), "has SHA-256"));
}

TEST_CASE("a picture that changes after loading is noticed, and changes the digest") {
  const scratch_folder folder;
  folder.put("x.png", as_text(tiny_png(1)));
  folder.put("p.jsonl", header + line_with("image", "\"x.png\""));
  const auto before = ino::load_pool(folder / "p.jsonl").value();
  REQUIRE(before[0].images[0].decode().has_value());
  folder.put("x.png", as_text(tiny_png(2)));
  CHECK(before[0].images[0].decode().error().code == ino::errc::mismatch);
  CHECK_FALSE(ino::load_pool(folder / "p.jsonl").value().content_digest() == before.content_digest());
}

TEST_CASE("what cannot be saved is refused, and nothing is half-written") {
  const scratch_folder folder;
  ino::basic_demonstration d{.id = "a", .query = "q", .response = "r"};
  const auto save = [&] { return ino::save_pool(ino::demonstration_pool::build(std::vector{d}).value(), folder / "p.jsonl"); };
  d.images = {ino::image::from_rgb(1, 1, {1, 2, 3}).value()};
  CHECK(contains(save().error().to_string(), "demonstration a: a picture without a name"));
  d.images.clear();
  d.query = "caf\xe9";  // no pool holds such a text
  CHECK(contains(ino::demonstration_pool::build(std::vector{d}).error().to_string(), "not valid UTF-8"));
  d.query = "q";
  d.extra = "not json";
  CHECK_FALSE(save().has_value());
  CHECK(folder.count() == 0);
  d.extra.clear();
  CHECK(save().has_value());
  CHECK(ino::save_pool({}, folder / "e.jsonl").error().code == ino::errc::invalid_argument);
  CHECK(ino::save_pool(ino::load_pool(folder / "p.jsonl").value(), folder / "no/p.jsonl").error().code == ino::errc::not_found);
}
