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
/// Four activations to every 32-bit lane.
[[nodiscard]] INOCULUM_AVX512_INLINE __m512i broadcast(const void* p) noexcept {
  std::int32_t four = 0;
  std::memcpy(&four, p, sizeof four);
  return _mm512_set1_epi32(four);
}
/// sum += four products of bytes a lane, a's without a sign; two of words. Not the intrinsics: for those gcc 12 copies sums to and fro and
/// keeps some in memory, which costs a product in four (141 of 186 GMAC/s a thread in 16 bits, 178 so).
INOCULUM_AVX512_INLINE void dpbusd(__m512i& sum, __m512i a, __m512i b) noexcept { asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b)); }
INOCULUM_AVX512_INLINE void dpwssd(__m512i& sum, __m512i a, __m512i b) noexcept { asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b)); }
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

template <std::size_t Bits, int G, int P, int T>
INOCULUM_AVX512_INLINE void multiply_group(const std::uint8_t* const (&block)[P], const std::int8_t* values, std::size_t stride,
                                           __m512i (&product)[P][T]) noexcept {
  __m512i w[P];
  INOCULUM_UNROLL
  for (int p = 0; p < P; ++p) w[p] = group<Bits, G>(block[p]);
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    const __m512i x = broadcast(values + static_cast<std::size_t>(t) * stride + 4 * G);
    INOCULUM_UNROLL
    for (int p = 0; p < P; ++p) dpbusd(product[p][t], w[p], x);
  }
}
/// products += the 16 columns of half H of a block of P panels times T tokens. A token's four values are loaded once for all panels:
/// with one panel as many loads are needed as products, which are as many as the processor can do.
template <std::size_t Bits, int H, int P, int T>
INOCULUM_AVX512_INLINE void multiply(const std::uint8_t* const (&block)[P], const std::int8_t* values, std::size_t stride,
                                     __m512i (&product)[P][T]) noexcept {
  multiply_group<Bits, 4 * H>(block, values, stride, product);
  multiply_group<Bits, 4 * H + 1>(block, values, stride, product);
  multiply_group<Bits, 4 * H + 2>(block, values, stride, product);
  multiply_group<Bits, 4 * H + 3>(block, values, stride, product);
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

/// Minus the bias times each token's sum of values, for all panels.
template <int Bias, int P, int T>
INOCULUM_AVX512_INLINE void begin(const std::int32_t* totals, const std::int32_t* less, std::size_t stride,
                                  __m512i (&product)[P][T]) noexcept {
  INOCULUM_UNROLL
  for (int t = 0; t < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t) * stride;
    __m512i start = _mm512_setzero_si512();
    if constexpr (Bias != 0) {
      static_assert((Bias & (Bias - 1)) == 0);
      __m512i total = _mm512_set1_epi32(totals[at]);
      if (less != nullptr) total = _mm512_sub_epi32(total, _mm512_set1_epi32(less[at]));
      start = _mm512_sub_epi32(start, _mm512_maskz_slli_epi32(0xffff, total, __builtin_ctz(static_cast<unsigned>(Bias))));
    }
    INOCULUM_UNROLL
    for (int p = 0; p < P; ++p) product[p][t] = start;
  }
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

/// T tokens against P panels; results of panel p at out + p · out_stride.
template <panel_kind Kind, int P, int T>
INOCULUM_AVX512 inline void tile(const std::uint8_t* const (&panels)[P], const activation_view& a, std::size_t first, float* out,
                                 std::size_t out_stride) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const std::size_t blocks = a.blocks, stride = blocks * block_columns;
  const std::int8_t* values = a.values + first * stride;
  const std::size_t ahead = std::min(P * panel_bytes_of(Kind, stride), fetch_ahead);
  const std::uint8_t *block[P], *scales[P];
  __m512 y[P][T];
  INOCULUM_UNROLL
  for (int p = 0; p < P; ++p) {
    block[p] = panels[p];
    scales[p] = panels[p] + blocks * l.block_bytes();
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) y[p][t] = _mm512_setzero_ps();
  }

  for (std::size_t b = 0; b < blocks; ++b, values += block_columns) {
    const std::size_t at = first * blocks + b;
    __m512 scale[P];
    __m512i product[P][T];
    INOCULUM_UNROLL
    for (int p = 0; p < P; ++p) {
      if (first == 0) avx2::detail::fetch<Kind>(block[p], scales[p], b, ahead);
      scale[p] = scale_of<Kind>(scales[p], b);
    }
    if constexpr (l.scales == panel_scales::sixteenths) {
      begin<l.bias>(a.halves + at, nullptr, blocks, product);
      multiply<l.bits, 0>(block, values, stride, product);
      INOCULUM_UNROLL
      for (int p = 0; p < P; ++p) accumulate<T>(product[p], scale[p], a.scales + at, blocks, y[p]);
      begin<l.bias>(a.totals + at, a.halves + at, blocks, product);
      multiply<l.bits, 1>(block, values, stride, product);
      INOCULUM_UNROLL
      for (int p = 0; p < P; ++p) scale[p] = scale_of<Kind>(scales[p], b, 1);
    } else {
      begin<l.bias>(a.totals + at, nullptr, blocks, product);
      multiply<l.bits, 0>(block, values, stride, product);
      multiply<l.bits, 1>(block, values, stride, product);
    }
    INOCULUM_UNROLL
    for (int p = 0; p < P; ++p) {
      accumulate<T>(product[p], scale[p], a.scales + at, blocks, y[p]);
      add_offset<Kind, T>(scales[p], b, a.sums + at, blocks, y[p]);
      block[p] += l.block_bytes();
    }
  }
  INOCULUM_UNROLL
  for (int p = 0; p < P; ++p) {
    INOCULUM_UNROLL
    for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + static_cast<std::size_t>(p) * out_stride + 16 * t, y[p][t]);
  }
}

