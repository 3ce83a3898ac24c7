// SPDX-License-Identifier: Apache-2.0
// The constants of 2^x, shared by every instruction set: x = n + f with n the nearest integer, 2^f by its
// Taylor polynomial (relative error below 1e-8 for |f| ≤ 1/2, so the float rounding dominates), 2^n by
// the exponent's bits. Our own, since libm's vector forms differ from machine to machine.
#pragma once

namespace inoculum::engine {

/// ln(2)^k / k!, k = 7 … 0.
inline constexpr float exp2_terms[8] = {1.5252733804e-5f, 1.5403530394e-4f, 1.3333558146e-3f, 9.6181291076e-3f,
                                        5.5504108665e-2f, 2.4022650696e-1f, 6.9314718056e-1f, 1.0f};
inline constexpr float exp2_lowest = -126.0f;  ///< below it the result is 0
inline constexpr float exp2_highest = 127.0f;  ///< above it the argument is held
inline constexpr float log2_e = 1.44269504089f;

inline constexpr float gelu_slope = 1.59576912161f;  ///< 2 · sqrt(2 / pi)
inline constexpr float gelu_cubic = 0.044715f;

}  // namespace inoculum::engine
