// SPDX-License-Identifier: Apache-2.0
// AMX's tile registers: eight of up to 16 rows × 64 bytes, whose shapes the program sets, and a unit that multiplies them. The
// instructions are written out: gcc 12 declares to its optimiser only 8 of the 64 bytes that _tile_loadconfig reads, and the
// intrinsics of the compilers in use take no register number from a template. No target attribute is needed either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "avx2_quantised.hpp"

namespace inoculum::engine::amx {

/// What LDTILECFG reads (Intel SDM, volume 2).
struct alignas(64) tile_shapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  [[nodiscard]] bool operator==(const tile_shapes& other) const noexcept { return std::memcmp(this, &other, sizeof other) == 0; }
};
static_assert(sizeof(tile_shapes) == 64);

inline constexpr std::size_t tile_rows = 16;  ///< tokens of a tile
inline constexpr int tile_products = 4;       ///< products under way at once: one takes 16 cycles, its result 52

/// For products over `width` columns, a multiple of 4 up to 64: tiles 0 … 3 hold sums, 16 tokens × 16 rows of 32 bits; 4 and 5
/// activations, 16 tokens × width bytes; 6 and 7 weights, width / 4 groups of four columns × 16 rows.
[[nodiscard]] constexpr tile_shapes shapes_of(std::size_t width) noexcept {
  tile_shapes out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.rows[i] = i < 6 ? 16 : static_cast<std::uint8_t>(width / 4);
    out.row_bytes[i] = i == 4 || i == 5 ? static_cast<std::uint16_t>(width) : 64;
  }
  return out;
}

/// For a block of 32 columns, and for half of one.
inline constexpr tile_shapes block_shapes = shapes_of(32), half_shapes = shapes_of(16);

#if defined(INOCULUM_ENGINE_X86)

/// The processor's own. A test puts plain C++ in its place.
class hardware_tiles {
 public:
  hardware_tiles() = default;
  hardware_tiles(const hardware_tiles&) = delete;
  hardware_tiles& operator=(const hardware_tiles&) = delete;
  /// By the calling convention nobody may expect shapes to be kept; but llama.cpp sets a thread's once for good, and it may be this one.
  ~hardware_tiles() {
    if (others_) set(before_);
  }

  /// Ours are left for the next call: by Intel's optimisation manual setting them takes some 200 cycles and looking 20, where 64 tokens
  /// with a panel of 576 columns take about 2,000.
  void shape(const tile_shapes& wanted) noexcept {
    before_ = get();
    if (before_ == wanted) return;
    set(wanted);
    others_ = before_.palette != 0 && !(before_ == block_shapes) && !(before_ == half_shapes);
  }
  [[nodiscard]] static tile_shapes get() noexcept {
    tile_shapes out;
    asm volatile("sttilecfg %0" : "=m"(out));
    return out;
  }
  static void set(const tile_shapes& shapes) noexcept { asm volatile("ldtilecfg %0" : : "m"(shapes)); }
  /// Rows of memory `stride` bytes apart.
  template <int Tile>
  static void load(const void* from, std::size_t stride) noexcept {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(Tile) : "memory");
  }
  /// Rows of 64 bytes, one behind the other.
  template <int Tile>
  static void store(void* to) noexcept {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(std::size_t{64}), "i"(Tile) : "memory");
  }
  /// Sums = A · B in 32 bits, of signed bytes.
  template <int Sums, int A, int B>
  static void multiply() noexcept {
    asm volatile("tilezero %%tmm%c0\n\ttdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sums), "i"(A), "i"(B));
  }

 private:
  tile_shapes before_{};
  bool others_ = false;
};

#endif

}  // namespace inoculum::engine::amx
