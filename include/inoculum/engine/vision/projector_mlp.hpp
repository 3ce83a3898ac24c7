// SPDX-License-Identifier: Apache-2.0
// LLaVA 1.5's projector: the patches of CLIP's last block but one, two matrices with GELU between. The class token stands in
// front, as CLIP was trained; llama.cpp puts it behind the patches, which shifts their places by one (its issue 25814).
#pragma once

#include <algorithm>
#include <cstddef>
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
    if (in.file().integers("clip.vision.feature_layer") || in.file().integers("clip.vision.image_grid_pinpoints")) {
      return in.bad(errc::unsupported, "clip.vision.feature_layer and image_grid_pinpoints are not supported with the projector \"mlp\"");
    }
    if (c.registers > 1) return in.bad(errc::mismatch, "tensor \"v.class_embd\" holds more than one token");
    if (c.layers < 2) return in.bad(errc::unsupported, "clip.vision.block_count is 1, and the last block is not run");
    --c.layers;
    c.fit.colour = {122, 116, 104};  // CLIP's mean
    if (auto done = in.extent("mm.0.weight", 1, largest_vision_hidden, hidden_); !done) return done;
    return in.extent("mm.2.weight", 1, largest_vision_hidden, c.text_width);
  }

  [[nodiscard]] result<void> read(vision_reader& in, const vision_config& c) {
    if (auto done = in.linear("mm.0", {c.width, hidden_}, hidden_, true, widen_); !done) return done;
    if (auto done = in.linear("mm.2", {hidden_, c.text_width}, c.text_width, true, project_); !done) return done;
    patches_.resize({c.patches(), c.width});
    wide_.resize({c.patches(), hidden_});
    return {};
  }

  void run(vision_machine& m, const vision_config& c, vision_rows& x, float* out) {
    m.team().each(c.patches(), 8, [&](std::size_t p) { std::copy_n(row_of(x, c.registers + p), c.width, row_of(patches_, p)); });
    m.activated_product(widen_, patches_, vision_activation::gelu, wide_);
    m.product_into(project_, wide_, out, c.text_width);
  }

 private:
  std::size_t hidden_ = 0;
  vision_linear widen_{}, project_{};
  vision_rows patches_{}, wide_{};
};

}  // namespace inoculum::engine
