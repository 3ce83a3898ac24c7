// SPDX-License-Identifier: Apache-2.0
// Weighted sums of 8-bit pixels in fixed point: the loops of a picture's resizing, portable and for AVX2. All is exact in
// integers, so both give the same bytes and neither needs to be asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "processor.hpp"

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#define INOCULUM_RESAMPLE_X86 1
#include <immintrin.h>
#endif

namespace inoculum::engine {

/// 22 bits of fraction leave two bits of headroom beside 8-bit pixels in 32.
inline constexpr int resample_bits = 22;
inline constexpr std::size_t resample_step = 8;  ///< pixels that `across` takes at once

struct resample_kernels {
  /// One row of RGB to `to` pixels: pixel x is the sum of the pixels from first[x] on, times weights + x · longest, of which
  /// `counts[x]` count; longest is a multiple of 8, the weights past the count are 0, and the row is readable 8 pixels beyond its end.
  void (*across)(const std::uint8_t* row, const int* first, const int* counts, const std::int32_t* weights, std::size_t longest,
                 std::size_t to, std::uint8_t* out) = nullptr;
  /// out[n] = the sum of `count` rows, `stride` bytes apart, times weights.
  void (*down)(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, std::size_t count, std::size_t n,
               std::uint8_t* out) = nullptr;
};

namespace portable {

[[nodiscard]] inline std::uint8_t fixed_to_byte(std::int32_t v) noexcept {
  return static_cast<std::uint8_t>(std::clamp(v >> resample_bits, 0, 255));
}

inline void across(const std::uint8_t* row, const int* first, const int* counts, const std::int32_t* weights, std::size_t longest,
                   std::size_t to, std::uint8_t* out) {
  for (std::size_t x = 0; x < to; ++x, out += 3, weights += longest) {
    const std::uint8_t* p = row + static_cast<std::size_t>(first[x]) * 3;
    std::int32_t sum[3] = {1 << (resample_bits - 1), 1 << (resample_bits - 1), 1 << (resample_bits - 1)};
    for (int k = 0; k < counts[x]; ++k, p += 3) {
      for (int c = 0; c < 3; ++c) sum[c] += p[c] * weights[k];
    }
    for (int c = 0; c < 3; ++c) out[c] = fixed_to_byte(sum[c]);
  }
}

inline void down(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, std::size_t count, std::size_t n,
                 std::uint8_t* out) {
  for (std::size_t i = 0; i < n; ++i) {
    std::int32_t sum = 1 << (resample_bits - 1);
    for (std::size_t k = 0; k < count; ++k) sum += rows[k * stride + i] * weights[k];
    out[i] = fixed_to_byte(sum);
  }
}

inline constexpr resample_kernels resample = {across, down};

}  // namespace portable

#if defined(INOCULUM_RESAMPLE_X86)
namespace avx2 {

#define INOCULUM_RESAMPLE_AVX2 __attribute__((target("avx2")))

[[nodiscard]] INOCULUM_RESAMPLE_AVX2 inline __m256i eight_bytes(const std::uint8_t* p) noexcept {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}

// 8 pixels are 24 bytes, three vectors of 8 lanes; lane i of vector v belongs to pixel (8v + i) / 3, colour (8v + i) % 3.
INOCULUM_RESAMPLE_AVX2 inline void across(const std::uint8_t* row, const int* first, const int* counts, const std::int32_t* weights,
                                          std::size_t longest, std::size_t to, std::uint8_t* out) {
  const __m256i pixel[3] = {_mm256_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2), _mm256_setr_epi32(2, 3, 3, 3, 4, 4, 4, 5),
                            _mm256_setr_epi32(5, 5, 6, 6, 6, 7, 7, 7)};
  for (std::size_t x = 0; x < to; ++x, out += 3, weights += longest) {
    const std::uint8_t* p = row + static_cast<std::size_t>(first[x]) * 3;
    __m256i sums[3] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    for (std::size_t k = 0; k < static_cast<std::size_t>(counts[x]); k += resample_step, p += 3 * resample_step) {
      const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + k));
      for (int v = 0; v < 3; ++v) {
        const __m256i product = _mm256_mullo_epi32(eight_bytes(p + 8 * v), _mm256_permutevar8x32_epi32(w, pixel[v]));
        sums[v] = _mm256_add_epi32(sums[v], product);
      }
    }
    alignas(32) std::int32_t lane[24];
    for (int v = 0; v < 3; ++v) _mm256_store_si256(reinterpret_cast<__m256i*>(lane + 8 * v), sums[v]);
    for (int c = 0; c < 3; ++c) {
      std::int32_t sum = 1 << (resample_bits - 1);
      for (int i = c; i < 24; i += 3) sum += lane[i];
      out[c] = portable::fixed_to_byte(sum);
    }
  }
}

INOCULUM_RESAMPLE_AVX2 inline void down(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, std::size_t count,
                                        std::size_t n, std::uint8_t* out) {
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i sum = _mm256_set1_epi32(1 << (resample_bits - 1));
    for (std::size_t k = 0; k < count; ++k) {
      sum = _mm256_add_epi32(sum, _mm256_mullo_epi32(eight_bytes(rows + k * stride + i), _mm256_set1_epi32(weights[k])));
    }
    // Packing saturates, which is the clamp to 0 … 255.
    const __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(sum, resample_bits), _mm256_setzero_si256());
    const __m256i bytes = _mm256_packus_epi16(words, words);
    const std::int32_t low = _mm256_extract_epi32(bytes, 0), high = _mm256_extract_epi32(bytes, 4);
    std::memcpy(out + i, &low, 4);
    std::memcpy(out + i + 4, &high, 4);
  }
  portable::down(rows + i, stride, weights, count, n - i, out + i);
}

inline constexpr resample_kernels resample = {across, down};

#undef INOCULUM_RESAMPLE_AVX2
}  // namespace avx2
#endif

[[nodiscard]] inline const resample_kernels& best_resample() noexcept {
#if defined(INOCULUM_RESAMPLE_X86)
  if (processor().avx2) return avx2::resample;
#endif
  return portable::resample;
}

}  // namespace inoculum::engine
