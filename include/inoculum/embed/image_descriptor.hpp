// SPDX-License-Identifier: Apache-2.0
// A picture to a vector without a model: its layout in grey, its colours and its edges. Enough to
// tell a fundus photograph from a chest film; not enough to tell a finding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "concepts.hpp"

namespace inoculum {

/// 8×8 mean grey levels, a 4×4×4 colour histogram, and per quadrant the shares of four edge
/// directions: 144 integers in [0, 15], exact on every machine. Only the first picture counts.
class image_descriptor {
 public:
  static constexpr std::size_t size = 64 + 64 + 16;

  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const {
    if (out.size() != size) {
      return failure{errc::mismatch,
                     "image_descriptor writes " + std::to_string(size) + " floats, was given room for " + std::to_string(out.size()),
                     {}};
    }
    for (float& f : out) f = 0.0f;
    if (item.images.empty() || item.images.front().empty()) return {};
    const image& img = item.images.front();

    // A 64×64 reduction first: the descriptor then costs the same for every picture.
    static constexpr std::size_t side = 64;
    std::array<std::array<std::uint8_t, 3>, side * side> cells{};
    const auto w = static_cast<std::size_t>(img.width());
    const auto h = static_cast<std::size_t>(img.height());
    const std::span<const std::uint8_t> rgb = img.rgb();
    for (std::size_t cy = 0; cy < side; ++cy) {
      const std::size_t y0 = cy * h / side, y1 = (cy + 1) * h / side > y0 ? (cy + 1) * h / side : y0 + 1;
      for (std::size_t cx = 0; cx < side; ++cx) {
        const std::size_t x0 = cx * w / side, x1 = (cx + 1) * w / side > x0 ? (cx + 1) * w / side : x0 + 1;
        std::array<std::uint64_t, 3> sum{};
        for (std::size_t y = y0; y < y1; ++y) {
          for (std::size_t x = x0; x < x1; ++x) {
            for (std::size_t c = 0; c < 3; ++c) sum[c] += rgb[3 * (y * w + x) + c];
          }
        }
        for (std::size_t c = 0; c < 3; ++c) cells[cy * side + cx][c] = static_cast<std::uint8_t>(sum[c] / ((y1 - y0) * (x1 - x0)));
      }
    }
    const auto grey = [&](std::size_t x, std::size_t y) {
      const auto& p = cells[y * side + x];
      return (77 * p[0] + 150 * p[1] + 29 * p[2]) >> 8;
    };

    std::array<std::uint32_t, 64> layout{};
    std::array<std::uint32_t, 64> colours{};
    std::array<std::uint32_t, 16> edges{};
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < side; ++x) {
        layout[y / 8 * 8 + x / 8] += static_cast<std::uint32_t>(grey(x, y));
        const auto& p = cells[y * side + x];
        ++colours[static_cast<std::size_t>((p[0] >> 6) * 16 + (p[1] >> 6) * 4 + (p[2] >> 6))];
        if (x + 1 < side && y + 1 < side) {
          const int dx = grey(x + 1, y) - grey(x, y);
          const int dy = grey(x, y + 1) - grey(x, y);
          const int ax = dx < 0 ? -dx : dx, ay = dy < 0 ? -dy : dy;
          if (ax + ay < 12) continue;  // flat
          const std::size_t direction = ax > 2 * ay ? 0 : ay > 2 * ax ? 1 : (dx > 0) == (dy > 0) ? 2 : 3;
          ++edges[(y / 32 * 2 + x / 32) * 4 + direction];
        }
      }
    }
    for (std::size_t i = 0; i < 64; ++i) out[i] = static_cast<float>(layout[i] / 64 / 16);
    const auto at_most_15 = [](std::uint32_t v) { return static_cast<float>(v < 15 ? v : 15); };
    for (std::size_t i = 0; i < 64; ++i) out[64 + i] = at_most_15((colours[i] * 30 + 4095) / 4096);
    for (std::size_t i = 0; i < 16; ++i) out[128 + i] = at_most_15(edges[i] / 32);
    return {};
  }
  [[nodiscard]] std::size_t dimension() const { return size; }
  [[nodiscard]] digest content_digest() const { return digest_of("image_descriptor/1"); }
};
static_assert(embedder<image_descriptor>);

}  // namespace inoculum
