// SPDX-License-Identifier: Apache-2.0
// Seeded randomness that gives the same numbers on every machine. The standard distributions are
// not used: their results differ between standard libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace inoculum {

/// SplitMix64 (Steele, Lea and Flood, 2014): 64 bits of state, passes BigCrush, any seed is fine.
class rng {
 public:
  explicit constexpr rng(std::uint64_t seed = 0) noexcept : state_(seed) {}

  [[nodiscard]] constexpr std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, n); 0 for n = 0. Multiply-shift with rejection (Lemire, 2019), without 128 bits:
  /// 32-bit draws suffice, because nothing here counts past 2^32.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t n) noexcept {
    if (n == 0) return 0;
    const std::uint32_t threshold = (0u - n) % n;
    for (;;) {
      const std::uint64_t m = (next() >> 32) * static_cast<std::uint64_t>(n);
      if (static_cast<std::uint32_t>(m) >= threshold) return static_cast<std::uint32_t>(m >> 32);
    }
  }

  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] constexpr double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// Uniform in [low, high).
  [[nodiscard]] constexpr double between(double low, double high) noexcept { return low + (high - low) * unit(); }
  /// True with probability p.
  [[nodiscard]] constexpr bool chance(double p) noexcept { return unit() < p; }
  /// Approximately normal, mean 0 and deviation 1: the sum of twelve uniforms, which needs no
  /// log or cos and so is bit-equal everywhere.
  [[nodiscard]] constexpr double normal() noexcept {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }

  /// A uniformly chosen element; the span must not be empty.
  template <class T>
  [[nodiscard]] constexpr const T& pick(std::span<const T> items) noexcept {
    return items[below(static_cast<std::uint32_t>(items.size()))];
  }
  template <class T, std::size_t N>
  [[nodiscard]] constexpr const T& pick(const T (&items)[N]) noexcept {
    return items[below(static_cast<std::uint32_t>(N))];
  }

  /// Fisher–Yates, of a span or vector.
  template <class Items>
  constexpr void shuffle(Items&& items) noexcept {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }
  }

  /// An independent stream named by a number: same parent seed and number, same stream.
  [[nodiscard]] constexpr rng fork(std::uint64_t stream) const noexcept {
    rng mixed(state_ ^ (stream * 0xd1342543de82ef95u + 0x2545f4914f6cdd1du));
    return rng(mixed.next());
  }

 private:
  std::uint64_t state_;
};

/// FNV-1a, 64 bits: names and short texts to seeds and hash buckets. Not for trust: see digest.hpp.
[[nodiscard]] constexpr std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325u) noexcept {
  std::uint64_t h = seed;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return h;
}

}  // namespace inoculum
