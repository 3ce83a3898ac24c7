// SPDX-License-Identifier: Apache-2.0
// More refusals for what the pool's harmful queries are worded like, more answers for what its benign ones are.
//
//   auto probe = inoculum::intent_probe::fit(pool);
//   auto policy = inoculum::by_intent(probe, inoculum::similarity<>::build(pool).value());
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "../embed/hashed_ngrams.hpp"
#include "concepts.hpp"

namespace inoculum {

/// A linear probe of intent: ridge regression of the demonstrations' labels on the words, word pairs and stems of their queries,
/// weighted by idf, a query at length 1. A few neighbours know what a query is about; the pool as a whole knows which words make it
/// harmful. Every n-gram has a weight of its own: hashed into 4,096 or 16,384 buckets as `hashed_ngrams` does, they spoil each other
/// (harmful and benign requests in other wording were told apart with an area under the curve of 0.79, 0.86 and without buckets 0.90).
/// Copying is cheap.
class intent_probe {
 public:
  /// Reads 0 everywhere.
  intent_probe() = default;
  /// Cannot fail. `ridge`, above 0, is what is added to the diagonal of XᵀX; 0.1, 0.3 and 1 were alike.
  [[nodiscard]] static intent_probe fit(const demonstration_pool& pool, double ridge = 0.3) {
    content data;
    std::vector<std::uint64_t> found;
    for (const basic_demonstration& d : pool.items()) {
      const auto of_one = ngrams(d.query);
      found.insert(found.end(), of_one.begin(), of_one.end());
    }
    std::sort(found.begin(), found.end());
    const std::uint32_t total = detail::log2_times_8(static_cast<std::uint32_t>(pool.size()) + 1);
    for (std::size_t i = 0; i < found.size();) {
      const auto end = std::upper_bound(found.begin() + static_cast<std::ptrdiff_t>(i), found.end(), found[i]);
      const auto documents = static_cast<std::uint32_t>(end - found.begin()) - static_cast<std::uint32_t>(i);
      data.known.push_back({found[i], static_cast<double>(total - std::min(total, detail::log2_times_8(documents + 1))), 0.0});
      i = static_cast<std::size_t>(end - found.begin());
    }

    std::vector<std::vector<entry>> rows;
    std::vector<double> labels;
    double mean = 0.0;
    for (const basic_demonstration& d : pool.items()) {
      rows.push_back(row_of(data, d.query));
      labels.push_back(d.label == intent::harmful ? 1.0 : -1.0);
      mean += labels.back() / static_cast<double>(pool.size());
    }
    for (double& l : labels) l -= mean;  // a pool of one intent leans nowhere

    // Conjugate gradients (Hestenes and Stiefel, 1952) on (XᵀX + ridge·1) w = Xᵀy: a few dozen passes over what is not zero, where
    // factoring a matrix of tens of thousands of n-grams would take hours.
    const std::size_t width = data.known.size();
    std::vector<double> residual(width), product(width);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const entry& e : rows[i]) residual[e.column] += e.value * labels[i];
    }
    std::vector<double> direction = residual;
    double square = dot(residual, residual);
    const double enough = square * 1e-12;
    for (int step = 0; step < 300 && square > enough; ++step) {
      for (std::size_t c = 0; c < width; ++c) product[c] = ridge * direction[c];
      for (const auto& row : rows) {
        double along = 0.0;
        for (const entry& e : row) along += e.value * direction[e.column];
        for (const entry& e : row) product[e.column] += e.value * along;
      }
      const double length = square / dot(direction, product);
      for (std::size_t c = 0; c < width; ++c) {
        data.known[c].weight += length * direction[c];
        residual[c] -= length * product[c];
      }
      const double next = dot(residual, residual);
      for (std::size_t c = 0; c < width; ++c) direction[c] = residual[c] + next / square * direction[c];
      square = next;
    }
    intent_probe out;
    out.data_ = std::make_shared<const content>(std::move(data));
    return out;
  }

  /// Near 1 for what is worded like the pool's harmful queries, near -1 for its benign ones, 0 where nothing is known; within [-1, 1].
  /// In steps of 1/256, so that the last places of a machine's sums decide nothing. Pictures do not count.
  [[nodiscard]] float of(std::string_view query) const {
    double sum = 0.0;
    for (const entry& e : row_of(*data_, query)) sum += e.value * data_->known[e.column].weight;
    return static_cast<float>(std::nearbyint(std::clamp(sum, -1.0, 1.0) * 256.0) / 256.0);
  }

 private:
  struct ngram {
    std::uint64_t hash;
    double idf;
    double weight;
  };
  struct entry {
    std::size_t column;
    double value;
  };
  struct content {
    std::vector<ngram> known;  // by hash
  };

  [[nodiscard]] static std::vector<std::uint64_t> ngrams(std::string_view text) {
    std::vector<std::uint64_t> out;
    detail::for_each_ngram(text, [&](std::uint64_t hash) { out.push_back(hash); });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  /// The known n-grams of a text, at length 1.
  [[nodiscard]] static std::vector<entry> row_of(const content& data, std::string_view text) {
    std::vector<entry> out;
    double square = 0.0;
    for (const std::uint64_t hash : ngrams(text)) {
      const auto at =
          std::lower_bound(data.known.begin(), data.known.end(), hash, [](const ngram& g, std::uint64_t h) { return g.hash < h; });
      if (at == data.known.end() || at->hash != hash) continue;
      out.push_back({static_cast<std::size_t>(at - data.known.begin()), at->idf});
      square += at->idf * at->idf;
    }
    if (square <= 0.0) return {};
    for (entry& e : out) e.value /= std::sqrt(square);
    return out;
  }
  [[nodiscard]] static double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }

  std::shared_ptr<const content> data_ = std::make_shared<const content>();
};

