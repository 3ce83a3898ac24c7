// SPDX-License-Identifier: Apache-2.0
// The quantised blocks of a GGUF file, 32 columns at a time, in one form for every type: what turns them
// into floats and what packs them for the kernels both start here, so a format is defined once.
// Layouts and formulas are those of ggml-common.h and ggml-quants.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../gguf/types.hpp"
#include "half.hpp"

namespace inoculum::engine {

/// 32 neighbouring weights of a row: weight i = scale · (quant i − bias) + offset, where for a part of 16 columns
///   scale  = factor · multiplier[part], exact in float: 11 by at most 8 bits
///   offset = offset_factor · offset_multiplier, 0 for a type without offsets
struct file_block {
  std::uint32_t quants[8];             ///< word g: columns 4g … 4g + 3, an unsigned byte each
  std::uint16_t factor = 0;            ///< float16 bits
  std::uint16_t offset_factor = 0;     ///< float16 bits
  std::int8_t multiplier[2] = {1, 1};  ///< for columns 0 … 15 and 16 … 31
  std::int8_t offset_multiplier = 1;   ///< 63 at most
};

/// What every block of a type has in common; `bits` is 0 for types that are not made of such blocks.
struct file_quants {
  int bits = 0;
  int bias = 0;
  bool offsets = false;
};
[[nodiscard]] constexpr file_quants quants_of(ggml_type type) noexcept {
  switch (type) {
    case ggml_type::q4_0: return {4, 8, false};
    case ggml_type::q4_1: return {4, 0, true};
    case ggml_type::q5_0: return {5, 16, false};
    case ggml_type::q5_1: return {5, 0, true};
    case ggml_type::q8_0: return {8, 128, false};
    case ggml_type::q4_k: return {4, 0, true};
    case ggml_type::q5_k: return {5, 0, true};
    case ggml_type::q6_k: return {6, 32, false};
    default: return {};
  }
}

namespace detail {
[[nodiscard]] inline std::uint16_t load_u16(const std::byte* p) noexcept {
  std::uint16_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
[[nodiscard]] inline std::uint32_t load_u32(const std::byte* p) noexcept {
  std::uint32_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
[[nodiscard]] inline int byte_at(const std::byte* p, std::size_t i) noexcept { return std::to_integer<int>(p[i]); }
/// Bits 0 … 3 to the lowest bit of four bytes.
[[nodiscard]] constexpr std::uint32_t spread_bits(std::uint32_t four) noexcept { return (four & 15u) * 0x00204081u & 0x01010101u; }

/// 4 bits: column i in the low half of byte i, column i + 16 in the high half.
inline void read_nibbles(const std::byte* from, file_block& out) noexcept {
  for (std::size_t g = 0; g < 4; ++g) {
    const std::uint32_t v = load_u32(from + 4 * g);
    out.quants[g] = v & 0x0f0f0f0fu;
    out.quants[g + 4] = v >> 4 & 0x0f0f0f0fu;
  }
}
/// A fifth bit for each column, bit i of 32 for column i.
inline void read_fifth_bits(const std::byte* from, file_block& out) noexcept {
  const std::uint32_t bits = load_u32(from);
  for (unsigned g = 0; g < 8; ++g) out.quants[g] |= spread_bits(bits >> (4 * g)) << 4;
}
/// Scale and minimum `s` of the eight that Q4_K and Q5_K keep in 12 bytes, 6 bits each.
inline void read_six_bit_pair(const std::byte* scales, std::size_t s, file_block& out) noexcept {
  int scale = 0;
  int least = 0;
  if (s < 4) {
    scale = byte_at(scales, s) & 63;
    least = byte_at(scales, s + 4) & 63;
  } else {
    scale = (byte_at(scales, s + 4) & 15) | (byte_at(scales, s - 4) >> 6 << 4);
    least = byte_at(scales, s + 4) >> 4 | (byte_at(scales, s) >> 6 << 4);
  }
  out.multiplier[0] = out.multiplier[1] = static_cast<std::int8_t>(scale);
  out.offset_multiplier = static_cast<std::int8_t>(least);
}
}  // namespace detail

/// Columns 32 · index and on, of a row of a type for which `quants_of` has bits.
[[nodiscard]] inline file_block read_block(ggml_type type, const std::byte* row, std::size_t index) noexcept {
  file_block out{};
  const std::size_t s = index % 8;  // within a block of 256
  switch (type) {
    case ggml_type::q4_0:
      row += 18 * index;
      detail::read_nibbles(row + 2, out);
      break;
    case ggml_type::q4_1:
      row += 20 * index;
      out.offset_factor = detail::load_u16(row + 2);
      detail::read_nibbles(row + 4, out);
      break;
    case ggml_type::q5_0:
      row += 22 * index;
      detail::read_nibbles(row + 6, out);
      detail::read_fifth_bits(row + 2, out);
      break;
    case ggml_type::q5_1:
      row += 24 * index;
      out.offset_factor = detail::load_u16(row + 2);
      detail::read_nibbles(row + 8, out);
      detail::read_fifth_bits(row + 4, out);
      break;
    case ggml_type::q8_0:
      row += 34 * index;
      for (std::size_t g = 0; g < 8; ++g) out.quants[g] = detail::load_u32(row + 2 + 4 * g) ^ 0x80808080u;
      break;
    case ggml_type::q4_k:
    case ggml_type::q5_k: {
      // Two factors, 12 bytes of scales and minima, for Q5_K bit s of 32 bytes, then pairs of 32 columns in 32 bytes.
      const bool five = type == ggml_type::q5_k;
      row += (five ? 176u : 144u) * (index / 8);
      // A minimum is taken off: its factor changes sign, and a zero then has the sign that a subtraction gives it.
      out.offset_factor = detail::load_u16(row + 2) ^ 0x8000u;
      detail::read_six_bit_pair(row + 4, s, out);
      const std::byte* low = row + (five ? 48 : 16) + 32 * (s / 2);
      for (std::size_t g = 0; g < 8; ++g) {
        out.quants[g] = detail::load_u32(low + 4 * g) >> (s % 2 * 4) & 0x0f0f0f0fu;
        if (five) out.quants[g] |= (detail::load_u32(row + 16 + 4 * g) >> s & 0x01010101u) << 4;
      }
      break;
    }
    case ggml_type::q6_k: {
      // Two halves of 128 columns: 64 bytes of low halves, 32 of high pairs; then 16 signed scales and the factor.
      row += 210 * (index / 8);
      const std::size_t quarter = s % 4;
      const std::byte* low = row + 64 * (s / 4) + 32 * (quarter % 2);
      const std::byte* high = row + 128 + 32 * (s / 4);
      for (std::size_t g = 0; g < 8; ++g) {
        out.quants[g] = (detail::load_u32(low + 4 * g) >> (quarter / 2 * 4) & 0x0f0f0f0fu) |
                        (detail::load_u32(high + 4 * g) >> (2 * quarter) & 0x03030303u) << 4;
      }
      std::memcpy(out.multiplier, row + 192 + 2 * s, 2);
      out.factor = detail::load_u16(row + 208);
      return out;
    }
    default: return out;
  }
  out.factor = detail::load_u16(row);
  return out;
}

}  // namespace inoculum::engine
