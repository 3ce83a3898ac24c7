// SPDX-License-Identifier: Apache-2.0
// Every kernel table that runs here against the portable one, and the portable one against plain arithmetic.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/kernels/select.hpp>
#include <inoculum/engine/model/attention.hpp>
#include <inoculum/engine/quant/quantised_rows.hpp>

#include "../support/gguf_writer.hpp"

using namespace inoculum;
using namespace inoculum::engine;

namespace {

std::vector<float> random_floats(rng& r, std::size_t n, double spread = 1.0) {
  std::vector<float> out(n);
  for (float& v : out) v = static_cast<float>(spread * r.normal());
  return out;
}

struct packed {
  aligned_bytes memory;
  packed_matrix matrix;
  std::vector<float> plain;  // [rows][columns], dequantised by the reference
};
packed make_matrix(ggml_type type, std::size_t rows, std::size_t columns, rng& r) {
  const auto data = test::random_tensor(type, rows * columns, r);
  packed out{{}, {panel_kind_of(type), rows, columns, nullptr}, std::vector<float>(rows * columns)};
  out.memory = aligned_bytes(out.matrix.total_bytes());
  out.matrix.bytes = out.memory.data();
  for (std::size_t p = 0; p < out.matrix.panels(); ++p) {
    REQUIRE(pack_panel(out.matrix, p, type, data, [](std::size_t row) { return row; }));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    dequantise_row(type, data.data() + row * (data.size() / rows), std::span(out.plain).subspan(row * columns, columns));
  }
  return out;
}

quantised_rows make_rows(const kernel_table& k, const std::vector<float>& x, std::size_t rows, std::size_t columns) {
  quantised_rows out;
  out.resize(rows, columns);
  for (std::size_t t = 0; t < rows; ++t) {
    std::copy_n(x.data() + t * columns, columns, out.row(t));
    out.quantise(k, t);
  }
  return out;
}

std::vector<float> product(const kernel_table& k, const packed_matrix& m, const quantised_rows& x, std::size_t first, std::size_t n) {
  std::vector<float> out(m.panels() * n * panel_rows);
  for (std::size_t p = 0; p < m.panels(); ++p) x.times(k, m, p, first, n, out.data() + p * n * panel_rows);
  return out;
}

/// The same, two panels at a time and the last one alone.
std::vector<float> product_by_pairs(const kernel_table& k, const packed_matrix& m, const quantised_rows& x, std::size_t first,
                                    std::size_t n) {
  std::vector<float> out(m.panels() * n * panel_rows);
  std::size_t p = 0;
  for (; p + 2 <= m.panels(); p += 2) x.times(k, m, p, m, p + 1, first, n, out.data() + p * n * panel_rows);
  if (p < m.panels()) x.times(k, m, p, first, n, out.data() + p * n * panel_rows);
  return out;
}

constexpr ggml_type quantised_types[] = {ggml_type::q4_0, ggml_type::q4_1, ggml_type::q4_k, ggml_type::q5_0,
                                         ggml_type::q5_1, ggml_type::q5_k, ggml_type::q6_k, ggml_type::q8_0};
constexpr ggml_type all_types[] = {ggml_type::q4_0, ggml_type::q4_1, ggml_type::q4_k, ggml_type::q5_0, ggml_type::q5_1, ggml_type::q5_k,
                                   ggml_type::q6_k, ggml_type::q8_0, ggml_type::f16,  ggml_type::bf16, ggml_type::f32};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace

TEST_CASE("half precision conversions") {
  for (unsigned h = 0; h < 0x10000; ++h) {
    const auto bits = static_cast<std::uint16_t>(h);
    if (!half_is_finite(bits)) continue;
    CHECK_UNARY(float_to_half(half_to_float(bits)) == bits);
  }
  CHECK(half_to_float(0x3c00) == 1.0f);
  CHECK(half_to_float(0x0001) == 0x1p-24f);
  CHECK(float_to_half(1.0f + 0x1p-11f) == 0x3c00);  // a tie goes to even
  CHECK(float_to_half(1.0f + 3 * 0x1p-11f) == 0x3c02);
  CHECK(float_to_half(1e9f) == 0x7bff);  // saturates
  CHECK(float_to_half(-1e9f) == 0xfbff);
  CHECK(float_to_half(std::numeric_limits<float>::infinity()) == 0x7bff);
  CHECK(!half_is_finite(float_to_half(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("quantised activations: within half a step, equal in every table") {
  rng r(11);
  for (std::size_t columns : {32u, 64u, 576u}) {
    auto x = random_floats(r, columns);
    x[3] = 40.0f;
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(columns) - 32, 32, 0.0f);
    x[columns - 1] = 1e-38f;  // far below anything that an inverse could scale
    std::vector<std::int8_t> expected;
    std::vector<const kernel_table*> tables = usable_kernels();
    tables.insert(tables.begin(), &portable::table);
    for (const kernel_table* k : tables) {
      CAPTURE(k->name);
      std::vector<std::int8_t> values(columns);
      std::vector<float> scales(columns / 32), sums(columns / 32);
      std::vector<std::int32_t> totals(columns / 32), halves(columns / 32);
      k->quantise(x.data(), columns / 32, values.data(), scales.data(), sums.data(), totals.data(), halves.data());
      for (std::size_t off = 1; off < 16; off += 6) {  // wherever the pointers stand
        std::vector<float> moved(columns + off);
        std::copy(x.begin(), x.end(), moved.begin() + static_cast<std::ptrdiff_t>(off));
        std::vector<std::int8_t> v(columns + off);
        std::vector<float> s(columns / 32 + off), t(columns / 32 + off);
        std::vector<std::int32_t> a(columns / 32 + off), b(columns / 32 + off);
        k->quantise(moved.data() + off, columns / 32, v.data() + off, s.data() + off, t.data() + off, a.data() + off, b.data() + off);
        CHECK(std::equal(values.begin(), values.end(), v.begin() + static_cast<std::ptrdiff_t>(off)));
        CHECK(std::equal(scales.begin(), scales.end(), s.begin() + static_cast<std::ptrdiff_t>(off)));
        CHECK(std::equal(sums.begin(), sums.end(), t.begin() + static_cast<std::ptrdiff_t>(off)));
        CHECK(std::equal(totals.begin(), totals.end(), a.begin() + static_cast<std::ptrdiff_t>(off)));
        CHECK(std::equal(halves.begin(), halves.end(), b.begin() + static_cast<std::ptrdiff_t>(off)));
      }
      for (std::size_t i = 0; i < columns; ++i) {
        CHECK(std::abs(static_cast<float>(values[i]) * scales[i / 32] - x[i]) <= 0.501f * scales[i / 32] + 1e-30f);
      }
      for (std::size_t b = 0; b < columns / 32; ++b) {
        CHECK(totals[b] == std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(32 * b),
                                           values.begin() + static_cast<std::ptrdiff_t>(32 * b + 32), 0));
        CHECK(halves[b] == std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(32 * b),
                                           values.begin() + static_cast<std::ptrdiff_t>(32 * b + 16), 0));
        CHECK(sums[b] == scales[b] * static_cast<float>(totals[b]));
      }
      if (expected.empty()) expected = values;
      CHECK(values == expected);
    }
  }
}

TEST_CASE("products: the portable kernels against double arithmetic over dequantised weights") {
  rng r(5);
  for (const ggml_type type : all_types) {
    CAPTURE(to_string(type));
    const std::size_t rows = 21, columns = 512, n = 3;  // a panel that is not full
    const packed m = make_matrix(type, rows, columns, r);
    const auto x = random_floats(r, n * columns);
    const quantised_rows q = make_rows(portable::table, x, n, columns);
    const auto y = product(portable::table, m.matrix, q, 0, n);
    for (std::size_t t = 0; t < n; ++t) {
      for (std::size_t row = 0; row < rows; ++row) {
        double exact = 0.0;
        double size = 0.0;
        for (std::size_t c = 0; c < columns; ++c) {
          const double term = static_cast<double>(m.plain[row * columns + c]) * static_cast<double>(x[t * columns + c]);
          exact += term;
          size += term * term;
        }
        const double got = static_cast<double>(y[(row / 16 * n + t) * 16 + row % 16]);
        // 8-bit activations: an error of about 1% of the terms' root sum of squares; floats: rounding only.
        CHECK(std::abs(got - exact) <= (layout_of(m.matrix.kind).quantised() ? 0.05 : 1e-5) * std::sqrt(size));
      }
    }
  }
}

TEST_CASE("products: every table equals the portable one to the bit, whatever the number of rows") {
  rng r(7);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const ggml_type type : all_types) {
      CAPTURE(to_string(type));
      const std::size_t whole = layout_of(type)->elements;  // columns come in these
      for (const std::size_t least : {32u, 96u, 512u, 576u}) {
        const std::size_t columns = (least + whole - 1) / whole * whole + (whole == 1 ? 3 : 0);
        const std::size_t n = 1 + r.below(40), rows = 1 + r.below(40);
        const packed m = make_matrix(type, rows, columns, r);
        auto x = random_floats(r, n * columns);
        for (std::size_t i = 0; i < columns; ++i) x[i] = i % 2 == 0 ? 1.0f : -1.0f;  // every value ±127: the largest sums
        const quantised_rows q = make_rows(portable::table, x, n, columns);
        const auto expected = product(portable::table, m.matrix, q, 0, n);
        CHECK(same_bits(product(*k, m.matrix, q, 0, n), expected));
        CHECK(same_bits(product_by_pairs(*k, m.matrix, q, 0, n), expected));
        for (std::size_t t = 0; t < n; ++t) {
          const auto alone = product(*k, m.matrix, q, t, 1);
          for (std::size_t p = 0; p < m.matrix.panels(); ++p) {
            CHECK(std::memcmp(alone.data() + p * 16, expected.data() + (p * n + t) * 16, 16 * sizeof(float)) == 0);
          }
        }
      }
    }
  }
}

