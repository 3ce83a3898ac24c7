// SPDX-License-Identifier: Apache-2.0
// A decoder's weights, packed for the kernels. Loading copies each matrix once, panel by panel, on
// all threads; the token embedding stays in the mapped file, since only looked-up rows are touched.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "../kernels/thread_team.hpp"
#include "../memory.hpp"
#include "../quant/dequantise.hpp"
#include "../quant/packed_matrix.hpp"
#include "decoder_config.hpp"

namespace inoculum::engine {

/// What quantised weights are multiplied with: activations rounded to 8 bits, or as they are, by weights unpacked to floats.
enum class activation_type : std::uint8_t { q8, f32 };

struct decoder_layer {
  std::vector<float> attention_norm{};
  std::vector<float> feed_forward_norm{};
  std::vector<float> attention_output_norm{}, feed_forward_output_norm{};  // only where `output_norms`
  std::vector<float> query_norm{}, key_norm{};                             // only where `head_norms`
  std::vector<float> query_bias{}, key_bias{}, value_bias{};               // only where `qkv_bias`; in the file's row order
  packed_matrix query{}, key{}, value{}, output{};
  packed_matrix gate{}, up{}, down{};
};

class decoder_weights {
 public:
  /// Errors: those of `read_decoder_config`; a tensor that is missing, of another shape or type, not finite,
  /// or that this architecture has no use for (a bias, say: ignoring it would give wrong answers).
  [[nodiscard]] static result<decoder_weights> load(const gguf_file& file, thread_team& team,
                                                    activation_type activations = activation_type::q8) {
    auto config = read_decoder_config(file);
    if (!config) return std::move(config).error();
    loader in{file, *config, activations, {}, {}};
    decoder_weights out(file, *config, activations);
    if (auto done = in.describe(out); !done) return std::move(done).error();
    if (auto done = in.pack(out, team); !done) return std::move(done).error();
    return out;
  }

  [[nodiscard]] const decoder_config& config() const noexcept { return config_; }
  [[nodiscard]] std::span<const decoder_layer> layers() const noexcept { return layers_; }
  [[nodiscard]] std::span<const float> output_norm() const noexcept { return output_norm_; }
  [[nodiscard]] const packed_matrix& head() const noexcept { return head_; }
  /// Of each rotary pair what its turn is divided by (Llama 3.1); empty where the file has none.
  [[nodiscard]] std::span<const float> rope_factors() const noexcept { return rope_factors_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return memory_.size(); }
  [[nodiscard]] digest fingerprint() const { return file_.fingerprint(); }
  [[nodiscard]] activation_type activations() const noexcept { return activations_; }

  /// The residual stream's first value for a token below the vocabulary's size.
  void embed(std::size_t token, std::span<float> out) const noexcept {
    const std::size_t row = embedding_->data.size() / config_.vocabulary;
    dequantise_row(embedding_->type, embedding_->data.data() + token * row, out);
    if (config_.embedding_scale == 1.0f) return;
    for (float& v : out) v *= config_.embedding_scale;
  }

 private:
  decoder_weights(gguf_file file, const decoder_config& config, activation_type activations)
      : file_(std::move(file)), config_(config), activations_(activations) {}

  /// Where a packed matrix comes from. `rope_head` > 0: rows are a head's components, of which the first
  /// `rope_turn` come as neighbouring pairs and are stored as two halves, which vectorises; queries and
  /// keys are permuted alike, so their products stay.
  struct job {
    packed_matrix* to = nullptr;
    const gguf_tensor* from = nullptr;
    std::size_t rope_head = 0;
    std::size_t rope_turn = 0;
  };

  static constexpr std::size_t slice_bytes = std::size_t{4} << 20;  ///< of the file that are in memory while they are packed

  struct loader {
    const gguf_file& file;
    const decoder_config& config;
    activation_type activations;
    std::vector<job> jobs{};
    std::set<std::string, std::less<>> used{};

