// SPDX-License-Identifier: Apache-2.0
// A vision tower's file (mmproj) checked and packed for the kernels. One graph is read so far, the one llama.cpp
// calls "nemotron_v2_vl": a pre-norm ViT with register tokens, pixel shuffle, RMS norm and a squared-ReLU MLP.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "../kernels/thread_team.hpp"
#include "../quant/dequantise.hpp"
#include "../quant/packed_matrix.hpp"

namespace inoculum::engine {

/// What the file says of its tower. Sizes are positive and divide where they must.
struct vision_config {
  std::size_t image = 0;   ///< pixels a side
  std::size_t patch = 0;   ///< pixels a side
  std::size_t width = 0;   ///< of a patch's vector
  std::size_t hidden = 0;  ///< of a block's MLP
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t merge = 0;       ///< patches a side that become one position
  std::size_t registers = 0;   ///< tokens beside the patches
  std::size_t projector = 0;   ///< hidden width of the projector
  std::size_t text_width = 0;  ///< of a position: the language model's embedding width
  float epsilon = 0.0f;
  std::array<float, 3> mean{};
  std::array<float, 3> deviation{};

  [[nodiscard]] std::size_t grid() const noexcept { return image / patch; }
  [[nodiscard]] std::size_t patches() const noexcept { return grid() * grid(); }
  [[nodiscard]] std::size_t tokens() const noexcept { return patches() + registers; }
  [[nodiscard]] std::size_t positions() const noexcept { return patches() / (merge * merge); }
  [[nodiscard]] std::size_t merged_width() const noexcept { return width * merge * merge; }
};

/// Weights [rows × columns] in panels, and a bias (empty: none).
struct vision_linear {
  packed_matrix weight{};
  std::vector<float> bias{};
};

struct vision_norm {
  std::vector<float> weight{};
  std::vector<float> bias{};
};

struct vision_block {
  vision_norm norm1{};
  vision_linear qkv{};
  vision_linear out{};
  vision_norm norm2{};
  vision_linear up{};
  vision_linear down{};
};

struct vision_weights {
  vision_config config{};
  std::vector<float> registers{};  ///< registers × width
  std::vector<float> places{};     ///< patches × width
  vision_linear patches{};
  std::vector<vision_block> blocks{};
  std::vector<float> norm{};  ///< RMS norm over merged_width
  vision_linear widen{};
  vision_linear project{};
  std::vector<aligned_bytes> memory{};  ///< behind the packed matrices

  /// Errors: not_found, parse, mismatch, unsupported, too_large; each names the key or tensor and the file.
  [[nodiscard]] static result<vision_weights> load(const gguf_file& file);
};

namespace detail {

/// Beyond these a file is damaged or made for something else; they bound what a picture can cost.
inline constexpr std::uint64_t largest_vision_image = 1024;
inline constexpr std::uint64_t largest_vision_grid = 32;
inline constexpr std::uint64_t largest_vision_width = 4096;
inline constexpr std::uint64_t largest_vision_hidden = 16384;
inline constexpr std::uint64_t largest_vision_layers = 64;

class vision_reader {
 public:
  vision_reader(const gguf_file& file, vision_weights& out) : file_(file), out_(out) {}

  result<void> read() {
    if (auto done = read_config(); !done) return done;
    const vision_config& c = out_.config;
    if (auto done = floats("v.class_embd", {c.width, c.registers}, out_.registers); !done) return done;
    if (auto done = floats("v.position_embd.weight", {c.width, c.patches()}, out_.places); !done) return done;
    if (auto done = linear("v.patch_embd", {c.patch, c.patch, 3, c.width}, c.width, true, out_.patches); !done) return done;
    out_.blocks.resize(c.layers);
    for (std::size_t i = 0; i < c.layers; ++i) {
      vision_block& b = out_.blocks[i];
      const std::string at = "v.blk." + std::to_string(i) + ".";
      if (auto done = norm(at + "ln1", b.norm1); !done) return done;
      if (auto done = linear(at + "attn_qkv", {c.width, 3 * c.width}, 3 * c.width, true, b.qkv); !done) return done;
      if (auto done = linear(at + "attn_out", {c.width, c.width}, c.width, true, b.out); !done) return done;
      if (auto done = norm(at + "ln2", b.norm2); !done) return done;
      if (auto done = linear(at + "ffn_up", {c.width, c.hidden}, c.hidden, true, b.up); !done) return done;
      if (auto done = linear(at + "ffn_down", {c.hidden, c.width}, c.width, true, b.down); !done) return done;
    }
    if (auto done = floats("mm.model.mlp.0.weight", {c.merged_width()}, out_.norm); !done) return done;
    if (auto done = linear("mm.model.mlp.1", {c.merged_width(), c.projector}, c.projector, false, out_.widen); !done) return done;
    return linear("mm.model.mlp.3", {c.projector, c.text_width}, c.text_width, false, out_.project);
  }

