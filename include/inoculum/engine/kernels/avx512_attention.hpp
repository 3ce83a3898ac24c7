// SPDX-License-Identifier: Apache-2.0
// Attention to a page of keys and values in 8 bits by AVX-512 and VNNI.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2_attention.hpp"
#include "avx512_floats.hpp"
#include "avx512_quantised.hpp"
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
struct larger {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept { return _mm512_maskz_max_ps(0xffff, a, b); }
};
struct added {
  INOCULUM_AVX512_INLINE __m512 operator()(__m512 a, __m512 b) const noexcept { return _mm512_add_ps(a, b); }
};

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

/// 2^(x - shift) of two rows as `byte_exp2_terms` tells; magic is `whole_magic` - shift. Step by step for all eight registers: one after
/// another their chains would fill the scheduler.
INOCULUM_AVX512_INLINE void byte_exp2(__m512 (&x)[8], const __m512 (&magic)[2]) noexcept {
  __m512 moved[8], p[8];
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) moved[i] = _mm512_add_ps(x[i], magic[i / 4]);
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) p[i] = _mm512_sub_ps(moved[i], magic[i / 4]);
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) x[i] = _mm512_sub_ps(x[i], p[i]);
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) p[i] = _mm512_fmadd_ps(_mm512_set1_ps(byte_exp2_terms[0]), x[i], _mm512_set1_ps(byte_exp2_terms[1]));
  INOCULUM_UNROLL
  for (int k = 2; k < 4; ++k) {
    INOCULUM_UNROLL
    for (int i = 0; i < 8; ++i) p[i] = _mm512_fmadd_ps(p[i], x[i], _mm512_set1_ps(byte_exp2_terms[k]));
  }
  INOCULUM_UNROLL
  for (int i = 0; i < 8; ++i) {
    const __m512i power = _mm512_maskz_slli_epi32(0xffff, _mm512_castps_si512(moved[i]), 23);
    const __mmask16 counts = _mm512_cmp_ps_mask(moved[i], _mm512_set1_ps(byte_exp2_lowest), _CMP_NLT_UQ);
    x[i] = _mm512_castsi512_ps(_mm512_maskz_add_epi32(counts, _mm512_castps_si512(p[i]), power));
  }
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
    for (int c = 0; c < C; ++c) sum[r][c] = _mm512_dpbusd_epi32(sum[r][c], x, v[c]);
  }
}
/// R rows of weights in bytes against C strips of values.
template <int R, int C>
INOCULUM_AVX512 inline void byte_tile(const std::uint8_t* bytes, const float* factors, const std::int8_t* values, std::size_t positions,
                                      float* out, std::size_t width) noexcept {
  __m512i sum[R][C];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) sum[r][c] = _mm512_setzero_si512();
  }
  // Four at a time, weights past the last position being 0: gcc 12 copies all sums once a turn.
  for (std::size_t k = 0; k < positions; k += 16) {
    add_bytes<R, C>(bytes + k, values + 16 * k, sum);
    add_bytes<R, C>(bytes + k + 4, values + 16 * (k + 4), sum);
    add_bytes<R, C>(bytes + k + 8, values + 16 * (k + 8), sum);
    add_bytes<R, C>(bytes + k + 12, values + 16 * (k + 12), sum);
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
INOCULUM_AVX512 inline void byte_rows(const std::uint8_t* bytes, const float* factors, const std::int8_t* values, std::size_t positions,
                                      std::size_t width, float* out) noexcept {
  std::size_t i = 0;
  for (; i + 64 <= width; i += 64) byte_tile<R, 4>(bytes, factors, values + i * key_block, positions, out + i, width);
  for (; i < width; i += 16) byte_tile<R, 1>(bytes, factors, values + i * key_block, positions, out + i, width);
}

/// The first lane of each quarter.
[[nodiscard]] INOCULUM_AVX512_INLINE __m128 firsts(__m512 v) noexcept {
  return _mm512_maskz_extractf32x4_ps(0xf, _mm512_maskz_compress_ps(0x1111, v), 0);
}

/// What lies between the two products: scores of up to `page_rows` rows to bytes, and what these are to be multiplied with. In passes over
/// all rows: a row alone would wait for its maximum, its sum and its inverse. `scores` and `bytes` are whole fours of rows.
INOCULUM_AVX512 inline void byte_softmax(float* scores, const float* value_scales, std::size_t rows, std::size_t width, float* maxima,
                                         float* sums, float* out, std::uint8_t* bytes, float* factors) noexcept {
  alignas(64) float before[16], highest[16], total[16], inverse[16];
  alignas(64) float sum[page_rows * 16], most[page_rows * 16];
  const __mmask16 here = static_cast<__mmask16>((1u << rows) - 1);
  _mm512_store_ps(before, _mm512_maskz_loadu_ps(here, maxima));
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 four[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const float* row = scores + key_block * (r + k);
      four[k] =
          larger{}(larger{}(_mm512_load_ps(row), _mm512_load_ps(row + 16)), larger{}(_mm512_load_ps(row + 32), _mm512_load_ps(row + 48)));
    }
    const __m128 up = _mm_ceil_ps(firsts(quarters(four, larger{})));
    _mm_store_ps(highest + r, _mm_max_ps(_mm_load_ps(before + r), up));
  }
  __m512 scale[4];
  INOCULUM_UNROLL
  for (std::size_t i = 0; i < 4; ++i) scale[i] = _mm512_loadu_ps(value_scales + 16 * i);
  for (std::size_t r = 0; r < rows; r += 2) {
    float* const at = scores + key_block * r;
    const __m512 magic[2] = {_mm512_sub_ps(_mm512_set1_ps(whole_magic), _mm512_set1_ps(highest[r])),
                             _mm512_sub_ps(_mm512_set1_ps(whole_magic), _mm512_set1_ps(highest[r + 1]))};
    __m512 w[8];
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 8; ++i) w[i] = _mm512_load_ps(at + 16 * i);
    byte_exp2(w, magic);
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 8; i += 4)
      _mm512_store_ps(sum + 16 * r + 4 * i, _mm512_add_ps(_mm512_add_ps(w[i], w[i + 1]), _mm512_add_ps(w[i + 2], w[i + 3])));
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 8; ++i) {
      w[i] = _mm512_mul_ps(w[i], scale[i % 4]);
      _mm512_store_ps(at + 16 * i, w[i]);
    }
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 8; i += 4)
      _mm512_store_ps(most + 16 * r + 4 * i, larger{}(larger{}(w[i], w[i + 1]), larger{}(w[i + 2], w[i + 3])));
  }
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 sums_of[4], most_of[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      sums_of[k] = _mm512_load_ps(sum + 16 * (r + k));
      most_of[k] = _mm512_load_ps(most + 16 * (r + k));
    }
    _mm_store_ps(total + r, firsts(quarters(sums_of, added{})));
    const __m128 top = firsts(quarters(most_of, larger{}));
    const __mmask8 counts = _mm_cmp_ps_mask(top, _mm_set1_ps(1e-30f), _CMP_GT_OQ);
    _mm_store_ps(inverse + r, _mm_maskz_div_ps(counts, _mm_set1_ps(127.0f), top));
    _mm_store_ps(factors + r, _mm_maskz_mul_ps(counts, top, _mm_set1_ps(1.0f / 127.0f)));
  }
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);  // packs works within 128 bits
  for (std::size_t r = 0; r < rows; ++r) {
    const __m512 by = _mm512_set1_ps(inverse[r]);
    __m512i whole[4];
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 4; ++i)
      whole[i] = _mm512_maskz_cvtps_epi32(0xffff, _mm512_mul_ps(_mm512_load_ps(scores + key_block * r + 16 * i), by));
    const __m512i packed = _mm512_packs_epi16(_mm512_packs_epi32(whole[0], whole[1]), _mm512_packs_epi32(whole[2], whole[3]));
    _mm512_store_si512(bytes + key_block * r, _mm512_maskz_permutexvar_epi32(0xffff, order, packed));
  }
  const __m512 fell = _mm512_sub_ps(_mm512_load_ps(before), _mm512_load_ps(highest));
  const __mmask16 counts = _mm512_cmp_ps_mask(fell, _mm512_set1_ps(-64.0f), _CMP_GE_OQ);
  const __m512 kept = _mm512_maskz_scalef_ps(counts, _mm512_set1_ps(1.0f), fell);
  _mm512_mask_storeu_ps(maxima, here, _mm512_load_ps(highest));
  _mm512_mask_storeu_ps(sums, here, _mm512_fmadd_ps(_mm512_maskz_loadu_ps(here, sums), kept, _mm512_load_ps(total)));
  alignas(64) float factor[16];
  _mm512_store_ps(factor, kept);
  for (unsigned changed = _mm512_mask_cmp_ps_mask(here, fell, _mm512_setzero_ps(), _CMP_NEQ_UQ); changed != 0; changed &= changed - 1) {
    const auto r = static_cast<std::size_t>(__builtin_ctz(changed));
    for (std::size_t i = width * r; i < width * (r + 1); i += 16)
      _mm512_storeu_ps(out + i, _mm512_mul_ps(_mm512_loadu_ps(out + i), _mm512_set1_ps(factor[r])));
  }
}
}  // namespace detail