TEST_CASE("products: extreme quants neither saturate nor overflow") {
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const ggml_type type : quantised_types) {
      CAPTURE(to_string(type));
      for (const int quant : {0x00, 0x7f, 0x80, 0xff}) {
        const std::size_t columns = 512;
        const ggml_layout layout = *layout_of(type);
        std::vector<std::byte> data(16 * columns / layout.elements * layout.bytes, static_cast<std::byte>(quant));
        for (std::size_t b = 0; b < data.size(); b += layout.bytes) {
          const std::uint16_t one = 0x3c00, half = 0x3800;
          std::memcpy(&data[b + (type == ggml_type::q6_k ? 208 : 0)], &one, 2);
          if (quants_of(type).offsets) std::memcpy(&data[b + 2], &half, 2);
        }
        packed_matrix m{panel_kind_of(type), 16, columns, nullptr};
        aligned_bytes memory(m.total_bytes());
        m.bytes = memory.data();
        REQUIRE(pack_panel(m, 0, type, data, [](std::size_t row) { return row; }));
        const quantised_rows x = make_rows(portable::table, std::vector<float>(columns, 127.0f), 1, columns);
        double sum = 0;
        std::vector<float> row(columns);
        dequantise_row(type, data.data(), row);
        for (const float w : row) sum += 127.0 * static_cast<double>(w);
        for (const float y : product(*k, m, x, 0, 1)) CHECK(static_cast<double>(y) == doctest::Approx(sum));
        quantised_rows signs = make_rows(portable::table, std::vector<float>(columns, -127.0f), 1, columns);
        for (const float y : product(*k, m, signs, 0, 1)) CHECK(static_cast<double>(y) == doctest::Approx(-sum));
      }
    }
  }
}

