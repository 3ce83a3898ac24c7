// SPDX-License-Identifier: Apache-2.0
// Pictures to what a language model reads in their place. Third parties: xtensor.
//
//   auto file = inoculum::gguf_file::open("mmproj.gguf").value();
//   auto eyes = inoculum::vision_tower::load(file, 2).value();
//   std::vector<float> rows = eyes.encode(picture).value();   // positions() × width()
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "../../core/image.hpp"
#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "../kernels/select.hpp"
#include "../kernels/thread_team.hpp"
#include "preprocess.hpp"
#include "vision_weights.hpp"

namespace inoculum {

/// A vision tower with its projector. The result is the same whatever the number of threads: every output is
/// summed in one order by one thread. Calls from several threads take turns, since they share the team.
class vision_tower {
 public:
  /// Checks every tensor of the file and packs it; the file need not outlive the tower. `threads` as for `cpu_engine`
  /// (0: as many as the machine has). Errors: as `vision_weights::load`.
  [[nodiscard]] static result<vision_tower> load(const gguf_file& file, int threads, const engine::kernel_table* kernels = nullptr) {
    auto weights = engine::vision_weights::load(file);
    if (!weights) return std::move(weights).error();
    return vision_tower(std::move(*weights), kernels != nullptr ? *kernels : *engine::usable_kernels().front(), threads);
  }

  /// Positions that a picture takes in the sequence, and floats of each.
  [[nodiscard]] std::size_t positions() const noexcept { return state_->weights.config.positions(); }
  [[nodiscard]] std::size_t width() const noexcept { return state_->weights.config.text_width; }
  [[nodiscard]] const engine::vision_config& config() const noexcept { return state_->weights.config; }

  /// positions() × width() floats, row by row. Errors: invalid_argument (an empty picture).
  [[nodiscard]] result<std::vector<float>> encode(const image& picture) const {
    if (picture.empty()) return failure{errc::invalid_argument, "an empty image cannot be encoded", {}};
    const engine::rgb_canvas square = engine::fit_square(picture, static_cast<int>(config().image));
    std::vector<float> out(positions() * width());
    const std::lock_guard lock(state_->turn);
    state_->cut(square);
    state_->team.run([&](std::size_t) { state_->forward(out); });
    return out;
  }

 private:
  using tensor = xt::xtensor<float, 2>;
  static constexpr std::size_t lanes = engine::panel_rows;

  struct state {
    state(engine::vision_weights w, const engine::kernel_table& k, int threads)
        : weights(std::move(w)), kernels(k), team(threads), ones(weights.config.hidden, 1.0f) {
      const engine::vision_config& c = weights.config;
      pixels.resize({c.patches(), 3 * c.patch * c.patch});
      x.resize({c.tokens(), c.width});
      input.resize({c.tokens(), c.width});
      qkv.resize({c.tokens(), 3 * c.width});
      attended.resize({c.tokens(), c.width});
      hidden.resize({c.tokens(), c.hidden});
      scores.resize({c.heads * c.tokens(), rounded(c.tokens())});
      merged.resize({c.positions(), c.merged_width()});
      wide.resize({c.positions(), c.projector});
    }

    engine::vision_weights weights;
    const engine::kernel_table& kernels;
    engine::thread_team team;
    std::mutex turn{};
    std::vector<float> ones;
    tensor pixels, x, input, qkv, attended, hidden, scores, merged, wide;

    [[nodiscard]] static std::size_t rounded(std::size_t n) noexcept { return (n + lanes - 1) / lanes * lanes; }
    [[nodiscard]] static float* row(tensor& t, std::size_t i) noexcept { return t.data() + i * t.shape(1); }

