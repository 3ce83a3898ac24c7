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

/// 2^-d for weights that end as bytes, d ≥ 0 the distance from a whole number not below the largest score. In whole numbers, so that lanes
/// of 16 bits suffice and sums have no order: u = d · `byte_exp2_steps` to nearest even, f = its fraction in 15 bits; then
/// (t0 - f · (t1 - f · t2)) >> whole part, products as `pmulhrsw` has them. Relative error below 0.18%, but for what a shift cuts
/// off. From d = 15 on, and for what is no number, 0.
inline constexpr float byte_exp2_steps = 2048.0f;
inline constexpr std::int16_t byte_exp2_terms[3] = {32711, 21820, 5521};
inline constexpr float byte_weight_unit = 1.0f / 32768.0f;     ///< what a weight is counted in
inline constexpr float byte_value_unit = 32768.0f / 32767.0f;  ///< the same where a page's largest value scale is 32,767
inline constexpr float least_value_scale = 1e-30f;  ///< a page's values that are scaled by less count as 0: the inverse would overflow
/// 2^x, x at most about 0, for weights that end as 16 bits: as above, but by a minimax polynomial of degree 4 (relative error below 3e-6),
/// and 0 below `word_exp2_lowest`.
inline constexpr float word_exp2_terms[5] = {9.570101e-3f, 5.5917863e-2f, 2.4024744e-1f, 6.931218e-1f, 9.999993e-1f};
inline constexpr float word_exp2_lowest = -30.0f;
/// 2^n for a whole n ≤ 0, exactly; 0 below 2^-64, since times a small scale it would be denormal, which some
/// processors compute slowly, and for what is no number.
[[nodiscard]] constexpr float whole_exp2(float n) noexcept {
  return !(n >= -64.0f) ? 0.0f : std::bit_cast<float>(static_cast<std::uint32_t>(127 + static_cast<int>(n)) << 23);
}

inline constexpr float gelu_slope = 1.59576912161f;  ///< 2 · sqrt(2 / pi)
inline constexpr float gelu_cubic = 0.044715f;

}  // namespace inoculum::engine
