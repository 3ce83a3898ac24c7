// SPDX-License-Identifier: Apache-2.0
// expect: attack
#include <inoculum/attack/any.hpp>

// An attack with a random number generator of its own could not be repeated.
struct shuffled {
#ifdef INOCULUM_FIXED
  inoculum::result<inoculum::request> apply(const inoculum::request& r, inoculum::rng&) const { return r; }
#else
  inoculum::result<inoculum::request> apply(const inoculum::request& r) const { return r; }
#endif
};

int main() { (void)inoculum::any_attack("shuffled", shuffled{}); }
