// SPDX-License-Identifier: Apache-2.0
// Small image files made in place: PNGs of any kind (stored deflate, so that every byte is known), and
// three JPEGs of 16x16 pixels: the kinds that a writer of ours does not make.
#pragma once

#include <cstdint>
#include <inoculum/io/image.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace fixture {

using bytes = std::vector<std::uint8_t>;

inline void put32(bytes& out, std::uint32_t n) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(n >> shift));
}

inline void chunk(bytes& out, std::string_view type, const bytes& data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  bytes covered(type.begin(), type.end());
  covered.insert(covered.end(), data.begin(), data.end());
  out.insert(out.end(), covered.begin(), covered.end());
  put32(out, inoculum::detail::crc32(covered));
}

/// zlib with stored blocks.
inline bytes stored(const bytes& raw) {
  bytes out = {0x78, 0x01};
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const std::uint8_t v : raw) a = (a + v) % 65521, b = (b + a) % 65521;
  for (std::size_t at = 0; at < raw.size() || at == 0; at += 65535) {
    const std::size_t n = raw.size() - at < 65535 ? raw.size() - at : 65535;
    out.push_back(at + n == raw.size() ? 1 : 0);
    out.push_back(static_cast<std::uint8_t>(n & 255));
    out.push_back(static_cast<std::uint8_t>(n >> 8));
    out.push_back(static_cast<std::uint8_t>(~n & 255));
    out.push_back(static_cast<std::uint8_t>((~n >> 8) & 255));
    out.insert(out.end(), raw.begin() + static_cast<std::ptrdiff_t>(at), raw.begin() + static_cast<std::ptrdiff_t>(at + n));
  }
  put32(out, b << 16 | a);
  return out;
}

inline constexpr std::uint8_t grey = 0, rgb = 2, palette = 3, grey_alpha = 4, rgba = 6;

inline bytes png_of(std::uint32_t width, std::uint32_t height, std::uint8_t bits, std::uint8_t kind, const bytes& deflated,
                    const std::vector<std::pair<std::string, bytes>>& before = {}) {
  bytes out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  bytes header;
  put32(header, width);
  put32(header, height);
  header.insert(header.end(), {bits, kind, 0, 0, 0});
  chunk(out, "IHDR", header);
  for (const auto& [type, data] : before) chunk(out, type, data);
  chunk(out, "IDAT", deflated);
  chunk(out, "IEND", {});
  return out;
}

/// `rows` holds for each row its filter byte and its packed samples.
inline bytes png(std::uint32_t width, std::uint32_t height, std::uint8_t bits, std::uint8_t kind, const bytes& rows,
                 const std::vector<std::pair<std::string, bytes>>& before = {}) {
  return png_of(width, height, bits, kind, stored(rows), before);
}

inline constexpr unsigned char progressive_jpeg[] = {
    255, 216, 255, 224, 0,   16,  74,  70,  73,  70,  0,   1,   1,   0,   0,   1,   0,   1,  0,   0,   255, 219, 0,   67,  0,   13,
    9,   10,  11,  10,  8,   13,  11,  10,  11,  14,  14,  13,  15,  19,  32,  21,  19,  18, 18,  19,  39,  28,  30,  23,  32,  46,
    41,  49,  48,  46,  41,  45,  44,  51,  58,  74,  62,  51,  54,  70,  55,  44,  45,  64, 87,  65,  70,  76,  78,  82,  83,  82,
    50,  62,  90,  97,  90,  80,  96,  74,  81,  82,  79,  255, 219, 0,   67,  1,   14,  14, 14,  19,  17,  19,  38,  21,  21,  38,
    79,  53,  45,  53,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79, 79,  79,  79,  79,  79,  79,  79,  79,
    79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79,  79, 79,  79,  79,  79,  79,  79,  79,  79,
    79,  79,  255, 194, 0,   17,  8,   0,   16,  0,   16,  3,   1,   34,  0,   2,   17,  1,  3,   17,  1,   255, 196, 0,   21,  0,
    1,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   4,   5,  255, 196, 0,   21,  1,   1,   1,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   1,   255, 218, 0,  12,  3,   1,   0,   2,   16,  3,   16,
    0,   0,   1,   150, 197, 178, 191, 255, 196, 0,   22,  16,  0,   3,   0,   0,   0,   0,  0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   2,   3,   255, 218, 0,   8,   1,   1,   0,   1,   5,   2,   89,  139, 49, 102, 44,  207, 255, 196, 0,   21,  17,
    1,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   4,   0,  255, 218, 0,   8,   1,   3,   1,   1,
    63,  1,   42,  47,  255, 196, 0,   22,  17,  0,   3,   0,   0,   0,   0,   0,   0,   0,  0,   0,   0,   0,   0,   0,   0,   0,
    2,   3,   255, 218, 0,   8,   1,   2,   1,   1,   63,  1,   123, 159, 255, 196, 0,   20, 16,  1,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   32,  255, 218, 0,   8,   1,   1,   0,   6,  63,  2,   31,  255, 196, 0,   21,  16,
    1,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   97, 255, 218, 0,   8,   1,   1,   0,   1,
    63,  33,  146, 73,  36,  255, 218, 0,   12,  3,   1,   0,   2,   0,   3,   0,   0,   0,  16,  179, 255, 196, 0,   22,  17,  0,
    3,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   33,  49, 255, 218, 0,   8,   1,   3,   1,   1,
    63,  16,  155, 63,  255, 196, 0,   21,  17,  1,   1,   0,   0,   0,   0,   0,   0,   0,  0,   0,   0,   0,   0,   0,   0,   0,
    97,  255, 218, 0,   8,   1,   2,   1,   1,   63,  16,  179, 255, 196, 0,   21,  16,  1,  1,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   49,  255, 218, 0,   8,   1,   1,   0,   1,   63, 16,  137, 18,  36,  79,  255, 217,
};

