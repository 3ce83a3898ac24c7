// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <inoculum/io/image.hpp>

#include "files.hpp"

namespace ino = inoculum;
using fixture::bytes;

namespace {

std::vector<int> pixels(const ino::result<ino::image>& got) {
  REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
  return {got->rgb().begin(), got->rgb().end()};
}

ino::failure why(const bytes& file) {
  auto got = ino::decode_image(file, "scan.png");
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().where == "scan.png");
  return got.error();
}

ino::image gradient(int width, int height) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int v : {x * 7, y * 5, x ^ y}) rgb.push_back(static_cast<std::uint8_t>(v & 255));
    }
  }
  return ino::image::from_rgb(width, height, std::move(rgb)).value();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("PNG of every kind becomes 8-bit RGB") {
  CHECK(pixels(ino::decode_image(fixture::png(2, 1, 8, fixture::grey, {0, 10, 200}), "")) == std::vector<int>{10, 10, 10, 200, 200, 200});
  CHECK(pixels(ino::decode_image(fixture::png(1, 2, 8, fixture::rgb, {0, 1, 2, 3, 0, 4, 5, 6}), "")) == std::vector<int>{1, 2, 3, 4, 5, 6});
  CHECK(pixels(ino::decode_image(fixture::png(4, 1, 1, fixture::grey, {0, 0b10100000}), "")) ==
        std::vector<int>{255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0});
  SUBCASE("16 bits keep the upper 8") {
    CHECK(pixels(ino::decode_image(fixture::png(2, 1, 16, fixture::grey, {0, 0x12, 0x34, 0xff, 0x00}), "")) ==
          std::vector<int>{0x12, 0x12, 0x12, 0xff, 0xff, 0xff});
    CHECK(pixels(ino::decode_image(fixture::png(1, 1, 16, fixture::rgb, {0, 1, 99, 2, 99, 3, 99}), "")) == std::vector<int>{1, 2, 3});
  }
  SUBCASE("alpha is composited over black") {
    CHECK(pixels(ino::decode_image(fixture::png(3, 1, 8, fixture::rgba, {0, 200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128}), "")) ==
          std::vector<int>{200, 100, 50, 0, 0, 0, 100, 50, 25});
    CHECK(pixels(ino::decode_image(fixture::png(2, 1, 8, fixture::grey_alpha, {0, 90, 255, 90, 51}), "")) ==
          std::vector<int>{90, 90, 90, 18, 18, 18});
  }
  SUBCASE("a palette is looked up, its transparency too") {
    const bytes colours = {9, 8, 7, 100, 110, 120};
    CHECK(pixels(ino::decode_image(fixture::png(3, 1, 2, fixture::palette, {0, 0b00010000}, {{"PLTE", colours}}), "")) ==
          std::vector<int>{9, 8, 7, 100, 110, 120, 9, 8, 7});
    CHECK(pixels(ino::decode_image(fixture::png(2, 1, 8, fixture::palette, {0, 1, 0}, {{"PLTE", colours}, {"tRNS", {0}}}), "")) ==
          std::vector<int>{100, 110, 120, 0, 0, 0});
  }
}

TEST_CASE("what is written is read again") {
  const ino::image original = gradient(37, 23);
  const auto png = ino::encode_png(original);
  REQUIRE(png.has_value());
  CHECK(ino::decode_image(*png, "").value() == original);
  CHECK(ino::encode_png(ino::image()).error().code == ino::errc::invalid_argument);

  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_image_test.png").string();
  REQUIRE(ino::write_png(original, path).has_value());
  CHECK(ino::read_image(path).value() == original);
  std::filesystem::remove(path);
  CHECK(ino::read_image(path).error().code == ino::errc::not_found);
  CHECK(contains(ino::read_image(path).error().to_string(), path));
}

TEST_CASE("JPEG: progressive and grey are read, CMYK is refused by name") {
  const auto colour = ino::decode_image(fixture::progressive_jpeg, "");
  REQUIRE_MESSAGE(colour.has_value(), colour.error().to_string());
  CHECK(colour->width() == 16);
  for (const int at : {0, 15, 8 * 16 + 8}) {  // red grows to the right, green downwards
    CHECK(std::abs(colour->rgb()[3 * static_cast<std::size_t>(at)] - at % 16 * 16) < 30);
    CHECK(std::abs(colour->rgb()[3 * static_cast<std::size_t>(at) + 1] - at / 16 * 16) < 30);
  }
  const auto grey = ino::decode_image(fixture::grey_jpeg, "");
  REQUIRE(grey.has_value());
  CHECK(grey->rgb()[3 * 8] == grey->rgb()[3 * 8 + 2]);
  CHECK(std::abs(grey->rgb()[3 * 8] - 128) < 12);

  const auto cmyk = ino::decode_image(fixture::cmyk_jpeg, "print.jpg");
  REQUIRE_FALSE(cmyk.has_value());
  CHECK(cmyk.error().code == ino::errc::unsupported);
  CHECK(contains(cmyk.error().to_string(), "print.jpg: CMYK JPEG"));
}

TEST_CASE("no truncated file passes for a whole one") {
  const bytes png = ino::encode_png(gradient(20, 20)).value();
  for (std::size_t n = 0; n < png.size(); ++n) CHECK_FALSE(ino::decode_image(std::span(png).first(n), "").has_value());
  const std::span<const std::uint8_t> jpeg = fixture::progressive_jpeg;
  for (std::size_t n = 0; n < jpeg.size(); ++n) CHECK_FALSE(ino::decode_image(jpeg.first(n), "").has_value());
  CHECK(contains(why({png.begin(), png.begin() + 50}).message, "truncated"));
  CHECK(why({}).message == "image file is empty");
}

