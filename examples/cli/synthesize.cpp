// SPDX-License-Identifier: Apache-2.0
// inoculum synthesize: a pool of demonstrations into a file. Includes nlohmann-json.
#include <cstdio>
#include <inoculum/core/clock.hpp>
#include <inoculum/core/version.hpp>
#include <inoculum/eval/progress.hpp>
#include <inoculum/io/pool.hpp>
#include <inoculum/judge/rule_judge.hpp>
#include <inoculum/synthesis/author.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "options.hpp"

namespace cli {

using namespace inoculum;

int synthesize(const synthesize_options& options) {
  auto pool = make_pool(options.seed, options.count);
  if (!pool) return report(pool.error(), options.json);
  pool_header header;
  header.seed = options.seed;
  header.generator = "inoculum " + std::string(version) + ", synthesize";
  std::size_t rewritten = 0;
  bool complete = true;
  if (options.author) {
    auto opened = open_backend(options.model);
    if (!opened) return report_model(opened.error(), options.model, options.json);
    std::fprintf(stderr, "the model answers %zu queries; after Ctrl-C the rest keep the grammar's answers\n", pool->size());
    generate_options writing;
    writing.max_tokens = 96;
    writing.cancel = &interrupted;
    const double start = clock_ms();
    auto authored = [&] {
      progress_bar bar;
      return rewrite(*pool, opened->backend, rule_judge{}, writing, [&](std::size_t done, std::size_t total) {
        bar({.done = done, .total = total, .seconds = (clock_ms() - start) / 1000.0, .policy = opened->name, .attack = "none"});
      });
    }();
    if (!authored) return report(authored.error(), options.json);
    complete = authored->complete;
    *pool = std::move(authored->pool);
    rewritten = authored->rewritten;
    header.generator += ", author " + opened->name;
  }
  if (auto done = save_pool(*pool, options.out, header); !done) return report(done.error(), options.json);
  std::size_t harmful = 0, with_picture = 0;
  for (const basic_demonstration& d : pool->items()) {
    harmful += d.label == intent::harmful ? 1 : 0;
    with_picture += d.images.empty() ? 0 : 1;
  }
  if (options.json) {
    print_json({{"file", options.out},
                {"demonstrations", pool->size()},
                {"harmful", harmful},
                {"benign", pool->size() - harmful},
                {"with_picture", with_picture},
                {"rewritten", rewritten},
                {"complete", complete},
                {"seed", options.seed},
                {"digest", pool->content_digest().hex()}});
  } else {
    std::printf("%s: %zu demonstrations (%zu harmful, %zu benign; %zu with a picture), seed %llu\n", options.out.c_str(), pool->size(),
                harmful, pool->size() - harmful, with_picture, static_cast<unsigned long long>(options.seed));
    if (options.author) std::printf("%zu responses by the model, the others by the grammar\n", rewritten);
  }
  if (complete) return exit_ok;
  std::fprintf(stderr, "interrupted: %zu responses are the model's, the others still the grammar's\n", rewritten);
  return exit_interrupted;
}

}  // namespace cli
