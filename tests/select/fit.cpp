// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <inoculum/select/combinators.hpp>
#include <inoculum/select/select.hpp>
#include <string>
#include <vector>

#include "../support/small_pool.hpp"

using namespace inoculum;

namespace {
const request asked{.query = "q"};
std::vector<std::uint32_t> same_cost(std::uint32_t c) { return std::vector<std::uint32_t>(12, c); }
}  // namespace

TEST_CASE("select goes on to what still fits, and says what it dropped") {
  const auto pool = test::small_pool();
  auto costs = same_cost(10);
  const std::string_view order[] = {"a-0", "a-1", "a-2"};  // indices 0, 2, 4
  costs[2] = 1000;
  const auto s = select(fixed_policy::of(pool, order).value(), pool_view(pool), asked, {3, 100}, costs).value();
  REQUIRE(s.chosen.size() == 2);
  CHECK(s.chosen[0].index == 4);  // similar_last: the best, index 0, comes last
  CHECK(s.chosen[1].index == 0);
  CHECK(s.tokens == 20);
  REQUIRE(s.left_out.size() == 1);
  CHECK(s.left_out[0].index == 2);
  CHECK(s.left_out[0].reason.find("1000") != std::string::npos);
}

TEST_CASE("what was dropped is listed as far as it outranks what was chosen, and counted beyond that") {
  std::vector<basic_demonstration> items(100);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].id = "d" + std::to_string(i);
    items[i].query = "Q " + std::to_string(i);
    items[i].response = "R";
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  struct first_ones {
    result<ranking> rank(const pool_view& view, const request&, std::size_t n) const {
      ranking out;
      for (std::uint32_t i = 0; i < view.pool().size() && out.candidates.size() < n; ++i) out.candidates.push_back({i, 0.0f, "first"});
      return out;
    }
  };
  std::vector<std::uint32_t> costs(100, 60);
  costs[2] = 10;
  const auto s = select(first_ones{}, pool_view(pool), asked, {8, 100}, costs).value();  // 0 and 2 fit, 1 is dropped before 2
  REQUIRE(s.chosen.size() == 2);
  REQUIRE(s.left_out.size() == 1);
  CHECK(s.left_out[0].index == 1);
  CHECK(s.left_out_in_all == 98);
  costs[2] = 60;
  costs[99] = 10;
  const auto late = select(first_ones{}, pool_view(pool), asked, {8, 100}, costs).value();
  CHECK(late.chosen.size() == 2);
  CHECK(late.left_out.size() == max_left_out);
  CHECK(late.left_out_in_all == 98);
}

TEST_CASE("select keeps the shares when one of them has long demonstrations") {
  const auto pool = test::small_pool();
  auto costs = same_cost(10);
  for (std::size_t i = 1; i < 9; i += 2) costs[i] = 500;  // r-0 … r-3 are too long, r-4 and r-5 fit
  const auto policy = mixed(share(0.5, only(intent::harmful, fixed_policy::balanced(pool))),
                            share(0.5, only(intent::benign, fixed_policy::balanced(pool))));
  const auto s = select(policy, pool_view(pool), asked, {4, 100}, costs).value();
  CHECK(s.chosen.size() == 4);
  CHECK(std::count_if(s.chosen.begin(), s.chosen.end(), [&](const selected& x) { return pool[x.index].label == intent::harmful; }) == 2);
}

TEST_CASE("select refuses what cannot be meant") {
  const auto pool = test::small_pool();
  const pool_view view(pool);
  const auto costs = same_cost(10);
  CHECK(select(random_policy{}, view, asked, {0, 100}, costs).error().code == errc::invalid_argument);
  const auto too_many = select(random_policy{}, view, asked, {13, 100}, costs);
  CHECK(too_many.error().message == "asked for 13 demonstrations, the pool has 12");
  CHECK_FALSE(select(random_policy{}, view, asked, {1, 100}, std::vector<std::uint32_t>(3, 1)));
  CHECK(select(random_policy{}, view, asked, {5, 9}, costs)->chosen.empty());
}

TEST_CASE("select never exceeds its budget and never wastes what fits (property)") {
  const auto pool = test::small_pool();
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    rng draw(seed);
    std::vector<std::uint32_t> costs(12);
    for (auto& c : costs) c = 1 + draw.below(60);
    const budget limit{1 + draw.below(12), 1 + draw.below(200)};
    const auto s = select(random_policy{seed}, pool_view(pool), asked, limit, costs).value();
    std::size_t sum = 0;
    for (const selected& x : s.chosen) sum += costs[x.index];
    REQUIRE(sum == s.tokens);
    REQUIRE(sum <= limit.tokens);
    REQUIRE(s.chosen.size() <= limit.demonstrations);
    if (s.chosen.size() < limit.demonstrations) {
      // whatever is not chosen would not have fitted at the end either
      for (std::uint32_t i = 0; i < 12; ++i) {
        const bool chosen = std::any_of(s.chosen.begin(), s.chosen.end(), [&](const selected& x) { return x.index == i; });
        REQUIRE((chosen || sum + costs[i] > limit.tokens));
      }
    }
  }
}

TEST_CASE("quotas: the largest remainder, summing to k") {
  CHECK(detail::quotas(std::vector<double>{0.5, 0.5}, 3) == std::vector<std::size_t>{2, 1});
  CHECK(detail::quotas(std::vector<double>{0.7, 0.2, 0.1}, 8) == std::vector<std::size_t>{6, 1, 1});
  CHECK(detail::quotas(std::vector<double>{1.0}, 5) == std::vector<std::size_t>{5});
}
