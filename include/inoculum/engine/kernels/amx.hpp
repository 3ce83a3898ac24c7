// SPDX-License-Identifier: Apache-2.0
// The kernels for x86-64 processors with AMX: quantised products of many tokens; the rest is AVX-512's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "amx_quantised.hpp"
#include "avx512.hpp"
#include "portable.hpp"
#include "processor.hpp"

#if defined(INOCULUM_ENGINE_X86)

namespace inoculum::engine::amx {

inline void quantised_panel(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) {
  hardware_tiles unit;
  quantised_panel(unit, kind, panel, a, rows, out);
}

/// AVX-512's, but for the products that pay.
inline constexpr kernel_table table = [] {
  kernel_table out = avx512::table;
  out.name = "amx-int8";
  out.quantised_panel = quantised_panel;
  out.quantised_pair = one_by_one<static_cast<decltype(out.quantised_panel)>(quantised_panel)>;
  return out;
}();

/// Whether the unit gives what the portable kernels give: a product of each width, with a part of a tile. No processor with a unit was at
/// hand, and an emulated one took signed bytes for unsigned: a wrong answer must not be the first sign.
template <class Tiles>
[[nodiscard]] bool computes_right(Tiles& unit) {
  constexpr std::size_t rows = tile_rows + 5, blocks = 8, columns = blocks * block_columns;
  float x[columns];
  std::int8_t values[rows * columns];
  float scales[rows * blocks], sums[rows * blocks];
  std::int32_t totals[rows * blocks], halves[rows * blocks];
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t c = 0; c < columns; ++c) x[c] = static_cast<float>((t * 131 + c * 71) % 255) - 127.0f;
    const std::size_t b = t * blocks;
    portable::quantise(x, blocks, values + t * columns, scales + b, sums + b, totals + b, halves + b);
  }
  const activation_view a{values, scales, sums, totals, halves, blocks};
  for (const panel_kind kind : {panel_kind::q8, panel_kind::q6_k}) {
    alignas(64) std::uint8_t panel[panel_bytes_of(panel_kind::q8, columns)];
    const std::size_t quants = blocks * layout_of(kind).block_bytes();
    for (std::size_t i = 0; i < sizeof panel; ++i)
      panel[i] = static_cast<std::uint8_t>((i * 89 + i / 64) & (i < quants ? 0xffu : 0x3bu));  // any quant, but finite scales
    float got[rows * panel_rows], expected[rows * panel_rows];
    quantised_panel(unit, kind, panel, a, rows, got);
    portable::quantised_panel(kind, panel, a, rows, expected);
    if (std::memcmp(got, expected, sizeof got) != 0) return false;
  }
  return true;
}

/// Whether the table may be chosen here; found out once. The first call asks the system for the tiles.
[[nodiscard]] inline bool usable() {
  static const bool yes = [] {
    hardware_tiles unit;
    return processor().amx_int8 && computes_right(unit);
  }();
  return yes;
}

}  // namespace inoculum::engine::amx

#endif
