// SPDX-License-Identifier: Apache-2.0
// What a selection costs: each policy, embedder and the fitting, by pool size; and the same policy through
// the templates, through `any_policy`, and as a loop by hand.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <inoculum/embed/hashed_ngrams.hpp>
#include <inoculum/embed/image_descriptor.hpp>
#include <inoculum/embed/joint.hpp>
#include <inoculum/engine/vision/vision_embedder.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/select/select.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace inoculum;

namespace {

const demonstration_pool& pool_of(std::int64_t size) {
  static std::map<std::int64_t, demonstration_pool> made;
  auto at = made.find(size);
  if (at == made.end()) {
    synthesis_options options;
    options.count = static_cast<std::size_t>(size);
    at = made.emplace(size, synthesize(options).value()).first;
  }
  return at->second;
}
const request asked{.query = "Is there a fracture of the left femur on this X-ray, and how should it be described in the report?"};

const image& film() {
  static const image drawn = draw_phantom(parse_phantom("phantom:ct/chest/mass?seed=7").value()).value();
  return drawn;
}

template <class Policy>
void rank_eight(benchmark::State& state, const demonstration_pool& pool, const Policy& policy, const request& r = asked) {
  const pool_view view(pool);
  for (auto _ : state) {
    auto ranked = policy.rank(view, r, 8);
    if (!ranked) return state.SkipWithError("rank failed");
    benchmark::DoNotOptimize(ranked->candidates.data());
  }
}

void by_text(benchmark::State& state, const char* text) {
  const demonstration_pool& pool = pool_of(state.range(0));
  rank_eight(state, pool, make_policy(text, pool, 7).value());
}

/// The eyes of SmolLM2, one thread; without their file, whose place is beside the sources, the row says so.
std::optional<vision_embedder> eyes(benchmark::State& state) {
  auto loaded = vision_embedder::load("examples/models/smollm2-eyes-mmproj.gguf", 1);
  if (!loaded) return state.SkipWithError("run from the project's folder: its eyes are not there"), std::nullopt;
  return std::move(*loaded);
}
void by_modality_of_a_picture(benchmark::State& state) {
  const auto tower = eyes(state);
  if (!tower) return;
  const demonstration_pool& pool = pool_of(state.range(0));
  const auto policy = by_modality(modality_looks<vision_embedder>::build(pool, *tower).value(), similarity<>::build(pool).value());
  rank_eight(state, pool, policy, request{.images = {film()}, .query = asked.query});
}

void fitting_the_probe(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(intent_probe::fit(pool_of(state.range(0))));
}

void fitting(benchmark::State& state) {
  const demonstration_pool& pool = pool_of(state.range(0));
  const pool_view view(pool);
  const std::vector<std::uint32_t> costs(pool.size(), 60);
  const fixed_policy policy = fixed_policy::balanced(pool);
  for (auto _ : state) benchmark::DoNotOptimize(select(policy, view, asked, {8, 400}, costs).value().tokens);
}

template <class Embedder>
void embedding(benchmark::State& state, const Embedder& embedder, const std::vector<image>& pictures) {
  std::vector<float> out(embedder.dimension());
  for (auto _ : state) {
    if (!embedder.embed({asked.query, pictures}, out)) return state.SkipWithError("embed failed");
    benchmark::DoNotOptimize(out.data());
  }
}

void embedding_vision(benchmark::State& state) {
  if (const auto tower = eyes(state)) embedding(state, *tower, {film()});
}

// What `similarity<hashed_ngrams>::rank` computes, written out over the same numbers, without a policy, a
// view or a ranking in sight: what the abstraction costs is the difference.
struct by_hand {
  Eigen::MatrixXf matrix;
  std::vector<double> inverse_norms;
  hashed_ngrams embedder;
  explicit by_hand(const demonstration_pool& pool) : embedder(hashed_ngrams::fit(pool).value()) {
    matrix = Eigen::MatrixXf::Zero(static_cast<Eigen::Index>(pool.size()), static_cast<Eigen::Index>(embedder.dimension()));
    std::vector<float> row(embedder.dimension());
    for (std::size_t i = 0; i < pool.size(); ++i) {
      (void)embedder.embed({pool[i].query, {}}, row);
      double square = 0.0;
      for (std::size_t c = 0; c < row.size(); ++c) {
        if (row[c] != 0.0f)
          matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) = row[c];  // as there: the same pages touched
        square += static_cast<double>(row[c]) * static_cast<double>(row[c]);
      }
      inverse_norms.push_back(square > 0.0 ? 1.0 / std::sqrt(square) : 0.0);
    }
  }
  [[nodiscard]] std::vector<std::pair<std::uint32_t, float>> best(std::size_t n) const {
    std::vector<float> query(embedder.dimension());
    (void)embedder.embed({asked.query, {}}, query);
    double square = 0.0;
    for (const float x : query) square += static_cast<double>(x) * static_cast<double>(x);
    const double norm = square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
    Eigen::VectorXf sums = Eigen::VectorXf::Zero(matrix.rows());
    for (std::size_t c = 0; c < query.size(); ++c) {
      if (query[c] != 0.0f) sums.noalias() += query[c] * matrix.col(static_cast<Eigen::Index>(c));
    }
    std::vector<float> cosines(inverse_norms.size());
    std::vector<std::uint32_t> indices(inverse_norms.size());
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      cosines[i] = static_cast<float>(static_cast<double>(sums[static_cast<Eigen::Index>(i)]) * norm * inverse_norms[i]);
      indices[i] = static_cast<std::uint32_t>(i);
    }
    std::partial_sort(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(n), indices.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return cosines[a] != cosines[b] ? cosines[a] > cosines[b] : a < b; });
    std::vector<std::pair<std::uint32_t, float>> out;
    for (std::size_t i = 0; i < n; ++i) out.emplace_back(indices[i], cosines[indices[i]]);
    return out;
  }
};

