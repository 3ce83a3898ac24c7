// SPDX-License-Identifier: Apache-2.0
// Where the real language weights are, for tests that use them and say SKIPPED without.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace inoculum::test {

/// A file named by an environment variable, or in the cache. Empty, after a line that says so, when there is none.
inline std::string weights_file(const char* what, const char* chosen, const char* name, const char* hint) {
  const auto variable = [](const char* key) {
    const char* value = std::getenv(key);
    return std::string(value == nullptr ? "" : value);
  };
  std::string path = variable(chosen);
  if (path.empty()) {
    std::string cache = variable("INOCULUM_CACHE");
    if (cache.empty())
      cache = (variable("XDG_CACHE_HOME").empty() ? variable("HOME") + "/.cache" : variable("XDG_CACHE_HOME")) + "/inoculum";
    path = cache + "/" + name;
  }
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    std::fclose(file);
    return path;
  }
  std::printf("SKIPPED %s: no weights at %s (%s)\n", what, path.c_str(), hint);
  return {};
}

/// SmolLM2's GGUF: $INOCULUM_MODEL, or in the cache that examples/fetch_weights.sh fills.
inline std::string weights(const char* what) {
  return weights_file(what, "INOCULUM_MODEL", "SmolLM2-135M-Instruct.Q4_1.gguf", "examples/fetch_weights.sh gets them");
}

/// Gemma 3 270M's: $INOCULUM_GEMMA, or in the cache. Under its own licence, so nothing fetches it unasked.
inline std::string gemma_weights(const char* what) {
  return weights_file(what, "INOCULUM_GEMMA", "gemma-3-270m-q4_k_m.gguf", "optional; docs/tokenizer.md says whence");
}

}  // namespace inoculum::test
