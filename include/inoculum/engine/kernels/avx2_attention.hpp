// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 16 or 8 bits by AVX2.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2_quantised.hpp"
#include "avx2_words.hpp"
#include "exponential.hpp"
#include "table.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx2 {

namespace detail {
/// Asks for what is wanted next, from byte `from` on; in small parts, since the processor has few places for what is under way.
template <class Page>
[[nodiscard]] INOCULUM_AVX2_INLINE std::size_t fetch_next(const Page& page, std::size_t from, std::size_t until) noexcept {
  for (until = std::min(until, page.next_bytes); from < until; from += 64)
    _mm_prefetch(reinterpret_cast<const char*>(page.next + from), _MM_HINT_T0);
  return from;
}

/// What the values of a page's positions are multiplied with, those that a row sees, the largest being 32,767.
struct value_scales {
  __m256i of[key_block / 16];
  float unit = 0.0f;                       ///< what 1 stands for; 0 where they are next to nothing
  std::size_t first = key_block, end = 0;  ///< the positions

  INOCULUM_AVX2 void set(const float* scales, std::size_t from, std::size_t to) noexcept {
    if (from == first && to == end) return;
    first = from, end = to;
    float seen[key_block] = {};
    std::copy(scales + from, scales + to, seen + from);
    __m256 largest = _mm256_setzero_ps();
    for (std::size_t i = 0; i < key_block; i += 8) largest = _mm256_max_ps(largest, _mm256_loadu_ps(seen + i));
    const float most = largest_lane(largest);
    const bool counts = most > least_value_scale;
    const __m256 inverse = _mm256_set1_ps(counts ? 32767.0f / most : 0.0f);
    for (std::size_t i = 0; i < key_block; i += 16)
      of[i / 16] = to_words(_mm256_mul_ps(_mm256_loadu_ps(seen + i), inverse), _mm256_mul_ps(_mm256_loadu_ps(seen + i + 8), inverse));
    unit = counts ? most * byte_value_unit : 0.0f;
  }
};

/// 2^-distance as `byte_exp2_terms` tells. AVX2 shifts no words by numbers of their own: they are multiplied with 2^15 / 2^shift, looked up
/// byte by byte, the upper one at the shift and the lower one 8 places on. What did not fit 16 bits is shifted out: 32,767 and -32,768
/// alike.
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i byte_exp2(__m256i u) noexcept {
  u = _mm256_min_epu16(u, _mm256_set1_epi16(0x7fff));
  const __m256i f = _mm256_and_si256(_mm256_slli_epi16(u, 4), _mm256_set1_epi16(0x7ff0));
  __m256i p = _mm256_mulhrs_epi16(f, _mm256_set1_epi16(byte_exp2_terms[2]));
  p = _mm256_mulhrs_epi16(f, _mm256_sub_epi16(_mm256_set1_epi16(byte_exp2_terms[1]), p));
  p = _mm256_sub_epi16(_mm256_set1_epi16(byte_exp2_terms[0]), p);
  const __m256i powers =
      _mm256_setr_epi8(-128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, -128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i places = _mm256_xor_si256(_mm256_mullo_epi16(_mm256_srli_epi16(u, 11), _mm256_set1_epi16(0x101)), _mm256_set1_epi16(8));
  return _mm256_mulhi_epu16(_mm256_add_epi16(p, p), _mm256_shuffle_epi8(powers, places));
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
INOCULUM_AVX2 inline float byte_softmax(const float* scores, std::size_t stride, const value_scales& scales, std::size_t width,
                                        float& maximum, float& sum, float* out, std::uint8_t* bytes) noexcept {
  constexpr std::size_t strips = key_block / 16;
  const auto half = [&](std::size_t strip, std::size_t i) INOCULUM_AVX2 { return _mm256_loadu_ps(scores + strip * stride + 8 * i); };
  __m256 most = _mm256_max_ps(half(0, 0), half(0, 1));
  for (std::size_t i = 1; i < strips; ++i) most = _mm256_max_ps(most, _mm256_max_ps(half(i, 0), half(i, 1)));
  const float shift = _mm_cvtss_f32(_mm_ceil_ss(_mm_setzero_ps(), _mm_set_ss(largest_lane(most))));
  const float highest = std::max(maximum, shift), kept = whole_exp2(maximum - highest), part = whole_exp2(shift - highest);

  const __m256 from = _mm256_set1_ps(shift * byte_exp2_steps);
  const auto distance = [&](__m256 x) INOCULUM_AVX2 { return _mm256_fnmadd_ps(x, _mm256_set1_ps(byte_exp2_steps), from); };
  __m256i share[strips], total = _mm256_setzero_si256(), top = _mm256_setzero_si256();
  for (std::size_t i = 0; i < strips; ++i) {
    const __m256i weight = byte_exp2(to_words(distance(half(i, 0)), distance(half(i, 1))));
    total = _mm256_add_epi32(total, _mm256_madd_epi16(weight, _mm256_set1_epi16(1)));
    share[i] = _mm256_mulhrs_epi16(weight, scales.of[i]);
    top = _mm256_max_epi16(top, share[i]);
  }
  sum = std::fma(static_cast<float>(sum_lanes(total)), part * byte_weight_unit, sum * kept);
  if (highest != maximum) {
    maximum = highest;
    for (std::size_t i = 0; i < width; i += 8) _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_loadu_ps(out + i), _mm256_set1_ps(kept)));
  }
  const auto by = static_cast<std::int16_t>(std::min(127.0f * 32768.0f / static_cast<float>(largest_word(top)), 32767.0f));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const auto scaled = [&](std::size_t i) INOCULUM_AVX2 { return _mm256_mulhrs_epi16(share[i], _mm256_set1_epi16(by)); };
  for (std::size_t i = 0; i < strips; i += 2)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes + 16 * i),
                        _mm256_permutevar8x32_epi32(_mm256_packs_epi16(scaled(i), scaled(i + 1)), order));
  return scales.unit * part / static_cast<float>(by);
}

