// SPDX-License-Identifier: Apache-2.0
// The numbers that shape a decoder, read from a GGUF file and checked.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"

namespace inoculum::engine {

/// A decoder of RMS norms, rotary positions and a gated feed-forward part. What the architectures differ in are fields
/// here, so that one loop runs them all.
struct decoder_config {
  std::string architecture{};  ///< "llama", "qwen2" or "gemma3", as GGUF names it
  std::size_t layers = 0;
  std::size_t width = 0;       ///< of the residual stream
  std::size_t hidden = 0;      ///< of the feed-forward part
  std::size_t heads = 0;       ///< query heads
  std::size_t kv_heads = 0;    ///< key and value heads; each serves heads / kv_heads query heads
  std::size_t head_width = 0;  ///< a multiple of 16
  std::size_t rope_width = 0;  ///< leading components of a head that turn with the position
  std::size_t vocabulary = 0;
  std::size_t context = 0;  ///< what the model was trained for
  float norm_epsilon = 0.0f;
  double rope_base = 0.0;
  double rope_scale = 1.0;  ///< positions are multiplied by this (linear scaling)

  bool rope_neighbours = true;      ///< the file pairs components 2i and 2i + 1 (llama), else i and i + half
  bool qkv_bias = false;            ///< qwen2
  bool head_norms = false;          ///< gemma3: queries and keys are normalised, head by head
  bool output_norms = false;        ///< gemma3: what attention and feed-forward add is normalised, too
  bool gelu = false;                ///< gemma3: GELU (tanh) gates, not SiLU
  bool pictures_both_ways = false;  ///< gemma3: a position of a picture sees all of that picture, also what follows it
  float embedding_scale = 1.0f;     ///< gemma3: the square root of the width
  float attention_scale = 0.0f;     ///< of query · key
  float final_cap = 0.0f;           ///< logits become cap · tanh(logits / cap); 0: they do not
  std::size_t window = 0;           ///< a local layer sees so many positions, its own included; 0: there are none
  std::size_t window_pattern = 0;   ///< every so manieth layer is not local
  double local_rope_base = 0.0;     ///< of local layers, whose positions are not scaled

