// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 16 or 8 bits by AVX-512 and VNNI.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2_attention.hpp"
#include "avx512_floats.hpp"
#include "avx512_quantised.hpp"
#include "avx512_words.hpp"
#include "exponential.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx512 {

namespace detail {
/// 16 lanes of each of four rows to a quarter for each row: op of its lanes 0 … 7 and 8 … 15, then of the halves of these eight, and so
/// on, as AVX2 goes about it.
template <class Op>
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 quarters(const __m512 (&rows)[4], const Op& op) noexcept {
  const __m512 low =
      op(_mm512_maskz_shuffle_f32x4(0xffff, rows[0], rows[1], 0x44), _mm512_maskz_shuffle_f32x4(0xffff, rows[0], rows[1], 0xee));
  const __m512 high =
      op(_mm512_maskz_shuffle_f32x4(0xffff, rows[2], rows[3], 0x44), _mm512_maskz_shuffle_f32x4(0xffff, rows[2], rows[3], 0xee));
  const __m512 four = op(_mm512_maskz_shuffle_f32x4(0xffff, low, high, 0x88), _mm512_maskz_shuffle_f32x4(0xffff, low, high, 0xdd));
  const __m512 two = op(four, _mm512_maskz_permute_ps(0xffff, four, 0x4e));
  return op(two, _mm512_maskz_permute_ps(0xffff, two, 0xb1));
}
/// The first lane of each quarter.
[[nodiscard]] INOCULUM_AVX512_INLINE __m128 firsts(__m512 v) noexcept {
  return _mm512_maskz_extractf32x4_ps(0xf, _mm512_maskz_compress_ps(0x1111, v), 0);
}
struct larger {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept { return _mm512_maskz_max_ps(0xffff, a, b); }
};
struct added {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept { return _mm512_add_ps(a, b); }
};
/// The same of whole numbers.
struct larger_word {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept {
    return _mm512_castsi512_ps(_mm512_max_epi16(_mm512_castps_si512(a), _mm512_castps_si512(b)));
  }
};
struct added_whole {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept {
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
  }
};
/// The largest lanes of 64.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 largest_of(const __m512 (&x)[4]) noexcept {
  return larger{}(larger{}(x[0], x[1]), larger{}(x[2], x[3]));
}

inline constexpr std::size_t page_rows = 12;  ///< that go through the three steps together, so that none waits for its own results

/// What a page's keys are multiplied with, block by block.
struct key_scales {
  alignas(64) float of[widest_head / block_columns][key_block];
};

/// Scores of R rows with the first S strips of a page.
template <int R, int S>
INOCULUM_AVX512 inline void key_tile(const byte_page& page, const key_scales& scales, const activation_view& queries, std::size_t row,
                                     float* scores) noexcept {
  const std::size_t blocks = queries.blocks, stride = blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, stride);
  const std::int8_t* values = queries.values + row * stride;
  for (std::size_t b = 0; b < blocks; ++b, values += block_columns) {
    const std::size_t at = row * blocks + b;
    const std::uint8_t* block[S];
    INOCULUM_UNROLL
    for (int s = 0; s < S; ++s) block[s] = page.keys + static_cast<std::size_t>(s) * panel + b * layout_of(panel_kind::q8).block_bytes();
    __m512i product[S][R];
    begin<layout_of(panel_kind::q8).bias>(queries.totals + at, nullptr, blocks, product);
    multiply<8, 0>(block, values, stride, product);
    multiply<8, 1>(block, values, stride, product);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m512 scale = _mm512_set1_ps(queries.scales[at + static_cast<std::size_t>(r) * blocks]);
      INOCULUM_UNROLL
      for (int s = 0; s < S; ++s) {
        float* const to = scores + key_block * static_cast<std::size_t>(r) + 16 * s;
        const __m512 factor = _mm512_mul_ps(scale, _mm512_load_ps(scales.of[b] + 16 * s));
        const __m512 before = b == 0 ? _mm512_setzero_ps() : _mm512_load_ps(to);
        _mm512_store_ps(to, _mm512_fmadd_ps(to_float(product[s][r]), factor, before));
      }
    }
  }
}
template <int R>
INOCULUM_AVX512 inline void key_rows(const byte_page& page, const key_scales& scales, const activation_view& queries, std::size_t row,
                                     std::size_t strips, float* scores) noexcept {
  switch (strips) {
    case 1: return key_tile<R, 1>(page, scales, queries, row, scores);
    case 2: return key_tile<R, 2>(page, scales, queries, row, scores);
    case 3: return key_tile<R, 3>(page, scales, queries, row, scores);
    default: return key_tile<R, 4>(page, scales, queries, row, scores);
  }
}

