// SPDX-License-Identifier: Apache-2.0
// The decoder: rows of the residual stream in, logits out, keys and values kept. Work goes through in chunks of
// `chunk_rows`, whatever was handed in; nothing depends on where the cuts fall.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../kernels/exponential.hpp"
#include "../kernels/table.hpp"
#include "../kernels/thread_team.hpp"
#include "../quant/quantised_rows.hpp"
#include "../tensor.hpp"
#include "attention.hpp"
#include "decoder_weights.hpp"
#include "kv_cache.hpp"
#include "rope.hpp"

namespace inoculum::engine {

class decoder {
 public:
  static constexpr std::size_t chunk_rows = 256;

  /// Keys and values in `type`; for q8 `head_width` must be a multiple of 32.
  decoder(decoder_weights weights, const kernel_table& kernels, thread_team team, kv_type type = kv_type::q16)
      : weights_(std::move(weights)), kernels_(&kernels), team_(std::move(team)), kv_type_(type), scratch_(team_.size()) {
    for (auto& s : scratch_) s = std::make_unique<attention_scratch>();
  }

  [[nodiscard]] const decoder_config& config() const noexcept { return weights_.config(); }
  [[nodiscard]] const decoder_weights& weights() const noexcept { return weights_; }
  [[nodiscard]] const kernel_table& kernels() const noexcept { return *kernels_; }
  [[nodiscard]] std::size_t threads() const noexcept { return team_.size(); }
  /// Bytes that a chunk takes beside the weights, or one token behind a full context; with one page of keys and values.
  [[nodiscard]] static std::size_t scratch_bytes(const decoder_config& c, std::size_t context, const kv_cache& shape) noexcept {
    const std::size_t queries = c.heads * c.head_width, keys = c.kv_heads * c.head_width;
    const auto quantised = [](std::size_t columns) { return columns * (sizeof(float) + 1) + columns / block_columns * 16; };
    const std::size_t row =
        (2 * c.width + queries + 2 * keys) * sizeof(float) + quantised(c.width) + quantised(queries) + quantised(c.hidden);
    const std::size_t parts =
        few_rows * c.heads * (context / attention_segment + 1) * (c.head_width * sizeof(float) + sizeof(attention_part));
    return chunk_rows * row + parts + shape.page_bytes();
  }
  /// Room for the keys and values of one sequence.
  [[nodiscard]] kv_cache new_cache() const { return {config().layers, config().kv_heads, config().head_width, kv_type_}; }

  /// Runs `n` positions of one sequence from `first` on; `fill(i, row)` writes the i-th one's `width` values.
  /// Positions before `first` must have been run. Logits of the last position, or of all n in order, go to
  /// `logits` (`vocabulary` or n · vocabulary floats; none are computed when it is empty). `pictures`, ascending, tells a model that sees a
  /// picture both ways where there are any. Errors: `too_large` when memory for the cache ends.
  struct picture_span {
    std::size_t begin = 0;  ///< among the n
    std::size_t end = 0;
  };
  template <class Fill>
  [[nodiscard]] result<void> run(kv_cache& cache, std::size_t first, std::size_t n, Fill&& fill, std::span<float> logits, bool all_logits,
                                 std::span<const picture_span> pictures = {}) {
    if (!config().pictures_both_ways) pictures = {};
    if (!cache.reserve(first, first + n)) return no_memory(first + n);
    const std::size_t vocabulary = config().vocabulary;
    for (std::size_t done = 0, rows = 0; done < n; done += rows) {
      rows = std::min(chunk_rows, n - done);
      while (!pictures.empty() && pictures.front().end <= done) pictures = pictures.subspan(1);
      for (const picture_span& p : pictures) {  // a chunk holds a picture whole, whatever its size: all its keys come first
        if (p.begin < done + rows && done + rows < p.end) rows = p.begin > done ? p.begin - done : p.end - done;
      }
      const bool last = done + rows == n;
      places_.clear();
      for (std::size_t i = 0; i < rows; ++i) places_.push_back({&cache, first + done + i, first + done + i});
      for (const picture_span& p : pictures) {
        for (std::size_t i = std::max(p.begin, done); i < std::min(p.end, done + rows); ++i) places_[i - done].sees = first + p.end - 1;
      }
      prepare();
      for (std::size_t i = 0; i < rows; ++i) fill(done + i, std::span(x_.data() + i * config().width, config().width));
      // Only what somebody reads is computed in the last layer and the head.
      const std::size_t wanted = logits.empty() ? 0 : all_logits ? rows : last ? 1 : 0;
      float* out = all_logits ? logits.data() + done * vocabulary : logits.data();
      team_.run([&](std::size_t thread) { forward(thread, wanted, out); });
    }
    return {};
  }

