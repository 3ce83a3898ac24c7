// SPDX-License-Identifier: Apache-2.0
// The constants of 2^x, shared by every instruction set: x = n + f with n the nearest integer, 2^f by its
// Taylor polynomial (relative error below 1e-8 for |f| ≤ 1/2, so the float rounding dominates), 2^n by
// the exponent's bits. Our own, since libm's vector forms differ from machine to machine.
#pragma once

#include <bit>
#include <cstdint>

namespace inoculum::engine {

/// ln(2)^k / k!, k = 7 … 0.
inline constexpr float exp2_terms[8] = {1.5252733804e-5f, 1.5403530394e-4f, 1.3333558146e-3f, 9.6181291076e-3f,
                                        5.5504108665e-2f, 2.4022650696e-1f, 6.9314718056e-1f, 1.0f};
inline constexpr float exp2_lowest = -126.0f;  ///< below it the result is 0
inline constexpr float exp2_highest = 127.0f;  ///< above it the argument is held
inline constexpr float log2_e = 1.44269504089f;

/// The same for weights that end as bytes, 2^(x - shift) with a whole number as shift: adding magic - shift rounds to a whole number whose
/// lowest bits are n - shift. 2^f by the minimax polynomial (relative error below 8e-5). Below 2^-64 it counts as 0: times a
/// small scale it would be denormal, which some processors compute slowly.
inline constexpr float byte_exp2_terms[4] = {0.05517167f, 0.24261112f, 0.69326099f, 0.99992807f};
inline constexpr float whole_magic = 12582912.0f;  ///< 1.5 · 2^23
inline constexpr float byte_exp2_lowest = whole_magic - 64.0f;
/// 2^n for a whole n ≤ 0, exactly; 0 below 2^-64, as above, and for what is no number.
[[nodiscard]] constexpr float whole_exp2(float n) noexcept {
  return !(n >= -64.0f) ? 0.0f : std::bit_cast<float>(static_cast<std::uint32_t>(127 + static_cast<int>(n)) << 23);
}

inline constexpr float gelu_slope = 1.59576912161f;  ///< 2 · sqrt(2 / pi)
inline constexpr float gelu_cubic = 0.044715f;

}  // namespace inoculum::engine
