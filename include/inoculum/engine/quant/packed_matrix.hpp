// SPDX-License-Identifier: Apache-2.0
// A weight matrix the way the kernels read it: panels of 16 rows, laid out as panel_layout.hpp says, one contiguous
// stream each; and how a file's tensor becomes one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "../../core/result.hpp"
#include "../gguf/types.hpp"
#include "dequantise.hpp"
#include "file_block.hpp"
#include "half.hpp"
#include "panel_layout.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace inoculum::engine {

/// Uninitialised memory on a 64-byte border; large pages are asked for, since weights are read end to end.
class aligned_bytes {
 public:
  aligned_bytes() = default;
  explicit aligned_bytes(std::size_t size) : size_(size) {
    constexpr std::size_t large = std::size_t{2} << 20;
    align_ = size >= large ? large : 64;
    data_ = static_cast<std::uint8_t*>(::operator new (size, std::align_val_t{align_}, std::nothrow));
    if (data_ == nullptr) size_ = 0;
#if defined(__linux__)
    if (data_ != nullptr && align_ == large) (void)madvise(data_, size, MADV_HUGEPAGE);
#endif
  }
  aligned_bytes(aligned_bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), align_(other.align_) {}
  aligned_bytes& operator=(aligned_bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(align_, other.align_);
    return *this;
  }
  ~aligned_bytes() {
    if (data_ != nullptr) ::operator delete (data_, std::align_val_t{align_});
  }

  /// Null when the system has no such memory to give.
  [[nodiscard]] std::uint8_t* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t align_ = 64;
};

/// A view of packed weights; the memory belongs to whoever packed them. `rows` outputs, `columns` inputs.
struct packed_matrix {
  panel_kind kind = panel_kind::f32;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::uint8_t* bytes = nullptr;

  [[nodiscard]] std::size_t blocks() const noexcept { return columns / block_columns; }
  [[nodiscard]] std::size_t panels() const noexcept { return (rows + panel_rows - 1) / panel_rows; }
  [[nodiscard]] std::size_t panel_bytes() const noexcept { return panel_bytes_of(kind, columns); }
  [[nodiscard]] std::size_t total_bytes() const noexcept { return panels() * panel_bytes(); }
  [[nodiscard]] std::uint8_t* panel(std::size_t index) const noexcept { return bytes + index * panel_bytes(); }
};

/// Whether a tensor's row holds numbers only; of quantised blocks the scales tell.
[[nodiscard]] inline bool row_is_finite(ggml_type type, const std::byte* row, std::size_t columns) noexcept {
  bool finite = true;
  if (quants_of(type).bits != 0) {
    for (std::size_t b = 0; b < columns / block_columns; ++b) {
      const file_block block = read_block(type, row, b);
      finite = finite && half_is_finite(block.factor) && half_is_finite(block.offset_factor);
    }
    return finite;
  }
  float value = 0.0f;
  const std::size_t width = layout_of(type)->bytes;
  for (std::size_t c = 0; c < columns; ++c) {
    dequantise_row(type, row + c * width, std::span(&value, 1));
    finite = finite && value - value == 0.0f;
  }
  return finite;
}

