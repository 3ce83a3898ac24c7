// SPDX-License-Identifier: Apache-2.0
// The simple policies: nothing, at random, always the same.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/rng.hpp"
#include "concepts.hpp"

namespace inoculum {

/// Puts nothing forward. A gate's usual fallback.
struct no_policy {
  [[nodiscard]] result<ranking> rank(const pool_view&, const request&, std::size_t) const { return ranking{.may_be_empty = true}; }
};

/// Uniformly at random, without replacement; another draw for every query, the same draw for the same query.
struct random_policy {
  std::uint64_t seed = 0;

  template <class Ranking = ranking>
  [[nodiscard]] result<Ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    std::vector<std::uint32_t> indices;
    indices.reserve(view.count());
    for (std::uint32_t i = 0; i < view.pool().size(); ++i) {
      if (view.contains(i)) indices.push_back(i);
    }
    rng draw(hash_bytes(r.query, seed ^ 0xcbf29ce484222325u));
    Ranking out;
    const std::size_t count = n < indices.size() ? n : indices.size();
    out.candidates.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {  // Fisher–Yates, stopped early
      std::swap(indices[i], indices[i + draw.below(static_cast<std::uint32_t>(indices.size() - i))]);
      out.candidates.push_back({indices[i], 0.0f, "random"});
    }
    return out;
  }
};

/// The same demonstrations for every request, first given first: what a prefix cache likes best.
class fixed_policy {
 public:
  /// These, by id. Errors: not_found (an id that the pool lacks), invalid_argument (one twice).
  template <class Ids = std::initializer_list<std::string_view>>
  [[nodiscard]] static result<fixed_policy> of(const demonstration_pool& pool, const Ids& ids) {
    fixed_policy out;
    for (const std::string_view id : ids) {
      std::uint32_t index = 0;
      while (index < pool.size() && pool[index].id != id) ++index;
      if (index == pool.size()) return failure{errc::not_found, "the pool has no demonstration \"" + std::string(id) + "\"", "fixed"};
      for (const std::uint32_t given : out.indices_) {
        if (given == index) return failure{errc::invalid_argument, "demonstration \"" + std::string(id) + "\" is given twice", "fixed"};
      }
      out.indices_.push_back(index);
    }
    return out;
  }
  /// A seeded draw, refusals and answers by turns.
  template <std::same_as<demonstration_pool> Pool>
  [[nodiscard]] static fixed_policy balanced(const Pool& pool, std::uint64_t seed = 0) {
    std::vector<std::uint32_t> order(pool.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    rng draw(seed);
    draw.shuffle(order);
    std::vector<std::uint32_t> kinds[2];
    for (const std::uint32_t i : order) kinds[pool[i].label == intent::harmful].push_back(i);
    fixed_policy out;
    for (std::size_t i = 0; i < kinds[0].size() || i < kinds[1].size(); ++i) {
      for (const auto& kind : kinds) {
        if (i < kind.size()) out.indices_.push_back(kind[i]);
      }
    }
    return out;
  }

  template <class Ranking = ranking>
  [[nodiscard]] result<Ranking> rank(const pool_view& view, const request&, std::size_t n) const {
    Ranking out;
    for (const std::uint32_t i : indices_) {
      if (out.candidates.size() == n) break;
      if (view.contains(i)) out.candidates.push_back({i, 0.0f, "fixed"});
    }
    return out;
  }

 private:
  std::vector<std::uint32_t> indices_;
};

}  // namespace inoculum