 private:
  [[nodiscard]] failure bad(errc code, std::string message) const { return {code, std::move(message), file_.source()}; }

  result<void> size(const char* key, std::uint64_t largest, std::size_t& out) const {
    const auto n = file_.require_number(key);
    if (!n) return n.error();
    if (*n == 0 || *n > largest) {
      return bad(errc::too_large, std::string(key) + " is " + std::to_string(*n) + ", from 1 to " + std::to_string(largest) + " can be");
    }
    out = static_cast<std::size_t>(*n);
    return {};
  }

  result<void> channels(const char* key, std::array<float, 3>& out) const {
    const auto values = file_.reals(key);
    if (!values || values->size() != out.size()) return bad(errc::parse, std::string(key) + " must be an array of 3 numbers");
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double v = (*values)[i];
      if (!std::isfinite(v)) return bad(errc::parse, std::string(key) + " holds a number that is not finite");
      out[i] = static_cast<float>(v);
    }
    return {};
  }

  result<void> read_config() {
    vision_config& c = out_.config;
    const auto projector = file_.require_text("clip.projector_type");
    if (!projector) return projector.error();
    if (*projector != "nemotron_v2_vl") {
      return bad(errc::unsupported, "the projector " + inoculum::detail::quoted(*projector) + " is not supported (\"nemotron_v2_vl\" is)");
    }
    if (!file_.flag("clip.has_vision_encoder").value_or(false)) return bad(errc::unsupported, "the file has no vision encoder");
    if (!file_.flag("clip.use_silu").value_or(false))
      return bad(errc::unsupported, "only the activation SiLU is supported (clip.use_silu)");
    struct {
      const char* key;
      std::uint64_t largest;
      std::size_t& out;
    } const sizes[] = {
        {"clip.vision.image_size", largest_vision_image, c.image},
        {"clip.vision.patch_size", largest_vision_image, c.patch},
        {"clip.vision.embedding_length", largest_vision_width, c.width},
        {"clip.vision.feed_forward_length", largest_vision_hidden, c.hidden},
        {"clip.vision.block_count", largest_vision_layers, c.layers},
        {"clip.vision.attention.head_count", largest_vision_width, c.heads},
        {"clip.vision.projector.scale_factor", largest_vision_grid, c.merge},
    };
    for (const auto& s : sizes) {
      if (auto done = size(s.key, s.largest, s.out); !done) return done;
    }
    if (c.image % c.patch != 0 || c.grid() > largest_vision_grid || c.grid() % c.merge != 0) {
      return bad(errc::unsupported, "an image of " + std::to_string(c.image) + " pixels does not make a grid of patches of " +
                                        std::to_string(c.patch) + " merged " + std::to_string(c.merge) + " by " + std::to_string(c.merge) +
                                        " (at most " + std::to_string(largest_vision_grid) + " patches a side)");
    }
    if (c.width % c.heads != 0) {
      return bad(errc::mismatch, std::to_string(c.heads) + " heads do not divide a width of " + std::to_string(c.width));
    }
    const auto epsilon = file_.require_real("clip.vision.attention.layer_norm_epsilon");
    if (!epsilon) return epsilon.error();
    if (!(*epsilon > 0.0 && *epsilon < 1.0)) return bad(errc::parse, "clip.vision.attention.layer_norm_epsilon is not between 0 and 1");
    c.epsilon = static_cast<float>(*epsilon);
    if (auto done = channels("clip.vision.image_mean", c.mean); !done) return done;
    if (auto done = channels("clip.vision.image_std", c.deviation); !done) return done;
    for (const float d : c.deviation) {
      if (!(d > 0.0f)) return bad(errc::parse, "clip.vision.image_std must be positive");
    }
    // Three sizes are told by tensors alone.
    struct {
      const char* tensor;
      std::size_t axis;
      std::uint64_t largest;
      std::size_t& out;
    } const told[] = {
        {"v.class_embd", 1, 64, c.registers},
        {"mm.model.mlp.1.weight", 1, largest_vision_hidden, c.projector},
        {"mm.model.mlp.3.weight", 1, largest_vision_hidden, c.text_width},
    };
    for (const auto& t : told) {
      const gguf_tensor* tensor = file_.find(t.tensor);
      if (tensor == nullptr) return bad(errc::not_found, "missing tensor " + inoculum::detail::quoted(t.tensor));
      if (tensor->ne[t.axis] > t.largest) {
        return bad(errc::too_large, "tensor " + inoculum::detail::quoted(t.tensor) + " has the shape " + tensor->shape());
      }
      t.out = static_cast<std::size_t>(tensor->ne[t.axis]);
    }
    return {};
  }

