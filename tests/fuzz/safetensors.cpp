// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: it is refused with words and a place, or all that it offers can be read; and as the weights of
// a small BERT, which refuses it or embeds.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/sentence/sentence_embedder.hpp>
#include <vector>

#include "../support/tiny_bert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  const auto file = safetensors_file::from_bytes(std::as_bytes(std::span(data, size)));
  if (!file) {
    if (file.error().message.empty() || file.error().where.empty()) std::abort();
    return 0;
  }
  double sum = 0;
  std::size_t covered = 0;
  for (const safetensors_tensor& t : file->tensors()) {
    if (file->find(t.name) != &t || t.describe().empty()) std::abort();
    std::uint64_t elements = 1;
    for (const std::uint64_t n : t.shape()) elements *= n;
    if (elements * t.type.bytes != t.data.size()) std::abort();
    covered += t.data.size();
    for (const std::byte b : t.data) sum += static_cast<double>(b);
  }
  if (covered > size) std::abort();
  static const test::tiny_bert_options shape{.width = 16, .hidden = 16, .layers = 1, .positions = 4, .heads = "1"};
  static const std::string config = test::tiny_bert(shape).config;
  static const auto words = wordpiece_tokenizer::parse(test::tiny_words()).value();
  const auto embedder = sentence_embedder::load(config, words, *file, {.threads = 1, .tokens = 4});
  if (!embedder) {
    if (embedder.error().message.empty()) std::abort();
    return 0;
  }
  std::vector<float> out(16);
  if (!embedder->embed({"is there a fracture?", {}}, out)) return 0;
  for (const float f : out) {
    if (!std::isfinite(f)) std::abort();
    sum += static_cast<double>(f);
  }
  [[maybe_unused]] static volatile double sink;
  sink = sum;
  return 0;
}
