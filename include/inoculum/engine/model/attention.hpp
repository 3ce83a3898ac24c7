// SPDX-License-Identifier: Apache-2.0
// Attention of some query rows to one head of the cache. Positions come in segments that begin at position 0 and have a fixed size;
// within one, block by block with a running softmax; segments are then merged, ascending. A row sees nothing of its neighbours and
// a segment nothing of the others: a result is the same alone, in a batch, and however the segments are shared among threads
// (Dao et al., 2023, split so for decoding, but by the number of threads).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "../kernels/table.hpp"
#include "kv_cache.hpp"

namespace inoculum::engine {

inline constexpr std::size_t attention_rows = 48;        ///< rows that share a read of keys and values
inline constexpr std::size_t attention_max_width = 512;  ///< of a head
inline constexpr std::size_t attention_segment = 256;    ///< positions; whole blocks

/// What a row has gathered of one or several segments: result / sum is its attention to them.
struct attention_part {
  float* result = nullptr;  ///< [width]
  float maximum = -1e30f;   ///< of the scores; finite, so that differences are
  float sum = 0.0f;
};

/// The rows a task works on, and its results; about 330 KB for the widest head, one a thread.
struct alignas(64) attention_scratch {
  float query[attention_rows * attention_max_width];  ///< already times log2(e) / sqrt(width)
  float result[attention_rows * attention_max_width];
  float segment[attention_rows * attention_max_width];  ///< the result of the segment at hand
  float scores[attention_rows * key_block];
  std::int8_t query_bytes[attention_rows * attention_max_width];  ///< for keys in 8 bits: the query in 8 bits, as activations are
  float query_scales[attention_rows * attention_max_width / block_columns];
  float query_sums[attention_rows * attention_max_width / block_columns];
  std::int32_t query_totals[attention_rows * attention_max_width / block_columns];
  std::int32_t query_halves[attention_rows * attention_max_width / block_columns];
  attention_part whole[attention_rows];
  float maximum[attention_rows];          ///< of the segment's scores
  float sum[attention_rows];              ///< of their weights
  std::size_t positions[attention_rows];  ///< the last one that each row sees, ascending
  std::size_t lowest[attention_rows];     ///< the first one, ascending

