// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 8 bits by AVX2.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2_quantised.hpp"
#include "exponential.hpp"
#include "table.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx2 {

namespace detail {
/// Asks for what is wanted next, from byte `from` on; in small parts, since the processor has few places for what is under way.
[[nodiscard]] INOCULUM_AVX2_INLINE std::size_t fetch_next(const byte_page& page, std::size_t from, std::size_t until) noexcept {
  for (until = std::min(until, page.next_bytes); from < until; from += 64)
    _mm_prefetch(reinterpret_cast<const char*>(page.next + from), _MM_HINT_T0);
  return from;
}

/// 2^(x - shift) as `byte_exp2_terms` tells; magic is `whole_magic` - shift.
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 byte_exp2(__m256 x, __m256 magic) noexcept {
  const __m256 moved = _mm256_add_ps(x, magic);
  const __m256 f = _mm256_sub_ps(x, _mm256_sub_ps(moved, magic));
  __m256 p = _mm256_set1_ps(byte_exp2_terms[0]);
  INOCULUM_UNROLL
  for (int k = 1; k < 4; ++k) p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(byte_exp2_terms[k]));
  const __m256i power = _mm256_slli_epi32(_mm256_castps_si256(moved), 23);
  const __m256 result = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), power));
  return _mm256_andnot_ps(_mm256_cmp_ps(moved, _mm256_set1_ps(byte_exp2_lowest), _CMP_LT_OQ), result);
}

/// R rows of weights in bytes against a strip of values. Two products of 127 · 127 fit 16 bits.
template <int R>
INOCULUM_AVX2 inline void byte_tile(const std::uint8_t* bytes, const float* factors, const std::int8_t* values, std::size_t positions,
                                    float* out, std::size_t width) noexcept {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sum[R][2];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  for (std::size_t k = 0; k < positions; k += 4) {
    const __m256i v[2] = {load(values + 16 * k), load(values + 16 * k + 32)};
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m256i x = broadcast(bytes + key_block * static_cast<std::size_t>(r) + k);
      INOCULUM_UNROLL
      for (int h = 0; h < 2; ++h) sum[r][h] = _mm256_add_epi32(sum[r][h], _mm256_madd_epi16(_mm256_maddubs_epi16(x, v[h]), ones));
    }
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) {
      float* const to = out + static_cast<std::size_t>(r) * width + 8 * h;
      _mm256_storeu_ps(to, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][h]), _mm256_set1_ps(factors[r]), _mm256_loadu_ps(to)));
    }
  }
}

/// Rows that go through the three steps together.
inline constexpr std::size_t page_rows = 12;

/// A row's scores, strip by strip `stride` apart, to bytes; returns what these are to be multiplied with.
INOCULUM_AVX2 inline float byte_softmax(const float* scores, std::size_t stride, const float* value_scales, std::size_t width,
                                        float& maximum, float& sum, float* out, std::uint8_t* bytes) noexcept {
  __m256 share[key_block / 8];
  __m256 most = _mm256_set1_ps(maximum);
  for (std::size_t i = 0; i < key_block / 8; ++i) {
    share[i] = _mm256_loadu_ps(scores + i / 2 * stride + i % 2 * 8);
    most = _mm256_max_ps(most, share[i]);
  }
  const float highest = _mm_cvtss_f32(_mm_ceil_ss(_mm_setzero_ps(), _mm_set_ss(largest_lane(most))));
  const __m256 magic = _mm256_set1_ps(whole_magic - highest);
  __m256 total[2][2];  // lanes 0 … 7 and 8 … 15 of the first two strips, and of the last two
  most = _mm256_setzero_ps();
  for (std::size_t i = 0; i < key_block / 8; ++i) {
    const __m256 weight = byte_exp2(share[i], magic);
    __m256& sum_of = total[i / 4][i % 2];
    sum_of = i % 4 < 2 ? weight : _mm256_add_ps(sum_of, weight);
    share[i] = _mm256_mul_ps(weight, _mm256_loadu_ps(value_scales + 8 * i));
    most = _mm256_max_ps(most, share[i]);
  }
  const float more = sum_lanes(_mm256_add_ps(_mm256_add_ps(total[0][0], total[1][0]), _mm256_add_ps(total[0][1], total[1][1])));
  const float kept = whole_exp2(maximum - highest);
  sum = std::fma(sum, kept, more);
  if (highest != maximum) {
    maximum = highest;
    for (std::size_t i = 0; i < width; i += 8) _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_loadu_ps(out + i), _mm256_set1_ps(kept)));
  }
  const float top = largest_lane(most);
  const bool counts = top > 1e-30f;
  const __m256 inverse = _mm256_set1_ps(counts ? 127.0f / top : 0.0f);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const auto whole = [&](std::size_t i) INOCULUM_AVX2 { return _mm256_cvtps_epi32(_mm256_mul_ps(share[i], inverse)); };
  for (std::size_t i = 0; i < key_block / 8; i += 4) {
    const __m256i four = _mm256_packs_epi16(_mm256_packs_epi32(whole(i), whole(i + 1)), _mm256_packs_epi32(whole(i + 2), whole(i + 3)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes + 8 * i), _mm256_permutevar8x32_epi32(four, order));
  }
  return counts ? top * (1.0f / 127.0f) : 0.0f;
}
}  // namespace detail

INOCULUM_AVX2 inline void byte_attention(const byte_page& page, const activation_view& queries, const std::size_t* first,
                                         const std::size_t* end, std::size_t rows, float* maxima, float* sums, float* out) {
  using detail::page_rows;
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  float scores[key_block / panel_rows * page_rows * panel_rows];
  std::uint8_t bytes[page_rows * key_block];
  float factors[page_rows];
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t n = 0, at = 0; at < rows; at += n, first += n, end += n, out += n * width) {
    n = std::min(page_rows, rows - at);
    const std::size_t b = at * queries.blocks, strips = (end[n - 1] + panel_rows - 1) / panel_rows, stride = n * panel_rows;
    const activation_view some{queries.values + at * width, queries.scales + b, queries.sums + b,
                               queries.totals + b,          queries.halves + b, queries.blocks};
    for (std::size_t s = 0; s < strips; ++s) detail::tiles<panel_kind::q8>(page.keys + s * panel, some, n, scores + s * stride);
    fetched = detail::fetch_next(page, fetched, (at + n) * share);
    for (std::size_t r = 0; r < n; ++r) {
      float* const row = scores + r * panel_rows;
      const auto hide = [&](std::size_t k) { row[k / panel_rows * stride + k % panel_rows] = -INFINITY; };
      for (std::size_t k = 0; k < first[r]; ++k) hide(k);
      for (std::size_t k = end[r]; k < key_block; ++k) hide(k);
      factors[r] =
          detail::byte_softmax(row, stride, page.scales, width, maxima[at + r], sums[at + r], out + r * width, bytes + key_block * r);
    }
    for (std::size_t i = 0; i < width; i += panel_rows) {
      const std::int8_t* strip = page.values + i * key_block;
      std::size_t r = 0;
      for (; r + 3 <= n; r += 3) detail::byte_tile<3>(bytes + key_block * r, factors + r, strip, end[n - 1], out + r * width + i, width);
      for (; r < n; ++r) detail::byte_tile<1>(bytes + key_block * r, factors + r, strip, end[n - 1], out + r * width + i, width);
    }
  }
}

}  // namespace inoculum::engine::avx2

#endif
