// SPDX-License-Identifier: Apache-2.0
// GGUF files that lie: each gets an error that names the thing and the byte, none a crash or a large allocation.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <inoculum/engine/gguf/gguf.hpp>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"

using namespace inoculum;
using bytes = std::vector<std::byte>;

namespace {

std::string outcome(const bytes& file) {
  const auto read = gguf_file::from_bytes(file);
  return read ? std::string("read") : read.error().to_string();
}
bool has(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

/// Touches everything that a file offers.
std::size_t walk(const gguf_file& file) {
  std::size_t sum = 0;
  for (const gguf_value& v : file.metadata()) {
    sum += v.key.size() + v.describe().size();
    if (const auto x = file.number(v.key)) sum += static_cast<std::size_t>(*x & 1);
    if (const auto x = file.real(v.key)) sum += *x > 0.5 ? 1 : 0;
    if (const auto x = file.text(v.key)) sum += x->size();
    if (const auto x = file.flag(v.key)) sum += *x ? 1 : 0;
    if (const auto x = file.texts(v.key))
      for (const auto s : *x) sum += s.size();
    if (const auto x = file.integers(v.key))
      for (std::size_t i = 0; i < x->size(); ++i) sum += static_cast<std::size_t>((*x)[i] & 1);
    if (const auto x = file.reals(v.key))
      for (std::size_t i = 0; i < x->size(); ++i) sum += (*x)[i] > 0.5 ? 1 : 0;
  }
  for (const gguf_tensor& t : file.tensors()) {
    sum += t.shape().size() + (file.find(t.name) == &t ? 0 : 1000000);
    for (const std::byte b : t.data) sum += static_cast<std::size_t>(b);
  }
  return sum;
}

bytes small_file() {
  test::gguf_writer w;
  w.text("general.architecture", "llama").number("n", 3).flag("yes", true).texts("list", std::vector<std::string>{"ab", "c"});
  w.integers("numbers", std::vector<std::int32_t>{1, 2, 3});
  w.tensor("a", ggml_type::q4_0, {32, 2}, bytes(36)).tensor("b", ggml_type::f32, {3}, bytes(12));
  return w.bytes();
}

/// Overwrites the u32 or u64 that follows `after` (the n-th byte behind its end).
template <class T>
bytes poke(bytes file, std::string_view after, std::size_t n, T value) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto at = text.find(after);
  REQUIRE(at != std::string_view::npos);
  std::memcpy(file.data() + (at + after.size() + n), &value, sizeof value);
  return file;
}

}  // namespace

TEST_CASE("cut off anywhere") {
  const bytes whole = small_file();
  const auto good = gguf_file::from_bytes(whole).value();
  const std::size_t end = good.find("b")->offset + good.find("b")->data.size();
  REQUIRE(end < whole.size());  // padding follows, which llama.cpp writes and nobody needs
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    const auto read = gguf_file::from_bytes(part);
    CHECK(read.has_value() == (n >= end));
    if (!read) CHECK(has(read.error().where, "gguf, byte "));
  }
  CHECK(outcome(bytes(whole.begin(), whole.begin() + 2)) == "gguf, byte 0: the file ends inside the magic (2 bytes in all)");
}

TEST_CASE("every byte changed in turn") {
  const bytes whole = small_file();
  std::size_t read = 0, refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const unsigned flip : {1u, 2u, 0x10u, 0x80u, 0xffu}) {
      bytes changed = whole;
      changed[i] ^= static_cast<std::byte>(flip);
      const auto file = gguf_file::from_bytes(changed);
      if (file) CHECK(walk(*file) < 1000000);
      (file ? read : refused) += 1;
    }
  }
  CHECK(read > 0);
  CHECK(refused > 0);
}

TEST_CASE("a vocabulary with changed bytes") {
  const bytes whole = test::tiny_vocabulary().bytes();
  rng r(5);
  for (int i = 0; i < 3000; ++i) {
    bytes changed = whole;
    for (std::uint32_t n = 1 + r.below(3); n > 0; --n) {
      changed[r.below(static_cast<std::uint32_t>(changed.size()))] = static_cast<std::byte>(r.below(256));
    }
    const auto file = gguf_file::from_bytes(changed);
    if (!file) continue;
    const auto tokenizer = tokenizer::load(*file);
    if (!tokenizer) continue;
    for (const token_id id : tokenizer->encode("hello world <|im_end|> \xff")) CHECK_FALSE(tokenizer->is_control(id));
  }
}