/// 64 numbers to whole ones of 16 bits. Every 128 bits of the two registers together have four of each strip, as `_mm512_packs_epi32`
/// leaves them; so has everything else that is kept in 16 bits and in bytes, down to `byte_tile`.
INOCULUM_AVX512_INLINE void to_words(const __m512 (&x)[4], __m512i (&words)[2]) noexcept {
  INOCULUM_UNROLL
  for (int i = 0; i < 2; ++i)
    words[i] = _mm512_packs_epi32(_mm512_maskz_cvtps_epi32(0xffff, x[2 * i]), _mm512_maskz_cvtps_epi32(0xffff, x[2 * i + 1]));
}

/// Positions first … end - 1, a bit each.
[[nodiscard]] inline std::uint64_t seen_bits(std::size_t first, std::size_t end) noexcept {
  return ~std::uint64_t{0} >> (key_block - end) & ~std::uint64_t{0} << first;
}

/// What the values of a page's positions are multiplied with, those that a row sees, the largest being 32,767.
struct value_scales {
  alignas(64) std::int16_t of[key_block];
  float unit;  ///< what 1 stands for; 0 where they are next to nothing

  INOCULUM_AVX512 void set(const float* scales, std::size_t first, std::size_t end) noexcept {
    const std::uint64_t seen = seen_bits(first, end);
    __m512 x[4];
    INOCULUM_UNROLL
    for (int i = 0; i < 4; ++i) x[i] = _mm512_maskz_loadu_ps(static_cast<__mmask16>(seen >> 16 * i), scales + 16 * i);
    const __m512 largest = largest_of(x);
    const float most = avx2::detail::largest_lane(
        _mm256_max_ps(_mm512_maskz_extractf32x8_ps(0xff, largest, 0), _mm512_maskz_extractf32x8_ps(0xff, largest, 1)));
    const bool counts = most > least_value_scale;
    const __m512 inverse = _mm512_set1_ps(counts ? 32767.0f / most : 0.0f);
    INOCULUM_UNROLL
    for (int i = 0; i < 4; ++i) x[i] = _mm512_mul_ps(x[i], inverse);
    __m512i words[2];
    to_words(x, words);
    _mm512_store_si512(of, words[0]);
    _mm512_store_si512(of + 32, words[1]);
    unit = counts ? most * byte_value_unit : 0.0f;
  }
};

/// 2^-distance of four rows, as `byte_exp2_terms` tells. Step by step for all eight registers: one after another their chains would fill
/// the scheduler. What did not fit 16 bits is shifted out: 32,767 and -32,768 alike.
INOCULUM_AVX512_INLINE void byte_exp2(__m512i (&x)[8]) noexcept {
  __m512i f[8], p[8];
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) f[i] = _mm512_and_si512(_mm512_slli_epi16(x[i], 4), _mm512_set1_epi16(0x7ff0));
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) p[i] = _mm512_mulhrs_epi16(f[i], _mm512_set1_epi16(byte_exp2_terms[2]));
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) p[i] = _mm512_mulhrs_epi16(f[i], _mm512_sub_epi16(_mm512_set1_epi16(byte_exp2_terms[1]), p[i]));
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i)
    x[i] = _mm512_srlv_epi16(_mm512_sub_epi16(_mm512_set1_epi16(byte_exp2_terms[0]), p[i]), _mm512_srli_epi16(x[i], 11));
}

