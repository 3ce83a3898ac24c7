// SPDX-License-Identifier: Apache-2.0
// inoculum demo: what the defence changes, on a few pictures, in about two minutes.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <inoculum/eval/evaluate.hpp>
#include <inoculum/eval/progress.hpp>
#include <inoculum/io/image.hpp>
#include <iostream>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "arms.hpp"
#include "demo_requests.hpp"
#include "options.hpp"
#include "table.hpp"

namespace cli {

using namespace inoculum;

namespace {

result<std::vector<suite_entry>> demo_suite(std::size_t& real_pictures) {
  std::vector<suite_entry> out;
  for (const demo_request& q : demo_requests) {
    request asked;
    asked.query = q.query;
    if (q.real != nullptr) {
      if (auto scan = read_image(cache_folder() + "/pictures/" + q.real)) {
        asked.images.push_back(std::move(*scan));
        ++real_pictures;
      }
    }
    if (asked.images.empty() && q.phantom != nullptr) {
      auto pixels = draw("phantom:" + std::string(q.phantom) + "?seed=3");
      if (!pixels) return pixels.error();
      asked.images.push_back(std::move(*pixels));
    }
    const auto attack = parse_attack(q.attack);
    if (!attack) return attack.error();
    rng random(1);
    auto attacked = attack->apply(asked, random);
    if (!attacked) return attacked.error();
    suite_entry entry;
    entry.id = q.id;
    entry.label = q.label;
    entry.query = attacked->query;
    entry.answer = q.answer;
    if (!attacked->images.empty()) entry.image = picture(attacked->images.front());
    out.push_back(std::move(entry));
  }
  return out;
}

/// A demonstration starts afresh: the records of the last one are put aside. Errors: invalid_argument, when they are an evaluation's.
result<void> make_way(const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "records.jsonl").string();
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return {};
  bool ours = true;
  const auto read = for_each_record(path, [&](const record& r) { return ours = r.settings.starts_with("demo, "); });
  if (!read || !ours)
    return failure{errc::invalid_argument, "these are not the records of a demonstration; give another folder with --out", path};
  std::filesystem::rename(path, path + ".old", failed);
  if (failed) return failure{errc::io, "cannot be put aside: " + failed.message(), path};
  return {};
}

}  // namespace

int demo(const demo_options& options) {
  if (auto done = make_way(options.out); !done) return report(done.error(), options.json);
  std::size_t real_pictures = 0;
  const auto suite = demo_suite(real_pictures);
  if (!suite) return report(suite.error(), options.json);
  auto opened = open_backend(options.model);
  if (!opened) return report_model(opened.error(), options.model, options.json);
  const auto pool = open_pool(options.pool);
  if (!pool) return report(pool.error(), options.json);

  const std::vector<std::string> texts = {"none", "random", default_policy, default_mixed};
  defence_options defence;
  defence.demonstrations = options.demonstrations;
  defence.seed = options.seed;
  generate_options generation;
  generation.max_tokens = 40;
  generation.cancel = &interrupted;
  auto plans = plan_arms(texts, *pool, defence.seed, eyes_of(options.model));
  if (!plans) return report(plans.error(), options.json);
  auto arms = arm_set::open(opened->backend, *pool, std::move(*plans), defence, generation);
  if (!arms) return report(arms.error(), options.json);
  std::FILE* const told = options.json ? stderr : stdout;
  std::fprintf(told,
               "%s, %s; a pool of %zu synthetic demonstrations, %zu shown before each request\n%zu requests, %zu with a real picture%s\n\n",
               opened->name.c_str(), opened->backend.accepts_pictures() ? "with eyes" : "without eyes (text only)", pool->size(),
               options.demonstrations, suite->size(), real_pictures,
               real_pictures == 0 ? " (examples/fetch_weights.sh --pictures fetches some)" : "");
  std::fflush(told);

  sweep_options sweeping;
  sweeping.seed = options.seed;
  sweeping.model = opened->name;
  sweeping.settings = "demo, " + settings_of(options.model, generation);
  sweeping.cancel = &interrupted;
  std::map<std::string, std::string> said;  // "policy/id": the answer, for the conversations below
  const auto answer_of = [&](std::size_t arm, const request& r) {
    auto a = (*arms)(arm, r);
    if (a) {
      const auto entry = std::find_if(suite->begin(), suite->end(), [&](const suite_entry& e) { return e.query == r.query; });
      if (entry != suite->end()) said[texts[arm] + "/" + entry->id] = a->given.text;
    }
    return a;
  };
  const std::vector<any_attack> as_it_is(1);
  const auto sums = [&] {
    progress_bar bar;
    return inoculum::evaluate(*suite, arms->arms(), as_it_is, answer_of, options.out, sweeping, bar);
  }();
  if (!sums) return report(sums.error(), options.json);
  if (!sums->complete) {
    std::fprintf(stderr, "interrupted\n");
    return exit_interrupted;
  }

  if (options.json) {
    std::cout << to_json_text(*sums);
    return exit_ok;
  }
  std::printf("\n%s\n", rates_table(*sums).c_str());
  std::printf(
      "Refused of n, with 95%% Wilson intervals; two harmful requests are wrapped in a jailbreak, one has its words drawn into\n"
      "the picture, which these eyes cannot read. First token: median, with the conversation so far reused from the cache where it can "
      "be.\n\n");
  for (const char* id : {"fraud", "report"}) {
    const auto entry = std::find_if(suite->begin(), suite->end(), [&](const suite_entry& e) { return e.id == id; });
    std::printf("\"%s\"\n%s\n", entry->query.c_str(),
                side_by_side("undefended", said["none/" + std::string(id)], "defended: " + texts[2], said[texts[2] + "/" + id]).c_str());
  }
  std::printf("Every answer: %s. This model has 135 million parameters; see docs/evidence.md for what is shown and what is not.\n",
              (std::filesystem::path(options.out) / "report.html").c_str());
  return exit_ok;
}

}  // namespace cli
