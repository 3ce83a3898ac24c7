// SPDX-License-Identifier: Apache-2.0
// What a vision tower is made of: its sizes and packed weights. SigLIP, CLIP and the ViT with registers are one graph whose
// optional parts (tokens beside the patches, norms before and after the blocks) a file has or has not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../kernels/table.hpp"
#include "../quant/word_matrix.hpp"
#include "preprocess.hpp"

namespace inoculum::engine {

/// GELU by its tanh form; quick GELU is x / (1 + exp(-1.702 x)).
enum class vision_activation { silu, gelu, quick_gelu };

/// What the file says of its tower. Sizes are positive and divide where they must.
struct vision_config {
  std::size_t image = 0;   ///< pixels a side
  std::size_t patch = 0;   ///< pixels a side
  std::size_t width = 0;   ///< of a patch's vector
  std::size_t hidden = 0;  ///< of a block's MLP
  std::size_t layers = 0;  ///< blocks that are run
  /// How many blocks stand in front of the rows that a projector reads side by side, ascending; empty or one: of the last block that is
  /// run.
  std::vector<std::size_t> features{};
  std::size_t heads = 0;
  std::size_t merge = 1;       ///< patches a side that become one position
  std::size_t registers = 0;   ///< tokens in front of the patches: CLIP's class token, a ViT's registers
  std::size_t text_width = 0;  ///< of a position: the language model's embedding width
  float epsilon = 0.0f;
  std::array<float, 3> mean{};
  std::array<float, 3> deviation{};
  vision_activation activation = vision_activation::silu;
  picture_fit fit{};

  [[nodiscard]] std::size_t grid() const noexcept { return image / patch; }
  [[nodiscard]] std::size_t patches() const noexcept { return grid() * grid(); }
  [[nodiscard]] std::size_t tokens() const noexcept { return patches() + registers; }
  [[nodiscard]] std::size_t positions() const noexcept { return patches() / (merge * merge); }
  [[nodiscard]] std::size_t merged_width() const noexcept { return width * merge * merge; }
  [[nodiscard]] std::size_t features_width() const noexcept { return width * std::max<std::size_t>(features.size(), 1); }
  [[nodiscard]] std::size_t depth() const noexcept { return width / heads; }  ///< of a head
  /// The same as attention's kernels take it: with zeros behind.
  [[nodiscard]] std::size_t padded_depth() const noexcept { return (depth() + 15) / 16 * 16; }
  /// Bytes of activations for one square: patches; what goes through the blocks, the MLP; one position's rows of a projector, features
  /// side by side; the widest of these in 16 bits, as whole pieces with their scales; keys and values in pages.
  [[nodiscard]] std::size_t scratch_bytes() const noexcept {
    const std::size_t seen = 3 * patch * patch;
    const auto pieces = [](std::size_t columns) { return (columns + word_piece - 1) / word_piece; };
    const std::size_t widest =
        std::max({patches() * pieces(seen), patches() * pieces(features_width()), tokens() * pieces(std::max(width, hidden)),
                  positions() * pieces(std::max(merged_width(), text_width))});
    const std::size_t aside = features.size() > 1 ? (tokens() + patches()) * features_width() : 0;
    return (patches() * seen + tokens() * (6 * width + hidden) + aside + positions() * (merged_width() + text_width)) * sizeof(float) +
           widest * (word_piece * sizeof(std::int16_t) + sizeof(float)) + (tokens() + key_block - 1) * heads * (4 * padded_depth() + 8);
  }
};

/// Weights [rows × columns] in 16 bits, and a bias (empty: none).
struct vision_linear {
  word_matrix weight{};
  std::vector<float> bias{};
};

/// Empty: no norm.
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
  std::vector<float> places{};     ///< tokens × width, or patches × width where registers have none
  vision_linear patches{};
  vision_norm before{};  ///< CLIP's norm in front of the blocks
  std::vector<vision_block> blocks{};
  vision_norm after{};                  ///< SigLIP's norm behind them
  std::vector<aligned_bytes> memory{};  ///< behind the packed matrices
};

}  // namespace inoculum::engine
