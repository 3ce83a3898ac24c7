// SPDX-License-Identifier: Apache-2.0
// AMX's products: the algorithm with a unit in plain C++ wherever AVX-512 is, the processor's own where there is one, and how it is chosen.
#include <doctest/doctest.h>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/kernels/select.hpp>
#include <inoculum/engine/quant/half.hpp>

using namespace inoculum;
using namespace inoculum::engine;

namespace {

std::uint32_t bits(std::initializer_list<int> set) {
  std::uint32_t out = 0;
  for (const int bit : set) out |= std::uint32_t{1} << bit;
  return out;
}
/// A processor with everything that is asked for.
processor_report everything() { return {bits({12, 27, 28, 29}), bits({5, 16, 17, 30, 31}), bits({11}), bits({24, 25}), 1, 0x600e7}; }
int asked = 0;
bool granted() noexcept { return ++asked > 0; }
bool refused() noexcept { return ++asked == 0; }

}  // namespace

TEST_CASE("a processor that reports AMX while the system refuses runs on without it") {
  asked = 0;
  processor_features f = features_of(everything(), granted);
  CHECK(f.amx_int8);
  CHECK(asked == 1);
  f = features_of(everything(), refused);
  CHECK_FALSE(f.amx_int8);
  CHECK(f.avx512_vnni);
  CHECK(f.avx2);
  CHECK(asked == 2);

  const auto without = [](auto&& change) {
    processor_report r = everything();
    change(r);
    return features_of(r, granted);
  };
  // Nobody is asked for what the processor or the system does not have.
  CHECK_FALSE(without([](processor_report& r) { r.leaf7_d = bits({24}); }).amx_int8);
  CHECK_FALSE(without([](processor_report& r) { r.leaf7_d = bits({25}); }).amx_int8);
  CHECK_FALSE(without([](processor_report& r) { r.palettes = 0; }).amx_int8);
  CHECK_FALSE(without([](processor_report& r) { r.saved = 0x200e7; }).amx_int8);
  CHECK_FALSE(without([](processor_report& r) { r.saved = 0x400e7; }).amx_int8);
  f = without([](processor_report& r) { r.leaf7_c = 0; });
  CHECK_FALSE(f.amx_int8);
  CHECK_FALSE(f.avx512_vnni);
  CHECK(f.avx2);
  f = without([](processor_report& r) { r.saved = 0x60007; });
  CHECK_FALSE(f.avx512_vnni);
  CHECK(f.avx2);
  f = without([](processor_report& r) { r.leaf1_c = bits({12, 28, 29}); });  // no XGETBV to ask
  CHECK_FALSE(f.avx2);
  CHECK(asked == 2);
}

#if defined(INOCULUM_ENGINE_X86)

namespace {

/// The unit as Intel's manual defines it. What the processor would refuse to do is counted and not done.
class software_tiles {
 public:
  int refusals = 0;

  void shape(const amx::tile_shapes& wanted) noexcept {
    now_ = wanted;
    const auto zero = [](const auto& bytes) { return std::all_of(std::begin(bytes), std::end(bytes), [](auto v) { return v == 0; }); };
    if (now_.palette != 1 || now_.start_row != 0 || !zero(now_.reserved)) ++refusals;
    for (int i = 0; i < 16; ++i) {
      const bool used = now_.rows[i] != 0;
      if (used != (now_.row_bytes[i] != 0) || now_.rows[i] > 16 || now_.row_bytes[i] > 64 || (used && i >= 8)) ++refusals;
    }
    std::memset(tiles_, 0, sizeof tiles_);
  }
  template <int Tile>
  void load(const void* from, std::size_t stride) noexcept {
    if (now_.rows[Tile] == 0) ++refusals;
    std::memset(tiles_[Tile], 0, sizeof tiles_[Tile]);
    for (std::size_t r = 0; r < now_.rows[Tile]; ++r) {
      std::memcpy(tiles_[Tile][r], static_cast<const char*>(from) + r * stride, now_.row_bytes[Tile]);
    }
  }
  template <int Tile>
  void store(void* to) noexcept {
    if (now_.rows[Tile] == 0) ++refusals;
    for (std::size_t r = 0; r < now_.rows[Tile]; ++r) std::memcpy(static_cast<char*>(to) + 64 * r, tiles_[Tile][r], now_.row_bytes[Tile]);
  }
  template <int Sums, int A, int B>
  void multiply() noexcept {
    static_assert(Sums != A && Sums != B && A != B);
    const std::size_t m = now_.rows[Sums], n = now_.row_bytes[Sums] / 4u, k = now_.row_bytes[A] / 4u;
    if (m == 0 || n == 0 || k == 0 || now_.rows[A] != m || now_.rows[B] != k || now_.row_bytes[B] != 4 * n) {
      ++refusals;
      return;
    }
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        std::int32_t sum = 0;
        for (std::size_t c = 0; c < 4 * k; ++c) sum += byte(A, i, c) * byte(B, c / 4, 4 * j + c % 4);
        std::memcpy(&tiles_[Sums][i][4 * j], &sum, sizeof sum);
      }
    }
  }

 private:
  [[nodiscard]] int byte(int tile, std::size_t row, std::size_t i) const noexcept { return static_cast<std::int8_t>(tiles_[tile][row][i]); }

  amx::tile_shapes now_{};
  std::uint8_t tiles_[8][16][64] = {};
};

/// A unit with one bit wrong, in the last token of every product.
class wrong_tiles : public software_tiles {
 public:
  template <int Tile>
  void store(void* to) noexcept {
    software_tiles::store<Tile>(to);
    std::uint8_t* first = static_cast<std::uint8_t*>(to) + 64 * 15;
    *first = static_cast<std::uint8_t>(*first ^ 1u);
  }
};