TEST_CASE("no flipped bit in a PNG goes unnoticed") {
  const bytes png = ino::encode_png(gradient(9, 9)).value();
  for (std::size_t i = 0; i < png.size(); ++i) {
    bytes bad = png;
    bad[i] = static_cast<std::uint8_t>(bad[i] ^ 0x10);
    CHECK_FALSE(ino::decode_image(bad, "").has_value());
  }
}

TEST_CASE("sizes are checked before anything is allocated") {
  const auto huge = why(fixture::png(16385, 1, 8, fixture::grey, {0}));
  CHECK(huge.code == ino::errc::too_large);
  CHECK(contains(huge.message, "16384"));
  CHECK(why(fixture::png(16384, 16384, 8, fixture::grey, {0})).code == ino::errc::too_large);
  CHECK(why(fixture::png(0xffffffff, 0xffffffff, 16, fixture::rgba, {0})).code == ino::errc::too_large);
  CHECK(why(fixture::png(8, 8, 8, fixture::rgb, {0, 1, 2})).code == ino::errc::parse);  // fewer pixels than promised
  CHECK(why(bytes(ino::max_image_file_bytes + 1)).code == ino::errc::too_large);
  // A header within the limits, and next to nothing behind it: refused before half a gigabyte is allocated.
  CHECK(contains(why(fixture::png(8192, 8192, 16, fixture::rgba, {0, 1, 2})).message, "most of it is missing"));
  // A few kilobytes that inflate to megabytes which no pixel asks for: refused before they are gathered.
  bytes zeros(4 << 20);
  int length = 0;
  unsigned char* small_bomb = ino::detail::stb::stbi_zlib_compress(zeros.data(), static_cast<int>(zeros.size()), &length, 8);
  const bytes bomb(small_bomb, small_bomb + length);
  std::free(small_bomb);
  REQUIRE(bomb.size() < 100000);
  CHECK(contains(why(fixture::png_of(1, 1, 8, fixture::grey, bomb)).message, "outofmem"));
}

TEST_CASE("JPEGs that stb would misread are refused") {
  bytes jpeg(std::begin(fixture::grey_jpeg), std::end(fixture::grey_jpeg));
  std::size_t frame = 2;
  while (jpeg[frame + 1] != 0xc0) frame += 2u + jpeg[frame + 2] * 256u + jpeg[frame + 3];
  const auto with = [&](std::size_t at, std::uint8_t value) {
    bytes out = jpeg;
    out[frame + at] = value;
    return why(out);
  };
  CHECK(contains(with(1, 0xc3).message, "lossless"));
  CHECK(contains(with(1, 0xc9).message, "arithmetic"));
  CHECK(contains(with(4, 12).message, "12 bits"));
  CHECK(with(9, 2).code == ino::errc::unsupported);
  CHECK(contains(with(6, 0).message, "size open"));

  // A table of 257 codes, for which stb has no room; one that promises more than its segment holds; half of one.
  std::size_t codes = 2;
  while (jpeg[codes + 1] != 0xc4) codes += 2u + jpeg[codes + 2] * 256u + jpeg[codes + 3];
  const auto with_table = [&](std::array<std::uint8_t, 2> counts, std::size_t symbols) {
    bytes table(17 + symbols);
    table[1 + 14] = counts[0];
    table[1 + 15] = counts[1];
    const std::size_t length = 2 + table.size();
    table.insert(table.begin(), {0xff, 0xc4, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length & 255)});
    bytes out = jpeg;
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(codes), table.begin(), table.end());
    return out;
  };
  CHECK(contains(why(with_table({2, 255}, 257)).message, "Huffman table at byte"));
  CHECK(contains(why(with_table({1, 9}, 9)).message, "Huffman table at byte"));
  CHECK(contains(why(with_table({1, 9}, 11)).message, "Huffman table at byte"));
  CHECK(ino::decode_image(with_table({1, 9}, 10), "codes.jpg").has_value());

  // A hundred and one scans over the same pixels.
  std::size_t scan = frame;
  while (jpeg[scan + 1] != 0xda) scan += 2u + jpeg[scan + 2] * 256u + jpeg[scan + 3];
  const bytes one(jpeg.begin() + static_cast<std::ptrdiff_t>(scan), jpeg.end() - 2);
  bytes many = jpeg;
  many.erase(many.end() - 2, many.end());
  for (int i = 0; i < 100; ++i) many.insert(many.end(), one.begin(), one.end());
  many.insert(many.end(), {0xff, 0xd9});
  CHECK(why(many).code == ino::errc::too_large);
}

TEST_CASE("other formats are refused by name, with advice") {
  const auto message = [](std::size_t at, std::string_view text) {
    bytes file(400, 0);
    std::copy(text.begin(), text.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
    const ino::failure f = why(file);
    CHECK(f.code == ino::errc::unsupported);
    return f.message;
  };
  CHECK(contains(message(128, "DICM"), "DICOM"));
  CHECK(contains(message(128, "DICM"), "dcm2pnm"));
  CHECK(contains(message(0, "II*"), "TIFF"));
  CHECK(contains(message(344, "n+1"), "NIfTI"));
  CHECK(contains(message(0, "RIFF    WEBPVP8 "), "WebP"));
  CHECK(contains(message(0, "GIF89a"), "GIF"));
  CHECK(contains(message(0, "BM"), "BMP"));
  CHECK(contains(message(0, "<html>"), "neither PNG nor JPEG"));
}
