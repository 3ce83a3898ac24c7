// SPDX-License-Identifier: Apache-2.0
// What a vision tower's hundreds of rows want of AVX-512: products with two strips of floats at once, weights of 16 bits widened
// for all rows together, activations 16 values at a time.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "avx2.hpp"
#include "avx512_quantised.hpp"
#include "exponential.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx512 {

namespace detail {
/// R rows against S strips: with two, a broadcast serves two products, so that loads are not what bounds them.
template <int R, int S>
INOCULUM_AVX512 inline void strip_tile(const float* a, std::size_t a_stride, const float* b, std::size_t b_pitch, std::size_t depth,
                                       float* out, std::size_t out_stride) noexcept {
  __m512 y[R][S];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int s = 0; s < S; ++s) y[r][s] = _mm512_loadu_ps(out + static_cast<std::size_t>(r) * out_stride + 16 * s);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    __m512 column[S];
    INOCULUM_UNROLL
    for (int s = 0; s < S; ++s) column[s] = _mm512_loadu_ps(b + static_cast<std::size_t>(s) * b_pitch + 16 * k);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m512 x = _mm512_set1_ps(a[static_cast<std::size_t>(r) * a_stride + k]);
      INOCULUM_UNROLL
      for (int s = 0; s < S; ++s) y[r][s] = _mm512_fmadd_ps(x, column[s], y[r][s]);
    }
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int s = 0; s < S; ++s) _mm512_storeu_ps(out + static_cast<std::size_t>(r) * out_stride + 16 * s, y[r][s]);
  }
}

template <int S>
INOCULUM_AVX512 inline void strip_tiles(const float* a, std::size_t a_stride, const float* b, std::size_t b_pitch, std::size_t depth,
                                        std::size_t rows, float* out, std::size_t out_stride) noexcept {
  // One row alone waits for its own sums: it goes with four others where there are any (a class token makes 197 or 257 of the patches).
  for (; rows >= 12 && rows != 13; rows -= 12, a += 12 * a_stride, out += 12 * out_stride)
    strip_tile<12, S>(a, a_stride, b, b_pitch, depth, out, out_stride);
  if (rows >= 5 && rows % 4 == 1) {
    strip_tile<5, S>(a, a_stride, b, b_pitch, depth, out, out_stride);
    rows -= 5, a += 5 * a_stride, out += 5 * out_stride;
  }
  for (; rows >= 4; rows -= 4, a += 4 * a_stride, out += 4 * out_stride) strip_tile<4, S>(a, a_stride, b, b_pitch, depth, out, out_stride);
  for (; rows > 0; --rows, a += a_stride, out += out_stride) strip_tile<1, S>(a, a_stride, b, b_pitch, depth, out, out_stride);
}

/// 2^x, 0 below 2^-126; the steps are AVX2's.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 exp2(__m512 x) noexcept {
  const __m512 held = _mm512_maskz_min_ps(0xffff, x, _mm512_set1_ps(exp2_highest));
  const __m512 whole = _mm512_maskz_roundscale_ps(0xffff, held, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(held, whole);
  __m512 p = _mm512_set1_ps(exp2_terms[0]);
  INOCULUM_UNROLL
  for (int k = 1; k < 8; ++k) p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(exp2_terms[k]));
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, _mm512_set1_ps(exp2_lowest), _CMP_NLT_UQ), p, whole);
}
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 swiglu_lanes(__m512 g, __m512 u) noexcept {
  const __m512 decay = exp2(_mm512_mul_ps(g, _mm512_set1_ps(-log2_e)));
  return _mm512_mul_ps(_mm512_div_ps(g, _mm512_add_ps(_mm512_set1_ps(1.0f), decay)), u);
}
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 geglu_lanes(__m512 g, __m512 u) noexcept {
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 bent = _mm512_mul_ps(g, _mm512_add_ps(one, _mm512_mul_ps(_mm512_set1_ps(gelu_cubic), _mm512_mul_ps(g, g))));
  const __m512 decay = exp2(_mm512_mul_ps(bent, _mm512_set1_ps(-gelu_slope * log2_e)));
  return _mm512_mul_ps(_mm512_div_ps(g, _mm512_add_ps(one, decay)), u);
}
}  // namespace detail

INOCULUM_AVX512 inline void f32_strips(const float* a, std::size_t a_stride, const float* b, std::size_t b_pitch, std::size_t strips,
                                       std::size_t depth, std::size_t rows, float* out, std::size_t out_stride) {
  for (; strips >= 2; strips -= 2, b += 2 * b_pitch, out += 32)
    detail::strip_tiles<2>(a, a_stride, b, b_pitch, depth, rows, out, out_stride);
  if (strips > 0) detail::strip_tiles<1>(a, a_stride, b, b_pitch, depth, rows, out, out_stride);
}

INOCULUM_AVX512 inline void widen(panel_kind kind, const std::uint16_t* from, std::size_t n, float* to) {
  if (kind == panel_kind::f16) {
    for (std::size_t i = 0; i < n; i += 16) _mm512_storeu_ps(to + i, detail::load_halves(from + i));
    return;
  }
  for (std::size_t i = 0; i < n; i += 16) {
    const __m512i wide = _mm512_maskz_cvtepu16_epi32(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)));
    _mm512_storeu_si512(to + i, _mm512_maskz_slli_epi32(0xffff, wide, 16));
  }
}

INOCULUM_AVX512 inline void swiglu(const float* gate, const float* up, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; i += 16) {
    const __mmask16 here = n - i < 16 ? static_cast<__mmask16>((1u << (n - i)) - 1) : static_cast<__mmask16>(0xffff);
    _mm512_mask_storeu_ps(out + i, here, detail::swiglu_lanes(_mm512_maskz_loadu_ps(here, gate + i), _mm512_maskz_loadu_ps(here, up + i)));
  }
}
INOCULUM_AVX512 inline void geglu(const float* gate, const float* up, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; i += 16) {
    const __mmask16 here = n - i < 16 ? static_cast<__mmask16>((1u << (n - i)) - 1) : static_cast<__mmask16>(0xffff);
    _mm512_mask_storeu_ps(out + i, here, detail::geglu_lanes(_mm512_maskz_loadu_ps(here, gate + i), _mm512_maskz_loadu_ps(here, up + i)));
  }
}

}  // namespace inoculum::engine::avx512

#endif