TEST_CASE("weights in 16 bits: every table equals the portable one to the bit, whatever the rows and strips, and no sum overflows") {
  rng r(23);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const std::size_t rows : {1u, 2u, 3u, 5u, 6u, 7u, 8u, 11u, 12u, 17u, 50u}) {
      for (std::size_t strips = 1; strips <= 5; ++strips) {
        const std::size_t columns = 16 * (1 + r.below(16)), width = columns + 16 * r.below(3);
        const std::size_t pitch = 16 * columns + 32, scales_pitch = 16 + 16 * r.below(2), stride = 16 * strips + 3;
        const bool longest = rows == 5;  // all alike and as long as may be: the largest sum there is
        const auto most = static_cast<int>(word_length / std::sqrt(static_cast<float>(columns)));
        const auto word = [&] {
          return static_cast<std::int16_t>(longest ? most : static_cast<int>(r.below(2u * static_cast<unsigned>(most))) - most);
        };
        std::vector<std::int16_t> a(rows * width), b(strips * pitch);
        for (auto& v : a) v = word();
        for (auto& v : b) v = word();
        const auto a_scales = random_floats(r, rows), b_scales = random_floats(r, strips * scales_pitch);
        const auto before = random_floats(r, rows * stride);
        const word_view left{a.data(), a_scales.data(), width};
        const word_strip_view right{b.data(), pitch, b_scales.data(), scales_pitch, strips, columns};
        auto expected = before, got = before;
        portable::word_strips(left, right, rows, expected.data(), stride);
        k->word_strips(left, right, rows, got.data(), stride);
        REQUIRE(same_bits(got, expected));
        for (std::size_t t = 0; t < rows; ++t) {
          for (std::size_t s = 0; s < strips; ++s) {
            for (std::size_t i = 0; i < 16; ++i) {
              double sum = 0.0;
              for (std::size_t c = 0; c < columns; ++c)
                sum += static_cast<double>(a[t * width + c]) * b[s * pitch + c / 2 * 32 + 2 * i + c % 2];
              REQUIRE(std::abs(sum) < 2147483648.0);
              const double size = std::abs(sum * static_cast<double>(a_scales[t]) * static_cast<double>(b_scales[s * scales_pitch + i]));
              const double y = sum * static_cast<double>(a_scales[t]) * static_cast<double>(b_scales[s * scales_pitch + i]) +
                               static_cast<double>(before[t * stride + 16 * s + i]);
              REQUIRE(std::abs(static_cast<double>(got[t * stride + 16 * s + i]) - y) <= 1e-6 * (size + std::abs(y)));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("vectors in 16 bits: every table equals the portable one to the bit, none too long, none far off") {
  rng r(9);
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 16 * (1 + r.below(32));
    CAPTURE(n);
    auto x = random_floats(r, n, std::exp2(static_cast<double>(r.below(80)) - 40.0));
    if (round % 4 == 0) x[r.below(static_cast<std::uint32_t>(n))] *= 1000.0f;  // an outlier, as keys have them
    if (round % 10 == 0) std::fill(x.begin(), x.end(), round == 10 ? 1e-16f : 0.0f);
    std::vector<std::int16_t> words(n);
    const float scale = portable::quantise_words(x.data(), n, words.data());
    double length = 0.0;
    float most = 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
      length += static_cast<double>(words[i]) * words[i];
      most = std::max(most, std::abs(x[i]));
    }
    CHECK(length < 2147483648.0);  // so that no product of two of them leaves 32 bits
    if (most < least_word) {
      CHECK(scale == 0.0f);
      CHECK(length == 0.0);
    } else {
      CHECK((length > 2.0e9 || static_cast<double>(scale) * 32767.0 <= 1.00001 * static_cast<double>(most)));
      for (std::size_t i = 0; i < n; ++i) REQUIRE(std::abs(static_cast<float>(words[i]) * scale - x[i]) <= 0.503f * scale);
    }
    for (const kernel_table* k : usable_kernels()) {
      CAPTURE(k->name);
      std::vector<std::int16_t> got(n);
      CHECK(k->quantise_words(x.data(), n, got.data()) == scale);
      CHECK(got == words);
    }
  }
}

/// What a step of attention finds of some rows: the positions that each sees, and what it has of pages before.
struct attending {
  std::vector<std::size_t> first, end;
  std::vector<float> maxima, sums, out;
};
static attending attending_rows(rng& r, std::size_t rows, std::size_t width) {
  attending a{std::vector<std::size_t>(rows), std::vector<std::size_t>(rows), random_floats(r, rows, 4.0), random_floats(r, rows),
              random_floats(r, rows * width)};
  const bool whole = rows == 12 || rows == 15 || rows == 48;  // the first and last by null pointers
  for (auto& e : a.end) e = whole || rows % 3 == 0 ? 64 : 1 + r.below(64);
  std::sort(a.end.begin(), a.end.end());
  for (std::size_t t = 0; t < rows; ++t) a.first[t] = whole || t % 2 == 0 ? 0 : r.below(static_cast<std::uint32_t>(a.end[t]));
  for (float& m : a.maxima) m = std::ceil(m);
  for (float& s : a.sums) s = std::abs(s) + 1.0f;
  a.maxima[0] = -1e30f;  // a row's first page
  a.sums[0] = 0.0f;
  std::fill_n(a.out.begin(), width, 0.0f);
  return a;
}

TEST_CASE("attention in 16 bits: every table equals the portable one to the bit, and that the definition in doubles") {
  rng r(11);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u, 11u, 12u, 14u, 15u, 31u, 48u, 100u}) {
      const std::size_t width = rows == 9 ? widest_head : 16 * (1 + r.below(12));
      CAPTURE(rows);
      CAPTURE(width);
      // Vectors as long as may be, all alike or at random; scales so that scores spread over a few units or over so many that most weigh
      // nothing.
      const float spread = rows % 2 == 0 ? 3e-9f : 1e-7f;
      std::vector<std::int16_t> keys(64 * width), values(64 * width), words(rows * width);
      std::vector<float> key_scales(64), value_scales(64), query_scales(rows);
      const auto longest = static_cast<int>(word_length / std::sqrt(static_cast<float>(width)));
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool alike = rows == 4;
        keys[i] = static_cast<std::int16_t>(alike ? longest : static_cast<int>(r.below(2u * static_cast<unsigned>(longest))) - longest);
        values[i] = static_cast<std::int16_t>(alike ? 32767 : static_cast<int>(r.below(65535)) - 32767);
      }
      for (auto& w : words)
        w = static_cast<std::int16_t>(rows == 4 ? longest : static_cast<int>(r.below(2u * static_cast<unsigned>(longest))) - longest);
      for (float& s : key_scales) s = 0.01f * static_cast<float>(r.unit());
      for (float& s : value_scales) s = (rows == 5 ? 1e-36f : 1e-4f) * static_cast<float>(r.unit());
      if (rows == 7) value_scales[3] = 10.0f;  // one that the others are next to nothing beside
      for (float& s : query_scales) s = 100.0f * spread * static_cast<float>(r.unit());
      const word_page page{keys.data(), values.data(), key_scales.data(), value_scales.data()};
      const word_view queries{words.data(), query_scales.data(), width};
      auto [first, end, maxima, sums, out] = attending_rows(r, rows, width);
      const auto old_maxima = maxima, old_sums = sums, old_out = out;
      auto expected_maxima = maxima, expected_sums = sums, expected = out;
      const seen_positions seen = rows == 12 || rows == 48 ? seen_positions{} : seen_positions{first.data(), end.data()};
      portable::word_attention(page, queries, seen, rows, expected_maxima.data(), expected_sums.data(), expected.data());
      k->word_attention(page, queries, seen, rows, maxima.data(), sums.data(), out.data());
      CHECK(same_bits(maxima, expected_maxima));
      CHECK(same_bits(sums, expected_sums));
      CHECK(same_bits(out, expected));

      for (std::size_t t = 0; t < rows; ++t) {
        std::vector<double> weights(64, 0.0);
        double sum = 0.0, shares = 0.0;
        const double shift = static_cast<double>(maxima[t]), kept = std::exp2(static_cast<double>(old_maxima[t]) - shift);
        for (std::size_t p = first[t]; p < end[t]; ++p) {
          double score = 0.0;
          for (std::size_t c = 0; c < width; ++c)
            score += static_cast<double>(keys[p / 16 * 16 * width + c / 2 * 32 + p % 16 * 2 + c % 2]) * words[t * width + c];
          score *= static_cast<double>(key_scales[p]) * static_cast<double>(query_scales[t]);
          REQUIRE(score <= shift + 1e-3);
          sum += weights[p] = std::exp2(score - shift);
          shares += weights[p] *= static_cast<double>(value_scales[p]);
        }
        REQUIRE(static_cast<double>(sums[t]) == doctest::Approx(static_cast<double>(old_sums[t]) * kept + sum).epsilon(1e-4));
        for (std::size_t i = 0; i < width; ++i) {
          double y = static_cast<double>(old_out[t * width + i]) * kept, size = std::abs(y);
          for (std::size_t p = first[t]; p < end[t]; ++p) {
            const double value = values[i / 16 * 1024 + p / 2 * 32 + i % 16 * 2 + p % 2];
            y += weights[p] * value;
            size += std::abs(weights[p] * value) + 0.5 * shares / 32735.0 * std::abs(value);  // half a step of a weight
          }
          REQUIRE(std::abs(static_cast<double>(out[t * width + i]) - y) <=
                  1e-4 * size + 1e-28 + 0.51 * shares / 32735.0 * 32767.0 * static_cast<double>(end[t] - first[t]));
        }
      }
    }
  }
}

