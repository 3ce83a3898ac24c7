// SPDX-License-Identifier: Apache-2.0
// The tower itself: a pre-norm vision transformer over patches. Attention is whole, not causal: keys and values are packed
// like weights, in floats, so that the products' kernel serves here too.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../kernels/exponential.hpp"
#include "preprocess.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"

namespace inoculum::engine {

class vit {
 public:
  vit(const vision_config& c, std::size_t threads) {
    pixels_.resize({c.patches(), 3 * c.patch * c.patch});
    x_.resize({c.tokens(), c.width});
    input_.resize({c.tokens(), c.width});
    qkv_.resize({c.tokens(), 3 * c.width});
    keys_.resize({c.heads, strips(c.tokens()) * panel_rows * c.depth()});
    values_.resize({c.heads, strips(c.depth()) * panel_rows * c.tokens()});
    std::fill(keys_.begin(), keys_.end(), 0.0f);
    std::fill(values_.begin(), values_.end(), 0.0f);
    attended_.resize({c.tokens(), c.width});
    hidden_.resize({c.tokens(), c.hidden});
    // Runs of queries as even as whole tiles let them be, whose scores stay in the second-level cache.
    const std::size_t most = std::clamp<std::size_t>(65536 / c.tokens() / 8 * 8, 8, most_queries);
    const std::size_t runs = (c.tokens() + most - 1) / most;
    queries_ = ((c.tokens() + runs - 1) / runs + 7) / 8 * 8;
    scores_.resize({threads * queries_, (c.tokens() + key_block - 1) / key_block * key_block});
    results_.resize({threads * queries_, strips(c.depth()) * panel_rows});
  }

  /// The square whose corner is at `x`, `y` to patches of normalised floats, laid out as the convolution's kernel is: channel, y,
  /// x. By one thread.
  void cut(const vision_config& c, const rgb_canvas& from, std::size_t x, std::size_t y) {
    float tone[3][256];
    for (std::size_t ch = 0; ch < 3; ++ch) {
      for (int v = 0; v < 256; ++v) tone[ch][v] = (static_cast<float>(v) / 255.0f - c.mean[ch]) / c.deviation[ch];
    }
    for (std::size_t p = 0; p < c.patches(); ++p) {
      const std::size_t top = y + p / c.grid() * c.patch;
      const std::size_t left = x + p % c.grid() * c.patch;
      float* out = row_of(pixels_, p);
      for (std::size_t ch = 0; ch < 3; ++ch) {
        for (std::size_t k = 0; k < c.patch; ++k) {
          const std::uint8_t* row = from.rgb.data() + ((top + k) * static_cast<std::size_t>(from.width) + left) * 3 + ch;
          for (std::size_t i = 0; i < c.patch; ++i) *out++ = tone[ch][row[3 * i]];
        }
      }
    }
  }

  /// The tokens' vectors (tokens × width) behind the last block. By every thread.
  [[nodiscard]] vision_rows& run(vision_machine& m, const vision_weights& w, std::size_t thread) {
    const vision_config& c = w.config;
    const bool all_placed = w.places.size() == c.tokens() * c.width;
    m.team().each(c.registers, 1, [&](std::size_t r) {
      std::copy_n(w.registers.data() + r * c.width, c.width, row_of(x_, r));
      if (all_placed) add_to(row_of(x_, r), w.places.data() + r * c.width, c.width);
    });
    const float* places = w.places.data() + (all_placed ? c.registers * c.width : 0);
    m.product(w.patches, pixels_, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
      const float* place = places + t * c.width + first;
      float* to = row_of(x_, c.registers + t) + first;
      for (std::size_t i = 0; i < n; ++i) to[i] = y[i] + place[i];
    });
    if (!w.before.weight.empty()) m.normalise(w.before, c.epsilon, x_, x_);
    for (const vision_block& b : w.blocks) {
      m.normalise(b.norm1, c.epsilon, x_, input_);
      m.product_into(b.qkv, input_, qkv_.data(), 3 * c.width);
      attention(m, c, thread);
      m.add_product(b.out, attended_, x_);
      m.normalise(b.norm2, c.epsilon, x_, input_);
      m.activated_product(b.up, input_, c.activation, hidden_);
      m.add_product(b.down, hidden_, x_);
    }
    if (!w.after.weight.empty()) m.normalise(w.after, c.epsilon, x_, x_);
    return x_;
  }

