// SPDX-License-Identifier: Apache-2.0
// The tower itself: a pre-norm vision transformer over patches. Attention is the decoder's, but whole, not causal: every token is a
// position that every other sees.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../kernels/exponential.hpp"
#include "../model/attention.hpp"
#include "../model/kv_cache.hpp"
#include "preprocess.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"

namespace inoculum::engine {

class vit {
 public:
  vit(const vision_config& c, std::size_t threads) : kept_(1, c.heads, c.padded_depth()), scratch_(threads) {
    pixels_.resize({c.patches(), 3 * c.patch * c.patch});
    x_.resize({c.tokens(), c.width});
    input_.resize({c.tokens(), c.width});
    qkv_.resize({c.tokens(), 3 * c.width});
    attended_.resize({c.tokens(), c.width});
    hidden_.resize({c.tokens(), c.hidden});
    if (c.features.size() > 1) features_.resize({c.tokens(), c.features_width()});
    for (auto& s : scratch_) s = std::make_unique<attention_scratch>();
  }

  /// Before the first picture: room for the keys and values; false when the system has no memory left.
  [[nodiscard]] bool reserve(const vision_config& c) { return kept_.reserve(0, c.tokens()); }

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

  /// The tokens' vectors (tokens × features_width) behind the last block. By every thread.
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
    std::size_t block = 0, taken = 0;
    const auto take = [&] {  // what stands in front of this block, if it is wanted beside others
      if (c.features.size() < 2 || c.features[taken] != block) return;
      m.team().each(c.tokens(), 8, [&](std::size_t t) { std::copy_n(row_of(x_, t), c.width, row_of(features_, t) + taken * c.width); });
      ++taken;
    };
    for (const vision_block& b : w.blocks) {
      take();
      ++block;
      m.normalise(b.norm1, c.epsilon, x_, input_);
      m.product_into(b.qkv, input_, qkv_.data(), 3 * c.width);
      attention(m, c, thread);
      m.add_product(b.out, attended_, x_);
      m.normalise(b.norm2, c.epsilon, x_, input_);
      m.activated_product(b.up, input_, c.activation, hidden_);
      m.add_product(b.down, hidden_, x_);
    }
    if (!w.after.weight.empty()) m.normalise(w.after, c.epsilon, x_, x_);
    take();
    return c.features.size() < 2 ? x_ : features_;
  }

 private:
  void attention(vision_machine& m, const vision_config& c, std::size_t thread) {
    const std::size_t depth = c.depth(), wide = c.padded_depth(), tokens = c.tokens();
    const auto head_at = [&](std::size_t token, std::size_t part, std::size_t head) {
      return row_of(qkv_, token) + part * c.width + head * depth;
    };
    constexpr std::size_t stored = 16;
    const std::size_t groups = (tokens + stored - 1) / stored;
    m.team().each(c.heads * groups, 4, [&](std::size_t task) {
      const std::size_t head = task / groups, begin = task % groups * stored;
      float key[widest_head] = {}, value[widest_head] = {};
      for (std::size_t t = begin; t < std::min(begin + stored, tokens); ++t) {
        std::copy_n(head_at(t, 1, head), depth, key);
        std::copy_n(head_at(t, 2, head), depth, value);
        kept_.store(m.kernels(), 0, head, t, key, value);
      }
    });
    // Runs of queries as even as whole tiles let them be.
    const std::size_t least = (tokens + attention_rows - 1) / attention_rows, run = ((tokens + least - 1) / least + 5) / 6 * 6;
    const std::size_t runs = (tokens + run - 1) / run;
    const float factor = log2_e / std::sqrt(static_cast<float>(depth));
    m.team().each(c.heads * runs, 1, [&](std::size_t task) {
      const std::size_t head = task / runs, begin = task % runs * run, rows = std::min(run, tokens - begin);
      attention_scratch& s = *scratch_[thread];
      for (std::size_t r = 0; r < rows; ++r) {
        scale_to(head_at(begin + r, 0, head), factor, depth, s.query + r * wide);
        std::fill(s.query + r * wide + depth, s.query + (r + 1) * wide, 0.0f);
        s.positions[r] = tokens - 1;
      }
      attend(m.kernels(), kept_, 0, head, wide, rows, 0, s);
      for (std::size_t r = 0; r < rows; ++r) std::copy_n(s.whole.result + r * wide, depth, row_of(attended_, begin + r) + head * depth);
    });
  }

  vision_rows pixels_, x_, input_, qkv_, attended_, hidden_, features_;
  kv_cache kept_;                                            // keys and values of the block at hand
  std::vector<std::unique_ptr<attention_scratch>> scratch_;  // one a thread
};

}  // namespace inoculum::engine