/// 2^x, as `word_exp2_terms` tells.
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 word_exp2(__m256 x) noexcept {
  const __m256 whole = _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm256_sub_ps(x, whole);
  __m256 p = _mm256_set1_ps(word_exp2_terms[0]);
  INOCULUM_UNROLL
  for (int k = 1; k < 5; ++k) p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(word_exp2_terms[k]));
  const __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127)), 23);
  return _mm256_and_ps(_mm256_cmp_ps(x, _mm256_set1_ps(word_exp2_lowest), _CMP_GE_OQ), _mm256_mul_ps(p, _mm256_castsi256_ps(power)));
}
/// Of 64 floats: of the four sixteens, then by halves.
[[nodiscard]] INOCULUM_AVX2_INLINE float sum_of(const __m256 (&x)[key_block / 8]) noexcept {
  const __m256 low = _mm256_add_ps(_mm256_add_ps(x[0], x[2]), _mm256_add_ps(x[4], x[6]));
  const __m256 high = _mm256_add_ps(_mm256_add_ps(x[1], x[3]), _mm256_add_ps(x[5], x[7]));
  return sum_lanes(_mm256_add_ps(low, high));
}

/// Scores of R rows with a strip of keys.
template <int R>
INOCULUM_AVX2 inline void key_tile(const std::int16_t* queries, std::size_t width, const std::int16_t* keys, const float* scales,
                                   float* scores) noexcept {
  __m256i sum[R][2];
  word_products<R>(queries, width, keys, width / 2, sum);
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h)
      _mm256_storeu_ps(scores + key_block * static_cast<std::size_t>(r) + 8 * h,
                       _mm256_mul_ps(_mm256_cvtepi32_ps(sum[r][h]), _mm256_loadu_ps(scales + 8 * h)));
  }
}
/// R rows of weights against a strip of values, added to `out`.
template <int R>
INOCULUM_AVX2 inline void value_tile(const std::int16_t* words, const float* factors, const std::int16_t* values, std::size_t pairs,
                                     float* out, std::size_t width) noexcept {
  __m256i sum[R][2];
  word_products<R>(words, key_block, values, pairs, sum);
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) {
      float* const to = out + static_cast<std::size_t>(r) * width + 8 * h;
      _mm256_storeu_ps(to, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][h]), _mm256_set1_ps(factors[r]), _mm256_loadu_ps(to)));
    }
  }
}

/// A row's scores to weights in 16 bits; returns what these are to be multiplied with.
INOCULUM_AVX2 inline float word_softmax(const float* scores, const float* value_scales, float query_scale, std::size_t width,
                                        float& maximum, float& sum, float* out, std::int16_t* words) noexcept {
  __m256 x[key_block / 8];
  __m256 most = _mm256_loadu_ps(scores);
  for (std::size_t i = 1; i < key_block / 8; ++i) most = _mm256_max_ps(most, _mm256_loadu_ps(scores + 8 * i));
  const float shift = _mm_cvtss_f32(_mm_ceil_ss(_mm_setzero_ps(), _mm_set_ss(largest_lane(most) * query_scale)));
  for (std::size_t i = 0; i < key_block / 8; ++i)
    x[i] = word_exp2(_mm256_fmsub_ps(_mm256_loadu_ps(scores + 8 * i), _mm256_set1_ps(query_scale), _mm256_set1_ps(shift)));
  const float highest = std::max(maximum, shift), kept = whole_exp2(maximum - highest), part = whole_exp2(shift - highest);
  sum = std::fma(sum_of(x), part, sum * kept);
  if (highest != maximum) {
    maximum = highest;
    for (std::size_t i = 0; i < width; i += 8) _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_loadu_ps(out + i), _mm256_set1_ps(kept)));
  }
  for (std::size_t i = 0; i < key_block / 8; ++i) x[i] = _mm256_mul_ps(x[i], _mm256_loadu_ps(value_scales + 8 * i));
  const float total = sum_of(x);
  const __m256 by = _mm256_set1_ps(total > least_value_scale ? share_sum / total : 0.0f);
  for (std::size_t i = 0; i < key_block / 16; ++i) {
    const __m256i both = to_words(_mm256_mul_ps(x[2 * i], by), _mm256_mul_ps(x[2 * i + 1], by));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words + 16 * i), _mm256_permute4x64_epi64(both, 0xd8));
  }
  return total * (1.0f / share_sum) * part;
}
}  // namespace detail

