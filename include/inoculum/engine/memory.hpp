// SPDX-License-Identifier: Apache-2.0
// How much memory a process may still take, so that what cannot fit is refused with words and not ended by the system; and how much
// scratch a file's sizes may ask for.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "../core/result.hpp"
#include "gguf/gguf.hpp"

namespace inoculum::engine {

/// Beside its weights a model takes this, and this many times its tensors' bytes, at most: for one chunk of activations, or one square of
/// a picture. Real models take a fraction; a small file whose sizes ask for more is damaged or hostile.
inline constexpr std::size_t scratch_base = std::size_t{64} << 20;
inline constexpr std::size_t scratch_factor = 16;

/// Errors: `too_large`.
[[nodiscard]] inline result<void> check_scratch(std::size_t wanted, const gguf_file& file) {
  std::size_t weight_bytes = 0;
  for (const gguf_tensor& t : file.tensors()) weight_bytes += t.data.size();
  if (wanted <= scratch_base || (wanted - scratch_base) / scratch_factor <= weight_bytes) return {};
  return failure{errc::too_large,
                 "the sizes that the file states take " + std::to_string(wanted >> 20) + " MiB of scratch for " +
                     std::to_string(weight_bytes >> 10) + " KiB of weights",
                 file.source()};
}

namespace detail {
/// The number behind `key` at a line's beginning, or at the file's with an empty one; nothing where there is none ("max").
[[nodiscard]] inline std::optional<std::uint64_t> number_in(const std::string& path, std::string_view key) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t digit = line.find_first_not_of(" \t", key.size());
    std::uint64_t n = 0;
    if (digit == std::string::npos || std::from_chars(line.data() + digit, line.data() + line.size(), n).ec != std::errc()) break;
    return n;
  }
  return std::nullopt;
}
}  // namespace detail

/// Bytes that can be had now: what Linux calls available, or less where this process's control group (or one above it) has a limit;
/// pages of files count as free there. No limit where the system does not say. `root` is for tests.
[[nodiscard]] inline std::uint64_t available_memory(const std::string& root = {}) {
  std::uint64_t out = std::numeric_limits<std::uint64_t>::max();
  if (const auto kib = detail::number_in(root + "/proc/meminfo", "MemAvailable:")) out = *kib * 1024;
  const auto limit = [&](const std::optional<std::uint64_t>& most, std::uint64_t used, std::uint64_t of_files) {
    if (most) out = std::min(out, *most - std::min(*most, used - std::min(used, of_files)));
  };
  std::string group;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::/")) group = line.substr(3);
  }
  for (; !group.empty(); group = group.substr(0, group.rfind('/'))) {
    const std::string folder = root + "/sys/fs/cgroup" + (group == "/" ? "" : group) + "/";
    limit(detail::number_in(folder + "memory.max", ""), detail::number_in(folder + "memory.current", "").value_or(0),
          detail::number_in(folder + "memory.stat", "file ").value_or(0));
  }
  const std::string old = root + "/sys/fs/cgroup/memory/memory.";  // version 1
  limit(detail::number_in(old + "limit_in_bytes", ""), detail::number_in(old + "usage_in_bytes", "").value_or(0),
        detail::number_in(old + "stat", "total_cache ").value_or(0));
  return out;
}

/// Whether weights of so many bytes fit beside what runs; to be asked before any is touched. Errors: `too_large`, naming `source`.
[[nodiscard]] inline result<void> check_memory(std::uint64_t wanted, const std::string& source, std::uint64_t free = available_memory()) {
  if (wanted <= free) return {};
  return failure{errc::too_large,
                 "the weights take " + std::to_string(wanted) + " bytes (" + std::to_string(wanted >> 20) + " MiB) of memory, and " +
                     std::to_string(free >> 20) + " MiB are free",
                 source};
}

}  // namespace inoculum::engine