/// A policy in whose ranking refusals count `weight` × the probe's reading more and answers as much less. Both keep their order among
/// themselves and the scores that the policy inside gave. Errors: those of the policy inside. Made by `by_intent`.
template <selection_policy P>
struct by_intent_policy {
  intent_probe probe;
  P policy;
  float weight;

  /// What a refusal's score counts more for this request, and an answer's less.
  [[nodiscard]] float lean(const request& r) const { return weight * probe.of(r.query); }

  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    const float up = lean(r);
    if (up == 0.0f) return policy.rank(view, r, n);
    // n of either intent decide, and a longer ranking begins as a shorter one: so as many are asked for as hold these, seldom all.
    std::vector<candidate> refusals, answers;
    result<ranking> ranked = ranking{};
    n = std::min(n, view.count());  // 32 · n would wrap around
    for (std::size_t asked = 32 * n; refusals.size() < n || answers.size() < n; asked *= 8) {
      ranked = policy.rank(view, r, std::min(asked, view.count()));
      if (!ranked) return ranked;
      refusals.clear();
      answers.clear();
      for (const candidate& c : ranked->candidates) (view.pool()[c.index].label == intent::harmful ? refusals : answers).push_back(c);
      if (asked >= view.count() || ranked->candidates.size() < asked) break;
    }
    // Merged, not sorted: either row stays as it came, whatever has put it in order.
    const auto refusal_first = [up](const candidate& refusal, const candidate& answer) {
      const float a = refusal.score + up, b = answer.score - up;
      return a != b ? a > b : refusal.index < answer.index;
    };
    ranked->candidates.resize(std::min(n, ranked->candidates.size()));
    auto refusal = refusals.begin(), answer = answers.begin();
    for (candidate& c : ranked->candidates) {
      const bool refuse = answer == answers.end() || (refusal != refusals.end() && refusal_first(*refusal, *answer));
      c = refuse ? *refusal++ : *answer++;
      if (refuse && up > 0.0f && c.reason == "similar") c.reason = "similar, the words read harmful";
    }
    return ranked;
  }
};

/// `by_intent(probe, similar)`. Weights of 0.15, 0.3 and 0.6 on a cosine were alike.
template <selection_policy P>
[[nodiscard]] auto by_intent(intent_probe probe, P policy, double weight = 0.3) {
  return by_intent_policy<P>{std::move(probe), std::move(policy), static_cast<float>(weight)};
}

}  // namespace inoculum
