// SPDX-License-Identifier: Apache-2.0
// A host whose stb reads no PNG, before us: ours still does.
#include <doctest/doctest.h>

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_PNG
#define STBI_NO_JPEG
#include <stb/stb_image.h>
#include <inoculum/io/image.hpp>

#if !defined(STBI_NO_PNG) || !defined(STB_IMAGE_STATIC)
#error "the host's macros are not as it left them"
#endif

TEST_CASE("stb: a host without PNG before ours") {
  const auto png = inoculum::encode_png(inoculum::image::from_rgb(1, 1, {1, 2, 3}).value()).value();
  CHECK(inoculum::decode_image(png, "").value().rgb()[2] == 3);
  int width = 0, height = 0, channels = 0;
  CHECK(stbi_load_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels, 0) == nullptr);
}
