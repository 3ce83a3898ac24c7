// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AVX-512 and VNNI: products, the softmax and the gates. What is not bound by them (quantising,
// norms) is AVX2's.
#pragma once

#include "avx2.hpp"
#include "avx512_attention.hpp"
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

/// b of a tile: `depth` rows of strips of 16 columns.
struct strips_view {
  const void* data = nullptr;
  std::size_t stride = 0;
  std::size_t strip_stride = 0;
  std::size_t depth = 0;
};

/// R rows of a against C strips from the `strip`-th on, added to `out` unless `fresh`.
template <int R, int C, panel_kind Kind>
INOCULUM_AVX512 inline void float_tile(const float* a, std::size_t a_stride, const strips_view& b, std::size_t strip, float* out,
                                       std::size_t out_stride, bool fresh) noexcept {
  out += 16 * strip;
  __m512 y[R][C];
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c)
      y[r][c] = fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(out + static_cast<std::size_t>(r) * out_stride + 16 * c);
  }
  for (std::size_t k = 0; k < b.depth; ++k) {
    __m512 column[C];
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c)
      column[c] = load_column<Kind>(b.data, (strip + static_cast<std::size_t>(c)) * b.strip_stride + k * b.stride);
    INOCULUM_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m512 x = _mm512_set1_ps(a[static_cast<std::size_t>(r) * a_stride + k]);
      INOCULUM_UNROLL
      for (int c = 0; c < C; ++c) y[r][c] = _mm512_fmadd_ps(x, column[c], y[r][c]);
    }
  }
  INOCULUM_UNROLL
  for (int r = 0; r < R; ++r) {
    INOCULUM_UNROLL
    for (int c = 0; c < C; ++c) _mm512_storeu_ps(out + static_cast<std::size_t>(r) * out_stride + 16 * c, y[r][c]);
  }
}

/// R rows at a time, as many strips together as fill the registers.
template <int R, int C, panel_kind Kind>
INOCULUM_AVX512 inline void row_tiles(const float*& a, std::size_t a_stride, const strips_view& b, std::size_t& rows, std::size_t strips,
                                      float*& out, std::size_t out_stride, bool fresh) noexcept {
  for (; rows >= R; rows -= R, a += R * a_stride, out += R * out_stride) {
    std::size_t strip = 0;
    for (; strip + C <= strips; strip += C) float_tile<R, C, Kind>(a, a_stride, b, strip, out, out_stride, fresh);
    if constexpr (C > 1)
      for (; strip < strips; ++strip) float_tile<R, 1, Kind>(a, a_stride, b, strip, out, out_stride, fresh);
  }
}

template <panel_kind Kind>
INOCULUM_AVX512 inline void float_tiles(const float* a, std::size_t a_stride, const strips_view& b, std::size_t rows, std::size_t strips,
                                        float* out, std::size_t out_stride, bool fresh) noexcept {
  // A broadcast a product would be bound by loads: with two strips each serves two.
  row_tiles<12, 2, Kind>(a, a_stride, b, rows, strips, out, out_stride, fresh);
  row_tiles<3, 4, Kind>(a, a_stride, b, rows, strips, out, out_stride, fresh);
  row_tiles<1, 4, Kind>(a, a_stride, b, rows, strips, out, out_stride, fresh);
}

[[nodiscard]] INOCULUM_AVX512_INLINE __m256 low_half(__m512 v) noexcept { return _mm512_maskz_extractf32x8_ps(0xff, v, 0); }
[[nodiscard]] INOCULUM_AVX512_INLINE __m256 high_half(__m512 v) noexcept { return _mm512_maskz_extractf32x8_ps(0xff, v, 1); }
}  // namespace detail

