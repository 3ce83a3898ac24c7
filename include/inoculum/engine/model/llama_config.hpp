// SPDX-License-Identifier: Apache-2.0
// The numbers that shape a llama-architecture decoder, read from a GGUF file and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"

namespace inoculum::engine {

struct llama_config {
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
};

/// Reads and checks; errors name the key: `unsupported` for another architecture or shape, `not_found`, `parse`.
[[nodiscard]] inline result<llama_config> read_llama_config(const gguf_file& file) {
  auto architecture = file.require_text("general.architecture");
  if (!architecture) return std::move(architecture).error();
  if (*architecture != "llama") {
    return failure{errc::unsupported, "model architecture \"" + std::string(*architecture) + "\"; this engine runs \"llama\"",
                   file.source()};
  }
  const auto wrong = [&](std::string what) { return failure{errc::unsupported, std::move(what), file.source()}; };

  llama_config c;
  struct wanted {
    const char* key;
    std::size_t* to;
    std::uint64_t most;
  };
  for (const wanted& w : {wanted{"llama.block_count", &c.layers, 1024}, wanted{"llama.embedding_length", &c.width, 1u << 16},
                          wanted{"llama.feed_forward_length", &c.hidden, 1u << 20}, wanted{"llama.attention.head_count", &c.heads, 1024},
                          wanted{"llama.context_length", &c.context, 1u << 24}}) {
    auto n = file.require_number(w.key);
    if (!n) return std::move(n).error();
    if (*n == 0 || *n > w.most)
      return wrong(std::string(w.key) + " is " + std::to_string(*n) + "; 1 … " + std::to_string(w.most) + " can be");
    *w.to = static_cast<std::size_t>(*n);
  }
  c.kv_heads = static_cast<std::size_t>(file.number("llama.attention.head_count_kv").value_or(c.heads));
  if (c.kv_heads == 0 || c.heads % c.kv_heads != 0) {
    return wrong(std::to_string(c.heads) + " query heads over " + std::to_string(c.kv_heads) + " key heads");
  }
  c.head_width = static_cast<std::size_t>(file.number("llama.attention.key_length").value_or(c.width / c.heads));
  if (file.number("llama.attention.value_length").value_or(c.head_width) != c.head_width)
    return wrong("keys and values of different widths");
  if (c.head_width == 0 || c.head_width % 16 != 0 || c.head_width > 512) {
    return wrong("heads of " + std::to_string(c.head_width) + " components; multiples of 16 up to 512 can be");
  }
  c.rope_width = static_cast<std::size_t>(file.number("llama.rope.dimension_count").value_or(c.head_width));
  if (c.rope_width == 0 || c.rope_width % 2 != 0 || c.rope_width > c.head_width) {
    return wrong("llama.rope.dimension_count is " + std::to_string(c.rope_width) + " for heads of " + std::to_string(c.head_width));
  }
  auto epsilon = file.require_real("llama.attention.layer_norm_rms_epsilon");
  if (!epsilon) return std::move(epsilon).error();
  c.norm_epsilon = static_cast<float>(*epsilon);
  c.rope_base = file.real("llama.rope.freq_base").value_or(10000.0);
  const std::string_view scaling = file.text("llama.rope.scaling.type").value_or("none");
  if (scaling == "linear") c.rope_scale = 1.0 / file.real("llama.rope.scaling.factor").value_or(1.0);
  else if (scaling != "none") return wrong("rope scaling \"" + std::string(scaling) + "\"; \"linear\" can be");
  if (!(c.rope_base >= 1.0 && c.rope_base < 1e12) || !(c.rope_scale > 0.0 && c.rope_scale <= 1.0) ||
      !(c.norm_epsilon >= 0.0f && c.norm_epsilon < 1.0f)) {
    return wrong("rope base, rope scaling or norm epsilon out of range");
  }
  if (file.number("llama.expert_count").value_or(0) != 0) return wrong("a mixture of experts");

  const gguf_tensor* embedding = file.find("token_embd.weight");
  if (embedding == nullptr) return failure{errc::not_found, "missing tensor \"token_embd.weight\"", file.source()};
  c.vocabulary = static_cast<std::size_t>(embedding->ne[1]);
  return c;
}

}  // namespace inoculum::engine
