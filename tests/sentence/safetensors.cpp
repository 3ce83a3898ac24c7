// SPDX-License-Identifier: Apache-2.0
// The safetensors reader on good files and on every kind of lie.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <inoculum/core/rng.hpp>
#include <inoculum/engine/safetensors/safetensors.hpp>
#include <string>

#include "../support/tiny_bert.hpp"

using namespace inoculum;
using test::safetensors_writer;

namespace {

/// What reading gives: "ok", or the failure as a person sees it.
std::string told(const std::string& bytes) {
  const auto file = safetensors_file::from_bytes(test::bytes_of(bytes), "f");
  if (file) return "ok";
  CHECK_FALSE(file.error().where.empty());
  return file.error().to_string();
}
bool has(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}
std::string entry(const std::string& json, const std::string& data = {}) { return safetensors_writer().entry("t", json, data).bytes(); }

const std::string good = R"({"dtype":"F32","shape":[2,1],"data_offsets":[0,8]})";

}  // namespace

TEST_CASE("a file's tensors by name") {
  safetensors_writer writer;
  writer.tensor("b", "F32", {2, 3}, std::string(24, 'x')).tensor("a\\u00e9\\n", "BF16", {}, "yz").tensor("none", "I64", {3, 0}, "");
  const std::string bytes = writer.entry("__metadata__", R"({"format":"pt","a":"b"})").bytes();
  const auto file = safetensors_file::from_bytes(test::bytes_of(bytes)).value();
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.find("a") == nullptr);
  const safetensors_tensor* b = file.find("b");
  REQUIRE(b != nullptr);
  CHECK(b->describe() == "F32 [2, 3]");
  CHECK(b->data.size() == 24);
  CHECK(static_cast<char>(b->data.front()) == 'x');
  CHECK(b->offset == bytes.size() - 26);
  REQUIRE(file.find("a\u00e9\n") != nullptr);
  CHECK(file.find("a\u00e9\n")->describe() == "BF16 []");
  CHECK(static_cast<char>(file.find("a\u00e9\n")->data[1]) == 'z');
  CHECK(file.find("none")->data.empty());
  CHECK(file.require("b", {2, 3}).value() == b);
  CHECK(has(file.require("b", {3, 2}).error().to_string(), "tensor \"b\" is F32 [2, 3], wanted the shape [3, 2]"));
  CHECK(has(file.require("c", {1}).error().to_string(), "missing tensor \"c\" [1]"));
  CHECK(told(safetensors_writer().bytes()) == "ok");
  CHECK(told(safetensors_writer::whole("{}   ")) == "ok");  // writers pad with spaces
}

