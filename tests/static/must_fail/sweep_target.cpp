// SPDX-License-Identifier: Apache-2.0
// expect: sweep_target
#include <inoculum/eval/sweep.hpp>

// An arm that throws away how its answer came about: there would be nothing to record.
#include <string>
#ifdef INOCULUM_FIXED
inoculum::result<inoculum::sweep_answer> arm(std::size_t, const inoculum::request&) { return inoculum::sweep_answer{}; }
#else
inoculum::result<std::string> arm(std::size_t, const inoculum::request&) { return std::string(); }
#endif

int main() {
  auto log = inoculum::record_log::open("");
  (void)inoculum::sweep({}, {}, {}, arm, *log, {}, [](const inoculum::sweep_progress&) {});
}
