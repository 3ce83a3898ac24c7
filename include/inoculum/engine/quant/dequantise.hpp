// SPDX-License-Identifier: Apache-2.0
// A row of a GGUF tensor to floats: the reference definition of each format (ggml-quants.c), exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../gguf/types.hpp"
#include "half.hpp"

namespace inoculum::engine {

/// The types that `dequantise_row` reads; anything else is refused by name at load.
[[nodiscard]] constexpr bool can_dequantise(ggml_type type) noexcept {
  switch (type) {
    case ggml_type::f32:
    case ggml_type::f16:
    case ggml_type::bf16:
    case ggml_type::q4_0:
    case ggml_type::q4_1:
    case ggml_type::q8_0:
    case ggml_type::q6_k: return true;
    default: return false;
  }
}

namespace detail {
[[nodiscard]] inline std::uint16_t load_u16(const std::byte* p) noexcept {
  std::uint16_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
[[nodiscard]] inline int byte_at(const std::byte* p, std::size_t i) noexcept { return std::to_integer<int>(p[i]); }
[[nodiscard]] inline int signed_byte_at(const std::byte* p, std::size_t i) noexcept {
  return static_cast<std::int8_t>(std::to_integer<std::uint8_t>(p[i]));
}

/// 32 weights in 4 bits: element i in the low half of byte i, element i + 16 in the high half.
inline void dequantise_q4(const std::byte* quants, float scale, float least, float* out) noexcept {
  for (std::size_t i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(byte_at(quants, i) & 15) + least;
    out[i + 16] = scale * static_cast<float>(byte_at(quants, i) >> 4) + least;
  }
}

/// 256 weights in 6 bits: 128 bytes of low halves, 64 of high pairs, 16 signed scales, one float16.
inline void dequantise_q6_k(const std::byte* block, float* out) noexcept {
  const std::byte* low = block;
  const std::byte* high = block + 128;
  const std::byte* scales = block + 192;
  const float d = half_to_float(load_u16(block + 208));
  for (std::size_t half = 0; half < 2; ++half) {
    for (std::size_t i = 0; i < 128; ++i) {
      const std::size_t quarter = i / 32;
      const std::size_t lane = i % 32;
      const int nibble = (byte_at(low, 64 * half + 32 * (quarter & 1) + lane) >> (quarter < 2 ? 0 : 4)) & 15;
      const int top = (byte_at(high, 32 * half + lane) >> (2 * static_cast<int>(quarter))) & 3;
      const int scale = signed_byte_at(scales, 8 * half + i / 16);
      out[128 * half + i] = d * static_cast<float>(scale) * static_cast<float>((nibble | (top << 4)) - 32);
    }
  }
}
}  // namespace detail

/// `out.size()` weights from `row`; the size is a multiple of the type's block, the type one that
/// `can_dequantise` accepts (others give zeros).
inline void dequantise_row(ggml_type type, const std::byte* row, std::span<float> out) noexcept {
  const std::size_t n = out.size();
  switch (type) {
    case ggml_type::f32: std::memcpy(out.data(), row, n * sizeof(float)); return;
    case ggml_type::f16:
      for (std::size_t i = 0; i < n; ++i) out[i] = half_to_float(detail::load_u16(row + 2 * i));
      return;
    case ggml_type::bf16:
      for (std::size_t i = 0; i < n; ++i) out[i] = bfloat_to_float(detail::load_u16(row + 2 * i));
      return;
    case ggml_type::q4_0:
      for (std::size_t b = 0; b < n / 32; ++b, row += 18) {
        const float d = half_to_float(detail::load_u16(row));
        detail::dequantise_q4(row + 2, d, -8.0f * d, out.data() + 32 * b);
      }
      return;
    case ggml_type::q4_1:
      for (std::size_t b = 0; b < n / 32; ++b, row += 20) {
        detail::dequantise_q4(row + 4, half_to_float(detail::load_u16(row)), half_to_float(detail::load_u16(row + 2)), out.data() + 32 * b);
      }
      return;
    case ggml_type::q8_0:
      for (std::size_t b = 0; b < n / 32; ++b, row += 34) {
        const float d = half_to_float(detail::load_u16(row));
        for (std::size_t i = 0; i < 32; ++i) out[32 * b + i] = d * static_cast<float>(detail::signed_byte_at(row + 2, i));
      }
      return;
    case ggml_type::q6_k:
      for (std::size_t b = 0; b < n / 256; ++b, row += 210) detail::dequantise_q6_k(row, out.data() + 256 * b);
      return;
    default:
      for (float& v : out) v = 0.0f;
  }
}

}  // namespace inoculum::engine
