// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AVX-512 and VNNI: a panel's 16 rows are one register, and dpbusd sums four 8-bit
// products a lane. What is not bound by them (quantising, softmax, norm) is AVX2's, so both tables agree to the bit in everything.
#pragma once

#include "avx2.hpp"

#if defined(INOCULUM_ENGINE_X86)

#define INOCULUM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")))

namespace inoculum::engine::avx512 {

namespace detail {
[[nodiscard]] INOCULUM_AVX512 inline __m512i load(const void* p) noexcept { return _mm512_loadu_si512(p); }
// Masked by all ones: gcc 12 warns of the plain forms' undefined operand in every program that includes them.
[[nodiscard]] INOCULUM_AVX512 inline __m512 load_halves(const void* p) noexcept {
  return _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(static_cast<const __m256i*>(p)));
}
[[nodiscard]] INOCULUM_AVX512 inline __m512 to_float(__m512i v) noexcept { return _mm512_maskz_cvtepi32_ps(0xffff, v); }
/// Four activations to every 32-bit lane; folds into dpbusd's memory operand.
[[nodiscard]] INOCULUM_AVX512 inline __m512i broadcast(const std::int8_t* p) noexcept {
  std::int32_t four = 0;
  std::memcpy(&four, p, sizeof four);
  return _mm512_set1_epi32(four);
}

/// T tokens against one q4 panel.
template <int T>
INOCULUM_AVX512 inline void q4_tile(const std::uint8_t* panel, const activation_view& a, std::size_t first, float* out) noexcept {
  const std::size_t blocks = a.blocks;
  const __m512i low_half = _mm512_set1_epi8(15);
  const std::int8_t* values = a.values + first * blocks * block_columns;
  const float* scales = a.scales + first * blocks;
  const float* sums = a.sums + first * blocks;
  __m512 y[T];
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) y[t] = _mm512_setzero_ps();

  for (std::size_t b = 0; b < blocks; ++b, panel += 320, values += block_columns) {
    __m512i product[T];
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) product[t] = _mm512_setzero_si512();
    INOCULUM_UNROLL
    for (int g = 0; g < 4; ++g) {
      const __m512i w = load(panel + 64 * g);
      const __m512i low = _mm512_and_si512(w, low_half);
      const __m512i high = _mm512_and_si512(_mm512_srli_epi16(w, 4), low_half);
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t) {
        const std::int8_t* x = values + static_cast<std::size_t>(t) * blocks * block_columns + 4 * g;
        product[t] = _mm512_dpbusd_epi32(product[t], low, broadcast(x));
        product[t] = _mm512_dpbusd_epi32(product[t], high, broadcast(x + 16));
      }
    }
    const __m512 scale = load_halves(panel + 256);
    const __m512 offset = load_halves(panel + 288);
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) {
      const std::size_t at = static_cast<std::size_t>(t) * blocks + b;
      y[t] = _mm512_fmadd_ps(to_float(product[t]), _mm512_mul_ps(scale, _mm512_set1_ps(scales[at])), y[t]);
      y[t] = _mm512_fmadd_ps(offset, _mm512_set1_ps(sums[at]), y[t]);
    }
  }
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + 16 * t, y[t]);
}

/// T tokens against one q8 panel, whose weights are stored as q + 128: the surplus is 128 · Σ value.
template <int T>
INOCULUM_AVX512 inline void q8_tile(const std::uint8_t* panel, const activation_view& a, std::size_t first, float* out) noexcept {
  const std::size_t blocks = a.blocks;
  const std::int8_t* values = a.values + first * blocks * block_columns;
  const float* scales = a.scales + first * blocks;
  const std::int32_t* totals = a.totals + first * blocks;
  const std::uint8_t* panel_scales = panel + blocks * 512;
  __m512 y[T];
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) y[t] = _mm512_setzero_ps();

  for (std::size_t b = 0; b < blocks; ++b, panel += 512, values += block_columns) {
    __m512i product[T];
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) product[t] = _mm512_set1_epi32(-128 * totals[static_cast<std::size_t>(t) * blocks + b]);
    INOCULUM_UNROLL
    for (int g = 0; g < 8; ++g) {
      const __m512i w = load(panel + 64 * g);
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t) {
        product[t] = _mm512_dpbusd_epi32(product[t], w, broadcast(values + static_cast<std::size_t>(t) * blocks * block_columns + 4 * g));
      }
    }
    const __m512 scale = load_halves(panel_scales + 32 * b);
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) {
      const __m512 factor = _mm512_mul_ps(scale, _mm512_set1_ps(scales[static_cast<std::size_t>(t) * blocks + b]));
      y[t] = _mm512_fmadd_ps(to_float(product[t]), factor, y[t]);
    }
  }
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + 16 * t, y[t]);
}

