// SPDX-License-Identifier: Apache-2.0
// Sentences to vectors: BERT's encoder (post-norm attention and a GELU MLP), the mean over the tokens, length 1.
// Third parties: xtensor, xsimd.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../kernels/select.hpp"
#include "../kernels/thread_team.hpp"
#include "../tensor.hpp"
#include "sentence_weights.hpp"

namespace inoculum {

/// The result is the same whatever the number of threads and whichever sentences go together: a token meets the others of its
/// own sentence alone, and every output is summed in one order by one thread. Calls from several threads take turns.
class sentence_encoder {
 public:
  /// `longest`: the most tokens of a sentence, from 1 to the model's positions; scratch memory grows with its square.
  /// `threads` as for `cpu_engine` (0: as many as the machine has).
  sentence_encoder(engine::sentence_weights weights, std::size_t longest, int threads, const engine::kernel_table* kernels = nullptr)
      : state_(std::make_unique<state>(std::move(weights), longest, kernels != nullptr ? *kernels : *engine::usable_kernels().front(),
                                       threads)) {}

  [[nodiscard]] std::size_t width() const noexcept { return state_->weights.config.width; }
  [[nodiscard]] const engine::sentence_config& config() const noexcept { return state_->weights.config; }

  /// Sentences of 1 to `longest` tokens, [CLS] and [SEP] included, to sentences × width() floats, row by row.
  /// Errors: invalid_argument (a sentence's length, a token out of the vocabulary, weights that overflow), mismatch (room in `out`).
  [[nodiscard]] result<void> encode(std::span<const std::vector<token_id>> sentences, std::span<float> out) const {
    if (out.size() != sentences.size() * width()) {
      return failure{errc::mismatch,
                     std::to_string(sentences.size()) + " sentences need room for " + std::to_string(sentences.size() * width()) +
                         " floats, there is room for " + std::to_string(out.size()),
                     {}};
    }
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      const auto& s = sentences[i];
      const auto outside = [&](token_id id) { return id < 0 || static_cast<std::size_t>(id) >= config().vocabulary; };
      if (s.empty() || s.size() > state_->longest || std::any_of(s.begin(), s.end(), outside)) {
        return failure{errc::invalid_argument,
                       "a sentence has from 1 to " + std::to_string(state_->longest) + " tokens below " +
                           std::to_string(config().vocabulary) + "; this one has " + std::to_string(s.size()),
                       "sentence " + std::to_string(i)};
      }
    }
    const std::lock_guard lock(state_->turn);
    for (std::size_t begin = 0; begin < sentences.size();) {
      const std::size_t n = state_->take(sentences.subspan(begin));
      const std::span<float> to = out.subspan(begin * width(), n * width());
      state_->team.run([&](std::size_t thread) { state_->forward(thread, to); });
      for (std::size_t i = 0; i < to.size(); ++i) {
        if (!std::isfinite(to[i])) {  // no weight is infinite, but their products may be: a file made to do harm
          return failure{errc::invalid_argument, "the weights give a number that is not finite",
                         "sentence " + std::to_string(begin + i / width())};
        }
      }
      begin += n;
    }
    return {};
  }

 private:
  using tensor = xt::xtensor<float, 2>;
  using vector = xsimd::batch<float>;
  static constexpr std::size_t lanes = engine::panel_rows;
  static_assert(lanes % vector::size == 0, "loops over 16 floats take whole vectors");

  /// Tokens of one pass: enough that the weights are read once for many sentences, few enough for the second-level cache.
  static constexpr std::size_t pass_tokens = 256;

  /// The kernels take four tokens in the time of one.
  static constexpr std::size_t kernel_tokens = 4;

  struct state {
    state(engine::sentence_weights w, std::size_t most_tokens, const engine::kernel_table& k, int threads)
        : weights(std::move(w)),
          longest(std::clamp<std::size_t>(most_tokens, 1, weights.config.positions)),
          kernels(k),
          team(threads),
          scratch(team.size()) {
      const engine::sentence_config& c = weights.config;
      const std::size_t most = std::max(pass_tokens, longest) + kernel_tokens;
      x = tensor({most, c.width}, 0.0f);
      qkv = tensor({most, 3 * c.width}, 0.0f);
      attended = tensor({most, c.width}, 0.0f);
      hidden = tensor({most, c.hidden}, 0.0f);
      tokens.reserve(most);
      for (workspace& s : scratch) {
        s.panel.resize(std::max(c.depth(), longest) * lanes);
        s.sums.resize(longest * lanes);
        s.scores.resize({longest, rounded(longest)});
      }
    }

    struct workspace {
      std::vector<float> panel{};
      std::vector<float> sums{};
      tensor scores{};
    };

