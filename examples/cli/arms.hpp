// SPDX-License-Identifier: Apache-2.0
// The ways to answer that `evaluate` and `demo` compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <inoculum/core/result.hpp>
#include <inoculum/eval/sweep.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/select/any_policy.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "options.hpp"

namespace cli {

enum class arm_kind { undefended, safety_prompt, canned, defended };

/// One way to answer, read and built, before there is a model to ask.
struct arm_plan {
  std::string text;
  arm_kind how = arm_kind::undefended;
  std::optional<inoculum::any_policy> policy{};  ///< where `how` is canned or defended
  std::string order{};
};

/// From a policy's text, "none", or a baseline's: "safety_prompt", "canned(POLICY)"; one that is given twice is planned once. `eyes` as
/// for `open_policies`. Errors: those of `make_policy`.
[[nodiscard]] inoculum::result<std::vector<arm_plan>> plan_arms(std::span<const std::string> texts,
                                                                const inoculum::demonstration_pool& pool, std::uint64_t seed,
                                                                const std::string& eyes);

/// What changes answers besides model, pool and policy, as records name it: the length of answers and, of the bundled engine, its
/// keys' and values' type, of a server its address.
[[nodiscard]] std::string settings_of(const model_options& model, const inoculum::generate_options& generation);

/// Every planned arm over one backend.
class arm_set {
 public:
  /// Errors: those of `make_guard`.
  [[nodiscard]] static inoculum::result<arm_set> open(const inoculum::any_backend& backend, const inoculum::demonstration_pool& pool,
                                                      std::vector<arm_plan> plans, const defence_options& defence,
                                                      const inoculum::generate_options& generation);

  [[nodiscard]] std::span<const inoculum::sweep_arm> arms() const noexcept { return named_; }
  /// A `sweep_target`.
  [[nodiscard]] inoculum::result<inoculum::sweep_answer> operator()(std::size_t arm, const inoculum::request& r);

 private:
  using defender = inoculum::guard<inoculum::any_backend, inoculum::any_policy>;
  struct way {
    arm_kind how;
    std::size_t guard;  ///< into guards_, where there is one
  };
  explicit arm_set(inoculum::any_backend backend, inoculum::generate_options generation)
      : backend_(std::move(backend)), generation_(generation) {}

  inoculum::any_backend backend_;
  inoculum::generate_options generation_;
  std::vector<inoculum::sweep_arm> named_{};
  std::vector<way> ways_{};
  std::vector<defender> guards_{};
};

}  // namespace cli
