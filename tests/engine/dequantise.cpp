// SPDX-License-Identifier: Apache-2.0
// Rows to floats against ggml: random blocks with finite scales of any size, compared to the bit by a digest of what ggml makes
// of the same blocks (data/blocks.txt, written by bench/peers/run.sh --reference).
#include <doctest/doctest.h>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <inoculum/core/digest.hpp>
#include <inoculum/engine/quant/dequantise.hpp>

#include "../support/gguf_writer.hpp"

using namespace inoculum;
using namespace inoculum::engine;

TEST_CASE("dequantised rows are ggml's to the bit") {
  std::ifstream in("tests/engine/data/blocks.txt");
  REQUIRE(in.good());
  std::uint32_t number = 0;
  std::size_t blocks = 0, types = 0;
  std::string name, hex;
  for (; in >> number >> blocks >> name >> hex; ++types) {
    CAPTURE(name);
    const auto type = static_cast<ggml_type>(number);
    CHECK(to_string(type) == name);
    REQUIRE(can_dequantise(type));
    rng r(number);
    const auto data = test::random_blocks(type, blocks, r);
    std::vector<float> floats(blocks * layout_of(type)->elements);
    dequantise_row(type, data.data(), floats);
    const std::span<const float> all(floats);
    CHECK(sha256().update(std::span(reinterpret_cast<const std::uint8_t*>(all.data()), all.size_bytes())).finish().hex() == hex);
    for (const float v : floats) CHECK_UNARY(std::isfinite(v));
  }
  CHECK(types == 10);
}

TEST_CASE("blocks whose weights can be worked out by hand") {
  const auto row_of = [](ggml_type type, std::vector<int> bytes) {
    std::vector<std::byte> data(layout_of(type)->bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) data[i] = static_cast<std::byte>(bytes[i]);
    std::vector<float> out(layout_of(type)->elements);
    dequantise_row(type, data.data(), out);
    return out;
  };
  // d = 1; the fifth bits of columns 0 and 31; column 0 has 3 in its low half, column 16 a 7.
  const auto q5_0 = row_of(ggml_type::q5_0, {0x00, 0x3c, 0x01, 0x00, 0x00, 0x80, 0x73});
  CHECK(q5_0[0] == 3.0f);
  CHECK(q5_0[1] == -16.0f);
  CHECK(q5_0[16] == -9.0f);
  CHECK(q5_0[31] == 0.0f);
  // d = 1, dmin = 2; the first 32 columns have scale 3 and minimum 1, the fifth 32 scale 4 bits in byte 8, two in byte 0.
  const auto q4_k = row_of(ggml_type::q4_k, {0x00, 0x3c, 0x00, 0x40, 0x43, 0, 0, 0, 1, 0, 0, 0, 0x25, 0, 0, 0, 0x0f});
  CHECK(q4_k[0] == 15.0f * 3.0f - 2.0f);
  CHECK(q4_k[1] == -2.0f);
  CHECK(q4_k[32] == 0.0f);
  CHECK(q4_k[128] == -2.0f * 2.0f);  // the minimum's upper bits, in byte 4 of the scales, are zero
  // A zero of a negative scale keeps ggml's sign, and a type that nothing reads gives zeros.
  const auto q4_0 = row_of(ggml_type::q4_0, {0x00, 0xbc, 0x08});
  CHECK(std::signbit(q4_0[0]));
  CHECK(q4_0[1] == 8.0f);
  CHECK(row_of(ggml_type::q3_k, {1, 2, 3})[0] == 0.0f);
  CHECK(!can_dequantise(ggml_type::q3_k));
}
