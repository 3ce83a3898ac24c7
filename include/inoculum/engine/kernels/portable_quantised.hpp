// SPDX-License-Identifier: Apache-2.0
// Products with quantised panels for any processor: the definition that the other tables are tested against.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../quant/half.hpp"
#include "../quant/panel_layout.hpp"
#include "table.hpp"

namespace inoculum::engine::portable {

namespace detail {
[[nodiscard]] inline float half_at(const std::uint8_t* p, std::size_t i) noexcept {
  std::uint16_t h = 0;
  std::memcpy(&h, p + 2 * i, sizeof h);
  return half_to_float(h);
}

/// A block's quants without their bias, to[column][row]: what a compiler turns into vectors of rows.
template <std::size_t Bits>
inline void unpack(const std::uint8_t* block, int bias, std::int16_t (&to)[block_columns][panel_rows]) noexcept {
  for (std::size_t g = 0; g < 8; ++g) {
    std::uint8_t quants[group_bytes];
    const std::uint8_t* from = block + group_bytes * (Bits == 8 ? g : g % 4);
    const std::uint8_t* high = block + group_bytes * (Bits == 6 ? 4 + g / 4 : 4);
    const unsigned shift = Bits == 8 || g < 4 ? 0 : 4;
    for (std::size_t i = 0; i < group_bytes; ++i) {
      unsigned q = from[i] >> shift;
      if constexpr (Bits < 8) q &= 15u;
      if constexpr (Bits == 5) q |= (high[i] >> g & 1u) << 4;
      if constexpr (Bits == 6) q |= (high[i] >> (g % 4 * 2) & 3u) << 4;
      quants[i] = static_cast<std::uint8_t>(q);
    }
    for (std::size_t i = 0; i < group_bytes; ++i) to[4 * g + i % 4][i / 4] = static_cast<std::int16_t>(quants[i] - bias);
  }
}
inline void unpack(const std::uint8_t* block, const panel_layout& l, std::int16_t (&to)[block_columns][panel_rows]) noexcept {
  switch (l.bits) {
    case 4: return unpack<4>(block, l.bias, to);
    case 5: return unpack<5>(block, l.bias, to);
    case 6: return unpack<6>(block, l.bias, to);
    default: return unpack<8>(block, l.bias, to);
  }
}

/// Scales of block b for its two parts of 16 columns, and its offset.
struct block_scales {
  float scale[2][panel_rows];
  float offset[panel_rows];
};
inline void read_scales(const std::uint8_t* scales, const panel_layout& l, std::size_t b, block_scales& to) noexcept {
  const std::uint8_t* factors = scales + l.factors_at(b);
  const std::uint8_t* multipliers = l.run() > 1 ? scales + l.multipliers_at(b) : nullptr;
  for (std::size_t r = 0; r < panel_rows; ++r) {
    const float factor = half_at(factors, r);
    switch (l.scales) {
      case panel_scales::none:
      case panel_scales::one: to.scale[0][r] = to.scale[1][r] = factor; break;
      case panel_scales::with_offset:
        to.scale[0][r] = to.scale[1][r] = factor;
        to.offset[r] = half_at(factors + 32, r);
        break;
      case panel_scales::two_level:
        to.scale[0][r] = to.scale[1][r] = factor * static_cast<float>(multipliers[r]);
        to.offset[r] = half_at(factors + 32, r) * static_cast<float>(multipliers[16 + r]);
        break;
      case panel_scales::sixteenths:
        to.scale[0][r] = factor * static_cast<float>(static_cast<std::int8_t>(multipliers[r]));
        to.scale[1][r] = factor * static_cast<float>(static_cast<std::int8_t>(multipliers[16 + r]));
        break;
    }
  }
}
}  // namespace detail

inline void quantised_panel(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) {
  const panel_layout l = layout_of(kind);
  const std::uint8_t* scales = panel + a.blocks * l.block_bytes();
  for (std::size_t i = 0; i < rows * panel_rows; ++i) out[i] = 0.0f;
  for (std::size_t b = 0; b < a.blocks; ++b) {
    std::int16_t quants[block_columns][panel_rows];
    detail::block_scales s;
    detail::unpack(panel + b * l.block_bytes(), l, quants);
    detail::read_scales(scales, l, b, s);
    for (std::size_t t = 0; t < rows; ++t) {
      const std::size_t at = t * a.blocks + b;
      const std::int8_t* values = a.values + at * block_columns;
      std::int32_t product[2][panel_rows] = {};
      for (std::size_t c = 0; c < block_columns; ++c) {
        const std::int16_t x = values[c];
        for (std::size_t r = 0; r < panel_rows; ++r) product[c / 16][r] += quants[c][r] * x;
      }
      for (std::size_t r = 0; r < panel_rows; ++r) {
        float& y = out[t * panel_rows + r];
        if (l.scales == panel_scales::sixteenths) {
          y = std::fma(static_cast<float>(product[0][r]), s.scale[0][r] * a.scales[at], y);
          y = std::fma(static_cast<float>(product[1][r]), s.scale[1][r] * a.scales[at], y);
        } else {
          y = std::fma(static_cast<float>(product[0][r] + product[1][r]), s.scale[0][r] * a.scales[at], y);
        }
        if (l.offsets()) y = std::fma(s.offset[r], a.sums[at], y);
      }
    }
  }
}

}  // namespace inoculum::engine::portable
