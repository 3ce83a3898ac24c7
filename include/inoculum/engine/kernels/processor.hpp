// SPDX-License-Identifier: Apache-2.0
// What this processor and this system offer, asked of both: a processor may report registers that the
// system does not save.
#pragma once

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#include <cpuid.h>

#include <cstdint>
#endif

namespace inoculum::engine {

struct processor_features {
  bool avx2 = false;         ///< AVX2, FMA and F16C, with their registers saved
  bool avx512_vnni = false;  ///< AVX-512 F, BW, DQ, VL and VNNI, with theirs
};

[[nodiscard]] inline processor_features processor() noexcept {
  processor_features out;
#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return out;
  const bool fma = (c >> 12 & 1u) != 0, f16c = (c >> 29 & 1u) != 0, avx = (c >> 28 & 1u) != 0, saves = (c >> 27 & 1u) != 0;
  if (!saves || !avx || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return out;
  std::uint32_t saved = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));  // the intrinsic would need a target of its own
  out.avx2 = fma && f16c && (b >> 5 & 1u) != 0 && (saved & 0x6u) == 0x6u;
  const bool foundation = (b >> 16 & 1u) != 0 && (b >> 17 & 1u) != 0 && (b >> 30 & 1u) != 0 && (b >> 31 & 1u) != 0;
  out.avx512_vnni = out.avx2 && foundation && (c >> 11 & 1u) != 0 && (saved & 0xe6u) == 0xe6u;
#endif
  return out;
}

}  // namespace inoculum::engine
