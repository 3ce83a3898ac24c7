// SPDX-License-Identifier: Apache-2.0
// GGUF files that are as they should be: every kind of value, every way to ask, the real weights.
#include <doctest/doctest.h>

#include <cstdint>
#include <inoculum/engine/gguf/gguf.hpp>
#include <limits>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"
#include "../support/weights.hpp"

using namespace inoculum;

TEST_CASE("metadata of every kind") {
  test::gguf_writer w;
  w.pair("u8", gguf_kind::u8, std::uint8_t{200}).pair("i8", gguf_kind::i8, std::int8_t{-3});
  w.pair("u16", gguf_kind::u16, std::uint16_t{60000}).pair("i16", gguf_kind::i16, std::int16_t{-30000});
  w.number("u32", 4000000000u).pair("i32", gguf_kind::i32, std::int32_t{7}).real("f32", 1.5f);
  w.pair("u64", gguf_kind::u64, std::numeric_limits<std::uint64_t>::max()).pair("i64", gguf_kind::i64, std::int64_t{-5});
  w.pair("f64", gguf_kind::f64, 0.1).flag("flag", true).text("text", "größer").text("empty", "");
  const std::vector<std::string> names{"one", "", "three"};
  w.texts("texts", names).texts("no texts", std::vector<std::string>{});
  w.integers("integers", std::vector<std::int32_t>{1, -2, 3}).reals("reals", std::vector<float>{0.5f, -0.25f});
  w.numbers("big", gguf_kind::u64, std::span<const std::uint64_t>(std::vector<std::uint64_t>{~0ull, 1}));
  w.numbers("flags", gguf_kind::flag, std::span<const std::uint8_t>(std::vector<std::uint8_t>{1, 0}));
  const auto bytes = w.bytes();
  const auto file = gguf_file::from_bytes(bytes).value();

  CHECK(file.version() == 3);
  CHECK(file.metadata().size() == 19);
  CHECK(file.number("u8") == 200);
  CHECK(file.number("u16") == 60000);
  CHECK(file.number("u32") == 4000000000u);
  CHECK(file.number("i32") == 7);
  CHECK(file.number("u64") == std::numeric_limits<std::uint64_t>::max());
  for (const char* key : {"i8", "i16", "i64", "f32", "flag", "text", "texts", "missing", ""}) CHECK_FALSE(file.number(key).has_value());
  CHECK(file.real("f32") == 1.5);
  CHECK(file.real("f64") == 0.1);
  CHECK(file.real("i16") == -30000.0);
  CHECK_FALSE(file.real("text").has_value());
  CHECK(file.text("text") == "größer");
  CHECK(file.text("empty") == "");
  CHECK_FALSE(file.text("u8").has_value());
  CHECK(file.flag("flag") == true);
  CHECK_FALSE(file.flag("u8").has_value());
  CHECK(file.texts("texts")->list() == std::vector<std::string_view>{"one", "", "three"});
  CHECK(file.texts("no texts")->list().empty());
  CHECK_FALSE(file.texts("integers").has_value());
  CHECK((*file.integers("integers"))[1] == -2);
  CHECK((*file.integers("big"))[0] == std::numeric_limits<std::int64_t>::max());
  CHECK((*file.integers("flags"))[0] == 1);
  CHECK((*file.reals("reals"))[1] == -0.25);
  CHECK((*file.reals("integers"))[1] == -2.0);
  CHECK_FALSE(file.integers("reals").has_value());

  CHECK(file.require_number("u8").value() == 200);
  CHECK(file.require_number("nothing").error().to_string() == "gguf: missing key \"nothing\" (an integer)");
  CHECK(file.require_text("texts").error().to_string() == "gguf: key \"texts\" is an array of 3 string, wanted a string");
}

TEST_CASE("tensors of every type, in version 2 and 3, with another alignment") {
  rng r(3);
  for (const std::uint32_t version : {2u, 3u}) {
    for (const std::size_t alignment : {std::size_t{32}, std::size_t{8}, std::size_t{4096}}) {
      test::gguf_writer w;
      w.version = version;
      w.alignment = alignment;
      w.number("general.alignment", static_cast<std::uint32_t>(alignment));
      std::vector<std::pair<std::string, std::vector<std::byte>>> written;
      for (std::uint32_t t = 0; t < 64; ++t) {
        const auto type = static_cast<ggml_type>(t);
        if (const auto layout = layout_of(type)) {
          written.emplace_back(layout->name, test::random_tensor(type, 2 * 3 * layout->elements, r));
          w.tensor(layout->name, type, {layout->elements, 3, 2}, written.back().second);
        }
      }
      const auto bytes = w.bytes();
      const auto file = gguf_file::from_bytes(bytes).value();
      CHECK(file.version() == version);
      CHECK(file.alignment() == alignment);
      REQUIRE(file.tensors().size() == 35);
      for (const auto& [name, data] : written) {
        const gguf_tensor* t = file.find(name);
        REQUIRE(t != nullptr);
        CHECK(to_string(t->type) == name);
        CHECK(t->offset % alignment == 0);
        CHECK(std::equal(t->data.begin(), t->data.end(), data.begin(), data.end()));
      }
      CHECK(file.find("q4_2") == nullptr);
      CHECK(file.require_tensor("f32", {1, 3, 2}).value()->shape() == "[1, 3, 2]");
      CHECK(file.require_tensor("f32", {1, 3, 2, 1}).has_value());
      CHECK(file.require_tensor("f32", {1, 3}).error().message == "tensor \"f32\" has the shape [1, 3, 2], wanted [1, 3]");
      CHECK(file.require_tensor("f33", {1}).error().message == "missing tensor \"f33\" [1]");
    }
  }
}