  [[nodiscard]] bool is_local(std::size_t layer) const noexcept { return window != 0 && (layer + 1) % window_pattern != 0; }
};

namespace detail {

/// Gemma 3 (Gemma Team, 2025): five layers of a sliding window, then one that sees all.
inline result<void> read_gemma3(const gguf_file& file, decoder_config& c) {
  const auto wrong = [&](std::string what) { return failure{errc::unsupported, std::move(what), file.source()}; };
  c.head_norms = c.output_norms = c.gelu = c.pictures_both_ways = true;
  c.embedding_scale = std::sqrt(static_cast<float>(c.width));
  c.window = static_cast<std::size_t>(file.number("gemma3.attention.sliding_window").value_or(0));
  const auto pattern = file.require_number("gemma3.attention.sliding_window_pattern");
  if (!pattern && pattern.error().code != errc::not_found) return pattern.error();  // an array, layer by layer
  c.window_pattern = pattern ? static_cast<std::size_t>(*pattern) : 6;
  if (c.window > c.context || c.window_pattern == 0) return wrong("gemma3.attention.sliding_window is " + std::to_string(c.window));
  c.local_rope_base = file.real("gemma3.rope.freq_base_swa").value_or(10000.0);
  c.rope_base = file.real("gemma3.rope.freq_base").value_or(1000000.0);
  // The 27B model divides by the square root of width / heads instead.
  if (c.layers == 62) c.attention_scale = 1.0f / std::sqrt(static_cast<float>(c.width / c.heads));
  c.final_cap = static_cast<float>(file.real("gemma3.final_logit_softcapping").value_or(0.0));
  if (file.real("gemma3.attn_logit_softcapping").value_or(0.0) != 0.0) return wrong("capped attention scores");
  if (!(c.final_cap >= 0.0f && c.final_cap < 1e6f) || !(c.local_rope_base >= 1.0 && c.local_rope_base < 1e12)) {
    return wrong("gemma3: a cap of logits or a local rope base out of range");
  }
  return {};
}

/// What positions are multiplied with, as llama.cpp reads it: a factor without a type is linear, `scale_linear` is the older name of the
/// factor, and 0 is none.
inline result<double> read_rope_scale(const gguf_file& file, const std::string& architecture) {
  const auto key = [&](const char* name) { return architecture + ".rope." + name; };
  const auto wrong = [&](std::string what) { return failure{errc::unsupported, std::move(what), file.source()}; };
  const auto type = file.require_text(key("scaling.type"));
  if (!type && type.error().code != errc::not_found) return type.error();
  if (type && *type != "linear" && *type != "none") return wrong("rope scaling \"" + std::string(*type) + "\"; \"linear\" can be");
  if (file.real(key("scaling.attn_factor")).value_or(1.0) != 1.0) return wrong(key("scaling.attn_factor") + " is not 1");
  auto factor = file.require_real(key("scaling.factor"));
  if (!factor && factor.error().code == errc::not_found) factor = file.require_real(key("scale_linear"));
  if (!factor && factor.error().code != errc::not_found) return factor.error();
  return !factor || *factor == 0.0 || (type && *type == "none") ? 1.0 : 1.0 / *factor;
}

}  // namespace detail

/// Reads and checks; errors name the key: `unsupported` for another architecture or shape, `not_found`, `parse`.
[[nodiscard]] inline result<decoder_config> read_decoder_config(const gguf_file& file) {
  auto architecture = file.require_text("general.architecture");
  if (!architecture) return std::move(architecture).error();
  decoder_config c;
  c.architecture = *architecture;
  if (c.architecture != "llama" && c.architecture != "qwen2" && c.architecture != "gemma3") {
    return failure{errc::unsupported, "model architecture \"" + c.architecture + "\"; this engine runs llama, qwen2 and gemma3",
                   file.source()};
  }
  const auto key = [&](const char* name) { return c.architecture + "." + name; };
  const auto wrong = [&](std::string what) { return failure{errc::unsupported, std::move(what), file.source()}; };

  struct wanted {
    const char* name;
    std::size_t* to;
    std::uint64_t most;
  };
  for (const wanted& w : {wanted{"block_count", &c.layers, 1024}, wanted{"embedding_length", &c.width, 1u << 16},
                          wanted{"feed_forward_length", &c.hidden, 1u << 20}, wanted{"attention.head_count", &c.heads, 1024},
                          wanted{"context_length", &c.context, 1u << 24}}) {
    auto n = file.require_number(key(w.name));
    if (!n) return std::move(n).error();
    if (*n == 0 || *n > w.most) return wrong(key(w.name) + " is " + std::to_string(*n) + "; 1 … " + std::to_string(w.most) + " can be");
    *w.to = static_cast<std::size_t>(*n);
  }
  c.kv_heads = static_cast<std::size_t>(file.number(key("attention.head_count_kv")).value_or(c.heads));
  if (c.kv_heads == 0 || c.heads % c.kv_heads != 0) {
    return wrong(std::to_string(c.heads) + " query heads over " + std::to_string(c.kv_heads) + " key heads");
  }
  c.head_width = static_cast<std::size_t>(file.number(key("attention.key_length")).value_or(c.width / c.heads));
  if (file.number(key("attention.value_length")).value_or(c.head_width) != c.head_width)
    return wrong("keys and values of different widths");
  if (c.head_width == 0 || c.head_width % 16 != 0 || c.head_width > 512) {
    return wrong("heads of " + std::to_string(c.head_width) + " components; multiples of 16 up to 512 can be");
  }
  c.rope_width = static_cast<std::size_t>(file.number(key("rope.dimension_count")).value_or(c.head_width));
  if (c.rope_width == 0 || c.rope_width % 2 != 0 || c.rope_width > c.head_width) {
    return wrong(key("rope.dimension_count") + " is " + std::to_string(c.rope_width) + " for heads of " + std::to_string(c.head_width));
  }
  auto epsilon = file.require_real(key("attention.layer_norm_rms_epsilon"));
  if (!epsilon) return std::move(epsilon).error();
  c.norm_epsilon = static_cast<float>(*epsilon);
  c.rope_base = file.real(key("rope.freq_base")).value_or(10000.0);
  c.attention_scale = 1.0f / std::sqrt(static_cast<float>(c.head_width));
  auto scale = detail::read_rope_scale(file, c.architecture);
  if (!scale) return std::move(scale).error();
  c.rope_scale = *scale;
  if (file.number(key("expert_count")).value_or(0) != 0) return wrong("a mixture of experts");
  c.rope_neighbours = c.architecture == "llama";
  c.qkv_bias = c.architecture == "qwen2";
  if (c.architecture == "gemma3") {
    if (auto done = detail::read_gemma3(file, c); !done) return std::move(done).error();
  }
  if (!(c.rope_base >= 1.0 && c.rope_base < 1e12) || !(c.rope_scale > 0.0 && c.rope_scale <= 1.0) ||
      !(c.norm_epsilon >= 0.0f && c.norm_epsilon < 1.0f)) {
    return wrong("rope base, rope scaling or norm epsilon out of range");
  }

  const gguf_tensor* embedding = file.find("token_embd.weight");
  if (embedding == nullptr) return failure{errc::not_found, "missing tensor \"token_embd.weight\"", file.source()};
  c.vocabulary = static_cast<std::size_t>(embedding->ne[1]);
  return c;
}

}  // namespace inoculum::engine
