// SPDX-License-Identifier: Apache-2.0
// expect: streaming_backend
#include <inoculum/backend/scripted.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/select/policies.hpp>

// Streaming from a backend that only gives whole answers; wrapped in any_backend it hands them out at once.
#ifdef INOCULUM_FIXED
#include <inoculum/backend/any_backend.hpp>
using backend_type = inoculum::any_backend;
#else
using backend_type = inoculum::scripted_backend;
#endif

void ask(const inoculum::guard<backend_type, inoculum::random_policy>& guard) {
  (void)guard.ask({}, inoculum::generate_options{}, [](std::string_view) { return true; });
}