inline constexpr unsigned char grey_jpeg[] = {
    255, 216, 255, 224, 0,   16,  74, 70, 73, 70,  0,   1,  1,  0,  0,   1,   0,   1,  0,   0,  255, 219, 0,  67,  0,   13,  9,   10, 11,
    10,  8,   13,  11,  10,  11,  14, 14, 13, 15,  19,  32, 21, 19, 18,  18,  19,  39, 28,  30, 23,  32,  46, 41,  49,  48,  46,  41, 45,
    44,  51,  58,  74,  62,  51,  54, 70, 55, 44,  45,  64, 87, 65, 70,  76,  78,  82, 83,  82, 50,  62,  90, 97,  90,  80,  96,  74, 81,
    82,  79,  255, 192, 0,   11,  8,  0,  16, 0,   16,  1,  1,  17, 0,   255, 196, 0,  21,  0,  1,   1,   0,  0,   0,   0,   0,   0,  0,
    0,   0,   0,   0,   0,   0,   0,  7,  6,  255, 196, 0,  22, 16, 0,   3,   0,   0,  0,   0,  0,   0,   0,  0,   0,   0,   0,   0,  0,
    0,   0,   6,   66,  255, 218, 0,  8,  1,  1,   0,   0,  63, 0,  147, 95,  145, 57, 126, 67, 21,  249, 19, 151, 228, 255, 217,
};

inline constexpr unsigned char cmyk_jpeg[] = {
    255, 216, 255, 238, 0,   14,  65,  100, 111, 98,  101, 0,   100, 0,   0,   0,  0,   0,   255, 219, 0,   67,  0,   27,  18,
    20,  23,  20,  17,  27,  23,  22,  23,  30,  28,  27,  32,  40,  66,  43,  40, 37,  37,  40,  81,  58,  61,  48,  66,  96,
    85,  101, 100, 95,  85,  93,  91,  106, 120, 153, 129, 106, 113, 144, 115, 91, 93,  133, 181, 134, 144, 158, 163, 171, 173,
    171, 103, 128, 188, 201, 186, 166, 199, 153, 168, 171, 164, 255, 192, 0,   20, 8,   0,   16,  0,   16,  4,   67,  17,  0,
    77,  17,  0,   89,  17,  0,   75,  17,  0,   255, 196, 0,   22,  0,   1,   1,  1,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   6,   5,   255, 196, 0,   24,  16,  1,   0,   3,  1,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   5,   20,  65,  97,  255, 218, 0,   14,  4,   67,  0,  77,  0,   89,  0,   75,  0,   0,   63,  0,
    202, 143, 198, 85,  14,  10,  101, 52,  126, 20,  56,  9,   152, 252, 83,  80, 224, 41,  163, 240, 161, 192, 127, 255, 217,
};

}  // namespace fixture
