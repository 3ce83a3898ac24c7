// SPDX-License-Identifier: Apache-2.0
// The engine on the real weights against what llama.cpp computes for the same files (data/, written by
// bench/peers/run.sh --reference): the next token at each of 2,000 positions, greedy continuations, pictures' rows.
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <inoculum/engine/engine.hpp>

#include "../support/weights.hpp"
#include "test_pictures.hpp"

using namespace inoculum;

namespace {

/// A stretch of tokens and, after each, llama.cpp's best next one (-1: not asked), its logit and its lead over the second.
struct passage {
  std::string name;
  std::vector<token_id> ids, best;
  std::vector<float> logit, gap;
};
struct reference {
  std::size_t model_bytes = 0;
  std::vector<passage> texts, prompts;
};
reference read_reference(const char* path) {
  std::ifstream in(path);
  reference out;
  std::string word;
  in >> word >> out.model_bytes;
  std::size_t n = 0;
  while (in >> word >> n) {
    passage p;
    std::getline(in >> std::ws, p.name);
    p.ids.resize(n), p.best.resize(n), p.logit.resize(n), p.gap.resize(n);
    for (std::size_t i = 0; i < n; ++i) in >> p.ids[i] >> p.best[i] >> p.logit[i] >> p.gap[i];
    (word == "text" ? out.texts : out.prompts).push_back(std::move(p));
  }
  return out;
}

/// 8-bit activations round at every product, and a rounding that falls the other way is noise from there on. llama.cpp built for
/// AVX2 and llama.cpp built for AVX-512, which differ in nothing but the order of sums, agree at 96.29% of these very positions,
/// mean |logit difference| 0.148. 99% overall is therefore reached by neither of them nor by us; what is asked is that floor
/// overall, and 99.9% where the best token leads by more than the noise. Rounding to float16 wherever llama.cpp does (scales,
/// sums, queries, attention's weights) was tried: the first layer then differs by 1e-6, the last as before (96.0%).
constexpr double clear_lead = 0.5;

/// Where our best token differs, and by how little: our best's lead over theirs.
struct difference {
  std::size_t at = 0;
  token_id ours = 0, theirs = 0;
  double our_lead = 0, their_lead = 0;
};
struct agreement {
  std::size_t tokens = 0;
  std::size_t clear = 0;   ///< of these, where llama.cpp's best token leads by `clear_lead`
  double logit_error = 0;  ///< sum over tokens of |Δlogit| at llama.cpp's best token
  std::vector<difference> different{};
};
void compare(cpu_engine& e, const passage& p, agreement& out) {
  const engine_input input{p.ids, nullptr};
  const auto logits = e.evaluate_all(0, std::span(&input, 1)).value();
  for (std::size_t i = 0; i < p.ids.size(); ++i) {
    if (p.best[i] < 0) continue;
    const auto row = logits.subspan(i * e.vocabulary_size(), e.vocabulary_size());
    const auto best = static_cast<token_id>(std::max_element(row.begin(), row.end()) - row.begin());
    const auto theirs = static_cast<std::size_t>(p.best[i]);
    ++out.tokens;
    if (static_cast<double>(p.gap[i]) >= clear_lead) ++out.clear;
    out.logit_error += std::abs(static_cast<double>(row[theirs] - p.logit[i]));
    if (best != p.best[i]) {
      out.different.push_back(
          {i, best, p.best[i], static_cast<double>(row[static_cast<std::size_t>(best)] - row[theirs]), static_cast<double>(p.gap[i])});
    }
  }
}

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
constexpr bool fast_build = true;
#else
constexpr bool fast_build = false;  // an unoptimised kernel takes minutes: a part of the comparison runs
#endif

std::string find_mmproj() {
  if (const char* named = std::getenv("INOCULUM_MMPROJ")) return named;
  const std::string path = "examples/models/smollm2-eyes-mmproj.gguf";
  return std::filesystem::exists(path) ? path : std::string();
}

}  // namespace

