// SPDX-License-Identifier: Apache-2.0
// Products with quantised panels by AVX-512 and VNNI: a panel's 16 rows are one register, and dpbusd sums four 8-bit products a lane.
#pragma once

#include "avx2_quantised.hpp"

#if defined(INOCULUM_ENGINE_X86)

#define INOCULUM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")))
#define INOCULUM_AVX512_INLINE __attribute__((always_inline)) INOCULUM_AVX512 inline

namespace inoculum::engine::avx512 {

namespace detail {
[[nodiscard]] INOCULUM_AVX512_INLINE __m512i load(const void* p) noexcept { return _mm512_loadu_si512(p); }
// Masked by all ones: gcc 12 warns of the plain forms' undefined operand in every program that includes them.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 load_halves(const void* p) noexcept {
  return _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(static_cast<const __m256i*>(p)));
}
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 to_float(__m512i v) noexcept { return _mm512_maskz_cvtepi32_ps(0xffff, v); }
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 load_bytes(const void* p) noexcept {
  return to_float(_mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(static_cast<const __m128i*>(p))));
}
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 load_signed_bytes(const void* p) noexcept {
  return to_float(_mm512_maskz_cvtepi8_epi32(0xffff, _mm_loadu_si128(static_cast<const __m128i*>(p))));
}
/// Four activations to every 32-bit lane; folds into dpbusd's memory operand.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512i broadcast(const std::int8_t* p) noexcept {
  std::int32_t four = 0;
  std::memcpy(&four, p, sizeof four);
  return _mm512_set1_epi32(four);
}
/// Bits of each byte moved up (Shift > 0) or down; what crosses into a neighbour is the caller's to mask.
template <int Shift>
[[nodiscard]] INOCULUM_AVX512_INLINE __m512i shifted(__m512i v) noexcept {
  if constexpr (Shift > 0) return _mm512_slli_epi16(v, Shift);
  else if constexpr (Shift < 0) return _mm512_srli_epi16(v, -Shift);
  else return v;
}

/// Group G of a block as bytes, bias included.
template <std::size_t Bits, int G>
[[nodiscard]] INOCULUM_AVX512_INLINE __m512i group(const std::uint8_t* block) noexcept {
  if constexpr (Bits == 8) return load(block + group_bytes * G);
  const __m512i w = _mm512_and_si512(shifted < G < 4 ? 0 : -4 > (load(block + group_bytes * (G % 4))), _mm512_set1_epi8(15));
  if constexpr (Bits == 4) return w;
  constexpr int bit = Bits == 5 ? G : 2 * (G % 4);
  constexpr std::size_t from = Bits == 6 && G >= 4 ? 5 : 4;
  constexpr std::int8_t mask = Bits == 5 ? 0x10 : 0x30;
  const __m512i high = shifted<4 - bit>(load(block + group_bytes * from));
  return _mm512_ternarylogic_epi32(w, high, _mm512_set1_epi8(mask), 0xf8);  // w | (high & mask)
}

/// products += the 16 columns of half H of a block times T tokens
template <std::size_t Bits, int H, int T>
INOCULUM_AVX512_INLINE void multiply(const std::uint8_t* block, const std::int8_t* values, std::size_t stride,
                                     __m512i (&product)[T]) noexcept {
  const __m512i w[4] = {group<Bits, 4 * H>(block), group<Bits, 4 * H + 1>(block), group<Bits, 4 * H + 2>(block),
                        group<Bits, 4 * H + 3>(block)};
  INOCULUM_UNROLL
  for (int g = 0; g < 4; ++g) {
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) {
      product[t] = _mm512_dpbusd_epi32(product[t], w[g], broadcast(values + static_cast<std::size_t>(t) * stride + 16 * H + 4 * g));
    }
  }
}

/// What the quants of block b stand for in each row: one for the block, or one for each half of it.
template <panel_kind Kind>
[[nodiscard]] INOCULUM_AVX512_INLINE __m512 scale_of(const std::uint8_t* scales, std::size_t b, std::size_t half = 0) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const __m512 factor = load_halves(scales + l.factors_at(b));
  if constexpr (l.scales == panel_scales::two_level) return _mm512_mul_ps(factor, load_bytes(scales + l.multipliers_at(b)));
  if constexpr (l.scales == panel_scales::sixteenths)
    return _mm512_mul_ps(factor, load_signed_bytes(scales + l.multipliers_at(b) + 16 * half));
  return factor;
}