/// Four positions of R rows of weights in bytes and of C strips of values.
template <int R, int C>
INOCULUM_AVX512_INLINE void add_bytes(const std::uint8_t* bytes, const std::int8_t* values, __m512i (&sum)[R][C]) noexcept {
  __m512i v[C];
  INOCULUM_UNROLL
  for (int c = 0; c < C; ++c) v[c] = load(values + 16 * key_block * static_cast<std::size_t>(c));
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    const __m512i x = broadcast(bytes + key_block * static_cast<std::size_t>(r));
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) dpbusd(sum[r][c], x, v[c]);
  }
}
/// R rows of weights in bytes, in the order of `to_words`, against C strips of values, of the first so many strips of positions.
template <int R, int C>
INOCULUM_AVX512 inline void byte_tile(const std::uint8_t* bytes, const float* factors, const std::int8_t* values, std::size_t strips,
                                      float* out, std::size_t width) noexcept {
  __m512i sum[R][C];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) sum[r][c] = _mm512_setzero_si512();
  }
  // Four at a time, weights past the last position being 0: gcc 12 copies all sums once a turn.
  for (std::size_t s = 0; s < strips; ++s, bytes += 4, values += 256) {
    add_bytes<R, C>(bytes, values, sum);
    add_bytes<R, C>(bytes + 16, values + 64, sum);
    add_bytes<R, C>(bytes + 32, values + 128, sum);
    add_bytes<R, C>(bytes + 48, values + 192, sum);
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) {
      float* const to = out + static_cast<std::size_t>(r) * width + 16 * c;
      _mm512_storeu_ps(to, _mm512_fmadd_ps(to_float(sum[r][c]), _mm512_set1_ps(factors[r]), _mm512_loadu_ps(to)));
    }
  }
}
template <int R>
INOCULUM_AVX512 inline void byte_rows(const std::uint8_t* bytes, const float* factors, const std::int8_t* values, std::size_t strips,
                                      std::size_t width, float* out) noexcept {
  std::size_t i = 0;
  for (; i + 64 <= width; i += 64) byte_tile<R, 4>(bytes, factors, values + i * key_block, strips, out + i, width);
  for (; i < width; i += 16) byte_tile<R, 1>(bytes, factors, values + i * key_block, strips, out + i, width);
}

/// The function of the same name, lane by lane.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 whole_exp2(__m512 n) noexcept {
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(n, _mm512_set1_ps(-64.0f), _CMP_GE_OQ), _mm512_set1_ps(1.0f), n);
}

/// Up to 16 rows' results so far times `kept`, where a bit says that this is not 1.
INOCULUM_AVX512 inline void rescale(unsigned changed, __m512 kept, std::size_t width, float* out) noexcept {
  alignas(64) float factor[16];
  _mm512_store_ps(factor, kept);
  for (; changed != 0; changed &= changed - 1) {
    const auto r = static_cast<std::size_t>(__builtin_ctz(changed));
    for (std::size_t i = width * r; i < width * (r + 1); i += 16)
      _mm512_storeu_ps(out + i, _mm512_mul_ps(_mm512_loadu_ps(out + i), _mm512_set1_ps(factor[r])));
  }
}

/// What a group of rows has of a page on its way from scores to bytes.
struct page_softmax {
  alignas(64) float scores[page_rows * key_block];
  alignas(64) std::int16_t shares[page_rows * key_block];
  alignas(64) std::uint8_t bytes[page_rows * key_block];
  value_scales scales[page_rows];            ///< those that the rows differ in
  const value_scales* scales_of[page_rows];  ///< which of them are a row's
  alignas(64) float largest[16];             ///< of a row's scores
  alignas(64) float units[16];               ///< of its value scales
  alignas(64) std::int32_t totals[16];       ///< of its weights
  alignas(64) std::int32_t tops[16];         ///< the largest of its shares
  alignas(64) std::int32_t inverses[16];     ///< what takes these to 127
  alignas(64) float factors[16];             ///< what bytes are to be multiplied with
};

