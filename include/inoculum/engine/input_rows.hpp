// SPDX-License-Identifier: Apache-2.0
// An engine's inputs, checked, as the rows that a decoder reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../backend/token_engine.hpp"
#include "../core/result.hpp"
#include "cache/input_keys.hpp"
#include "model/decoder.hpp"
#include "quant/half.hpp"

namespace inoculum::engine {

/// Positions to be appended: tokens, and rows of pictures, which stay the caller's.
class input_rows {
 public:
  /// Those of the inputs, which are to stand behind `keep` others. Errors: `invalid_argument` (none, a token or a picture that does not
  /// fit), `budget` (more than the context).
  [[nodiscard]] result<void> gather(std::size_t keep, std::span<const engine_input> inputs, std::size_t context, const decoder_config& c) {
    const auto refuse = [](std::string what) { return failure{errc::invalid_argument, std::move(what), {}}; };
    std::size_t n = 0;
    for (const engine_input& input : inputs) n += positions_of(input);
    if (n == 0) return refuse("nothing to evaluate: logits come after at least one new position");
    if (keep + n > context) {
      return failure{errc::budget,
                     std::to_string(keep + n) + " positions are " + std::to_string(keep + n - context) + " more than the context of " +
                         std::to_string(context),
                     {}};
    }
    rows_.clear();
    pictures_.clear();
    for (const engine_input& input : inputs) {
      for (const token_id id : input.tokens) {
        if (id < 0 || static_cast<std::size_t>(id) >= c.vocabulary) return refuse("token " + std::to_string(id) + " does not exist");
        rows_.push_back({id, nullptr});
      }
      if (input.image == nullptr) continue;
      const image_embedding& picture = *input.image;
      if (picture.width != c.width || !picture.values || picture.values->size() != picture.rows * c.width) {
        return refuse("a picture of " + std::to_string(picture.rows) + " × " + std::to_string(picture.width) +
                      " values for a model of width " + std::to_string(c.width));
      }
      if (!all_finite(*picture.values)) return refuse("a picture's embedding holds a value that is not finite");
      pictures_.push_back({rows_.size(), rows_.size() + picture.rows});
      for (std::size_t r = 0; r < picture.rows; ++r) rows_.push_back({0, picture.values->data() + r * c.width});
    }
    return {};
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] std::span<const decoder::picture_span> pictures() const noexcept { return pictures_; }

  /// What writes the rows from `first` on, for `decoder::run`.
  [[nodiscard]] auto from(std::size_t first, const decoder_weights& weights) const {
    return [this, first, &weights](std::size_t i, std::span<float> row) {
      const position& p = rows_[first + i];
      if (p.row != nullptr) std::copy_n(p.row, row.size(), row.data());
      else weights.embed(static_cast<std::size_t>(p.token), row);
    };
  }

 private:
  struct position {
    token_id token = 0;
    const float* row = nullptr;  // of a picture
  };
  std::vector<position> rows_{};
  std::vector<decoder::picture_span> pictures_{};
};

}  // namespace inoculum::engine