TEST_CASE("lies") {
  const bytes good = small_file();
  CHECK(outcome(good) == "read");
  CHECK(has(outcome(poke(good, "GGUF", 0, 1u)), "byte 4: GGUF version 1 is not supported"));
  CHECK(has(outcome(poke(good, "GGUF", 0, 4u)), "version 4"));
  CHECK(has(outcome(poke(good, "GGUF", 0, 0x03000000u)), "big-endian"));
  CHECK(has(outcome(poke(good, "", 0, 0x46554746u)), "not a GGUF file"));
  CHECK(has(outcome(poke(good, "GGUF", 4, std::uint64_t{1} << 62)), "byte 8: the file claims 4611686018427387904 tensors"));
  CHECK(has(outcome(poke(good, "GGUF", 4, ~std::uint64_t{0})), "tensors"));
  CHECK(has(outcome(poke(good, "GGUF", 12, std::uint64_t{1} << 40)), "byte 16: the file claims 1099511627776 key-value pairs"));
  CHECK(has(outcome(poke(good, "general.architecture", 4, ~std::uint64_t{0})), "claims 18446744073709551615 bytes"));
  CHECK(has(outcome(poke(good, "general.architecture", 0, 13u)), "key \"general.architecture\" has the unknown kind 13"));
  CHECK(has(outcome(poke(good, "list", 4, 9u)), "array of arrays"));
  CHECK(has(outcome(poke(good, "list", 8, std::uint64_t{1} << 61)), "elements of key \"list\""));
  CHECK(has(outcome(poke(good, "numbers", 8, std::uint64_t{1} << 62)), "elements of key \"numbers\""));
  CHECK(has(outcome(poke(good, "yes", 4, std::uint8_t{2})), "neither 0 nor 1"));

  // The tensor "a": name, u32 dimensions, u64 32, u64 2, u32 type, u64 offset; its name's length and name come first.
  const std::string a("\1\0\0\0\0\0\0\0a", 9);
  const std::string b("\1\0\0\0\0\0\0\0b", 9);
  CHECK(has(outcome(poke(good, a, 0, 5u)), "tensor \"a\" has 5 dimensions"));
  CHECK(has(outcome(poke(good, a, 4, std::uint64_t{0})), "empty dimension"));
  CHECK(has(outcome(poke(good, a, 4, std::uint64_t{33})), "not whole blocks of q4_0 (32)"));
  CHECK(has(outcome(poke(good, a, 12, std::uint64_t{1} << 58)), "claims more elements than any file holds"));
  CHECK(has(outcome(poke(good, a, 12, ~std::uint64_t{0})), "claims more elements than any file holds"));
  CHECK(has(outcome(poke(good, a, 12, std::uint64_t{1} << 40)), "needs 19791209299968 bytes, the file ends before"));
  CHECK(has(outcome(poke(good, a, 24, std::uint64_t{1})), "no multiple of 32"));
  CHECK(has(outcome(poke(good, a, 24, ~std::uint64_t{31})), "past the file's end"));
  CHECK(has(outcome(poke(good, a, 24, std::uint64_t{64})), "needs 36 bytes, the file ends before"));
  CHECK(has(outcome(poke(good, b, 16, std::uint64_t{32})), "tensors \"a\" and \"b\" overlap"));
  CHECK(has(outcome(poke(good, b, std::size_t(-1), 'a')), "two tensors are named \"a\""));

  test::gguf_writer twice;
  twice.number("k", 1).number("k", 2);
  CHECK(has(outcome(twice.bytes()), "the key \"k\" appears twice"));
  CHECK(has(outcome(test::gguf_writer().number("", 1).bytes()), "the key of pair 0 is empty"));
  for (const std::uint32_t alignment : {0u, 1u, 4u, 24u, 1u << 30}) {
    CHECK(has(outcome(test::gguf_writer().number("general.alignment", alignment).bytes()), "general.alignment must be a power of two"));
  }
  CHECK(has(outcome(test::gguf_writer().text("general.alignment", "32").bytes()), "general.alignment must be"));
  // A hostile name is shortened and made printable.
  const std::string name(500, '\x1b');
  CHECK(outcome(test::gguf_writer().number(name, 1).number(name, 2).bytes()).size() < 200);
}

TEST_CASE("what cannot be opened") {
  CHECK(gguf_file::open("no/such/file.gguf").error().code == errc::not_found);
  CHECK(gguf_file::open("tests").error().code == errc::invalid_argument);
  CHECK(gguf_file::open("/dev/zero").error().code == errc::invalid_argument);
  CHECK(has(gguf_file::open("tests/gguf/hostile.cpp").error().to_string(), "tests/gguf/hostile.cpp, byte 0: not a GGUF file"));
}
