// SPDX-License-Identifier: Apache-2.0
// LLaVA 1.5's projector: the patches of the block that the file names, two matrices with GELU between. The class token stands in
// front, as CLIP was trained; llama.cpp puts it behind the patches, which shifts their places by one (its issue 25814).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../../core/result.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

class mlp_projector {
 public:
  static constexpr std::string_view name = "mlp";
  static constexpr bool places_for_registers = true;

  [[nodiscard]] result<void> configure(const vision_reader& in, vision_config& c) {
    for (const char* tensor : {"mm.3.weight", "model.image_newline"}) {
      if (in.has(tensor)) return in.bad(errc::unsupported, std::string("a projector with the tensor ") + tensor + " is not LLaVA 1.5's");
    }
    if (in.file().integers("clip.vision.image_grid_pinpoints")) {
      return in.bad(errc::unsupported, "clip.vision.image_grid_pinpoints is not supported with the projector \"mlp\"");
    }
    if (c.registers > 1) return in.bad(errc::mismatch, "tensor \"v.class_embd\" holds more than one token");
    if (auto done = choose_features(in, c); !done) return done;
    c.fit.colour = {122, 116, 104};  // CLIP's mean
    if (auto done = in.extent("mm.0.weight", 1, largest_vision_hidden, hidden_); !done) return done;
    return in.extent("mm.2.weight", 1, largest_vision_hidden, c.text_width);
  }

  [[nodiscard]] result<void> read(vision_reader& in, const vision_config& c) {
    if (auto done = in.linear("mm.0", {c.features_width(), hidden_}, hidden_, true, widen_); !done) return done;
    if (auto done = in.linear("mm.2", {hidden_, c.text_width}, c.text_width, true, project_); !done) return done;
    patches_.resize({c.patches(), c.features_width()});
    wide_.resize({c.patches(), hidden_});
    return {};
  }

  void run(vision_machine& m, const vision_config& c, vision_rows& x, float* out) {
    m.team().each(c.patches(), 8, [&](std::size_t p) { std::copy_n(row_of(x, c.registers + p), c.features_width(), row_of(patches_, p)); });
    m.activated_product(widen_, patches_, vision_activation::gelu, wide_);
    m.product_into(project_, wide_, out, c.text_width);
  }

 private:
  /// Which blocks are run and read, as llama.cpp does: up to the deepest that the file names; all but the last that it counts where it
  /// names none. Counted from 1, so that the last block is `block_count`; 0 is what stands in front of the first.
  [[nodiscard]] static result<void> choose_features(const vision_reader& in, vision_config& c) {
    constexpr std::string_view key = "clip.vision.feature_layer";
    const auto named = in.file().integers(key);
    for (const gguf_value& v : in.file().metadata()) {
      if (v.key == key && !named)
        return in.bad(errc::parse, "key \"" + std::string(key) + "\" is " + v.describe() + ", wanted an array of integers");
    }
    for (std::size_t i = 0; named && i < named->size(); ++i) {
      const std::int64_t layer = (*named)[i];
      if (layer < 0 || static_cast<std::uint64_t>(layer) > c.layers) {
        return in.bad(errc::unsupported, std::string(key) + " is " + std::to_string(layer) + ", from 0 to clip.vision.block_count, " +
                                             std::to_string(c.layers) + ", can be");
      }
      const auto block = static_cast<std::size_t>(layer);
      if (std::find(c.features.begin(), c.features.end(), block) == c.features.end()) c.features.push_back(block);
    }
    std::sort(c.features.begin(), c.features.end());
    if (c.features.empty() && c.layers < 2) return in.bad(errc::unsupported, "clip.vision.block_count is 1, and the last block is not run");
    c.layers = c.features.empty() ? c.layers - 1 : c.features.back();
    return {};
  }

  std::size_t hidden_ = 0;
  vision_linear widen_{}, project_{};
  vision_rows patches_{}, wide_{};
};

}  // namespace inoculum::engine
