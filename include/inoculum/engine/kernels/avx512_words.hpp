// SPDX-License-Identifier: Apache-2.0
// Products in 16 bits by AVX-512 and VNNI: of weights here, of keys and values in attention.
#pragma once

#include <cstddef>
#include <cstdint>

#include "avx512_quantised.hpp"
#include "table.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx512 {

namespace detail {
/// A pair of components, or of positions, of R rows of words and C strips.
template <int R, int C>
INOCULUM_AVX512_INLINE void add_pair(const std::int16_t* a, std::size_t a_stride, const std::int16_t* b, std::size_t strip_stride,
                                     __m512i (&sum)[R][C]) noexcept {
  __m512i column[C];
  INOCULUM_UNROLL
  for (int c = 0; c < C; ++c) column[c] = load(b + strip_stride * static_cast<std::size_t>(c));
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    const __m512i x = broadcast(a + a_stride * static_cast<std::size_t>(r));
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) dpwssd(sum[r][c], x, column[c]);
  }
}
/// Sums of their products; pairs come in eights.
template <int R, int C>
INOCULUM_AVX512_INLINE void word_products(const std::int16_t* a, std::size_t a_stride, const std::int16_t* b, std::size_t strip_stride,
                                          std::size_t pairs, __m512i (&sum)[R][C]) noexcept {
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) sum[r][c] = _mm512_setzero_si512();
  }
  // Four at a time: gcc 12 copies all sums once a turn.
  for (std::size_t k = 0; k < pairs; k += 4, a += 8, b += 128) {
    add_pair(a, a_stride, b, strip_stride, sum);
    add_pair(a + 2, a_stride, b + 32, strip_stride, sum);
    add_pair(a + 4, a_stride, b + 64, strip_stride, sum);
    add_pair(a + 6, a_stride, b + 96, strip_stride, sum);
  }
}

template <int R, class Product>
INOCULUM_AVX512 inline void word_rows(const Product& product, std::size_t r, std::size_t strips) noexcept {
  std::size_t strip = 0;
  for (; strip + 4 <= strips; strip += 4) product.template tile<R, 4>(r, strip);
  for (; strip + 2 <= strips; strip += 2) product.template tile<R, 2>(r, strip);
  if (strip < strips) product.template tile<R, 1>(r, strip);
}
/// Rows in sixes, which with four strips fill the registers; what is left over as evenly as may be.
template <class Product>
INOCULUM_AVX512 inline void word_tiles(const Product& product, std::size_t rows, std::size_t strips) noexcept {
  for (std::size_t r = 0; r < rows;) {
    const std::size_t left = rows - r;
    if (left >= 6 && left != 7 && left != 8) word_rows<6>(product, r, strips), r += 6;
    else if (left >= 4) word_rows<4>(product, r, strips), r += 4;
    else if (left == 3) word_rows<3>(product, r, strips), r += 3;
    else word_rows<1>(product, r, strips), r += 1;
  }
}

/// Weights.
struct word_weights {
  const word_view& a;
  const word_strip_view& b;
  float* out;
  std::size_t stride;

  template <int R, int C>
  INOCULUM_AVX512 void tile(std::size_t r, std::size_t strip) const noexcept {
    __m512i sum[R][C];
    word_products(a.values + r * a.width, a.width, b.values + strip * b.pitch, b.pitch, b.columns / 2, sum);
    __m512 scale[C];
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) scale[c] = _mm512_loadu_ps(b.scales + (strip + static_cast<std::size_t>(c)) * b.scales_pitch);
    INOCULUM_UNROLL
    for (int i = 0; i < R; ++i) {
      const __m512 mine = _mm512_set1_ps(a.scales[r + static_cast<std::size_t>(i)]);
      float* const to = out + (r + static_cast<std::size_t>(i)) * stride + 16 * strip;
      INOCULUM_UNROLL
      for (int c = 0; c < C; ++c)
        _mm512_storeu_ps(to + 16 * c, _mm512_fmadd_ps(to_float(sum[i][c]), _mm512_mul_ps(mine, scale[c]), _mm512_loadu_ps(to + 16 * c)));
    }
  }
};
}  // namespace detail

INOCULUM_AVX512 inline void word_strips(const word_view& a, const word_strip_view& b, std::size_t rows, float* out,
                                        std::size_t out_stride) {
  detail::word_tiles(detail::word_weights{a, b, out, out_stride}, rows, b.strips);
}

}  // namespace inoculum::engine::avx512

#endif
