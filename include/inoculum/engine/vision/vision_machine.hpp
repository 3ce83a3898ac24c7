// SPDX-License-Identifier: Apache-2.0
// What a tower and its projectors compute with: a team of threads, products against packed weights, norms. Third parties:
// xtensor. Every function is called by all threads of the team alike, shares the work out and waits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "../kernels/table.hpp"
#include "../kernels/thread_team.hpp"
#include "vision_config.hpp"

namespace inoculum::engine {

using vision_rows = xt::xtensor<float, 2>;

[[nodiscard]] inline float* row_of(vision_rows& t, std::size_t i) noexcept { return t.data() + i * t.shape(1); }

inline void add_to(float* to, const float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) to[i] += y[i];
}

class vision_machine {
 public:
  vision_machine(const kernel_table& kernels, int threads) : kernels_(&kernels), team_(threads) {}

  [[nodiscard]] const kernel_table& kernels() const noexcept { return *kernels_; }
  [[nodiscard]] thread_team& team() noexcept { return team_; }

  /// from · weightᵀ + bias, 16 outputs of a few rows at a time: store(row, first output, n ≤ 16, values).
  template <class Store>
  void product(const vision_linear& l, vision_rows& from, Store&& store) {
    constexpr std::size_t tile = 48;  // rows: their inputs stay in the second-level cache, their sums in the first
    constexpr std::size_t lanes = panel_rows;
    const std::size_t rows = from.shape(0);
    const std::size_t tiles = (rows + tile - 1) / tile;
    team_.each(l.weight.panels() * tiles, 1, [&](std::size_t task) {
      const std::size_t panel = task % l.weight.panels();
      const std::size_t begin = task / l.weight.panels() * tile;
      const std::size_t n = std::min(tile, rows - begin);
      float y[tile * lanes];
      kernels_->f32_panel(reinterpret_cast<const float*>(l.weight.panel(panel)), l.weight.columns, row_of(from, begin), from.shape(1), n,
                          y);
      const std::size_t first = panel * lanes;
      const std::size_t outputs = std::min(lanes, l.weight.rows - first);
      for (std::size_t t = 0; t < n; ++t) {
        float* values = y + t * lanes;
        if (!l.bias.empty()) add_to(values, l.bias.data() + first, outputs);
        store(begin + t, first, outputs, values);
      }
    });
  }
  /// The same into rows of `to`, which is `stride` floats a row.
  void product_into(const vision_linear& l, vision_rows& from, float* to, std::size_t stride) {
    product(l, from, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) { std::copy_n(y, n, to + t * stride + first); });
  }
  /// The same, added to rows of `to`.
  void add_product(const vision_linear& l, vision_rows& from, vision_rows& to) {
    product(l, from, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) { add_to(row_of(to, t) + first, y, n); });
  }
  /// The same through an activation.
  void activated_product(const vision_linear& l, vision_rows& from, vision_activation how, vision_rows& to) {
    product(l, from, [&](std::size_t t, std::size_t first, std::size_t n, float* y) { activate(how, y, n, row_of(to, t) + first); });
  }

  /// Layer norm of each row of `from` into `to`, which may be the same.
  void normalise(const vision_norm& norm, float epsilon, vision_rows& from, vision_rows& to) {
    const std::size_t width = from.shape(1);
    team_.each(from.shape(0), 4, [&](std::size_t t) {
      const float* in = row_of(from, t);
      float* out = row_of(to, t);
      double sum = 0.0, squares = 0.0;
      for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(in[i]);
      const auto mean = static_cast<float>(sum / static_cast<double>(width));
      for (std::size_t i = 0; i < width; ++i) squares += static_cast<double>((in[i] - mean) * (in[i] - mean));
      const float scale = 1.0f / std::sqrt(static_cast<float>(squares / static_cast<double>(width)) + epsilon);
      for (std::size_t i = 0; i < width; ++i) out[i] = (in[i] - mean) * scale * norm.weight[i] + norm.bias[i];
    });
  }

 private:
  /// The gated kernels with a gate alone; at most 16 values, and `y` is spent.
  void activate(vision_activation how, float* y, std::size_t n, float* to) const noexcept {
    constexpr float slope = 1.702f;
    float up[panel_rows];
    std::fill_n(up, n, how == vision_activation::quick_gelu ? 1.0f / slope : 1.0f);
    if (how == vision_activation::quick_gelu) {
      for (std::size_t i = 0; i < n; ++i) y[i] *= slope;
    }
    if (how == vision_activation::gelu) kernels_->geglu(y, up, n, to);
    else kernels_->swiglu(y, up, n, to);
  }

  const kernel_table* kernels_;
  thread_team team_;
};

/// Patches of a merge × merge square, row by row, side by side in one vector: position p of the shuffled grid.
inline void shuffle_pixels(const vision_config& c, vision_rows& x, std::size_t p, float* to) noexcept {
  const std::size_t side = c.grid() / c.merge;
  for (std::size_t dy = 0; dy < c.merge; ++dy) {
    for (std::size_t dx = 0; dx < c.merge; ++dx) {
      const std::size_t patch = (p / side * c.merge + dy) * c.grid() + p % side * c.merge + dx;
      std::copy_n(row_of(x, c.registers + patch), c.width, to + (dy * c.merge + dx) * c.width);
    }
  }
}

}  // namespace inoculum::engine
