// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <inoculum/core/rng.hpp>
#include <set>
#include <span>
#include <vector>

namespace ino = inoculum;
using ino::rng;

// The golden numbers were computed by an independent implementation (integers of arbitrary size); those of
// seed 1234567 are the ones published for SplitMix64. A change here changes every seeded result of the library.

TEST_CASE("next is SplitMix64") {
  rng zero(0);
  CHECK(zero.next() == 0xe220a8397b1dcdafu);
  CHECK(zero.next() == 0x6e789e6aa1b965f4u);
  rng r(1234567);
  for (const std::uint64_t expected : {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u}) {
    CHECK(r.next() == expected);
  }
  static_assert(rng(0).next() == 0xe220a8397b1dcdafu);
}

TEST_CASE("below, unit and normal give the same numbers everywhere") {
  rng r(7);
  std::vector<std::uint32_t> digits;
  for (int i = 0; i < 12; ++i) digits.push_back(r.below(10));
  CHECK(digits == std::vector<std::uint32_t>{3, 0, 9, 5, 4, 2, 4, 3, 1, 4, 1, 9});

  rng big(7);  // where multiply-shift must reject: three thousand million does not divide 2^32
  CHECK(big.below(3000000000u) == 1169489244u);
  CHECK(big.below(3000000000u) == 50364882u);
  CHECK(big.below(3000000000u) == 2702282041u);
  CHECK(big.below(3000000000u) == 1748790878u);

  rng u(7);
  CHECK(u.unit() == 0x1.8f2f879164c82p-2);
  CHECK(u.unit() == 0x1.130f35fd0f180p-6);
  rng n(7);
  CHECK(n.normal() == -0x1.003e872f99a2ap+0);
}

TEST_CASE("below stays below, and 0 and 1 leave no choice") {
  rng r(1);
  CHECK(r.below(0) == 0);
  CHECK(r.below(1) == 0);
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) ++seen.at(r.below(6));
  for (const int count : seen) CHECK(count > 850);  // 1000 expected, deviation 29: five and more away is a bug
}

TEST_CASE("between and chance keep their bounds") {
  rng r(2);
  for (int i = 0; i < 1000; ++i) {
    const double x = r.between(-2.0, 3.0);
    REQUIRE(x >= -2.0);
    REQUIRE(x < 3.0);
    REQUIRE_FALSE(r.chance(0.0));
    REQUIRE(r.chance(1.0));
  }
}

TEST_CASE("normal has mean 0 and deviation 1") {
  rng r(3);
  double sum = 0.0, square = 0.0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double x = r.normal();
    sum += x;
    square += x * x;
  }
  CHECK(sum / n == doctest::Approx(0.0).epsilon(0.03));
  CHECK(square / n == doctest::Approx(1.0).epsilon(0.03));
}

TEST_CASE("shuffle permutes, and always the same way") {
  std::vector<int> v = {0, 1, 2, 3, 4, 5, 6, 7};
  rng(7).shuffle(std::span(v));
  CHECK(v == std::vector<int>{7, 4, 6, 1, 2, 5, 0, 3});
  std::vector<int> none;
  rng(7).shuffle(std::span(none));
  CHECK(none.empty());
}

TEST_CASE("fork names independent streams without touching the parent") {
  const rng parent(7);
  rng a = parent.fork(3), again = parent.fork(3);
  CHECK(a.next() == 0x4bd5810aaf04c273u);
  CHECK(again.next() == 0x4bd5810aaf04c273u);
  std::set<std::uint64_t> firsts;
  for (std::uint64_t stream = 0; stream < 1000; ++stream) firsts.insert(parent.fork(stream).next());
  CHECK(firsts.size() == 1000);
}

TEST_CASE("pick chooses among all of them") {
  rng r(4);
  const char* const words[] = {"a", "b", "c"};
  std::set<std::string_view> seen;
  for (int i = 0; i < 100; ++i) seen.insert(r.pick(words));
  CHECK(seen.size() == 3);
}

TEST_CASE("hash_bytes is FNV-1a") {
  CHECK(ino::hash_bytes("") == 0xcbf29ce484222325u);
  CHECK(ino::hash_bytes("a") == 0xaf63dc4c8601ec8cu);
  CHECK(ino::hash_bytes("foobar") == 0x85944171f73967e8u);
}
