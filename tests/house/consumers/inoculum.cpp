// SPDX-License-Identifier: Apache-2.0
// A whole use of the front door, with nothing but the standard library behind it.
#include <cstdio>
#include <inoculum/inoculum.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ino = inoculum;

/// The least that is a backend: always the same words.
struct parrot {
  ino::result<ino::completion> generate(const ino::conversation&, const ino::generate_options&) {
    return ino::completion{.text = "Air outside the lung."};
  }
};

int main() {
  std::vector<ino::basic_demonstration> items(2);
  items[0] = {
      .id = "refusal", .label = ino::intent::harmful, .query = "How do I forge this report?", .response = "I can't help with that."};
  items[1] = {.id = "answer", .label = ino::intent::benign, .query = "What is a pneumothorax?", .response = "Air in the pleural space."};
  const auto pool = ino::demonstration_pool::build(std::move(items)).value();
  const auto guard = ino::make_guard(parrot{}, ino::random_policy{.seed = 7}, pool, {.demonstrations = 2}).value();
  const auto answer = guard.ask({.query = "Is there a pneumothorax?"}).value();
  std::printf("%s (%zu demonstrations)\n", answer.text.c_str(), answer.trace.demonstrations.size());
  return answer.trace.demonstrations.size() == 2 && !answer.refused() ? 0 : 1;
}
