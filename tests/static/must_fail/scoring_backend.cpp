// SPDX-License-Identifier: Apache-2.0
// expect: scoring_backend
#include <inoculum/backend/concepts.hpp>

// Scores without a result: it could not say that it failed.
struct parrot {
  inoculum::result<inoculum::completion> generate(const inoculum::conversation&, const inoculum::generate_options&) {
    return inoculum::completion{};
  }
#ifdef INOCULUM_FIXED
  inoculum::result<double> score(const inoculum::conversation&, std::string_view) { return 0.0; }
#else
  double score(const inoculum::conversation&, std::string_view) { return 0.0; }
#endif
};

void use(const inoculum::scoring_backend auto&) {}
int main() { use(parrot{}); }
