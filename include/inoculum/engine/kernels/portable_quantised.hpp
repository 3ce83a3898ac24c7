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

/// A block's quants as they are stored, bias included: to[64 · group + 4 · row + column].
inline void unpack(const std::uint8_t* block, std::size_t bits, std::uint8_t* to) noexcept {
  if (bits == 8) {
    std::memcpy(to, block, 8 * group_bytes);
    return;
  }
  for (std::size_t g = 0; g < 4; ++g) {
    for (std::size_t i = 0; i < group_bytes; ++i) {
      unsigned low = block[group_bytes * g + i] & 15u;
      unsigned high = block[group_bytes * g + i] >> 4;
      if (bits == 5) {
        low |= (block[4 * group_bytes + i] >> g & 1u) << 4;
        high |= (block[4 * group_bytes + i] >> (g + 4) & 1u) << 4;
      } else if (bits == 6) {
        low |= (block[4 * group_bytes + i] >> (2 * g) & 3u) << 4;
        high |= (block[5 * group_bytes + i] >> (2 * g) & 3u) << 4;
      }
      to[group_bytes * g + i] = static_cast<std::uint8_t>(low);
      to[group_bytes * (g + 4) + i] = static_cast<std::uint8_t>(high);
    }
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
    std::uint8_t quants[8 * group_bytes];
    detail::block_scales s;
    detail::unpack(panel + b * l.block_bytes(), l.bits, quants);
    detail::read_scales(scales, l, b, s);
    for (std::size_t t = 0; t < rows; ++t) {
      const std::size_t at = t * a.blocks + b;
      const std::int8_t* values = a.values + at * block_columns;
      const std::int32_t surplus[2] = {l.bias * a.halves[at], l.bias * (a.totals[at] - a.halves[at])};
      for (std::size_t r = 0; r < panel_rows; ++r) {
        std::int32_t product[2] = {-surplus[0], -surplus[1]};
        for (std::size_t i = 0; i < block_columns; ++i) product[i / 16] += quants[group_bytes * (i / 4) + 4 * r + i % 4] * values[i];
        float& y = out[t * panel_rows + r];
        if (l.scales == panel_scales::sixteenths) {
          y = std::fma(static_cast<float>(product[0]), s.scale[0][r] * a.scales[at], y);
          y = std::fma(static_cast<float>(product[1]), s.scale[1][r] * a.scales[at], y);
        } else {
          y = std::fma(static_cast<float>(product[0] + product[1]), s.scale[0][r] * a.scales[at], y);
        }
        if (l.offsets()) y = std::fma(s.offset[r], a.sums[at], y);
      }
    }
  }
}

}  // namespace inoculum::engine::portable
