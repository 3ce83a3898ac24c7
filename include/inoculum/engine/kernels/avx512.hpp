// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AVX-512 and VNNI: products. What is not bound by them (quantising, softmax, norm) is
// AVX2's.
#pragma once

#include "avx2.hpp"
#include "avx512_floats.hpp"
#include "avx512_quantised.hpp"

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

/// R rows of a against a strip of 16 columns of a float kind, added to `out`.
template <int R, panel_kind Kind>
INOCULUM_AVX512 inline void float_tile(const float* a, std::size_t a_stride, const void* b, std::size_t b_stride, std::size_t depth,
                                       float* out, std::size_t out_stride) noexcept {
  __m512 y[R];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) y[r] = _mm512_loadu_ps(out + static_cast<std::size_t>(r) * out_stride);
  for (std::size_t k = 0; k < depth; ++k) {
    const __m512 column = load_column<Kind>(b, k * b_stride);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) y[r] = _mm512_fmadd_ps(_mm512_set1_ps(a[static_cast<std::size_t>(r) * a_stride + k]), column, y[r]);
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) _mm512_storeu_ps(out + static_cast<std::size_t>(r) * out_stride, y[r]);
}

template <panel_kind Kind>
INOCULUM_AVX512 inline void float_tiles(const float* a, std::size_t a_stride, const void* b, std::size_t b_stride, std::size_t depth,
                                        std::size_t rows, float* out, std::size_t out_stride) noexcept {
  for (; rows >= 12; rows -= 12, a += 12 * a_stride, out += 12 * out_stride)
    float_tile<12, Kind>(a, a_stride, b, b_stride, depth, out, out_stride);
  for (; rows >= 4; rows -= 4, a += 4 * a_stride, out += 4 * out_stride)
    float_tile<4, Kind>(a, a_stride, b, b_stride, depth, out, out_stride);
  for (; rows > 0; --rows, a += a_stride, out += out_stride) float_tile<1, Kind>(a, a_stride, b, b_stride, depth, out, out_stride);
}
}  // namespace detail

template <panel_kind Kind>
INOCULUM_AVX512 inline void float_panel(const void* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                        float* out) {
  std::memset(out, 0, rows * panel_rows * sizeof(float));
  detail::float_tiles<Kind>(x, stride, panel, panel_rows, columns, rows, out, panel_rows);
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

INOCULUM_AVX512 inline void f16_tile(const float* a, std::size_t a_stride, const std::uint16_t* b, std::size_t b_stride, std::size_t depth,
                                     std::size_t rows, float* out, std::size_t out_stride) {
  detail::float_tiles<panel_kind::f16>(a, a_stride, b, b_stride, depth, rows, out, out_stride);
}

inline constexpr kernel_table table = {"avx512-vnni", avx2::quantise, quantised_panel, f32_panel, f16_panel,  bf16_panel, f16_tile,
                                       softmax_step,  avx2::rms_norm, swiglu,          geglu,     f32_strips, widen};

}  // namespace inoculum::engine::avx512

#endif
