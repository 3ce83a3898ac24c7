// SPDX-License-Identifier: Apache-2.0
// Products of 16 and more tokens with quantised panels by AMX. A panel's groups, four columns × 16 rows, are what the unit takes as a
// tile's rows, so a block needs only to be widened to signed bytes, its bias taken off: 8 groups make a tile of 32 columns, 4 of
// them one of the 16 that `sixteenths` have a scale for. Products are exact, and each has scales of its own: the unit's sums go through
// the first-level cache to AVX-512, which adds them up in the order of table.hpp. For 16 tokens that is 48 to 64 instructions on two
// pipes, more than the unit's 16 cycles, so nothing is gained by loading fewer tiles, or by longer products if a format had them.
#pragma once

#include <algorithm>

#include "avx512_quantised.hpp"
#include "tile_unit.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::amx {

namespace detail {
/// Blocks that are widened at once: 16 KB, to which as much of 16 tokens' activations comes, in a first-level cache of 48 KB.
inline constexpr std::size_t slab_blocks = 32;

/// A block to 8 groups of signed bytes.
template <panel_kind Kind, int G = 0>
INOCULUM_AVX512_INLINE void widen(const std::uint8_t* block, std::int8_t* to) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const __m512i bias = _mm512_set1_epi8(static_cast<char>(l.bias));  // 128 is -128 here, and takes off the same
  _mm512_store_si512(to + group_bytes * G, _mm512_sub_epi8(avx512::detail::group<l.bits, G>(block), bias));
  if constexpr (G < 7) widen<Kind, G + 1>(block, to);
}

/// The next `count` products, four at most, of 16 tokens with a panel: what each adds up to goes to `sums`, 16 × 16 a product.
template <std::size_t Width, int P = 0, class Tiles>
INOCULUM_AVX512_INLINE void multiply(Tiles& tiles, const std::int8_t* values, std::size_t stride, const std::int8_t* quants,
                                     std::size_t count) noexcept {
  tiles.template load<4 + P % 2>(values, stride);
  tiles.template load<6 + P % 2>(quants, group_bytes);
  tiles.template multiply<P, 4 + P % 2, 6 + P % 2>();
  if constexpr (P + 1 < tile_products) {
    if (count > P + 1) multiply<Width, P + 1>(tiles, values + Width, stride, quants + panel_rows * Width, count);
  }
}
template <int P = 0, class Tiles>
INOCULUM_AVX512_INLINE void store(Tiles& tiles, std::size_t count, std::int32_t* sums) noexcept {
  tiles.template store<P>(sums);
  if constexpr (P + 1 < tile_products) {
    if (count > P + 1) store<P + 1>(tiles, count, sums + tile_rows * panel_rows);
  }
}

/// 16 tokens, from `first` on, against the n blocks of a panel that begin with block `from`, widened; `out` goes on from what it holds.
template <panel_kind Kind, class Tiles>
INOCULUM_AVX512 inline void tile(Tiles& tiles, const std::int8_t* quants, const std::uint8_t* scales, const activation_view& a,
                                 std::size_t first, std::size_t from, std::size_t n, float* out) noexcept {
  constexpr std::size_t parts = layout_of(Kind).scales == panel_scales::sixteenths ? 2 : 1;  // products a block
  constexpr std::size_t width = block_columns / parts;
  constexpr std::size_t sums_size = tile_rows * panel_rows;
  const std::size_t stride = a.blocks * block_columns;
  const std::int8_t* values = a.values + first * stride + from * block_columns;
  alignas(64) std::int32_t sums[2][tile_products * sums_size];
  __m512 y[tile_rows];
  INOCULUM_UNROLL
  for (std::size_t t = 0; t < tile_rows; ++t) y[t] = from == 0 ? _mm512_setzero_ps() : _mm512_loadu_ps(out + panel_rows * t);

  // The unit is always four products ahead of the additions.
  for (std::size_t i = 0; i < parts * n + tile_products; i += tile_products) {
    if (i < parts * n) {
      multiply<width>(tiles, values + width * i, stride, quants + panel_rows * width * i, parts * n - i);
      store(tiles, parts * n - i, sums[i / tile_products % 2]);
    }
    if (i == 0) continue;
    const std::int32_t* product = sums[(i / tile_products + 1) % 2];
    for (std::size_t p = i - tile_products; p < std::min(i, parts * n); ++p, product += sums_size) {
      const std::size_t b = from + p / parts;
      const std::size_t at = first * a.blocks + b;
      std::size_t step = a.blocks;
      __m512i sum[tile_rows];
      INOCULUM_UNROLL
      for (std::size_t t = 0; t < tile_rows; ++t) sum[t] = avx512::detail::load(product + panel_rows * t);
      asm volatile("" : "+r"(step));  // or gcc prepares 16 addresses and keeps half of them in vector registers
      avx512::detail::accumulate<tile_rows>(sum, avx512::detail::scale_of<Kind>(scales, b, p % parts), a.scales + at, step, y);
      if constexpr (layout_of(Kind).offsets()) asm volatile("" : "+r"(step));
      avx512::detail::add_offset<Kind, tile_rows>(scales, b, a.sums + at, step, y);
    }
  }
  INOCULUM_UNROLL
  for (std::size_t t = 0; t < tile_rows; ++t) _mm512_storeu_ps(out + panel_rows * t, y[t]);
}

