// SPDX-License-Identifier: Apache-2.0
// Logits to a token: greedy, or seeded sampling with temperature, top-k, top-p and min-p; a penalty for repetition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../core/request.hpp"
#include "../core/rng.hpp"
#include "token_engine.hpp"

namespace inoculum {

/// The index of the largest logit; ties go to the lower id.
[[nodiscard]] inline token_id argmax(std::span<const float> logits) noexcept {
  return static_cast<token_id>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// Makes the tokens of `said` less likely (Keskar et al., 2019): a positive logit is divided by the penalty, a negative one
/// multiplied, once however often it was said. Only the answer's own tokens belong there: a refusal must be free to use the
/// words of the refusals before it.
inline void penalise(std::span<float> logits, std::span<const token_id> said, double penalty) {
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (std::find(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(i), said[i]) != said.begin() + static_cast<std::ptrdiff_t>(i))
      continue;
    float& logit = logits[static_cast<std::size_t>(said[i])];
    logit = static_cast<float>(logit > 0.0f ? static_cast<double>(logit) / penalty : static_cast<double>(logit) * penalty);
  }
}

/// Draws one token. Temperature first, then top-k, then top-p (Holtzman et al., 2020) on what is left, then min-p (Nguyen et
/// al., 2024).
[[nodiscard]] inline token_id sample(std::span<const float> logits, const generate_options& options, rng& draw) {
  if (!(options.temperature > 0.0)) return argmax(logits);
  std::vector<std::pair<float, token_id>> ranked;
  ranked.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) ranked.emplace_back(logits[i], static_cast<token_id>(i));
  const auto before = [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; };
  const std::size_t keep = options.top_k > 0 && options.top_k < ranked.size() ? options.top_k : ranked.size();
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(keep), ranked.end(), before);
  ranked.resize(keep);

  std::vector<double> weights(keep);
  double total = 0.0;
  for (std::size_t i = 0; i < keep; ++i)
    total += weights[i] = std::exp((static_cast<double>(ranked[i].first) - ranked[0].first) / options.temperature);
  std::size_t count = keep;
  if (options.top_p < 1.0) {
    double sum = 0.0;
    for (std::size_t i = 0; i < keep; ++i) {
      sum += weights[i];
      if (sum >= options.top_p * total) {
        count = i + 1;
        total = sum;
        break;
      }
    }
  }
  if (options.min_p > 0.0) {
    std::size_t likely = 1;  // the best one's weight is 1
    double sum = weights[0];
    for (; likely < count && weights[likely] >= options.min_p; ++likely) sum += weights[likely];
    count = likely;
    total = sum;
  }
  double target = draw.unit() * total;
  for (std::size_t i = 0; i < count; ++i) {
    target -= weights[i];
    if (target < 0.0) return ranked[i].second;
  }
  return ranked[count - 1].second;
}

}  // namespace inoculum