/// What lies between the two products: scores of up to `page_rows` rows to bytes. In passes over all rows: a row alone would wait for its
/// maximum, its sum and its inverse. Scores are whole fours of rows.
INOCULUM_AVX512 inline void byte_softmax(page_softmax& s, std::size_t rows, std::size_t width, float* maxima, float* sums,
                                         float* out) noexcept {
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 four[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const float* row = s.scores + key_block * (r + k);
      four[k] = largest_of({_mm512_load_ps(row), _mm512_load_ps(row + 16), _mm512_load_ps(row + 32), _mm512_load_ps(row + 48)});
    }
    _mm_store_ps(s.largest + r, _mm_ceil_ps(firsts(quarters(four, larger{}))));
  }
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512i w[8];
    __m512 four[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const __m512 from = _mm512_set1_ps(s.largest[r + k] * byte_exp2_steps);
      __m512 distance[4];
      INOCULUM_UNROLL
      for (std::size_t i = 0; i < 4; ++i)
        distance[i] = _mm512_fnmadd_ps(_mm512_load_ps(s.scores + key_block * (r + k) + 16 * i), _mm512_set1_ps(byte_exp2_steps), from);
      __m512i words[2];
      to_words(distance, words);
      w[2 * k] = words[0], w[2 * k + 1] = words[1];
    }
    byte_exp2(w);
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const __m512i first = _mm512_dpwssd_epi32(_mm512_setzero_si512(), w[2 * k], _mm512_set1_epi16(1));
      four[k] = _mm512_castsi512_ps(_mm512_dpwssd_epi32(first, w[2 * k + 1], _mm512_set1_epi16(1)));
    }
    _mm_store_si128(reinterpret_cast<__m128i*>(s.totals + r), _mm_castps_si128(firsts(quarters(four, added_whole{}))));
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      INOCULUM_UNROLL
      for (std::size_t i = 0; i < 2; ++i) {
        w[2 * k + i] = _mm512_mulhrs_epi16(w[2 * k + i], _mm512_load_si512(s.scales_of[r + k]->of + 32 * i));
        _mm512_store_si512(s.shares + key_block * (r + k) + 32 * i, w[2 * k + i]);
      }
      four[k] = _mm512_castsi512_ps(_mm512_max_epi16(w[2 * k], w[2 * k + 1]));
    }
    const __m128i pairs = _mm_castps_si128(firsts(quarters(four, larger_word{})));
    _mm_store_si128(reinterpret_cast<__m128i*>(s.tops + r),
                    _mm_max_epi32(_mm_srli_epi32(pairs, 16), _mm_and_si128(pairs, _mm_set1_epi32(0xffff))));
  }
  const __mmask16 here = static_cast<__mmask16>((1u << rows) - 1);
  const __m512 before = _mm512_maskz_loadu_ps(here, maxima), shift = _mm512_maskz_load_ps(here, s.largest);
  const __m512 highest = _mm512_maskz_max_ps(0xffff, shift, before);
  const __m512 fell = _mm512_sub_ps(before, highest), kept = whole_exp2(fell), part = whole_exp2(_mm512_sub_ps(shift, highest));
  const __m512 total = _mm512_maskz_cvtepi32_ps(here, _mm512_load_si512(s.totals));
  _mm512_mask_storeu_ps(maxima, here, highest);
  _mm512_mask_storeu_ps(sums, here,
                        _mm512_fmadd_ps(total, _mm512_mul_ps(part, _mm512_set1_ps(byte_weight_unit)),
                                        _mm512_mul_ps(_mm512_maskz_loadu_ps(here, sums), kept)));
  // Only rows that are there: what else the lanes hold may be denormal, which takes long to divide.
  const __m512 top = _mm512_maskz_cvtepi32_ps(here, _mm512_load_si512(s.tops));
  const __m512 by = _mm512_maskz_div_ps(here, _mm512_set1_ps(127.0f * 32768.0f), top);
  const __m512i inverse = _mm512_maskz_cvttps_epi32(here, _mm512_maskz_min_ps(here, by, _mm512_set1_ps(32767.0f)));
  _mm512_store_si512(s.inverses, inverse);
  const __m512 unit = _mm512_mul_ps(_mm512_maskz_load_ps(here, s.units), part);
  _mm512_store_ps(s.factors, _mm512_maskz_div_ps(here, unit, _mm512_maskz_cvtepi32_ps(here, inverse)));
  for (std::size_t r = 0; r < rows; ++r) {
    const __m512i scale = _mm512_set1_epi16(static_cast<std::int16_t>(s.inverses[r]));
    const std::int16_t* share = s.shares + key_block * r;
    _mm512_store_si512(s.bytes + key_block * r, _mm512_packs_epi16(_mm512_mulhrs_epi16(_mm512_load_si512(share), scale),
                                                                   _mm512_mulhrs_epi16(_mm512_load_si512(share + 32), scale)));
  }
  rescale(_mm512_mask_cmp_ps_mask(here, fell, _mm512_setzero_ps(), _CMP_NEQ_UQ), kept, width, out);
}