/// R rows of a against a column strip of 16 in float16 (Half) or float, added to `out`.
template <int R, bool Half>
INOCULUM_AVX512 inline void float_tile(const float* a, std::size_t a_stride, const void* b, std::size_t b_stride, std::size_t depth,
                                       float* out, std::size_t out_stride) noexcept {
  __m512 y[R];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) y[r] = _mm512_loadu_ps(out + static_cast<std::size_t>(r) * out_stride);
  for (std::size_t k = 0; k < depth; ++k) {
    __m512 column;
    if constexpr (Half) column = load_halves(static_cast<const std::uint16_t*>(b) + k * b_stride);
    else column = _mm512_loadu_ps(static_cast<const float*>(b) + k * b_stride);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) y[r] = _mm512_fmadd_ps(_mm512_set1_ps(a[static_cast<std::size_t>(r) * a_stride + k]), column, y[r]);
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) _mm512_storeu_ps(out + static_cast<std::size_t>(r) * out_stride, y[r]);
}

template <bool Half>
INOCULUM_AVX512 inline void float_tiles(const float* a, std::size_t a_stride, const void* b, std::size_t b_stride, std::size_t depth,
                                        std::size_t rows, float* out, std::size_t out_stride) noexcept {
  for (; rows >= 12; rows -= 12, a += 12 * a_stride, out += 12 * out_stride)
    float_tile<12, Half>(a, a_stride, b, b_stride, depth, out, out_stride);
  for (; rows >= 4; rows -= 4, a += 4 * a_stride, out += 4 * out_stride)
    float_tile<4, Half>(a, a_stride, b, b_stride, depth, out, out_stride);
  for (; rows > 0; --rows, a += a_stride, out += out_stride) float_tile<1, Half>(a, a_stride, b, b_stride, depth, out, out_stride);
}
}  // namespace detail

INOCULUM_AVX512 inline void q4_panel(const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) {
  std::size_t t = 0;
  for (; t + 8 <= rows; t += 8) detail::q4_tile<8>(panel, a, t, out + panel_rows * t);
  for (; t + 4 <= rows; t += 4) detail::q4_tile<4>(panel, a, t, out + panel_rows * t);
  for (; t < rows; ++t) detail::q4_tile<1>(panel, a, t, out + panel_rows * t);
}

INOCULUM_AVX512 inline void q8_panel(const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) {
  std::size_t t = 0;
  for (; t + 8 <= rows; t += 8) detail::q8_tile<8>(panel, a, t, out + panel_rows * t);
  for (; t + 4 <= rows; t += 4) detail::q8_tile<4>(panel, a, t, out + panel_rows * t);
  for (; t < rows; ++t) detail::q8_tile<1>(panel, a, t, out + panel_rows * t);
}

INOCULUM_AVX512 inline void f32_panel(const float* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                      float* out) {
  std::memset(out, 0, rows * panel_rows * sizeof(float));
  detail::float_tiles<false>(x, stride, panel, panel_rows, columns, rows, out, panel_rows);
}

INOCULUM_AVX512 inline void f16_tile(const float* a, std::size_t a_stride, const std::uint16_t* b, std::size_t b_stride, std::size_t depth,
                                     std::size_t rows, float* out, std::size_t out_stride) {
  detail::float_tiles<true>(a, a_stride, b, b_stride, depth, rows, out, out_stride);
}

inline constexpr kernel_table table = {"avx512-vnni", avx2::quantise,     q4_panel,       q8_panel,     f32_panel,
                                       f16_tile,      avx2::softmax_step, avx2::rms_norm, avx2::swiglu, avx2::geglu};

}  // namespace inoculum::engine::avx512

#endif
