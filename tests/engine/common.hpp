// SPDX-License-Identifier: Apache-2.0
// What the engine's tests share: their files are compiled several to a unit (see ../CMakeLists.txt).
#pragma once

#include <doctest/doctest.h>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <inoculum/core/rng.hpp>

#include "../support/gguf_writer.hpp"

namespace inoculum::test {

/// A file that goes away with the test.
struct saved_file {
  std::string path;
  explicit saved_file(const gguf_writer& writer, const std::string& name = "tiny")
      : path((std::filesystem::temp_directory_path() / ("inoculum_engine_" + name + ".gguf")).string()) {
    REQUIRE(writer.save(path));
  }
  saved_file(const saved_file&) = delete;
  saved_file& operator=(const saved_file&) = delete;
  ~saved_file() { std::remove(path.c_str()); }
};

inline std::vector<token_id> random_tokens(std::size_t n, std::uint64_t seed) {
  rng r(seed);
  std::vector<token_id> out(n);
  for (token_id& id : out) id = static_cast<token_id>(r.below(static_cast<std::uint32_t>(tiny_vocabulary_size)));
  return out;
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace inoculum::test
