// SPDX-License-Identifier: Apache-2.0
// A row of a GGUF tensor to floats: the reference definition of each format (ggml-quants.c), exact to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../gguf/types.hpp"
#include "file_block.hpp"
#include "half.hpp"

namespace inoculum::engine {

/// The types that `dequantise_row` reads; anything else is refused by name at load.
[[nodiscard]] constexpr bool can_dequantise(ggml_type type) noexcept {
  return type == ggml_type::f32 || type == ggml_type::f16 || type == ggml_type::bf16 || quants_of(type).bits != 0;
}

/// `out.size()` weights from `row`; the size is a multiple of the type's block, the type one that
/// `can_dequantise` accepts (others give zeros).
inline void dequantise_row(ggml_type type, const std::byte* row, std::span<float> out) noexcept {
  const std::size_t n = out.size();
  if (type == ggml_type::f32) {
    std::memcpy(out.data(), row, n * sizeof(float));
  } else if (type == ggml_type::f16) {
    for (std::size_t i = 0; i < n; ++i) out[i] = half_to_float(detail::load_u16(row + 2 * i));
  } else if (type == ggml_type::bf16) {
    for (std::size_t i = 0; i < n; ++i) out[i] = bfloat_to_float(detail::load_u16(row + 2 * i));
  } else if (const file_quants quants = quants_of(type); quants.bits != 0) {
    for (std::size_t b = 0; b < n / 32; ++b) {
      const file_block block = read_block(type, row, b);
      std::uint8_t q[32];
      std::memcpy(q, block.quants, sizeof q);
      // scale · quant is exact, so a compiler that fuses the addition changes nothing.
      const float factor = half_to_float(block.factor);
      const float scale[2] = {factor * static_cast<float>(block.multiplier[0]), factor * static_cast<float>(block.multiplier[1])};
      const float offset = half_to_float(block.offset_factor) * static_cast<float>(block.offset_multiplier);
      float* to = out.data() + 32 * b;
      for (std::size_t i = 0; i < 32; ++i) to[i] = scale[i / 16] * static_cast<float>(q[i] - quants.bias);
      // Not "+ 0" for the others: a weight of -0 would become +0.
      for (std::size_t i = 0; i < 32 && quants.offsets; ++i) to[i] += offset;
    }
  } else {
    for (float& v : out) v = 0.0f;
  }
}

}  // namespace inoculum::engine
