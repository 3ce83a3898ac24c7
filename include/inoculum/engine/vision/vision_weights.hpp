// SPDX-License-Identifier: Apache-2.0
// A vision tower's keys and tensors (the `v.` part of an mmproj), checked and packed. What a projector wants of its tower
// is in the configuration by then: it is asked first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "../../core/result.hpp"
#include "vision_config.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

namespace detail {

[[nodiscard]] inline result<void> read_activation(const vision_reader& in, vision_config& c) {
  const bool gelu = in.file().flag("clip.use_gelu").value_or(false);
  const bool silu = in.file().flag("clip.use_silu").value_or(false);
  if (gelu && silu) return in.bad(errc::parse, "clip.use_gelu and clip.use_silu are both set");
  c.activation = gelu ? vision_activation::gelu : silu ? vision_activation::silu : vision_activation::quick_gelu;
  return {};
}

}  // namespace detail

/// The sizes that every tower has. Errors: not_found, parse, mismatch, unsupported, too_large; each names the key.
[[nodiscard]] inline result<void> read_vision_config(const vision_reader& in, vision_config& c) {
  if (!in.file().flag("clip.has_vision_encoder").value_or(false)) return in.bad(errc::unsupported, "the file has no vision encoder");
  if (auto done = detail::read_activation(in, c); !done) return done;
  struct {
    const char* key;
    std::uint64_t largest;
    std::size_t& out;
  } const sizes[] = {
      {"clip.vision.image_size", largest_vision_image, c.image},       {"clip.vision.patch_size", largest_vision_image, c.patch},
      {"clip.vision.embedding_length", largest_vision_width, c.width}, {"clip.vision.feed_forward_length", largest_vision_hidden, c.hidden},
      {"clip.vision.block_count", largest_vision_layers, c.layers},    {"clip.vision.attention.head_count", largest_vision_width, c.heads},
  };
  for (const auto& s : sizes) {
    if (auto done = in.size(s.key, s.largest, s.out); !done) return done;
  }
  if (c.width % c.heads != 0) {
    return in.bad(errc::mismatch, std::to_string(c.heads) + " heads do not divide a width of " + std::to_string(c.width));
  }
  if (c.depth() > widest_head) {
    return in.bad(errc::unsupported, "heads of " + std::to_string(c.depth()) + " components (at most " + std::to_string(widest_head) + ")");
  }
  const auto epsilon = in.file().require_real("clip.vision.attention.layer_norm_epsilon");
  if (!epsilon) return epsilon.error();
  if (!(*epsilon > 0.0 && *epsilon < 1.0)) return in.bad(errc::parse, "clip.vision.attention.layer_norm_epsilon is not between 0 and 1");
  c.epsilon = static_cast<float>(*epsilon);
  if (auto done = in.channels("clip.vision.image_mean", c.mean); !done) return done;
  if (auto done = in.channels("clip.vision.image_std", c.deviation); !done) return done;
  for (const float d : c.deviation) {
    if (!(d > 0.0f)) return in.bad(errc::parse, "clip.vision.image_std must be positive");
  }
  if (in.has("v.class_embd")) return in.extent("v.class_embd", 1, 64, c.registers);
  return {};
}

/// What can be said only when the projector has had its word.
[[nodiscard]] inline result<void> check_vision_config(const vision_reader& in, const vision_config& c) {
  if (c.image % c.patch != 0 || c.grid() > largest_vision_grid || c.grid() % c.merge != 0) {
    return in.bad(errc::unsupported, "an image of " + std::to_string(c.image) + " pixels does not make a grid of patches of " +
                                         std::to_string(c.patch) + " merged " + std::to_string(c.merge) + " by " + std::to_string(c.merge) +
                                         " (at most " + std::to_string(largest_vision_grid) + " patches a side)");
  }
  return {};
}

/// The tower's tensors. Old files call the MLP's two matrices by each other's names; their shapes tell.
[[nodiscard]] inline result<void> read_vision_weights(vision_reader& in, vision_weights& out, bool places_for_registers) {
  const vision_config& c = out.config;
  if (c.registers > 0) {
    if (auto done = in.floats("v.class_embd", {c.width, c.registers}, out.registers); !done) return done;
  }
  const std::size_t places = places_for_registers ? c.tokens() : c.patches();
  if (auto done = in.floats("v.position_embd.weight", {c.width, places}, out.places); !done) return done;
  const bool patch_bias = in.has("v.patch_embd.bias");
  if (auto done = in.linear("v.patch_embd", {c.patch, c.patch, 3, c.width}, c.width, patch_bias, out.patches); !done) return done;
  if (in.has("v.pre_ln.weight")) {
    if (auto done = in.norm("v.pre_ln", c.width, out.before); !done) return done;
  }
  out.blocks.resize(c.layers);
  for (std::size_t i = 0; i < c.layers; ++i) {
    vision_block& b = out.blocks[i];
    const std::string at = "v.blk." + std::to_string(i) + ".";
    if (auto done = in.norm(at + "ln1", c.width, b.norm1); !done) return done;
    auto qkv = in.has(at + "attn_q.weight") ? in.stacked({at + "attn_q", at + "attn_k", at + "attn_v"}, c.width, c.width, b.qkv)
                                            : in.linear(at + "attn_qkv", {c.width, 3 * c.width}, 3 * c.width, true, b.qkv);
    if (!qkv) return qkv;
    if (auto done = in.linear(at + "attn_out", {c.width, c.width}, c.width, true, b.out); !done) return done;
    if (auto done = in.norm(at + "ln2", c.width, b.norm2); !done) return done;
    const gguf_tensor* down = in.file().find(at + "ffn_down.weight");
    const bool swapped = c.width != c.hidden && down != nullptr && down->ne[0] == c.width;
    const std::string up_name = at + (swapped ? "ffn_down" : "ffn_up");
    const std::string down_name = at + (swapped ? "ffn_up" : "ffn_down");
    if (auto done = in.linear(up_name, {c.width, c.hidden}, c.hidden, true, b.up); !done) return done;
    if (auto done = in.linear(down_name, {c.hidden, c.width}, c.width, true, b.down); !done) return done;
  }
  return in.has("v.post_ln.weight") ? in.norm("v.post_ln", c.width, out.after) : result<void>();
}

}  // namespace inoculum::engine