    engine::sentence_weights weights;
    std::size_t longest;
    const engine::kernel_table& kernels;
    engine::thread_team team;
    std::mutex turn{};
    tensor x, qkv, attended, hidden;
    std::vector<workspace> scratch;
    std::vector<std::size_t> starts{};  // of each sentence in the pass, and the end
    std::vector<token_id> tokens{};     // of the pass

    [[nodiscard]] static std::size_t rounded(std::size_t n) noexcept { return (n + lanes - 1) / lanes * lanes; }
    [[nodiscard]] static float* row(tensor& t, std::size_t i) noexcept { return t.data() + i * t.shape(1); }
    [[nodiscard]] std::size_t sentences() const noexcept { return starts.size() - 1; }

    /// Fills the pass from the front of `all`; returns how many sentences went in, at least one.
    std::size_t take(std::span<const std::vector<token_id>> all) {
      starts.assign(1, 0);
      tokens.clear();
      for (const auto& s : all) {
        if (!tokens.empty() && tokens.size() + s.size() > pass_tokens) break;
        tokens.insert(tokens.end(), s.begin(), s.end());
        starts.push_back(tokens.size());
      }
      return sentences();
    }

    /// What every thread of the team runs; `each` shares out the work and waits.
    void forward(std::size_t thread, std::span<float> out) {
      const engine::sentence_config& c = weights.config;
      team.each(sentences(), 1, [&](std::size_t s) {
        for (std::size_t t = starts[s]; t < starts[s + 1]; ++t) {
          weights.word(static_cast<std::size_t>(tokens[t]), {row(x, t), c.width});
          add(row(x, t), weights.places.data() + (t - starts[s]) * c.width, c.width);
          normalise(weights.norm, row(x, t));
        }
      });
      for (const engine::sentence_layer& l : weights.layers) {
        product(l.qkv, x, [&](std::size_t t, std::size_t first, const float* y) { std::copy_n(y, lanes, row(qkv, t) + first); });
        team.each(sentences() * c.heads, 1, [&](std::size_t i) { attend(scratch[thread], i / c.heads, i % c.heads); });
        product(l.out, attended, [&](std::size_t t, std::size_t first, const float* y) { add(row(x, t) + first, y, lanes); });
        team.each(tokens.size(), 8, [&](std::size_t t) { normalise(l.norm1, row(x, t)); });
        product(l.up, x, [&](std::size_t t, std::size_t first, const float* y) { gelu(y, row(hidden, t) + first); });
        product(l.down, hidden, [&](std::size_t t, std::size_t first, const float* y) { add(row(x, t) + first, y, lanes); });
        team.each(tokens.size(), 8, [&](std::size_t t) { normalise(l.norm2, row(x, t)); });
      }
      team.each(sentences(), 1, [&](std::size_t s) { pool(s, out.data() + s * c.width); });
    }

    // Elementwise loops take whole vectors of whatever width; sums run in 16 lanes that are added up in one order, so that
    // the width the program is compiled for changes no result.

    static void add(float* to, const float* y, std::size_t n) noexcept {
      for (std::size_t i = 0; i < n; i += vector::size)
        (vector::load_unaligned(to + i) + vector::load_unaligned(y + i)).store_unaligned(to + i);
    }

    /// Σ f(i-th vector) over n floats.
    template <class F>
    static float sum(std::size_t n, F&& f) noexcept {
      constexpr std::size_t parts = lanes / vector::size;
      std::array<vector, parts> running;
      running.fill(vector(0.0f));
      for (std::size_t i = 0; i < n; i += lanes) {
        for (std::size_t p = 0; p < parts; ++p) running[p] += f(i + p * vector::size);
      }
      std::array<float, lanes> lane{};
      for (std::size_t p = 0; p < parts; ++p) running[p].store_unaligned(lane.data() + p * vector::size);
      for (std::size_t half = lanes / 2; half != 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lane[k] += lane[k + half];
      }
      return lane[0];
    }

    /// x/2 · (1 + erf(x/√2)) of 16 floats (Hendrycks and Gimpel, 2016).
    static void gelu(const float* from, float* to) noexcept {
      for (std::size_t i = 0; i < lanes; i += vector::size) {
        const vector v = vector::load_unaligned(from + i);
        (vector(0.5f) * v * (vector(1.0f) + xsimd::erf(v * vector(0.70710678f)))).store_unaligned(to + i);
      }
    }

    /// Layer norm of one token, in place.
    void normalise(const engine::sentence_norm& norm, float* v) const noexcept {
      const std::size_t n = weights.config.width;
      const auto at = [](const float* p) { return vector::load_unaligned(p); };
      const vector mean(sum(n, [&](std::size_t i) { return at(v + i); }) / static_cast<float>(n));
      const float squares = sum(n, [&](std::size_t i) {
        const vector d = at(v + i) - mean;
        return d * d;
      });
      const vector scale(1.0f / std::sqrt(squares / static_cast<float>(n) + weights.config.epsilon));
      for (std::size_t i = 0; i < n; i += vector::size) {
        ((at(v + i) - mean) * scale * at(norm.weight.data() + i) + at(norm.bias.data() + i)).store_unaligned(v + i);
      }
    }

