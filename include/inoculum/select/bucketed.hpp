// SPDX-License-Identifier: Apache-2.0
// One of a few prepared selections for every request, so that a prefix cache serves nearly all of a prompt.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "by_intent.hpp"
#include "concepts.hpp"
#include "similarity.hpp"

namespace inoculum {

/// Some demonstrations of the pool are anchors. A request goes to the anchor nearest to it, and is shown what is nearest to that
/// anchor: the same, in the same order, for every request that goes there. Both lean to an intent, as `by_intent` does: a harmful request
/// rather goes to a harmful anchor, which has more refusals around it. Without a probe, nearness alone decides. Fewer buckets are kept warm
/// more cheaply; more of them fit a request better. `similarity` fits best and keeps nothing warm.
template <embedder Embedder = hashed_ngrams>
class bucketed {
 public:
  /// Anchors by greedy facility location (Cornuéjols, Fisher and Nemhauser, 1977): each next one adds most to the sum, over
  /// at most 1,024 demonstrations spread over the pool, of the cosine to the nearest anchor. No randomness; ties go to the
  /// lower index. Errors: invalid_argument (no buckets, or more than demonstrations), and those of similarity.
  [[nodiscard]] static result<bucketed> build(const demonstration_pool& pool, similarity<Embedder> index, std::size_t buckets,
                                              intent_probe probe = {}) {
    if (buckets == 0 || buckets > pool.size()) {
      return failure{
          errc::invalid_argument,
          std::to_string(buckets) + " buckets for a pool of " + std::to_string(pool.size()) + " demonstrations; 1 up to that can be",
          "bucketed"};
    }
    const std::size_t step = (pool.size() + 1023) / 1024;
    std::vector<std::vector<float>> sample;
    for (std::size_t i = 0; i < pool.size(); i += step) {
      auto cosines = index.scores({.query = pool[i].query});
      if (!cosines) return std::move(cosines).error();
      sample.push_back(std::move(*cosines));
    }
    bucketed out(by_intent(std::move(probe), std::move(index)));
    std::vector<float> nearest(sample.size(), 0.0f);
    while (out.anchors_.size() < buckets) {
      std::vector<double> gain(pool.size());
      for (std::size_t s = 0; s < sample.size(); ++s) {
        for (std::size_t i = 0; i < pool.size(); ++i) gain[i] += static_cast<double>(std::max(0.0f, sample[s][i] - nearest[s]));
      }
      for (const anchor& taken : out.anchors_) gain[taken.index] = -1.0;
      const auto best = static_cast<std::uint32_t>(std::max_element(gain.begin(), gain.end()) - gain.begin());
      for (std::size_t s = 0; s < sample.size(); ++s) nearest[s] = std::max(nearest[s], sample[s][best]);
      out.anchors_.push_back({best, pool[best].label, pool[best].query});
    }
    return out;
  }
  /// With words alone, index and probe fitted to the pool.
  [[nodiscard]] static result<bucketed> build(const demonstration_pool& pool, std::size_t buckets = 16) requires fitted_embedder<Embedder> {
    auto index = similarity<Embedder>::build(pool);
    if (!index) return std::move(index).error();
    return build(pool, std::move(*index), buckets, intent_probe::fit(pool));
  }

  /// What is nearest to the anchor nearest to the request. Errors: those of similarity.
  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    const auto cosines = nearest_.policy.scores(r);
    if (!cosines) return cosines.error();
    const float lean = nearest_.lean(r);
    const auto key = [&](const anchor& a) { return (*cosines)[a.index] + (a.label == intent::harmful ? lean : -lean); };
    const anchor* best = &anchors_.front();
    for (const anchor& a : anchors_) {
      if (key(a) > key(*best)) best = &a;
    }
    auto out = nearest_.rank(view, {.query = best->query}, n);
    if (!out) return out;
    for (auto& c : out->candidates) c.reason = "bucket";
    return out;
  }

  /// The buckets' anchors, by index into the pool.
  [[nodiscard]] std::vector<std::uint32_t> anchors() const {
    std::vector<std::uint32_t> out;
    for (const anchor& a : anchors_) out.push_back(a.index);
    return out;
  }

 private:
  struct anchor {
    std::uint32_t index;
    intent label;
    std::string query;
  };
  using leaning = by_intent_policy<similarity<Embedder>>;
  explicit bucketed(leaning nearest) : nearest_(std::move(nearest)) {}

  leaning nearest_;
  std::vector<anchor> anchors_{};
};
static_assert(selection_policy<bucketed<>>);

}  // namespace inoculum
