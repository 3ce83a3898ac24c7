// SPDX-License-Identifier: Apache-2.0
// expect: token_counting_backend
#include <inoculum/backend/concepts.hpp>

// Counts only when it may change: a guard counts from many threads.
struct parrot {
  inoculum::result<inoculum::completion> generate(const inoculum::conversation&, const inoculum::generate_options&) {
    return inoculum::completion{};
  }
#ifdef INOCULUM_FIXED
  inoculum::result<std::size_t> count_tokens(const inoculum::conversation&) const { return std::size_t{1}; }
#else
  inoculum::result<std::size_t> count_tokens(const inoculum::conversation&) { return std::size_t{1}; }
#endif
};

void use(const inoculum::token_counting_backend auto&) {}
int main() { use(parrot{}); }
