// SPDX-License-Identifier: Apache-2.0
// Pictures to what a language model reads in their place. Third parties: xtensor.
//
//   auto file = inoculum::gguf_file::open("mmproj.gguf").value();
//   auto eyes = inoculum::vision_tower::load(file, 2).value();
//   std::vector<float> rows = eyes.encode(picture).value();   // squares(picture) × positions() × width()
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../../core/image.hpp"
#include "../../core/result.hpp"
#include "../../prompt/chat_format.hpp"
#include "../gguf/gguf.hpp"
#include "../kernels/select.hpp"
#include "../memory.hpp"
#include "preprocess.hpp"
#include "projector_gemma3.hpp"
#include "projector_idefics3.hpp"
#include "projector_mlp.hpp"
#include "projector_nemotron_v2_vl.hpp"
#include "vision_machine.hpp"
#include "vision_weights.hpp"
#include "vit.hpp"

namespace inoculum {

namespace engine {

/// Another one is a header like theirs, and its name here: `name`, `places_for_registers`, `configure` (what it wants of its
/// tower, before that is read), `read` (its tensors), `run` (rows of the tower to positions; every thread calls it), and `layout`
/// where a model reads more of a picture than one square.
using vision_projector = std::variant<nemotron_v2_vl_projector, gemma3_projector, idefics3_projector, mlp_projector>;

namespace detail {

/// The projector of that name into `out`; false, and the names there are, when there is none.
template <std::size_t I = 0>
[[nodiscard]] bool choose_projector(std::string_view name, vision_projector& out, std::string& known) {
  if constexpr (I < std::variant_size_v<vision_projector>) {
    using projector = std::variant_alternative_t<I, vision_projector>;
    if (name == projector::name) {
      out.emplace<I>();
      return true;
    }
    known += (I == 0 ? "" : ", ") + inoculum::detail::quoted(projector::name);
    return choose_projector<I + 1>(name, out, known);
  } else {
    return false;
  }
}

}  // namespace detail
}  // namespace engine

/// A vision tower with its projector. The result is the same whatever the number of threads: every output is
/// summed in one order by one thread. Calls from several threads take turns, since they share the team.
class vision_tower {
 public:
  /// Checks every tensor of the file and packs it; the file need not outlive the tower. `threads` as for `cpu_engine`
  /// (0: as many as the machine has). Errors: not_found, parse, mismatch, unsupported, too_large; each names the key or
  /// tensor and the file.
  [[nodiscard]] static result<vision_tower> load(const gguf_file& file, int threads, const engine::kernel_table* kernels = nullptr) {
    engine::vision_weights weights;
    const engine::kernel_table& chosen = kernels != nullptr ? *kernels : *engine::usable_kernels().front();
    engine::vision_reader in(file, chosen, weights.memory);
    engine::vision_projector projector;
    const auto name = file.require_text("clip.projector_type");
    if (!name) return name.error();
    std::string known;
    if (!engine::detail::choose_projector(*name, projector, known)) {
      return in.bad(errc::unsupported, "the projector " + detail::quoted(*name) + " is not supported (these are: " + known + ")");
    }
    if (auto done = engine::read_vision_config(in, weights.config); !done) return done.error();
    auto read = std::visit(
        [&](auto& p) -> result<void> {
          if (auto done = p.configure(in, weights.config); !done) return done;
          if (auto done = engine::check_vision_config(in, weights.config); !done) return done;
          if (auto done = in.fits_memory(); !done) return done;
          if (auto done = engine::read_vision_weights(in, weights, p.places_for_registers); !done) return done;
          if (auto fits = engine::check_scratch(weights.config.scratch_bytes(), file); !fits) return std::move(fits).error();
          return p.read(in, weights.config);
        },
        projector);
    if (!read) return read.error();
    auto made = std::make_unique<state>(std::move(weights), std::move(projector), chosen, threads);
    if (!made->tower.reserve(made->weights.config)) return in.bad(errc::too_large, "the system has no memory left for its keys and values");
    return vision_tower(std::move(made));
  }

  /// Positions that one square takes in the sequence, and floats of each.
  [[nodiscard]] std::size_t positions() const noexcept { return config().positions(); }
  [[nodiscard]] std::size_t width() const noexcept { return config().text_width; }
  [[nodiscard]] const engine::vision_config& config() const noexcept { return state_->weights.config; }

  /// Squares that are seen of a picture: its tiles, row by row, where the model wants some, and the whole picture last.
  [[nodiscard]] std::size_t squares(const image& picture) const noexcept { return grid(picture).squares(); }

  /// What the language model reads for a picture: each image segment is the next square, and what stands around is the model's own.
  [[nodiscard]] std::vector<segment> layout(const image& picture) const {
    return std::visit(
        [&](const auto& projector) -> std::vector<segment> {
          if constexpr (requires { projector.layout(grid(picture)); }) return projector.layout(grid(picture));
          else return {{segment::kind::image, {}, {}}};
        },
        state_->projector);
  }

  /// squares() × positions() × width() floats, row by row. Errors: invalid_argument (an empty picture).
  [[nodiscard]] result<std::vector<float>> encode(const image& picture) const { return see(picture, true); }
  /// The same of the last square alone, the whole picture.
  [[nodiscard]] result<std::vector<float>> encode_whole(const image& picture) const { return see(picture, false); }

 private:
  struct state {
    state(engine::vision_weights w, engine::vision_projector p, const engine::kernel_table& k, int threads)
        : weights(std::move(w)), projector(std::move(p)), machine(k, threads), tower(weights.config, machine.team().size()) {}

    engine::vision_weights weights;
    engine::vision_projector projector;
    engine::vision_machine machine;
    engine::vit tower;
    std::mutex turn{};
  };

  [[nodiscard]] engine::picture_grid grid(const image& picture) const noexcept {
    if (picture.empty()) return {};
    return engine::grid_of(picture.width(), picture.height(), static_cast<int>(config().image), config().fit);
  }

  [[nodiscard]] result<std::vector<float>> see(const image& picture, bool with_tiles) const {
    if (picture.empty()) return failure{errc::invalid_argument, "an empty image cannot be encoded", {}};
    const std::lock_guard lock(state_->turn);
    const engine::fitted_picture fitted =
        engine::fit_picture(picture, static_cast<int>(config().image), config().fit, &state_->machine.team());
    const std::size_t tiles = with_tiles ? fitted.grid.squares() - 1 : 0, columns = static_cast<std::size_t>(fitted.grid.columns);
    std::vector<float> out((tiles + 1) * positions() * width());
    for (std::size_t i = 0; i <= tiles; ++i) {
      if (i < tiles) state_->tower.cut(config(), fitted.tiles, i % columns * config().image, i / columns * config().image);
      else state_->tower.cut(config(), fitted.whole, 0, 0);
      float* rows = out.data() + i * positions() * width();
      std::visit(
          [&](auto& projector) {
            state_->machine.team().run([&](std::size_t thread) {
              engine::vision_rows& x = state_->tower.run(state_->machine, state_->weights, thread);
              projector.run(state_->machine, config(), x, rows);
            });
          },
          state_->projector);
    }
    return out;
  }

  explicit vision_tower(std::unique_ptr<state> made) : state_(std::move(made)) {}

  std::unique_ptr<state> state_;  // const calls change its scratch, one at a time
};

}  // namespace inoculum
