// SPDX-License-Identifier: Apache-2.0
// Products with quantised panels by AVX2: maddubs multiplies unsigned quants by signed activations into 16 bits, where as many
// partial sums are kept as fit before they are widened.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../quant/panel_layout.hpp"
#include "table.hpp"

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#define INOCULUM_ENGINE_X86 1

#include <immintrin.h>

#define INOCULUM_AVX2 __attribute__((target("avx2,fma,f16c")))
#define INOCULUM_AVX2_INLINE __attribute__((always_inline)) INOCULUM_AVX2 inline
#if defined(__clang__)
#define INOCULUM_UNROLL _Pragma("clang loop unroll(full)")
#else
#define INOCULUM_UNROLL _Pragma("GCC unroll 16")
#endif

namespace inoculum::engine::avx2 {

namespace detail {
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i load(const void* p) noexcept { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 load_halves(const void* p) noexcept {
  return _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i*>(p)));
}
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 load_bytes(const void* p) noexcept {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(static_cast<const __m128i*>(p))));
}
[[nodiscard]] INOCULUM_AVX2_INLINE __m256 load_signed_bytes(const void* p) noexcept {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(static_cast<const __m128i*>(p))));
}
[[nodiscard]] INOCULUM_AVX2 inline float sum_lanes(__m256 v) noexcept {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
[[nodiscard]] INOCULUM_AVX2 inline float largest_lane(__m256 v) noexcept {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_shuffle_ps(s, s, 1)));
}
[[nodiscard]] INOCULUM_AVX2 inline std::int32_t sum_lanes(__m256i v) noexcept {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}
/// Of 16-bit lanes that are not negative.
[[nodiscard]] INOCULUM_AVX2 inline int largest_word(__m256i v) noexcept {
  const __m128i half = _mm_max_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  return 0x7fff - _mm_extract_epi16(_mm_minpos_epu16(_mm_sub_epi16(_mm_set1_epi16(0x7fff), half)), 0);
}
/// Four activations to every 32-bit lane.
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i broadcast(const void* p) noexcept {
  std::int32_t four = 0;
  std::memcpy(&four, p, sizeof four);
  return _mm256_set1_epi32(four);
}
/// Asks for what lies `ahead` bytes behind block b and its scales, for the second-level cache. The address may be past the weights'
/// end, which harms nobody, but not as a pointer. (A lambda for one line would vanish: gcc takes it to have no effect.)
template <panel_kind Kind>
INOCULUM_AVX2_INLINE void fetch(const std::uint8_t* block, const std::uint8_t* scales, std::size_t b, std::size_t ahead) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const std::uintptr_t quants = reinterpret_cast<std::uintptr_t>(block) + ahead;
  INOCULUM_UNROLL
  for (std::size_t i = 0; i < l.bits; ++i) _mm_prefetch(reinterpret_cast<const char*>(quants + group_bytes * i), _MM_HINT_T1);
  const std::uintptr_t line = reinterpret_cast<std::uintptr_t>(scales) + l.run_bytes() * b / l.run() + ahead;
  if (l.run_bytes() >= 64 || b % 2 == 0) _mm_prefetch(reinterpret_cast<const char*>(line), _MM_HINT_T1);
}
/// Bits of each byte moved up (Shift > 0) or down; what crosses into a neighbour is the caller's to mask.
template <int Shift>
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i shifted(__m256i v) noexcept {
  if constexpr (Shift > 0) return _mm256_slli_epi16(v, Shift);
  else if constexpr (Shift < 0) return _mm256_srli_epi16(v, -Shift);
  else return v;
}

/// Eight rows of group G of a block as bytes: unsigned with the bias, for 8 bits signed without it.
template <std::size_t Bits, int G>
[[nodiscard]] INOCULUM_AVX2_INLINE __m256i group(const std::uint8_t* block) noexcept {
  if constexpr (Bits == 8) return _mm256_xor_si256(load(block + group_bytes * G), _mm256_set1_epi8(-128));
  const __m256i w = _mm256_and_si256(shifted < G < 4 ? 0 : -4 > (load(block + group_bytes * (G % 4))), _mm256_set1_epi8(15));
  if constexpr (Bits == 4) return w;
  constexpr int bit = Bits == 5 ? G : 2 * (G % 4);
  constexpr std::size_t from = Bits == 6 && G >= 4 ? 5 : 4;
  constexpr char mask = Bits == 5 ? 0x10 : 0x30;
  return _mm256_or_si256(w, _mm256_and_si256(shifted<4 - bit>(load(block + group_bytes * from)), _mm256_set1_epi8(mask)));
}

