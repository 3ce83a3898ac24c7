// SPDX-License-Identifier: Apache-2.0
// Attention of some query rows to one head of the cache. Positions come in segments that begin at position 0 and have a fixed size;
// within one, block by block with a running softmax; segments are then merged, ascending. A row sees nothing of its neighbours and
// a segment nothing of the others: a result is the same alone, in a batch, and however the segments are shared among threads
// (Dao et al., 2023, split so for decoding, but by the number of threads).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../kernels/table.hpp"
#include "kv_cache.hpp"

namespace inoculum::engine {

inline constexpr std::size_t attention_rows = 48;      ///< rows that share a read of keys and values
inline constexpr std::size_t attention_segment = 256;  ///< positions; whole blocks

/// What a row has gathered of one or several segments: result / sum is its attention to them.
struct attention_part {
  float* result = nullptr;  ///< [width]
  float maximum = -1e30f;   ///< of the scores; finite, so that differences are
  float sum = 0.0f;
};
/// The same for the rows of a task.
struct alignas(64) attention_parts {
  float result[attention_rows * widest_head];  ///< rows × width, packed
  float maximum[attention_rows];
  float sum[attention_rows];

  void clear(std::size_t first, std::size_t last, std::size_t width) noexcept {
    std::fill(maximum + first, maximum + last, attention_part{}.maximum);
    std::fill(sum + first, sum + last, 0.0f);
    std::memset(result + first * width, 0, (last - first) * width * sizeof(float));
  }
};

/// The rows a task works on, and its results; about 380 KB for the widest head, one a thread.
struct alignas(64) attention_scratch {
  float query[attention_rows * widest_head];  ///< already times log2(e) / sqrt(width)
  attention_parts whole;
  attention_parts segment;                                 ///< of the segment at hand
  std::int16_t query_words[attention_rows * widest_head];  ///< for keys in 16 bits
  float query_word_scales[attention_rows];
  std::int8_t query_bytes[attention_rows * widest_head];  ///< for keys in 8 bits: the query in 8 bits, as activations are
  float query_scales[attention_rows * widest_head / block_columns];
  float query_sums[attention_rows * widest_head / block_columns];
  std::int32_t query_totals[attention_rows * widest_head / block_columns];
  std::int32_t query_halves[attention_rows * widest_head / block_columns];
  std::size_t positions[attention_rows];  ///< the last one that each row sees, ascending
  std::size_t lowest[attention_rows];     ///< the first one, ascending
};

/// Rows first … last - 1.
struct row_range {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Before `attend_segment`: queries as keys of this type want them.
inline void quantise_queries(const kernel_table& kernels, const kv_cache& cache, std::size_t width, std::size_t rows,
                             attention_scratch& s) noexcept {
  if (cache.type() == kv_type::q16) {
    for (std::size_t r = 0; r < rows; ++r) {
      const float scale = kernels.quantise_words(s.query + r * width, width, s.query_words + r * width);
      s.query_word_scales[r] = scale > 0.0f ? scale : 1.0f;  // of zeros: any but 0, which would make what is masked a NaN
    }
    return;
  }
  const std::size_t blocks = width / block_columns;
  kernels.quantise(s.query, rows * blocks, s.query_bytes, s.query_scales, s.query_sums, s.query_totals, s.query_halves);
}

/// `s.query` (rows × width, packed), `s.positions` and `s.lowest` in, `to` out for the rows returned: those that see something of the
/// segment.
inline row_range attend_segment(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                                std::size_t rows, std::size_t segment, attention_scratch& s, attention_parts& to) noexcept {
  const std::size_t from = segment * attention_segment;
  row_range seen{0, rows};
  while (seen.first < rows && s.positions[seen.first] < from) ++seen.first;
  while (seen.last > seen.first && s.lowest[seen.last - 1] >= from + attention_segment) --seen.last;
  if (seen.first == seen.last) return seen;
  to.clear(seen.first, seen.last, width);

  const std::size_t end = std::min(from + attention_segment, s.positions[seen.last - 1] + 1);
  row_range now{seen.first, seen.first};  // rows before it have no position left in this block, those behind it none yet
  for (std::size_t begin = std::max(from, s.lowest[seen.first] / key_block * key_block); begin < end; begin += key_block) {
    while (s.positions[now.first] < begin) ++now.first;
    while (now.last < seen.last && s.lowest[now.last] < begin + key_block) ++now.last;
    const std::size_t n = now.last - now.first;
    const std::size_t page = begin / key_block;
    std::size_t first_seen[attention_rows], end_seen[attention_rows];
    const bool whole = s.lowest[now.last - 1] <= begin && s.positions[now.first] + 1 >= begin + key_block;  // as mostly
    for (std::size_t r = now.first; !whole && r < now.last; ++r) {
      first_seen[r - now.first] = std::max(s.lowest[r], begin) - begin;
      end_seen[r - now.first] = std::min(s.positions[r] - begin + 1, key_block);
    }
    const auto step = [&](auto kernel, auto of, const auto& queries) {
      // The next block is asked for: what a head keeps in a page stands alone, where no prefetcher of the processor expects it.
      if (begin + key_block <= s.positions[rows - 1]) {
        of.next = cache.head_of(layer, head, page + 1);
        of.next_bytes = cache.head_bytes();
      }
      kernel(of, queries, whole ? seen_positions{} : seen_positions{first_seen, end_seen}, n, to.maximum + now.first, to.sum + now.first,
             to.result + now.first * width);
    };
    if (cache.type() == kv_type::q16) {
      step(kernels.word_attention, cache.words_of(layer, head, page),
           word_view{s.query_words + now.first * width, s.query_word_scales + now.first, width});
    } else {
      const std::size_t blocks = width / block_columns, at = now.first * blocks;
      step(kernels.byte_attention, cache.bytes_of(layer, head, page),
           activation_view{s.query_bytes + now.first * width, s.query_scales + at, s.query_sums + at, s.query_totals + at,
                           s.query_halves + at, blocks});
    }
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
  for (std::size_t i = 0; i < width; i += 16) {
    for (std::size_t k = 0; k < 16; ++k) whole.result[i + k] *= share;  // a length that compilers know is a vector's
  }
}

/// All segments: `s.whole.result` out, normalised.
inline void attend(const kernel_table& kernels, const kv_cache& cache, std::size_t layer, std::size_t head, std::size_t width,
                   std::size_t rows, attention_scratch& s) noexcept {
  quantise_queries(kernels, cache, width, rows, s);
  const std::size_t first = s.lowest[0] / attention_segment;
  // The first segment is the whole so far: merged into nothing, it would be the same.
  const row_range begun = attend_segment(kernels, cache, layer, head, width, rows, first, s, s.whole);
  s.whole.clear(begun.last, rows, width);
  for (std::size_t segment = first + 1; segment * attention_segment <= s.positions[rows - 1]; ++segment) {
    const row_range seen = attend_segment(kernels, cache, layer, head, width, rows, segment, s, s.segment);
    for (std::size_t r = seen.first; r < seen.last; ++r)
      kernels.softmax_merge(s.segment.result + r * width, s.segment.maximum[r], s.segment.sum[r], s.whole.result + r * width,
                            s.whole.maximum[r], s.whole.sum[r], width);
  }
  for (std::size_t r = 0; r < rows; ++r) normalise({s.whole.result + r * width, s.whole.maximum[r], s.whole.sum[r]}, width);
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