/// y += product · scale · each token's scale
template <int T>
INOCULUM_AVX512_INLINE void accumulate(const __m512i (&product)[T], __m512 scale, const float* scales, std::size_t stride,
                                       __m512 (&y)[T]) noexcept {
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    const __m512 factor = _mm512_mul_ps(scale, _mm512_set1_ps(scales[static_cast<std::size_t>(t) * stride]));
    y[t] = _mm512_fmadd_ps(to_float(product[t]), factor, y[t]);
  }
}

/// y += offset · each token's sum, where block b has an offset
template <panel_kind Kind, int T>
INOCULUM_AVX512_INLINE void add_offset(const std::uint8_t* scales, std::size_t b, const float* sums, std::size_t stride,
                                       __m512 (&y)[T]) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  if constexpr (l.offsets()) {
    __m512 offset = load_halves(scales + l.factors_at(b) + 32);
    if constexpr (l.scales == panel_scales::two_level) offset = _mm512_mul_ps(offset, load_bytes(scales + l.multipliers_at(b) + 16));
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) y[t] = _mm512_fmadd_ps(offset, _mm512_set1_ps(sums[static_cast<std::size_t>(t) * stride]), y[t]);
  }
}

/// T tokens against one panel.
template <panel_kind Kind, int T>
INOCULUM_AVX512 inline void tile(const std::uint8_t* panel, const activation_view& a, std::size_t first, float* out) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const std::size_t blocks = a.blocks;
  const std::uint8_t* scales = panel + blocks * l.block_bytes();
  const std::int8_t* values = a.values + first * blocks * block_columns;
  const std::size_t ahead = std::min(panel_bytes_of(Kind, blocks * block_columns), fetch_ahead);
  __m512 y[T];
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) y[t] = _mm512_setzero_ps();

  for (std::size_t b = 0; b < blocks; ++b, panel += l.block_bytes(), values += block_columns) {
    const std::size_t at = first * blocks + b;
    if (first == 0) avx2::detail::fetch<Kind>(panel, scales, b, ahead);
    __m512i product[T];
    if constexpr (l.scales == panel_scales::sixteenths) {
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t) product[t] = _mm512_set1_epi32(-l.bias * a.halves[at + static_cast<std::size_t>(t) * blocks]);
      multiply<l.bits, 0, T>(panel, values, blocks * block_columns, product);
      accumulate<T>(product, scale_of<Kind>(scales, b, 0), a.scales + at, blocks, y);
      INOCULUM_UNROLL
      for (int t = 0; t < T; ++t) {
        const std::size_t i = at + static_cast<std::size_t>(t) * blocks;
        product[t] = _mm512_set1_epi32(-l.bias * (a.totals[i] - a.halves[i]));
      }
      multiply<l.bits, 1, T>(panel, values, blocks * block_columns, product);
      accumulate<T>(product, scale_of<Kind>(scales, b, 1), a.scales + at, blocks, y);
      continue;
    }
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) {
      if constexpr (l.bias != 0) product[t] = _mm512_set1_epi32(-l.bias * a.totals[at + static_cast<std::size_t>(t) * blocks]);
      else product[t] = _mm512_setzero_si512();
    }
    multiply<l.bits, 0, T>(panel, values, blocks * block_columns, product);
    multiply<l.bits, 1, T>(panel, values, blocks * block_columns, product);
    accumulate<T>(product, scale_of<Kind>(scales, b), a.scales + at, blocks, y);
    add_offset<Kind, T>(scales, b, a.sums + at, blocks, y);
  }
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + 16 * t, y[t]);
}

template <panel_kind Kind>
INOCULUM_AVX512 inline void tiles(const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) noexcept {
  // As many tokens as the registers hold: each takes a sum and a result, for two scales a block also more to compute between.
  constexpr std::size_t wide = layout_of(Kind).scales == panel_scales::sixteenths ? 8 : 12;
  std::size_t t = 0;
  for (; t + wide <= rows; t += wide) tile<Kind, wide>(panel, a, t, out + panel_rows * t);
  for (; t + 4 <= rows; t += 4) tile<Kind, 4>(panel, a, t, out + panel_rows * t);
  // One token waits for memory. There AVX2's loads of half the size came out ahead (33 GB/s against 25 on Zen 4), to the same bits.
  for (; t < rows; ++t) avx2::detail::tile<Kind, 1>(panel, a, t, out + panel_rows * t);
}
}  // namespace detail

INOCULUM_AVX512 inline void quantised_panel(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows,
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

}  // namespace inoculum::engine::avx512

#endif