INOCULUM_AVX2 inline void word_attention(const word_page& page, const word_view& queries, const seen_positions& sees, std::size_t rows,
                                         float* maxima, float* sums, float* out) {
  using detail::page_rows;
  const std::size_t width = queries.width;
  alignas(32) float scores[page_rows * key_block];
  alignas(32) std::int16_t words[page_rows * key_block];
  float factors[page_rows];
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t n = 0, at = 0; at < rows; at += n, out += n * width) {
    n = std::min(page_rows, rows - at);
    const std::size_t positions = (sees.until(at + n - 1) + 15) / 16 * 16;
    const std::int16_t* query = queries.values + at * width;
    for (std::size_t k = 0; k < positions; k += 16) {
      std::size_t r = 0;
      for (; r + 4 <= n; r += 4)
        detail::key_tile<4>(query + r * width, width, page.keys + k * width, page.key_scales + k, scores + key_block * r + k);
      for (; r < n; ++r)
        detail::key_tile<1>(query + r * width, width, page.keys + k * width, page.key_scales + k, scores + key_block * r + k);
    }
    fetched = detail::fetch_next(page, fetched, (at + n) * share);
    for (std::size_t r = 0; r < n; ++r) {
      float* const row = scores + key_block * r;
      std::fill(row, row + sees.from(at + r), -INFINITY);
      std::fill(row + sees.until(at + r), row + key_block, -INFINITY);
      factors[r] = detail::word_softmax(row, page.value_scales, queries.scales[at + r], width, maxima[at + r], sums[at + r],
                                        out + r * width, words + key_block * r);
    }
    for (std::size_t i = 0; i < width; i += 16) {
      const std::int16_t* strip = page.values + i * key_block;
      std::size_t r = 0;
      for (; r + 4 <= n; r += 4)
        detail::value_tile<4>(words + key_block * r, factors + r, strip, positions / 2, out + r * width + i, width);
      for (; r < n; ++r) detail::value_tile<1>(words + key_block * r, factors + r, strip, positions / 2, out + r * width + i, width);
    }
  }
}

INOCULUM_AVX2 inline void byte_attention(const byte_page& page, const activation_view& queries, const seen_positions& sees,
                                         std::size_t rows, float* maxima, float* sums, float* out) {
  using detail::page_rows;
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  float scores[key_block / panel_rows * page_rows * panel_rows];
  std::uint8_t bytes[page_rows * key_block];
  float factors[page_rows];
  detail::value_scales scales;
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t n = 0, at = 0; at < rows; at += n, out += n * width) {
    n = std::min(page_rows, rows - at);
    const std::size_t b = at * queries.blocks, strips = (sees.until(at + n - 1) + panel_rows - 1) / panel_rows, stride = n * panel_rows;
    const activation_view some{queries.values + at * width, queries.scales + b, queries.sums + b,
                               queries.totals + b,          queries.halves + b, queries.blocks};
    for (std::size_t s = 0; s < strips; ++s) detail::tiles<panel_kind::q8>(page.keys + s * panel, some, n, scores + s * stride);
    fetched = detail::fetch_next(page, fetched, (at + n) * share);
    for (std::size_t r = 0; r < n; ++r) {
      float* const row = scores + r * panel_rows;
      const auto hide = [&](std::size_t k) { row[k / panel_rows * stride + k % panel_rows] = -INFINITY; };
      for (std::size_t k = 0; k < sees.from(at + r); ++k) hide(k);
      for (std::size_t k = sees.until(at + r); k < key_block; ++k) hide(k);
      scales.set(page.scales, sees.from(at + r), sees.until(at + r));
      factors[r] = detail::byte_softmax(row, stride, scales, width, maxima[at + r], sums[at + r], out + r * width, bytes + key_block * r);
    }
    for (std::size_t i = 0; i < width; i += panel_rows) {
      const std::int8_t* strip = page.values + i * key_block;
      std::size_t r = 0;
      for (; r + 3 <= n; r += 3)
        detail::byte_tile<3>(bytes + key_block * r, factors + r, strip, sees.until(at + n - 1), out + r * width + i, width);
      for (; r < n; ++r)
        detail::byte_tile<1>(bytes + key_block * r, factors + r, strip, sees.until(at + n - 1), out + r * width + i, width);
    }
  }
}

}  // namespace inoculum::engine::avx2

#endif
