// SPDX-License-Identifier: Apache-2.0
// Products of weights with activations, for each type of weights and each table of kernels that runs here: multiplications
// a second on one thread. "gemm" is 512 tokens, in the runs of 64 that the decoder takes; "gemv" is one token against a matrix too large
// for any cache, where bytes decide. "peak" is a loop of nothing but vpdpbusd or tdpbssd, "of_peak" what a table reaches of its own one,
// measured in the same second. "words" is a tower's product, both sides in 16 bits: 48 rows against four strips. "attention" is one head of
// 64 behind 1,088 positions, for 48 rows as in a prefill and for three of one token.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <inoculum/core/rng.hpp>
#include <inoculum/engine/kernels/select.hpp>
#include <inoculum/engine/model/attention.hpp>
#include <inoculum/engine/quant/quantised_rows.hpp>
#include <memory>
#include <string>
#include <vector>

#include "../tests/support/gguf_writer.hpp"
#include "peak.hpp"

using namespace inoculum;
using namespace inoculum::engine;
using bench::now, bench::peak_of;

namespace {

constexpr ggml_type types[] = {ggml_type::q4_0, ggml_type::q4_1, ggml_type::q4_k, ggml_type::q5_0, ggml_type::q5_1, ggml_type::q5_k,
                               ggml_type::q6_k, ggml_type::q8_0, ggml_type::f16,  ggml_type::bf16, ggml_type::f32};

struct matrix {
  aligned_bytes memory;
  packed_matrix packed;
};
matrix make_matrix(ggml_type type, std::size_t rows, std::size_t columns) {
  rng r(1);
  const auto data = test::random_tensor(type, panel_rows * columns, r);  // one panel's rows, over and over: the values do not matter
  matrix out{{}, {panel_kind_of(type), rows, columns, nullptr}};
  out.memory = aligned_bytes(out.packed.total_bytes());
  out.packed.bytes = out.memory.data();
  packed_matrix first{out.packed.kind, panel_rows, columns, out.packed.bytes};
  if (out.packed.bytes == nullptr || !pack_panel(first, 0, type, data, [](std::size_t row) { return row; })) out.packed.rows = 0;
  for (std::size_t p = 1; p < out.packed.panels(); ++p) std::copy_n(out.packed.bytes, out.packed.panel_bytes(), out.packed.panel(p));
  return out;
}

void product(benchmark::State& state, const kernel_table& kernels, ggml_type type, std::size_t rows, std::size_t columns,
             std::size_t tokens) {
  const matrix m = make_matrix(type, rows, columns);
  if (m.packed.rows == 0) return state.SkipWithError("no memory");
  rng r(2);
  quantised_rows x;
  x.resize(tokens, columns);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t c = 0; c < columns; ++c) x.row(t)[c] = static_cast<float>(r.normal());
    x.quantise(kernels, t);
  }
  constexpr std::size_t run = 48;
  float y[2 * run * panel_rows];
  const double peak = layout_of(m.packed.kind).quantised() ? peak_of(kernels) : 0;
  const double begin = now();
  for (auto _ : state) {
    for (std::size_t t = 0; t < tokens; t += run) {
      for (std::size_t p = 0; p < m.packed.panels(); p += 2) {
        x.times(kernels, m.packed, p, m.packed, p + 1, t, std::min(run, tokens - t), y);
        benchmark::DoNotOptimize(y[0]);
        benchmark::ClobberMemory();
      }
    }
  }
  const double seconds = (now() - begin) / static_cast<double>(state.iterations());
  const double products = static_cast<double>(rows * columns * tokens);
  state.counters["GMAC/s"] = products / seconds * 1e-9;
  if (tokens == 1) state.counters["GB/s"] = static_cast<double>(m.packed.total_bytes()) / seconds * 1e-9;
  else if (peak > 0) state.counters["of_peak"] = products / seconds / std::max(peak, peak_of(kernels));
}