  /// A copy of positions of a cache, and back into any.
  [[nodiscard]] kv_stretch copy(kv_cache& cache, std::size_t first, std::size_t positions) {
    kv_stretch out{positions, std::vector<std::uint8_t>(cache.lines() * cache.line_bytes(positions))};
    team_.run([&](std::size_t) {
      team_.each(cache.lines(), 1,
                 [&](std::size_t line) { cache.copy_line(line, first, positions, out.bytes.data() + line * cache.line_bytes(positions)); });
    });
    return out;
  }
  /// Errors: `too_large` when memory for the cache ends.
  [[nodiscard]] result<void> paste(kv_cache& cache, std::size_t first, const kv_stretch& stretch) {
    if (!cache.reserve(first, first + stretch.positions)) return no_memory(first + stretch.positions);
    team_.run([&](std::size_t) {
      team_.each(cache.lines(), 1, [&](std::size_t line) {
        cache.paste_line(line, first, stretch.positions, stretch.bytes.data() + line * cache.line_bytes(stretch.positions));
      });
    });
    return {};
  }

  /// The next positions of several sequences, so that the weights are read once for all of them. The logits of every one go to `logits`,
  /// a row each (none are computed when it is empty), and are what `run` would have given, to the bit; `fill(i, row)` counts through all
  /// of them. Errors as of `run`, before any work.
  struct next_positions {
    kv_cache* cache = nullptr;  ///< a different one each
    std::size_t first = 0;
    std::size_t count = 1;
  };
  template <class Fill>
  [[nodiscard]] result<void> step(std::span<const next_positions> sequences, Fill&& fill, std::span<float> logits) {
    for (const next_positions& s : sequences) {
      if (!s.cache->reserve(s.first, s.first + s.count)) return no_memory(s.first + s.count);
    }
    std::size_t done = 0;
    const auto advance = [&] {
      prepare();
      const std::size_t rows = places_.size();
      for (std::size_t i = 0; i < rows; ++i) fill(done + i, std::span(x_.data() + i * config().width, config().width));
      float* const out = logits.empty() ? nullptr : logits.data() + done * config().vocabulary;
      team_.run([&](std::size_t thread) { forward(thread, out == nullptr ? 0 : rows, out); });
      done += rows;
      places_.clear();
    };
    places_.clear();
    for (const next_positions& s : sequences) {
      for (std::size_t position = s.first; position < s.first + s.count; ++position) {
        places_.push_back({s.cache, position, position});
        if (places_.size() == chunk_rows) advance();
      }
    }
    if (!places_.empty()) advance();
    return {};
  }

 private:
  static constexpr std::size_t few_rows = 8;   // up to which a task of attention is one segment
  static constexpr std::size_t row_tile = 48;  // rows whose activations stay near while panels pass

  [[nodiscard]] static failure no_memory(std::size_t positions) {
    return {errc::too_large, "no memory for " + std::to_string(positions) + " positions of cache", {}};
  }

  void prepare() {
    const decoder_config& c = config();
    const std::size_t rows = places_.size();
    x_.resize({rows, c.width});
    if (c.output_norms) product_.resize({rows, c.width});
    qkv_.resize({rows, (c.heads + 2 * c.kv_heads) * c.head_width});
    input_.resize(rows, c.width);
    attended_.resize(rows, c.heads * c.head_width);
    hidden_.resize(rows, c.hidden);
    if (rows <= few_rows) {
      std::size_t last = 0;
      for (const place& p : places_) last = std::max(last, p.sees);
      segments_ = last / attention_segment + 1;
      part_results_.resize(rows * c.heads * segments_ * c.head_width);
      parts_.resize(rows * c.heads * segments_);
      for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].result = part_results_.data() + i * c.head_width;
    }
    const auto position = [&](std::size_t t) { return places_[t].position - places_[t].cache->overlap; };
    angles_.set(c.rope_base, c.rope_scale, weights_.rope_factors(), c.rope_width, rows, position);
    if (c.window != 0) local_angles_.set(c.local_rope_base, 1.0, {}, c.rope_width, rows, position);
    const std::size_t most = attention_rows / std::min(c.heads / c.kv_heads, attention_rows);
    groups_.clear();
    for (std::size_t i = 0; i < rows; ++i) {
      const bool joins = i > 0 && places_[i].cache == places_[i - 1].cache && groups_.back().count < most;
      if (joins) ++groups_.back().count;
      else groups_.push_back({i, 1});
    }
  }