void hand_written(benchmark::State& state) {
  static const by_hand loop(pool_of(8000));
  for (auto _ : state) benchmark::DoNotOptimize(loop.best(8).data());
}
void through_templates(benchmark::State& state) {
  static const auto policy = similarity<>::build(pool_of(8000)).value();
  rank_eight(state, pool_of(8000), policy);
}
void through_any_policy(benchmark::State& state) {
  static const any_policy policy(similarity<>::build(pool_of(8000)).value());
  rank_eight(state, pool_of(8000), policy);
}

void sizes(benchmark::internal::Benchmark* b) { b->Arg(500)->Arg(1500)->Arg(8000)->Unit(benchmark::kMicrosecond); }

}  // namespace

BENCHMARK_CAPTURE(by_text, random, "random")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, nearness, "similarity(text)")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, similarity, "similarity")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, fixed, "fixed")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, only, "only(harmful, similarity)")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, gated, "gated(0.2, similarity)")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, mixed, "mixed(0.5*similarity, 0.5*random)")->Apply(sizes);
BENCHMARK_CAPTURE(by_text, bucketed, "bucketed(16)")->Apply(sizes);
BENCHMARK(by_modality_of_a_picture)->Apply(sizes);
BENCHMARK(fitting_the_probe)->Apply(sizes);
BENCHMARK(fitting)->Apply(sizes);

BENCHMARK(hand_written)->Unit(benchmark::kMicrosecond);
BENCHMARK(through_templates)->Unit(benchmark::kMicrosecond);
BENCHMARK(through_any_policy)->Unit(benchmark::kMicrosecond);

BENCHMARK_CAPTURE(embedding, hashed_ngrams, hashed_ngrams::fit(pool_of(8000)).value(), std::vector<image>{})->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(embedding, image_descriptor_256, image_descriptor{}, std::vector<image>{film()})->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(embedding, both, joint(hashed_ngrams::fit(pool_of(8000)).value(), image_descriptor{}, 0.5), std::vector<image>{film()})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(embedding_vision)->Unit(benchmark::kMicrosecond);
