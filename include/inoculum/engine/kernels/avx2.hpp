// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AVX2, FMA and F16C. Every function carries its target, because a
// helper or a lambda without one would not inherit it; callers ask `processor()` first.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "avx2_attention.hpp"
#include "avx2_quantised.hpp"
#include "exponential.hpp"
#include "table.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx2 {

namespace detail {
/// Eight numbers of a float kind, the i-th and on.
template <panel_kind Kind>
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 load_column(const void* p, std::size_t i) noexcept {
  if constexpr (Kind == panel_kind::f32) return _mm256_loadu_ps(static_cast<const float*>(p) + i);
  const void* bits = static_cast<const std::uint16_t*>(p) + i;
  if constexpr (Kind == panel_kind::f16) return load_halves(bits);
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(static_cast<const __m128i*>(bits)));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

/// R rows of x against a panel.
template <int R, panel_kind Kind>
INOCULUM_AVX2 inline void float_tile(const void* panel, std::size_t columns, const float* x, std::size_t stride, float* out) noexcept {
  __m256 y[R][2];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) y[r][0] = y[r][1] = _mm256_setzero_ps();
  for (std::size_t k = 0; k < columns; ++k) {
    const __m256 w[2] = {load_column<Kind>(panel, k * panel_rows), load_column<Kind>(panel, k * panel_rows + 8)};
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m256 each = _mm256_set1_ps(x[static_cast<std::size_t>(r) * stride + k]);
      y[r][0] = _mm256_fmadd_ps(each, w[0], y[r][0]);
      y[r][1] = _mm256_fmadd_ps(each, w[1], y[r][1]);
    }
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    _mm256_storeu_ps(out + panel_rows * static_cast<std::size_t>(r), y[r][0]);
    _mm256_storeu_ps(out + panel_rows * static_cast<std::size_t>(r) + 8, y[r][1]);
  }
}

/// 2^x, 0 below 2^-126.
[[nodiscard]] INOCULUM_AVX2 inline __m256 exp2(__m256 x) noexcept {
  const __m256 held = _mm256_max_ps(_mm256_min_ps(x, _mm256_set1_ps(exp2_highest)), _mm256_set1_ps(exp2_lowest));
  const __m256 whole = _mm256_round_ps(held, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m256 f = _mm256_sub_ps(held, whole);
  __m256 p = _mm256_set1_ps(exp2_terms[0]);
  INOCULUM_UNROLL
  for (int k = 1; k < 8; ++k) p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(exp2_terms[k]));
  const __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127)), 23);
  const __m256 result = _mm256_mul_ps(p, _mm256_castsi256_ps(power));
  return _mm256_andnot_ps(_mm256_cmp_ps(x, _mm256_set1_ps(exp2_lowest), _CMP_LT_OQ), result);
}

[[nodiscard]] INOCULUM_AVX2 inline __m256 swiglu_lanes(__m256 g, __m256 u) noexcept {
  const __m256 decay = exp2(_mm256_mul_ps(g, _mm256_set1_ps(-log2_e)));
  return _mm256_mul_ps(_mm256_div_ps(g, _mm256_add_ps(_mm256_set1_ps(1.0f), decay)), u);
}
[[nodiscard]] INOCULUM_AVX2 inline __m256 geglu_lanes(__m256 g, __m256 u) noexcept {
  const __m256 one = _mm256_set1_ps(1.0f);
  const __m256 bent = _mm256_mul_ps(g, _mm256_add_ps(one, _mm256_mul_ps(_mm256_set1_ps(gelu_cubic), _mm256_mul_ps(g, g))));
  const __m256 decay = exp2(_mm256_mul_ps(bent, _mm256_set1_ps(-gelu_slope * log2_e)));
  return _mm256_mul_ps(_mm256_div_ps(g, _mm256_add_ps(one, decay)), u);
}
}  // namespace detail

INOCULUM_AVX2 inline void quantise(const float* x, std::size_t blocks, std::int8_t* values, float* scales, float* sums,
                                   std::int32_t* totals, std::int32_t* halves) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  // packs works within 128-bit halves; this puts the dwords back in order.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (std::size_t b = 0; b < blocks; ++b, x += block_columns, values += block_columns) {
    const __m256 x0 = _mm256_loadu_ps(x);
    const __m256 x1 = _mm256_loadu_ps(x + 8);
    const __m256 x2 = _mm256_loadu_ps(x + 16);
    const __m256 x3 = _mm256_loadu_ps(x + 24);
    const float largest = detail::largest_lane(_mm256_max_ps(_mm256_max_ps(_mm256_andnot_ps(sign, x0), _mm256_andnot_ps(sign, x1)),
                                                             _mm256_max_ps(_mm256_andnot_ps(sign, x2), _mm256_andnot_ps(sign, x3))));
    const bool counts = largest > 1e-30f;
    const __m256 inverse = _mm256_set1_ps(counts ? 127.0f / largest : 0.0f);
    const __m256i i0 = _mm256_cvtps_epi32(_mm256_mul_ps(x0, inverse));
    const __m256i i1 = _mm256_cvtps_epi32(_mm256_mul_ps(x1, inverse));
    const __m256i i2 = _mm256_cvtps_epi32(_mm256_mul_ps(x2, inverse));
    const __m256i i3 = _mm256_cvtps_epi32(_mm256_mul_ps(x3, inverse));
    const std::int32_t half = detail::sum_lanes(_mm256_add_epi32(i0, i1));
    const std::int32_t total =
        detail::sum_lanes(_mm256_add_epi32(_mm256_add_epi32(i0, i1), _mm256_add_epi32(i2, i3)));  // numbers that are none: wraps
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(i0, i1), _mm256_packs_epi32(i2, i3));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values), _mm256_permutevar8x32_epi32(bytes, order));
    scales[b] = counts ? largest / 127.0f : 0.0f;
    sums[b] = scales[b] * static_cast<float>(total);
    totals[b] = total;
    halves[b] = half;
  }
}

