// SPDX-License-Identifier: Apache-2.0
// What this processor and this system offer, asked of both: a processor may report registers that the
// system does not save, or that it gives only to who asks.
#pragma once

#include <cstdint>

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace inoculum::engine {

struct processor_features {
  bool avx2 = false;         ///< AVX2, FMA and F16C, with their registers saved
  bool avx512_vnni = false;  ///< AVX-512 F, BW, DQ, VL and VNNI, with theirs
  bool amx_int8 = false;     ///< all of these and AMX's tiles with products of bytes, which this process may use
};

/// What a processor says of itself: the registers of CPUID's leaves 1 and 7, how many ways to shape tiles it knows (leaf 29; virtual
/// machines have been seen that report AMX and none), and which registers the system saves (XCR0).
struct processor_report {
  std::uint32_t leaf1_c = 0, leaf7_b = 0, leaf7_c = 0, leaf7_d = 0, palettes = 0;
  std::uint64_t saved = 0;
};

/// Asks the system for the tiles' 8 KB of registers, for all threads of this process. Linux gives them to nobody else since 5.16
/// (a thread that goes on without dies by SIGILL), and refuses where it has none, where a filter forbids the question, or where a
/// thread's signal stack is too small for them.
[[nodiscard]] inline bool permit_tiles() noexcept {
#if defined(__x86_64__) && defined(__linux__) && defined(SYS_arch_prctl)
  constexpr long get_permission = 0x1022, request_permission = 0x1023, tile_data = 18;
  unsigned long long permitted = 0;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0 && syscall(SYS_arch_prctl, get_permission, &permitted) == 0 &&
         (permitted >> tile_data & 1u) != 0;
#else
  return false;
#endif
}

/// `permit` is called only where nothing else is missing.
[[nodiscard]] inline processor_features features_of(const processor_report& r, bool (*permit)() noexcept) noexcept {
  const auto has = [](std::uint32_t word, int bit) { return (word >> bit & 1u) != 0; };
  const auto saves = [&](std::uint64_t registers) { return (r.saved & registers) == registers; };
  processor_features out;
  if (!has(r.leaf1_c, 27) || !has(r.leaf1_c, 28)) return out;  // XGETBV, AVX
  out.avx2 = has(r.leaf1_c, 12) && has(r.leaf1_c, 29) && has(r.leaf7_b, 5) && saves(0x6);
  const bool foundation = has(r.leaf7_b, 16) && has(r.leaf7_b, 17) && has(r.leaf7_b, 30) && has(r.leaf7_b, 31);
  out.avx512_vnni = out.avx2 && foundation && has(r.leaf7_c, 11) && saves(0xe6);
  out.amx_int8 = out.avx512_vnni && has(r.leaf7_d, 24) && has(r.leaf7_d, 25) && r.palettes >= 1 && saves(0x60000) && permit();
  return out;
}

[[nodiscard]] inline processor_features processor() noexcept {
  processor_report r;
#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &r.leaf1_c, &d) == 0 || (r.leaf1_c >> 27 & 1u) == 0) return {};
  if (__get_cpuid_count(7, 0, &a, &r.leaf7_b, &r.leaf7_c, &r.leaf7_d) == 0) return {};
  (void)__get_cpuid_count(29, 0, &r.palettes, &b, &c, &d);
  std::uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));  // the intrinsic would need a target of its own
  r.saved = low;
#endif
  return features_of(r, permit_tiles);
}

}  // namespace inoculum::engine
