// SPDX-License-Identifier: Apache-2.0
// inoculum evaluate: a suite under policies and attacks, to records, a summary and a report. Includes nlohmann-json.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <inoculum/core/digest.hpp>
#include <inoculum/core/utf8.hpp>
#include <inoculum/eval/evaluate.hpp>
#include <inoculum/eval/progress.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arms.hpp"
#include "options.hpp"
#include "table.hpp"

namespace cli {

using namespace inoculum;

int evaluate(const evaluate_options& options) {
  if (find_invalid_utf8(options.system) != std::string_view::npos)
    return report({errc::invalid_argument, "--system is not UTF-8", {}}, options.json);
  const auto suite = open_suite(options.suite);
  if (!suite) return report(suite.error(), options.json);
  std::vector<any_attack> attacks;
  for (const std::string& text : options.attacks) {
    auto attack = parse_attack(text);
    if (!attack) return report(attack.error(), options.json);
    const auto same = [&](const any_attack& a) { return a.name() == attack->name(); };
    if (std::none_of(attacks.begin(), attacks.end(), same)) attacks.push_back(std::move(*attack));
  }
  if (attacks.empty()) attacks.emplace_back();
  std::vector<std::string> policies = options.defence.policies;
  if (policies.empty()) policies = {"none", default_policy};

  const auto pool = open_pool(options.defence.pool);
  if (!pool) return report(pool.error(), options.json);
  // The policies are read before the model is opened: a slip of the pen should not cost a load.
  auto plans = plan_arms(policies, *pool, options.defence.seed, eyes_of(options.model));
  if (!plans) return report(plans.error(), options.json);
  auto opened = open_backend(options.model);
  if (!opened) return report_model(opened.error(), options.model, options.json);
  auto named = model_identity(options.model, opened->name);
  if (!named) return report(named.error(), options.json);

  generate_options generation;
  generation.max_tokens = options.max_tokens;
  generation.timeout_seconds = options.timeout;
  generation.cancel = &interrupted;
  auto arms = arm_set::open(opened->backend, *pool, std::move(*plans), options.defence, generation);
  if (!arms) return report(arms.error(), options.json);

  sweep_options sweeping;
  sweeping.seed = options.defence.seed;
  sweeping.model = std::move(*named);
  sweeping.settings = settings_of(options.model, generation);
  if (!options.system.empty()) sweeping.settings += ", system=" + digest_of(options.system).hex().substr(0, 16);
  sweeping.limit = options.limit;
  sweeping.cancel = &interrupted;
  const auto answer = [&](std::size_t arm, request asked) {
    asked.system = options.system;
    return (*arms)(arm, asked);
  };
  const auto sums = [&] {
    progress_bar bar;
    return inoculum::evaluate(*suite, arms->arms(), attacks, answer, options.out, sweeping, bar);
  }();
  if (!sums) return report(sums.error(), options.json);
  if (options.json) {
    std::cout << to_json_text(*sums);
  } else {
    std::fputs(rates_table(*sums).c_str(), stdout);
  }
  std::fprintf(stderr, "%zu records in %s; the report: %s\n", sums->records, options.out.c_str(),
               (std::filesystem::path(options.out) / "report.html").c_str());
  if (!sums->complete) {
    std::fprintf(stderr, "interrupted: what is done is kept, and the same command goes on from there\n");
    return exit_interrupted;
  }
  if (sums->unanswered == 0) return exit_ok;
  std::fprintf(stderr, "inoculum: %zu queries could not be answered and are in no rate; the first: %s\n", sums->unanswered,
               sums->first_error.c_str());
  return exit_failed;
}

}  // namespace cli
