// SPDX-License-Identifier: Apache-2.0
// Any bytes as a picture: refused with a reason, or an image of the size that its header says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/io/image.hpp>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = inoculum::decode_image(std::span(data, size), "picture");
  if (!decoded && decoded.error().message.empty()) std::abort();
  if (decoded && decoded->rgb().size() != 3 * static_cast<std::size_t>(decoded->width()) * static_cast<std::size_t>(decoded->height()))
    std::abort();
  return 0;
}