TEST_CASE("attention in bytes: every table equals the portable one to the bit, and that the definition in doubles") {
  rng r(10);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 7u, 12u, 14u, 15u, 31u, 48u, 100u}) {
      const std::size_t blocks = 1 + r.below(5), width = 32 * blocks, panel = panel_bytes_of(panel_kind::q8, width);
      CAPTURE(blocks);
      // Scores spread over a few units, or over so many that most weigh nothing.
      const float spread = rows % 2 == 0 ? 0.02f : 0.5f;
      std::vector<std::uint8_t> keys(4 * panel);
      for (std::size_t p = 0; p < 4; ++p) {
        for (std::size_t i = 0; i < 16 * width; ++i) keys[p * panel + i] = static_cast<std::uint8_t>(1 + r.below(255));
        for (std::size_t i = 0; i < 16 * blocks; ++i) {
          const std::uint16_t scale = float_to_half(spread * 0.01f * static_cast<float>(r.unit()));
          std::memcpy(keys.data() + p * panel + 16 * width + 2 * i, &scale, 2);
        }
      }
      std::vector<std::int8_t> values(64 * width);
      for (auto& v : values) v = static_cast<std::int8_t>(static_cast<int>(r.below(255)) - 127);
      for (std::size_t i = 0; i < 64; ++i) values[i] = i % 2 == 0 ? 127 : -127;  // the largest sums of two products
      auto scales = random_floats(r, 64);
      for (float& s : scales) s = std::abs(s) * (rows == 5 ? 1e-36f : 1.0f);  // next to nothing
      const byte_page page{keys.data(), values.data(), scales.data()};

      const auto x = random_floats(r, rows * width);
      std::vector<std::int8_t> bytes(rows * width);
      std::vector<float> query_scales(rows * blocks), query_sums(rows * blocks);
      std::vector<std::int32_t> totals(rows * blocks), halves(rows * blocks);
      portable::quantise(x.data(), rows * blocks, bytes.data(), query_scales.data(), query_sums.data(), totals.data(), halves.data());
      const activation_view queries{bytes.data(), query_scales.data(), query_sums.data(), totals.data(), halves.data(), blocks};
      auto [first, end, maxima, sums, out] = attending_rows(r, rows, width);
      const auto old_maxima = maxima, old_sums = sums, old_out = out;
      auto expected_maxima = maxima, expected_sums = sums, expected = out;
      const seen_positions seen = rows == 12 || rows == 48 ? seen_positions{} : seen_positions{first.data(), end.data()};
      portable::byte_attention(page, queries, seen, rows, expected_maxima.data(), expected_sums.data(), expected.data());
      k->byte_attention(page, queries, seen, rows, maxima.data(), sums.data(), out.data());
      CHECK(same_bits(maxima, expected_maxima));
      CHECK(same_bits(sums, expected_sums));
      CHECK(same_bits(out, expected));

      for (std::size_t t = 0; t < rows; ++t) {
        std::vector<double> weights(64, 0.0);
        double sum = 0.0, top = 0.0;
        const double most = static_cast<double>(*std::max_element(scales.begin() + static_cast<std::ptrdiff_t>(first[t]),
                                                                  scales.begin() + static_cast<std::ptrdiff_t>(end[t])));
        const double shift = static_cast<double>(maxima[t]), kept = std::exp2(static_cast<double>(old_maxima[t]) - shift);
        for (std::size_t p = first[t]; p < end[t]; ++p) {
          double score = 0.0;
          for (std::size_t c = 0; c < width; ++c) {
            const std::uint8_t* from = keys.data() + p / 16 * panel;
            std::uint16_t half = 0;
            std::memcpy(&half, from + 16 * width + 32 * (c / 32) + 2 * (p % 16), 2);
            score += static_cast<double>(half_to_float(half) * query_scales[t * blocks + c / 32]) *
                     (from[c / 4 * 64 + p % 16 * 4 + c % 4] - 128) * bytes[t * width + c];
          }
          REQUIRE(score <= shift + 1e-3);
          sum += weights[p] = std::exp2(score - shift);
          weights[p] *= static_cast<double>(scales[p]);
          top = std::max(top, weights[p]);
        }
        REQUIRE(static_cast<double>(sums[t]) == doctest::Approx(static_cast<double>(old_sums[t]) * kept + sum).epsilon(3e-3));
        for (std::size_t i = 0; i < width; ++i) {
          double y = static_cast<double>(old_out[t * width + i]) * kept, size = std::abs(y);
          for (std::size_t p = first[t]; p < end[t]; ++p) {
            const double part = weights[p] * values[i / 16 * 1024 + p / 4 * 64 + i % 16 * 4 + p % 4];
            y += part;
            size += std::abs(part);
          }
          // Half a step of a byte a position and two of 15 bits, and what the polynomial and the scores' rounding are off.
          REQUIRE(std::abs(static_cast<double>(out[t * width + i]) - y) <=
                  3e-3 * size + 1e-28 + (0.502 * top + 127.0 * 2.0 / 32768.0 * most) * static_cast<double>(end[t] - first[t]));
        }
      }
    }
  }
}