TEST_CASE("an unknown tensor type is kept by name") {
  test::gguf_writer w;
  const std::vector<std::byte> data(64);
  w.tensor("old", static_cast<ggml_type>(31), {32, 2}, data).tensor("good", ggml_type::f32, {16}, data);
  const auto bytes = w.bytes();
  const auto file = gguf_file::from_bytes(bytes).value();
  CHECK(file.find("old")->data.empty());
  CHECK(to_string(file.find("old")->type) == "type 31");
  CHECK(file.require_tensor("old", {32, 2}).error().message == "tensor \"old\" has the unknown type 31");
  CHECK(file.find("good")->data.size() == 64);
}

TEST_CASE("a handle outlives the one it was copied from") {
  const std::string path = "gguf_reading_test.gguf";
  REQUIRE(test::tiny_llama().save(path));
  std::optional<gguf_file> copy;
  {
    const auto file = gguf_file::open(path).value();
    copy = file;
  }
  std::remove(path.c_str());
  CHECK(copy->number("llama.block_count") == 2);
  CHECK(copy->require_tensor("blk.1.attn_k.weight", {64, 32}).value()->data.size() == 64 * 32 / 32 * 20);
}

TEST_CASE("the real weights") {
  const std::string path = test::weights("reading the real weights");
  if (path.empty()) return;
  const auto file = gguf_file::open(path).value();
  CHECK(file.text("general.architecture") == "llama");
  CHECK(file.number("llama.block_count") == 30);
  CHECK(file.tensors().size() == 272);
  CHECK(file.texts("tokenizer.ggml.tokens")->size() == 49152);
  const gguf_tensor* table = file.require_tensor("token_embd.weight", {576, 49152}).value();
  CHECK(table->type == ggml_type::q8_0);
  CHECK(table->offset == 1785664);
  const gguf_tensor& last =
      *std::max_element(file.tensors().begin(), file.tensors().end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  CHECK(last.offset + last.data.size() <= file.size());
  CHECK(file.size() - (last.offset + last.data.size()) < 32);
}

TEST_CASE("a fingerprint tells files apart by size, header and a sample of every tensor") {
  const std::size_t step = gguf_file::fingerprint_step;
  const auto file_of = [](const std::vector<std::byte>& bytes) { return gguf_file::from_bytes(bytes).value(); };
  const auto made = [&](std::uint32_t number, std::uint64_t rows) {
    rng r(1);
    test::gguf_writer w;
    w.number("a key", number);
    for (const char* name : {"first", "second"}) {
      w.tensor(name, ggml_type::f16, {64, rows}, test::random_tensor(ggml_type::f16, 64 * rows, r));
    }
    return w.bytes();
  };
  auto bytes = made(1, 1000);  // 125 KB each
  const digest whole = file_of(bytes).fingerprint();
  CHECK(file_of(made(1, 1000)).fingerprint() == whole);
  CHECK(file_of(made(2, 1000)).fingerprint() != whole);
  CHECK(file_of(made(1, 1001)).fingerprint() != whole);
  const auto changed = [&](std::size_t from, std::size_t n) {
    for (std::size_t i = from; i < from + n; ++i) bytes[i] ^= std::byte{1};
    const bool seen = file_of(bytes).fingerprint() != whole;
    for (std::size_t i = from; i < from + n; ++i) bytes[i] ^= std::byte{1};
    return seen;
  };
  rng r(2);
  std::size_t missed = 0;
  for (const char* name : {"first", "second"}) {
    const gguf_tensor tensor = *file_of(bytes).find(name);
    for (const std::size_t at : {std::size_t{0}, std::size_t{1023}, 1024 + step, 1024 + step + 63, std::size_t{1024} + 2 * step}) {
      CHECK(changed(tensor.offset + at, 1));
    }
    for (int i = 0; i < 50; ++i) {  // wherever a run of that length lies, to the tensor's end
      CHECK(changed(tensor.offset + r.below(static_cast<std::uint32_t>(tensor.data.size() - step)), step));
      missed += changed(tensor.offset + 1024 + r.below(static_cast<std::uint32_t>(tensor.data.size() - 1024)), 1) ? 0 : 1;
    }
  }
  CHECK(missed > 80);  // what it cannot tell, as it says
  CHECK(file_of(bytes).fingerprint() == whole);
}
