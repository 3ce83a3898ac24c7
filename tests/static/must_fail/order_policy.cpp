// SPDX-License-Identifier: Apache-2.0
// expect: order_policy
#include <algorithm>
#include <inoculum/select/order.hpp>
#include <inoculum/select/policies.hpp>

// An order without the name that its text form needs.
struct backwards {
#ifdef INOCULUM_FIXED
  static constexpr std::string_view name = "backwards";
#endif
  void arrange(std::span<inoculum::selected> chosen, const inoculum::demonstration_pool&) const {
    std::reverse(chosen.begin(), chosen.end());
  }
};

int main() { (void)(inoculum::random_policy{} | backwards{}); }
