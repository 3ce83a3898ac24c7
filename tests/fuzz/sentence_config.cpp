// SPDX-License-Identifier: Apache-2.0
// Any bytes as a sentence encoder's config.json: it is refused with words, or its sizes are what the encoder relies on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/sentence/sentence_weights.hpp>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum::engine;
  const auto config = sentence_config::parse(std::string_view(reinterpret_cast<const char*>(data), size), "config.json");
  if (!config) {
    if (config.error().message.empty() || config.error().where != "config.json") std::abort();
    return 0;
  }
  const auto within = [](std::size_t n, std::size_t largest) { return n >= 1 && n <= largest; };
  const bool sizes = within(config->width, 4096) && within(config->hidden, 16384) && within(config->layers, 64) &&
                     within(config->heads, 256) && within(config->positions, 4096) && within(config->vocabulary, 1u << 20);
  if (!sizes || config->width % config->heads != 0 || config->depth() % panel_rows != 0 || config->hidden % panel_rows != 0) std::abort();
  if (!(config->epsilon >= 0.0f && config->epsilon <= 1.0f)) std::abort();
  return 0;
}