    /// from · weightᵀ + bias over the pass, 16 outputs of a few tokens at a time: store(token, first output, 16 values).
    template <class Store>
    void product(const engine::sentence_linear& l, tensor& from, Store&& store) {
      constexpr std::size_t tile = 48;  // tokens: their inputs stay in the second-level cache, their sums in the first
      const std::size_t tiles = (tokens.size() + tile - 1) / tile;
      team.each(l.weight.panels() * tiles, 1, [&](std::size_t task) {
        const std::size_t panel = task % l.weight.panels();
        const std::size_t begin = task / l.weight.panels() * tile;
        const std::size_t n = std::min(tile, tokens.size() - begin);
        std::array<float, tile * lanes> y;
        const std::size_t whole = (n + kernel_tokens - 1) / kernel_tokens * kernel_tokens;  // what is too much is not stored
        kernels.f32_panel(reinterpret_cast<const float*>(l.weight.panel(panel)), l.weight.columns, row(from, begin), from.shape(1), whole,
                          y.data());
        for (std::size_t t = 0; t < n; ++t) {
          add(y.data() + t * lanes, l.bias.data() + panel * lanes, lanes);
          store(begin + t, panel * lanes, y.data() + t * lanes);
        }
      });
    }

    /// One head of one sentence. Keys, then values, are packed like weights, so that the same kernel multiplies.
    void attend(workspace& mine, std::size_t sentence, std::size_t head) {
      const engine::sentence_config& c = weights.config;
      const std::size_t n = starts[sentence + 1] - starts[sentence];
      const std::size_t depth = c.depth();
      const std::size_t stride = 3 * c.width;
      const std::size_t padded = rounded(n);
      const float* queries = row(qkv, starts[sentence]) + head * depth;
      for (std::size_t first = 0; first < n; first += lanes) {
        const std::size_t present = std::min(lanes, n - first);
        for (std::size_t i = 0; i < depth; ++i) {
          for (std::size_t k = 0; k < lanes; ++k) {
            mine.panel[i * lanes + k] = k < present ? queries[c.width + (first + k) * stride + i] : 0.0f;
          }
        }
        kernels.f32_panel(mine.panel.data(), depth, queries, stride, n, mine.sums.data());
        for (std::size_t t = 0; t < n; ++t) std::copy_n(mine.sums.data() + t * lanes, lanes, row(mine.scores, t) + first);
      }
      const vector scale(1.0f / std::sqrt(static_cast<float>(depth)));
      for (std::size_t t = 0; t < n; ++t) {
        float* s = row(mine.scores, t);
        const vector highest(*std::max_element(s, s + n));
        for (std::size_t k = 0; k < padded; k += vector::size) {
          xsimd::exp((vector::load_unaligned(s + k) - highest) * scale).store_unaligned(s + k);
        }
        std::fill(s + n, s + padded, 0.0f);
        const vector share(1.0f / sum(padded, [&](std::size_t k) { return vector::load_unaligned(s + k); }));
        for (std::size_t k = 0; k < padded; k += vector::size) (vector::load_unaligned(s + k) * share).store_unaligned(s + k);
      }
      for (std::size_t first = 0; first < depth; first += lanes) {
        for (std::size_t t = 0; t < n; ++t) std::copy_n(queries + 2 * c.width + t * stride + first, lanes, mine.panel.data() + t * lanes);
        kernels.f32_panel(mine.panel.data(), n, mine.scores.data(), mine.scores.shape(1), n, mine.sums.data());
        for (std::size_t t = 0; t < n; ++t) {
          std::copy_n(mine.sums.data() + t * lanes, lanes, row(attended, starts[sentence] + t) + head * depth + first);
        }
      }
    }

    /// The mean over a sentence's tokens, scaled to length 1; dividing by their number would change nothing.
    void pool(std::size_t sentence, float* out) {
      const std::size_t n = weights.config.width;
      std::fill_n(out, n, 0.0f);
      for (std::size_t t = starts[sentence]; t < starts[sentence + 1]; ++t) add(out, row(x, t), n);
      const float squares = sum(n, [&](std::size_t i) {
        const vector v = vector::load_unaligned(out + i);
        return v * v;
      });
      if (!(squares > 0.0f)) return;
      const vector scale(1.0f / std::sqrt(squares));
      for (std::size_t i = 0; i < n; i += vector::size) (vector::load_unaligned(out + i) * scale).store_unaligned(out + i);
    }
  };

  std::unique_ptr<state> state_;  // const calls change its scratch, one at a time
};

}  // namespace inoculum