  /// The rows of `places_`; logits of the last `wanted` ones.
  void forward(std::size_t thread, std::size_t wanted, float* logits) {
    const std::size_t rows = places_.size();
    const std::span<const decoder_layer> layers = weights_.layers();
    team_.each(rows, 8, [&](std::size_t t) { normalise(layers[0].attention_norm, t); });
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const decoder_layer& layer = layers[i];
      const bool last = i + 1 == layers.size();
      project(layer, i, rows);
      const std::size_t skip = last ? rows - wanted : 0;
      if (skip == rows) return;
      attention(thread, i, skip, rows);
      add_product(layer.output, layer.attention_output_norm, attended_, layer.feed_forward_norm, skip, rows);
      feed_forward(layer, skip, rows);
      const std::span<const float> next = last ? weights_.output_norm() : std::span<const float>(layers[i + 1].attention_norm);
      add_product(layer.down, layer.feed_forward_output_norm, hidden_, next, skip, rows);
    }
    const packed_matrix& head = weights_.head();
    tiles(head.panels(), rows - wanted, rows, [&](panel_run panels, std::size_t begin, std::size_t n) {
      float* out = logits + (begin - (rows - wanted)) * head.rows;
      product(input_, head, panels, begin, n,
              [&](const float* y, std::size_t column, std::size_t present) { put(y, n, present, out + column, head.rows); });
    });
    if (config().final_cap == 0.0f) return;
    const float cap = config().final_cap;
    team_.each(wanted, 1, [&](std::size_t t) {
      for (float& logit : std::span(logits + t * head.rows, head.rows)) logit = cap * std::tanh(logit / cap);
    });
  }

  struct place {
    kv_cache* cache = nullptr;
    std::size_t position = 0;
    std::size_t sees = 0;  // the last position
  };

  /// Consecutive places of one sequence, no more than a task of attention takes.
  struct place_group {
    std::size_t from = 0;
    std::size_t count = 0;
  };

  struct nothing {
    void operator()(std::size_t) const noexcept {}
  };

  /// A panel's n rows of results to where they belong, or onto what is there. Of a whole panel the number of columns is known when
  /// this is compiled, which saves a call a row.
  static void put(const float* y, std::size_t n, std::size_t present, float* out, std::size_t stride) noexcept {
    if (present == panel_rows) {
      for (std::size_t t = 0; t < n; ++t) std::copy_n(y + t * panel_rows, panel_rows, out + t * stride);
    } else {
      for (std::size_t t = 0; t < n; ++t) std::copy_n(y + t * panel_rows, present, out + t * stride);
    }
  }
  static void add(const float* y, std::size_t n, std::size_t present, float* out, std::size_t stride) noexcept {
    for (std::size_t t = 0; t < n; ++t, y += panel_rows, out += stride) {
      if (present == panel_rows) {
        for (std::size_t i = 0; i < panel_rows; ++i) out[i] += y[i];
      } else {
        for (std::size_t i = 0; i < present; ++i) out[i] += y[i];
      }
    }
  }

  /// One panel or two neighbours.
  struct panel_run {
    std::size_t first = 0;
    std::size_t count = 1;
  };
  static constexpr std::size_t few_tokens = 8;  // up to which a task is one panel, so that there are as many tasks as can be

  /// Rows begin … begin + n - 1 of `in` times these panels; done(y, column, present) with the results of each, n × 16, of which the
  /// first `present` columns count.
  template <class Done>
  void product(const quantised_rows& in, const packed_matrix& m, panel_run panels, std::size_t begin, std::size_t n, Done&& done) const {
    float y[2 * row_tile * panel_rows];
    if (panels.count == 2) in.times(*kernels_, m, panels.first, m, panels.first + 1, begin, n, y);
    else in.times(*kernels_, m, panels.first, begin, n, y);
    for (std::size_t i = 0; i < panels.count; ++i) {
      const std::size_t column = (panels.first + i) * panel_rows;
      done(y + i * n * panel_rows, column, std::min(panel_rows, m.rows - column));
    }
  }

  /// Calls f(panels, first row, rows) for all panels and every run of at most `row_tile` rows of [begin, end).
  template <class F>
  void tiles(std::size_t panels, std::size_t begin, std::size_t end, F&& f) {
    tiles(panels, begin, end, f, nothing{});
  }
  /// And then row(t) for every row. A single row is finished by the thread that comes last: barriers are what one token waits for.
  template <class F, class Row>
  void tiles(std::size_t panels, std::size_t begin, std::size_t end, F&& f, Row&& row) {
    const bool few = end - begin <= few_tokens;
    const std::size_t most = few ? 1 : 2, runs = (panels + most - 1) / most;
    const std::size_t tasks = runs * ((end - begin + row_tile - 1) / row_tile);
    const auto tile = [&](std::size_t task) {
      const std::size_t from = begin + task / runs * row_tile, first = task % runs * most;
      f(panel_run{first, std::min(most, panels - first)}, from, std::min(row_tile, end - from));
    };
    // Few rows pass the weights once: a thread reads neighbouring panels, which it asks for ahead.
    const std::size_t grain = few ? 0 : 1;
    if (end - begin == 1) return team_.each(tasks, grain, tile, [&] { row(begin); });
    team_.each(tasks, grain, tile);
    if constexpr (!std::is_same_v<std::decay_t<Row>, nothing>) team_.each(end - begin, 8, [&](std::size_t i) { row(begin + i); });
  }

  void normalise(std::span<const float> weight, std::size_t t) {
    kernels_->rms_norm(x_.data() + t * config().width, weight.data(), config().width, config().norm_epsilon, input_.row(t));
    input_.quantise(*kernels_, t);
  }

  /// Queries, keys and values, side by side in qkv_; keys and values then go to the cache.
  void project(const decoder_layer& layer, std::size_t index, std::size_t rows) {
    const packed_matrix* parts[3] = {&layer.query, &layer.key, &layer.value};
    const std::size_t stride = qkv_.shape(1);
    const auto part_of = [&](std::size_t panel) {
      std::size_t part = 0;
      for (; panel >= parts[part]->panels(); ++part) panel -= parts[part]->panels();
      return std::pair(parts[part], panel);
    };
    const auto projected = [&](panel_run panels, std::size_t begin, std::size_t n) {
      float y[2 * row_tile * panel_rows];
      const auto [a, i] = part_of(panels.first);
      const auto [b, j] = part_of(panels.first + panels.count - 1);
      if (panels.count == 2) input_.times(*kernels_, *a, i, *b, j, begin, n, y);
      else input_.times(*kernels_, *a, i, begin, n, y);
      for (std::size_t k = 0; k < panels.count; ++k)  // whole panels, side by side
        put(y + k * n * panel_rows, n, panel_rows, qkv_.data() + begin * stride + (panels.first + k) * panel_rows, stride);
    };
    tiles(parts[0]->panels() + 2 * parts[1]->panels(), 0, rows, projected, [&](std::size_t t) { store_keys(layer, index, t); });
  }

  void store_keys(const decoder_layer& layer, std::size_t index, std::size_t t) {
    const decoder_config& c = config();
    const float factor = log2_e * c.attention_scale;
    const rope_angles& angles = c.is_local(index) ? local_angles_ : angles_;
    const auto add = [](float* to, const std::vector<float>& bias) {
      for (std::size_t i = 0; i < bias.size(); ++i) to[i] += bias[i];
    };
    float* q = qkv_.data() + t * qkv_.shape(1);
    float* k = q + c.heads * c.head_width;
    float* v = k + c.kv_heads * c.head_width;
    add(q, layer.query_bias);
    add(k, layer.key_bias);
    add(v, layer.value_bias);
    const auto turned = [&](float* head, const std::vector<float>& norm) {
      if (!norm.empty()) kernels_->rms_norm(head, norm.data(), c.head_width, c.norm_epsilon, head);
      angles.turn(t, head);
    };
    for (std::size_t h = 0; h < c.heads; ++h) turned(q + h * c.head_width, layer.query_norm);
    for (std::size_t i = 0; i < c.heads * c.head_width; ++i) q[i] *= factor;
    for (std::size_t h = 0; h < c.kv_heads; ++h) {
      turned(k + h * c.head_width, layer.key_norm);
      places_[t].cache->store(*kernels_, index, h, places_[t].position, k + h * c.head_width, v + h * c.head_width);
    }
  }

  /// Rows of one sequence that read one key head: some of the query heads that share it, at `count` places.
  struct attention_task {
    std::size_t key_head = 0;
    std::size_t first_head = 0;
    std::size_t heads = 0;
    std::size_t from = 0;
    std::size_t count = 0;

    [[nodiscard]] std::size_t rows() const noexcept { return heads * count; }
    [[nodiscard]] std::size_t place(std::size_t row) const noexcept { return from + row / heads; }
    [[nodiscard]] std::size_t head(std::size_t row) const noexcept { return first_head + row % heads; }
  };

  void gather(const attention_task& task, std::size_t window, attention_scratch& s) const {
    const std::size_t width = config().head_width;
    for (std::size_t r = 0; r < task.rows(); ++r) {
      s.positions[r] = places_[task.place(r)].sees;
      s.lowest[r] = lowest_seen(places_[task.place(r)].position, window);
      std::copy_n(qkv_.data() + task.place(r) * qkv_.shape(1) + task.head(r) * width, width, s.query + r * width);
    }
  }

  /// The query heads that share a key head go together, for as many positions of one sequence as fill a task. Few rows make few
  /// tasks: then each is one segment, merged when all are there; the same sums, by all threads.
  void attention(std::size_t thread, std::size_t layer, std::size_t begin, std::size_t end) {
    const decoder_config& c = config();
    const std::size_t width = c.head_width;
    const std::size_t group = c.heads / c.kv_heads;
    const std::size_t heads_a_task = std::min(group, attention_rows);
    const std::size_t slices = (group + heads_a_task - 1) / heads_a_task;
    std::size_t skipped = 0;
    while (groups_[skipped].from + groups_[skipped].count <= begin) ++skipped;
    const std::size_t tasks = c.kv_heads * slices * (groups_.size() - skipped);
    const std::size_t window = c.is_local(layer) ? c.window : 0;
    const auto task_at = [&](std::size_t i) {
      const std::size_t key_head = i % c.kv_heads;
      const std::size_t slice = i / c.kv_heads % slices * heads_a_task;
      const place_group& g = groups_[skipped + i / (c.kv_heads * slices)];
      const std::size_t from = std::max(g.from, begin);
      return attention_task{key_head, key_head * group + slice, std::min(heads_a_task, group - slice), from, g.from + g.count - from};
    };
    attention_scratch& s = *scratch_[thread];
    if (places_.size() > few_rows) {
      team_.each(tasks, 1, [&](std::size_t i) {
        const attention_task task = task_at(tasks - 1 - i);  // the longest first
        gather(task, window, s);
        attend(*kernels_, *places_[task.from].cache, layer, task.key_head, width, task.rows(), s);
        for (std::size_t r = 0; r < task.rows(); ++r)
          std::copy_n(s.whole.result + r * width, width, attended_.row(task.place(r)) + task.head(r) * width);
      });
      return team_.each(end - begin, 8, [&](std::size_t i) { attended_.quantise(*kernels_, begin + i); });
    }
    const auto part_of = [&](std::size_t i) {
      const attention_task task = task_at(i / segments_);
      const std::size_t segment = i % segments_;
      gather(task, window, s);
      quantise_queries(*kernels_, *places_[task.from].cache, width, task.rows(), s);
      const row_range seen =
          attend_segment(*kernels_, *places_[task.from].cache, layer, task.key_head, width, task.rows(), segment, s, s.segment);
      for (std::size_t r = 0; r < task.rows(); ++r) {
        attention_part& part = parts_[(task.place(r) * c.heads + task.head(r)) * segments_ + segment];
        part.sum = 0.0f;  // nothing seen
        if (r < seen.first || r >= seen.last) continue;
        part = {part.result, s.segment.maximum[r], s.segment.sum[r]};
        std::copy_n(s.segment.result + r * width, width, part.result);
      }
    };
    const auto whole_of = [&](std::size_t t) {
      std::fill_n(attended_.row(t), c.heads * width, 0.0f);
      for (std::size_t h = 0; h < c.heads; ++h) {
        attention_part whole{attended_.row(t) + h * width};
        for (std::size_t k = 0; k < segments_; ++k) {
          const attention_part& part = parts_[(t * c.heads + h) * segments_ + k];
          if (part.sum > 0.0f) merge(*kernels_, whole, part, width);
        }
        engine::normalise(whole, width);
      }
      attended_.quantise(*kernels_, t);
    };
    if (end - begin == 1) return team_.each(tasks * segments_, 0, part_of, [&] { whole_of(begin); });
    team_.each(tasks * segments_, 0, part_of);
    team_.each(end - begin, 1, [&](std::size_t i) { whole_of(begin + i); });
  }

  /// hidden = act(gate) · up; a task computes both panels, so neither ever leaves its cache.
  void feed_forward(const decoder_layer& layer, std::size_t begin, std::size_t end) {
    const auto activate = config().gelu ? kernels_->geglu : kernels_->swiglu;
    const auto gated = [&](panel_run panels, std::size_t from, std::size_t n) {
      float gate[2 * row_tile * panel_rows];
      float* const up = gate + n * panel_rows;
      for (std::size_t panel = panels.first; panel < panels.first + panels.count; ++panel) {
        input_.times(*kernels_, layer.gate, panel, layer.up, panel, from, n, gate);
        activate(gate, up, n * panel_rows, gate);
        put(gate, n, std::min(panel_rows, layer.gate.rows - panel * panel_rows), hidden_.row(from) + panel * panel_rows, layer.gate.rows);
      }
    };
    tiles(layer.gate.panels(), begin, end, gated, [&](std::size_t t) { hidden_.quantise(*kernels_, t); });
  }

  /// x += rows · mᵀ, normalised before it is added where `norm` is not empty; then input = x normalised by `next`.
  void add_product(const packed_matrix& m, std::span<const float> norm, const quantised_rows& in, std::span<const float> next,
                   std::size_t begin, std::size_t end) {
    const std::size_t width = config().width;
    float* const sum = norm.empty() ? x_.data() : product_.data();
    const auto added = [&](panel_run panels, std::size_t from, std::size_t n) {
      product(in, m, panels, from, n, [&](const float* y, std::size_t column, std::size_t present) {
        if (norm.empty()) add(y, n, present, sum + from * width + column, width);
        else put(y, n, present, sum + from * width + column, width);
      });
    };
    tiles(m.panels(), begin, end, added, [&](std::size_t t) {
      if (!norm.empty()) {
        float* row = product_.data() + t * width;
        kernels_->rms_norm(row, norm.data(), width, config().norm_epsilon, row);
        float* out = x_.data() + t * width;
        for (std::size_t i = 0; i < width; ++i) out[i] += row[i];
      }
      normalise(next, t);
    });
  }

  decoder_weights weights_;
  const kernel_table* kernels_;
  thread_team team_;
  kv_type kv_type_;
  std::vector<std::unique_ptr<attention_scratch>> scratch_;
  std::vector<place> places_{};  // what each row of a chunk is
  std::vector<place_group> groups_{};
  rope_angles angles_{}, local_angles_{};
  xt::xtensor<float, 2> x_{};        // the residual stream, [rows][width]
  xt::xtensor<float, 2> qkv_{};      // [rows][queries, keys, values]
  xt::xtensor<float, 2> product_{};  // what is normalised before x_ gets it
  quantised_rows input_{};           // what a projection reads
  quantised_rows attended_{};
  quantised_rows hidden_{};
  std::size_t segments_ = 0;             // of the longest sequence, for few rows
  std::vector<float> part_results_{};    // [rows][heads][segments][head width]
  std::vector<attention_part> parts_{};  // [rows][heads][segments]
};

}  // namespace inoculum::engine
