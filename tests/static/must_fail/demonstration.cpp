// SPDX-License-Identifier: Apache-2.0
// expect: demonstration
#include <inoculum/core/pool.hpp>

// A record whose traits forget the response.
struct my_case {};
template <>
struct inoculum::demonstration_traits<my_case> {
  static std::string_view id(const my_case&) { return "1"; }
  static std::string_view query(const my_case&) { return "q"; }
#ifdef INOCULUM_FIXED
  static std::string_view response(const my_case&) { return "r"; }
#endif
  static inoculum::intent intent_of(const my_case&) { return inoculum::intent::benign; }
};

int main() { return inoculum::to_basic(my_case{}).id.empty() ? 1 : 0; }