  result<const gguf_tensor*> tensor(const std::string& name, std::initializer_list<std::uint64_t> shape) const {
    auto found = file_.require_tensor(name, shape);
    if (found && !can_dequantise((*found)->type)) {
      return bad(errc::unsupported, "tensor " + inoculum::detail::quoted(name) + " has the type " + to_string((*found)->type) +
                                        ", which the engine does not read");
    }
    return found;
  }

  result<void> floats(const std::string& name, std::initializer_list<std::uint64_t> shape, std::vector<float>& out) const {
    const auto found = tensor(name, shape);
    if (!found) return found.error();
    out.resize(static_cast<std::size_t>((*found)->elements()));
    dequantise_row((*found)->type, (*found)->data.data(), out);
    for (const float v : out) {
      if (!std::isfinite(v)) return bad(errc::parse, "tensor " + inoculum::detail::quoted(name) + " holds a number that is not finite");
    }
    return {};
  }

  result<void> norm(const std::string& name, vision_norm& out) const {
    if (auto done = floats(name + ".weight", {out_.config.width}, out.weight); !done) return done;
    return floats(name + ".bias", {out_.config.width}, out.bias);
  }

  result<void> linear(const std::string& name, std::initializer_list<std::uint64_t> shape, std::size_t rows, bool has_bias,
                      vision_linear& out) {
    const auto found = tensor(name + ".weight", shape);
    if (!found) return found.error();
    const gguf_tensor& t = **found;
    // A convolution's kernel [x, y, channel, output] is a matrix whose rows lie one after another.
    // Quantised towers become floats: the tower is small, and a kind of kernel less is worth more here.
    packed_matrix& m = out.weight;
    m = {panel_kind::f32, rows, static_cast<std::size_t>(t.elements()) / rows, nullptr};
    aligned_bytes memory(m.total_bytes());
    if (memory.data() == nullptr) return bad(errc::too_large, "no memory for tensor " + inoculum::detail::quoted(name));
    m.bytes = memory.data();
    out_.memory.push_back(std::move(memory));
    for (std::size_t p = 0; p < m.panels(); ++p) {
      if (!pack_panel(m, p, t.type, t.data, [](std::size_t r) { return r; })) {
        return bad(errc::parse, "tensor " + inoculum::detail::quoted(name + ".weight") + " holds a number that is not finite");
      }
    }
    return has_bias ? floats(name + ".bias", {rows}, out.bias) : result<void>();
  }

  const gguf_file& file_;
  vision_weights& out_;
};

}  // namespace detail

inline result<vision_weights> vision_weights::load(const gguf_file& file) {
  vision_weights out;
  if (auto done = detail::vision_reader(file, out).read(); !done) return done.error();
  return out;
}

}  // namespace inoculum::engine
