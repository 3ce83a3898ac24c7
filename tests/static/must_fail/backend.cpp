// SPDX-License-Identifier: Apache-2.0
// expect: backend
#include <inoculum/guard.hpp>
#include <inoculum/select/policies.hpp>

// A backend that takes the last words only: demonstrations would never reach its model.
struct parrot {
#ifdef INOCULUM_FIXED
  inoculum::result<inoculum::completion> generate(const inoculum::conversation&, const inoculum::generate_options&) {
    return inoculum::completion{};
  }
#else
  inoculum::result<inoculum::completion> generate(std::string_view, const inoculum::generate_options&) { return inoculum::completion{}; }
#endif
};

int main() { (void)inoculum::make_guard(parrot{}, inoculum::random_policy{}, inoculum::demonstration_pool{}); }