/// 2^x, as `word_exp2_terms` tells.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 word_exp2(__m512 x) noexcept {
  const __m512 f = _mm512_maskz_reduce_ps(0xffff, x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), whole = _mm512_sub_ps(x, f);
  __m512 p = _mm512_set1_ps(word_exp2_terms[0]);
  INOCULUM_UNROLL
  for (int k = 1; k < 5; ++k) p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(word_exp2_terms[k]));
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, _mm512_set1_ps(word_exp2_lowest), _CMP_GE_OQ), p, whole);
}

/// What both products read: R rows of words against C strips.
struct word_keys {
  const word_page& page;
  const std::int16_t* queries;
  std::size_t width;
  float* scores;

  template <int R, int C>
  INOCULUM_AVX512 void tile(std::size_t r, std::size_t strip) const noexcept {
    __m512i sum[R][C];
    word_products(queries + r * width, width, page.keys + strip * 16 * width, 16 * width, width / 2, sum);
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) {
      const __m512 scale = _mm512_loadu_ps(page.key_scales + 16 * (strip + static_cast<std::size_t>(c)));
      INOCULUM_UNROLL
      for (int i = 0; i < R; ++i)
        _mm512_store_ps(scores + key_block * (r + static_cast<std::size_t>(i)) + 16 * (strip + static_cast<std::size_t>(c)),
                        _mm512_mul_ps(to_float(sum[i][c]), scale));
    }
  }
};
struct word_values {
  const word_page& page;
  const std::int16_t* words;
  const float* factors;
  std::size_t pairs;
  std::size_t width;
  float* out;

  template <int R, int C>
  INOCULUM_AVX512 void tile(std::size_t r, std::size_t strip) const noexcept {
    __m512i sum[R][C];
    word_products(words + r * key_block, key_block, page.values + strip * 16 * key_block, 16 * key_block, pairs, sum);
    INOCULUM_UNROLL
    for (int i = 0; i < R; ++i) {
      float* const to = out + (r + static_cast<std::size_t>(i)) * width + 16 * strip;
      const __m512 factor = _mm512_set1_ps(factors[r + static_cast<std::size_t>(i)]);
      INOCULUM_UNROLL
      for (int c = 0; c < C; ++c) _mm512_storeu_ps(to + 16 * c, _mm512_fmadd_ps(to_float(sum[i][c]), factor, _mm512_loadu_ps(to + 16 * c)));
    }
  }
};
/// What a group of rows has of a page on its way from scores to weights in 16 bits.
struct word_group {
  alignas(64) float scores[page_rows * key_block];  ///< then shares
  alignas(64) std::int16_t words[page_rows * key_block];
  alignas(64) float query_scales[16];
  alignas(64) float shifts[16];
  alignas(64) float weights[16];  ///< sums of a row
  alignas(64) float shares[16];
  alignas(64) float by[16];
  alignas(64) float factors[16];
};

