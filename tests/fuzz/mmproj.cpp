// SPDX-License-Identifier: Apache-2.0
// Any bytes as a vision tower's file: it is refused with words, or it sees a picture.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/vision/vision_tower.hpp>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  const auto file = gguf_file::from_bytes(std::as_bytes(std::span(data, size)));
  if (!file) return 0;
  const auto tower = vision_tower::load(*file, 1);
  if (!tower) {
    if (tower.error().message.empty()) std::abort();
    return 0;
  }
  // Sides that follow from the input, so that the resampling is tried too.
  const int width = 1 + data[0] % 50, height = 1 + data[size / 2] % 50;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height) * 3);
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = data[i % size];
  const image picture = image::from_rgb(width, height, std::move(rgb)).value();
  const std::size_t seen = tower->squares(picture);
  if (seen > 65) std::abort();
  const auto rows = tower->encode(picture);
  if (!rows || rows->size() != seen * tower->positions() * tower->width()) std::abort();
  return 0;
}
