// SPDX-License-Identifier: Apache-2.0
// Idefics3's projector (SmolVLM's): SigLIP's patches, pixel shuffle, one matrix. The whole picture is seen as one square; the
// tiles that the model can see beside it would make a picture's positions depend on its shape, and are left out.
#pragma once

#include <cstddef>
#include <string_view>

#include "../../core/result.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

class idefics3_projector {
 public:
  static constexpr std::string_view name = "idefics3";
  static constexpr bool places_for_registers = true;

  [[nodiscard]] result<void> configure(const vision_reader& in, vision_config& c) {
    c.fit.stretched = true;
    if (auto done = in.size_if_any("clip.vision.preproc_image_size", largest_vision_edge, c.fit.longest_edge); !done) return done;
    // Files from before that key are read with another filter, in one step.
    c.fit.filter = c.fit.longest_edge > 0 ? resample_filter::lanczos : resample_filter::bicubic;
    if (auto done = in.size("clip.vision.projector.scale_factor", largest_vision_grid, c.merge); !done) return done;
    return in.extent("mm.model.fc.weight", 1, largest_vision_hidden, c.text_width);
  }

  [[nodiscard]] result<void> read(vision_reader& in, const vision_config& c) {
    if (auto done = in.linear("mm.model.fc", {c.merged_width(), c.text_width}, c.text_width, false, project_); !done) return done;
    merged_.resize({c.positions(), c.merged_width()});
    return {};
  }

  void run(vision_machine& m, const vision_config& c, vision_rows& x, float* out) {
    m.team().each(c.positions(), 1, [&](std::size_t p) { shuffle_pixels(c, x, p, row_of(merged_, p)); });
    m.product_into(project_, merged_, out, c.text_width);
  }

 private:
  vision_linear project_{};
  vision_rows merged_{};
};

}  // namespace inoculum::engine
