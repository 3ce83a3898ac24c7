// SPDX-License-Identifier: Apache-2.0
// A clock for traces. <chrono> alone would cost every including file a fifth of a second: it brings <sstream>.
#pragma once

#include <ctime>

namespace inoculum {

/// Milliseconds since some fixed moment; only differences mean anything. Never goes back where the system has such a clock.
[[nodiscard]] inline double clock_ms() noexcept {
  std::timespec now{};
#ifdef CLOCK_MONOTONIC
  ::clock_gettime(CLOCK_MONOTONIC, &now);
#else
  std::timespec_get(&now, TIME_UTC);
#endif
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

}  // namespace inoculum
