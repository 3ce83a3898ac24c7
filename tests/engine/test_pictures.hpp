// SPDX-License-Identifier: Apache-2.0
// Two small pictures drawn with integers alone, for comparing vision towers; shared with bench/peers/reference.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <inoculum/core/image.hpp>
#include <utility>
#include <vector>

namespace inoculum::test {

/// Rings, ramps and hard edges of `kind` 0 or 1; any size.
inline image drawn_picture(int kind, int width, int height) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int dx = x - width / 2;
      const int dy = y - height / 3;
      const int far = dx * dx + dy * dy;
      const int ring = kind == 0 ? far / 40 : (x * 7 ^ y * 5);
      const bool inside = far * 5 < width * height;
      rgb.push_back(static_cast<std::uint8_t>(inside ? ring & 255 : x * 255 / width));
      rgb.push_back(static_cast<std::uint8_t>(inside ? 200 - (ring & 127) : kind * 90));
      rgb.push_back(static_cast<std::uint8_t>(inside ? 30 + kind * 100 : y * 255 / height));
    }
  }
  return image::from_rgb(width, height, std::move(rgb)).value();
}

struct picture_shape {
  int kind, width, height;
};
/// Larger than the tower's square, smaller, and neither square.
inline constexpr picture_shape compared_pictures[] = {{0, 301, 187}, {1, 61, 97}};

}  // namespace inoculum::test