  [[nodiscard]] attention_part part(std::size_t row, std::size_t width) noexcept { return {segment + row * width, maximum[row], sum[row]}; }
};

/// Rows first … last - 1.
struct row_range {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Before `attend_segment`: queries as keys of this type want them.
inline void quantise_queries(const kernel_table& kernels, const kv_cache& cache, std::size_t width, std::size_t rows,
                             attention_scratch& s) noexcept {
  if (cache.type() != kv_type::q8) return;
  const std::size_t blocks = width / block_columns;
  kernels.quantise(s.query, rows * blocks, s.query_bytes, s.query_scales, s.query_sums, s.query_totals, s.query_halves);
}

/// Scores of rows first … first + n - 1 with the positions of a page, as many strips of 16 as are asked for.
inline void score(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                  std::size_t page, std::size_t strips, std::size_t first, std::size_t n, attention_scratch& s) noexcept {
  float* scores = s.scores + first * key_block;
  if (cache.type() == kv_type::f16) {
    kernels.f16_tile(s.query + first * width, width, cache.half_keys(layer, head, page), 16, 16 * width, width, n, strips, scores,
                     key_block, true);
    return;
  }
  const std::size_t blocks = width / block_columns, at = first * blocks;
  const activation_view queries{s.query_bytes + first * width, s.query_scales + at, s.query_sums + at,
                                s.query_totals + at,           s.query_halves + at, blocks};
  float y[2 * attention_rows * panel_rows];
  for (std::size_t strip = 0; strip < strips; strip += 2) {
    const std::uint8_t* panel = cache.key_panel(layer, head, page, strip);
    const std::size_t both = std::min<std::size_t>(2, strips - strip);
    if (both == 2) kernels.quantised_pair(panel_kind::q8, panel, cache.key_panel(layer, head, page, strip + 1), queries, n, y);
    else kernels.quantised_panel(panel_kind::q8, panel, queries, n, y);
    for (std::size_t i = 0; i < both; ++i)
      for (std::size_t r = 0; r < n; ++r)
        std::copy_n(y + (i * n + r) * panel_rows, panel_rows, scores + r * key_block + (strip + i) * panel_rows);
  }
}

/// Adds weights (in `s.scores`) times values of a page to the segment's results.
inline void add_values(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                       std::size_t page, std::size_t positions, std::size_t first, std::size_t n, attention_scratch& s) noexcept {
  const float* weights = s.scores + first * key_block;
  float* out = s.segment + first * width;
  if (cache.type() == kv_type::f16) {
    kernels.f16_tile(weights, key_block, cache.half_values(layer, head, page), width, 16, positions, n, width / 16, out, width, false);
  } else {
    kernels.byte_values(weights, cache.value_scales(layer, head, page), cache.byte_values(layer, head, page), positions, n, width / 16, out,
                        width);
  }
}

/// `s.query` (rows × width, packed), `s.positions` and `s.lowest` in, `s.part()` out for the rows returned: those that see something
/// of the segment.
inline row_range attend_segment(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                                std::size_t rows, std::size_t segment, attention_scratch& s) noexcept {
  const std::size_t from = segment * attention_segment;
  row_range seen{0, rows};
  while (seen.first < rows && s.positions[seen.first] < from) ++seen.first;
  while (seen.last > seen.first && s.lowest[seen.last - 1] >= from + attention_segment) --seen.last;
  if (seen.first == seen.last) return seen;
  std::fill(s.maximum + seen.first, s.maximum + seen.last, -1e30f);
  std::fill(s.sum + seen.first, s.sum + seen.last, 0.0f);
  std::fill_n(s.segment + seen.first * width, (seen.last - seen.first) * width, 0.0f);

  const std::size_t end = std::min(from + attention_segment, s.positions[seen.last - 1] + 1);
  row_range now{seen.first, seen.first};  // rows before it have no position left in this block, those behind it none yet
  for (std::size_t begin = std::max(from, s.lowest[seen.first] / key_block * key_block); begin < end; begin += key_block) {
    while (s.positions[now.first] < begin) ++now.first;
    while (now.last < seen.last && s.lowest[now.last] < begin + key_block) ++now.last;
    const std::size_t n = now.last - now.first;
    const std::size_t page = begin / key_block;
    const std::size_t most = std::min(s.positions[now.last - 1] - begin + 1, key_block);
    score(kernels, cache, layer, head, width, page, (most + 15) / 16, now.first, n, s);
#if defined(__GNUC__) || defined(__clang__)  // here, since gcc 12 drops calls of a function that does nothing else
    // The next block is asked for: what a head keeps in a page stands alone, where no prefetcher of the processor expects it.
    constexpr std::size_t line = 64;
    const std::size_t lines = begin + key_block <= s.positions[rows - 1] ? cache.head_bytes() / line : 0;
    for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(cache.key_panel(layer, head, page + 1, 0) + line * i, 0, 3);
#endif
    std::size_t valid[attention_rows];
    for (std::size_t r = now.first; r < now.last; ++r) {
      // At least one score of a row's first block counts, so what is masked here weighs nothing.
      for (std::size_t i = 0; begin + i < s.lowest[r]; ++i) s.scores[r * key_block + i] = -1e30f;
      valid[r - now.first] = std::min(s.positions[r] - begin + 1, key_block);
    }
    kernels.softmax_step(s.scores + now.first * key_block, key_block, valid, n, s.maximum + now.first, s.sum + now.first,
                         s.segment + now.first * width, width);
    add_values(kernels, cache, layer, head, width, page, most, now.first, n, s);
  }
  return seen;
}

/// Takes a part into `sum`.
inline void merge(const kernel_table& kernels, attention_part& sum, const attention_part& part, std::size_t width) noexcept {
  kernels.softmax_merge(part.result, part.maximum, part.sum, sum.result, sum.maximum, sum.sum, width);
}

/// Weighted values become attention.
inline void normalise(const attention_part& whole, std::size_t width) noexcept {
  const float share = 1.0f / whole.sum;
  for (std::size_t i = 0; i < width; ++i) whole.result[i] *= share;
}

/// All segments: `s.result` out, normalised.
inline void attend(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                   std::size_t rows, attention_scratch& s) noexcept {
  for (std::size_t r = 0; r < rows; ++r) s.whole[r] = {s.result + r * width};
  std::fill_n(s.result, rows * width, 0.0f);
  quantise_queries(kernels, cache, width, rows, s);
  for (std::size_t segment = s.lowest[0] / attention_segment; segment * attention_segment <= s.positions[rows - 1]; ++segment) {
    const row_range seen = attend_segment(kernels, cache, layer, head, width, rows, segment, s);
    for (std::size_t r = seen.first; r < seen.last; ++r) merge(kernels, s.whole[r], s.part(r, width), width);
  }
  for (std::size_t r = 0; r < rows; ++r) normalise(s.whole[r], width);
}

/// The first of the last `window` positions up to `position`; 0: all of them.
[[nodiscard]] constexpr std::size_t lowest_seen(std::size_t position, std::size_t window) noexcept {
  return window != 0 && position >= window ? position - window + 1 : 0;
}
/// The same for rows that see the last `window` positions up to `s.positions`.
inline void attend(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                   std::size_t rows, std::size_t window, attention_scratch& s) noexcept {
  for (std::size_t r = 0; r < rows; ++r) s.lowest[r] = lowest_seen(s.positions[r], window);
  attend(kernels, cache, layer, head, width, rows, s);
}

}  // namespace inoculum::engine
