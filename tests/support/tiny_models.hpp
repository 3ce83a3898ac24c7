// SPDX-License-Identifier: Apache-2.0
// Small decoders of random weights as floats, one for each thing that architectures differ in. Shared with bench/peers, which shows
// them to llama.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <inoculum/core/rng.hpp>

#include "gguf_writer.hpp"

namespace inoculum::test {

/// The models whose logits tests/engine/data/architectures.txt has from llama.cpp.
struct compared_model {
  std::string name;
  gguf_writer file;
};
inline std::vector<compared_model> all_compared_models() {
  // Queries and keys large enough that where a token stands decides what is read: with small ones a wrong turn would hardly show.
  tiny_llama_options o{.layers = 3, .matrix = ggml_type::f32, .embedding = ggml_type::f32, .spread = 0.15f, .head = true};
  const auto of = [&](const char* architecture) {
    o.architecture = architecture;
    return tiny_llama(o);
  };
  std::vector<compared_model> out{{"llama", of("llama")}, {"qwen2", of("qwen2")}};
  out.push_back({"llama, linear scaling", of("llama")});
  out.back().file.real("llama.rope.scaling.factor", 4.0f);  // without a type
  out.push_back({"llama, rope_freqs", of("llama")});
  out.back().file.floats("rope_freqs.weight", {8}, std::vector<float>{1.0f, 1.0f, 1.5f, 2.5f, 4.0f, 6.0f, 8.0f, 8.0f});
  o.layers = 7, o.window = 40, o.head_width = 32, o.head = false;
  out.push_back({"gemma3", of("gemma3")});
  out.back().file.real("gemma3.final_logit_softcapping", 3.0f).real("gemma3.rope.freq_base_swa", 500.0f);
  out.back().file.text("gemma3.rope.scaling.type", "linear").real("gemma3.rope.scaling.factor", 8.0f);
  return out;
}
/// More than Gemma's window.
inline std::vector<std::int32_t> compared_tokens() {
  rng r(11);
  std::vector<std::int32_t> out(120);
  for (auto& id : out) id = static_cast<std::int32_t>(r.below(static_cast<std::uint32_t>(tiny_vocabulary_size)));
  return out;
}
/// The logits that are kept at each position.
inline constexpr std::size_t compared_logits[] = {0, 77, 154, 231};

}  // namespace inoculum::test
