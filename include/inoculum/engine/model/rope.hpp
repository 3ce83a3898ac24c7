// SPDX-License-Identifier: Apache-2.0
// Rotary position embedding (Su et al., 2021): pair i of a head turns by position · base^(-2i / width).
// Pairs are stored as two halves (decoder_weights.hpp permutes rows so), which makes the loop elementwise.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <xsimd/xsimd.hpp>

#include "../tensor.hpp"

namespace inoculum::engine {

/// Cosines and sines for rows of any positions, [n][rope_width / 2] each, computed in double.
struct rope_angles {
  xt::xtensor<float, 2> cosines{};
  xt::xtensor<float, 2> sines{};

  /// `position(t)` is row t's. `slower`, of each pair (empty: 1): what its turn is divided by.
  template <class Position>
  void set(double base, double scale, std::span<const float> slower, std::size_t rope_width, std::size_t n, Position&& position) {
    const std::size_t half = rope_width / 2;
    cosines.resize({n, half});
    sines.resize({n, half});
    for (std::size_t i = 0; i < half; ++i) {
      const double divisor = slower.empty() ? 1.0 : static_cast<double>(slower[i]);
      const double turn = scale / divisor * std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(rope_width));
      for (std::size_t t = 0; t < n; ++t) {
        cosines(t, i) = static_cast<float>(std::cos(static_cast<double>(position(t)) * turn));
        sines(t, i) = static_cast<float>(std::sin(static_cast<double>(position(t)) * turn));
      }
    }
  }

  /// Turns one head's components by row t's angles.
  void turn(std::size_t t, float* head) const noexcept {
    using lanes = xsimd::batch<float>;
    const std::size_t half = cosines.shape(1);
    const float* c = cosines.data() + t * half;
    const float* s = sines.data() + t * half;
    std::size_t i = 0;
    for (; i + lanes::size <= half; i += lanes::size) {
      const lanes cosine = lanes::load_unaligned(c + i);
      const lanes sine = lanes::load_unaligned(s + i);
      const lanes x = lanes::load_unaligned(head + i);
      const lanes y = lanes::load_unaligned(head + half + i);
      (x * cosine - y * sine).store_unaligned(head + i);
      (x * sine + y * cosine).store_unaligned(head + half + i);
    }
    for (; i < half; ++i) {
      const float x = head[i];
      const float y = head[half + i];
      head[i] = x * c[i] - y * s[i];
      head[half + i] = x * s[i] + y * c[i];
    }
  }
};

}  // namespace inoculum::engine
