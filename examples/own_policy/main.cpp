// SPDX-License-Identifier: Apache-2.0
// Your own selection policy: one const function that ranks. The library fits the budget, orders and traces.
#include <algorithm>
#include <cstdio>
#include <inoculum/backend/scripted.hpp>
#include <inoculum/inoculum.hpp>
#include <string>
#include <vector>

/// Prefers demonstrations about as long as the question: a short question gets short examples.
struct alike_in_length {
  inoculum::result<inoculum::ranking> rank(const inoculum::pool_view& view, const inoculum::request& r, std::size_t n) const {
    inoculum::ranking out;
    for (std::uint32_t i = 0; i < view.pool().size(); ++i) {
      if (!view.contains(i)) continue;
      const auto difference = static_cast<float>(view.pool()[i].query.size()) - static_cast<float>(r.query.size());
      out.candidates.push_back({i, -(difference < 0 ? -difference : difference), "length"});
    }
    std::stable_sort(out.candidates.begin(), out.candidates.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    out.candidates.resize(std::min(n, out.candidates.size()));
    return out;
  }
};
static_assert(inoculum::selection_policy<alike_in_length>);

int main() {
  std::vector<inoculum::basic_demonstration> items(3);
  const char* const queries[] = {"Fracture?", "Is there a fracture of the distal radius on this film?",
                                 "Describe every finding on this film, organ by organ, and write a full report."};
  for (std::size_t i = 0; i < 3; ++i) items[i] = {.id = "d" + std::to_string(i), .query = queries[i], .response = "No."};
  const auto pool = inoculum::demonstration_pool::build(std::move(items)).value();
  const auto guard = inoculum::make_guard(inoculum::scripted_backend("No."), alike_in_length{}, pool, {.demonstrations = 1}).value();
  const auto answer = guard.ask({.query = "Any mass?"}).value();
  std::printf("shown: %s, because of its %s\n", answer.trace.demonstrations[0].id.c_str(), answer.trace.demonstrations[0].reason.c_str());
  return answer.trace.demonstrations[0].id == "d0" ? 0 : 1;
}