constexpr panel_kind kinds[] = {panel_kind::q4,        panel_kind::q4_offset, panel_kind::q4_k, panel_kind::q5,
                                panel_kind::q5_offset, panel_kind::q5_k,      panel_kind::q6_k, panel_kind::q8};

/// A panel of any quants with finite scales, and rows of activations.
struct operands {
  operands(panel_kind k, std::size_t blocks, std::size_t n, rng& r) : kind(k), rows(n), panel(panel_bytes_of(k, blocks * block_columns)) {
    for (auto& byte : panel) byte = static_cast<std::uint8_t>(r.below(256));
    for (std::size_t i = blocks * layout_of(k).block_bytes(); i < panel.size(); ++i) panel[i] &= 0xbbu;  // no exponent is all ones
    const std::size_t columns = blocks * block_columns;
    values.resize(n * columns);
    scales.resize(n * blocks), sums.resize(n * blocks), totals.resize(n * blocks), halves.resize(n * blocks);
    std::vector<float> x(columns);
    for (std::size_t t = 0; t < n; ++t) {
      for (float& v : x) v = t == n / 2 ? (r.below(2) == 0 ? -1.0f : 1.0f) : static_cast<float>(r.normal());  // once ±127 throughout
      const std::size_t b = t * blocks;
      portable::quantise(x.data(), blocks, &values[t * columns], &scales[b], &sums[b], &totals[b], &halves[b]);
    }
    a = {values.data(), scales.data(), sums.data(), totals.data(), halves.data(), blocks};
  }
  /// What a kernel writes, and whether it left alone what is not its own.
  template <class Product>
  [[nodiscard]] std::vector<float> result(Product&& product) const {
    constexpr float untouched = 12345.0f;
    std::vector<float> out(rows * panel_rows + 16, untouched);
    product(kind, panel.data(), a, rows, out.data());
    CHECK(std::all_of(out.end() - 16, out.end(), [](float v) { return v == untouched; }));
    out.resize(rows * panel_rows);
    return out;
  }
  [[nodiscard]] std::vector<float> expected() const { return result(portable::quantised_panel); }

  panel_kind kind;
  std::size_t rows;
  std::vector<std::uint8_t> panel;
  std::vector<std::int8_t> values{};
  std::vector<float> scales{}, sums{};
  std::vector<std::int32_t> totals{}, halves{};
  activation_view a{};
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Every kind, every number of products modulo those under way at once, one to three slabs, every number of rows modulo a tile's.
template <class Product>
void compare(std::uint64_t seed, Product&& product) {
  rng r(seed);
  for (const panel_kind kind : kinds) {
    CAPTURE(static_cast<int>(kind));
    for (const std::size_t blocks : {1u, 2u, 3u, 4u, 7u, 18u, 31u, 32u, 33u, 48u, 67u}) {
      const std::size_t n = layout_of(kind).run() == 1 ? blocks : (blocks + 7) / 8 * 8;
      CAPTURE(n);
      for (const std::size_t rows : {1u, 15u, 16u, 17u + r.below(15), 32u, 33u + r.below(32)}) {
        CAPTURE(rows);
        const operands o(kind, n, rows, r);
        CHECK(same_bits(o.result(product), o.expected()));
      }
    }
  }
}

/// Prints why not.
bool has_unit() {
  if (amx::usable()) return true;
  const bool here = processor().amx_int8;
  std::printf("SKIPPED products by this processor's AMX: %s\n", here ? "its own check failed" : "it has none, or the system refuses it");
  CHECK_FALSE(here);
  return false;
}

}  // namespace

TEST_CASE("AMX's algorithm with a unit in software equals the portable products to the bit") {
  if (!processor().avx512_vnni) {
    std::printf("SKIPPED AMX's algorithm: no AVX-512 with VNNI for its sums\n");
    return;
  }
  software_tiles unit;
  compare(41, [&](panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) {
    amx::quantised_panel(unit, kind, panel, a, rows, out);
  });
  CHECK(unit.refusals == 0);
  CHECK(amx::computes_right(unit));
  wrong_tiles wrong;
  CHECK_FALSE(amx::computes_right(wrong));
}

TEST_CASE("AMX's products by the processor equal the portable ones to the bit") {
  if (!has_unit()) return;
  CHECK(usable_kernels().front() == &amx::table);
  compare(43, amx::table.quantised_panel);
}

TEST_CASE("AMX's tiles serve several threads, and others between their calls") {
  if (!has_unit()) return;
  rng r(47);
  std::vector<std::unique_ptr<operands>> tasks;
  for (const panel_kind kind : kinds) tasks.push_back(std::make_unique<operands>(kind, 40, 50, r));
  std::vector<std::vector<float>> expected;
  for (const auto& o : tasks) expected.push_back(o->expected());
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 24; ++i) {
        const std::size_t task = (i + thread) % tasks.size();
        std::vector<float> out(50 * panel_rows);
        amx::table.quantised_panel(tasks[task]->kind, tasks[task]->panel.data(), tasks[task]->a, 50, out.data());
        wrong[thread] += same_bits(out, expected[task]) ? 0 : 1;
        if (i > 4 && i < 16 && !(amx::hardware_tiles::get() == amx::shapes_of(64))) ++wrong[thread];  // somebody else's come back
        if (i == 4) amx::hardware_tiles::set(amx::shapes_of(64));
        if (i > 16) asm volatile("tilerelease");
        std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int w : wrong) CHECK(w == 0);
}

#endif
