// SPDX-License-Identifier: Apache-2.0
// Vectors and weights in 16 bits by AVX2.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2_quantised.hpp"
#include "table.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx2 {

namespace detail {
/// 16 numbers to whole ones of 16 bits, in the order of `_mm256_packs_epi32`.
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i to_words(__m256 low, __m256 high) noexcept {
  return _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
}

/// A pair of components, or of positions, of R rows of words and a strip of 16.
template <int R>
INOCULUM_AVX2_INLINE void add_pair(const std::int16_t* a, std::size_t a_stride, const std::int16_t* strip, __m256i (&sum)[R][2]) noexcept {
  const __m256i b[2] = {load(strip), load(strip + 16)};
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    const __m256i x = broadcast(a + static_cast<std::size_t>(r) * a_stride);
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) sum[r][h] = _mm256_add_epi32(sum[r][h], _mm256_madd_epi16(x, b[h]));
  }
}
/// Sums of their products; pairs come in eights.
template <int R>
INOCULUM_AVX2_INLINE void word_products(const std::int16_t* a, std::size_t a_stride, const std::int16_t* strip, std::size_t pairs,
                                        __m256i (&sum)[R][2]) noexcept {
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  // Four at a time: gcc 12 copies all sums once a turn.
  for (std::size_t k = 0; k < pairs; k += 4, a += 8, strip += 128) {
    add_pair(a, a_stride, strip, sum);
    add_pair(a + 2, a_stride, strip + 32, sum);
    add_pair(a + 4, a_stride, strip + 64, sum);
    add_pair(a + 6, a_stride, strip + 96, sum);
  }
}

/// R rows against strip s of weights, added to `out`.
template <int R>
INOCULUM_AVX2 inline void word_strip(const word_view& a, std::size_t row, const word_strip_view& b, std::size_t s, float* out,
                                     std::size_t out_stride) noexcept {
  __m256i sum[R][2];
  word_products<R>(a.values + row * a.width, a.width, b.values + s * b.pitch, b.columns / 2, sum);
  const __m256 scale[2] = {_mm256_loadu_ps(b.scales + s * b.scales_pitch), _mm256_loadu_ps(b.scales + s * b.scales_pitch + 8)};
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    const __m256 mine = _mm256_set1_ps(a.scales[row + static_cast<std::size_t>(r)]);
    float* const to = out + (row + static_cast<std::size_t>(r)) * out_stride + s * panel_rows;
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h)
      _mm256_storeu_ps(to + 8 * h,
                       _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][h]), _mm256_mul_ps(mine, scale[h]), _mm256_loadu_ps(to + 8 * h)));
  }
}
}  // namespace detail

INOCULUM_AVX2 inline float quantise_words(const float* x, std::size_t n, std::int16_t* values) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  __m256 largest = _mm256_setzero_ps(), low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
  for (std::size_t i = 0; i < n; i += 16) {
    const __m256 first = _mm256_loadu_ps(x + i), second = _mm256_loadu_ps(x + i + 8);
    largest = _mm256_max_ps(largest, _mm256_max_ps(_mm256_andnot_ps(sign, first), _mm256_andnot_ps(sign, second)));
    low = _mm256_fmadd_ps(first, first, low);
    high = _mm256_fmadd_ps(second, second, high);
  }
  const float most = detail::largest_lane(largest);
  const bool counts = most > least_word;
  const float by = counts ? std::min(32767.0f / most, word_length / std::sqrt(detail::sum_lanes(_mm256_add_ps(low, high)))) : 0.0f;
  const __m256 scale = _mm256_set1_ps(by);
  for (std::size_t i = 0; i < n; i += 16) {
    const __m256i both = detail::to_words(_mm256_mul_ps(_mm256_loadu_ps(x + i), scale), _mm256_mul_ps(_mm256_loadu_ps(x + i + 8), scale));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + i), _mm256_permute4x64_epi64(both, 0xd8));
  }
  return counts ? 1.0f / by : 0.0f;
}

INOCULUM_AVX2 inline void word_strips(const word_view& a, const word_strip_view& b, std::size_t rows, float* out, std::size_t out_stride) {
  for (std::size_t s = 0; s < b.strips; ++s) {
    std::size_t t = 0;
    for (; t + 4 <= rows; t += 4) detail::word_strip<4>(a, t, b, s, out, out_stride);
    for (; t < rows; ++t) detail::word_strip<1>(a, t, b, s, out, out_stride);
  }
}

}  // namespace inoculum::engine::avx2

#endif
