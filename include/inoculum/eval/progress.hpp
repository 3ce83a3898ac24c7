// SPDX-License-Identifier: Apache-2.0
// How far a sweep is, on stderr: a bar with the time left on a terminal, a plain line now and then elsewhere.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <string>

#include "sweep.hpp"

namespace inoculum {

/// "1:05:09", "4:07", "0:09".
[[nodiscard]] inline std::string clock_time(double seconds) {
  const auto s = static_cast<unsigned long>(seconds > 0.0 ? seconds + 0.5 : 0.0);
  char text[48];
  if (s >= 3600) std::snprintf(text, sizeof text, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
  else std::snprintf(text, sizeof text, "%lu:%02lu", s / 60, s % 60);
  return text;
}

/// One line that says where a sweep stands; `width` characters for the bar, 0 for none. The time left comes
/// from this run alone: what an earlier one did was not slow now.
[[nodiscard]] inline std::string progress_line(const sweep_progress& p, std::size_t width) {
  std::string line;
  if (width > 0) {
    const std::size_t filled = p.total == 0 ? width : p.done * width / p.total;
    line += "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] ";
  }
  line += std::to_string(p.done) + "/" + std::to_string(p.total);
  const std::size_t fresh = p.done - p.resumed;
  if (p.done == p.total) {
    line += "  done in " + clock_time(p.seconds);
    if (p.resumed > 0) line += " (" + std::to_string(p.resumed) + " from before)";
    return line;
  }
  if (fresh > 0) line += "  " + clock_time(p.seconds / static_cast<double>(fresh) * static_cast<double>(p.total - p.done)) + " left";
  line += "  " + std::string(p.policy);
  if (p.attack != "none") line += ", " + std::string(p.attack);
  return line;
}

/// A progress callback for `sweep`. Ends its line when the sweep ends, or when it goes out of scope.
class progress_bar {
 public:
  /// `to` outlives the bar; nullptr writes nothing.
  explicit progress_bar(std::FILE* to = stderr) : to_(to), terminal_(to != nullptr && ::isatty(::fileno(to)) == 1) {}
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar() {
    if (open_line_) std::fputc('\n', to_);
  }

  void operator()(const sweep_progress& p) {
    if (to_ == nullptr) return;
    const bool last = p.done == p.total;
    if (terminal_) {
      if (!last && open_line_ && p.seconds - shown_at_ < 0.1) return;
      std::string line = progress_line(p, 30);
      if (line.size() > 100) line.resize(100);  // a line that wraps cannot be overwritten
      std::fprintf(to_, "\r\x1b[K%s", line.c_str());
      open_line_ = !last;
      if (last) std::fputc('\n', to_);
    } else {
      // A log wants few lines: the first, the last, and one every ten seconds.
      if (!last && started_ && p.seconds - shown_at_ < 10.0) return;
      std::fprintf(to_, "%s\n", progress_line(p, 0).c_str());
    }
    std::fflush(to_);
    started_ = true;
    shown_at_ = p.seconds;
  }

 private:
  std::FILE* to_;
  bool terminal_;
  bool started_ = false, open_line_ = false;
  double shown_at_ = 0.0;
};

}  // namespace inoculum