    /// Bytes to patches of normalised floats, laid out as the convolution's kernel is: channel, y, x.
    void cut(const engine::rgb_canvas& square) {
      const engine::vision_config& c = weights.config;
      float tone[3][256];
      for (std::size_t ch = 0; ch < 3; ++ch) {
        for (int v = 0; v < 256; ++v) tone[ch][v] = (static_cast<float>(v) / 255.0f - c.mean[ch]) / c.deviation[ch];
      }
      for (std::size_t p = 0; p < c.patches(); ++p) {
        const std::size_t top = p / c.grid() * c.patch;
        const std::size_t left = p % c.grid() * c.patch;
        float* out = row(pixels, p);
        for (std::size_t ch = 0; ch < 3; ++ch) {
          for (std::size_t y = 0; y < c.patch; ++y) {
            const std::uint8_t* from = square.rgb.data() + ((top + y) * c.image + left) * 3 + ch;
            for (std::size_t i = 0; i < c.patch; ++i) *out++ = tone[ch][from[3 * i]];
          }
        }
      }
    }

    /// What every thread of the team runs; `each` shares out the work and waits.
    void forward(std::vector<float>& out) {
      const engine::vision_config& c = weights.config;
      team.each(c.registers, 1, [&](std::size_t r) { std::copy_n(weights.registers.data() + r * c.width, c.width, row(x, r)); });
      product(weights.patches, pixels, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
        const float* place = weights.places.data() + t * c.width + first;
        float* to = row(x, c.registers + t) + first;
        for (std::size_t i = 0; i < n; ++i) to[i] = y[i] + place[i];
      });
      for (const engine::vision_block& b : weights.blocks) {
        normalise(b.norm1);
        product(b.qkv, input,
                [&](std::size_t t, std::size_t first, std::size_t n, const float* y) { std::copy_n(y, n, row(qkv, t) + first); });
        team.each(c.heads, 1, [&](std::size_t h) { attend(h); });
        product(b.out, attended, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) { add(row(x, t) + first, y, n); });
        normalise(b.norm2);
        product(b.up, input, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
          kernels.swiglu(y, ones.data(), n, row(hidden, t) + first);  // SiLU is SwiGLU with a gate alone
        });
        product(b.down, hidden, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) { add(row(x, t) + first, y, n); });
      }
      team.each(c.positions(), 1, [&](std::size_t p) { merge(p); });
      product(weights.widen, merged, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
        float* to = row(wide, t) + first;
        for (std::size_t i = 0; i < n; ++i) to[i] = y[i] > 0.0f ? y[i] * y[i] : 0.0f;
      });
      product(weights.project, wide, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
        std::copy_n(y, n, out.data() + t * c.text_width + first);
      });
    }

    static void add(float* to, const float* y, std::size_t n) noexcept {
      for (std::size_t i = 0; i < n; ++i) to[i] += y[i];
    }

    /// from · weightᵀ + bias, 16 outputs of a few rows at a time: store(row, first output, n ≤ 16, values).
    template <class Store>
    void product(const engine::vision_linear& l, tensor& from, Store&& store) {
      constexpr std::size_t tile = 48;  // rows: their inputs stay in the second-level cache, their sums in the first
      const std::size_t rows = from.shape(0);
      const std::size_t tiles = (rows + tile - 1) / tile;
      team.each(l.weight.panels() * tiles, 1, [&](std::size_t task) {
        const std::size_t panel = task % l.weight.panels();
        const std::size_t begin = task / l.weight.panels() * tile;
        const std::size_t n = std::min(tile, rows - begin);
        float y[tile * lanes];
        kernels.f32_panel(reinterpret_cast<const float*>(l.weight.panel(panel)), l.weight.columns, row(from, begin), from.shape(1), n, y);
        const std::size_t first = panel * lanes;
        const std::size_t outputs = std::min(lanes, l.weight.rows - first);
        for (std::size_t t = 0; t < n; ++t) {
          float* values = y + t * lanes;
          if (!l.bias.empty()) add(values, l.bias.data() + first, outputs);
          store(begin + t, first, outputs, values);
        }
      });
    }

    /// Layer norm of x into `input`.
    void normalise(const engine::vision_norm& norm) {
      const engine::vision_config& c = weights.config;
      team.each(c.tokens(), 4, [&](std::size_t t) {
        const float* from = row(x, t);
        float* to = row(input, t);
        double sum = 0.0, squares = 0.0;
        for (std::size_t i = 0; i < c.width; ++i) sum += static_cast<double>(from[i]);
        const auto mean = static_cast<float>(sum / static_cast<double>(c.width));
        for (std::size_t i = 0; i < c.width; ++i) squares += static_cast<double>((from[i] - mean) * (from[i] - mean));
        const float scale = 1.0f / std::sqrt(static_cast<float>(squares / static_cast<double>(c.width)) + c.epsilon);
        for (std::size_t i = 0; i < c.width; ++i) to[i] = (from[i] - mean) * scale * norm.weight[i] + norm.bias[i];
      });
    }

    /// One head over all tokens. Keys, then values, are packed like weights, so that the same kernel multiplies.
    void attend(std::size_t head) {
      const engine::vision_config& c = weights.config;
      const std::size_t tokens = c.tokens();
      const std::size_t depth = c.width / c.heads;
      const float scale = 1.0f / std::sqrt(static_cast<float>(depth));
      const std::size_t stride = 3 * c.width;
      const float* queries = qkv.data() + head * depth;
      float* mine = row(scores, head * tokens);
      const std::size_t padded = scores.shape(1);
      std::vector<float> panel(std::max(depth, tokens) * lanes);
      std::vector<float> y(tokens * lanes);
      for (std::size_t first = 0; first < tokens; first += lanes) {
        const std::size_t present = std::min(lanes, tokens - first);
        for (std::size_t i = 0; i < depth; ++i) {
          for (std::size_t k = 0; k < lanes; ++k) {
            panel[i * lanes + k] = k < present ? queries[c.width + (first + k) * stride + i] : 0.0f;
          }
        }
        kernels.f32_panel(panel.data(), depth, queries, stride, tokens, y.data());
        for (std::size_t t = 0; t < tokens; ++t) std::copy_n(y.data() + t * lanes, lanes, mine + t * padded + first);
      }
      for (std::size_t t = 0; t < tokens; ++t) {
        float* s = mine + t * padded;
        const float highest = *std::max_element(s, s + tokens);
        float sum = 0.0f;
        for (std::size_t k = 0; k < tokens; ++k) sum += s[k] = std::exp((s[k] - highest) * scale);
        for (std::size_t k = 0; k < tokens; ++k) s[k] /= sum;
      }
      for (std::size_t first = 0; first < depth; first += lanes) {
        const std::size_t present = std::min(lanes, depth - first);
        for (std::size_t t = 0; t < tokens; ++t) {
          const float* value = queries + 2 * c.width + t * stride + first;
          for (std::size_t i = 0; i < lanes; ++i) panel[t * lanes + i] = i < present ? value[i] : 0.0f;
        }
        kernels.f32_panel(panel.data(), tokens, mine, padded, tokens, y.data());
        for (std::size_t t = 0; t < tokens; ++t) {
          std::copy_n(y.data() + t * lanes, present, row(attended, t) + head * depth + first);
        }
      }
    }

    /// Pixel shuffle (merge × merge patches, row by row, to one vector) and RMS norm of position p.
    void merge(std::size_t p) {
      const engine::vision_config& c = weights.config;
      const std::size_t side = c.grid() / c.merge;
      float* to = row(merged, p);
      for (std::size_t dy = 0; dy < c.merge; ++dy) {
        for (std::size_t dx = 0; dx < c.merge; ++dx) {
          const std::size_t patch = (p / side * c.merge + dy) * c.grid() + p % side * c.merge + dx;
          std::copy_n(row(x, c.registers + patch), c.width, to + (dy * c.merge + dx) * c.width);
        }
      }
      kernels.rms_norm(to, weights.norm.data(), c.merged_width(), 1e-6f, to);
    }
  };

  vision_tower(engine::vision_weights weights, const engine::kernel_table& kernels, int threads)
      : state_(std::make_unique<state>(std::move(weights), kernels, threads)) {}

  std::unique_ptr<state> state_;  // const calls change its scratch, one at a time
};

}  // namespace inoculum