/// 16 or more tokens. The last tile overlaps the one before, unless their number is a multiple of 16.
template <panel_kind Kind, class Tiles>
INOCULUM_AVX512 inline void tiles(Tiles& unit, const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) noexcept {
  constexpr panel_layout l = layout_of(Kind);
  const std::uint8_t* scales = panel + a.blocks * l.block_bytes();
  const std::size_t ahead = std::min(panel_bytes_of(Kind, a.blocks * block_columns), fetch_ahead);
  const std::size_t rest = rows % tile_rows;
  alignas(64) std::int8_t quants[slab_blocks * block_columns * panel_rows];
  alignas(64) float last[tile_rows * panel_rows];
  unit.shape(l.scales == panel_scales::sixteenths ? half_shapes : block_shapes);
  for (std::size_t from = 0; from < a.blocks; from += slab_blocks) {
    const std::size_t n = std::min(slab_blocks, a.blocks - from);
    for (std::size_t b = 0; b < n; ++b) {
      const std::uint8_t* block = panel + (from + b) * l.block_bytes();
      avx2::detail::fetch<Kind>(block, scales, from + b, ahead);
      widen<Kind>(block, quants + b * block_columns * panel_rows);
    }
    for (std::size_t t = 0; t + tile_rows <= rows; t += tile_rows) tile<Kind>(unit, quants, scales, a, t, from, n, out + panel_rows * t);
    if (rest != 0) tile<Kind>(unit, quants, scales, a, rows - tile_rows, from, n, last);
  }
  std::copy_n(last + panel_rows * (tile_rows - rest), panel_rows * rest, out + panel_rows * (rows - rest));
}
}  // namespace detail

/// As the table's function; `unit` as `hardware_tiles`.
template <class Tiles>
INOCULUM_AVX512 inline void quantised_panel(Tiles& unit, panel_kind kind, const std::uint8_t* panel, const activation_view& a,
                                            std::size_t rows, float* out) {
  if (rows < tile_rows) return avx512::quantised_panel(kind, panel, a, rows, out);
  switch (kind) {
    case panel_kind::q4: return detail::tiles<panel_kind::q4>(unit, panel, a, rows, out);
    case panel_kind::q4_offset: return detail::tiles<panel_kind::q4_offset>(unit, panel, a, rows, out);
    case panel_kind::q4_k: return detail::tiles<panel_kind::q4_k>(unit, panel, a, rows, out);
    case panel_kind::q5: return detail::tiles<panel_kind::q5>(unit, panel, a, rows, out);
    case panel_kind::q5_offset: return detail::tiles<panel_kind::q5_offset>(unit, panel, a, rows, out);
    case panel_kind::q5_k: return detail::tiles<panel_kind::q5_k>(unit, panel, a, rows, out);
    case panel_kind::q6_k: return detail::tiles<panel_kind::q6_k>(unit, panel, a, rows, out);
    case panel_kind::q8: return detail::tiles<panel_kind::q8>(unit, panel, a, rows, out);
    case panel_kind::f16:
    case panel_kind::bf16:
    case panel_kind::f32: return;  // not quantised: kernels of their own
  }
}

}  // namespace inoculum::engine::amx

#endif
