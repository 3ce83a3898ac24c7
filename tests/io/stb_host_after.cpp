// SPDX-License-Identifier: Apache-2.0
// A host that includes stb after us, static and with other options: nothing of ours may show through.
#include <doctest/doctest.h>

#include <inoculum/io/image.hpp>

#if defined(STBI_INCLUDE_STB_IMAGE_H) || defined(STB_IMAGE_IMPLEMENTATION) || defined(STBIDEF) || defined(STBI_MALLOC) || \
    defined(STBI_NO_STDIO) || defined(STBI_NO_BMP) || defined(STBI_ASSERT) || defined(FAST_BITS) || defined(STBIW_UCHAR)
#error "macros of ours are left over"
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_BMP
#include <stb/stb_image.h>
// A second time, after all of it; the include guard of our header is out of the way.
#include "../../include/inoculum/io/image.hpp"

TEST_CASE("stb: a host's static implementation after ours") {
  const auto png = inoculum::encode_png(inoculum::image::from_rgb(1, 1, {1, 2, 3}).value()).value();
  CHECK(inoculum::decode_image(png, "").value().rgb()[0] == 1);
  int width = 0, height = 0, channels = 0;
  CHECK(stbi_info_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels) == 0);  // it reads BMP only
  const unsigned char bmp[] = {'B', 'M', 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24,
                               0,   0,   0,  0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7, 0};
  stbi_uc* pixels = stbi_load_from_memory(bmp, sizeof bmp, &width, &height, &channels, 3);
  REQUIRE(pixels != nullptr);
  CHECK(pixels[0] == 7);
  stbi_image_free(pixels);
}
