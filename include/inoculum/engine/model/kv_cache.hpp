// SPDX-License-Identifier: Apache-2.0
// Keys and values of one sequence in float16, in pages of 64 positions that hold every layer and head.
// Within a page a head's keys lie 16 positions side by side, component by component, so that scores
// come out as lanes; values lie position by position, so that their weighted sum does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "../kernels/table.hpp"
#include "../quant/half.hpp"
#include "../quant/packed_matrix.hpp"

namespace inoculum::engine {

class kv_cache {
 public:
  kv_cache(std::size_t layers, std::size_t heads, std::size_t head_width) : heads_(heads), head_width_(head_width) {
    page_bytes_ = layers * heads * 2 * part() * sizeof(std::uint16_t);
  }

  /// Makes room for `positions`; false when the system has no memory left.
  [[nodiscard]] bool reserve(std::size_t positions) {
    while (pages_.size() * key_block < positions) {
      aligned_bytes page(page_bytes_);
      if (page.data() == nullptr) return false;
      std::memset(page.data(), 0, page_bytes_);  // masked positions are multiplied by 0, so they must be finite
      pages_.push_back(std::move(page));
    }
    return true;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return pages_.size() * page_bytes_; }

  /// Keys of a page: 4 strips of [head_width][16 positions].
  [[nodiscard]] std::uint16_t* keys(std::size_t layer, std::size_t head, std::size_t page) noexcept {
    return reinterpret_cast<std::uint16_t*>(pages_[page].data()) + (layer * heads_ + head) * 2 * part();
  }
  /// Values of a page: [64 positions][head_width].
  [[nodiscard]] std::uint16_t* values(std::size_t layer, std::size_t head, std::size_t page) noexcept {
    return keys(layer, head, page) + part();
  }

  /// Stores one position of one head.
  void store(std::size_t layer, std::size_t head, std::size_t position, const float* key, const float* value) noexcept {
    const std::size_t page = position / key_block;
    const std::size_t at = position % key_block;
    std::uint16_t* k = keys(layer, head, page) + at / 16 * 16 * head_width_ + at % 16;
    std::uint16_t* v = values(layer, head, page) + at * head_width_;
    for (std::size_t i = 0; i < head_width_; ++i) k[16 * i] = float_to_half(key[i]);
    for (std::size_t i = 0; i < head_width_; ++i) v[i] = float_to_half(value[i]);
  }

 private:
  [[nodiscard]] std::size_t part() const noexcept { return key_block * head_width_; }

  std::size_t heads_;
  std::size_t head_width_;
  std::size_t page_bytes_ = 0;
  std::vector<aligned_bytes> pages_{};
};

}  // namespace inoculum::engine
