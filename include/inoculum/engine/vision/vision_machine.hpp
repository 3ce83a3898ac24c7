// SPDX-License-Identifier: Apache-2.0
// What a tower and its projectors compute with: a team of threads, products against weights in 16 bits, norms. Third parties:
// xtensor. Every function is called by all threads of the team alike, shares the work out and waits.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../kernels/table.hpp"
#include "../kernels/thread_team.hpp"
#include "../tensor.hpp"
#include "vision_config.hpp"

namespace inoculum::engine {

using vision_rows = xt::xtensor<float, 2>;

[[nodiscard]] inline float* row_of(vision_rows& t, std::size_t i) noexcept { return t.data() + i * t.shape(1); }

// Here and below a loop over 16 values stands inside, because compilers turn one of a known length into vectors at any level.
inline void add_to(float* __restrict to, const float* __restrict y, std::size_t n) noexcept {
  std::size_t i = 0;
  for (; i + panel_rows <= n; i += panel_rows) {
    for (std::size_t k = 0; k < panel_rows; ++k) to[i + k] += y[i + k];
  }
  for (; i < n; ++i) to[i] += y[i];
}

/// out = x · factor; `out` may be `x`.
inline void scale_to(const float* x, float factor, std::size_t n, float* out) noexcept {
  std::size_t i = 0;
  for (; i + panel_rows <= n; i += panel_rows) {
    float y[panel_rows];
    for (std::size_t k = 0; k < panel_rows; ++k) y[k] = x[i + k] * factor;
    for (std::size_t k = 0; k < panel_rows; ++k) out[i + k] = y[k];
  }
  for (; i < n; ++i) out[i] = x[i] * factor;
}

/// The sum of f(x[i]), lane by lane, then the lanes.
template <class F>
[[nodiscard]] double sum_of(const float* x, std::size_t n, F&& f) noexcept {
  float sums[panel_rows] = {};
  std::size_t i = 0;
  for (; i + panel_rows <= n; i += panel_rows) {
    for (std::size_t k = 0; k < panel_rows; ++k) sums[k] += f(x[i + k]);
  }
  for (std::size_t k = 0; i < n; ++i, ++k) sums[k] += f(x[i]);
  double sum = 0.0;
  for (const float s : sums) sum += static_cast<double>(s);
  return sum;
}

inline void layer_norm(const vision_norm& norm, float epsilon, const float* x, std::size_t n, float* out) noexcept {
  const auto count = static_cast<double>(n);
  const auto mean = static_cast<float>(sum_of(x, n, [](float v) { return v; }) / count);
  const auto variance = static_cast<float>(sum_of(x, n, [mean](float v) { return (v - mean) * (v - mean); }) / count);
  const float scale = 1.0f / std::sqrt(variance + epsilon);
  const float *weight = norm.weight.data(), *bias = norm.bias.data();
  std::size_t i = 0;
  for (; i + panel_rows <= n; i += panel_rows) {
    float y[panel_rows];  // since `out` may be `x`
    for (std::size_t k = 0; k < panel_rows; ++k) y[k] = (x[i + k] - mean) * scale * weight[i + k] + bias[i + k];
    for (std::size_t k = 0; k < panel_rows; ++k) out[i + k] = y[k];
  }
  for (; i < n; ++i) out[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

class vision_machine {
 public:
  vision_machine(const kernel_table& kernels, int threads) : kernels_(&kernels), team_(threads) {}

  [[nodiscard]] const kernel_table& kernels() const noexcept { return *kernels_; }
  [[nodiscard]] thread_team& team() noexcept { return team_; }

  /// from · weightᵀ + bias, both in 16 bits, four strips' outputs of a few rows at a time: store(row, first output, n ≤ 64, values). A
  /// piece of four strips stays in the first-level cache while all rows of a task pass it.
  template <class Store>
  void product(const vision_linear& l, vision_rows& from, Store&& store) {
    const word_matrix& w = l.weight;
    const std::size_t rows = from.shape(0);
    quantise(w, from);
    const std::size_t groups = (w.strips() + group - 1) / group;
    // Enough tasks for every thread, as even as rows let them be; the rows of a kernel's tile stay together.
    const std::size_t wanted = std::max((rows + tallest - 1) / tallest, (4 * team_.size() + groups - 1) / groups);
    const std::size_t height = std::max<std::size_t>(tile, ((rows + wanted - 1) / wanted + tile - 1) / tile * tile);
    const std::size_t runs = (rows + height - 1) / height;
    team_.each(groups * runs, 1, [&](std::size_t task) {
      const std::size_t strip = task / runs * group, strips = std::min(group, w.strips() - strip);
      const std::size_t begin = task % runs * height, n = std::min(height, rows - begin);
      const std::size_t first = strip * panel_rows, outputs = std::min(lanes, w.rows - first);
      alignas(64) float y[tallest * lanes];
      float bias[lanes] = {};
      if (!l.bias.empty()) std::copy_n(l.bias.data() + first, outputs, bias);
      for (std::size_t t = 0; t < n; ++t) std::copy_n(bias, lanes, y + t * lanes);
      for (std::size_t p = 0; p < w.pieces(); ++p) {
        const word_strip_view b{w.values(strip) + p * word_piece * panel_rows,
                                w.padded() * panel_rows,
                                w.scales(strip) + p * panel_rows,
                                w.pieces() * panel_rows,
                                strips,
                                w.width(p)};
        // The piece that comes next is asked for in bites between rows: all at once would fill the queue of outstanding loads.
        const bool last = p + 1 == w.pieces();
        const std::size_t soon = last ? strip + group * team_.size() : strip, end = std::min(soon + group, w.strips());
        const std::size_t bites = (n + bite - 1) / bite, at = p * rows + begin;
        for (std::size_t i = 0; i < bites; ++i) {
#if defined(__GNUC__) || defined(__clang__)  // here, since gcc 12 drops calls of a function that does nothing else
          constexpr std::size_t line = 32;
          const std::size_t lines = w.width(last ? 0 : p + 1) * panel_rows / line;
          for (std::size_t s = soon; s < end; ++s) {
            const std::int16_t* next = w.values(s) + (last ? 0 : (p + 1) * word_piece * panel_rows);
            for (std::size_t k = lines * i / bites; k < lines * (i + 1) / bites; ++k) __builtin_prefetch(next + line * k, 0, 3);
          }
#endif
          const std::size_t r = i * bite;
          kernels_->word_strips(word_view{words_.data() + (at + r) * word_piece, scales_.data() + at + r, word_piece}, b,
                                std::min(bite, n - r), y + r * lanes, lanes);
        }
      }
      for (std::size_t t = 0; t < n; ++t) store(begin + t, first, outputs, y + t * lanes);
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
    team_.each(from.shape(0), 4, [&](std::size_t t) { layer_norm(norm, epsilon, row_of(from, t), from.shape(1), row_of(to, t)); });
  }

 private:
  static constexpr std::size_t group = 4;  // strips that a task computes together
  static constexpr std::size_t lanes = group * panel_rows;
  static constexpr std::size_t tile = 6;  // rows of a kernel's tile
  static constexpr std::size_t tallest = 252;
  static constexpr std::size_t bite = 48;  // rows

  /// Rows to words, piece by piece: piece p of row t is vector p · rows + t.
  void quantise(const word_matrix& w, vision_rows& from) {
    const std::size_t rows = from.shape(0), vectors = rows * w.pieces();
    team_.each(1, 1, [&](std::size_t) {
      if (scales_.size() >= vectors) return;
      words_.resize(vectors * word_piece);
      scales_.resize(vectors);
    });
    team_.each(rows, 4, [&](std::size_t t) {
      const float* row = row_of(from, t);
      for (std::size_t p = 0; p < w.pieces(); ++p) {
        const std::size_t first = p * word_piece, n = w.width(p), present = std::min(n, w.columns - first);
        float filled[word_piece];
        const float* x = row + first;
        if (present < n) {
          std::copy_n(x, present, filled);
          std::fill(filled + present, filled + n, 0.0f);
          x = filled;
        }
        scales_[p * rows + t] = kernels_->quantise_words(x, n, words_.data() + (p * rows + t) * word_piece);
      }
    });
  }

  /// The gated kernels with a gate alone; at most `lanes` values, and `y` is spent.
  void activate(vision_activation how, float* y, std::size_t n, float* to) const noexcept {
    constexpr float slope = 1.702f;
    static constexpr auto filled = [](float v) {
      std::array<float, lanes> out{};
      for (float& each : out) each = v;
      return out;
    };
    static constexpr auto ones = filled(1.0f), quick = filled(1.0f / slope);
    if (how == vision_activation::quick_gelu) {
      for (std::size_t i = 0; i < n; ++i) y[i] *= slope;
    }
    if (how == vision_activation::gelu) kernels_->geglu(y, ones.data(), n, to);
    else kernels_->swiglu(y, how == vision_activation::quick_gelu ? quick.data() : ones.data(), n, to);
  }

  const kernel_table* kernels_;
  thread_team team_;
  std::vector<std::int16_t> words_{};  // the rows of a product
  std::vector<float> scales_{};
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
