// SPDX-License-Identifier: Apache-2.0
// expect: arranging_policy
#include <inoculum/select/order.hpp>

// Gives back what it arranged: the order is that of the span, in place.
struct backwards {
  inoculum::result<inoculum::ranking> rank(const inoculum::pool_view&, const inoculum::request&, std::size_t) const {
    return inoculum::ranking{};
  }
#ifdef INOCULUM_FIXED
  void arrange(std::span<inoculum::selected>, const inoculum::demonstration_pool&) const {}
#else
  std::vector<inoculum::selected> arrange(std::span<inoculum::selected>, const inoculum::demonstration_pool&) const { return {}; }
#endif
};

void use(const inoculum::arranging_policy auto&) {}
int main() { use(backwards{}); }
