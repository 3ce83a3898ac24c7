// SPDX-License-Identifier: Apache-2.0
// Small SigLIP and CLIP towers' files with random weights, laid out as llama.cpp's converters write Gemma 3's, SmolVLM's and
// LLaVA's. Shared with bench/peers, which shows them to llama.cpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include <inoculum/engine/quant/half.hpp>

#include "gguf_writer.hpp"

namespace inoculum::test {

struct tiny_eyes_options {
  std::string kind = "gemma3";  ///< or "idefics3", "mlp"
  std::uint32_t image = 56, patch = 7, width = 48, hidden = 80, layers = 3, heads = 2, merge = 4, text_width = 64;
  bool class_token = false;              ///< CLIP's, with the norm in front of the blocks and without the one behind
  bool gelu = true;                      ///< else quick GELU
  bool swapped = false;                  ///< the MLP's matrices by each other's names, as old converters did
  bool turned_places = false;            ///< the last place first: what llama.cpp's order of the class token amounts to
  std::uint32_t longest_edge = 0;        ///< idefics3's clip.vision.preproc_image_size
  std::vector<std::int32_t> features{};  ///< mlp's clip.vision.feature_layer; each once
  ggml_type matrix = ggml_type::f16;
  float loud = 1.0f;                 ///< the projector's weights times this
  std::string without{}, spoiled{};  ///< a key or tensor to leave out; a tensor whose first value is not a number
  std::uint64_t seed = 7;
};

inline gguf_writer tiny_eyes(const tiny_eyes_options& o = {}) {
  rng r(o.seed);
  gguf_writer out;
  const auto number = [&](const char* key, std::uint32_t value) {
    if (o.without != key) out.number(key, value);
  };
  out.text("general.architecture", "clip").flag("clip.has_vision_encoder", true).text("clip.projector_type", o.kind);
  out.flag("clip.use_gelu", o.gelu).real("clip.vision.attention.layer_norm_epsilon", 1e-5f);
  number("clip.vision.image_size", o.image);
  number("clip.vision.patch_size", o.patch);
  number("clip.vision.embedding_length", o.width);
  number("clip.vision.feed_forward_length", o.hidden);
  number("clip.vision.block_count", o.layers);
  number("clip.vision.projection_dim", o.text_width);
  number("clip.vision.attention.head_count", o.heads);
  if (o.kind != "mlp") number("clip.vision.projector.scale_factor", o.merge);
  if (!o.features.empty()) out.integers("clip.vision.feature_layer", o.features);
  if (o.longest_edge != 0) number("clip.vision.preproc_image_size", o.longest_edge);
  const std::vector<float> mean{0.48f, 0.46f, 0.41f}, deviation{0.27f, 0.26f, 0.28f};
  out.reals("clip.vision.image_mean", mean).reals("clip.vision.image_std", deviation);

  // Deviations as after training: a matrix neither shrinks nor blows up what goes through it.
  const auto tensor = [&](const std::string& name, ggml_type type, std::initializer_list<std::uint64_t> shape, float middle, float spread) {
    std::size_t n = 1;
    for (const std::uint64_t side : shape) n *= static_cast<std::size_t>(side);
    std::vector<float> values(n);
    for (float& v : values) v = middle + spread * static_cast<float>(r.normal());
    for (float& v : values) v *= name.starts_with("mm.") ? o.loud : 1.0f;
    if (name == "v.position_embd.weight" && o.turned_places) std::rotate(values.begin(), values.end() - o.width, values.end());
    if (o.spoiled == name) values[0] = __builtin_nanf("");
    if (o.without == name) return;
    if (type == ggml_type::f32) {
      out.floats(name, shape, values);
      return;
    }
    std::vector<std::byte> halves(2 * n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint16_t h = engine::float_to_half(values[i]);
      std::memcpy(&halves[2 * i], &h, 2);
    }
    out.tensor(name, ggml_type::f16, shape, halves);
  };
  const auto matrix = [&](const std::string& name, std::uint64_t in, std::uint64_t rows, bool bias) {
    tensor(name + ".weight", o.matrix, {in, rows}, 0.0f, 1.4f / std::sqrt(static_cast<float>(in)));
    if (bias) tensor(name + ".bias", ggml_type::f32, {rows}, 0.0f, 0.2f);
  };
  const auto norm = [&](const std::string& name) {
    tensor(name + ".weight", ggml_type::f32, {o.width}, 1.0f, 0.2f);
    tensor(name + ".bias", ggml_type::f32, {o.width}, 0.0f, 0.1f);
  };
  const std::uint64_t w = o.width, grid = o.image / o.patch, patches = grid * grid;
  tensor("v.patch_embd.weight", o.matrix, {o.patch, o.patch, 3, w}, 0.0f, 1.0f / static_cast<float>(o.patch));
  if (o.class_token) {
    tensor("v.class_embd", ggml_type::f32, {w}, 0.0f, 1.0f);
    norm("v.pre_ln");
  } else {
    tensor("v.patch_embd.bias", ggml_type::f32, {w}, 0.0f, 0.2f);
    norm("v.post_ln");
  }
  tensor("v.position_embd.weight", ggml_type::f32, {w, patches + (o.class_token ? 1 : 0)}, 0.0f, 0.5f);
  for (std::uint32_t i = 0; i < o.layers; ++i) {
    const std::string at = "v.blk." + std::to_string(i) + ".";
    norm(at + "ln1");
    for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_out"}) matrix(at + name, w, w, true);
    norm(at + "ln2");
    matrix(at + (o.swapped ? "ffn_down" : "ffn_up"), w, o.hidden, true);
    matrix(at + (o.swapped ? "ffn_up" : "ffn_down"), o.hidden, w, true);
  }
  if (o.kind == "gemma3") {
    tensor("mm.input_projection.weight", o.matrix, {o.text_width, w}, 0.0f, 0.15f);
    tensor("mm.soft_emb_norm.weight", ggml_type::f32, {w}, 1.0f, 0.2f);
  } else if (o.kind == "idefics3") {
    matrix("mm.model.fc", w * o.merge * o.merge, o.text_width, false);
  } else {
    matrix("mm.0", w * std::max<std::size_t>(o.features.size(), 1), o.text_width, true);
    matrix("mm.2", o.text_width, o.text_width, true);
  }
  return out;
}

/// The files whose pictures' rows tests/engine/data/eyes.txt has from llama.cpp.
struct compared_eyes {
  const char* name;
  tiny_eyes_options options;
};
inline std::vector<compared_eyes> all_compared_eyes() {
  const std::uint32_t a = 56, p = 7;
  return {
      {"gemma3", {.image = a}},
      {"gemma3-swapped-f32", {.swapped = true, .matrix = ggml_type::f32}},
      {"idefics3", {.kind = "idefics3", .merge = 4}},
      {"idefics3-longest-edge", {.kind = "idefics3", .merge = 2, .longest_edge = 112}},
      {"mlp", {.kind = "mlp", .image = 4 * p}},
      {"mlp-class-token", {.kind = "mlp", .image = 4 * p, .class_token = true, .gelu = false}},
      // The last block that the file counts, as llama.cpp's converter names it for LLaVA; one in the middle; several side by side.
      {"mlp-last-layer", {.kind = "mlp", .image = 4 * p, .class_token = true, .gelu = false, .features = {3}}},
      {"mlp-second-layer", {.kind = "mlp", .image = 4 * p, .layers = 4, .class_token = true, .gelu = false, .features = {2}}},
      {"mlp-some-layers", {.kind = "mlp", .image = 4 * p, .features = {3, 0, 2}}},
  };
}

/// A Gemma 3 with eyes of 256 positions a picture, as the real ones have, whose logits tests/engine/data/both_ways.txt has.
inline gguf_writer tiny_gemma3() {
  return tiny_llama(
      {.architecture = "gemma3", .layers = 7, .context = 1024, .window = 96, .matrix = ggml_type::f32, .embedding = ggml_type::f32});
}
inline tiny_eyes_options tiny_gemma3_eyes() { return {.image = 64, .patch = 2, .merge = 2, .matrix = ggml_type::f32}; }
/// What stands before, between and behind its pictures.
inline std::vector<std::int32_t> tokens_around_pictures(int position) {
  rng r(static_cast<std::uint64_t>(position) + 1);
  std::vector<std::int32_t> out(13);
  for (auto& id : out) id = static_cast<std::int32_t>(r.below(static_cast<std::uint32_t>(tiny_vocabulary_size)));
  return out;
}

}  // namespace inoculum::test
