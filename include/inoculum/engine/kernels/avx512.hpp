// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AVX-512 and VNNI: products, attention and the gates. What is not bound by them (quantising,
// norms) is AVX2's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "avx2.hpp"
#include "avx512_attention.hpp"
#include "avx512_floats.hpp"
#include "avx512_quantised.hpp"
#include "avx512_words.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::avx512 {

namespace detail {
/// 16 numbers of a float kind, the i-th and on.
template <panel_kind Kind>
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 load_column(const void* p, std::size_t i) noexcept {
  if constexpr (Kind == panel_kind::f32) return _mm512_loadu_ps(static_cast<const float*>(p) + i);
  const void* bits = static_cast<const std::uint16_t*>(p) + i;
  if constexpr (Kind == panel_kind::f16) return load_halves(bits);
  const __m512i wide = _mm512_maskz_cvtepu16_epi32(0xffff, _mm256_loadu_si256(static_cast<const __m256i*>(bits)));
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(0xffff, wide, 16));
}

/// R rows of x against a panel.
template <int R, panel_kind Kind>
INOCULUM_AVX512 inline void float_tile(const void* panel, std::size_t columns, const float* x, std::size_t stride, float* out) noexcept {
  __m512 y[R];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) y[r] = _mm512_setzero_ps();
  for (std::size_t k = 0; k < columns; ++k) {
    const __m512 column = load_column<Kind>(panel, k * panel_rows);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) y[r] = _mm512_fmadd_ps(_mm512_set1_ps(x[static_cast<std::size_t>(r) * stride + k]), column, y[r]);
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) _mm512_storeu_ps(out + panel_rows * static_cast<std::size_t>(r), y[r]);
}

}  // namespace detail

template <panel_kind Kind>
INOCULUM_AVX512 inline void float_panel(const void* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                        float* out) {
  const auto tiles = [&]<int R>(std::integral_constant<int, R>) INOCULUM_AVX512 {
    for (; rows >= R; rows -= R, x += R * stride, out += R * panel_rows) detail::float_tile<R, Kind>(panel, columns, x, stride, out);
  };
  tiles(std::integral_constant<int, 12>{});
  tiles(std::integral_constant<int, 4>{});
  tiles(std::integral_constant<int, 1>{});
}
INOCULUM_AVX512 inline void f32_panel(const float* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                      float* out) {
  float_panel<panel_kind::f32>(panel, columns, x, stride, rows, out);
}
INOCULUM_AVX512 inline void f16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                      float* out) {
  float_panel<panel_kind::f16>(panel, columns, x, stride, rows, out);
}
INOCULUM_AVX512 inline void bf16_panel(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride,
                                       std::size_t rows, float* out) {
  float_panel<panel_kind::bf16>(panel, columns, x, stride, rows, out);
}

INOCULUM_AVX512 inline void softmax_merge(const float* part, float part_maximum, float part_sum, float* out, float& maximum, float& sum,
                                          std::size_t depth) {
  const float highest = part_maximum > maximum ? part_maximum : maximum;
  const __m512 both = detail::exp2(_mm512_mask_mov_ps(_mm512_set1_ps(maximum - highest), 2, _mm512_set1_ps(part_maximum - highest)));
  const __m512 mine = _mm512_maskz_permute_ps(0xffff, both, 0),
               other = _mm512_set1_ps(_mm512_cvtss_f32(_mm512_maskz_permute_ps(0xffff, both, 1)));
  for (std::size_t i = 0; i < depth; i += 16)
    _mm512_storeu_ps(out + i, _mm512_fmadd_ps(_mm512_loadu_ps(part + i), other, _mm512_mul_ps(_mm512_loadu_ps(out + i), mine)));
  sum = sum * _mm512_cvtss_f32(mine) + part_sum * _mm512_cvtss_f32(other);
  maximum = highest;
}

inline constexpr kernel_table table = {"avx512-vnni", avx2::quantise, avx2::quantise_words, quantised_panel, quantised_pair, f32_panel,
                                       f16_panel,     bf16_panel,     word_attention,       byte_attention,  softmax_merge,  avx2::rms_norm,
                                       swiglu,        geglu,          word_strips};

}  // namespace inoculum::engine::avx512

#endif