TEST_CASE("two running softmaxes merged are one over both") {
  rng r(23);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const float ahead : {-40.0f, 0.0f, 0.5f, 200.0f}) {
      const std::size_t depth = 48;
      auto out = random_floats(r, depth);
      const auto part = random_floats(r, depth), before = out;
      float maximum = 3.0f, sum = 1.5f;
      k->softmax_merge(part.data(), maximum + ahead, 2.5f, out.data(), maximum, sum, depth);
      const double mine = std::exp2(-std::max(0.0, static_cast<double>(ahead))),
                   other = std::exp2(std::min(0.0, static_cast<double>(ahead)));
      CHECK(maximum == 3.0f + std::max(0.0f, ahead));
      CHECK(static_cast<double>(sum) == doctest::Approx(1.5 * mine + 2.5 * other).epsilon(1e-6));
      for (std::size_t i = 0; i < depth; ++i)
        CHECK(static_cast<double>(out[i]) ==
              doctest::Approx(static_cast<double>(before[i]) * mine + static_cast<double>(part[i]) * other).epsilon(1e-5));
    }
    auto out = random_floats(r, 16);
    std::vector<float> into(16, 0.0f);
    float maximum = -1e30f, sum = 0.0f;  // nothing yet: the part itself, to the bit
    k->softmax_merge(out.data(), -7.25f, 1.75f, into.data(), maximum, sum, 16);
    CHECK(same_bits(into, out));
    CHECK(maximum == -7.25f);
    CHECK(sum == 1.75f);
  }
}

TEST_CASE("norm, swiglu and geglu against double arithmetic") {
  rng r(13);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (const std::size_t n : {1u, 7u, 16u, 576u, 1001u}) {
      auto x = random_floats(r, n, 4.0);
      auto w = random_floats(r, n);
      if (n > 8) {
        x[1] = 200.0f;
        x[2] = -200.0f;
      }
      std::vector<float> y(n);
      double squares = 0;
      for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
      k->rms_norm(x.data(), w.data(), n, 1e-5f, y.data());
      for (std::size_t i = 0; i < n; ++i) {
        const double exact = static_cast<double>(x[i]) / std::sqrt(squares / static_cast<double>(n) + 1e-5) * static_cast<double>(w[i]);
        CHECK(static_cast<double>(y[i]) == doctest::Approx(exact).epsilon(1e-5));
      }
      k->swiglu(x.data(), w.data(), n, y.data());
      for (std::size_t i = 0; i < n; ++i) {
        const double exact = static_cast<double>(x[i]) / (1.0 + std::exp(-static_cast<double>(x[i]))) * static_cast<double>(w[i]);
        CHECK(std::abs(static_cast<double>(y[i]) - exact) <= 2e-6 * std::abs(exact) + 1e-30);
      }
      k->geglu(x.data(), w.data(), n, y.data());
      for (std::size_t i = 0; i < n; ++i) {
        const double v = static_cast<double>(x[i]);
        const double bent = std::sqrt(2.0 / 3.14159265358979323846) * (v + 0.044715 * v * v * v);
        // As a quotient: 1 + tanh cancels far to the left.
        const double exact = v / (1.0 + std::exp(-2.0 * bent)) * static_cast<double>(w[i]);
        CHECK(std::abs(static_cast<double>(y[i]) - exact) <= 2e-5 * std::abs(exact) + 1e-30);
      }
    }
  }
}

TEST_CASE("a damaged scale is found while packing") {
  rng r(3);
  for (const ggml_type type : all_types) {
    CAPTURE(to_string(type));
    auto data = test::random_tensor(type, 16 * 256, r);
    packed_matrix m{panel_kind_of(type), 16, 256, nullptr};
    aligned_bytes memory(m.total_bytes());
    m.bytes = memory.data();
    const auto same = [](std::size_t row) { return row; };
    CHECK(pack_panel(m, 0, type, data, same));
    const auto damage = [&](std::size_t at) {
      auto broken = data;
      const float nan = std::numeric_limits<float>::quiet_NaN();
      const std::uint16_t infinite = type == ggml_type::bf16 ? 0x7f80 : 0x7c00;
      if (type == ggml_type::f32) std::memcpy(&broken[at], &nan, 4);
      else std::memcpy(&broken[at], &infinite, 2);
      return !pack_panel(m, 0, type, broken, same);
    };
    const std::size_t block = layout_of(type)->bytes;
    CHECK(damage((4096 / layout_of(type)->elements - 1) * block + (type == ggml_type::q6_k ? 208 : 0)));
    if (quants_of(type).offsets) CHECK(damage(7 * block + 2));
  }
}

