// SPDX-License-Identifier: Apache-2.0
// expect: prefix_backend
#include <inoculum/backend/concepts.hpp>

// Prepares text, not a conversation: whose words they are would be lost.
struct parrot {
  inoculum::result<inoculum::completion> generate(const inoculum::conversation&, const inoculum::generate_options&) {
    return inoculum::completion{};
  }
#ifdef INOCULUM_FIXED
  inoculum::result<void> prepare(const inoculum::conversation&) { return {}; }
#else
  inoculum::result<void> prepare(std::string_view) { return {}; }
#endif
};

void use(const inoculum::prefix_backend auto&) {}
int main() { use(parrot{}); }
