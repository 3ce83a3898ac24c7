// SPDX-License-Identifier: Apache-2.0
// Policies made of policies: shares of several, one on part of the pool, one behind a gate.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "concepts.hpp"
#include "policies.hpp"

namespace inoculum {

namespace detail {

/// Interleaves rankings in proportion to their weights and gives each its part of the budget; a
/// demonstration that two of them want counts for whichever comes to it first. At every step the
/// one furthest behind its due goes next (ties: the earlier), so every prefix keeps the shares.
template <std::same_as<ranking> Ranking>
[[nodiscard]] Ranking interleave(std::vector<Ranking> parts, std::vector<double> weights, const pool_view& view, std::size_t n) {
  double total = 0.0;
  for (const double w : weights) total += w;
  Ranking out;
  out.shares.clear();
  std::vector<std::size_t> offset;
  out.gate_closed = out.may_be_empty = true;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    offset.push_back(out.shares.size());
    for (const double s : parts[p].shares) out.shares.push_back(s * weights[p] / total);
    out.gate_closed = out.gate_closed && parts[p].gate_closed;
    out.may_be_empty = out.may_be_empty && parts[p].may_be_empty;
  }
  std::vector<std::uint8_t> taken(view.pool().size(), 0);
  std::vector<std::size_t> at(parts.size(), 0), given(parts.size(), 0);
  while (out.candidates.size() < n) {
    std::size_t best = parts.size();
    double best_due = 0.0;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      while (at[p] < parts[p].candidates.size() && taken[parts[p].candidates[at[p]].index]) ++at[p];
      if (at[p] == parts[p].candidates.size() || weights[p] <= 0.0) continue;
      const double due = weights[p] / total * static_cast<double>(out.candidates.size() + 1) - static_cast<double>(given[p]);
      if (best == parts.size() || due > best_due) {
        best = p;
        best_due = due;
      }
    }
    if (best == parts.size()) break;
    candidate c = parts[best].candidates[at[best]];
    c.share = static_cast<std::uint16_t>(c.share + offset[best]);
    taken[c.index] = 1;
    ++given[best];
    out.candidates.push_back(c);
  }
  return out;
}

}  // namespace detail

/// A policy and its share of a mixture.
template <selection_policy P>
struct share_of {
  double weight;
  P policy;
};
// The type is deduced so that clang names the concept that a wrong argument misses (see make_guard).
template <selection_policy P>
[[nodiscard]] auto share(double weight, P policy) {
  return share_of<P>{weight, std::move(policy)};
}

/// Several policies, each with a share of the budget. Made by `mixed`.
template <selection_policy... Ps>
class mixed_policy {
 public:
  explicit mixed_policy(share_of<Ps>... parts) : parts_(std::move(parts)...) {}

  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    std::vector<ranking> rankings;
    std::vector<double> weights;
    result<void> trouble;
    std::apply(
        [&](const auto&... part) {
          const auto add = [&](const auto& one) {
            if (!trouble) return;
            auto ranked = one.policy.rank(view, r, n);
            if (!ranked) {
              trouble = std::move(ranked).error();
              return;
            }
            rankings.push_back(std::move(*ranked));
            weights.push_back(one.weight);
          };
          (add(part), ...);
        },
        parts_);
    if (!trouble) return std::move(trouble).error();
    return detail::interleave(std::move(rankings), std::move(weights), view, n);
  }

 private:
  std::tuple<share_of<Ps>...> parts_;
};

/// `mixed(share(0.5, similar), share(0.5, random_policy{}))`. Weights need not sum to 1.
template <selection_policy... Ps>
[[nodiscard]] mixed_policy<Ps...> mixed(share_of<Ps>... parts) {
  static_assert(sizeof...(Ps) > 0, "mixed needs at least one share");
  return mixed_policy<Ps...>(std::move(parts)...);
}

/// A policy on the part of the pool for which a predicate holds. Made by `only`.
template <class Keep, selection_policy P>
struct only_policy {
  Keep keep;
  P policy;
  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    return policy.rank(view.where(keep), r, n);
  }
};

struct has_intent {
  intent wanted;
  bool operator()(const basic_demonstration& d) const { return d.label == wanted; }
};
struct has_modality {
  modality wanted;
  bool operator()(const basic_demonstration& d) const { return d.mode == wanted; }
};
struct has_source {
  std::string wanted;
  bool operator()(const basic_demonstration& d) const { return d.source == wanted; }
};

/// `only(intent::harmful, p)`, `only(modality::ct, p)`, `only(has_source{"ward 3"}, p)`, or any predicate.
template <selection_policy P>
[[nodiscard]] auto only(intent wanted, P policy) {
  return only_policy<has_intent, P>{{wanted}, std::move(policy)};
}
template <selection_policy P>
[[nodiscard]] auto only(modality wanted, P policy) {
  return only_policy<has_modality, P>{{wanted}, std::move(policy)};
}
template <class Keep, selection_policy P>
requires std::predicate<const Keep&, const basic_demonstration&>
[[nodiscard]] auto only(Keep keep, P policy) { return only_policy<Keep, P>{std::move(keep), std::move(policy)}; }

/// A policy whose best score must reach a threshold; below it, another (by default nothing at all, so
/// that a question like none in the pool is answered as if undefended). The gate sees similarity only.
template <selection_policy P, selection_policy Otherwise = no_policy>
struct gated_policy {
  float threshold;
  P policy;
  Otherwise otherwise{};

  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    auto ranked = policy.rank(view, r, n > 0 ? n : 1);
    if (!ranked) return ranked;
    float best = 0.0f;
    for (const candidate& c : ranked->candidates) best = c.score > best ? c.score : best;
    if (best >= threshold && !ranked->candidates.empty()) {
      if (ranked->candidates.size() > n) ranked->candidates.resize(n);
      return ranked;
    }
    auto fallback = otherwise.rank(view, r, n);
    if (fallback) fallback->gate_closed = true;
    return fallback;
  }
};
template <selection_policy P>
[[nodiscard]] auto gated(double threshold, P policy) {
  return gated_policy<P>{static_cast<float>(threshold), std::move(policy), {}};
}
template <selection_policy P, selection_policy Otherwise>
[[nodiscard]] auto gated(double threshold, P policy, Otherwise otherwise) {
  return gated_policy<P, Otherwise>{static_cast<float>(threshold), std::move(policy), std::move(otherwise)};
}

}  // namespace inoculum