namespace detail {
inline void put_u32(std::uint8_t* to, std::uint32_t v) noexcept { std::memcpy(to, &v, 4); }
inline void put_u16(std::uint8_t* to, std::uint16_t v) noexcept { std::memcpy(to, &v, 2); }

/// One row's 32 quants into a panel's block.
inline void put_quants(std::uint8_t* to, std::size_t bits, std::size_t row, const std::uint32_t (&quants)[8]) noexcept {
  to += 4 * row;
  if (bits == 8) {
    for (std::size_t g = 0; g < 8; ++g) put_u32(to + group_bytes * g, quants[g]);
    return;
  }
  std::uint32_t high[2] = {};
  for (std::size_t g = 0; g < 4; ++g) {
    put_u32(to + group_bytes * g, (quants[g] & 0x0f0f0f0fu) | (quants[g + 4] & 0x0f0f0f0fu) << 4);
    if (bits == 5) high[0] |= (quants[g] >> 4 & 0x01010101u) << g | (quants[g + 4] >> 4 & 0x01010101u) << (g + 4);
    if (bits == 6) {
      high[0] |= (quants[g] >> 4 & 0x03030303u) << (2 * g);
      high[1] |= (quants[g + 4] >> 4 & 0x03030303u) << (2 * g);
    }
  }
  for (std::size_t i = 0; i + 4 < bits; ++i) put_u32(to + group_bytes * (4 + i), high[i]);
}

/// One row's scales of block b; false if one is not finite.
inline bool put_scales(std::uint8_t* scales, const panel_layout& l, std::size_t b, std::size_t row, const file_block& block) noexcept {
  std::uint8_t* factors = scales + l.factors_at(b);
  put_u16(factors + 2 * row, block.factor);
  if (l.offsets()) put_u16(factors + 32 + 2 * row, block.offset_factor);
  if (l.run() > 1) {
    const std::int8_t second = l.offsets() ? block.offset_multiplier : block.multiplier[1];
    std::uint8_t* multipliers = scales + l.multipliers_at(b);
    multipliers[row] = static_cast<std::uint8_t>(block.multiplier[0]);
    multipliers[row + 16] = static_cast<std::uint8_t>(second);
  }
  return half_is_finite(block.factor) && half_is_finite(block.offset_factor);
}

/// One row into a panel of floats of any width; false if one is not finite.
inline bool put_floats(std::uint8_t* out, panel_kind kind, std::size_t columns, std::size_t row, ggml_type type,
                       const std::byte* from) noexcept {
  bool finite = true;
  if (kind != panel_kind::f32) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::uint16_t v = load_u16(from + 2 * c);
      finite = finite && (kind == panel_kind::f16 ? half_is_finite(v) : (v & 0x7f80u) != 0x7f80u);
      put_u16(out + 2 * (c * panel_rows + row), v);
    }
    return finite;
  }
  constexpr std::size_t step = 256;  // a whole block of every type
  float values[step];
  const auto layout = *layout_of(type);
  for (std::size_t c = 0; c < columns; c += step) {
    const std::size_t n = columns - c < step ? columns - c : step;
    dequantise_row(type, from + c / layout.elements * layout.bytes, std::span(values, n));
    for (std::size_t i = 0; i < n; ++i) {
      finite = finite && values[i] - values[i] == 0.0f;
      std::memcpy(out + ((c + i) * panel_rows + row) * sizeof(float), &values[i], sizeof(float));
    }
  }
  return finite;
}
}  // namespace detail

/// Packs panel `index` from a row-major tensor. The matrix's kind is `panel_kind_of(type)`, or f32 for any type.
/// `source_row(r)` gives the file's row for row r, so that a caller can permute. Returns false if a scale (or a
/// float weight) is not finite: a damaged file.
template <class SourceRow>
[[nodiscard]] bool pack_panel(const packed_matrix& m, std::size_t index, ggml_type type, std::span<const std::byte> data,
                              SourceRow&& source_row) noexcept {
  std::uint8_t* out = m.panel(index);
  const panel_layout layout = layout_of(m.kind);
  const std::size_t row_bytes = data.size() / m.rows;
  const std::size_t first = index * panel_rows;
  const std::size_t present = m.rows - first < panel_rows ? m.rows - first : panel_rows;
  if (present < panel_rows) std::memset(out, 0, m.panel_bytes());
  bool finite = true;
  for (std::size_t r = 0; r < present; ++r) {
    const std::byte* row = data.data() + source_row(first + r) * row_bytes;
    if (!layout.quantised()) {
      finite = detail::put_floats(out, m.kind, m.columns, r, type, row) && finite;
      continue;
    }
    std::uint8_t* scales = out + m.blocks() * layout.block_bytes();
    for (std::size_t b = 0; b < m.blocks(); ++b) {
      const file_block block = read_block(type, row, b);
      detail::put_quants(out + b * layout.block_bytes(), layout.bits, r, block.quants);
      finite = detail::put_scales(scales, layout, b, r, block) && finite;
    }
  }
  return finite;
}

}  // namespace inoculum::engine
