// SPDX-License-Identifier: Apache-2.0
// The projector that llama.cpp calls "nemotron_v2_vl": 2 × 2 pixel shuffle, RMS norm, an MLP with squared ReLU. Its tower's
// registers have no places.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "../../core/result.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

class nemotron_v2_vl_projector {
 public:
  static constexpr std::string_view name = "nemotron_v2_vl";
  static constexpr bool places_for_registers = false;

  [[nodiscard]] result<void> configure(const vision_reader& in, vision_config& c) {
    if (auto done = in.size("clip.vision.projector.scale_factor", largest_vision_grid, c.merge); !done) return done;
    if (auto done = in.extent("v.class_embd", 1, 64, c.registers); !done) return done;
    if (auto done = in.extent("mm.model.mlp.1.weight", 1, largest_vision_hidden, hidden_); !done) return done;
    return in.extent("mm.model.mlp.3.weight", 1, largest_vision_hidden, c.text_width);
  }

  [[nodiscard]] result<void> read(vision_reader& in, const vision_config& c) {
    if (auto done = in.floats("mm.model.mlp.0.weight", {c.merged_width()}, norm_); !done) return done;
    if (auto done = in.linear("mm.model.mlp.1", {c.merged_width(), hidden_}, hidden_, false, widen_); !done) return done;
    if (auto done = in.linear("mm.model.mlp.3", {hidden_, c.text_width}, c.text_width, false, project_); !done) return done;
    merged_.resize({c.positions(), c.merged_width()});
    wide_.resize({c.positions(), hidden_});
    return {};
  }

  void run(vision_machine& m, const vision_config& c, vision_rows& x, float* out) {
    m.team().each(c.positions(), 1, [&](std::size_t p) {
      float* to = row_of(merged_, p);
      shuffle_pixels(c, x, p, to);
      m.kernels().rms_norm(to, norm_.data(), c.merged_width(), 1e-6f, to);
    });
    m.product(widen_, merged_, [&](std::size_t t, std::size_t first, std::size_t n, const float* y) {
      float* to = row_of(wide_, t) + first;
      for (std::size_t i = 0; i < n; ++i) to[i] = y[i] > 0.0f ? y[i] * y[i] : 0.0f;
    });
    m.product_into(project_, wide_, out, c.text_width);
  }

 private:
  std::size_t hidden_ = 0;
  std::vector<float> norm_{};  // over merged_width
  vision_linear widen_{}, project_{};
  vision_rows merged_{}, wide_{};
};

}  // namespace inoculum::engine
