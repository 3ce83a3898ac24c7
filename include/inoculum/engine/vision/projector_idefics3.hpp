// SPDX-License-Identifier: Apache-2.0
// Idefics3's projector (SmolVLM's): SigLIP's patches, pixel shuffle, one matrix. A picture is cut to tiles, each of which is seen
// like a picture, and then seen whole; words of the model's own stand between.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/result.hpp"
#include "../../prompt/chat_format.hpp"
#include "vision_config.hpp"
#include "vision_machine.hpp"
#include "vision_reader.hpp"

namespace inoculum::engine {

class idefics3_projector {
 public:
  static constexpr std::string_view name = "idefics3";
  static constexpr bool places_for_registers = true;

  [[nodiscard]] result<void> configure(const vision_reader& in, vision_config& c) {
    c.fit.tiled = true;
    if (auto done = in.size_if_any("clip.vision.preproc_image_size", largest_tile_edge, c.fit.longest_edge); !done) return done;
    if (c.fit.longest_edge > c.image * largest_tile_grid) {
      return in.bad(errc::unsupported, "clip.vision.preproc_image_size is " + std::to_string(c.fit.longest_edge) + ", more than " +
                                           std::to_string(largest_tile_grid) + " tiles of " + std::to_string(c.image) + " pixels");
    }
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

  /// What the language model reads for a picture; an image segment stands for the next square.
  [[nodiscard]] static std::vector<segment> layout(const picture_grid& grid) {
    constexpr std::string_view border = "<fake_token_around_image>";
    std::vector<segment> out;
    for (int y = 1; y <= grid.rows; ++y) {
      for (int x = 1; x <= grid.columns; ++x) {
        inoculum::detail::add_control(out, border);
        inoculum::detail::add_control(out, "<row_" + std::to_string(y) + "_col_" + std::to_string(x) + ">");
        out.push_back({segment::kind::image, {}, {}});
      }
      inoculum::detail::add_text(out, y < grid.rows ? "\n" : "\n\n");
    }
    inoculum::detail::add_control(out, border);
    inoculum::detail::add_control(out, "<global-img>");
    out.push_back({segment::kind::image, {}, {}});
    inoculum::detail::add_control(out, border);
    return out;
  }

 private:
  vision_linear project_{};
  vision_rows merged_{};
};

}  // namespace inoculum::engine