/// Adds group G, eight rows from `row` on, times T tokens to sums of 16 bits, and from there to 32 bits before they could overflow:
/// a group adds 2 · quant · 127 at most to a lane, so 8 groups of 4 bits fit (30,480), 4 of 5 bits (31,496), 2 of 6 bits (32,004).
/// For 8 bits the unsigned side is |quant|, the activation takes its sign; 2 · 128 · 127 fits, for one group.
template <std::size_t Bits, int G, int T>
INOCULUM_AVX2_INLINE void multiply_group(const std::uint8_t* block, const std::int8_t* values, std::size_t stride, __m256i (&narrow)[T][2],
                                         __m256i (&product)[T][2]) noexcept {
  constexpr int fit = Bits == 4 ? 8 : Bits == 5 ? 4 : Bits == 6 ? 2 : 1;
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i w[2] = {group<Bits, G>(block), group<Bits, G>(block + 32)};
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    const __m256i x = broadcast(values + static_cast<std::size_t>(t) * stride + 4 * G);
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) {
      const __m256i pairs =
          Bits == 8 ? _mm256_maddubs_epi16(_mm256_abs_epi8(w[h]), _mm256_sign_epi8(x, w[h])) : _mm256_maddubs_epi16(w[h], x);
      if constexpr (G % fit == 0) narrow[t][h] = pairs;
      else narrow[t][h] = _mm256_add_epi16(narrow[t][h], pairs);
      if constexpr (G % fit == fit - 1) product[t][h] = _mm256_add_epi32(product[t][h], _mm256_madd_epi16(narrow[t][h], ones));
    }
  }
}
/// product += the 16 columns of half H of a block times T tokens; `narrow` lives from the first half to the second.
template <std::size_t Bits, int H, int T>
INOCULUM_AVX2_INLINE void multiply(const std::uint8_t* block, const std::int8_t* values, std::size_t stride, __m256i (&narrow)[T][2],
                                   __m256i (&product)[T][2]) noexcept {
  multiply_group<Bits, 4 * H, T>(block, values, stride, narrow, product);
  multiply_group<Bits, 4 * H + 1, T>(block, values, stride, narrow, product);
  multiply_group<Bits, 4 * H + 2, T>(block, values, stride, narrow, product);
  multiply_group<Bits, 4 * H + 3, T>(block, values, stride, narrow, product);
}

/// y += product · scale · each token's scale
template <int T>
INOCULUM_AVX2_INLINE void accumulate(const __m256i (&product)[T][2], const __m256 (&scale)[2], const float* scales, std::size_t stride,
                                     __m256 (&y)[T][2]) noexcept {
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    const __m256 a_scale = _mm256_set1_ps(scales[static_cast<std::size_t>(t) * stride]);
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) y[t][h] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(product[t][h]), _mm256_mul_ps(scale[h], a_scale), y[t][h]);
  }
}

