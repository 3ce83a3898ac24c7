// SPDX-License-Identifier: Apache-2.0
#include "arms.hpp"

#include <algorithm>
#include <inoculum/eval/baselines.hpp>
#include <string>
#include <utility>

namespace cli {

using namespace inoculum;

namespace {
/// A policy's text in one spelling, by which records know it: blanks only after a comma and around the order's bar. One between two
/// words stays, for the parser to complain of.
std::string one_spelling(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  const auto in_word = [](char c) { return std::string_view("(),|*=").find(c) == std::string_view::npos; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t next = i;
    while (next < text.size() && blank(text[next])) ++next;
    if (next == text.size()) break;
    if (next > i && !out.empty() && in_word(out.back()) && in_word(text[next])) out += ' ';
    i = next;
    out += text[i];
  }
  std::string spaced;
  for (const char c : out) spaced += c == ',' ? std::string(", ") : c == '|' ? std::string(" | ") : std::string(1, c);
  return spaced;
}
}  // namespace

result<std::vector<arm_plan>> plan_arms(std::span<const std::string> texts, const demonstration_pool& pool, std::uint64_t seed,
                                        const std::string& eyes) {
  std::vector<arm_plan> out;
  std::vector<std::string> expressions;
  for (const std::string& given : texts) {
    const std::string text = one_spelling(given);
    if (std::any_of(out.begin(), out.end(), [&](const arm_plan& plan) { return plan.text == text; })) continue;
    if (text == "none" || text == "safety_prompt") {
      out.push_back({.text = text, .how = text == "none" ? arm_kind::undefended : arm_kind::safety_prompt});
      continue;
    }
    const bool canned = text.starts_with("canned(") && text.ends_with(")");
    const std::string expression = canned ? text.substr(7, text.size() - 8) : text;
    out.push_back({text, canned ? arm_kind::canned : arm_kind::defended, {}, order_in(expression)});
    expressions.push_back(expression);
  }
  auto policies = open_policies(expressions, pool, seed, eyes);
  if (!policies) {
    failure f = std::move(policies).error();
    if (f.code == errc::parse) f.message += "\nbeside policies there are safety_prompt and canned(POLICY) here";
    return f;
  }
  auto next = policies->begin();
  for (arm_plan& plan : out) {
    if (plan.how == arm_kind::canned || plan.how == arm_kind::defended) plan.policy = std::move(*next++);
  }
  return out;
}

std::string settings_of(const model_options& model, const generate_options& generation) {
  return "max_tokens=" + std::to_string(generation.max_tokens) +
         (model.endpoint.empty() ? ", kv=" + model.kv_type + (model.activations == "q8" ? "" : ", activations=" + model.activations)
                                 : ", endpoint=" + model.endpoint);
}

result<arm_set> arm_set::open(const any_backend& backend, const demonstration_pool& pool, std::vector<arm_plan> plans,
                              const defence_options& defence, const generate_options& generation) {
  arm_set out(backend, generation);
  guard_options limits{.demonstrations = demonstrations_for(defence, pool), .tokens = defence.tokens};
  limits.generation = generation;
  for (arm_plan& plan : plans) {
    out.ways_.push_back({plan.how, out.guards_.size()});
    if (!plan.policy) {
      out.named_.push_back({std::move(plan.text), "", 0, "", 0});
      continue;
    }
    auto made = make_guard(backend, std::move(*plan.policy), pool, limits);
    if (!made) return std::move(made).error();
    out.named_.push_back({std::move(plan.text), std::move(plan.order), limits.demonstrations, pool.content_digest().hex(), limits.tokens});
    out.guards_.push_back(std::move(*made));
  }
  return out;
}

result<sweep_answer> arm_set::operator()(std::size_t arm, const request& r) {
  const way w = ways_[arm];
  const auto given = [&]() -> result<answer> {
    switch (w.how) {
      case arm_kind::undefended: return ask_undefended(backend_, r, generation_);
      case arm_kind::safety_prompt: return ask_with_safety_prompt(backend_, r, generation_);
      case arm_kind::canned: return canned_answer(guards_[w.guard], r);
      case arm_kind::defended: break;
    }
    return guards_[w.guard].ask(r);
  };
  auto said = given();
  if (!said) return std::move(said).error();
  if (w.how != arm_kind::defended) return sweep_answer{std::move(*said), {}};
  return to_sweep_answer(std::move(*said), guards_[w.guard].pool());
}

}  // namespace cli
