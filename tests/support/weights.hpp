// SPDX-License-Identifier: Apache-2.0
// Where the real language weights are, for tests that use them and say SKIPPED without.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace inoculum::test {

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The path of a file in the cache that examples/fetch_weights.sh fills. Empty, after a line that says so, when there is none.
inline std::string cached(const char* what, const std::string& path, const char* how) {
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    std::fclose(file);
    return path;
  }
  std::printf("SKIPPED %s: no weights at %s (%s gets them)\n", what, path.c_str(), how);
  return {};
}
inline std::string cache_folder() {
  if (const std::string cache = variable("INOCULUM_CACHE"); !cache.empty()) return cache;
  return (variable("XDG_CACHE_HOME").empty() ? variable("HOME") + "/.cache" : variable("XDG_CACHE_HOME")) + "/inoculum";
}

/// The path of SmolLM2's GGUF: $INOCULUM_MODEL, or the cache's.
inline std::string weights(const char* what) {
  const std::string path = variable("INOCULUM_MODEL");
  return cached(what, path.empty() ? cache_folder() + "/SmolLM2-135M-Instruct.Q4_1.gguf" : path, "examples/fetch_weights.sh");
}

/// The folder of the sentence embedder.
inline std::string minilm(const char* what) {
  const std::string folder = cache_folder() + "/all-MiniLM-L6-v2";
  return cached(what, folder + "/model.safetensors", "examples/fetch_weights.sh --embedder").empty() ? "" : folder;
}

}  // namespace inoculum::test