TEST_CASE("attention within a window against double arithmetic") {
  for (const kv_type type : {kv_type::q16, kv_type::q8}) {
    CAPTURE(static_cast<int>(type));
    rng r(29);
    constexpr std::size_t width = 32, positions = 600;  // three segments
    kv_cache cache(1, 1, width, type);
    REQUIRE(cache.reserve(0, positions));
    std::vector<std::vector<float>> keys, values;
    for (std::size_t p = 0; p < positions; ++p) {
      keys.push_back(random_floats(r, width));
      values.push_back(random_floats(r, width));
      cache.store(portable::table, 0, 0, p, keys.back().data(), values.back().data());
      // As the cache holds them: within half a step.
      std::vector<float> key(width), value(width);
      cache.load(0, 0, p, key.data(), value.data());
      const auto steps = type == kv_type::q8 ? 2 * 126.9f : 9000.0f;
      for (const auto& [kept, given] : {std::pair(&key, &keys.back()), std::pair(&value, &values.back())}) {
        float most = 0;
        for (const float v : *given) most = std::max(most, std::abs(v));
        for (std::size_t i = 0; i < width; ++i) REQUIRE(std::abs((*kept)[i] - (*given)[i]) <= most / steps * 1.01f);
      }
      keys.back() = key;
      values.back() = value;
    }
    const auto scratch = std::make_unique<attention_scratch>();
    for (const kernel_table* k : usable_kernels()) {
      CAPTURE(k->name);
      for (const std::size_t window : {0u, 1u, 5u, 64u, 70u, 200u, 300u}) {
        CAPTURE(window);
        for (const std::size_t from : {0u, 60u, 130u, 220u, 552u}) {
          const std::size_t rows = 48;
          const auto queries = random_floats(r, rows * width);
          std::copy(queries.begin(), queries.end(), scratch->query);
          for (std::size_t t = 0; t < rows; ++t) scratch->positions[t] = from + t;
          attend(portable::table, cache, 0, 0, width, rows, window, *scratch);
          const std::vector<float> expected(scratch->whole.result, scratch->whole.result + rows * width);
          attend(*k, cache, 0, 0, width, rows, window, *scratch);
          CHECK(std::memcmp(scratch->whole.result, expected.data(), expected.size() * sizeof(float)) == 0);  // segments merged, too
          for (std::size_t t = 0; t < rows; ++t) {
            const std::size_t last = from + t, first = window != 0 && last >= window ? last - window + 1 : 0;
            std::vector<double> sum(width);
            double total = 0;
            for (std::size_t p = first; p <= last; ++p) {
              double score = 0;
              for (std::size_t i = 0; i < width; ++i)
                score += static_cast<double>(queries[t * width + i]) * static_cast<double>(keys[p][i]);
              const double weight = std::exp2(score);
              total += weight;
              for (std::size_t i = 0; i < width; ++i) sum[i] += weight * static_cast<double>(values[p][i]);
            }
            for (std::size_t i = 0; i < width; ++i)
              REQUIRE(std::abs(static_cast<double>(scratch->whole.result[t * width + i]) - sum[i] / total) <=
                      (type == kv_type::q8 ? 0.12 : 1e-3));
          }
        }
      }
    }
  }
}

namespace {

/// Where a kernel is given `n` values: `gap` of them before a page that nobody may touch, so that the address is a multiple of nothing
/// but the type's own size, and what is read past the gap ends the program. Around them lies a pattern that has to stay.
template <class T>
class guarded {
 public:
  guarded(std::size_t n, std::size_t gap) : n_(n) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size_ = ((n + gap) * sizeof(T) + 64 + page - 1) / page * page;
    void* memory = ::mmap(nullptr, size_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    bytes_ = static_cast<std::uint8_t*>(memory);
    REQUIRE(::mprotect(bytes_ + size_, page, PROT_NONE) == 0);
    page_ = page;
    std::memset(bytes_, pattern, size_);
    first_ = bytes_ + size_ - (n + gap) * sizeof(T);
  }
  guarded(std::span<const T> values, std::size_t gap) : guarded(values.size(), gap) {
    if (n_ > 0) std::memcpy(first_, values.data(), n_ * sizeof(T));
  }
  guarded(const std::vector<T>& values, std::size_t gap) : guarded(std::span<const T>(values), gap) {}
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  ~guarded() { ::munmap(bytes_, size_ + page_); }

  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(first_); }
  [[nodiscard]] std::vector<T> values() const { return {data(), data() + n_}; }
  /// Whether nothing was written beside the values.
  [[nodiscard]] bool kept() const {
    const auto untouched = [](std::uint8_t b) { return b == pattern; };
    return std::all_of(bytes_, first_, untouched) && std::all_of(first_ + n_ * sizeof(T), bytes_ + size_, untouched);
  }

 private:
  static constexpr std::uint8_t pattern = 0xa5;
  std::size_t n_, size_ = 0, page_ = 0;
  std::uint8_t *bytes_ = nullptr, *first_ = nullptr;
};

/// Calls f(table, gap) for the portable table and every other one, each with gaps of its own; what f gives has to be the portable one's to
/// the bit. `gap()` is another one at each call.
template <class F>
void alike_everywhere(rng& r, const F& f) {
  const auto gap = [&r] { return static_cast<std::size_t>(r.below(3) == 0 ? 0 : r.below(64)); };
  const std::vector<float> expected = f(portable::table, gap);
  for (const kernel_table* k : usable_kernels()) {
    CAPTURE(k->name);
    for (int again = 0; again < 2; ++again) {
      const std::vector<float> got = f(*k, gap);
      CHECK(same_bits(got, expected));
    }
  }
}

std::vector<std::int16_t> random_words(rng& r, std::size_t n, int most) {
  std::vector<std::int16_t> out(n);
  for (auto& v : out) v = static_cast<std::int16_t>(static_cast<int>(r.below(2u * static_cast<unsigned>(most) + 1)) - most);
  return out;
}
std::vector<float> random_scales(rng& r, std::size_t n, double most) {
  std::vector<float> out(n);
  for (float& v : out) v = static_cast<float>(most * (r.unit() + 1e-3));
  return out;
}
template <class T>
std::vector<float> joined(std::initializer_list<const guarded<T>*> parts) {
  std::vector<float> out;
  for (const guarded<T>* part : parts) {
    const auto values = part->values();
    out.insert(out.end(), values.begin(), values.end());
    CHECK(part->kept());
  }
  return out;
}

}  // namespace

