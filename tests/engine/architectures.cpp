// SPDX-License-Identifier: Apache-2.0
// Each architecture on a small random model as floats against llama.cpp's logits for the same file (data/architectures.txt, by
// bench/peers/run.sh --reference): what is left out, or turned the wrong way, shows here.
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inoculum/core/digest.hpp>
#include <inoculum/engine/engine.hpp>

#include "../support/tiny_models.hpp"
#include "common.hpp"

using namespace inoculum;

TEST_CASE("each architecture has llama.cpp's logits") {
  // Logits are up to 5 (gemma3's: 3). Keys and values have 16 bits here, llama.cpp takes GELU from a table of float16, sums are in other
  // orders: 0.003 in all. A window longer by one position moves a logit by 0.6, a rope scaling of Gemma's one global layer by 0.3.
  constexpr double tolerance = 0.01;
  std::ifstream in("tests/engine/data/architectures.txt");
  const std::vector<token_id> tokens = test::compared_tokens();
  for (const test::compared_model& compared : test::all_compared_models()) {
    CAPTURE(compared.name);
    std::string word, sum, name;
    std::size_t n = 0;
    REQUIRE(static_cast<bool>(in >> word >> sum >> n));
    std::getline(in >> std::ws, name);
    REQUIRE(name == compared.name);
    REQUIRE(n == tokens.size());
    const auto bytes = compared.file.bytes();
    REQUIRE(digest_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())).hex() == sum);

    std::vector<std::size_t> best(n);
    std::vector<double> logit(n), lead(n), kept(n * std::size(test::compared_logits));
    for (std::size_t i = 0, k = 0; i < n; ++i) {
      in >> best[i] >> logit[i] >> lead[i];
      for (std::size_t j = 0; j < std::size(test::compared_logits); ++j) in >> kept[k++];
    }
    REQUIRE(static_cast<bool>(in));

    const test::saved_file file(compared.file, "compared");
    for (const engine::kernel_table* kernels : engine::usable_kernels()) {
      CAPTURE(kernels->name);
      auto e = cpu_engine::load(file.path, {.threads = 2, .kernels = kernels}).value();
      const engine_input input{tokens, nullptr};
      const auto logits = e.evaluate_all(0, std::span(&input, 1)).value();
      double most = 0;
      std::size_t same = 0;
      for (std::size_t i = 0, k = 0; i < n; ++i) {
        const auto row = logits.subspan(i * e.vocabulary_size(), e.vocabulary_size());
        const auto compare = [&](std::size_t token, double theirs) {
          most = std::max(most, std::abs(static_cast<double>(row[token]) - theirs));
        };
        compare(best[i], logit[i]);
        for (const std::size_t token : test::compared_logits) compare(token, kept[k++]);
        const bool ours = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin()) == best[i];
        same += ours ? 1 : 0;
        CHECK((ours || lead[i] < 2 * tolerance));
      }
      std::printf("%s against llama.cpp, %s: largest logit difference %.5f, same best token at %zu of %zu positions\n", name.c_str(),
                  kernels->name, most, same, n);
      CHECK(most < tolerance);
    }
  }
  std::string more;
  CHECK_FALSE(static_cast<bool>(in >> more));
}
