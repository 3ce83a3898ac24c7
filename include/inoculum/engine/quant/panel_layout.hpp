// SPDX-License-Identifier: Apache-2.0
// How a panel, 16 rows of a weight matrix, lies in memory. The lanes of a vector are rows, so no kernel ever
// sums across lanes, and one layout serves 128 to 512 bits.
//
// Quantised kinds: all blocks of 32 columns, then all scales. A block is 8 groups of four columns (what VNNI's
// dpbusd consumes), a group 16 rows × 4 bytes, each byte quant + bias, stored in `bits` bits:
//   4 bits  four times 64 bytes: group g in the low halves, group g + 4 (columns 16 … 31) in the high halves
//   5 bits  the same, then 64 bytes: bit g is the fifth bit of group g
//   6 bits  the same, then 2 × 64 bytes: bits 2g and 2g + 1 of the first are the high pair of group g, of the second of group g + 4
//   8 bits  eight times 64 bytes
// Scales, of 16 rows each:
//   one          a float16 scale a block
//   with_offset  a float16 scale and a float16 offset a block
//   two_level    8 blocks share a float16 scale and a float16 offset factor; each block has 16 bytes that multiply
//                the one and 16 that multiply the other: weight = scale · m · quant + factor · n
//   sixteenths   8 blocks share a float16 scale; each block has a signed byte for columns 0 … 15 and one for 16 … 31
// Float kinds: column by column, 16 numbers.
//
// Decoding is bound by memory, so nothing is widened: a panel takes what the file takes and at most 0.13 bits a weight more
// (Q6_K 6.6, Q5_K 5.6, Q4_K 4.6). A product of a K format's two scales needs 17 bits: exact in float, not in float16, and
// in float it would cost 1.4 bits a weight; so both factors are kept. Row-major weights as in the file were
// rejected: they need a sum across lanes for every block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../gguf/types.hpp"

namespace inoculum::engine {

inline constexpr std::size_t panel_rows = 16;     ///< rows of a panel
inline constexpr std::size_t block_columns = 32;  ///< columns of a block
inline constexpr std::size_t group_bytes = 64;    ///< four columns of 16 rows, a byte each

enum class panel_kind : std::uint8_t { q4, q4_offset, q4_k, q5, q5_offset, q5_k, q6_k, q8, f16, bf16, f32 };
enum class panel_scales : std::uint8_t { none, one, with_offset, two_level, sixteenths };

struct panel_layout {
  std::size_t bits = 0;
  panel_scales scales = panel_scales::none;
  int bias = 0;  ///< what a stored quant exceeds its meaning by

  [[nodiscard]] constexpr bool quantised() const noexcept { return scales != panel_scales::none; }
  [[nodiscard]] constexpr bool offsets() const noexcept { return scales == panel_scales::with_offset || scales == panel_scales::two_level; }
  /// Bytes of a block's quants.
  [[nodiscard]] constexpr std::size_t block_bytes() const noexcept { return group_bytes * bits; }
  /// Blocks that share a factor, and the bytes of their scales.
  [[nodiscard]] constexpr std::size_t run() const noexcept {
    return scales == panel_scales::two_level || scales == panel_scales::sixteenths ? 8 : 1;
  }
  [[nodiscard]] constexpr std::size_t run_bytes() const noexcept {
    switch (scales) {
      case panel_scales::none: return 0;
      case panel_scales::one: return 32;
      case panel_scales::with_offset: return 64;
      case panel_scales::two_level: return 64 + 8 * 32;
      case panel_scales::sixteenths: return 32 + 8 * 32;
    }
    return 0;
  }
  /// Where block b's factors begin, counted from the panel's scales.
  [[nodiscard]] constexpr std::size_t factors_at(std::size_t b) const noexcept { return b / run() * run_bytes(); }
  /// Where its two times 16 multipliers begin.
  [[nodiscard]] constexpr std::size_t multipliers_at(std::size_t b) const noexcept {
    return factors_at(b) + (scales == panel_scales::two_level ? 64 : 32) + b % 8 * 32;
  }
};

[[nodiscard]] constexpr panel_layout layout_of(panel_kind kind) noexcept {
  switch (kind) {
    case panel_kind::q4: return {4, panel_scales::one, 8};
    case panel_kind::q4_offset: return {4, panel_scales::with_offset, 0};
    case panel_kind::q4_k: return {4, panel_scales::two_level, 0};
    case panel_kind::q5: return {5, panel_scales::one, 16};
    case panel_kind::q5_offset: return {5, panel_scales::with_offset, 0};
    case panel_kind::q5_k: return {5, panel_scales::two_level, 0};
    case panel_kind::q6_k: return {6, panel_scales::sixteenths, 32};
    case panel_kind::q8: return {8, panel_scales::one, 128};
    case panel_kind::f16:
    case panel_kind::bf16: return {16, panel_scales::none, 0};
    case panel_kind::f32: return {32, panel_scales::none, 0};
  }
  return {};
}

/// The layout that a file's type is packed into.
[[nodiscard]] constexpr panel_kind panel_kind_of(ggml_type type) noexcept {
  switch (type) {
    case ggml_type::q4_0: return panel_kind::q4;
    case ggml_type::q4_1: return panel_kind::q4_offset;
    case ggml_type::q4_k: return panel_kind::q4_k;
    case ggml_type::q5_0: return panel_kind::q5;
    case ggml_type::q5_1: return panel_kind::q5_offset;
    case ggml_type::q5_k: return panel_kind::q5_k;
    case ggml_type::q6_k: return panel_kind::q6_k;
    case ggml_type::q8_0: return panel_kind::q8;
    case ggml_type::f16: return panel_kind::f16;
    case ggml_type::bf16: return panel_kind::bf16;
    default: return panel_kind::f32;
  }
}

/// How far ahead of its loads a kernel asks for weights, in bytes: the next panel as a rule. The processor's own guesses end where a
/// panel ends and its scales begin elsewhere; asking made one token's product from memory 1.6 to 3.3 times as fast (docs/engine.md).
inline constexpr std::size_t fetch_ahead = std::size_t{32} << 10;

/// Bytes of a panel of `columns` inputs, a multiple of 64.
[[nodiscard]] constexpr std::size_t panel_bytes_of(panel_kind kind, std::size_t columns) noexcept {
  const panel_layout l = layout_of(kind);
  const std::size_t blocks = columns / block_columns;
  const std::size_t bytes =
      l.quantised() ? blocks * l.block_bytes() + (blocks + l.run() - 1) / l.run() * l.run_bytes() : columns * panel_rows * (l.bits / 8);
  return (bytes + 63) / 64 * 64;
}

}  // namespace inoculum::engine
