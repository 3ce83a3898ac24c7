// SPDX-License-Identifier: Apache-2.0
// Where the real language weights are, for tests that use them and say SKIPPED without.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace inoculum::test {

/// The path of SmolLM2's GGUF: $INOCULUM_MODEL, or the cache that examples/fetch_weights.sh fills. Empty, after a line that
/// says so, when there is none.
inline std::string weights(const char* what) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::string path = variable("INOCULUM_MODEL");
  if (path.empty()) {
    std::string cache = variable("INOCULUM_CACHE");
    if (cache.empty())
      cache = (variable("XDG_CACHE_HOME").empty() ? variable("HOME") + "/.cache" : variable("XDG_CACHE_HOME")) + "/inoculum";
    path = cache + "/SmolLM2-135M-Instruct.Q4_1.gguf";
  }
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    std::fclose(file);
    return path;
  }
  std::printf("SKIPPED %s: no weights at %s (examples/fetch_weights.sh gets them)\n", what, path.c_str());
  return {};
}

}  // namespace inoculum::test