void words(benchmark::State& state, const kernel_table& kernels) {
  constexpr std::size_t rows = 48, strips = 4, columns = 256;
  const std::vector<std::int16_t> a(rows * columns, 100), b(strips * panel_rows * columns, 100);
  const std::vector<float> scales(std::max(rows, strips * panel_rows), 1e-4f);
  std::vector<float> y(rows * strips * panel_rows);
  const word_view left{a.data(), scales.data(), columns};
  const word_strip_view right{b.data(), panel_rows * columns, scales.data(), panel_rows, strips, columns};
  const double begin = now();
  for (auto _ : state) {
    kernels.word_strips(left, right, rows, y.data(), strips * panel_rows);
    benchmark::DoNotOptimize(y[0]);
    benchmark::ClobberMemory();
  }
  const double products = static_cast<double>(rows * strips * panel_rows * columns);
  state.counters["GMAC/s"] = products * static_cast<double>(state.iterations()) / (now() - begin) * 1e-9;
}

void attention(benchmark::State& state, const kernel_table& kernels, kv_type type, std::size_t rows) {
  constexpr std::size_t width = 64, positions = 1088;
  kv_cache cache(1, 1, width, type);
  if (!cache.reserve(0, positions)) return state.SkipWithError("no memory");
  rng r(3);
  float key[width], value[width];
  for (std::size_t p = 0; p < positions; ++p) {
    for (std::size_t i = 0; i < width; ++i) key[i] = static_cast<float>(r.normal()), value[i] = static_cast<float>(r.normal());
    cache.store(kernels, 0, 0, p, key, value);
  }
  const auto scratch = std::make_unique<attention_scratch>();
  for (std::size_t i = 0; i < rows * width; ++i) scratch->query[i] = 0.18f * static_cast<float>(r.normal());
  for (std::size_t t = 0; t < rows; ++t) scratch->positions[t] = positions - 1;
  const double begin = now();
  for (auto _ : state) {
    attend(kernels, cache, 0, 0, width, rows, 0, *scratch);
    benchmark::DoNotOptimize(scratch->whole.result[0]);
    benchmark::ClobberMemory();
  }
  const double seconds = (now() - begin) / static_cast<double>(state.iterations());
  state.counters["ns a row and page"] = seconds * 1e9 / static_cast<double>(rows * (positions / key_block));
}

}  // namespace

int main(int argc, char** argv) {
  for (const kernel_table* k : usable_kernels()) {
    if (peak_of(*k) > 0) {
      benchmark::RegisterBenchmark(("peak/" + std::string(k->name)).c_str(), [=](benchmark::State& s) {
        double best = 0;
        for (auto _ : s) best = std::max(best, peak_of(*k));
        s.counters["GMAC/s"] = best * 1e-9;
      })->Unit(benchmark::kMillisecond);
    }
    benchmark::RegisterBenchmark(("words/" + std::string(k->name)).c_str(), [=](benchmark::State& s) {
      words(s, *k);
    })->Unit(benchmark::kMicrosecond);
    for (const kv_type type : {kv_type::q16, kv_type::q8}) {
      for (const std::size_t rows : {48u, 3u}) {
        const std::string name = "attention/" + std::string(k->name) + (type == kv_type::q8 ? "/q8/" : "/q16/") + std::to_string(rows);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) {
          attention(s, *k, type, rows);
        })->Unit(benchmark::kMicrosecond);
      }
    }
    for (const ggml_type type : types) {
      const std::string name = std::string(k->name) + "/" + to_string(type);
      const bool slow = k == &portable::table;
      benchmark::RegisterBenchmark(("gemm/" + name).c_str(), [=](benchmark::State& s) {
        product(s, *k, type, slow ? 64 : 1024, 1536, 512);
      })->Unit(benchmark::kMillisecond);
      benchmark::RegisterBenchmark(("gemv/" + name).c_str(), [=](benchmark::State& s) {
        product(s, *k, type, slow ? 512 : 196608, 1536, 1);
      })->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
