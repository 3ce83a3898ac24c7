// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <inoculum/eval/statistics.hpp>

namespace ino = inoculum;

TEST_CASE("Wilson intervals as published") {
  // Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
  struct row {
    std::size_t hits, n;
    double low, high;
  };
  for (const row& r : {row{81, 263, 0.2553, 0.3662}, row{15, 148, 0.0624, 0.1605}, row{0, 20, 0.0, 0.1611}, row{1, 29, 0.0061, 0.1718}}) {
    const ino::interval i = ino::wilson({r.hits, r.n});
    CHECK(std::abs(i.low - r.low) < 5e-5);
    CHECK(std::abs(i.high - r.high) < 5e-5);
  }
}

TEST_CASE("Wilson intervals at the ends and at nothing") {
  CHECK(ino::wilson({0, 0}).low == 0.0);
  CHECK(ino::wilson({0, 0}).high == 1.0);
  CHECK_FALSE(ino::proportion{}.rate());
  for (std::size_t n = 1; n < 200; ++n) {
    for (std::size_t hits = 0; hits <= n; ++hits) {
      const ino::interval i = ino::wilson({hits, n});
      const double rate = static_cast<double>(hits) / static_cast<double>(n);
      REQUIRE(i.low >= 0.0);
      REQUIRE(i.low <= rate);
      REQUIRE(rate <= i.high);
      REQUIRE(i.high <= 1.0);
      // Mirror symmetry: the interval of the misses.
      const ino::interval m = ino::wilson({n - hits, n});
      REQUIRE(std::abs(i.low - (1.0 - m.high)) < 1e-12);
    }
  }
}

TEST_CASE("McNemar's exact test") {
  CHECK(ino::mcnemar_exact(0, 0) == 1.0);
  CHECK(ino::mcnemar_exact(5, 5) == 1.0);
  CHECK(std::abs(ino::mcnemar_exact(1, 9) - 22.0 / 1024.0) < 1e-15);  // 2 (C(10,0) + C(10,1)) / 2^10
  CHECK(std::abs(ino::mcnemar_exact(0, 6) - 2.0 / 64.0) < 1e-15);
  CHECK(ino::mcnemar_exact(9, 1) == ino::mcnemar_exact(1, 9));
  // By brute force over all splits of up to 30 pairs.
  for (std::size_t n = 1; n <= 30; ++n) {
    double tail = 0.0, choose = 1.0;
    for (std::size_t k = 0; 2 * k <= n; ++k) {
      tail += choose;
      choose = choose * static_cast<double>(n - k) / static_cast<double>(k + 1);
      CHECK(std::abs(ino::mcnemar_exact(k, n - k) - std::min(1.0, 2.0 * tail / std::pow(2.0, static_cast<double>(n)))) < 1e-12);
    }
  }
  const double tiny = ino::mcnemar_exact(0, 100000);  // underflows, and stays a number
  CHECK(tiny >= 0.0);
  CHECK(tiny < 1e-300);
}

TEST_CASE("Rogan-Gladen") {
  // Sensitivity 0.9, specificity 0.8, true rate 0.3: reported 0.3 * 0.9 + 0.7 * 0.2 = 0.41.
  CHECK(std::abs(*ino::rogan_gladen(0.41, 0.9, 0.8) - 0.3) < 1e-12);
  CHECK(*ino::rogan_gladen(0.0, 0.9, 0.8) == 0.0);
  CHECK(*ino::rogan_gladen(1.0, 0.9, 0.8) == 1.0);
  CHECK(*ino::rogan_gladen(0.37, 1.0, 1.0) == doctest::Approx(0.37));
  CHECK_FALSE(ino::rogan_gladen(0.5, 0.5, 0.5));
  CHECK_FALSE(ino::rogan_gladen(0.5, std::nan(""), 0.5));
}

TEST_CASE("quantiles") {
  CHECK_FALSE(ino::median({}));
  CHECK(*ino::median({3.0}) == 3.0);
  CHECK(*ino::median({4.0, 1.0}) == 2.5);
  CHECK(*ino::median({9.0, 1.0, 5.0}) == 5.0);
  CHECK(*ino::quantile({1.0, 2.0, 3.0, 4.0, 5.0}, 0.25) == 2.0);
  CHECK(*ino::quantile({1.0, 2.0}, 7.0) == 2.0);
}
