// SPDX-License-Identifier: Apache-2.0
// What only needs the standard library but is not behind the front door.
#if __has_include(<inoculum/inoculum_more.hpp>)
#include <inoculum/inoculum_more.hpp>
#else
#include <inoculum/attack/attacks.hpp>
#include <inoculum/backend/scripted.hpp>
#include <inoculum/inoculum.hpp>
#include <inoculum/select/any_policy.hpp>
#endif
#include <cstdio>

int main() {
  const inoculum::any_policy policy = inoculum::random_policy{.seed = 7};
  const inoculum::scripted_backend model("No.");
  const auto pool = inoculum::demonstration_pool::build({{.id = "a", .query = "Is there a mass?", .response = "No."}}).value();
  const auto guard = inoculum::make_guard(model, policy, pool, {.demonstrations = 1}).value();
  const auto answer = guard.ask({.query = "Is there a fracture?"}).value();
  std::printf("%s\n", answer.text.c_str());
  return answer.text == "No." ? 0 : 1;
}