/// What lies between the two products, in passes over all rows, whole fours of them.
INOCULUM_AVX512 inline void word_softmax(word_group& s, const float* value_scales, std::size_t rows, std::size_t width, float* maxima,
                                         float* sums, float* out) noexcept {
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 four[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const float* row = s.scores + key_block * (r + k);
      four[k] = largest_of({_mm512_load_ps(row), _mm512_load_ps(row + 16), _mm512_load_ps(row + 32), _mm512_load_ps(row + 48)});
    }
    _mm_store_ps(s.shifts + r, _mm_ceil_ps(_mm_mul_ps(firsts(quarters(four, larger{})), _mm_load_ps(s.query_scales + r))));
  }
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 weights[4], shares[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      float* const row = s.scores + key_block * (r + k);
      const __m512 scale = _mm512_set1_ps(s.query_scales[r + k]), shift = _mm512_set1_ps(s.shifts[r + k]);
      __m512 weight[4], share[4];
      INOCULUM_UNROLL
      for (std::size_t i = 0; i < 4; ++i) {
        weight[i] = word_exp2(_mm512_fmsub_ps(_mm512_load_ps(row + 16 * i), scale, shift));
        share[i] = _mm512_mul_ps(weight[i], _mm512_loadu_ps(value_scales + 16 * i));
        _mm512_store_ps(row + 16 * i, share[i]);
      }
      weights[k] = _mm512_add_ps(_mm512_add_ps(weight[0], weight[1]), _mm512_add_ps(weight[2], weight[3]));
      shares[k] = _mm512_add_ps(_mm512_add_ps(share[0], share[1]), _mm512_add_ps(share[2], share[3]));
    }
    _mm_store_ps(s.weights + r, firsts(quarters(weights, added{})));
    _mm_store_ps(s.shares + r, firsts(quarters(shares, added{})));
  }
  const auto here = static_cast<__mmask16>((1u << rows) - 1);
  const __m512 before = _mm512_maskz_loadu_ps(here, maxima), shift = _mm512_maskz_load_ps(here, s.shifts);
  const __m512 highest = _mm512_maskz_max_ps(0xffff, shift, before);
  const __m512 fell = _mm512_sub_ps(before, highest), kept = whole_exp2(fell), part = whole_exp2(_mm512_sub_ps(shift, highest));
  _mm512_mask_storeu_ps(maxima, here, highest);
  _mm512_mask_storeu_ps(
      sums, here, _mm512_fmadd_ps(_mm512_maskz_load_ps(here, s.weights), part, _mm512_mul_ps(_mm512_maskz_loadu_ps(here, sums), kept)));
  const __m512 total = _mm512_maskz_load_ps(here, s.shares);
  const __mmask16 counts = _mm512_cmp_ps_mask(total, _mm512_set1_ps(least_value_scale), _CMP_GT_OQ);
  _mm512_store_ps(s.by, _mm512_maskz_div_ps(counts, _mm512_set1_ps(share_sum), total));
  _mm512_store_ps(s.factors, _mm512_mul_ps(_mm512_mul_ps(total, _mm512_set1_ps(1.0f / share_sum)), part));
  rescale(_mm512_mask_cmp_ps_mask(here, fell, _mm512_setzero_ps(), _CMP_NEQ_UQ), kept, width, out);
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);  // after `_mm512_packs_epi32`, which works within 128 bits
  for (std::size_t r = 0; r < rows; ++r) {
    const __m512 by = _mm512_set1_ps(s.by[r]);
    __m512 x[4];
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 4; ++i) x[i] = _mm512_mul_ps(_mm512_load_ps(s.scores + key_block * r + 16 * i), by);
    __m512i words[2];
    to_words(x, words);
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 2; ++i)
      _mm512_store_si512(s.words + key_block * r + 32 * i, _mm512_maskz_permutexvar_epi64(0xff, order, words[i]));
  }
}
}  // namespace detail

INOCULUM_AVX512 inline void word_attention(const word_page& page, const word_view& queries, const seen_positions& sees, std::size_t rows,
                                           float* maxima, float* sums, float* out) {
  using namespace detail;
  const std::size_t width = queries.width, strips = (sees.until(rows - 1) + 15) / 16;
  word_group s;
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t at = 0; at < rows; at += page_rows) {
    const std::size_t n = std::min(page_rows, rows - at);
    word_tiles(word_keys{page, queries.values + at * width, width, s.scores}, n, strips);
    fetched = avx2::detail::fetch_next(page, fetched, (at + n) * share);
    const std::size_t fours = (n + 3) / 4 * 4;
    for (std::size_t r = 0; r < fours; r += 4)
      _mm_store_ps(s.query_scales + r, _mm_maskz_loadu_ps(static_cast<__mmask8>((1u << (n - r)) - 1), queries.scales + at + r));
    for (std::size_t i = key_block * n; i < key_block * fours; i += 16) _mm512_store_ps(s.scores + i, _mm512_setzero_ps());
    for (std::size_t r = 0; !sees.whole() && r < n; ++r) {
      const std::uint64_t hidden = ~seen_bits(sees.first[at + r], sees.end[at + r]);
      for (std::size_t i = 0; hidden != 0 && i < key_block; i += 16)
        _mm512_mask_store_ps(s.scores + key_block * r + i, static_cast<__mmask16>(hidden >> i), _mm512_set1_ps(-INFINITY));
    }
    word_softmax(s, page.value_scales, n, width, maxima + at, sums + at, out + at * width);
    word_tiles(word_values{page, s.words, s.factors, 8 * strips, width, out + at * width}, n, width / 16);
  }
}