INOCULUM_AVX512 inline void byte_attention(const byte_page& page, const activation_view& queries, const std::size_t* first,
                                           const std::size_t* end, std::size_t rows, float* maxima, float* sums, float* out) {
  using namespace detail;
  const std::size_t width = queries.blocks * block_columns, panel = panel_bytes_of(panel_kind::q8, width);
  const std::size_t strips = (end[rows - 1] + 15) / 16;
  key_scales scales;
  for (std::size_t b = 0; b < queries.blocks; ++b) {
    for (std::size_t s = 0; s < strips; ++s)
      _mm512_store_ps(scales.of[b] + 16 * s, scale_of<panel_kind::q8>(page.keys + s * panel + width * panel_rows, b));
  }
  alignas(64) float scores[page_rows * key_block];
  alignas(64) std::uint8_t bytes[page_rows * key_block];
  float factors[page_rows];
  const std::size_t share = (page.next_bytes + rows - 1) / rows;
  std::size_t fetched = 0;
  for (std::size_t at = 0; at < rows; at += page_rows) {
    const std::size_t n = std::min(page_rows, rows - at);
    std::size_t r = 0;
    for (; r + 4 <= n; r += 4) {
      key_rows<4>(page, scales, queries, at + r, strips, scores + key_block * r);
      fetched = avx2::detail::fetch_next(page, fetched, (at + r + 4) * share);
    }
    if (n - r == 3) key_rows<3>(page, scales, queries, at + r, strips, scores + key_block * r), r += 3;
    for (; r < n; ++r) key_rows<1>(page, scales, queries, at + r, strips, scores + key_block * r);
    fetched = avx2::detail::fetch_next(page, fetched, (at + n) * share);
    std::fill(scores + key_block * n, scores + key_block * ((n + 3) / 4 * 4), 0.0f);
    for (r = 0; r < n; ++r) {
      if (first[at + r] == 0 && end[at + r] == key_block) continue;
      std::fill(scores + key_block * r, scores + key_block * r + first[at + r], -INFINITY);
      std::fill(scores + key_block * r + end[at + r], scores + key_block * (r + 1), -INFINITY);
    }
    byte_softmax(scores, page.scales, n, width, maxima + at, sums + at, out + at * width, bytes, factors);
    r = 0;
    for (; r + 4 <= n; r += 4) byte_rows<4>(bytes + key_block * r, factors + r, page.values, 16 * strips, width, out + (at + r) * width);
    if (n - r == 3) byte_rows<3>(bytes + key_block * r, factors + r, page.values, 16 * strips, width, out + (at + r) * width), r += 3;
    for (; r < n; ++r) byte_rows<1>(bytes + key_block * r, factors + r, page.values, 16 * strips, width, out + (at + r) * width);
  }
}

}  // namespace inoculum::engine::avx512

#endif