template <panel_kind Kind>
INOCULUM_AVX512 inline void float_panel(const void* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                                        float* out) {
  const detail::strips_view b{panel, panel_rows, 0, columns};
  detail::row_tiles<12, 1, Kind>(x, stride, b, rows, 1, out, panel_rows, true);
  detail::row_tiles<4, 1, Kind>(x, stride, b, rows, 1, out, panel_rows, true);
  detail::row_tiles<1, 1, Kind>(x, stride, b, rows, 1, out, panel_rows, true);
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

INOCULUM_AVX512 inline void f16_tile(const float* a, std::size_t a_stride, const std::uint16_t* b, std::size_t b_stride,
                                     std::size_t strip_stride, std::size_t depth, std::size_t rows, std::size_t strips, float* out,
                                     std::size_t out_stride, bool fresh) {
  detail::float_tiles<panel_kind::f16>(a, a_stride, {b, b_stride, strip_stride, depth}, rows, strips, out, out_stride, fresh);
}

/// The same sums in the same order as AVX2's, in three passes over the rows: one alone would wait for its maximum and for its sum.
INOCULUM_AVX512 inline void softmax_step(float* scores, std::size_t stride, const std::size_t* valid, std::size_t rows, float* maxima,
                                         float* sums, float* out, std::size_t depth) {
  constexpr std::size_t most_rows = 48;
  if (rows > most_rows) {
    softmax_step(scores + most_rows * stride, stride, valid + most_rows, rows - most_rows, maxima + most_rows, sums + most_rows,
                 out + most_rows * depth, depth);
    rows = most_rows;
  }
  const std::size_t last = rows - 1;
  alignas(64) float highest[4 * most_rows];
  alignas(64) float total[4 * most_rows];
  __m512 weights[most_rows];
  for (std::size_t r = 0; r < rows; ++r) std::fill(scores + stride * r + valid[r], scores + stride * r + key_block, -INFINITY);
  for (std::size_t r = 0; r < rows; r += 4) {
    __m512 most[4];
    INOCULUM_UNROLL
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t row = std::min(r + k, last);
      most[k] = _mm512_set1_ps(maxima[row]);
      INOCULUM_UNROLL
      for (std::size_t i = 0; i < 4; ++i) most[k] = detail::larger{}(most[k], _mm512_loadu_ps(scores + stride * row + 16 * i));
    }
    _mm512_store_ps(highest + 4 * r, detail::quarters(most, detail::larger{}));
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const __m512 shift = _mm512_set1_ps(highest[4 * r]);
    weights[r] = _mm512_setzero_ps();
    INOCULUM_UNROLL
    for (std::size_t i = 0; i < 4; ++i) {
      const __m512 weight = detail::exp2(_mm512_sub_ps(_mm512_loadu_ps(scores + stride * r + 16 * i), shift));
      _mm512_storeu_ps(scores + stride * r + 16 * i, weight);
      weights[r] = _mm512_add_ps(weights[r], weight);
    }
  }
  for (std::size_t r = 0; r < rows; r += 4) {
    const __m512 four[4] = {weights[r], weights[std::min(r + 1, last)], weights[std::min(r + 2, last)], weights[std::min(r + 3, last)]};
    _mm512_store_ps(total + 4 * r, detail::quarters(four, detail::added{}));
  }
  for (std::size_t r = 0; r < rows; ++r) {
    if (highest[4 * r] == maxima[r]) {  // as a rule
      sums[r] += total[4 * r];
      continue;
    }
    const __m512 factor = detail::exp2(_mm512_set1_ps(maxima[r] - highest[4 * r]));
    sums[r] = std::fma(sums[r], _mm512_cvtss_f32(factor), total[4 * r]);
    maxima[r] = highest[4 * r];
    for (std::size_t i = depth * r; i < depth * (r + 1); i += 16)
      _mm512_storeu_ps(out + i, _mm512_mul_ps(_mm512_loadu_ps(out + i), factor));
  }
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

inline constexpr kernel_table table = {"avx512-vnni", avx2::quantise, quantised_panel, quantised_pair, f32_panel,     f16_panel,
                                       bf16_panel,    f16_tile,       softmax_step,    byte_attention, softmax_merge, avx2::rms_norm,
                                       swiglu,        geglu,          f32_strips,      widen};

}  // namespace inoculum::engine::avx512

#endif
