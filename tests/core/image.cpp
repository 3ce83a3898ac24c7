// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <inoculum/core/image.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ino = inoculum;
using ino::errc;
using ino::image;
using ino::picture;

namespace {
image grey(int width, int height, std::uint8_t level) {
  return image::from_rgb(width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), level)).value();
}
}  // namespace

TEST_CASE("an image shares its pixels with its copies") {
  const image a = grey(3, 2, 9);
  const image b = a;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(a.width() == 3);
  CHECK(a.height() == 2);
  CHECK(a.rgb().size() == 18);
  CHECK(a.rgb().data() == b.rgb().data());
  CHECK(image{}.empty());
  CHECK(image{}.rgb().empty());
}

TEST_CASE("sizes that cannot be are refused by name") {
  struct bad {
    int width, height;
    std::size_t bytes;
    errc code;
    const char* says;
  };
  for (const bad& b :
       {bad{0, 5, 0, errc::invalid_argument, "0x5"}, bad{5, -1, 0, errc::invalid_argument, "5x-1"},
        bad{2, 2, 11, errc::invalid_argument, "needs 12 bytes, got 11"}, bad{ino::max_image_side + 1, 1, 0, errc::too_large, "16385x1"},
        bad{16384, 16384, 0, errc::too_large, "limit"}, bad{2147483647, 2147483647, 0, errc::too_large, "limit"}}) {
    const auto r = image::from_rgb(b.width, b.height, std::vector<std::uint8_t>(b.bytes));
    REQUIRE_FALSE(r);
    CHECK(r.error().code == b.code);
    CHECK(r.error().message.find(b.says) != std::string::npos);
  }
}

TEST_CASE("equality and the digest look at size and pixels") {
  CHECK(grey(4, 3, 1) == grey(4, 3, 1));
  CHECK(grey(4, 3, 1) != grey(3, 4, 1));  // the same bytes
  CHECK(grey(4, 3, 1) != grey(4, 3, 2));
  CHECK(grey(4, 3, 1) != image{});
  CHECK(image{} == image{});
  CHECK(grey(4, 3, 1).content_digest() == grey(4, 3, 1).content_digest());
  CHECK(grey(4, 3, 1).content_digest() != grey(3, 4, 1).content_digest());
  CHECK(grey(4, 3, 1).content_digest() != grey(4, 3, 2).content_digest());
}

TEST_CASE("a picture decodes when asked, every time anew") {
  int calls = 0;
  const picture p("a.png", [&calls] {
    ++calls;
    return ino::result<image>(grey(1, 1, 7));
  });
  CHECK(calls == 0);
  CHECK(p.name() == "a.png");
  CHECK_FALSE(p.empty());
  CHECK(*p.decode() == grey(1, 1, 7));
  CHECK(*p.decode() == grey(1, 1, 7));
  CHECK(calls == 2);
}

TEST_CASE("an image is a picture, and an empty picture says so") {
  const picture p = grey(2, 2, 3);
  CHECK(p.name().empty());
  CHECK(*p.decode() == grey(2, 2, 3));
  CHECK(picture{}.empty());
  const auto r = picture{}.decode();
  REQUIRE_FALSE(r);
  CHECK(r.error().code == errc::invalid_argument);
}
