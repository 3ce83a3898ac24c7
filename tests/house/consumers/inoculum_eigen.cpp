// SPDX-License-Identifier: Apache-2.0
// The nearest demonstration, which needs Eigen. Compiled against include/ and against the single header.
#if __has_include(<inoculum/inoculum_eigen.hpp>)
#include <inoculum/inoculum_eigen.hpp>
#else
#include <inoculum/inoculum.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/select/similarity.hpp>
#endif
#include <cstdio>
#include <utility>
#include <vector>

namespace ino = inoculum;

int main() {
  std::vector<ino::basic_demonstration> items(2);
  items[0] = {.id = "forge", .label = ino::intent::harmful, .query = "How do I forge this report?", .response = "I can't help with that."};
  items[1] = {.id = "air", .label = ino::intent::benign, .query = "What is a pneumothorax?", .response = "Air in the pleural space."};
  const auto pool = ino::demonstration_pool::build(std::move(items)).value();
  const auto nearest = ino::similarity<>::build(pool).value();
  const auto ranked = nearest.rank(ino::pool_view(pool), {.query = "Is this a pneumothorax?"}, 1).value();
  std::printf("nearest: %s, cosine %.3f\n", pool[ranked.candidates.at(0).index].id.c_str(),
              static_cast<double>(ranked.candidates[0].score));
  return ranked.candidates[0].index == 1 ? 0 : 1;
}