/// T tokens against one panel.
template <panel_kind Kind, int T>
INOCULUM_AVX2 inline void tile(const std::uint8_t* panel, const activation_view& a, std::size_t first, float* out) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  constexpr int bias = l.bits == 8 ? 0 : l.bias;  // `group` has taken it off
  const std::size_t blocks = a.blocks;
  const std::uint8_t* scales = panel + blocks * l.block_bytes();
  const std::int8_t* values = a.values + first * blocks * block_columns;
  const std::size_t ahead = std::min(panel_bytes_of(Kind, blocks * block_columns), fetch_ahead);
  __m256 y[T][2];
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) y[t][0] = y[t][1] = _mm256_setzero_ps();

  for (std::size_t b = 0; b < blocks; ++b, panel += l.block_bytes(), values += block_columns) {
    const std::size_t at = first * blocks + b;
    const std::uint8_t* factors = scales + l.factors_at(b);
    if (first == 0) fetch<Kind>(panel, scales, b, ahead);
    __m256i narrow[T][2];
    __m256i product[T][2];
    __m256 scale[2];
    if constexpr (l.scales == panel_scales::sixteenths) {
      const std::uint8_t* multipliers = scales + l.multipliers_at(b);
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t)
        product[t][0] = product[t][1] = _mm256_set1_epi32(-bias * a.halves[at + static_cast<std::size_t>(t) * blocks]);
      multiply<l.bits, 0, T>(panel, values, blocks * block_columns, narrow, product);
      INOCULUM_UNROLL
      for (int h = 0; h < 2; ++h) scale[h] = _mm256_mul_ps(load_halves(factors + 16 * h), load_signed_bytes(multipliers + 8 * h));
      accumulate<T>(product, scale, a.scales + at, blocks, y);
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t) {
        const std::size_t i = at + static_cast<std::size_t>(t) * blocks;
        product[t][0] = product[t][1] = _mm256_set1_epi32(-bias * (a.totals[i] - a.halves[i]));
      }
      multiply<l.bits, 1, T>(panel, values, blocks * block_columns, narrow, product);
      INOCULUM_UNROLL
      for (int h = 0; h < 2; ++h) scale[h] = _mm256_mul_ps(load_halves(factors + 16 * h), load_signed_bytes(multipliers + 16 + 8 * h));
      accumulate<T>(product, scale, a.scales + at, blocks, y);
      continue;
    }
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) {
      if constexpr (bias != 0)
        product[t][0] = product[t][1] = _mm256_set1_epi32(-bias * a.totals[at + static_cast<std::size_t>(t) * blocks]);
      else product[t][0] = product[t][1] = _mm256_setzero_si256();
    }
    multiply<l.bits, 0, T>(panel, values, blocks * block_columns, narrow, product);
    multiply<l.bits, 1, T>(panel, values, blocks * block_columns, narrow, product);
    const std::uint8_t* multipliers = scales + (l.run() > 1 ? l.multipliers_at(b) : 0);
    INOCULUM_UNROLL
    for (int h = 0; h < 2; ++h) {
      scale[h] = load_halves(factors + 16 * h);
      if constexpr (l.scales == panel_scales::two_level) scale[h] = _mm256_mul_ps(scale[h], load_bytes(multipliers + 8 * h));
    }
    accumulate<T>(product, scale, a.scales + at, blocks, y);
    if constexpr (l.offsets()) {
      INOCULUM_UNROLL
      for (int h = 0; h < 2; ++h) {
        __m256 offset = load_halves(factors + 32 + 16 * h);
        if constexpr (l.scales == panel_scales::two_level) offset = _mm256_mul_ps(offset, load_bytes(multipliers + 16 + 8 * h));
        INOCULUM_UNROLL
        for (int t = 0; t < T; ++t) {
          const __m256 sum = _mm256_set1_ps(a.sums[at + static_cast<std::size_t>(t) * blocks]);
          y[t][h] = _mm256_fmadd_ps(offset, sum, y[t][h]);
        }
      }
    }
  }
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    _mm256_storeu_ps(out + 16 * t, y[t][0]);
    _mm256_storeu_ps(out + 16 * t + 8, y[t][1]);
  }
}

template <panel_kind Kind>
INOCULUM_AVX2 inline void tiles(const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) noexcept {
  std::size_t t = 0;
  for (; t + 4 <= rows; t += 4) tile<Kind, 4>(panel, a, t, out + panel_rows * t);
  for (; t < rows; ++t) tile<Kind, 1>(panel, a, t, out + panel_rows * t);
}
}  // namespace detail

INOCULUM_AVX2 inline void quantised_panel(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows,
                                          float* out) {
  switch (kind) {
    case panel_kind::q4: return detail::tiles<panel_kind::q4>(panel, a, rows, out);
    case panel_kind::q4_offset: return detail::tiles<panel_kind::q4_offset>(panel, a, rows, out);
    case panel_kind::q4_k: return detail::tiles<panel_kind::q4_k>(panel, a, rows, out);
    case panel_kind::q5: return detail::tiles<panel_kind::q5>(panel, a, rows, out);
    case panel_kind::q5_offset: return detail::tiles<panel_kind::q5_offset>(panel, a, rows, out);
    case panel_kind::q5_k: return detail::tiles<panel_kind::q5_k>(panel, a, rows, out);
    case panel_kind::q6_k: return detail::tiles<panel_kind::q6_k>(panel, a, rows, out);
    case panel_kind::q8: return detail::tiles<panel_kind::q8>(panel, a, rows, out);
    case panel_kind::f16:
    case panel_kind::bf16:
    case panel_kind::f32: return;  // not quantised: kernels of their own
  }
}

}  // namespace inoculum::engine::avx2

#endif
