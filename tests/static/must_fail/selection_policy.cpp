// SPDX-License-Identifier: Apache-2.0
// expect: selection_policy
#include <inoculum/select/combinators.hpp>
#include <inoculum/select/policies.hpp>

// A policy whose rank cannot fail: it returns the ranking instead of a result.
struct first_ones {
#ifdef INOCULUM_FIXED
  inoculum::result<inoculum::ranking> rank(const inoculum::pool_view&, const inoculum::request&, std::size_t) const {
    return inoculum::ranking{};
  }
#else
  inoculum::ranking rank(const inoculum::pool_view&, const inoculum::request&, std::size_t) const { return {}; }
#endif
};

int main() { (void)inoculum::mixed(inoculum::share(0.5, first_ones{}), inoculum::share(0.5, inoculum::random_policy{})); }
