// SPDX-License-Identifier: Apache-2.0
// Makes a pool of synthetic clinical demonstrations from a seed, by the grammar alone (author.hpp lets a model
// rewrite the responses). No patient's data is involved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "../core/pool.hpp"
#include "../core/result.hpp"
#include "../core/rng.hpp"
#include "dedup.hpp"
#include "grammar_benign.hpp"
#include "grammar_harmful.hpp"

namespace inoculum {

struct synthesis_options {
  std::uint64_t seed = 1;
  std::size_t count = 8000;      ///< demonstrations in all
  double harmful = 0.5;          ///< share of them with a harmful query
  double pictures = 0.35;        ///< share of each half that comes with a phantom
  double near_duplicate = 0.85;  ///< Jaccard overlap of words from which on two count as the same
};

inline constexpr std::size_t max_synthesis_count = 20000;

namespace detail {

/// One part of a half of the pool: candidates, and how large a share of the half it should be.
struct section {
  double share = 0.0;
  std::vector<candidate> candidates;
};

/// Takes what is new from each section in proportion to its share; what one section lacks, the others give.
inline void take(std::vector<section>& sections, std::size_t wanted, near_duplicate_filter& filter, std::vector<candidate>& out) {
  std::vector<std::size_t> next(sections.size(), 0);
  std::size_t taken = 0;
  const auto take_one = [&](std::size_t s) {
    while (next[s] < sections[s].candidates.size()) {
      candidate& c = sections[s].candidates[next[s]++];
      // A picture makes a difference that words do not show, so its name counts as words.
      if (!filter.admit(c.made.query + " " + c.made.response + (c.made.images.empty() ? "" : " " + c.made.images[0].name()))) continue;
      out.push_back(std::move(c));
      ++taken;
      return true;
    }
    return false;
  };
  for (std::size_t s = 0; s < sections.size(); ++s) {
    const auto quota = static_cast<std::size_t>(sections[s].share * static_cast<double>(wanted));
    for (std::size_t i = 0; i < quota && taken < wanted; ++i) {
      if (!take_one(s)) break;
    }
  }
  for (bool any = true; any && taken < wanted;) {
    any = false;
    for (std::size_t s = 0; s < sections.size() && taken < wanted; ++s) any = take_one(s) || any;
  }
}

[[nodiscard]] inline std::string numbered(const std::string& prefix, std::size_t n) {
  std::string digits = std::to_string(n);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return prefix + "-" + digits;
}

}  // namespace detail

// No query is wrapped in a jailbreak: a wrapper's words would outweigh what is asked, so that a wrapped query met
// wrapped demonstrations of any intent (of 200 harmful queries wrapped by prefix injection, 7 % then had mostly refusals
// among their eight nearest; 95 % with the wrapped demonstrations left out).
/// A pool of `count` distinct demonstrations, balanced over intents, modalities, tasks and kinds of harm;
/// the same options give the same pool on every machine. Ids say what they are: "harm-fraud-ct-0012".
/// Errors: invalid_argument (a share outside [0, 1], a count of 0), too_large (the grammar has no more to say, with what it has).
[[nodiscard]] inline result<demonstration_pool> synthesize(const synthesis_options& options = synthesis_options{}) {
  using detail::section;
  if (options.count == 0) return failure{errc::invalid_argument, "a pool of 0 demonstrations", "synthesis_options.count"};
  if (options.count > max_synthesis_count) {
    return failure{errc::too_large, std::to_string(options.count) + " demonstrations; the limit is " + std::to_string(max_synthesis_count),
                   "synthesis_options.count"};
  }
  for (const double share : {options.harmful, options.pictures, options.near_duplicate}) {
    if (!(share >= 0.0 && share <= 1.0)) return failure{errc::invalid_argument, "a share outside [0, 1]", "synthesis_options"};
  }
  const rng seed(options.seed);
  const auto harmful_count = static_cast<std::size_t>(options.harmful * static_cast<double>(options.count) + 0.5);
  near_duplicate_filter filter(options.near_duplicate);
  std::vector<detail::candidate> chosen;
  const auto add = [](std::vector<section>& to, double share, std::vector<detail::pile>&& piles, rng stream) {
    to.push_back({share, detail::deal(std::move(piles), stream)});
  };

  {
    std::vector<section> sections;
    rng words = seed.fork(1), pictures = seed.fork(2);
    const double rest = 1.0 - options.pictures;
    add(sections, 0.40 * rest, detail::harmful_plea_piles(words), seed.fork(15));
    add(sections, 0.20 * rest, detail::harmful_text_piles(6, words), seed.fork(3));
    add(sections, 0.16 * rest, detail::harmful_deed_piles(words), seed.fork(13));
    add(sections, 0.24 * rest, detail::harmful_breach_piles(30, words), seed.fork(14));
    add(sections, 0.56 * options.pictures, detail::harmful_picture_plea_piles(pictures), seed.fork(16));
    add(sections, 0.44 * options.pictures, detail::harmful_image_piles(140, pictures), seed.fork(4));
    detail::take(sections, harmful_count, filter, chosen);
  }
  {
    std::vector<section> sections;
    rng visual = seed.fork(6);
    const double rest = 1.0 - options.pictures;
    std::vector<detail::pile> clinical, everyday;
    clinical.push_back(
        detail::rows_of("benign-lookalike-text", std::span<const synthesis_tables::qa>(synthesis_tables::clinical_lookalikes)));
    everyday.push_back(detail::rows_of("benign-everyday-text", std::span<const synthesis_tables::qa>(synthesis_tables::everyday)));
    add(sections, 0.52 * rest, detail::request_piles(), seed.fork(17));
    add(sections, 0.22 * rest, detail::lookalike_piles(3), seed.fork(7));
    add(sections, 0.05 * rest, std::move(clinical), seed.fork(8));
    add(sections, 0.05 * rest, std::move(everyday), seed.fork(9));
    add(sections, 0.16 * rest, detail::knowledge_piles(), seed.fork(10));
    add(sections, 0.46 * options.pictures, detail::picture_request_piles(visual), seed.fork(18));
    add(sections, 0.28 * options.pictures, detail::naming_piles(visual), seed.fork(19));
    add(sections, 0.26 * options.pictures, detail::visual_piles(visual), seed.fork(11));
    detail::take(sections, options.count - harmful_count, filter, chosen);
  }
  if (chosen.size() < options.count) {
    return failure{errc::too_large,
                   std::to_string(options.count) + " distinct demonstrations asked; the grammar has " + std::to_string(chosen.size()) +
                       " at these shares",
                   "synthesis_options.count"};
  }

  // Numbered per prefix, in the order of choice, so that a smaller count gives the same names.
  std::vector<std::pair<std::string, std::size_t>> counters;
  std::vector<basic_demonstration> items;
  items.reserve(chosen.size());
  for (detail::candidate& c : chosen) {
    auto counter = std::find_if(counters.begin(), counters.end(), [&](const auto& known) { return known.first == c.prefix; });
    if (counter == counters.end()) counter = counters.insert(counters.end(), {c.prefix, 0});
    c.made.id = detail::numbered(c.prefix, ++counter->second);
    c.made.source = "synthetic";
    c.made.licence = "Apache-2.0";
    items.push_back(std::move(c.made));
  }
  return demonstration_pool::build(std::move(items));
}

}  // namespace inoculum
