// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 8 bits for any processor: the definition that the other tables are tested against.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "exponential.hpp"
#include "portable_quantised.hpp"
#include "table.hpp"

namespace inoculum::engine::portable {

namespace detail {
/// 2^(x - shift) for a whole shift ≥ x, as `byte_exp2_terms` tells.
[[nodiscard]] inline float byte_exp2(float x, float shift) noexcept {
  const float magic = whole_magic - shift;
  const float moved = x + magic;
  if (moved < byte_exp2_lowest) return 0.0f;
  const float f = x - (moved - magic);
  float p = byte_exp2_terms[0];
  for (int k = 1; k < 4; ++k) p = std::fma(p, f, byte_exp2_terms[k]);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + (std::bit_cast<std::uint32_t>(moved) << 23));
}

/// A row's scores with a page to its attention.
inline void byte_row(const float (&scores)[key_block], const byte_page& page, std::size_t first, std::size_t end, std::size_t width,
                     float& maximum, float& sum, float* out) noexcept {
  float highest = maximum;
  for (std::size_t k = first; k < end; ++k) highest = std::max(highest, scores[k]);
  highest = std::ceil(highest);
  float share[key_block] = {}, weights[key_block] = {}, top = 0.0f;
  for (std::size_t k = first; k < end; ++k) {
    weights[k] = byte_exp2(scores[k], highest);
    share[k] = weights[k] * page.scales[k];
    top = std::max(top, share[k]);
  }
  float lanes[panel_rows];
  for (std::size_t i = 0; i < panel_rows; ++i) lanes[i] = (weights[i] + weights[i + 16]) + (weights[i + 32] + weights[i + 48]);
  for (std::size_t half = panel_rows / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  const bool counts = top > 1e-30f;  // below, the inverse would overflow
  const float inverse = counts ? 127.0f / top : 0.0f, factor = counts ? top * (1.0f / 127.0f) : 0.0f;
  std::int32_t bytes[key_block];
  for (std::size_t k = 0; k < key_block; ++k) bytes[k] = static_cast<std::int32_t>(std::lrint(share[k] * inverse));
  const float kept = whole_exp2(maximum - highest);
  sum = std::fma(sum, kept, lanes[0]);
  maximum = highest;
  for (std::size_t i = 0; i < width; ++i) {
    const std::int8_t* v = page.values + i / 16 * 16 * key_block + 4 * (i % 16);
    std::int32_t total = 0;
    for (std::size_t k = 0; k < end; ++k) total += bytes[k] * v[k / 4 * group_bytes + k % 4];
    out[i] = std::fma(static_cast<float>(total), factor, kept * out[i]);
  }
}
}  // namespace detail

inline void byte_attention(const byte_page& page, const activation_view& queries, const std::size_t* first, const std::size_t* end,
                           std::size_t rows, float* maxima, float* sums, float* out) {
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t at = r * queries.blocks;
    const activation_view row{queries.values + r * width, queries.scales + at, queries.sums + at,
                              queries.totals + at,        queries.halves + at, queries.blocks};
    float scores[key_block];
    for (std::size_t k = 0; k < end[r]; k += panel_rows)
      quantised_panel(panel_kind::q8, page.keys + k / panel_rows * panel, row, 1, scores + k);
    detail::byte_row(scores, page, first[r], end[r], width, maxima[r], sums[r], out + r * width);
  }
}

}  // namespace inoculum::engine::portable
