// SPDX-License-Identifier: Apache-2.0
// Keys and values of one sequence, in pages of 64 positions that hold every layer and head.
// Pages are shared between sequences that begin alike; whoever writes into a shared one gets a copy first.
//
//   q16   whole numbers of 16 bits, a float scale a position and kind (`word_view`): keys in strips of 16 positions, so that scores come
//         out as lanes, values in strips of 16 components, so that their weighted sums do; two components or positions side by side,
//         whose products are one step
//   q8    8 bits, half the bytes: keys in panels of 16 positions like weights in Q8_0 (quant/panel_layout.hpp), a
//         float16 scale for 32 components, so that their products are those of weights; values four positions
//         side by side in strips of 16 components, a float scale a position
#pragma once

#include <algorithm>
#include <cmath>
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

enum class kv_type : std::uint8_t { q16, q8 };

/// Keys and values of some positions in a row, apart from any cache: what `kv_cache::copy_line` gives, line after line.
struct kv_stretch {
  std::size_t positions = 0;
  std::vector<std::uint8_t> bytes{};
};

class kv_cache {
 public:
  /// `head_width` is a multiple of 16; for q8 of 32.
  kv_cache(std::size_t layers, std::size_t heads, std::size_t head_width, kv_type type = kv_type::q16)
      : lines_(layers * heads), heads_(heads), head_width_(head_width), type_(type) {
    const std::size_t words = key_block * head_width * 2;
    key_bytes_ = type == kv_type::q16 ? words : strips * panel_bytes_of(panel_kind::q8, head_width);
    head_bytes_ = type == kv_type::q16 ? 2 * words + 2 * scales_bytes : key_bytes_ + key_block * head_width + scales_bytes;
    page_bytes_ = layers * heads * head_bytes_;
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
  /// Of a head's keys and values in a page, which lie together.
  [[nodiscard]] std::size_t head_bytes() const noexcept { return head_bytes_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return pages_.size() * page_bytes_; }

  [[nodiscard]] kv_type type() const noexcept { return type_; }

  /// All that a head has in a page.
  [[nodiscard]] const std::uint8_t* head_of(std::size_t layer, std::size_t head, std::size_t page) const noexcept {
    return part(layer, head, page);
  }
  /// The same as attention reads it in q16, and in q8.
  [[nodiscard]] word_page words_of(std::size_t layer, std::size_t head, std::size_t page) const noexcept {
    const std::uint8_t* keys = part(layer, head, page);
    const auto* scales = reinterpret_cast<const float*>(keys + 2 * key_bytes_);
    return {reinterpret_cast<const std::int16_t*>(keys), reinterpret_cast<const std::int16_t*>(keys + key_bytes_), scales,
            scales + key_block};
  }
  [[nodiscard]] byte_page bytes_of(std::size_t layer, std::size_t head, std::size_t page) const noexcept {
    const std::uint8_t* keys = part(layer, head, page);
    const std::uint8_t* values = keys + key_bytes_;
    return {keys, reinterpret_cast<const std::int8_t*>(values), reinterpret_cast<const float*>(values + key_block * head_width_)};
  }

  /// Stores one position of one head.
  void store(const kernel_table& kernels, std::size_t layer, std::size_t head, std::size_t position, const float* key,
             const float* value) noexcept {
    const place at(position);
    std::uint8_t* to = part(layer, head, at.page);
    if (type_ == kv_type::q16) {
      alignas(64) std::int16_t words[widest_head];
      float scale = kernels.quantise_words(key, head_width_, words);
      for (std::size_t i = 0; i < head_width_; i += 2) std::memcpy(to + key_word(at, i), words + i, 4);
      std::memcpy(to + 2 * key_bytes_ + at.row * sizeof scale, &scale, sizeof scale);
      scale = kernels.quantise_words(value, head_width_, words);
      for (std::size_t i = 0; i < head_width_; ++i) std::memcpy(to + key_bytes_ + value_word(at.row, i), words + i, 2);
      std::memcpy(to + 2 * key_bytes_ + scales_bytes + at.row * sizeof scale, &scale, sizeof scale);
      return;
    }
    std::uint8_t* panel = to + at.strip * key_bytes_ / strips;
    for (std::size_t b = 0; b < head_width_ / block_columns; ++b, key += block_columns) {
      const std::uint16_t half = float_to_half(largest(key, block_columns) / 127.0f);
      const float scale = half_to_float(half);
      std::memcpy(panel + key_scale(at, b), &half, sizeof half);
      for (std::size_t i = 0; i < block_columns; ++i)
        panel[key_quant(at, b, i)] = static_cast<std::uint8_t>(quant(key[i], scale) + key_bias);
    }
    const float scale = largest(value, head_width_) / 127.0f;
    std::uint8_t* v = to + key_bytes_;
    for (std::size_t i = 0; i < head_width_; ++i) v[value_quant(at.row, i)] = static_cast<std::uint8_t>(quant(value[i], scale));
    std::memcpy(to + key_bytes_ + key_block * head_width_ + at.row * sizeof scale, &scale, sizeof scale);
  }
  /// What `store` kept of them.
  void load(std::size_t layer, std::size_t head, std::size_t position, float* key, float* value) const noexcept {
    const place at(position);
    const std::uint8_t* from = part(layer, head, at.page);
    if (type_ == kv_type::q16) {
      const word_page page = words_of(layer, head, at.page);
      const auto word = [&](std::size_t offset) {
        std::int16_t out = 0;
        std::memcpy(&out, from + offset, sizeof out);
        return static_cast<float>(out);
      };
      for (std::size_t i = 0; i < head_width_; ++i) key[i] = page.key_scales[at.row] * word(key_word(at, i));
      for (std::size_t i = 0; i < head_width_; ++i) value[i] = page.value_scales[at.row] * word(key_bytes_ + value_word(at.row, i));
      return;
    }
    const std::uint8_t* panel = from + at.strip * key_bytes_ / strips;
    for (std::size_t b = 0; b < head_width_ / block_columns; ++b, key += block_columns) {
      std::uint16_t half = 0;
      std::memcpy(&half, panel + key_scale(at, b), sizeof half);
      const float scale = half_to_float(half);
      for (std::size_t i = 0; i < block_columns; ++i) key[i] = scale * static_cast<float>(panel[key_quant(at, b, i)] - key_bias);
    }
    const float scale = bytes_of(layer, head, at.page).scales[at.row];
    const std::int8_t* v = bytes_of(layer, head, at.page).values;
    for (std::size_t i = 0; i < head_width_; ++i) value[i] = scale * static_cast<float>(v[value_quant(at.row, i)]);
  }

  /// Whether a page that came from elsewhere, `page_bytes()` long, holds numbers only.
  [[nodiscard]] bool is_finite(const std::uint8_t* page) const noexcept {
    const auto all = [](const std::uint8_t* from, std::size_t n, auto number, const auto& finite) {
      for (std::size_t i = 0; i < n; ++i) {
        std::memcpy(&number, from + sizeof number * i, sizeof number);
        if (!finite(number)) return false;
      }
      return true;
    };
    const auto floats = [&](const std::uint8_t* from, std::size_t n) { return all(from, n, 0.0f, [](float x) { return x - x == 0.0f; }); };
    const std::size_t quants = head_width_ * panel_rows;
    for (const std::uint8_t* end = page + page_bytes_; page != end; page += head_bytes_) {
      const std::size_t scales = type_ == kv_type::q16 ? 2 * key_block : key_block;
      if (!floats(page + head_bytes_ - scales * sizeof(float), scales)) return false;
      for (std::size_t strip = 0; type_ == kv_type::q8 && strip < strips; ++strip) {
        if (!all(page + strip * key_bytes_ / strips + quants, quants / block_columns, std::uint16_t{0}, half_is_finite)) return false;
      }
    }
    return true;
  }

  /// Pairs of a layer and a head.
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  /// Bytes of one line of so many positions.
  [[nodiscard]] std::size_t line_bytes(std::size_t positions) const noexcept {
    return positions * (type_ == kv_type::q16 ? 4 * head_width_ + 2 * sizeof(float)
                                              : 2 * head_width_ + 2 * (head_width_ / block_columns) + sizeof(float));
  }
  /// Copies one line of the positions from `first` on to `packed`, and back to the positions from `first` on of any cache of this shape.
  void copy_line(std::size_t line, std::size_t first, std::size_t positions, std::uint8_t* packed) const noexcept {
    each_piece(line, first, positions, packed, [](const std::uint8_t* page, std::uint8_t* to, std::size_t n) { std::memcpy(to, page, n); });
  }
  void paste_line(std::size_t line, std::size_t first, std::size_t positions, const std::uint8_t* packed) noexcept {
    each_piece(line, first, positions, packed,
               [](std::uint8_t* page, const std::uint8_t* from, std::size_t n) { std::memcpy(page, from, n); });
  }

  /// Makes the positions from `first` on, to the end of the last page, what they are in a new page.
  void clear_from(std::size_t first) {
    const std::size_t positions = pages_.size() * key_block - first;
    const std::vector<std::uint8_t> zeros(line_bytes(positions));
    for (std::size_t line = 0; line < lines_; ++line) paste_line(line, first, positions, zeros.data());
  }

  /// By how many positions a row's rotary angle lags behind its place, because demonstrations before it stand side by side.
  std::size_t overlap = 0;

 private:
  /// Calls copy(in a page, packed, bytes) for all that a line has of these positions. Packed, it does not depend on where they stand:
  /// q16 keys, [head_width / 2][positions] pairs, then values, [positions][head_width], then the scales of either; q8 each position's key
  /// with its scales, then values, then their scales.
  template <class Byte, class Copy>
  void each_piece(std::size_t line, std::size_t first, std::size_t positions, Byte* packed, Copy&& copy) const noexcept {
    const std::size_t width = head_width_, blocks = width / block_columns, key = width + 2 * blocks;
    for (std::size_t done = 0, n = 0; done < positions; done += n) {
      const place at(first + done);
      n = std::min(16 - at.lane, positions - done);
      std::uint8_t* const page = part(0, line, at.page);
      if (type_ == kv_type::q16) {
        for (std::size_t c = 0; c < width; c += 2) copy(page + key_word(at, c), packed + 2 * c * positions + 4 * done, 4 * n);
        for (std::size_t i = 0; i < n; ++i) {
          Byte* const to = packed + 2 * (positions + done + i) * width;
          for (std::size_t c = 0; c < width; ++c) copy(page + key_bytes_ + value_word(at.row + i, c), to + 2 * c, 2);
        }
        for (std::size_t kind = 0; kind < 2; ++kind)
          copy(page + 2 * key_bytes_ + kind * scales_bytes + at.row * sizeof(float),
               packed + 4 * positions * width + (kind * positions + done) * sizeof(float), n * sizeof(float));
        continue;
      }
      std::uint8_t* panel = page + at.strip * key_bytes_ / strips;
      for (std::size_t i = 0; i < n; ++i) {
        const place own(first + done + i);
        Byte* to = packed + (done + i) * key;
        for (std::size_t c = 0; c < width; c += 4) copy(panel + key_quant(own, c / block_columns, c % block_columns), to + c, 4);
        for (std::size_t b = 0; b < blocks; ++b) copy(panel + key_scale(own, b), to + width + 2 * b, 2);
      }
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t c = 0; c < width; ++c)
          copy(page + key_bytes_ + value_quant(at.row + i, c), packed + positions * key + (done + i) * width + c, 1);
      }
      copy(page + key_bytes_ + key_block * width + at.row * sizeof(float), packed + positions * (key + width) + done * sizeof(float),
           n * sizeof(float));
    }
  }

  static constexpr std::size_t strips = key_block / 16;
  static constexpr std::size_t scales_bytes = key_block * sizeof(float);
  static constexpr int key_bias = layout_of(panel_kind::q8).bias;

  struct place {
    std::size_t page, row, strip, lane;
    explicit place(std::size_t position) : page(position / key_block), row(position % key_block), strip(row / 16), lane(row % 16) {}
  };
  /// Where a key's i-th word stands in a page, and a position's i-th among the values; in bytes.
  [[nodiscard]] std::size_t key_word(const place& at, std::size_t i) const noexcept {
    return 2 * (at.strip * 16 * head_width_ + i / 2 * 32 + 2 * at.lane + i % 2);
  }
  [[nodiscard]] static constexpr std::size_t value_word(std::size_t row, std::size_t i) noexcept {
    return 2 * (i / 16 * 16 * key_block + row / 2 * 32 + 2 * (i % 16) + row % 2);
  }
  /// Where a key's scale of block b and its i-th quant stand in a panel.
  [[nodiscard]] std::size_t key_scale(const place& at, std::size_t b) const noexcept {
    return head_width_ * panel_rows + layout_of(panel_kind::q8).factors_at(b) + 2 * at.lane;
  }
  [[nodiscard]] static std::size_t key_quant(const place& at, std::size_t b, std::size_t i) noexcept {
    return b * layout_of(panel_kind::q8).block_bytes() + i / 4 * group_bytes + 4 * at.lane + i % 4;
  }
  /// Where a position's i-th value stands among those of a page.
  [[nodiscard]] static constexpr std::size_t value_quant(std::size_t row, std::size_t i) noexcept {
    return i / 16 * 16 * key_block + row / 4 * group_bytes + 4 * (i % 16) + row % 4;
  }
  [[nodiscard]] static float largest(const float* x, std::size_t n) noexcept {
    float out = 0.0f;
    for (std::size_t i = 0; i < n; ++i) out = std::max(out, std::fabs(x[i]));
    return out;
  }
  [[nodiscard]] static int quant(float x, float scale) noexcept {
    if (!(scale > 1e-30f)) return 0;  // below, the inverse would overflow; the scale makes it 0 for every purpose
    return static_cast<int>(std::clamp(std::lrint(x / scale), -127L, 127L));
  }

  [[nodiscard]] std::uint8_t* part(std::size_t layer, std::size_t head, std::size_t page) const noexcept {
    return pages_[page]->data() + (layer * heads_ + head) * head_bytes_;
  }

  std::size_t lines_;
  std::size_t heads_;
  std::size_t head_width_;
  kv_type type_;
  std::size_t key_bytes_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t page_bytes_ = 0;
  std::vector<kv_page> pages_{};
};

}  // namespace inoculum::engine
