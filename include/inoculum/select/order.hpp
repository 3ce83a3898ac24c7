// SPDX-License-Identifier: Apache-2.0
// The orders in which chosen demonstrations are shown, and a policy together with its order.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/sort.hpp"
#include "concepts.hpp"

namespace inoculum {

/// Best candidate next to the question.
struct similar_last {
  static constexpr std::string_view name = "similar_last";
  void arrange(std::span<selected> chosen, const demonstration_pool&) const {
    for (std::size_t i = 0; i < chosen.size() / 2; ++i) std::swap(chosen[i], chosen[chosen.size() - 1 - i]);
  }
};

/// Best candidate first; kept as ranked.
struct similar_first {
  static constexpr std::string_view name = "similar_first";
  void arrange(std::span<selected>, const demonstration_pool&) const {}
};

/// Answers before refusals, each kind with its best last.
struct refusals_last {
  static constexpr std::string_view name = "refusals_last";
  void arrange(std::span<selected> chosen, const demonstration_pool& pool) const {
    std::vector<selected> best_last;
    for (const intent kind : {intent::benign, intent::harmful}) {
      for (std::size_t i = chosen.size(); i > 0; --i) {
        if (pool[chosen[i - 1].index].label == kind) best_last.push_back(chosen[i - 1]);
      }
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = best_last[i];
  }
};

/// Answer, refusal, answer, refusal …, each kind with its best last, and the best of all at the very end.
struct alternating {
  static constexpr std::string_view name = "alternating";
  void arrange(std::span<selected> chosen, const demonstration_pool& pool) const {
    std::vector<selected> kinds[2];
    for (const selected& s : chosen) kinds[pool[s.index].label == intent::harmful].push_back(s);
    if (chosen.empty()) return;
    std::size_t next = pool[chosen.front().index].label == intent::harmful;  // filled from the end, starting with the best
    std::size_t used[2] = {0, 0};
    for (std::size_t i = chosen.size(); i > 0; --i) {
      if (used[next] == kinds[next].size()) next = 1 - next;
      chosen[i - 1] = kinds[next][used[next]++];
      next = 1 - next;
    }
  }
};

/// By index: whoever chose the same demonstrations shows the same prompt, so prefixes are shared.
struct canonical {
  static constexpr std::string_view name = "canonical";
  void arrange(std::span<selected> chosen, const demonstration_pool&) const {
    detail::heap_sort(chosen, [](const selected& a, const selected& b) { return a.index < b.index; });
  }
};

/// All at one place: none sees another, the request sees them all (`conversation::side_by_side`). What a demonstration costs to read
/// then does not depend on its company, so that a backend reads it once and for all; and there is no order to choose.
struct side_by_side : canonical {
  static constexpr std::string_view name = "side_by_side";
};

/// A policy that says in which order its choice is shown.
template <selection_policy P, order_policy O>
struct ordered_policy {
  P policy;
  O order{};
  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const { return policy.rank(view, r, n); }
  void arrange(std::span<selected> chosen, const demonstration_pool& pool) const { order.arrange(chosen, pool); }
  [[nodiscard]] bool shows_side_by_side() const noexcept { return std::same_as<O, side_by_side>; }
};

/// `similarity | refusals_last{}`: the text form's `|`, in C++.
// The type is deduced so that clang names the concept that a wrong argument misses (see make_guard).
template <selection_policy P, order_policy O>
[[nodiscard]] auto operator|(P policy, O order) {
  return ordered_policy<P, O>{std::move(policy), order};
}

/// A policy that brings its own order, instead of the default `similar_last`.
template <class P>
concept arranging_policy = selection_policy<P> && requires(const P& p, std::span<selected> chosen, const demonstration_pool& pool) {
  { p.arrange(chosen, pool) } -> std::same_as<void>;
};

/// Whether what this policy chooses stands side by side: what it says itself, otherwise no.
template <selection_policy P>
[[nodiscard]] bool shows_side_by_side(const P& policy) {
  if constexpr (requires {
                  { policy.shows_side_by_side() } -> std::same_as<bool>;
                })
    return policy.shows_side_by_side();
  else return false;
}

}  // namespace inoculum
