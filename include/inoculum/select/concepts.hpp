// SPDX-License-Identifier: Apache-2.0
// What chooses demonstrations. A policy only ranks; select.hpp fits the budget, orders and traces, once
// for all of them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "../core/pool.hpp"
#include "../core/request.hpp"
#include "../core/result.hpp"

namespace inoculum {

/// One demonstration that a policy puts forward.
struct candidate {
  std::uint32_t index = 0;    ///< into the pool
  float score = 0.0f;         ///< higher is better; a cosine for similarity, 0 where there is no notion of it
  std::string_view reason{};  ///< static text: "similar", "random", …
  std::uint16_t share = 0;    ///< which of `ranking::shares` this one counts towards
};

/// Candidates, best first, without duplicates, and how the budget is to be divided among them.
struct ranking {
  std::vector<candidate> candidates{};
  std::vector<double> shares{1.0};  ///< of the budget, summing to 1
  bool gate_closed = false;         ///< a gate found nothing near enough
  bool may_be_empty = false;        ///< nothing to show is what the policy means, not a failure to find something
};

/// Ranks a pool's demonstrations for a request.
///
/// Requirements:
///  1. At most n candidates, best first, each contained in the view, none twice.
///  2. Deterministic: the same view, request and n give the same ranking; rank(n) is a prefix of rank(n + 1).
///  3. Const and callable from several threads.
///  4. Ties go to the lower index.
///
///   struct first_ones {
///     result<ranking> rank(const pool_view& view, const request&, std::size_t n) const {
///       ranking out;
///       for (std::uint32_t i = 0; i < view.pool().size() && out.candidates.size() < n; ++i)
///         if (view.contains(i)) out.candidates.push_back({i, 0.0f, "first"});
///       return out;
///     }
///   };
template <class P>
concept selection_policy = requires(const P& p, const pool_view& view, const request& r, std::size_t n) {
  { p.rank(view, r, n) } -> std::same_as<result<ranking>>;
};

/// A demonstration that was chosen and fits.
struct selected {
  std::uint32_t index = 0;
  float score = 0.0f;
  std::string_view reason{};
  std::size_t tokens = 0;  ///< what it costs in the prompt
};

/// Puts chosen demonstrations, best first, into the order in which the model reads them. Order decides
/// as much as choice does: a model leans on what it read last.
///
/// Requirements: a permutation of its input; deterministic.
template <class O>
concept order_policy = requires(const O& o, std::span<selected> chosen, const demonstration_pool& pool) {
  { o.arrange(chosen, pool) } -> std::same_as<void>;
  { O::name } -> std::convertible_to<std::string_view>;
};

}  // namespace inoculum
