// SPDX-License-Identifier: Apache-2.0
// From a ranking to the demonstrations that are shown: shares, budget, order and trace, once for all policies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "concepts.hpp"
#include "order.hpp"

namespace inoculum {

/// How much may be shown. Both bounds hold.
struct budget {
  std::size_t demonstrations = 8;
  std::size_t tokens = 4096;  ///< for the demonstrations alone, picture positions included; 0: no bound
};

/// A demonstration that was ranked high enough but is not shown, and why.
struct dropped {
  std::uint32_t index = 0;
  std::string reason{};
};

/// More of what was left out is counted, not listed.
inline constexpr std::size_t max_left_out = 16;

/// What `select` chose, in the order in which the model reads it.
struct selection {
  std::vector<selected> chosen{};
  std::vector<dropped> left_out{};  ///< ranked before the last one chosen, at most `max_left_out`; of nothing chosen, the first
  std::size_t left_out_in_all = 0;  ///< however late they ranked
  bool gate_closed = false;
  bool may_be_empty = false;  ///< as the policy's ranking says
  std::size_t tokens = 0;     ///< sum over `chosen`
};

namespace detail {
/// k split by shares with the largest remainder (ties: the earlier share).
[[nodiscard]] inline std::vector<std::size_t> quotas(const std::vector<double>& shares, std::size_t k) {
  std::vector<std::size_t> out(shares.size());
  std::vector<double> rest(shares.size());
  std::size_t given = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double due = shares[i] * static_cast<double>(k);
    out[i] = static_cast<std::size_t>(due + 1e-9);
    given += out[i];
    rest[i] = due - static_cast<double>(out[i]);
  }
  for (std::size_t round = 0; given < k && round < rest.size(); ++round, ++given) {
    std::size_t largest = 0;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] > rest[largest] + 1e-12) largest = i;
    }
    ++out[largest];
    rest[largest] = -1.0;
  }
  return out;
}

template <class Order>
void arrange_by(const Order& order, std::vector<selected>& chosen, const demonstration_pool& pool) {
  order.arrange(chosen, pool);
}
}  // namespace detail

/// Ranks with the policy, then takes what fits: never stops at the first that is too long, and fills a
/// share's places with that share's own next candidates. Places that a share cannot fill at all stay
/// empty rather than change the mixture. `costs[i]` is what demonstration i takes in the prompt (tokens).
/// Errors: invalid_argument (k = 0, k above the pool, costs of another length), internal (a policy that names what the view has not, or
/// one demonstration twice), and the policy's own.
template <selection_policy P>
[[nodiscard]] result<selection> select(const P& policy, const pool_view& view, const request& r, const budget& limit,
                                       std::span<const std::uint32_t> costs) {
  const std::size_t pool_size = view.pool().size();
  const std::size_t k = limit.demonstrations;
  if (k == 0) return failure{errc::invalid_argument, "a budget of 0 demonstrations; ask undefended instead", "budget"};
  if (k > pool_size) {
    return failure{errc::invalid_argument, "asked for " + std::to_string(k) + " demonstrations, the pool has " + std::to_string(pool_size),
                   "budget"};
  }
  if (costs.size() != pool_size) {
    return failure{errc::invalid_argument, std::to_string(costs.size()) + " costs for a pool of " + std::to_string(pool_size), "select"};
  }

  selection out;
  // Almost always the first few candidates fit. Only when too many are too long is the whole ranking needed.
  for (std::size_t n = 2 * k + 8 < pool_size ? 2 * k + 8 : pool_size;; n = pool_size) {
    auto ranked = policy.rank(view, r, n);
    if (!ranked) return std::move(ranked).error();
    out = selection{};
    out.gate_closed = ranked->gate_closed;
    out.may_be_empty = ranked->may_be_empty;
    std::size_t listed = 1;  // one to say why nothing fits
    std::vector<std::size_t> room = detail::quotas(ranked->shares, k);
    std::size_t free_places = 0;
    for (const std::size_t places : room) free_places += places;
    for (const candidate& c : ranked->candidates) {
      if (free_places == 0) break;
      if (c.share >= room.size())
        return failure{errc::internal, "a policy named share " + std::to_string(c.share) + " of " + std::to_string(room.size()), "select"};
      if (!view.contains(c.index)) {
        return failure{errc::internal,
                       "the policy named demonstration " + std::to_string(c.index) + ", which the pool of " + std::to_string(pool_size) +
                           " has not, or the view hides",
                       "select"};
      }
      if (room[c.share] == 0) continue;
      for (const selected& s : out.chosen) {
        if (s.index == c.index)
          return failure{errc::internal, "the policy named demonstration " + std::to_string(c.index) + " twice", "select"};
      }
      const std::size_t cost = costs[c.index];
      if (limit.tokens != 0 && out.tokens + cost > limit.tokens) {
        ++out.left_out_in_all;
        if (out.left_out.size() < max_left_out) {
          out.left_out.push_back(
              {c.index, "needs " + std::to_string(cost) + " tokens, " + std::to_string(limit.tokens - out.tokens) + " are left"});
        }
        continue;
      }
      out.chosen.push_back({c.index, c.score, c.reason, cost});
      listed = out.left_out.size();
      out.tokens += cost;
      --room[c.share];
      --free_places;
    }
    if (out.left_out.size() > listed) out.left_out.resize(listed);
    const bool exhausted = ranked->candidates.size() < n || n == pool_size;
    if (free_places == 0 || exhausted) break;
  }

  if constexpr (arranging_policy<P>) detail::arrange_by(policy, out.chosen, view.pool());
  else detail::arrange_by(similar_last{}, out.chosen, view.pool());
  return out;
}

}  // namespace inoculum
