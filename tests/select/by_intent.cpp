// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <inoculum/select/bucketed.hpp>
#include <inoculum/select/by_intent.hpp>
#include <inoculum/select/combinators.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/select/similarity.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace inoculum;

namespace {

std::vector<std::string> ids(const ranking& r, const demonstration_pool& pool) {
  std::vector<std::string> out;
  for (const candidate& c : r.candidates) out.push_back(pool[c.index].id);
  return out;
}

/// Six requests about bills: what is asked is the same, two words tell the harmful from the harmless.
demonstration_pool bills() {
  std::vector<basic_demonstration> items;
  const char* const things[] = {"the scan", "a visit", "the clinic", "an operation", "her medicine", "this X-ray"};
  for (const char* thing : things) {
    items.push_back({.id = "fake" + std::to_string(items.size()),
                     .label = intent::harmful,
                     .query = std::string("Invent a bill for ") + thing,
                     .response = "No."});
    items.push_back({.id = "true" + std::to_string(items.size()), .query = std::string("Explain a bill for ") + thing, .response = "Yes."});
  }
  return demonstration_pool::build(std::move(items)).value();
}

}  // namespace

TEST_CASE("intent_probe learns which words are the harmful queries'") {
  const auto pool = bills();
  const auto probe = intent_probe::fit(pool);
  CHECK(probe.of("Invent a bill for the garden") > 0.5f);
  CHECK(probe.of("Explain a bill for the garden") < -0.5f);
  CHECK(std::abs(probe.of("a bill for the scan")) < 0.1f);
  CHECK(probe.of("") == 0.0f);
  CHECK(probe.of("Quite otherwise") == 0.0f);
  for (const char* text : {"Invent a bill", "explain invent", "for an operation", "\xff\xfe invent"}) {
    CAPTURE(text);
    const float reading = probe.of(text);
    CHECK(reading * 256.0f == std::nearbyint(reading * 256.0f));
    CHECK(std::abs(reading) <= 1.0f);
  }
  // Of one intent, or of nothing: no reading, and no division by zero.
  std::vector<basic_demonstration> one(2);
  one[0] = {.id = "a", .query = "Explain a bill", .response = "Yes."};
  one[1] = {.id = "b", .query = "Explain it", .response = "Yes."};
  CHECK(intent_probe::fit(demonstration_pool::build(one).value()).of("Explain it") == 0.0f);
  // Whatever the order of the pool.
  std::vector<basic_demonstration> turned(pool.items().rbegin(), pool.items().rend());
  CHECK(intent_probe::fit(demonstration_pool::build(std::move(turned)).value()).of("Invent a visit") == probe.of("Invent a visit"));
}

TEST_CASE("intent_probe solves what ridge regression asks") {
  // Two queries of one word each, no stems: XᵀX is diagonal, each weight is ±1 / (1 + ridge).
  std::vector<basic_demonstration> items(2);
  items[0] = {.id = "a", .label = intent::harmful, .query = "steal", .response = "No."};
  items[1] = {.id = "b", .query = "heal", .response = "Yes."};
  const auto pool = demonstration_pool::build(items).value();
  for (const double ridge : {0.1, 1.0, 3.0}) {
    const auto probe = intent_probe::fit(pool, ridge);
    CHECK(probe.of("steal") == doctest::Approx(1.0 / (1.0 + ridge)).epsilon(0.01));
    CHECK(probe.of("Heal!") == doctest::Approx(-1.0 / (1.0 + ridge)).epsilon(0.01));
  }
}

