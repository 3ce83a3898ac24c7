// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/core/result.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ino = inoculum;
using ino::errc;
using ino::failure;
using ino::result;

namespace {
// Counts its copies and its living objects, so that a leak or a double destruction in the union shows.
struct counted {
  static inline int alive = 0;
  static inline int copies = 0;
  int value = 0;
  explicit counted(int v) : value(v) { ++alive; }
  counted(const counted& o) : value(o.value) {
    ++alive;
    ++copies;
  }
  counted(counted&& o) noexcept : value(std::exchange(o.value, -1)) { ++alive; }
  counted& operator=(const counted&) = default;
  counted& operator=(counted&&) = default;
  ~counted() { --alive; }
};

result<int> half(int n) {
  if (n % 2 != 0) return failure{errc::invalid_argument, std::to_string(n) + " is odd", "half"};
  return n / 2;
}
}  // namespace

TEST_CASE("a result holds a value or a failure") {
  const auto good = half(8);
  REQUIRE(good);
  CHECK(good.has_value());
  CHECK(*good == 4);
  CHECK(good.value() == 4);
  CHECK(good.value_or(9) == 4);

  const auto bad = half(7);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == errc::invalid_argument);
  CHECK(bad.error().to_string() == "half: 7 is odd");
  CHECK(bad.value_or(9) == 9);
}

TEST_CASE("a failure without a place is its message") {
  const failure f{errc::io, "disk full", {}};
  CHECK(f.to_string() == "disk full");
}

TEST_CASE("every code has its own name") {
  CHECK(std::string(to_string(errc::invalid_argument)) == "invalid_argument");
  CHECK(std::string(to_string(errc::budget)) == "budget");
  CHECK(std::string(to_string(errc::internal)) == "internal");
  CHECK(std::string(to_string(static_cast<errc>(99))) == "unknown");
}

TEST_CASE("a result carries a type that only moves") {
  result<std::unique_ptr<int>> r = std::make_unique<int>(3);
  result<std::unique_ptr<int>> moved = std::move(r);
  REQUIRE(moved);
  const std::unique_ptr<int> taken = std::move(moved).value();
  CHECK(*taken == 3);
}

TEST_CASE("assignment over all four pairs of value and failure destroys what was there, once") {
  counted::alive = 0;
  {
    const failure f{errc::parse, "a message that is too long for the small-string buffer", "line 3"};
    result<counted> a(counted{1}), b(counted{2}), c(f), d(f);
    b = a;  // value over value
    CHECK(b->value == 1);
    c = a;  // value over failure
    REQUIRE(c);
    CHECK(c->value == 1);
    a = d;  // failure over value
    REQUIRE_FALSE(a);
    CHECK(a.error().where == "line 3");
    d = result<counted>(f);  // failure over failure
    CHECK_FALSE(d);
    result<counted>& alias = b;
    b = alias;
    CHECK(b->value == 1);
    CHECK(counted::alive == 2);  // b and c
  }
  CHECK(counted::alive == 0);
}

TEST_CASE("moving out of a temporary does not copy") {
  counted::copies = 0;
  const counted c = result<counted>(counted{5}).value();
  CHECK(c.value == 5);
  CHECK(counted::copies == 0);
}

TEST_CASE("result<void> is success or a failure") {
  const result<void> fine;
  CHECK(fine);
  fine.value();
  const result<void> broken = failure{errc::timeout, "took 3 s", "server"};
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == errc::timeout);
}
