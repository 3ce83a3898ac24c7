// SPDX-License-Identifier: Apache-2.0
// The kernels for any processor: the definition that the others are tested against, and what runs where
// there is nothing better. Elementwise loops are xsimd at the width the program is compiled for.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <xsimd/xsimd.hpp>

#include "../quant/half.hpp"
#include "../quant/panel_layout.hpp"
#include "exponential.hpp"
#include "portable_attention.hpp"
#include "portable_quantised.hpp"
#include "table.hpp"

namespace inoculum::engine::portable {

using lanes = xsimd::batch<float>;

/// 2^x, 0 below 2^-126.
[[nodiscard]] inline lanes exp2(lanes x) noexcept {
  const lanes held = xsimd::max(xsimd::min(x, lanes(exp2_highest)), lanes(exp2_lowest));
  const lanes whole = xsimd::nearbyint(held);
  const lanes f = held - whole;
  lanes p(exp2_terms[0]);
  for (int k = 1; k < 8; ++k) p = xsimd::fma(p, f, lanes(exp2_terms[k]));
  return xsimd::select(x < lanes(exp2_lowest), lanes(0.0f), xsimd::ldexp(p, xsimd::to_int(whole)));
}

/// The lanes' sum, first to last; xsimd's own has another name in every release.
[[nodiscard]] inline float sum_lanes(lanes v) noexcept {
  float each[lanes::size];
  v.store_unaligned(each);
  float sum = 0.0f;
  for (const float x : each) sum += x;
  return sum;
}

inline void quantise(const float* x, std::size_t blocks, std::int8_t* values, float* scales, float* sums, std::int32_t* totals,
                     std::int32_t* halves) {
  for (std::size_t b = 0; b < blocks; ++b, x += block_columns, values += block_columns) {
    float largest = 0.0f;
    for (std::size_t i = 0; i < block_columns; ++i) largest = std::fabs(x[i]) > largest ? std::fabs(x[i]) : largest;
    // Below 1e-30 the inverse would overflow; such a block is zero for every purpose here.
    const float inverse = largest > 1e-30f ? 127.0f / largest : 0.0f;
    std::int32_t total = 0;
    for (std::size_t i = 0; i < block_columns; ++i) {
      values[i] = static_cast<std::int8_t>(std::lrint(x[i] * inverse));
      total += values[i];
      if (i == 15) halves[b] = total;
    }
    scales[b] = largest > 1e-30f ? largest / 127.0f : 0.0f;
    sums[b] = scales[b] * static_cast<float>(total);
    totals[b] = total;
  }
}

/// Column by column, `to_float` a weight at a time.
template <class T, class ToFloat>
inline void float_panel(const T* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows, float* out,
                        ToFloat to_float) {
  for (std::size_t t = 0; t < rows; ++t, out += panel_rows) {
    for (std::size_t r = 0; r < panel_rows; ++r) out[r] = 0.0f;
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = 0; r < panel_rows; ++r) out[r] = std::fma(x[t * stride + c], to_float(panel[c * panel_rows + r]), out[r]);
    }
  }
}
inline void f32_panel(const float* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows, float* out) {
  float_panel(panel, columns, x, stride, rows, out, [](float v) { return v; });
}
inline void f16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows, float* out) {
  float_panel(panel, columns, x, stride, rows, out, [](std::uint16_t v) { return half_to_float(v); });
}
inline void bf16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows, float* out) {
  float_panel(panel, columns, x, stride, rows, out, [](std::uint16_t v) { return bfloat_to_float(v); });
}

inline void softmax_merge(const float* part, float part_maximum, float part_sum, float* out, float& maximum, float& sum,
                          std::size_t depth) {
  const lanes highest(part_maximum > maximum ? part_maximum : maximum);
  const lanes mine = exp2(lanes(maximum) - highest), other = exp2(lanes(part_maximum) - highest);
  for (std::size_t i = 0; i < depth; i += lanes::size) {
    xsimd::fma(lanes::load_unaligned(part + i), other, lanes::load_unaligned(out + i) * mine).store_unaligned(out + i);
  }
  sum = sum * mine.get(0) + part_sum * other.get(0);
  maximum = highest.get(0);
}

inline void rms_norm(const float* x, const float* weight, std::size_t n, float epsilon, float* out) {
  const std::size_t whole = n / lanes::size * lanes::size;
  lanes squares(0.0f);
  for (std::size_t i = 0; i < whole; i += lanes::size) {
    const lanes v = lanes::load_unaligned(x + i);
    squares += v * v;
  }
  float sum = sum_lanes(squares);
  for (std::size_t i = whole; i < n; ++i) sum += x[i] * x[i];
  const float factor = 1.0f / std::sqrt(sum / static_cast<float>(n) + epsilon);
  for (std::size_t i = 0; i < whole; i += lanes::size) {
    (lanes::load_unaligned(x + i) * lanes(factor) * lanes::load_unaligned(weight + i)).store_unaligned(out + i);
  }
  for (std::size_t i = whole; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

/// out = part(gate, up), vector by vector; the last one is filled up with zeros.
template <class Part>
void pairwise(const float* gate, const float* up, std::size_t n, float* out, const Part& part) {
  std::size_t i = 0;
  for (; i + lanes::size <= n; i += lanes::size)
    part(lanes::load_unaligned(gate + i), lanes::load_unaligned(up + i)).store_unaligned(out + i);
  if (i == n) return;
  alignas(64) float g[lanes::size] = {};
  alignas(64) float u[lanes::size] = {};
  std::memcpy(g, gate + i, (n - i) * sizeof(float));
  std::memcpy(u, up + i, (n - i) * sizeof(float));
  part(lanes::load_aligned(g), lanes::load_aligned(u)).store_aligned(g);
  std::memcpy(out + i, g, (n - i) * sizeof(float));
}
inline void swiglu(const float* gate, const float* up, std::size_t n, float* out) {
  pairwise(gate, up, n, out, [](lanes g, lanes u) { return g / (lanes(1.0f) + exp2(g * lanes(-log2_e))) * u; });
}
inline void geglu(const float* gate, const float* up, std::size_t n, float* out) {
  pairwise(gate, up, n, out, [](lanes g, lanes u) {
    const lanes bent = g * (lanes(1.0f) + lanes(gelu_cubic) * (g * g));
    return g / (lanes(1.0f) + exp2(bent * lanes(-gelu_slope * log2_e))) * u;
  });
}

inline constexpr kernel_table table = {"portable",    quantise,  quantise_words, quantised_panel, one_by_one<quantised_panel>,
                                       f32_panel,     f16_panel, bf16_panel,     word_attention,  byte_attention,
                                       softmax_merge, rms_norm,  swiglu,         geglu,           word_strips};

}  // namespace inoculum::engine::portable