TEST_CASE("products at random shapes and addresses: the portable ones to the bit, and nothing else is touched") {
  rng r(31);
  for (const ggml_type type : all_types) {
    CAPTURE(to_string(type));
    const bool quantised = layout_of(panel_kind_of(type)).quantised();
    for (int round = 0; round < 48; ++round) {
      const std::size_t whole = quantised ? std::max<std::size_t>(layout_of(type)->elements, 32) : 1;
      const std::size_t columns = whole * (1 + r.below(whole == 256 ? 5 : whole == 32 ? 30 : 300));
      const std::size_t n = 1 + r.below(round % 4 == 0 ? 100 : 20), stride = columns + r.below(20);
      CAPTURE(columns);
      CAPTURE(n);
      const packed m = make_matrix(type, 2 * panel_rows, columns, r);
      const std::span<const std::uint8_t> first(m.matrix.panel(0), m.matrix.panel_bytes()), second(m.matrix.panel(1), first.size());
      const auto x = random_floats(r, (n - 1) * stride + columns, round % 5 == 0 ? 1e4 : 1.0);
      if (!quantised) {
        const auto panel_of =
            [&]<class T>(void (*kernel_table::*kernel)(const T*, std::size_t, const float*, std::size_t, std::size_t, float*)) {
              const std::span<const T> weights(reinterpret_cast<const T*>(first.data()), columns * panel_rows);
              alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
                const guarded<T> panel(weights, gap());
                const guarded<float> rows(x, gap()), out(n * panel_rows, gap());
                (k.*kernel)(panel.data(), columns, rows.data(), stride, n, out.data());
                return joined({&out});
              });
            };
        if (type == ggml_type::f32) panel_of(&kernel_table::f32_panel);
        else if (type == ggml_type::f16) panel_of(&kernel_table::f16_panel);
        else panel_of(&kernel_table::bf16_panel);
        continue;
      }
      const std::size_t blocks = n * (columns / block_columns);
      alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
        const guarded<std::uint8_t> one(first, gap()), two(second, gap());
        const guarded<float> rows(std::span<const float>(x).first(n * columns), gap());
        const guarded<std::int8_t> values(n * columns, gap());
        const guarded<float> scales(blocks, gap()), sums(blocks, gap()), alone(n * panel_rows, gap()), both(2 * n * panel_rows, gap());
        const guarded<std::int32_t> totals(blocks, gap()), halves(blocks, gap());
        k.quantise(rows.data(), blocks, values.data(), scales.data(), sums.data(), totals.data(), halves.data());
        CHECK((values.kept() && totals.kept() && halves.kept()));
        const activation_view a{values.data(), scales.data(), sums.data(), totals.data(), halves.data(), columns / block_columns};
        k.quantised_panel(panel_kind_of(type), one.data(), a, n, alone.data());
        k.quantised_pair(panel_kind_of(type), one.data(), two.data(), a, n, both.data());
        auto out = joined({&alone, &both, &scales, &sums});
        CHECK(std::equal(alone.data(), alone.data() + n * panel_rows, both.data()));
        for (const std::int8_t v : values.values()) out.push_back(static_cast<float>(v));
        for (const std::int32_t v : totals.values()) out.push_back(static_cast<float>(v));
        for (const std::int32_t v : halves.values()) out.push_back(static_cast<float>(v));
        return out;
      });
    }
  }
}

TEST_CASE("vectors and strips in 16 bits at random shapes and addresses: the portable ones to the bit, and nothing else is touched") {
  rng r(37);
  for (int round = 0; round < 150; ++round) {
    const std::size_t rows = 1 + r.below(round % 4 == 0 ? 70 : 14), strips = 1 + r.below(7), columns = 16 * (1 + r.below(16));
    const std::size_t width = columns + 16 * r.below(3), pitch = 16 * columns + r.below(40), scales_pitch = 16 + r.below(20);
    const std::size_t stride = 16 * strips + r.below(20);
    CAPTURE(rows);
    CAPTURE(strips);
    CAPTURE(columns);
    const int most = static_cast<int>(word_length / std::sqrt(static_cast<float>(columns)));
    const auto a = random_words(r, (rows - 1) * width + columns, most), b = random_words(r, (strips - 1) * pitch + 16 * columns, most);
    const auto a_scales = random_floats(r, rows), b_scales = random_floats(r, (strips - 1) * scales_pitch + 16);
    const auto before = random_floats(r, (rows - 1) * stride + 16 * strips), x = random_floats(r, 16 * (1 + r.below(40)), 3.0);
    alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
      const guarded<std::int16_t> left(a, gap()), right(b, gap()), words(x.size(), gap());
      const guarded<float> left_scales(a_scales, gap()), right_scales(b_scales, gap()), out(before, gap()), from(x, gap());
      k.word_strips({left.data(), left_scales.data(), width}, {right.data(), pitch, right_scales.data(), scales_pitch, strips, columns},
                    rows, out.data(), stride);
      auto all = joined({&out});
      all.push_back(k.quantise_words(from.data(), x.size(), words.data()));
      CHECK(words.kept());
      for (const std::int16_t v : words.values()) all.push_back(static_cast<float>(v));
      return all;
    });
  }
}

