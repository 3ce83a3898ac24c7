// SPDX-License-Identifier: Apache-2.0
// Any bytes as a language model's file: it is refused with words, or it reads a few tokens, and what it then knows goes through a file
// whose bytes are spoiled in turn.
#include <unistd.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <inoculum/engine/engine.hpp>
#include <inoculum/io/file.hpp>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"

namespace {
/// One file a process, as several may run.
const std::string& scratch_path() {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("inoculum_fuzz_decoder." + std::to_string(::getpid()))).string();
  return path;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  // The fuzzer would hardly find a whole model: half of the inputs are places and values in one that is good.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] % 2 == 0) {
    static const auto good = [] {
      std::vector<std::vector<std::byte>> out;
      for (const char* architecture : {"llama", "qwen2", "gemma3"}) {
        out.push_back(
            test::tiny_llama({.architecture = architecture, .layers = 1, .width = 32, .hidden = 32, .heads = 2, .kv_heads = 1}).bytes());
      }
      return out;
    }();
    const auto& model = good[data[0] / 2 % good.size()];
    bytes.assign(reinterpret_cast<const char*>(model.data()), model.size());
    for (std::size_t i = 1; i + 3 < size; i += 4) {
      const std::size_t at = static_cast<std::size_t>(data[i]) << 16 | static_cast<std::size_t>(data[i + 1]) << 8 | data[i + 2];
      bytes[at % bytes.size()] = static_cast<char>(data[i + 3]);
    }
  }
  const std::string& path = scratch_path();
  if (!write_file(path, bytes)) std::abort();
  auto loaded = cpu_engine::load(path, {.threads = 1});
  if (!loaded) {
    if (loaded.error().message.empty()) std::abort();
    return 0;
  }
  std::vector<token_id> tokens;
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 20); ++i) {
    tokens.push_back(static_cast<token_id>(data[i] % loaded->vocabulary_size()));
  }
  if (tokens.empty()) return 0;
  const engine_input input{tokens, nullptr};
  const auto logits = loaded->evaluate(0, std::span(&input, 1));
  if (logits && logits->size() != loaded->vocabulary_size()) std::abort();
  if (!logits && logits.error().message.empty()) std::abort();
  loaded->remember(true);
  if (!loaded->save_prefixes(path)) std::abort();
  std::string kept = read_file(path, std::size_t{1} << 30).value();
  if (kept.size() > 72) kept[40 + data[size / 2] % (kept.size() - 72)] ^= static_cast<char>(data[size - 1]);
  kept.resize(kept.size() - 32);
  const digest sum = digest_of(kept);  // a liar who knows the format
  kept.append(reinterpret_cast<const char*>(sum.bytes.data()), sum.bytes.size());
  if (!write_file(path, kept)) std::abort();
  loaded->forget();
  (void)loaded->load_prefixes(path);
  const std::size_t known = loaded->resume(std::span(&input, 1));
  const engine_input rest{std::span(tokens).subspan(known), nullptr};
  (void)loaded->evaluate(known, std::span(&rest, 1));
  return 0;
}
