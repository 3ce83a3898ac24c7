// SPDX-License-Identifier: Apache-2.0
// Vectors and weights in 16 bits for any processor: the definition that the other tables are tested against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "table.hpp"

namespace inoculum::engine::portable {

namespace detail {
/// Lane by lane to one, by halves.
[[nodiscard]] inline float by_halves(float (&x)[16]) noexcept {
  for (std::size_t half = 8; half != 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) x[i] += x[i + half];
  }
  return x[0];
}
/// Sum of products; modulo 2^32, like the processors', which only a page from a damaged file can make a difference to.
template <class Left, class Right>
[[nodiscard]] float exact_product(std::size_t n, const Left& left, const Right& right) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<std::uint32_t>(std::int32_t{left(i)} * std::int32_t{right(i)});
  return static_cast<float>(static_cast<std::int32_t>(sum));
}
}  // namespace detail

inline float quantise_words(const float* x, std::size_t n, std::int16_t* values) {
  float largest = 0.0f, squares[16] = {};
  for (std::size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::fabs(x[i]));
    squares[i % 16] = std::fma(x[i], x[i], squares[i % 16]);
  }
  const bool counts = largest > least_word;
  const float by = counts ? std::min(32767.0f / largest, word_length / std::sqrt(detail::by_halves(squares))) : 0.0f;
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::int16_t>(std::lrint(x[i] * by));
  return counts ? 1.0f / by : 0.0f;
}

inline void word_strips(const word_view& a, const word_strip_view& b, std::size_t rows, float* out, std::size_t out_stride) {
  for (std::size_t t = 0; t < rows; ++t) {
    const std::int16_t* row = a.values + t * a.width;
    for (std::size_t s = 0; s < b.strips; ++s) {
      std::uint32_t sum[panel_rows] = {};
      const std::int16_t* strip = b.values + s * b.pitch;
      for (std::size_t c = 0; c < b.columns; c += 2, strip += 2 * panel_rows) {
        for (std::size_t i = 0; i < panel_rows; ++i)
          sum[i] += static_cast<std::uint32_t>(row[c] * strip[2 * i]) + static_cast<std::uint32_t>(row[c + 1] * strip[2 * i + 1]);
      }
      float* const y = out + t * out_stride + s * panel_rows;
      for (std::size_t i = 0; i < panel_rows; ++i)
        y[i] = std::fma(static_cast<float>(static_cast<std::int32_t>(sum[i])), a.scales[t] * b.scales[s * b.scales_pitch + i], y[i]);
    }
  }
}

}  // namespace inoculum::engine::portable
