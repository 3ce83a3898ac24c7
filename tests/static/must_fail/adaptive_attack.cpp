// SPDX-License-Identifier: Apache-2.0
// expect: adaptive_attack
#include <inoculum/attack/concepts.hpp>

// An adaptive attack without a bound on its questions would never end.
#include <inoculum/backend/scripted.hpp>
struct patient {
#ifdef INOCULUM_FIXED
  inoculum::result<inoculum::request> apply(const inoculum::request& r, inoculum::rng&, inoculum::scripted_backend&,
                                            const inoculum::demonstration_pool&, std::size_t) const {
#else
  inoculum::result<inoculum::request> apply(const inoculum::request& r, inoculum::rng&, inoculum::scripted_backend&,
                                            const inoculum::demonstration_pool&) const {
#endif
      return r;
}
}
;

using inoculum::adaptive_attack;
void use(const adaptive_attack<inoculum::scripted_backend> auto&) {}
int main() { use(patient{}); }