TEST_CASE("the next token and greedy continuations as llama.cpp has them") {
  const std::string model = test::weights("engine against llama.cpp");
  if (model.empty()) return;
  const reference expected = read_reference("tests/engine/data/llama_cpp.txt");
  REQUIRE(!expected.texts.empty());
  if (std::filesystem::file_size(model) != expected.model_bytes) {
    std::printf("SKIPPED engine against llama.cpp: the reference is of other weights than %s\n", model.c_str());
    return;
  }
  auto e = cpu_engine::load(model, {.threads = 2}).value();
  agreement texts;
  for (const passage& p : std::span(expected.texts).first(fast_build ? expected.texts.size() : 1)) compare(e, p, texts);
  const auto tokens = static_cast<double>(texts.tokens);
  const double same = 1.0 - static_cast<double>(texts.different.size()) / tokens;
  std::size_t overturned = 0;
  double widest = 0;
  for (const difference& d : texts.different) {
    widest = std::max(widest, d.their_lead);
    if (d.their_lead >= clear_lead) ++overturned;
  }
  std::printf(
      "engine against llama.cpp: %zu tokens, same best token %.2f%%, mean |logit difference| %.4f; %zu of %zu clear leads (%.1f) "
      "overturned, the widest lead overturned being %.3f\n",
      texts.tokens, 100 * same, texts.logit_error / tokens, overturned, texts.clear, clear_lead, widest);
  CHECK(texts.tokens >= (fast_build ? 2000 : 50));
  CHECK(same >= (fast_build ? 0.955 : 0.9));
  CHECK(static_cast<double>(overturned) <= 0.001 * static_cast<double>(texts.clear));
  CHECK(texts.logit_error / tokens < 0.2);

  // A result does not depend on how a sequence is split, so one pass over llama.cpp's own continuation finds where
  // our greedy one would leave it: the first position with another best token.
  std::size_t left = 0, answered = 0, kept = 0;
  for (const passage& p : std::span(expected.prompts).first(fast_build ? expected.prompts.size() : 1)) {
    agreement greedy;
    compare(e, p, greedy);
    answered += greedy.tokens;
    kept += greedy.tokens - greedy.different.size();
    if (greedy.different.empty()) continue;
    ++left;
    const difference& d = greedy.different.front();
    const auto asked =
        static_cast<std::size_t>(std::find_if(p.best.begin(), p.best.end(), [](token_id id) { return id >= 0; }) - p.best.begin());
    std::printf("  \"%s\": token %zu of the answer is %d (ours, ahead by %.3f) or %d (llama.cpp, ahead by %.3f)\n", p.name.c_str(),
                d.at - asked + 1, d.ours, d.our_lead, d.theirs, d.their_lead);
    CHECK(d.their_lead < clear_lead);    // a near tie, within the noise
    CHECK(d.our_lead < 2 * clear_lead);  // theirs and ours
  }
  std::printf("greedy continuations: %zu of %zu leave llama.cpp's, each at a near tie; teacher-forced, %zu of %zu tokens are the same\n",
              left, expected.prompts.size(), kept, answered);
  if (fast_build) CHECK(expected.prompts.size() >= 20);
}

TEST_CASE("Gemma 3 270M's next token as llama.cpp has it, where neither rounds activations to 8 bits") {
  const std::string model = test::gemma_weights("Gemma against llama.cpp");
  if (model.empty()) return;
  reference expected = read_reference("tests/engine/data/gemma-3.txt");
  REQUIRE(!expected.texts.empty());
  if (std::filesystem::file_size(model) != expected.model_bytes) {
    std::printf("SKIPPED Gemma against llama.cpp: the reference is of other weights than %s\n", model.c_str());
    return;
  }
  if (!fast_build) {
    expected.texts.resize(1);
    expected.texts[0].ids.resize(24);
  }
  auto e = cpu_engine::load(model, {.threads = 2, .activations = engine::activation_type::f32}).value();
  agreement texts;
  for (const passage& p : expected.texts) compare(e, p, texts);
  const auto tokens = static_cast<double>(texts.tokens);
  std::printf("Gemma 3 270M against llama.cpp, activations as floats: %zu of %zu best tokens differ, mean |logit difference| %.4f\n",
              texts.different.size(), texts.tokens, texts.logit_error / tokens);
  CHECK(texts.tokens >= (fast_build ? 1000 : 24));
  CHECK(static_cast<double>(texts.different.size()) <= 0.01 * tokens);
  for (const difference& d : texts.different) CHECK(d.their_lead < clear_lead);
  CHECK(texts.logit_error / tokens < 0.05);
}

TEST_CASE("pictures as llama.cpp sees them") {
  const std::string path = find_mmproj();
  if (path.empty()) {
    std::printf("SKIPPED pictures against llama.cpp: no examples/models/smollm2-eyes-mmproj.gguf\n");
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::ifstream in("tests/engine/data/mmproj.txt");
  std::string word, digest_text;
  if (!(in >> word >> digest_text) || digest_text != digest_of(bytes).hex()) {
    std::printf("SKIPPED pictures against llama.cpp: the reference is of another mmproj (bench/peers/run.sh --reference renews it)\n");
    return;
  }
  const auto tower = vision_tower::load(gguf_file::open(path).value(), 2).value();
  std::size_t pictures = 0;
  int kind = 0, width = 0, height = 0;
  std::size_t rows = 0, columns = 0;
  while (in >> word >> kind >> width >> height >> word >> rows >> word >> columns) {
    const auto ours = tower.encode(test::drawn_picture(kind, width, height)).value();
    REQUIRE(ours.size() == rows * columns);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < ours.size();) {
      double scale = 0;
      in >> scale;
      for (std::size_t k = 0; k < columns; ++k, ++i) {
        double whole = 0;
        in >> whole;
        const double theirs = scale * whole, mine = static_cast<double>(ours[i]);
        ab += mine * theirs, aa += mine * mine, bb += theirs * theirs;
      }
    }
    const double cosine = ab / std::sqrt(aa * bb);
    std::printf("picture of %d × %d against llama.cpp: cosine %.6f\n", width, height, cosine);
    CHECK(cosine >= 0.999);
    CHECK(std::sqrt(aa / bb) == doctest::Approx(1.0).epsilon(0.01));
    ++pictures;
  }
  CHECK(pictures == std::size(test::compared_pictures));
}
