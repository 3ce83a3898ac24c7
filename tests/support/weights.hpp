// SPDX-License-Identifier: Apache-2.0
// Where real weights are, for tests that use them and say SKIPPED without.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace inoculum::test {

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The folder that examples/fetch_weights.sh fills.
inline std::string cache_folder() {
  if (const std::string cache = variable("INOCULUM_CACHE"); !cache.empty()) return cache;
  return (variable("XDG_CACHE_HOME").empty() ? variable("HOME") + "/.cache" : variable("XDG_CACHE_HOME")) + "/inoculum";
}

/// A path if there is a file; empty, after a line that says so, when there is none.
inline std::string present(const char* what, const std::string& path, const char* hint) {
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    std::fclose(file);
    return path;
  }
  std::printf("SKIPPED %s: no weights at %s (%s)\n", what, path.c_str(), hint);
  return {};
}

/// SmolLM2's GGUF: $INOCULUM_MODEL, or the cache's.
inline std::string weights(const char* what) {
  const std::string path = variable("INOCULUM_MODEL");
  return present(what, path.empty() ? cache_folder() + "/SmolLM2-135M-Instruct.Q4_1.gguf" : path, "examples/fetch_weights.sh gets them");
}

/// Gemma 3 270M's: $INOCULUM_GEMMA, or the cache's. Under its own licence, so nothing fetches it unasked.
inline std::string gemma_weights(const char* what) {
  const std::string path = variable("INOCULUM_GEMMA");
  return present(what, path.empty() ? cache_folder() + "/gemma-3-270m-q4_k_m.gguf" : path, "optional; docs/tokenizer.md says whence");
}

/// llama.cpp's folder of vocabularies without weights: $INOCULUM_VOCABULARIES, or where bench/peers/run.sh unpacks its sources.
inline std::string llama_vocabularies(const char* what) {
  const std::string named = variable("INOCULUM_VOCABULARIES");
  const std::string folder = named.empty() ? cache_folder() + "/peers/llama_cpp_python-0.3.36/vendor/llama.cpp/models" : named;
  return present(what, folder + "/ggml-vocab-llama-bpe.gguf", "bench/peers/run.sh gets llama.cpp's").empty() ? "" : folder;
}

/// The folder of the sentence embedder.
inline std::string minilm(const char* what) {
  const std::string folder = cache_folder() + "/all-MiniLM-L6-v2";
  return present(what, folder + "/model.safetensors", "examples/fetch_weights.sh --embedder gets them").empty() ? "" : folder;
}

}  // namespace inoculum::test
