// SPDX-License-Identifier: Apache-2.0
// Weights as whole numbers of 16 bits: as many bytes as float16 and about as exact, but their products are whole numbers too, of which a
// processor makes twice as many at a time as of floats. Strips of 16 rows, two columns side by side, then the next two; 256 columns
// of a row, a piece, share a scale, so that one large weight does not cost the whole row its last digits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "packed_matrix.hpp"
#include "panel_layout.hpp"

namespace inoculum::engine {

inline constexpr std::size_t word_piece = 256;  ///< columns
inline constexpr std::size_t word_step = 16;    ///< a piece's columns are a multiple of it; what a file does not have is 0

/// A view; the memory belongs to whoever packed it. `rows` outputs, `columns` inputs.
struct word_matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::uint8_t* bytes = nullptr;  ///< all strips' values, then all strips' scales

  [[nodiscard]] std::size_t strips() const noexcept { return (rows + panel_rows - 1) / panel_rows; }
  [[nodiscard]] std::size_t pieces() const noexcept { return (columns + word_piece - 1) / word_piece; }
  /// Columns with those behind the last that are 0.
  [[nodiscard]] std::size_t padded() const noexcept { return (columns + word_step - 1) / word_step * word_step; }
  /// Of piece p.
  [[nodiscard]] std::size_t width(std::size_t p) const noexcept {
    return padded() - p * word_piece < word_piece ? padded() - p * word_piece : word_piece;
  }
  [[nodiscard]] std::size_t total_bytes() const noexcept { return strips() * panel_rows * (padded() * 2 + pieces() * sizeof(float)); }
  /// Of a strip, and its scales, 16 a piece.
  [[nodiscard]] std::int16_t* values(std::size_t strip) const noexcept {
    return reinterpret_cast<std::int16_t*>(bytes) + strip * panel_rows * padded();
  }
  [[nodiscard]] float* scales(std::size_t strip) const noexcept {
    return reinterpret_cast<float*>(bytes + strips() * panel_rows * padded() * 2) + strip * panel_rows * pieces();
  }
};

}  // namespace inoculum::engine
