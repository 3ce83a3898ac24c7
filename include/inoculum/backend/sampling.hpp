// SPDX-License-Identifier: Apache-2.0
// Logits to a token: greedy, or seeded sampling with temperature, top-k, top-p and min-p; a penalty for repetition.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/request.hpp"
#include "../core/result.hpp"
#include "../core/rng.hpp"
#include "token_engine.hpp"

namespace inoculum {

/// The index of the largest logit; ties go to the lower id.
[[nodiscard]] inline token_id argmax(std::span<const float> logits) noexcept {
  return static_cast<token_id>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// Whether a token can be drawn from these: no NaN, nothing infinite but what is ruled out, and not all of it ruled out.
[[nodiscard]] inline bool can_draw_from(std::span<const float> logits) noexcept {
  std::uint32_t bad = 0, open = 0;  // bits, so that the loop is one for vectors
  for (const float l : logits) {
    const auto bits = std::bit_cast<std::uint32_t>(l);
    bad |= static_cast<std::uint32_t>((bits & 0x7fffffffu) > 0x7f800000u) | static_cast<std::uint32_t>(bits == 0x7f800000u);
    open |= static_cast<std::uint32_t>(bits != 0xff800000u);
  }
  return bad == 0 && open != 0;
}

/// Errors: `invalid_argument`, which names the option that is out of range.
[[nodiscard]] inline result<void> check_sampling(const generate_options& options) {
  constexpr double most = std::numeric_limits<double>::max();
  struct {
    const char* name;
    double value, least, most;
  } const ranges[] = {{"temperature", options.temperature, 0.0, most},
                      {"top_p", options.top_p, 0.0, 1.0},
                      {"min_p", options.min_p, 0.0, 1.0},
                      {"repetition_penalty", options.repetition_penalty, 1e-3, 1e3},
                      {"timeout_seconds", options.timeout_seconds, 0.0, most}};
  for (const auto& r : ranges) {
    if (r.value >= r.least && r.value <= r.most) continue;  // a NaN is not
    std::string range = r.most == most ? std::string("0 or more") : r.most == 1.0 ? std::string("0 to 1") : std::string("0.001 to 1000");
    return failure{errc::invalid_argument, std::string(r.name) + " is " + std::to_string(r.value) + "; " + range + " can be", "generate"};
  }
  return {};
}

/// Makes the tokens of `said` less likely (Keskar et al., 2019): a positive logit is divided by the penalty, a negative one
/// multiplied, once however often it was said. Only the answer's own tokens belong there: a refusal must be free to use the
/// words of the refusals before it.
inline void penalise(std::span<float> logits, const std::set<token_id>& said, double penalty) {
  for (const token_id id : said) {
    float& logit = logits[static_cast<std::size_t>(id)];
    logit = static_cast<float>(logit > 0.0f ? static_cast<double>(logit) / penalty : static_cast<double>(logit) * penalty);
  }
}

/// Draws one token from logits that `can_draw_from`. Temperature first, then top-k, then top-p (Holtzman et al., 2020) on what is left,
/// then min-p (Nguyen et al., 2024). One number of `draw` walks down the tokens from the likeliest on; only as many as it passes are
/// sorted.
[[nodiscard]] inline token_id sample(std::span<const float> logits, const generate_options& options, rng& draw) {
  if (!(options.temperature > 0.0)) return argmax(logits);
  std::vector<std::pair<float, token_id>> ranked;
  ranked.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) ranked.emplace_back(logits[i], static_cast<token_id>(i));
  const double top = *std::max_element(logits.begin(), logits.end());
  const auto weight = [&](float logit) { return std::exp((static_cast<double>(logit) - top) / options.temperature); };
  const auto before = [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; };
  std::size_t sorted = 0;
  const auto at = [&](std::size_t i) -> const std::pair<float, token_id>& {  // the i-th likeliest
    while (sorted <= i) {
      const auto from = ranked.begin() + static_cast<std::ptrdiff_t>(sorted);
      sorted = std::min(ranked.size(), std::max<std::size_t>(64, 4 * sorted));
      const auto to = ranked.begin() + static_cast<std::ptrdiff_t>(sorted);
      if (to != ranked.end()) std::nth_element(from, to, ranked.end(), before);
      std::sort(from, to, before);
    }
    return ranked[i];
  };

  std::size_t count = ranked.size();
  double total = 0.0;
  if (options.top_k > 0 && options.top_k < count) {
    count = options.top_k;
    for (std::size_t i = 0; i < count; ++i) total += weight(at(i).first);
  } else {
    for (const float l : logits) total += weight(l);
  }
  if (options.top_p < 1.0) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += weight(at(i).first);
      if (sum >= options.top_p * total) {
        count = i + 1;
        total = sum;
        break;
      }
    }
  }
  if (options.min_p > 0.0) {
    std::size_t likely = 1;  // the best one's weight is 1
    double sum = 1.0;
    for (double w = 0.0; likely < count && (w = weight(at(likely).first)) >= options.min_p; ++likely) sum += w;
    count = likely;
    total = sum;
  }
  double target = draw.unit() * total;
  for (std::size_t i = 0; i < count; ++i) {
    target -= weight(at(i).first);
    if (target < 0.0) return ranked[i].second;
  }
  return at(count - 1).second;  // by rounding alone
}

}  // namespace inoculum
