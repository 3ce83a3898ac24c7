// SPDX-License-Identifier: Apache-2.0
// Any judge as one type, for programs that choose theirs at run time.
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include "concepts.hpp"

namespace inoculum {

/// Holds a copy of a judge; copies of it share nothing that changes.
class any_judge {
 public:
  template <judge J>
  requires(!std::same_as<J, any_judge>) any_judge(J held)  // NOLINT(google-explicit-constructor): a judge is any judge
      : call_([held = std::move(held)](const request& asked, const completion& answer) -> result<verdict> {
          return held.judge(asked, answer);
        }) {}

  [[nodiscard]] result<verdict> judge(const request& asked, const completion& answer) const { return call_(asked, answer); }

 private:
  std::function<result<verdict>(const request&, const completion&)> call_;
};
static_assert(judge<any_judge>);

}  // namespace inoculum
