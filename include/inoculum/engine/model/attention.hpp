// SPDX-License-Identifier: Apache-2.0
// Causal attention of some query rows to one head of the cache, block by block with a running softmax.
// Blocks begin at position 0 and have a fixed size, and a row sees nothing of its neighbours: its result
// is the same alone, in a batch, and whoever computes it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../kernels/table.hpp"
#include "kv_cache.hpp"

namespace inoculum::engine {

inline constexpr std::size_t attention_rows = 48;        ///< rows that share a read of keys and values
inline constexpr std::size_t attention_max_width = 512;  ///< of a head

/// The rows a task works on, and its results; about 220 KB for the widest head, one a thread.
struct attention_scratch {
  float query[attention_rows * attention_max_width];  ///< already times log2(e) / sqrt(width)
  float result[attention_rows * attention_max_width];
  float scores[attention_rows * key_block];
  float maximum[attention_rows];
  float sum[attention_rows];
  std::size_t positions[attention_rows];  ///< of each row, ascending; a row attends to positions up to its own
};

/// `s.query` (rows × width, packed) and `s.positions` in, `s.result` out. A row sees the last `window` positions up to its
/// own; 0: all of them.
inline void attend(const kernel_table& kernels, kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width, std::size_t rows,
                   std::size_t window, attention_scratch& s) noexcept {
  for (std::size_t r = 0; r < rows; ++r) {
    s.maximum[r] = -1e30f;  // finite, so that the first step's difference is
    s.sum[r] = 0.0f;
  }
  for (std::size_t i = 0; i < rows * width; ++i) s.result[i] = 0.0f;
  const auto lowest = [&](std::size_t r) { return window != 0 && s.positions[r] >= window ? s.positions[r] - window + 1 : 0; };
  std::size_t first = 0;  // rows before it have no position left in this block
  std::size_t last = 0;   // rows from it on see nothing of this block yet
  for (std::size_t block = lowest(0) / key_block; block * key_block <= s.positions[rows - 1]; ++block) {
    const std::size_t begin = block * key_block;
    while (s.positions[first] < begin) ++first;
    while (last < rows && lowest(last) < begin + key_block) ++last;
    const std::size_t n = last - first;
    const std::uint16_t* keys = cache.keys(layer, head, block);
    const std::uint16_t* values = cache.values(layer, head, block);
    float* scores = s.scores + first * key_block;
    float* result = s.result + first * width;
    for (std::size_t i = 0; i < n * key_block; ++i) scores[i] = 0.0f;
    const std::size_t most = s.positions[last - 1] - begin + 1 < key_block ? s.positions[last - 1] - begin + 1 : key_block;
    for (std::size_t strip = 0; strip * 16 < most; ++strip) {
      kernels.f16_tile(s.query + first * width, width, keys + strip * 16 * width, 16, width, n, scores + strip * 16, key_block);
    }
    for (std::size_t r = first; r < last; ++r) {
      const std::size_t valid = s.positions[r] - begin + 1 < key_block ? s.positions[r] - begin + 1 : key_block;
      // At least one score of a row's first block counts, so what is masked here weighs nothing.
      for (std::size_t i = 0; begin + i < lowest(r); ++i) s.scores[r * key_block + i] = -1e30f;
      kernels.softmax_step(s.scores + r * key_block, valid, s.maximum[r], s.sum[r], s.result + r * width, width);
    }
    for (std::size_t column = 0; column < width; column += 16) {
      kernels.f16_tile(scores, key_block, values + column, width, most, n, result + column, width);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const float share = 1.0f / s.sum[r];
    for (std::size_t i = 0; i < width; ++i) s.result[r * width + i] *= share;
  }
}

}  // namespace inoculum::engine
