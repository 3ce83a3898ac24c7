// SPDX-License-Identifier: Apache-2.0
// The tower itself: a pre-norm vision transformer over patches. Keys and values are rounded to float16, as llama.cpp does it,
// so that the decoder's attention serves here too: every row sees the last position.
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
  vit(const vision_config& c, std::size_t threads) : cache_(1, c.heads, c.padded_depth()) {
    pixels_.resize({c.patches(), 3 * c.patch * c.patch});
    x_.resize({c.tokens(), c.width});
    input_.resize({c.tokens(), c.width});
    qkv_.resize({c.tokens(), 3 * c.width});
    attended_.resize({c.tokens(), c.width});
    hidden_.resize({c.tokens(), c.hidden});
    for (std::size_t i = 0; i < threads; ++i) scratch_.push_back(std::make_unique<attention_scratch>());
  }

  /// Called once, before `cut`; false when the system has no memory left.
  [[nodiscard]] bool reserve(const vision_config& c) { return cache_.reserve(0, c.tokens()); }

  /// Bytes to patches of normalised floats, laid out as the convolution's kernel is: channel, y, x. By one thread.
  void cut(const vision_config& c, const rgb_canvas& square) {
    float tone[3][256];
    for (std::size_t ch = 0; ch < 3; ++ch) {
      for (int v = 0; v < 256; ++v) tone[ch][v] = (static_cast<float>(v) / 255.0f - c.mean[ch]) / c.deviation[ch];
    }
    for (std::size_t p = 0; p < c.patches(); ++p) {
      const std::size_t top = p / c.grid() * c.patch;
      const std::size_t left = p % c.grid() * c.patch;
      float* out = row_of(pixels_, p);
      for (std::size_t ch = 0; ch < 3; ++ch) {
        for (std::size_t y = 0; y < c.patch; ++y) {
          const std::uint8_t* from = square.rgb.data() + ((top + y) * c.image + left) * 3 + ch;
          for (std::size_t i = 0; i < c.patch; ++i) *out++ = tone[ch][from[3 * i]];
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
  void attention(vision_machine& m, const vision_config& c, std::size_t thread) {
    const std::size_t depth = c.depth(), padded = c.padded_depth(), tokens = c.tokens();
    m.team().each(tokens, 4, [&](std::size_t t) {
      float key[attention_max_width] = {}, value[attention_max_width] = {};  // zeros behind `depth`
      const float* from = row_of(qkv_, t) + c.width;
      for (std::size_t h = 0; h < c.heads; ++h) {
        std::copy_n(from + h * depth, depth, key);
        std::copy_n(from + c.width + h * depth, depth, value);
        cache_.store(0, h, t, key, value);
      }
    });
    const float factor = log2_e / std::sqrt(static_cast<float>(depth));
    const std::size_t runs = (tokens + attention_rows - 1) / attention_rows;
    attention_scratch& s = *scratch_[thread];
    m.team().each(c.heads * runs, 1, [&](std::size_t task) {
      const std::size_t head = task / runs, begin = task % runs * attention_rows;
      const std::size_t rows = std::min(attention_rows, tokens - begin);
      for (std::size_t r = 0; r < rows; ++r) {
        const float* query = row_of(qkv_, begin + r) + head * depth;
        float* to = s.query + r * padded;
        for (std::size_t i = 0; i < depth; ++i) to[i] = query[i] * factor;
        std::fill(to + depth, to + padded, 0.0f);
        s.positions[r] = tokens - 1;
      }
      attend(m.kernels(), cache_, 0, head, padded, rows, 0, s);
      for (std::size_t r = 0; r < rows; ++r) std::copy_n(s.result + r * padded, depth, row_of(attended_, begin + r) + head * depth);
    });
  }

  kv_cache cache_;
  vision_rows pixels_, x_, input_, qkv_, attended_, hidden_;
  std::vector<std::unique_ptr<attention_scratch>> scratch_{};
};

}  // namespace inoculum::engine
