// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 16 or 8 bits for any processor: the definition that the other tables are tested against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "exponential.hpp"
#include "portable_quantised.hpp"
#include "portable_words.hpp"
#include "table.hpp"

namespace inoculum::engine::portable {

namespace detail {
/// 2^x, as `word_exp2_terms` tells.
[[nodiscard]] inline float word_exp2(float x) noexcept {
  if (!(x >= word_exp2_lowest)) return 0.0f;
  const float whole = std::nearbyint(x), f = x - whole;
  float p = word_exp2_terms[0];
  for (int k = 1; k < 5; ++k) p = std::fma(p, f, word_exp2_terms[k]);
  return std::ldexp(p, static_cast<int>(whole));
}
[[nodiscard]] inline float sum_of(const float (&x)[key_block]) noexcept {
  float sixteen[16];
  for (std::size_t i = 0; i < 16; ++i) sixteen[i] = (x[i] + x[16 + i]) + (x[32 + i] + x[48 + i]);
  return by_halves(sixteen);
}
/// a · b / 2^15 to nearest, as `pmulhrsw` has it.
[[nodiscard]] constexpr std::int32_t fraction_of(std::int32_t a, std::int32_t b) noexcept { return (a * b + (1 << 14)) >> 15; }

/// 2^-distance, as `byte_exp2_terms` tells.
[[nodiscard]] inline std::int32_t byte_exp2(float distance) noexcept {
  if (!(distance < 15.0f)) return 0;
  const auto u = static_cast<std::int32_t>(std::lrint(distance * byte_exp2_steps));
  const std::int32_t f = u % 2048 * 16;
  return (byte_exp2_terms[0] - fraction_of(f, byte_exp2_terms[1] - fraction_of(f, byte_exp2_terms[2]))) >> (u / 2048);
}

/// A row's scores with a page to its attention.
inline void byte_row(const float (&scores)[key_block], const byte_page& page, std::size_t first, std::size_t end, std::size_t width,
                     float& maximum, float& sum, float* out) noexcept {
  const float shift = std::ceil(*std::max_element(scores + first, scores + end));
  const float highest = std::max(maximum, shift), kept = whole_exp2(maximum - highest), part = whole_exp2(shift - highest);
  const float most = *std::max_element(page.scales + first, page.scales + end);
  const bool counts = most > least_value_scale;
  std::int32_t share[key_block] = {}, total = 0, top = 0;
  for (std::size_t k = first; k < end; ++k) {
    const std::int32_t weight = byte_exp2(shift - scores[k]);
    total += weight;
    share[k] = counts ? fraction_of(weight, static_cast<std::int32_t>(std::lrint(page.scales[k] * (32767.0f / most)))) : 0;
    top = std::max(top, share[k]);
  }
  const auto by = static_cast<std::int32_t>(std::min(127.0f * 32768.0f / static_cast<float>(top), 32767.0f));
  for (std::int32_t& s : share) s = fraction_of(s, by);
  maximum = highest;
  sum = std::fma(static_cast<float>(total), part * byte_weight_unit, sum * kept);
  const float factor = counts ? most * byte_value_unit * part / static_cast<float>(by) : 0.0f;
  for (std::size_t i = 0; i < width; ++i) {
    const std::int8_t* v = page.values + i / 16 * 16 * key_block + 4 * (i % 16);
    std::int32_t y = 0;
    for (std::size_t k = first; k < end; ++k) y += share[k] * v[k / 4 * group_bytes + k % 4];
    out[i] = std::fma(static_cast<float>(y), factor, kept * out[i]);
  }
}
}  // namespace detail

inline void word_attention(const word_page& page, const word_view& queries, const seen_positions& sees, std::size_t rows, float* maxima,
                           float* sums, float* out) {
  const std::size_t width = queries.width;
  for (std::size_t r = 0; r < rows; ++r, out += width) {
    const std::size_t first = sees.from(r), end = sees.until(r);
    const std::int16_t* query = queries.values + r * width;
    const float scale = queries.scales[r];
    float x[key_block] = {};
    for (std::size_t k = first; k < end; ++k) {
      const std::int16_t* key = page.keys + k / 16 * 16 * width + 2 * (k % 16);
      x[k] =
          page.key_scales[k] * detail::exact_product(
                                   width, [&](std::size_t i) { return query[i]; }, [&](std::size_t i) { return key[i / 2 * 32 + i % 2]; });
    }
    const float shift = std::ceil(*std::max_element(x + first, x + end) * scale);
    for (std::size_t k = first; k < end; ++k) x[k] = detail::word_exp2(std::fma(x[k], scale, -shift));
    const float highest = std::max(maxima[r], shift), kept = whole_exp2(maxima[r] - highest), part = whole_exp2(shift - highest);
    maxima[r] = highest;
    sums[r] = std::fma(detail::sum_of(x), part, sums[r] * kept);
    for (std::size_t k = first; k < end; ++k) x[k] *= page.value_scales[k];
    const float total = detail::sum_of(x), by = total > least_value_scale ? share_sum / total : 0.0f;
    std::int16_t w[key_block];
    for (std::size_t k = 0; k < key_block; ++k) w[k] = static_cast<std::int16_t>(std::lrint(x[k] * by));
    const float factor = total * (1.0f / share_sum) * part;
    for (std::size_t i = 0; i < width; ++i) {
      const std::int16_t* v = page.values + i / 16 * 16 * key_block + 2 * (i % 16);
      const float y = detail::exact_product(
          key_block, [&](std::size_t k) { return w[k]; }, [&](std::size_t k) { return v[k / 2 * 32 + k % 2]; });
      out[i] = std::fma(y, factor, kept * out[i]);
    }
  }
}

inline void byte_attention(const byte_page& page, const activation_view& queries, const seen_positions& sees, std::size_t rows,
                           float* maxima, float* sums, float* out) {
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t first = sees.from(r), end = sees.until(r);
    const std::size_t at = r * queries.blocks;
    const activation_view row{queries.values + r * width, queries.scales + at, queries.sums + at,
                              queries.totals + at,        queries.halves + at, queries.blocks};
    float scores[key_block];
    for (std::size_t k = 0; k < end; k += panel_rows)
      quantised_panel(panel_kind::q8, page.keys + k / panel_rows * panel, row, 1, scores + k);
    detail::byte_row(scores, page, first, end, width, maxima[r], sums[r], out + r * width);
  }
}

}  // namespace inoculum::engine::portable