TEST_CASE("attention at random shapes, fills, masks and addresses: the portable one to the bit, and nothing else is touched") {
  rng r(41);
  for (int round = 0; round < 480; ++round) {
    const bool in_bytes = round % 2 == 0, whole = r.below(4) == 0;
    const std::size_t unit = in_bytes ? 32 : 16,
                      width = unit * (1 + r.below(round % 10 < 2 ? static_cast<std::uint32_t>(widest_head / unit) : 8));
    const std::size_t rows = 1 + r.below(round % 6 < 2 ? 80 : 14), fill = whole ? key_block : 1 + r.below(key_block);
    CAPTURE(in_bytes);
    CAPTURE(width);
    CAPTURE(rows);
    CAPTURE(fill);
    // Positions behind the fill hold whatever was there.
    std::vector<std::size_t> first(rows), end(rows);
    for (auto& e : end) e = 1 + r.below(static_cast<std::uint32_t>(fill));
    std::sort(end.begin(), end.end());
    if (r.below(2) == 0) std::fill(end.begin(), end.end(), fill);
    for (std::size_t t = 0; t < rows; ++t) first[t] = r.below(2) == 0 ? 0 : r.below(static_cast<std::uint32_t>(end[t]));
    auto maxima = random_floats(r, rows, 4.0), sums = random_scales(r, rows, 3.0), before = random_floats(r, rows * width);
    for (std::size_t t = 0; t < rows; ++t) {
      maxima[t] = std::ceil(maxima[t]);
      if (r.below(3) != 0) continue;
      maxima[t] = -1e30f;  // a row's first page
      sums[t] = 0.0f;
      std::fill_n(before.begin() + static_cast<std::ptrdiff_t>(t * width), width, 0.0f);
    }
    const double spread = std::exp2(static_cast<double>(r.below(16)) - 8.0);  // scores that differ by little, or by so much that one counts
    const auto value_scales = random_scales(r, key_block, round % 7 == 0 ? 1e-36 : 0.1);
    const std::vector<std::uint8_t> following(r.below(3) == 0 ? 0 : 1 + r.below(5000));
    const auto with = [&](const auto& gap, const auto& attend) {
      const guarded<std::size_t> from(first, gap()), until(end, gap());
      const guarded<float> top(maxima, gap()), sum(sums, gap()), out(before, gap()), scales(value_scales, gap());
      const guarded<std::uint8_t> next(following, gap());
      attend(scales.data(), following.empty() ? nullptr : next.data(), whole ? seen_positions{} : seen_positions{from.data(), until.data()},
             top.data(), sum.data(), out.data());
      CHECK((from.kept() && until.kept() && next.kept()));
      return joined({&top, &sum, &out});
    };
    if (in_bytes) {
      const std::size_t blocks = width / block_columns, panel = panel_bytes_of(panel_kind::q8, width);
      std::vector<std::uint8_t> keys(4 * panel);
      for (std::uint8_t& v : keys) v = static_cast<std::uint8_t>(1 + r.below(255));
      for (std::size_t p = 0; p < 4; ++p) {
        for (std::size_t i = 0; i < 16 * blocks; ++i) {
          const std::uint16_t scale = float_to_half(static_cast<float>(1e-3 * spread * r.unit()));
          std::memcpy(keys.data() + p * panel + 16 * width + 2 * i, &scale, 2);
        }
      }
      std::vector<std::int8_t> values(key_block * width);
      for (auto& v : values) v = static_cast<std::int8_t>(static_cast<int>(r.below(255)) - 127);
      const auto x = random_floats(r, rows * width);
      std::vector<std::int8_t> bytes(rows * width);
      std::vector<float> query_scales(rows * blocks), query_sums(rows * blocks);
      std::vector<std::int32_t> totals(rows * blocks), halves(rows * blocks);
      portable::quantise(x.data(), rows * blocks, bytes.data(), query_scales.data(), query_sums.data(), totals.data(), halves.data());
      alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
        const guarded<std::uint8_t> key(keys, gap());
        const guarded<std::int8_t> value(values, gap()), query(bytes, gap());
        const guarded<float> scale(query_scales, gap()), q_sums(query_sums, gap());
        const guarded<std::int32_t> total(totals, gap()), half(halves, gap());
        const activation_view queries{query.data(), scale.data(), q_sums.data(), total.data(), half.data(), blocks};
        return with(gap,
                    [&](const float* scales, const std::uint8_t* next, const seen_positions& sees, float* top, float* sum, float* out) {
                      k.byte_attention({key.data(), value.data(), scales, next, following.size()}, queries, sees, rows, top, sum, out);
                    });
      });
      continue;
    }
    const int longest = static_cast<int>(word_length / std::sqrt(static_cast<float>(width)));
    const auto keys = random_words(r, key_block * width, longest), words = random_words(r, rows * width, longest);
    const auto values = random_words(r, key_block * width, 32767);
    const auto key_scales = random_scales(r, key_block, 1e-4), query_scales = random_scales(r, rows, 1e-4 * spread);
    alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
      const guarded<std::int16_t> key(keys, gap()), value(values, gap()), query(words, gap());
      const guarded<float> key_scale(key_scales, gap()), query_scale(query_scales, gap());
      return with(gap, [&](const float* scales, const std::uint8_t* next, const seen_positions& sees, float* top, float* sum, float* out) {
        k.word_attention({key.data(), value.data(), key_scale.data(), scales, next, following.size()},
                         {query.data(), query_scale.data(), width}, sees, rows, top, sum, out);
      });
    });
  }
}

TEST_CASE("softmaxes merged, norms and gates at random sizes and addresses, and nothing else is touched") {
  rng r(43);
  for (int round = 0; round < 150; ++round) {
    const std::size_t n = round < 40 ? static_cast<std::size_t>(round) + 1 : 1 + r.below(2000), depth = 16 * (1 + r.below(32));
    CAPTURE(n);
    CAPTURE(depth);
    const auto x = random_floats(r, n, 6.0), w = random_floats(r, n), gathered = random_floats(r, depth), part = random_floats(r, depth);
    const float before = std::ceil(static_cast<float>(8.0 * r.normal())), other = std::ceil(static_cast<float>(8.0 * r.normal()));
    const float sum_before = 1.0f + static_cast<float>(r.unit()), sum_other = 1.0f + static_cast<float>(r.unit());
    alike_everywhere(r, [&](const kernel_table& k, const auto& gap) {
      const guarded<float> out(gathered, gap()), from(part, gap());
      float maximum = before, sum = sum_before;
      k.softmax_merge(from.data(), other, sum_other, out.data(), maximum, sum, depth);
      auto all = joined({&out});
      all.push_back(maximum);
      all.push_back(sum);
      return all;
    });
    // A table agrees with itself to the bit, wherever the pointers stand and in place too; with others nearly.
    const auto each = [&](const kernel_table& k, std::size_t shift) {
      const guarded<float> a(x, shift), b(w, shift / 2), norm(x, shift), gate(x, shift / 3), wave(n, shift);
      k.rms_norm(norm.data(), b.data(), n, 1e-5f, norm.data());
      k.swiglu(gate.data(), b.data(), n, gate.data());
      k.geglu(a.data(), b.data(), n, wave.data());
      CHECK((a.values() == x && b.values() == w));
      return joined({&norm, &gate, &wave});
    };
    const auto expected = each(portable::table, 0);
    for (const kernel_table* k : usable_kernels()) {
      CAPTURE(k->name);
      const auto got = each(*k, 0);
      for (const std::size_t shift : {1u + r.below(15), 16u + r.below(48)}) CHECK(same_bits(each(*k, shift), got));
      for (std::size_t i = 0; i < got.size(); ++i) {
        const double exact = static_cast<double>(expected[i]), units = i < 2 * n ? 4e-6 : 4e-5;
        REQUIRE(std::abs(static_cast<double>(got[i]) - exact) <= units * std::abs(exact) + 1e-30);
      }
    }
  }
}