template <panel_kind Kind>
INOCULUM_AVX2 inline void float_panel(const void* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                      float* out) {
  for (; rows >= 6; rows -= 6, x += 6 * stride, out += 6 * panel_rows) detail::float_tile<6, Kind>(panel, columns, x, stride, out);
  for (; rows >= 3; rows -= 3, x += 3 * stride, out += 3 * panel_rows) detail::float_tile<3, Kind>(panel, columns, x, stride, out);
  for (; rows > 0; --rows, x += stride, out += panel_rows) detail::float_tile<1, Kind>(panel, columns, x, stride, out);
}
INOCULUM_AVX2 inline void f32_panel(const float* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                    float* out) {
  float_panel<panel_kind::f32>(panel, columns, x, stride, rows, out);
}
INOCULUM_AVX2 inline void f16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                    float* out) {
  float_panel<panel_kind::f16>(panel, columns, x, stride, rows, out);
}
INOCULUM_AVX2 inline void bf16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                     float* out) {
  float_panel<panel_kind::bf16>(panel, columns, x, stride, rows, out);
}

INOCULUM_AVX2 inline void softmax_merge(const float* part, float part_maximum, float part_sum, float* out, float& maximum, float& sum,
                                        std::size_t depth) {
  const float highest = part_maximum > maximum ? part_maximum : maximum;
  const __m256 mine = detail::exp2(_mm256_set1_ps(maximum - highest)), other = detail::exp2(_mm256_set1_ps(part_maximum - highest));
  for (std::size_t i = 0; i < depth; i += 8) {
    const __m256 kept = _mm256_mul_ps(_mm256_loadu_ps(out + i), mine);
    _mm256_storeu_ps(out + i, _mm256_fmadd_ps(_mm256_loadu_ps(part + i), other, kept));
  }
  sum = sum * _mm256_cvtss_f32(mine) + part_sum * _mm256_cvtss_f32(other);
  maximum = highest;
}

INOCULUM_AVX2 inline void rms_norm(const float* x, const float* weight, std::size_t n, float epsilon, float* out) {
  const std::size_t whole = n / 8 * 8;
  __m256 squares = _mm256_setzero_ps();
  for (std::size_t i = 0; i < whole; i += 8) {
    const __m256 v = _mm256_loadu_ps(x + i);
    squares = _mm256_fmadd_ps(v, v, squares);
  }
  float sum = detail::sum_lanes(squares);
  for (std::size_t i = whole; i < n; ++i) sum += x[i] * x[i];
  const float factor = 1.0f / std::sqrt(sum / static_cast<float>(n) + epsilon);
  const __m256 factors = _mm256_set1_ps(factor);
  for (std::size_t i = 0; i < whole; i += 8) {
    _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_mul_ps(_mm256_loadu_ps(x + i), factors), _mm256_loadu_ps(weight + i)));
  }
  for (std::size_t i = whole; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

INOCULUM_AVX2 inline void swiglu(const float* gate, const float* up, std::size_t n, float* out) {
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, detail::swiglu_lanes(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(up + i)));
  if (i == n) return;
  alignas(32) float g[8] = {};
  alignas(32) float u[8] = {};
  std::memcpy(g, gate + i, (n - i) * sizeof(float));
  std::memcpy(u, up + i, (n - i) * sizeof(float));
  _mm256_store_ps(g, detail::swiglu_lanes(_mm256_load_ps(g), _mm256_load_ps(u)));
  std::memcpy(out + i, g, (n - i) * sizeof(float));
}

INOCULUM_AVX2 inline void geglu(const float* gate, const float* up, std::size_t n, float* out) {
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, detail::geglu_lanes(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(up + i)));
  if (i == n) return;
  alignas(32) float g[8] = {};
  alignas(32) float u[8] = {};
  std::memcpy(g, gate + i, (n - i) * sizeof(float));
  std::memcpy(u, up + i, (n - i) * sizeof(float));
  _mm256_store_ps(g, detail::geglu_lanes(_mm256_load_ps(g), _mm256_load_ps(u)));
  std::memcpy(out + i, g, (n - i) * sizeof(float));
}

inline constexpr kernel_table table = {"avx2",        quantise,  quantise_words, quantised_panel, one_by_one<quantised_panel>,
                                       f32_panel,     f16_panel, bf16_panel,     word_attention,  byte_attention,
                                       softmax_merge, rms_norm,  swiglu,         geglu,           word_strips};

}  // namespace inoculum::engine::avx2

#endif