INOCULUM_AVX512 inline void byte_attention(const byte_page& page, const activation_view& queries, const seen_positions& sees,
                                           std::size_t rows, float* maxima, float* sums, float* out) {
  using namespace detail;
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  const std::size_t strips = (sees.until(rows - 1) + 15) / 16;
  key_scales scales;
  for (std::size_t b = 0; b < queries.blocks; ++b) {
    for (std::size_t s = 0; s < strips; ++s)
      _mm512_store_ps(scales.of[b] + 16 * s, scale_of<panel_kind::q8>(page.keys + s * panel + width * panel_rows, b));
  }
  page_softmax s;
  std::fill(s.scales_of, s.scales_of + page_rows, s.scales);
  if (sees.whole()) {
    s.scales[0].set(page.scales, 0, key_block);
    std::fill(s.units, s.units + page_rows, s.scales[0].unit);
  }
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t at = 0; at < rows; at += page_rows) {
    const std::size_t n = std::min(page_rows, rows - at);
    std::size_t r = 0;
    for (; r + 4 <= n; r += 4) {
      key_rows<4>(page, scales, queries, at + r, strips, s.scores + key_block * r);
      fetched = avx2::detail::fetch_next(page, fetched, (at + r + 4) * share);
    }
    if (n - r == 3) key_rows<3>(page, scales, queries, at + r, strips, s.scores + key_block * r), r += 3;
    for (; r < n; ++r) key_rows<1>(page, scales, queries, at + r, strips, s.scores + key_block * r);
    fetched = avx2::detail::fetch_next(page, fetched, (at + n) * share);
    std::fill(s.scores + key_block * n, s.scores + key_block * ((n + 3) / 4 * 4), 0.0f);
    for (r = 0; !sees.whole() && r < n; ++r) {
      const std::size_t from = sees.first[at + r], to = sees.end[at + r];
      // Rows that see the same positions share their scales, with the group before, too.
      if (r > 0 && from == sees.first[at + r - 1] && to == sees.end[at + r - 1]) {
        s.scales_of[r] = s.scales_of[r - 1];
      } else {
        s.scales_of[r] = s.scales + r;
        if (r != 0 || at == 0 || from != sees.first[at - 1] || to != sees.end[at - 1]) s.scales[r].set(page.scales, from, to);
        else s.scales[0] = *s.scales_of[page_rows - 1];
      }
      s.units[r] = s.scales_of[r]->unit;
      const std::uint64_t hidden = ~seen_bits(from, to);
      for (std::size_t i = 0; hidden != 0 && i < key_block; i += 16)
        _mm512_mask_store_ps(s.scores + key_block * r + i, static_cast<__mmask16>(hidden >> i), _mm512_set1_ps(-INFINITY));
    }
    byte_softmax(s, n, width, maxima + at, sums + at, out + at * width);
    r = 0;
    for (; r + 4 <= n; r += 4) byte_rows<4>(s.bytes + key_block * r, s.factors + r, page.values, strips, width, out + (at + r) * width);
    if (n - r == 3) byte_rows<3>(s.bytes + key_block * r, s.factors + r, page.values, strips, width, out + (at + r) * width), r += 3;
    for (; r < n; ++r) byte_rows<1>(s.bytes + key_block * r, s.factors + r, page.values, strips, width, out + (at + r) * width);
  }
}

}  // namespace inoculum::engine::avx512

#endif