/// As many tokens as the registers hold: each takes a sum and a result a panel, for two scales a block also more to compute between.
template <panel_kind Kind, int P>
INOCULUM_AVX512 inline void tiles(const std::uint8_t* const (&panels)[P], const activation_view& a, std::size_t rows, float* out) noexcept {
  constexpr std::size_t wide = (layout_of(Kind).scales == panel_scales::sixteenths ? 8 : 12) / P;
  const std::size_t stride = rows * panel_rows;
  std::size_t t = 0;
  if constexpr (P > 1) {
    // As many runs one token shorter as leave no rest: from 20 tokens on (6 where four fit) there is none.
    constexpr std::size_t narrow = wide - 1;
    for (std::size_t short_runs = (wide - rows % wide) % wide; short_runs > 0 && rows - t >= narrow; --short_runs, t += narrow)
      tile<Kind, P, narrow>(panels, a, t, out + panel_rows * t, stride);
  }
  for (; t + wide <= rows; t += wide) tile<Kind, P, wide>(panels, a, t, out + panel_rows * t, stride);
  for (int p = 0; p < P; ++p) {
    const std::uint8_t* const alone[1] = {panels[p]};
    float* to = out + static_cast<std::size_t>(p) * stride;
    std::size_t left = t;
    for (; left + 4 <= rows; left += 4) tile<Kind, 1, 4>(alone, a, left, to + panel_rows * left, 0);
    if (rows - left == 3) {  // which are worth one pass
      tile<Kind, 1, 3>(alone, a, left, to + panel_rows * left, 0);
      left = rows;
    }
    // One token waits for memory. There AVX2's loads of half the size came out ahead (33 GB/s against 25 on Zen 4), to the same bits.
    for (; left < rows; ++left) avx2::detail::tile<Kind, 1>(panels[p], a, left, to + panel_rows * left);
  }
}

template <int P>
INOCULUM_AVX512 inline void tiles(panel_kind kind, const std::uint8_t* const (&panels)[P], const activation_view& a, std::size_t rows,
                                  float* out) noexcept {
  switch (kind) {
    case panel_kind::q4: return tiles<panel_kind::q4>(panels, a, rows, out);
    case panel_kind::q4_offset: return tiles<panel_kind::q4_offset>(panels, a, rows, out);
    case panel_kind::q4_k: return tiles<panel_kind::q4_k>(panels, a, rows, out);
    case panel_kind::q5: return tiles<panel_kind::q5>(panels, a, rows, out);
    case panel_kind::q5_offset: return tiles<panel_kind::q5_offset>(panels, a, rows, out);
    case panel_kind::q5_k: return tiles<panel_kind::q5_k>(panels, a, rows, out);
    case panel_kind::q6_k: return tiles<panel_kind::q6_k>(panels, a, rows, out);
    case panel_kind::q8: return tiles<panel_kind::q8>(panels, a, rows, out);
    case panel_kind::f16:
    case panel_kind::bf16:
    case panel_kind::f32: return;  // not quantised: kernels of their own
  }
}
}  // namespace detail

INOCULUM_AVX512 inline void quantised_panel(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows,
                                            float* out) {
  detail::tiles<1>(kind, {panel}, a, rows, out);
}
INOCULUM_AVX512 inline void quantised_pair(panel_kind kind, const std::uint8_t* first, const std::uint8_t* second, const activation_view& a,
                                           std::size_t rows, float* out) {
  detail::tiles<2>(kind, {first, second}, a, rows, out);
}

}  // namespace inoculum::engine::avx512

#endif
