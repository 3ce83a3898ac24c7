// SPDX-License-Identifier: Apache-2.0
// A host that includes stb's header plainly before us, and links the implementation of another translation unit.
#include <doctest/doctest.h>
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

#include <inoculum/io/image.hpp>

TEST_CASE("stb: a host's plain include before ours") {
  const auto png = inoculum::encode_png(inoculum::image::from_rgb(2, 1, {1, 2, 3, 4, 5, 6}).value()).value();
  CHECK(inoculum::decode_image(png, "").value().width() == 2);
  int width = 0, height = 0, channels = 0;
  CHECK(stbi_info_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels) == 1);
  CHECK(width == 2);
  // Two different functions, although both are `extern "C"` in stb's header.
  CHECK(reinterpret_cast<const void*>(&stbi_info_from_memory) !=
        reinterpret_cast<const void*>(&inoculum::detail::stb::stbi_info_from_memory));
}