    result<const gguf_tensor*> tensor(const std::string& name, std::initializer_list<std::uint64_t> shape) {
      used.insert(name);
      auto found = file.require_tensor(name, shape);
      if (found && !can_dequantise((*found)->type)) {
        return failure{errc::unsupported, "tensor \"" + name + "\" is " + to_string((*found)->type) + ", a type this engine does not read",
                       file.source()};
      }
      return found;
    }
    result<void> vector(std::vector<float>& to, const std::string& name, std::size_t n) {
      auto found = tensor(name, {n});
      if (!found) return std::move(found).error();
      to.resize(n);
      dequantise_row((*found)->type, (*found)->data.data(), to);
      for (const float v : to) {
        if (!std::isfinite(v)) return failure{errc::parse, "tensor \"" + name + "\" holds a value that is not finite", file.source()};
      }
      return {};
    }
    result<void> matrix(packed_matrix& to, const std::string& name, std::size_t columns, std::size_t rows, std::size_t rope_head = 0) {
      auto found = tensor(name, {columns, rows});
      if (!found) return std::move(found).error();
      const bool as_floats = activations == activation_type::f32 && quants_of((*found)->type).bits != 0;
      to = {as_floats ? panel_kind::f32 : panel_kind_of((*found)->type), rows, columns, nullptr};
      jobs.push_back({&to, *found, config.rope_neighbours ? rope_head : 0, config.rope_width});
      return {};
    }

    /// What only some architectures have.
    result<void> describe_extras(decoder_layer& layer, const std::string& prefix) {
      const decoder_config& c = config;
      struct wanted {
        bool there;
        std::vector<float>* to;
        const char* name;
        std::size_t n;
      };
      for (const wanted& w : {wanted{c.output_norms, &layer.attention_output_norm, "post_attention_norm.weight", c.width},
                              wanted{c.output_norms, &layer.feed_forward_output_norm, "post_ffw_norm.weight", c.width},
                              wanted{c.head_norms, &layer.query_norm, "attn_q_norm.weight", c.head_width},
                              wanted{c.head_norms, &layer.key_norm, "attn_k_norm.weight", c.head_width},
                              wanted{c.qkv_bias, &layer.query_bias, "attn_q.bias", c.heads * c.head_width},
                              wanted{c.qkv_bias, &layer.key_bias, "attn_k.bias", c.kv_heads * c.head_width},
                              wanted{c.qkv_bias, &layer.value_bias, "attn_v.bias", c.kv_heads * c.head_width}}) {
        if (!w.there) continue;
        if (auto step = vector(*w.to, prefix + w.name, w.n); !step) return step;
      }
      return {};
    }

    result<void> describe(decoder_weights& out) {
      const decoder_config& c = config;
      auto embedding = tensor("token_embd.weight", {c.width, c.vocabulary});
      if (!embedding) return std::move(embedding).error();
      out.embedding_ = *embedding;
      out.layers_.resize(c.layers);
      const std::size_t queries = c.heads * c.head_width;
      const std::size_t keys = c.kv_heads * c.head_width;
      for (std::size_t i = 0; i < c.layers; ++i) {
        decoder_layer& layer = out.layers_[i];
        const std::string prefix = "blk." + std::to_string(i) + ".";
        for (result<void> step : {vector(layer.attention_norm, prefix + "attn_norm.weight", c.width),
                                  vector(layer.feed_forward_norm, prefix + "ffn_norm.weight", c.width),
                                  matrix(layer.query, prefix + "attn_q.weight", c.width, queries, c.head_width),
                                  matrix(layer.key, prefix + "attn_k.weight", c.width, keys, c.head_width),
                                  matrix(layer.value, prefix + "attn_v.weight", c.width, keys),
                                  matrix(layer.output, prefix + "attn_output.weight", queries, c.width),
                                  matrix(layer.gate, prefix + "ffn_gate.weight", c.width, c.hidden),
                                  matrix(layer.up, prefix + "ffn_up.weight", c.width, c.hidden),
                                  matrix(layer.down, prefix + "ffn_down.weight", c.hidden, c.width)}) {
          if (!step) return step;
        }
        if (auto step = describe_extras(layer, prefix); !step) return step;
      }
      if (auto step = vector(out.output_norm_, "output_norm.weight", c.width); !step) return step;
      if (const std::string name = "rope_freqs.weight"; c.architecture == "llama" && file.find(name) != nullptr) {
        if (auto step = vector(out.rope_factors_, name, c.rope_width / 2); !step) return step;
        if (!std::all_of(out.rope_factors_.begin(), out.rope_factors_.end(), [](float v) { return v > 0.0f; })) {
          return failure{errc::parse, "tensor \"" + name + "\" holds a value that is not above 0", file.source()};
        }
      }
      const bool tied = file.find("output.weight") == nullptr;
      if (auto step = matrix(out.head_, tied ? "token_embd.weight" : "output.weight", c.width, c.vocabulary); !step) return step;
      for (const gguf_tensor& t : file.tensors()) {
        if (used.find(t.name) == used.end()) {
          return failure{
              errc::unsupported,
              "tensor \"" + std::string(t.name) + "\" has no place in a " + config.architecture + " model that this engine knows",
              file.source()};
        }
      }
      return {};
    }

