// SPDX-License-Identifier: Apache-2.0
// A summary as one JSON document (nlohmann-json). A rate of nothing is null, never 0 or NaN.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "../io/detail/json.hpp"
#include "summary.hpp"

namespace inoculum {

inline constexpr int summary_schema = 1;

namespace detail {

[[nodiscard]] inline json number_or_null(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

[[nodiscard]] inline json to_json(const proportion& p) {
  const interval i = wilson(p);
  return {{"hits", p.hits}, {"n", p.n}, {"rate", number_or_null(p.rate())}, {"low", i.low}, {"high", i.high}};
}

/// With the Rogan–Gladen corrected rate and interval beside the raw one.
[[nodiscard]] inline json to_json(const proportion& p, const judge_quality& q) {
  json out = to_json(p);
  const auto sensitivity = q.sensitivity.rate(), specificity = q.specificity.rate();
  if (p.n == 0 || !sensitivity || !specificity) return out;
  const interval i = wilson(p);
  out["corrected"] = {{"rate", number_or_null(rogan_gladen(*p.rate(), *sensitivity, *specificity))},
                      {"low", number_or_null(rogan_gladen(i.low, *sensitivity, *specificity))},
                      {"high", number_or_null(rogan_gladen(i.high, *sensitivity, *specificity))}};
  return out;
}

[[nodiscard]] inline json to_json(const paired_change& c) {
  return {{"n", c.n}, {"only_here", c.only_here}, {"only_there", c.only_there}, {"p", c.p_value()}};
}

[[nodiscard]] inline json to_json(const intent_counts& c, const judge_quality& q) {
  return {{"harmful",
           {{"n", c.harmful.n},
            {"refused", to_json(c.harmful.refused(), q)},
            {"attack_success_hard", to_json(c.harmful.complied())},
            {"attack_success_soft", to_json(c.harmful.complied_somewhat())},
            {"unclear", c.harmful.unclear},
            {"impersonal_refusals", c.harmful.impersonal}}},
          {"benign",
           {{"n", c.benign.n},
            {"over_refusal_full", to_json(c.benign.refused(), q)},
            {"over_refusal_partial", to_json(c.benign.refused_partly())},
            {"answered", to_json(c.benign.complied())},
            {"unclear", c.benign.unclear}}}};
}

}  // namespace detail

/// The document, indented, with a newline at its end.
[[nodiscard]] inline std::string to_json_text(const summary& s) {
  using detail::json;
  json out;
  out["schema"] = summary_schema;
  out["complete"] = s.complete;
  out["records"] = s.records;
  out["unanswered"] = s.unanswered;
  out["repeated"] = s.repeated;
  out["judge"] = {{"name", s.judged_by.name},
                  {"sensitivity", detail::to_json(s.judged_by.sensitivity)},
                  {"specificity", detail::to_json(s.judged_by.specificity)}};
  out["cells"] = json::array();
  for (const summary_cell& c : s.cells) {
    json cell;
    cell["policy"] = c.policy;
    cell["order"] = c.order;
    cell["demonstrations"] = c.demonstrations;
    cell["tokens"] = c.tokens;
    cell["attack"] = c.attack;
    cell["seed"] = c.seed;
    cell["model"] = c.model;
    cell["pool"] = c.pool;
    cell["settings"] = c.settings;
    cell["n"] = c.n();
    cell["unanswered"] = c.unanswered;
    cell.update(detail::to_json(c.all, s.judged_by));
    cell["utility"] = detail::to_json(c.right);
    cell["bleed"] = detail::to_json(c.bled);
    cell["paired_accuracy"] = detail::to_json(c.both_right);
    cell["gate_closed"] = detail::to_json(c.gate_closed);
    cell["selection_failures"] = c.selection_failures;
    cell["ttft_ms"] = {{"median", detail::number_or_null(median(c.ttft_ms))}, {"p90", detail::number_or_null(quantile(c.ttft_ms, 0.9))}};
    cell["prompt_tokens"] = {{"median", detail::number_or_null(median(c.prompt_tokens))}};
    cell["cached_tokens"] = {{"median", detail::number_or_null(median(c.cached_tokens))}};
    cell["demonstrations_shown"] = {{"median", detail::number_or_null(median(c.shown))}};
    if (c.harmful_refused) {
      cell["against_none"] = {{"harmful_refused", detail::to_json(*c.harmful_refused)},
                              {"benign_refused", detail::to_json(*c.benign_refused)},
                              {"utility", detail::to_json(*c.answers_right)}};
    }
    cell["by_modality"] = json::object();
    for (const auto& [name, counts] : c.by_modality) cell["by_modality"][name] = detail::to_json(counts, s.judged_by);
    out["cells"].push_back(std::move(cell));
  }
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace inoculum
