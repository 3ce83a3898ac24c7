// SPDX-License-Identifier: Apache-2.0
// Gemma 3's projector (MedGemma's too): SigLIP's patches averaged merge × merge, an RMS norm, one matrix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "../../core/result.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

class gemma3_projector {
 public:
  static constexpr std::string_view name = "gemma3";
  static constexpr bool places_for_registers = true;

  [[nodiscard]] result<void> configure(const vision_reader& in, vision_config& c) {
    c.fit.filter = resample_filter::bilinear;
    c.merge = 4;  // what every size of the family has; only test models say another
    if (auto done = in.size_if_any("clip.vision.projector.scale_factor", largest_vision_grid, c.merge); !done) return done;
    return in.extent("mm.input_projection.weight", 0, largest_vision_hidden, c.text_width);
  }

  [[nodiscard]] result<void> read(vision_reader& in, const vision_config& c) {
    // The converter has added the 1 that Gemma's norms leave out.
    if (auto done = in.floats("mm.soft_emb_norm.weight", {c.width}, norm_); !done) return done;
    if (auto done = in.turned("mm.input_projection", c.width, c.text_width, project_); !done) return done;
    pooled_.resize({c.positions(), c.width});
    return {};
  }

  void run(vision_machine& m, const vision_config& c, vision_rows& x, float* out) {
    const std::size_t side = c.grid() / c.merge;
    const float share = 1.0f / static_cast<float>(c.merge * c.merge);
    m.team().each(c.positions(), 1, [&](std::size_t p) {
      float* to = row_of(pooled_, p);
      std::fill_n(to, c.width, 0.0f);
      for (std::size_t k = 0; k < c.merge * c.merge; ++k) {
        const std::size_t patch = (p / side * c.merge + k / c.merge) * c.grid() + p % side * c.merge + k % c.merge;
        add_to(to, row_of(x, c.registers + patch), c.width);
      }
      for (std::size_t i = 0; i < c.width; ++i) to[i] *= share;
      m.kernels().rms_norm(to, norm_.data(), c.width, c.epsilon, to);
    });
    m.product_into(project_, pooled_, out, c.text_width);
  }

 private:
  std::vector<float> norm_{};
  vision_linear project_{};
  vision_rows pooled_{};
};

}  // namespace inoculum::engine