    result<void> pack(decoder_weights& out, thread_team& team) {
      std::size_t total = 0;
      for (const job& j : jobs) total += (j.to->total_bytes() + 63) / 64 * 64;
      if (auto fits = check_memory(total, file.source()); !fits) return fits;
      out.memory_ = aligned_bytes(total);
      if (out.memory_.data() == nullptr) {
        return failure{errc::too_large, "no memory for " + std::to_string(total) + " bytes of weights", file.source()};
      }
      std::uint8_t* next = out.memory_.data();
      for (const job& j : jobs) {
        j.to->bytes = next;
        next += (j.to->total_bytes() + 63) / 64 * 64;
      }
      std::atomic<const gguf_tensor*> damaged{nullptr};
      // The embedding is packed only where it is the head, too; rows of another one are read as they come.
      const std::size_t rows = out.embedding_ == jobs.back().from ? 0 : config.vocabulary;
      const std::size_t row_bytes = out.embedding_->data.size() / config.vocabulary;
      // What has been copied is not wanted in memory a second time: after some megabytes all of the file goes, with the neighbours that
      // the system thought would be wanted. Of the embedding, rows are read as they are looked up.
      const auto in_slices = [&](std::size_t n, std::size_t bytes, std::size_t grain, const auto& f) {
        const std::size_t most = slice_bytes / (bytes + 1) / grain * grain + grain;
        for (std::size_t begin = 0; begin < n; begin += most) {
          team.each(
              std::min(most, n - begin), grain, [&](std::size_t i) { f(begin + i); }, [&] { file.drop_pages(); });
        }
      };
      team.run([&](std::size_t) {
        const auto scan = [&](std::size_t i) {
          const bool finite = row_is_finite(out.embedding_->type, out.embedding_->data.data() + i * row_bytes, config.width);
          if (!finite) damaged.store(out.embedding_, std::memory_order_relaxed);
        };
        in_slices(rows, row_bytes, 64, scan);
        for (const job& j : jobs) {
          const std::size_t head = j.rope_head;
          const std::size_t turn = j.rope_turn;
          const auto pack_one = [&](std::size_t p) {
            const bool finite = pack_panel(*j.to, p, j.from->type, j.from->data, [head, turn](std::size_t row) {
              const std::size_t component = head == 0 ? turn : row % head;
              if (component >= turn) return row;
              const std::size_t half = turn / 2;
              return row - component + (component < half ? 2 * component : 2 * (component - half) + 1);
            });
            if (!finite) damaged.store(j.from, std::memory_order_relaxed);
          };
          in_slices(j.to->panels(), j.from->data.size() / j.to->panels(), 4, pack_one);
        }
      });
      if (const gguf_tensor* t = damaged.load(); t != nullptr) {
        return failure{errc::parse, "tensor \"" + std::string(t->name) + "\" holds a value that is not finite", file.source()};
      }
      return {};
    }
  };

  gguf_file file_;  // keeps the mapping that `embedding_` points into
  decoder_config config_;
  activation_type activations_;
  std::vector<decoder_layer> layers_{};
  std::vector<float> output_norm_{};
  std::vector<float> rope_factors_{};
  packed_matrix head_{};
  const gguf_tensor* embedding_ = nullptr;
  aligned_bytes memory_{};
};

}  // namespace inoculum::engine
