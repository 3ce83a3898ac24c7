// SPDX-License-Identifier: Apache-2.0
// Keys and values of one sequence in float16, in pages of 64 positions that hold every layer and head.
// Within a page a head's keys lie 16 positions side by side, component by component, so that scores
// come out as lanes; values lie position by position, so that their weighted sum does.
// Pages are shared between sequences that begin alike; whoever writes into a shared one gets a copy first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "../kernels/table.hpp"
#include "../quant/half.hpp"
#include "../quant/packed_matrix.hpp"

namespace inoculum::engine {

using kv_page = std::shared_ptr<aligned_bytes>;

/// Keys and values of some positions in a row, apart from any cache: for each layer and head the keys component by component
/// ([head_width][positions]), then the values position by position.
struct kv_stretch {
  std::size_t positions = 0;
  std::vector<std::uint16_t> halves{};
  [[nodiscard]] std::size_t bytes() const noexcept { return halves.size() * sizeof(std::uint16_t); }
};

class kv_cache {
 public:
  kv_cache(std::size_t layers, std::size_t heads, std::size_t head_width) : lines_(layers * heads), heads_(heads), head_width_(head_width) {
    page_bytes_ = layers * heads * 2 * part() * sizeof(std::uint16_t);
  }

  /// Makes the positions from `first` up to `end` writable, those before `first` stay as they are; false when the system has
  /// no memory left, and then nothing is lost.
  [[nodiscard]] bool reserve(std::size_t first, std::size_t end) {
    const std::size_t needed = (end + key_block - 1) / key_block;
    if (pages_.size() > needed) pages_.resize(needed);
    for (std::size_t i = first / key_block; i < needed; ++i) {
      if (i < pages_.size() && pages_[i].use_count() == 1) continue;
      auto page = std::make_shared<aligned_bytes>(page_bytes_);
      if (page->data() == nullptr) return false;
      // Masked positions are multiplied by 0, so they must be finite.
      if (i < pages_.size() && i * key_block < first) std::memcpy(page->data(), pages_[i]->data(), page_bytes_);
      else std::memset(page->data(), 0, page_bytes_);
      if (i < pages_.size()) pages_[i] = std::move(page);
      else pages_.push_back(std::move(page));
    }
    return true;
  }

  [[nodiscard]] const std::vector<kv_page>& pages() const noexcept { return pages_; }
  /// Goes on from pages that may be shared.
  void adopt(std::vector<kv_page> pages) noexcept {
    pages_ = std::move(pages);
    overlap = 0;
  }
  [[nodiscard]] std::size_t page_bytes() const noexcept { return page_bytes_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return pages_.size() * page_bytes_; }

  /// Keys of a page: 4 strips of [head_width][16 positions].
  [[nodiscard]] std::uint16_t* keys(std::size_t layer, std::size_t head, std::size_t page) noexcept {
    return reinterpret_cast<std::uint16_t*>(pages_[page]->data()) + (layer * heads_ + head) * 2 * part();
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

  /// Pairs of a layer and a head.
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  [[nodiscard]] std::size_t line_halves(std::size_t positions) const noexcept { return 2 * positions * head_width_; }
  /// Copies one line of the positions from `first` on to `to`, and back to the positions from `first` on of any cache of this shape.
  void copy_line(std::size_t line, std::size_t first, std::size_t positions, std::uint16_t* to) noexcept {
    each_strip(
        line, first, positions, to, [&](std::uint16_t* strip, std::uint16_t* column, std::size_t n) { std::copy_n(strip, n, column); },
        [&](std::uint16_t* value, std::uint16_t* row) { std::copy_n(value, head_width_, row); });
  }
  void place_line(std::size_t line, std::size_t first, std::size_t positions, const std::uint16_t* from) noexcept {
    each_strip(
        line, first, positions, from,
        [&](std::uint16_t* strip, const std::uint16_t* column, std::size_t n) { std::copy_n(column, n, strip); },
        [&](std::uint16_t* value, const std::uint16_t* row) { std::copy_n(row, head_width_, value); });
  }

  /// By how many positions a row's rotary angle lags behind its place, because demonstrations before it stand side by side.
  std::size_t overlap = 0;

 private:
  template <class Half, class Keys, class Values>
  void each_strip(std::size_t line, std::size_t first, std::size_t positions, Half* packed, Keys&& key_part, Values&& value_row) noexcept {
    for (std::size_t done = 0; done < positions;) {
      const std::size_t at = first + done, in_page = at % key_block;
      const std::size_t n = std::min(16 - at % 16, positions - done);
      std::uint16_t* strip = keys(0, line, at / key_block) + in_page / 16 * 16 * head_width_ + in_page % 16;
      for (std::size_t c = 0; c < head_width_; ++c) key_part(strip + 16 * c, packed + c * positions + done, n);
      std::uint16_t* value = values(0, line, at / key_block) + in_page * head_width_;
      for (std::size_t i = 0; i < n; ++i) value_row(value + i * head_width_, packed + (positions + done + i) * head_width_);
      done += n;
    }
  }

  [[nodiscard]] std::size_t part() const noexcept { return key_block * head_width_; }

  std::size_t lines_;
  std::size_t heads_;
  std::size_t head_width_;
  std::size_t page_bytes_ = 0;
  std::vector<kv_page> pages_{};
};

}  // namespace inoculum::engine
