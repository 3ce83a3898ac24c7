// SPDX-License-Identifier: Apache-2.0
// A weight matrix the way the kernels read it: panels of 16 rows, one contiguous stream each. The lanes
// of a vector are rows, so no kernel ever sums across lanes, and one layout serves 128 to 512 bits:
//
//   q4  per 32-column block: 4 groups × 16 rows × 4 bytes (byte j of group g: columns 4g+j low, 16+4g+j
//       high), then 16 scales and 16 offsets in float16; weight = scale · q + offset
//   q8  all blocks' 8 groups × 16 rows × 4 bytes, each q + 128, then all blocks' 16 float16 scales
//   f32 column by column, 16 floats
//
// The groups of four columns are what VNNI's dpbusd consumes; 4-bit weights stay packed, because
// decoding is bound by memory, and unpacking costs a GEMM little. Row-major weights as in the file were
// rejected: they need a sum across lanes for every block.
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
#include "half.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace inoculum::engine {

inline constexpr std::size_t panel_rows = 16;     ///< rows of a panel
inline constexpr std::size_t block_columns = 32;  ///< columns that share a scale

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

enum class panel_kind : std::uint8_t { q4, q8, f32 };

/// The layout a file's type is packed into. Types without a panel of their own become floats: exact, but large.
[[nodiscard]] constexpr panel_kind panel_kind_of(ggml_type type) noexcept {
  switch (type) {
    case ggml_type::q4_0:
    case ggml_type::q4_1: return panel_kind::q4;
    case ggml_type::q8_0: return panel_kind::q8;
    default: return panel_kind::f32;
  }
}

/// A view of packed weights; the memory belongs to whoever packed them. `rows` outputs, `columns` inputs.
struct packed_matrix {
  panel_kind kind = panel_kind::f32;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::uint8_t* bytes = nullptr;

  [[nodiscard]] std::size_t blocks() const noexcept { return columns / block_columns; }
  [[nodiscard]] std::size_t panels() const noexcept { return (rows + panel_rows - 1) / panel_rows; }
  [[nodiscard]] std::size_t panel_bytes() const noexcept {
    switch (kind) {
      case panel_kind::q4: return blocks() * 320;
      case panel_kind::q8: return (blocks() * 544 + 63) / 64 * 64;
      case panel_kind::f32: return columns * panel_rows * sizeof(float);
    }
    return 0;
  }
  [[nodiscard]] std::size_t total_bytes() const noexcept { return panels() * panel_bytes(); }
  [[nodiscard]] std::uint8_t* panel(std::size_t index) const noexcept { return bytes + index * panel_bytes(); }
};

namespace detail {
inline void copy_u32(std::uint8_t* to, const std::byte* from, std::uint32_t flip = 0) noexcept {
  std::uint32_t v = 0;
  std::memcpy(&v, from, 4);
  v ^= flip;
  std::memcpy(to, &v, 4);
}
inline bool store_half(std::uint8_t* to, std::uint16_t h) noexcept {
  std::memcpy(to, &h, 2);
  return half_is_finite(h);
}
}  // namespace detail

/// Packs panel `index` from a row-major tensor. `source_row(r)` gives the file's row for row r, so that
/// a caller can permute. Returns false if a scale (or a float weight) is not finite: a damaged file.
template <class SourceRow>
[[nodiscard]] bool pack_panel(const packed_matrix& m, std::size_t index, ggml_type type, std::span<const std::byte> data,
                              SourceRow&& source_row) noexcept {
  std::uint8_t* out = m.panel(index);
  const std::size_t row_bytes = data.size() / m.rows;
  const std::size_t blocks = m.blocks();
  const std::size_t first = index * panel_rows;
  const std::size_t present = m.rows - first < panel_rows ? m.rows - first : panel_rows;
  if (present < panel_rows) std::memset(out, 0, m.panel_bytes());
  bool finite = true;
  for (std::size_t r = 0; r < present; ++r) {
    const std::byte* row = data.data() + source_row(first + r) * row_bytes;
    switch (m.kind) {
      case panel_kind::q4: {
        const bool offset = type == ggml_type::q4_1;
        const std::size_t header = offset ? 4 : 2;
        for (std::size_t b = 0; b < blocks; ++b) {
          const std::byte* block = row + b * (header + 16);
          std::uint8_t* to = out + b * 320;
          for (std::size_t g = 0; g < 4; ++g) detail::copy_u32(to + 64 * g + 4 * r, block + header + 4 * g);
          const std::uint16_t scale = detail::load_u16(block);
          // q4_0 means scale · (q - 8); -8 · scale is exact in float16 until it overflows, which the check below finds.
          const float minus_eight = -8.0f * half_to_float(scale);
          const std::uint16_t low = offset                                              ? detail::load_u16(block + 2)
                                    : minus_eight > 65504.0f || minus_eight < -65504.0f ? std::uint16_t{0x7c00}
                                                                                        : float_to_half(minus_eight);
          const bool scale_ok = detail::store_half(to + 256 + 2 * r, scale);
          const bool low_ok = detail::store_half(to + 288 + 2 * r, low);
          finite = finite && scale_ok && low_ok;
        }
        break;
      }
      case panel_kind::q8:
        for (std::size_t b = 0; b < blocks; ++b) {
          const std::byte* block = row + b * 34;
          for (std::size_t g = 0; g < 8; ++g) detail::copy_u32(out + b * 512 + 64 * g + 4 * r, block + 2 + 4 * g, 0x80808080u);
          const bool scale_ok = detail::store_half(out + blocks * 512 + b * 32 + 2 * r, detail::load_u16(block));
          finite = finite && scale_ok;
        }
        break;
      case panel_kind::f32: {
        constexpr std::size_t step = 256;  // a whole block of every type
        float values[step];
        const auto layout = *layout_of(type);
        for (std::size_t c = 0; c < m.columns; c += step) {
          const std::size_t n = m.columns - c < step ? m.columns - c : step;
          dequantise_row(type, row + c / layout.elements * layout.bytes, std::span(values, n));
          for (std::size_t i = 0; i < n; ++i) {
            finite = finite && values[i] - values[i] == 0.0f;
            std::memcpy(out + ((c + i) * panel_rows + r) * sizeof(float), &values[i], sizeof(float));
          }
        }
        break;
      }
    }
  }
  return finite;
}

}  // namespace inoculum::engine