TEST_CASE("lies about sizes and places") {
  CHECK(told(entry(good, "12345678")) == "ok");
  CHECK(has(told(entry(good, "1234567")), "f, byte 64: tensor \"t\""));
  CHECK(has(told(entry(good, "123456789")), "1 bytes that belong to no tensor"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", "12345678")), "needs 12 bytes"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", "12345678")), "[8, 0]"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8,16]})", "12345678")), "leaves a gap"));
  CHECK(has(told(entry(R"({"dtype":"U8","shape":[99999999],"data_offsets":[0,99999999]})")), "past the file's end"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]})")), "more elements than"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,0]})")), "more elements than"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]})")), "no 64-bit integer"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,18446744073709551615]})")), "needs 0 bytes"));
  CHECK(has(told(entry(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})", "1234")), "more than 8 dimensions"));
  CHECK(has(told(safetensors_writer().entry("a", good, "12345678").entry("b", good).bytes()), "\"b\" overlaps \"a\""));
  CHECK(has(told(safetensors_writer().tensor("a", "U8", {1}, "1").tensor("a", "U8", {1}, "1").bytes()), "two tensors are named \"a\""));
}

TEST_CASE("headers that are none") {
  CHECK(has(told(""), "f, byte 0: the file ends inside the header's length"));
  CHECK(has(told("1234567"), "byte 7"));
  CHECK(has(told(std::string("GGUF\3\0\0\0and so on", 17)), "not a safetensors file, or cut short"));
  CHECK(has(told(safetensors_writer::whole("[]")), "does not begin with {"));
  CHECK(has(told(safetensors_writer::whole("")), "does not begin with {"));
  CHECK(has(told(safetensors_writer::whole("{")), "f, byte 9: the header is no valid JSON"));
  CHECK(has(told(safetensors_writer::whole("{}{}")), "no valid JSON"));
  CHECK(has(told(safetensors_writer::whole("{\"\xff\":1}")), "no valid JSON"));
  CHECK(has(told(safetensors_writer::whole("{" + std::string(100000, '['))), "no valid JSON"));
  CHECK(has(told(safetensors_writer::whole("{\"a\":" + std::string(100000, '['))), "\"a\" holds an array in a wrong place"));
  CHECK(has(told(safetensors_writer::whole("{\"\":{}}")), "name is empty"));
  for (const char* odd : {"1", "-1", "null", "true", "\"x\"", "[]", "1.5", "1e999"}) {
    CHECK(told(entry(odd)) != "ok");
    CHECK(told(entry(std::string("{\"dtype\":") + (std::string(odd) == "\"x\"" ? "2" : odd) + ",\"shape\":[],\"data_offsets\":[0,1]}",
                     "1")) != "ok");
    CHECK(told(entry(std::string("{\"dtype\":\"U8\",\"shape\":[") + (std::string(odd) == "1" ? "{}" : odd) + "],\"data_offsets\":[0,1]}",
                     "1")) != "ok");
    if (std::string(odd) != "\"x\"")
      CHECK(told(safetensors_writer().entry("__metadata__", std::string("{\"a\":") + odd + "}").bytes()) != "ok");
  }
  CHECK(has(told(entry(R"({"dtype":"F4","shape":[],"data_offsets":[0,1]})", "1")), "unknown dtype \"F4\""));
  CHECK(has(told(entry(R"({"shape":[],"data_offsets":[0,1]})", "1")), "has no dtype"));
  CHECK(has(told(entry(R"({"dtype":"U8","data_offsets":[0,1]})", "1")), "has no shape"));
  CHECK(has(told(entry(R"({"dtype":"U8","shape":[]})")), "has no data_offsets"));
  CHECK(has(told(entry(R"({"dtype":"U8","shape":[],"data_offsets":[0]})")), "no two data_offsets"));
  CHECK(has(told(entry(R"({"dtype":"U8","shape":[],"data_offsets":[0,1,2]})")), "more than two data_offsets"));
  CHECK(has(told(entry(R"({"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]})", "1")),
            "\"dtype\", which is unknown or there twice"));
  CHECK(has(told(entry(R"({"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1})", "1")), "\"x\", which is unknown"));
}

TEST_CASE("cut anywhere and damaged anywhere: an error or a good file, never more") {
  const std::string bytes = test::tiny_bert({.layers = 1}).model;
  CHECK(told(bytes) == "ok");
  for (std::size_t n = 0; n < bytes.size(); n += n < 3000 ? 1 : 997) CHECK(told(bytes.substr(0, n)) != "ok");
  rng r(3);
  std::size_t fine = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string damaged = bytes;
    for (std::uint32_t n = 1 + r.below(3); n > 0; --n) damaged[r.below(2500)] = static_cast<char>(r.below(256));
    const auto file = safetensors_file::from_bytes(test::bytes_of(damaged));
    if (!file) continue;
    ++fine;
    for (const safetensors_tensor& t : file->tensors()) {
      REQUIRE(t.data.data() >= test::bytes_of(damaged).data());
      REQUIRE(t.data.data() + t.data.size() <= test::bytes_of(damaged).data() + damaged.size());
    }
  }
  CHECK(fine < 20000);
}

TEST_CASE("files that are not there, and that are mapped") {
  CHECK(safetensors_file::open("no such file").error().code == errc::not_found);
  CHECK(safetensors_file::open("tests").error().code == errc::invalid_argument);
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_sentence.safetensors").string();
  std::ofstream(path, std::ios::binary) << test::tiny_bert().model;
  auto file = std::make_unique<safetensors_file>(safetensors_file::open(path).value());
  const auto handle = *file;
  file.reset();
  CHECK(handle.require("embeddings.LayerNorm.bias", {32}));
  std::filesystem::remove(path);
}
