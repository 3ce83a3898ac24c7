// SPDX-License-Identifier: Apache-2.0
// inoculum ask: one request, one answer, and how it came about.
#include <cstdio>
#include <inoculum/attack/any.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/io/image.hpp>
#include <inoculum/select/policies.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "options.hpp"

namespace cli {

using namespace inoculum;

namespace {

nlohmann::json as_json(const answer& a) {
  nlohmann::json shown = nlohmann::json::array(), dropped = nlohmann::json::array();
  for (const shown_demonstration& d : a.trace.demonstrations) {
    shown.push_back({{"id", d.id}, {"score", d.score}, {"reason", d.reason}, {"intent", to_string(d.label)}, {"tokens", d.tokens}});
  }
  for (const auto& [id, why] : a.trace.dropped) dropped.push_back({{"id", id}, {"reason", why}});
  nlohmann::json trace = {{"demonstrations", std::move(shown)},
                          {"dropped", std::move(dropped)},
                          {"dropped_in_all", a.trace.dropped_in_all},
                          {"gate_closed", a.trace.gate_closed},
                          {"costs_estimated", a.trace.costs_estimated},
                          {"demonstration_tokens", a.trace.demonstration_tokens},
                          {"prompt_tokens", a.trace.prompt_tokens},
                          {"cached_tokens", a.trace.cached_tokens},
                          {"completion_tokens", a.trace.completion_tokens},
                          {"finish", to_string(a.trace.finish)},
                          {"select_ms", a.trace.select_ms},
                          {"ttft_ms", a.trace.ttft_ms},
                          {"total_ms", a.trace.total_ms}};
  if (a.trace.selection_failure) trace["selection_failure"] = a.trace.selection_failure->to_string();
  return {{"text", a.text}, {"verdict", to_string(a.judged.label)}, {"refused", a.refused()}, {"trace", std::move(trace)}};
}

}  // namespace

int ask(const ask_options& options) {
  auto query = read_query(options.query);
  if (!query) return report(query.error(), options.json);
  request r{.query = std::move(*query)};
  r.system = options.system;
  for (const std::string& path : options.images) {
    auto scan = read_image(path);
    if (!scan) return report(scan.error(), options.json);
    r.images.push_back(std::move(*scan));
  }
  if (r.query.empty() && r.images.empty()) return report({errc::invalid_argument, "give a --query or an --image", "ask"}, options.json);
  if (!options.attack.empty()) {
    const auto attack = parse_attack(options.attack);
    if (!attack) return report(attack.error(), options.json);
    rng draw(options.defence.seed);
    auto attacked = attack->apply(r, draw);
    if (!attacked) return report(attacked.error(), options.json);
    r = std::move(*attacked);
  }

  const std::string text = options.no_defence                 ? "none"
                           : options.defence.policies.empty() ? default_policy
                                                              : options.defence.policies.back();
  if (!options.model.prefixes.empty() && !repeats(text)) {
    return report(
        {errc::invalid_argument,
         "--policy " + text + " does not show the same demonstrations again, one behind the other; fixed and bucketed do", "--prefixes"},
        options.json);
  }
  const auto pool = open_pool(options.defence.pool);
  if (!pool) return report(pool.error(), options.json);
  auto policies = open_policies({&text, 1}, *pool, options.defence.seed, r.images.empty() ? std::string() : eyes_of(options.model));
  if (!policies) return report(policies.error(), options.json);
  auto opened = open_backend(options.model);
  if (!opened) return report_model(opened.error(), options.model, options.json);

  guard_options limits{.demonstrations = demonstrations_for(options.defence, *pool), .tokens = options.defence.tokens};
  limits.generation.max_tokens = options.max_tokens;
  limits.generation.timeout_seconds = options.timeout;
  limits.generation.cancel = &interrupted;
  const auto defended = make_guard(std::move(opened->backend), std::move(policies->front()), *pool, limits);
  if (!defended) return report(defended.error(), options.json);

  // In JSON the answer comes whole; for a person it comes as it is written.
  const auto show = [&](std::string_view piece) {
    if (!options.json) {
      std::fwrite(piece.data(), 1, piece.size(), stdout);
      std::fflush(stdout);
    }
    return !interrupted.load();
  };
  const auto answered = defended->ask(r, limits.generation, show);
  if (!answered) return report(answered.error(), options.json);
  const bool stopped = answered->trace.finish == finish_reason::cancelled && interrupted;
  if (options.json) {
    print_json(as_json(*answered));
  } else {
    const answer_trace& t = answered->trace;
    if (t.selection_failure) std::fputs(answered->text.c_str(), stdout);
    std::printf("\n");
    std::fflush(stdout);  // or the summary may come before it, where both go to one place
    if (stopped) {
      std::fprintf(stderr, "[interrupted after %zu tokens, %.0f ms in all]\n", t.completion_tokens, t.total_ms);
      return exit_interrupted;
    }
    std::fprintf(stderr, "[%s; %zu demonstrations%s, %zu tokens (%zu cached), first token after %.0f ms, %.0f ms in all]\n",
                 std::string(to_string(answered->judged.label)).c_str(), t.demonstrations.size(), t.gate_closed ? " (gate closed)" : "",
                 t.prompt_tokens, t.cached_tokens, t.ttft_ms, t.total_ms);
    if (t.selection_failure) std::fprintf(stderr, "[demonstrations could not be chosen: %s]\n", t.selection_failure->to_string().c_str());
  }
  return stopped ? exit_interrupted : exit_ok;
}

}  // namespace cli
