// SPDX-License-Identifier: Apache-2.0
// What AVX-512 does 16 floats at a time: powers of 2 and the gates of an MLP.
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
