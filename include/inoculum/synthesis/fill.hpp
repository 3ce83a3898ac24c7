// SPDX-License-Identifier: Apache-2.0
// Filling a phrase's {slots}, and dealing candidates evenly from several piles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/demonstration.hpp"
#include "../core/rng.hpp"

namespace inoculum {

/// What a slot stands for: {'d', "oxycodone"} fills every "{d}".
struct slot {
  char name = 0;
  std::string_view value{};
};

/// Replaces each "{x}" whose letter is among `slots`; any other brace stays as it is.
[[nodiscard]] inline std::string fill_slots(std::string_view form, std::span<const slot> slots) {
  std::string out;
  out.reserve(form.size() + 32);
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '{' && i + 2 < form.size() && form[i + 2] == '}') {
      const auto found = std::find_if(slots.begin(), slots.end(), [&](const slot& s) { return s.name == form[i + 1]; });
      if (found != slots.end()) {
        out += found->value;
        i += 2;
        continue;
      }
    }
    out += form[i];
  }
  return out;
}

/// The first letter in upper case (ASCII).
[[nodiscard]] inline std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

namespace detail {

/// "a, b, c" at ", " to its parts.
[[nodiscard]] inline std::vector<std::string_view> parts_of(std::string_view list, std::string_view between) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(between, at), list.size());
    parts.push_back(list.substr(at, end - at));
    at = end + between.size();
  }
  return parts;
}

/// A demonstration that the grammar may choose, and the name its id begins with.
struct candidate {
  std::string prefix;  ///< "harm-fraud-ct"
  basic_demonstration made;
};

/// Candidates of one stratum (a kind of harm, a modality and task …), in random order.
using pile = std::vector<candidate>;

/// All candidates, one from each pile in turn: any beginning of the list is balanced over the piles.
[[nodiscard]] inline std::vector<candidate> deal(std::vector<pile>&& piles, rng& random) {
  std::vector<candidate> out;
  std::size_t longest = 0;
  for (pile& p : piles) {
    random.shuffle(std::span<candidate>(p));
    longest = std::max(longest, p.size());
  }
  for (std::size_t round = 0; round < longest; ++round) {
    for (pile& p : piles) {
      if (round < p.size()) out.push_back(std::move(p[round]));
    }
  }
  return out;
}

}  // namespace detail
}  // namespace inoculum