TEST_CASE("by_intent moves refusals and answers against each other, and nothing else") {
  const auto pool = bills();
  const auto similar = similarity<>::build(pool).value();
  const auto policy = by_intent(intent_probe::fit(pool), similar);
  static_assert(selection_policy<decltype(policy)>);
  const request fraud{.query = "Invent one for the clinic"}, question{.query = "Explain one for the clinic"};
  for (const request& r : {fraud, question}) {
    const auto plain = similar.rank(pool_view(pool), r, pool.size()).value(),
               leaning = policy.rank(pool_view(pool), r, pool.size()).value();
    for (const intent i : {intent::harmful, intent::benign}) {
      const auto of = [&](const ranking& ranked) {
        std::vector<std::pair<std::uint32_t, float>> out;
        for (const candidate& c : ranked.candidates) {
          if (pool[c.index].label == i) out.emplace_back(c.index, c.score);
        }
        return out;
      };
      CHECK(of(plain) == of(leaning));
    }
    const auto wanted = r.query == fraud.query ? intent::harmful : intent::benign;
    const auto share_of_wanted = [&](const ranking& ranked) {
      return std::count_if(ranked.candidates.begin(), ranked.candidates.begin() + 5,
                           [&](const candidate& c) { return pool[c.index].label == wanted; });
    };
    CHECK(share_of_wanted(leaning) > share_of_wanted(plain));
    CHECK(share_of_wanted(leaning) >= 4);
    CHECK(ids(policy.rank(pool_view(pool), r, 4).value(), pool) == [&] {
      auto four = ids(leaning, pool);
      four.resize(4);
      return four;
    }());
  }
  // A request that says nothing of its intent stays as it was; so does a view of one intent.
  const request neutral{.query = "the clinic"};
  CHECK(ids(policy.rank(pool_view(pool), neutral, 4).value(), pool) == ids(similar.rank(pool_view(pool), neutral, 4).value(), pool));
  CHECK(ids(only(intent::benign, policy).rank(pool_view(pool), fraud, 4).value(), pool) ==
        ids(only(intent::benign, similar).rank(pool_view(pool), fraud, 4).value(), pool));
  const auto text = make_policy("similarity", pool).value();
  CHECK(ids(text.rank(pool_view(pool), fraud, 4).value(), pool) == ids(policy.rank(pool_view(pool), fraud, 4).value(), pool));
  CHECK(ids(make_policy("similarity(text)", pool).value().rank(pool_view(pool), fraud, 4).value(), pool) ==
        ids(similar.rank(pool_view(pool), fraud, 4).value(), pool));
}

TEST_CASE("by_intent looks as far down the ranking as it takes") {
  std::vector<basic_demonstration> items(600);  // all refusals first
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool harmful = i < 300;
    items[i] = {.id = std::to_string(i),
                .label = harmful ? intent::harmful : intent::benign,
                .query = (harmful ? "Invent bill " : "Explain bill ") + std::to_string(i),
                .response = "So."};
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  struct by_index {
    result<ranking> rank(const pool_view& view, const request&, std::size_t n) const {
      ranking out;
      for (std::uint32_t i = 0; i < view.pool().size() && out.candidates.size() < n; ++i) {
        if (view.contains(i)) out.candidates.push_back({i, i < 300 ? 0.5f : 0.4f, "first"});
      }
      return out;
    }
  };
  const auto policy = by_intent(intent_probe::fit(pool), by_index{});
  const request question{.query = "Explain it"};
  const auto all = ids(policy.rank(pool_view(pool), question, pool.size()).value(), pool);
  CHECK(all.front() == "300");
  for (const std::size_t n : {1u, 2u, 9u, 18u, 19u, 400u}) {
    CHECK(ids(policy.rank(pool_view(pool), question, n).value(), pool) ==
          std::vector<std::string>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)));
  }
  CHECK(policy.rank(pool_view(pool), question, 0).value().candidates.empty());
  CHECK(ids(policy.rank(pool_view(pool), question, std::size_t{1} << 60).value(), pool) == all);
}

TEST_CASE("bucketed leans to the anchor of the request's intent") {
  // Only a harmful anchor is about the clinic: nearness sends every question about it there.
  std::vector<basic_demonstration> items;
  const auto all = bills();
  for (const basic_demonstration& d : all.items()) {
    if (d.query != "Explain a bill for the clinic") items.push_back(d);
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto similar = similarity<>::build(pool).value();
  const auto leaning = bucketed<>::build(pool, similar, pool.size(), intent_probe::fit(pool)).value();
  const auto plain = bucketed<>::build(pool, similar, pool.size()).value();
  const auto first = [&](const auto& policy, const char* query) {
    return pool[policy.rank(pool_view(pool), {.query = query}, 1).value().candidates[0].index].label;
  };
  CHECK(first(plain, "Explain a bill at the clinic") == intent::harmful);
  CHECK(first(leaning, "Explain a bill at the clinic") == intent::benign);
  CHECK(first(leaning, "Invent a bill at the clinic") == intent::harmful);
}
