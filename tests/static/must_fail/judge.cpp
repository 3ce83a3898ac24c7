// SPDX-License-Identifier: Apache-2.0
// expect: judge
#include <inoculum/backend/scripted.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/select/policies.hpp>

// A judge that answers yes or no, and so cannot say "unclear".
struct yes_or_no {
#ifdef INOCULUM_FIXED
  inoculum::verdict judge(const inoculum::request&, const inoculum::completion&) const { return {}; }
#else
  bool judge(const inoculum::request&, const inoculum::completion&) const { return true; }
#endif
};

int main() {
  (void)inoculum::make_guard(inoculum::scripted_backend("No."), inoculum::random_policy{}, inoculum::demonstration_pool{}, {}, yes_or_no{});
}
