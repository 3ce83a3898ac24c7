// SPDX-License-Identifier: Apache-2.0
// A host that keeps stb's implementation in the same translation unit, before us, with its own allocator.
#include <doctest/doctest.h>
#include <stdlib.h>

static int host_allocations = 0;
static void* host_malloc(size_t size) { return ++host_allocations, malloc(size); }
#define STBI_MALLOC(size) host_malloc(size)
#define STBI_REALLOC(block, size) realloc(block, size)
#define STBI_FREE(block) free(block)
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
// and only then:
#include <inoculum/io/image.hpp>

#if !defined(STB_IMAGE_IMPLEMENTATION) || !defined(STBI_MALLOC) || !defined(STBI_INCLUDE_STB_IMAGE_H) || defined(STBI_ONLY_PNG) || \
    defined(STBI_NO_STDIO)
#error "the host's macros are not as it left them"
#endif

TEST_CASE("stb: a host's implementation before ours") {
  const auto png = inoculum::encode_png(inoculum::image::from_rgb(1, 1, {1, 2, 3}).value()).value();
  CHECK(inoculum::decode_image(png, "").value().rgb()[1] == 2);
  CHECK(host_allocations == 0);
  int width = 0, height = 0, channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels, 0);
  REQUIRE(pixels != nullptr);
  CHECK(pixels[2] == 3);
  CHECK(host_allocations > 0);
  stbi_image_free(pixels);
  static_assert(noexcept(STBI_MALLOC(1)) == noexcept(host_malloc(1)));
}
