// SPDX-License-Identifier: Apache-2.0
// Floats as bits, mostly those of 16. The conversions are exact or round to nearest even, like the processor's own.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace inoculum::engine {

/// IEEE binary16 bits to float; exact, subnormals and NaN included.
[[nodiscard]] constexpr float half_to_float(std::uint16_t h) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16;
  const std::uint32_t exponent = (h >> 10) & 31u;
  const std::uint32_t fraction = h & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (fraction << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
  const float magnitude = static_cast<float>(fraction) * 0x1.0p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

/// Float to binary16 bits, to nearest even; beyond ±65504 it saturates instead of becoming infinite,
/// because a stored key or value that is not finite would spoil every later position.
[[nodiscard]] constexpr std::uint16_t float_to_half(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477fe000u) return static_cast<std::uint16_t>(sign | 0x7bffu);
  if (magnitude < 0x38800000u) {
    // Subnormal: adding 0.5 lets the float addition itself round at the right bit.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
  }
  const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

/// bfloat16 bits to float; exact.
[[nodiscard]] constexpr float bfloat_to_float(std::uint16_t b) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16);
}

/// Neither infinite nor NaN.
[[nodiscard]] constexpr bool half_is_finite(std::uint16_t h) noexcept { return (h & 0x7c00u) != 0x7c00u; }

/// The same of every float; the bits, so that the loop is one for vectors.
[[nodiscard]] inline bool all_finite(std::span<const float> values) noexcept {
  std::uint32_t bad = 0;
  for (const float v : values) bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(v) & 0x7f800000u) == 0x7f800000u);
  return bad == 0;
}

}  // namespace inoculum::engine
