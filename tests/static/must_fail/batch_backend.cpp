// SPDX-License-Identifier: Apache-2.0
// expect: batch_backend
#include <inoculum/backend/concepts.hpp>

// One result for all conversations: the first failure would take the others with it.
struct parrot {
  inoculum::result<inoculum::completion> generate(const inoculum::conversation&, const inoculum::generate_options&) {
    return inoculum::completion{};
  }
#ifdef INOCULUM_FIXED
  std::vector<inoculum::result<inoculum::completion>> generate_batch(std::span<const inoculum::conversation>,
                                                                     const inoculum::generate_options&) {
    return {};
  }
#else
  inoculum::result<std::vector<inoculum::completion>> generate_batch(std::span<const inoculum::conversation>,
                                                                     const inoculum::generate_options&) {
    return std::vector<inoculum::completion>{};
  }
#endif
};

void use(const inoculum::batch_backend auto&) {}
int main() { use(parrot{}); }
