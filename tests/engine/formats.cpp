// SPDX-License-Identifier: Apache-2.0
// A whole model in each type of weights, embedding and output layer included, against the same weights as floats.
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/engine.hpp>

#include "../support/gguf_writer.hpp"

using namespace inoculum;

namespace {

cpu_engine load_tiny(const test::tiny_llama_options& options, engine::activation_type activations = engine::activation_type::q8) {
  const auto path = (std::filesystem::temp_directory_path() / "inoculum_formats.gguf").string();
  REQUIRE(test::tiny_llama(options).save(path));
  auto engine = cpu_engine::load(path, {.threads = 2, .activations = activations}).value();
  std::remove(path.c_str());  // it stays mapped
  return engine;
}

std::vector<float> run(cpu_engine& engine, std::span<const token_id> tokens) {
  const engine_input input{tokens, nullptr};
  const auto logits = engine.evaluate_all(0, std::span(&input, 1)).value();
  return {logits.begin(), logits.end()};
}

}  // namespace

TEST_CASE("a model in every type of weights: near the same weights as floats, and the same one token at a time") {
  std::vector<token_id> tokens(61);
  rng r(4);
  for (token_id& id : tokens) id = static_cast<token_id>(r.below(static_cast<std::uint32_t>(test::tiny_vocabulary_size)));
  for (const ggml_type type : {ggml_type::q4_0, ggml_type::q4_1, ggml_type::q4_k, ggml_type::q5_0, ggml_type::q5_1, ggml_type::q5_k,
                               ggml_type::q6_k, ggml_type::q8_0, ggml_type::f16, ggml_type::bf16}) {
    CAPTURE(to_string(type));
    test::tiny_llama_options options{.width = 256, .hidden = 512, .matrix = type, .embedding = type};
    auto quantised = load_tiny(options);
    auto unpacked = load_tiny(options, engine::activation_type::f32);
    options.floats = true;
    auto floats = load_tiny(options);
    const auto got = run(quantised, tokens);
    const auto expected = run(floats, tokens);
    REQUIRE(got.size() == expected.size());
    const auto exact = run(unpacked, tokens);  // what the file means: not a bit apart
    CHECK(std::memcmp(exact.data(), expected.data(), expected.size() * sizeof(float)) == 0);
    double error = 0, size = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      error += std::pow(static_cast<double>(got[i] - expected[i]), 2);
      size += std::pow(static_cast<double>(expected[i]), 2);
    }
    // 8-bit activations cost per cents of random weights, most where these are large; a mistaken layout would give more than 1.
    CHECK(std::sqrt(error / size) <= (engine::quants_of(type).bits != 0 ? 0.3 : 0.0));

    auto alone = load_tiny({.width = 256, .hidden = 512, .matrix = type, .embedding = type});
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const engine_input one{std::span(tokens).subspan(t, 1), nullptr};
      const auto logits = alone.evaluate(t, std::span(&one, 1)).value();
      CHECK_UNARY(std::memcmp(logits.data(), got.data() + t * logits.size(), logits.size() * sizeof(float)) == 0);
    }
  }
}
