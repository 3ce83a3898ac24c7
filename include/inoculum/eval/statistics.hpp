// SPDX-License-Identifier: Apache-2.0
// The few statistics that an evaluation reports. Every function is defined for n = 0 and never gives NaN.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace inoculum {

/// [low, high], both in [0, 1] where it is about a proportion.
struct interval {
  double low = 0.0;
  double high = 1.0;
};

/// `hits` of `n`.
struct proportion {
  std::size_t hits = 0;
  std::size_t n = 0;

  void count(bool hit) noexcept {
    ++n;
    hits += hit ? 1 : 0;
  }
  /// Nothing for n = 0: a rate of nothing is not 0.
  [[nodiscard]] std::optional<double> rate() const noexcept {
    if (n == 0) return std::nullopt;
    return static_cast<double>(hits) / static_cast<double>(n);
  }
};

/// The 97.5th percentile of the normal distribution: two-sided 95%.
inline constexpr double z_95 = 1.959963984540054;

/// Wilson's score interval without continuity correction (Wilson, 1927; Newcombe, 1998, method 3).
/// Not the Wald interval, which is [1, 1] for 20 of 20. n = 0: [0, 1], for then nothing is known.
[[nodiscard]] inline interval wilson(proportion p, double z = z_95) noexcept {
  if (p.n == 0) return {};
  const double n = static_cast<double>(p.n);
  const double rate = static_cast<double>(p.hits) / n;
  const double middle = rate + z * z / (2.0 * n);
  const double spread = z * std::sqrt(rate * (1.0 - rate) / n + z * z / (4.0 * n * n));
  const double scale = 1.0 + z * z / n;
  // Exactly 0 and 1 at the ends, where rounding would leave 1e-17.
  return {p.hits == 0 ? 0.0 : std::max(0.0, (middle - spread) / scale), p.hits == p.n ? 1.0 : std::min(1.0, (middle + spread) / scale)};
}

/// McNemar's exact test: the two-sided p-value for `only_first` and `only_second` discordant pairs, under
/// the hypothesis that either is as likely. 1 where there are none. Exact (binomial), because the
/// chi-squared form is wrong for the few discordant pairs that an evaluation of forty queries has.
[[nodiscard]] inline double mcnemar_exact(std::size_t only_first, std::size_t only_second) noexcept {
  const std::size_t n = only_first + only_second;
  const std::size_t k = std::min(only_first, only_second);
  if (n == 0) return 1.0;
  // Sum of C(n, i) 2^-n for i ≤ k, as C(n, k) 2^-n times a sum of ratios: no factorial overflows.
  double log_top = -static_cast<double>(n) * std::log(2.0);
  for (std::size_t i = 0; i < k; ++i) log_top += std::log(static_cast<double>(n - i)) - std::log(static_cast<double>(i + 1));
  double ratio = 1.0, sum = 1.0;
  for (std::size_t i = k; i > 0 && ratio > 1e-18; --i) {
    ratio *= static_cast<double>(i) / static_cast<double>(n - i + 1);
    sum += ratio;
  }
  return std::min(1.0, 2.0 * sum * std::exp(log_top));
}

/// The true rate behind a rate that a judge of this sensitivity and specificity reports (Rogan and
/// Gladen, 1978), cut to [0, 1]. Nothing when the judge is no better than chance.
[[nodiscard]] inline std::optional<double> rogan_gladen(double reported, double sensitivity, double specificity) noexcept {
  const double informedness = sensitivity + specificity - 1.0;
  if (!(informedness > 0.0)) return std::nullopt;
  return std::clamp((reported + specificity - 1.0) / informedness, 0.0, 1.0);
}

/// The value below which the fraction `q` of the values lies, linear between neighbours (type 7 of
/// Hyndman and Fan, 1996). Nothing for no values.
[[nodiscard]] inline std::optional<double> quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

[[nodiscard]] inline std::optional<double> median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

}  // namespace inoculum
