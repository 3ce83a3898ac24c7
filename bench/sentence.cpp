// SPDX-License-Identifier: Apache-2.0
// MiniLM on two threads: loading, one query, and a pool of 4,800 demonstrations, embedded one by one, all at once, and from the file
// that keeps its vectors. Times of the processor count all threads. Needs what examples/fetch_weights.sh --embedder fetched.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <inoculum/engine/cached_embedder.hpp>
#include <inoculum/engine/sentence/sentence_embedder.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <string>
#include <vector>

#include "../tests/support/weights.hpp"

using namespace inoculum;

namespace {

const std::string& folder() {
  static const std::string path = test::minilm("sentence benchmarks");
  return path;
}
const sentence_embedder& minilm() {
  static const sentence_embedder loaded = sentence_embedder::load(folder(), {.threads = 2}).value();
  return loaded;
}
const demonstration_pool& pool() {
  static const demonstration_pool made = synthesize().value();
  return made;
}

void load(benchmark::State& state) {
  if (folder().empty()) return state.SkipWithError("no weights");
  for (auto _ : state) benchmark::DoNotOptimize(sentence_embedder::load(folder(), {.threads = 2}).value());
}

void query(benchmark::State& state) {
  if (folder().empty()) return state.SkipWithError("no weights");
  std::vector<float> out(minilm().dimension());
  for (auto _ : state) minilm().embed({"Is there a fracture of the distal radius in this image?", {}}, out).value();
}

void pool_one_by_one(benchmark::State& state) {
  if (folder().empty()) return state.SkipWithError("no weights");
  std::vector<float> out(minilm().dimension());
  for (auto _ : state) {
    for (std::size_t i = 0; i < pool().size(); ++i) minilm().embed({pool()[i].query, {}}, out).value();
  }
  state.counters["texts"] = static_cast<double>(pool().size());
}

void pool_kept(benchmark::State& state, bool there) {
  if (folder().empty()) return state.SkipWithError("no weights");
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_bench.vectors").string();
  std::filesystem::remove(path);
  if (there) (void)cached_embedder<sentence_embedder>::build(minilm(), pool(), path).value();
  std::size_t found = 0;
  for (auto _ : state) found = cached_embedder<sentence_embedder>::build(minilm(), pool(), path).value().found();
  state.counters["texts"] = static_cast<double>(pool().size());
  state.counters["found"] = static_cast<double>(found);
  std::filesystem::remove(path);
}

}  // namespace

BENCHMARK(load)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(query)->Unit(benchmark::kMicrosecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(pool_one_by_one)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime()->Iterations(1);
BENCHMARK_CAPTURE(pool_kept, embedded, false)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime()->Iterations(1);
BENCHMARK_CAPTURE(pool_kept, from_its_file, true)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime()->Iterations(10);