 private:
  [[nodiscard]] static std::size_t strips(std::size_t n) noexcept { return (n + panel_rows - 1) / panel_rows; }

  void attention(vision_machine& m, const vision_config& c, std::size_t thread) {
    const std::size_t depth = c.depth(), tokens = c.tokens();
    pack_keys(m, c);
    const std::size_t runs = (tokens + queries_ - 1) / queries_;
    m.team().each(c.heads * runs, 1, [&](std::size_t task) {
      const std::size_t head = task / runs, begin = task % runs * queries_, rows = std::min(queries_, tokens - begin);
      float* scores = row_of(scores_, thread * queries_);
      float* result = row_of(results_, thread * queries_);
      const std::size_t stride = scores_.shape(1), wide = results_.shape(1), seen = strips(tokens) * panel_rows;
      for (std::size_t r = 0; r < rows; ++r) {
        std::fill_n(scores + r * stride, tokens, 0.0f);
        std::fill(scores + r * stride + tokens, scores + r * stride + seen, -1e30f);  // no tokens: not the maximum
      }
      std::fill_n(result, rows * wide, 0.0f);
      m.kernels().f32_strips(row_of(qkv_, begin) + head * depth, qkv_.shape(1), row_of(keys_, head), panel_rows * depth, strips(tokens),
                             depth, rows, scores, stride);
      float maxima[most_queries], sums[most_queries] = {};
      for (std::size_t r = 0; r < rows; ++r) maxima[r] = largest(scores + r * stride, tokens);
      for (std::size_t i = 0; i < tokens; i += key_block)
        m.kernels().softmax_step(scores + i, stride, std::min(key_block, tokens - i), rows, maxima, sums);
      constexpr std::size_t piece = 256;  // tokens whose values stay in the first-level cache
      for (std::size_t t = 0; t < tokens; t += piece) {
        m.kernels().f32_strips(scores + t, stride, row_of(values_, head) + t * panel_rows, panel_rows * tokens, strips(depth),
                               std::min(piece, tokens - t), rows, result, wide);
      }
      for (std::size_t r = 0; r < rows; ++r)
        scale_to(result + r * wide, 1.0f / sums[r], depth, row_of(attended_, begin + r) + head * depth);
    });
  }

  /// Keys with 16 tokens side by side, values with 16 components; queries to units of log 2.
  void pack_keys(vision_machine& m, const vision_config& c) {
    const std::size_t depth = c.depth(), tokens = c.tokens();
    const float factor = log2_e / std::sqrt(static_cast<float>(depth));
    m.team().each(c.heads * strips(tokens), 4, [&](std::size_t task) {
      const std::size_t head = task / strips(tokens), begin = task % strips(tokens) * panel_rows;
      const std::size_t n = std::min(panel_rows, tokens - begin);
      float* keys = row_of(keys_, head) + begin * depth;
      for (std::size_t t = 0; t < n; ++t) {
        float* query = row_of(qkv_, begin + t) + head * depth;
        const float* key = query + c.width;
        const float* value = key + c.width;
        scale_to(query, factor, depth, query);
        for (std::size_t i = 0; i < depth; ++i) keys[i * panel_rows + t] = key[i];
        for (std::size_t i = 0; i < depth; i += panel_rows) {
          std::copy_n(value + i, std::min(panel_rows, depth - i), row_of(values_, head) + i * tokens + (begin + t) * panel_rows);
        }
      }
    });
  }

  /// Of the first n scores, with padding up to whole panels.
  [[nodiscard]] static float largest(const float* scores, std::size_t n) noexcept {
    float most[panel_rows];
    std::copy_n(scores, panel_rows, most);
    for (std::size_t i = panel_rows; i < n; i += panel_rows) {
      for (std::size_t k = 0; k < panel_rows; ++k) most[k] = scores[i + k] > most[k] ? scores[i + k] : most[k];
    }
    return *std::max_element(most, most + panel_rows);
  }

  static constexpr std::size_t most_queries = 48;
  std::size_t queries_ = 0;  // a task's
  vision_rows pixels_, x_, input_, qkv_, attended_, hidden_;
  vision_rows keys_, values_;     // a row a head
  vision_rows scores_, results_;  // a row a query of each thread's task
};

}  // namespace inoculum::engine
