// SPDX-License-Identifier: Apache-2.0
// `inoculum bench`: how fast the bundled engine runs a model here, in llama-bench's terms and with its JSON's names, so that the
// two can be run in turn. Includes nlohmann-json.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "options.hpp"

namespace cli {

namespace {
struct spread {
  double mean = 0.0, deviation = 0.0, median = 0.0;
};
spread spread_of(std::vector<double> v) {
  spread out;
  for (const double x : v) out.mean += x / static_cast<double>(v.size());
  for (const double x : v) out.deviation += (x - out.mean) * (x - out.mean);
  out.deviation = v.size() > 1 ? std::sqrt(out.deviation / static_cast<double>(v.size() - 1)) : 0.0;
  std::sort(v.begin(), v.end());
  out.median = v.size() % 2 == 1 ? v[v.size() / 2] : (v[v.size() / 2 - 1] + v[v.size() / 2]) / 2;
  return out;
}
}  // namespace

int bench(const bench_options& options) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;  // only there can a line be written over
  auto measured = measure_engine(options, [&](const bench_cell& cell, std::size_t round) {
    if (terminal) std::fprintf(stderr, "\r%-24s %zu of %zu ", cell.name().c_str(), round, options.repetitions);
    return !interrupted;
  });
  if (terminal) std::fprintf(stderr, "\r%*s\r", 48, "");
  if (!measured) return report_model(measured.error(), options.model, options.json);

  nlohmann::json all = nlohmann::json::array();
  if (!options.json)
    std::printf("%s, %s, %d threads, %zu repetitions\n", measured->model.c_str(), measured->kernels.c_str(), measured->threads,
                options.repetitions);
  if (!options.json) {
    std::printf("loaded in %.3f s, the first token after %.3f s, at most %.1f MB in use\n", measured->load_seconds, measured->first_seconds,
                static_cast<double>(measured->peak_bytes) * 1e-6);
    std::printf("weights %.1f MB, keys and values %.1f MB for 1,024 positions, scratch at most %.1f MB\n",
                static_cast<double>(measured->weight_bytes) * 1e-6, static_cast<double>(measured->position_bytes) * 1024e-6,
                static_cast<double>(measured->scratch_bytes) * 1e-6);
  }
  const double reading = spread_of(measured->reading).median;
  if (!options.json) std::printf("a plain read of memory    %9.1f GB/s\n", reading * 1e-9);
  for (const bench_cell& cell : measured->cells) {
    std::vector<double> speeds;
    for (const double s : cell.seconds) speeds.push_back(static_cast<double>(cell.positions()) / s);
    const spread speed = spread_of(speeds), time = spread_of(cell.seconds);
    // Of the tokens a second that a plain read of the weights would allow.
    const double share = cell.generated > 0 ? speed.median * static_cast<double>(measured->weight_bytes) / reading : 0.0;
    if (options.json) {
      all.push_back({{"model_filename", measured->model},
                     {"cpu_kernels", measured->kernels},
                     {"n_threads", measured->threads},
                     {"n_prompt", cell.prompt},
                     {"n_gen", cell.generated},
                     {"n_depth", cell.depth},
                     {"n_image", cell.images},
                     {"load_seconds", measured->load_seconds},
                     {"first_token_seconds", measured->first_seconds},
                     {"peak_bytes", measured->peak_bytes},
                     {"scratch_bytes", measured->scratch_bytes},
                     {"position_bytes", measured->position_bytes},
                     {"avg_ns", std::llround(time.mean * 1e9)},
                     {"stddev_ns", std::llround(time.deviation * 1e9)},
                     {"avg_ts", speed.mean},
                     {"stddev_ts", speed.deviation},
                     {"median_ts", speed.median},
                     {"samples_ts", speeds}});
      if (cell.generated > 0) {
        all.back()["weight_bytes"] = measured->weight_bytes;
        all.back()["read_bytes_per_second"] = reading;
        all.back()["bandwidth_fraction"] = share;
      }
    } else if (cell.images > 0) {
      std::printf("%-24s %9.2f ms ± %.2f, median %.2f\n", cell.name().c_str(), time.mean * 1e3, time.deviation * 1e3, time.median * 1e3);
    } else {
      std::printf("%-24s %9.1f tokens/s ± %.1f, median %.1f", cell.name().c_str(), speed.mean, speed.deviation, speed.median);
      if (cell.generated > 0) std::printf(", %.0f%% of what that read allows", 100 * share);
      std::printf("\n");
    }
  }
  if (options.json) print_json(all);
  return interrupted ? exit_interrupted : exit_ok;
}

}  // namespace cli
