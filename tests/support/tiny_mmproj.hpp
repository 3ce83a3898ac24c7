// SPDX-License-Identifier: Apache-2.0
// A small vision tower's file with random weights: the keys and tensor names of examples/models/tower.py's.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "gguf_writer.hpp"

namespace inoculum::test {

struct tiny_mmproj_options {
  std::uint32_t image = 32, patch = 8, width = 32, hidden = 64, layers = 2, heads = 2, merge = 2, registers = 1, projector = 64,
                text_width = 64;
  std::string kind = "nemotron_v2_vl";
  std::string without{};  ///< a tensor or key to leave out
  std::string lied{};     ///< a key that says `lie` instead
  std::uint32_t lie = 0;
  ggml_type matrix = ggml_type::f16;
  std::string spoiled{};                     ///< a tensor whose first value is not a number
  std::string reshaped{};                    ///< a tensor that says another shape, [reshaped_to]
  std::vector<std::uint64_t> reshaped_to{};  ///< two sizes
  std::uint64_t seed = 1;
};

inline gguf_writer tiny_mmproj(const tiny_mmproj_options& o = {}) {
  rng r(o.seed);
  gguf_writer out;
  const auto number = [&](const char* key, std::uint32_t value) {
    if (o.without != key) out.number(key, o.lied == key ? o.lie : value);
  };
  out.text("general.architecture", "clip").flag("clip.has_vision_encoder", true).text("clip.projector_type", o.kind);
  out.flag("clip.use_silu", true).real("clip.vision.attention.layer_norm_epsilon", 1e-5f);
  number("clip.vision.image_size", o.image);
  number("clip.vision.patch_size", o.patch);
  number("clip.vision.embedding_length", o.width);
  number("clip.vision.feed_forward_length", o.hidden);
  number("clip.vision.block_count", o.layers);
  number("clip.vision.projection_dim", o.text_width);
  number("clip.vision.attention.head_count", o.heads);
  number("clip.vision.projector.scale_factor", o.merge);
  const std::vector<float> mean(3, 0.5f), deviation(3, 0.25f);
  out.reals("clip.vision.image_mean", mean).reals("clip.vision.image_std", deviation);

  const auto tensor = [&](const std::string& name, ggml_type type, std::initializer_list<std::uint64_t> shape) {
    if (o.without == name) return;
    std::uint64_t n = 1;
    for (const std::uint64_t side : shape) n *= side;
    auto data = random_tensor(type, n, r, 0.15f);
    if (o.spoiled == name) {
      for (std::size_t i = 0; i < (type == ggml_type::f32 ? 4u : 2u); ++i) data[i] = std::byte{0x7f};
      if (type == ggml_type::f32) data[2] = std::byte{0xff};
    }
    if (o.reshaped == name) out.tensor(name, type, {o.reshaped_to.at(0), o.reshaped_to.at(1)}, data);
    else out.tensor(name, type, shape, data);
  };
  const std::uint64_t w = o.width, grid = o.patch == 0 ? 0 : o.image / o.patch, merged = w * o.merge * o.merge;
  tensor("v.class_embd", ggml_type::f32, {w, o.registers});
  tensor("v.patch_embd.weight", o.matrix, {o.patch, o.patch, 3, w});
  tensor("v.patch_embd.bias", ggml_type::f32, {w});
  tensor("v.position_embd.weight", ggml_type::f32, {w, grid * grid});
  tensor("mm.model.mlp.0.weight", ggml_type::f32, {merged});
  tensor("mm.model.mlp.1.weight", o.matrix, {merged, o.projector});
  tensor("mm.model.mlp.3.weight", o.matrix, {o.projector, o.text_width});
  for (std::uint32_t i = 0; i < o.layers; ++i) {
    const std::string at = "v.blk." + std::to_string(i) + ".";
    const auto both = [&](const std::string& name, std::uint64_t in, std::uint64_t rows) {
      if (in == 0) tensor(at + name + ".weight", ggml_type::f32, {rows});
      else tensor(at + name + ".weight", o.matrix, {in, rows});
      tensor(at + name + ".bias", ggml_type::f32, {rows});
    };
    both("ln1", 0, w);
    both("attn_qkv", w, 3 * w);
    both("attn_out", w, w);
    both("ln2", 0, w);
    both("ffn_up", w, o.hidden);
    both("ffn_down", o.hidden, w);
  }
  return out;
}

}  // namespace inoculum::test
