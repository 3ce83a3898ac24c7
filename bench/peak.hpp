// SPDX-License-Identifier: Apache-2.0
// What bounds the engine on this machine, measured: multiplications a second of a loop of nothing else, and bytes a second of a plain read.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <inoculum/engine/kernels/select.hpp>
#include <inoculum/engine/kernels/thread_team.hpp>
#include <inoculum/engine/quant/packed_matrix.hpp>

namespace bench {

namespace engine = inoculum::engine;

/// Seconds that this thread has computed: what others do on a shared machine counts less than by the clock on the wall.
inline double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

#if defined(INOCULUM_ENGINE_X86)
INOCULUM_AVX512 inline double vnni_loop(std::size_t steps) {
  __m512i sum[16];
  INOCULUM_UNROLL
  for (int i = 0; i < 16; ++i) sum[i] = _mm512_set1_epi32(i);
  const __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5);
  const double begin = now();
  for (std::size_t s = 0; s < steps; ++s) {
    INOCULUM_UNROLL
    for (int i = 0; i < 16; ++i) {
      sum[i] = _mm512_dpbusd_epi32(sum[i], a, b);
      asm volatile("" : "+v"(sum[i]));  // or a compiler might multiply instead
    }
  }
  const double seconds = now() - begin;
  return static_cast<double>(steps) * 16 * 64 / seconds;
}

/// Full tiles, 16 × 64 by 64 × 16, from registers to registers.
inline double amx_loop(std::size_t steps) {
  engine::amx::hardware_tiles::set(engine::amx::shapes_of(64));
  const double begin = now();
  for (std::size_t s = 0; s < steps; ++s) {
    asm volatile(
        "tdpbssd %tmm6, %tmm4, %tmm0\n\ttdpbssd %tmm7, %tmm4, %tmm1\n\ttdpbssd %tmm6, %tmm5, %tmm2\n\ttdpbssd %tmm7, %tmm5, %tmm3");
  }
  const double seconds = now() - begin;
  asm volatile("tilerelease");
  return static_cast<double>(steps) * 4 * 16 * 16 * 64 / seconds;
}
#endif
/// Multiplications a second that the processor could do at best with the table's instructions, 0 if it is of neither kind.
inline double peak_of([[maybe_unused]] const engine::kernel_table& kernels) {
  double best = 0;
#if defined(INOCULUM_ENGINE_X86)
  for (int i = 0; i < 5; ++i) {
    if (&kernels == &engine::amx::table) best = std::max(best, amx_loop(50000));
    if (&kernels == &engine::avx512::table) best = std::max(best, vnni_loop(200000));
  }
#endif
  return best;
}

/// Bytes a second that the threads read when they do nothing else; `memory` is larger than any cache and has been written to.
inline double plain_read(engine::thread_team& team, const engine::aligned_bytes& memory) {
  constexpr std::size_t run = std::size_t{1} << 20;
  std::atomic<std::uint64_t> all{0};  // somebody might want it, so nothing is left out
  const auto start = std::chrono::steady_clock::now();
  team.run([&](std::size_t) {
    team.each(memory.size() / run, 0, [&](std::size_t i) {
      std::uint64_t sum = 0, word = 0;
      for (const std::uint8_t *p = memory.data() + i * run, *end = p + run; p != end; p += 64) {
        std::memcpy(&word, p, sizeof word);
        sum += word;
      }
      all.fetch_add(sum, std::memory_order_relaxed);
    });
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return all.load() == 1 ? 0.0 : static_cast<double>(memory.size()) / took.count();
}

}  // namespace bench
