// SPDX-License-Identifier: Apache-2.0
// A small bitmap font and writing into a picture with it: enough for words that a model may read there.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/image.hpp"
#include "../core/result.hpp"

namespace inoculum {

namespace detail {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 7;

// ASCII 32 to 95, seven rows from the top, five bits each, the leftmost highest. Capitals only: at the
// sizes that a vision tower leaves of a picture they are read better, and half the table is saved.
inline constexpr std::array<std::array<std::uint8_t, 7>, 64> glyphs = {{
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00},  // space
    {0x04, 0x04, 0x04, 0x04, 0x04, 0x00, 0x04},  // !
    {0x0a, 0x0a, 0x0a, 0x00, 0x00, 0x00, 0x00},  // "
    {0x0a, 0x0a, 0x1f, 0x0a, 0x1f, 0x0a, 0x0a},  // #
    {0x04, 0x0f, 0x14, 0x0e, 0x05, 0x1e, 0x04},  // $
    {0x18, 0x19, 0x02, 0x04, 0x08, 0x13, 0x03},  // %
    {0x0c, 0x12, 0x14, 0x08, 0x15, 0x12, 0x0d},  // &
    {0x04, 0x04, 0x08, 0x00, 0x00, 0x00, 0x00},  // '
    {0x02, 0x04, 0x08, 0x08, 0x08, 0x04, 0x02},  // (
    {0x08, 0x04, 0x02, 0x02, 0x02, 0x04, 0x08},  // )
    {0x00, 0x04, 0x15, 0x0e, 0x15, 0x04, 0x00},  // *
    {0x00, 0x04, 0x04, 0x1f, 0x04, 0x04, 0x00},  // +
    {0x00, 0x00, 0x00, 0x00, 0x0c, 0x04, 0x08},  // ,
    {0x00, 0x00, 0x00, 0x0e, 0x00, 0x00, 0x00},  // -
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c},  // .
    {0x01, 0x01, 0x02, 0x04, 0x08, 0x10, 0x10},  // /
    {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e},  // 0
    {0x04, 0x0c, 0x14, 0x04, 0x04, 0x04, 0x1f},  // 1
    {0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f},  // 2
    {0x1e, 0x01, 0x01, 0x0e, 0x01, 0x01, 0x1e},  // 3
    {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02},  // 4
    {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e},  // 5
    {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e},  // 6
    {0x1f, 0x01, 0x02, 0x04, 0x04, 0x08, 0x08},  // 7
    {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e},  // 8
    {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c},  // 9
    {0x00, 0x0c, 0x0c, 0x00, 0x0c, 0x0c, 0x00},  // :
    {0x00, 0x0c, 0x0c, 0x00, 0x0c, 0x04, 0x08},  // ;
    {0x02, 0x04, 0x08, 0x10, 0x08, 0x04, 0x02},  // <
    {0x00, 0x00, 0x1f, 0x00, 0x1f, 0x00, 0x00},  // =
    {0x08, 0x04, 0x02, 0x01, 0x02, 0x04, 0x08},  // >
    {0x0e, 0x11, 0x01, 0x02, 0x04, 0x00, 0x04},  // ?
    {0x0e, 0x11, 0x17, 0x15, 0x17, 0x10, 0x0e},  // @
    {0x04, 0x0a, 0x11, 0x11, 0x1f, 0x11, 0x11},  // A
    {0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e},  // B
    {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e},  // C
    {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e},  // D
    {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f},  // E
    {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10},  // F
    {0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f},  // G
    {0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11},  // H
    {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e},  // I
    {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c},  // J
    {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11},  // K
    {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f},  // L
    {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11},  // M
    {0x11, 0x19, 0x19, 0x15, 0x13, 0x13, 0x11},  // N
    {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e},  // O
    {0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10},  // P
    {0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d},  // Q
    {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11},  // R
    {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e},  // S
    {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04},  // T
    {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e},  // U
    {0x11, 0x11, 0x11, 0x11, 0x0a, 0x0a, 0x04},  // V
    {0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11},  // W
    {0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11},  // X
    {0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04},  // Y
    {0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f},  // Z
    {0x0e, 0x08, 0x08, 0x08, 0x08, 0x08, 0x0e},  // [
    {0x10, 0x10, 0x08, 0x04, 0x02, 0x01, 0x01},  // backslash
    {0x0e, 0x02, 0x02, 0x02, 0x02, 0x02, 0x0e},  // ]
    {0x04, 0x0a, 0x11, 0x00, 0x00, 0x00, 0x00},  // ^
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1f},  // _
}};

[[nodiscard]] constexpr const std::array<std::uint8_t, 7>& glyph_of(char c) noexcept {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return c >= 32 && c < 96 ? glyphs[static_cast<std::size_t>(c - 32)] : glyphs['?' - 32];
}

/// Lines of at most `columns` characters, broken at white space; a longer word is cut. One '?' stands for
/// each character outside ASCII.
[[nodiscard]] inline std::vector<std::string> wrap_words(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line, word;
  const auto end_word = [&] {
    while (!word.empty()) {
      const std::size_t gap = line.empty() ? 0 : 1;
      if (line.size() + gap + word.size() <= columns) {
        if (gap != 0) line += ' ';
        line += word;
        word.clear();
      } else if (line.empty()) {
        lines.push_back(word.substr(0, columns));
        word.erase(0, columns);
      } else {
        lines.push_back(std::exchange(line, {}));
      }
    }
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xc0) continue;  // the rest of a character that has its '?'
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') end_word();
    else word += byte >= 0x80 || byte < 0x20 ? '?' : c;
  }
  end_word();
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

/// Black pixels of one glyph; (left, top) is its corner, which lies within the picture with the whole glyph.
inline void draw_glyph(std::vector<std::uint8_t>& rgb, int width, const std::array<std::uint8_t, 7>& glyph, int left, int top, int scale) {
  for (int y = 0; y < glyph_height * scale; ++y) {
    for (int x = 0; x < glyph_width * scale; ++x) {
      if ((glyph[static_cast<std::size_t>(y / scale)] >> (4 - x / scale) & 1) == 0) continue;
      const std::size_t at = (static_cast<std::size_t>(top + y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(left + x)) * 3;
      rgb[at] = rgb[at + 1] = rgb[at + 2] = 0;
    }
  }
}

/// Nearest-neighbour enlargement by a whole factor, which keeps every pixel.
[[nodiscard]] inline result<image> enlarge(const image& from, int factor) {
  const int width = from.width() * factor, height = from.height() * factor;
  if (static_cast<std::size_t>(width) * static_cast<std::size_t>(height) > max_image_pixels)
    return image::from_rgb(width, height, {});  // says the limit
  if (factor == 1) return from;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    const std::size_t row = static_cast<std::size_t>(y / factor) * static_cast<std::size_t>(from.width()) * 3;
    for (int x = 0; x < width; ++x) {
      const std::size_t at = row + static_cast<std::size_t>(x / factor) * 3;
      for (std::size_t c = 0; c < 3; ++c) rgb.push_back(from.rgb()[at + c]);
    }
  }
  return image::from_rgb(width, height, std::move(rgb));
}

}  // namespace detail

/// Longer texts are refused: nothing could read them in a picture.
inline constexpr std::size_t max_drawn_characters = 2000;

/// The picture with `text` in black on a white band at its bottom, wrapped at words, in the largest letters
/// with which the band takes at most `share` of the height. A picture too small for that is first enlarged
/// by a whole factor, so that the letters stay whole; nothing is drawn on an empty text.
/// Errors: invalid_argument (an empty picture, a share outside (0, 1]), too_large (text, or the enlarged picture).
[[nodiscard]] inline result<image> draw_text(const image& picture, std::string_view text, double share = 0.5) {
  if (picture.empty()) return failure{errc::invalid_argument, "text cannot be drawn into an empty picture", {}};
  if (!(share > 0.0 && share <= 1.0)) return failure{errc::invalid_argument, "the share of a picture for text is in (0, 1]", {}};
  if (text.size() > max_drawn_characters) {
    return failure{errc::too_large,
                   "a text of " + std::to_string(text.size()) + " bytes cannot be drawn into a picture; the limit is " +
                       std::to_string(max_drawn_characters),
                   {}};
  }
  // Cells of 6 x 10 leave a pixel between letters and three between lines; a margin of three around all.
  constexpr int cell_width = detail::glyph_width + 1, cell_height = detail::glyph_height + 3, margin = 3;
  const auto band_height = [](std::size_t lines, int scale) { return (static_cast<int>(lines) * cell_height + 2 * margin - 3) * scale; };
  if (detail::wrap_words(text, 80).empty()) return picture;

  for (int factor = 1; picture.width() * factor <= max_image_side && picture.height() * factor <= max_image_side; ++factor) {
    const int width = picture.width() * factor, height = picture.height() * factor;
    const int side = std::min(width, height);
    // Letters of one pixel are no letters: rather enlarge, unless the picture is large enough as it is.
    for (int scale = std::max(1, side / 40); scale >= (side < 512 ? 2 : 1); --scale) {
      const int columns = (width / scale - 2 * margin) / cell_width;
      if (columns < 8) continue;  // every word would be cut
      const std::vector<std::string> lines = detail::wrap_words(text, static_cast<std::size_t>(columns));
      if (band_height(lines.size(), scale) > static_cast<int>(share * height)) continue;
      auto canvas = detail::enlarge(picture, factor);
      if (!canvas) return canvas;
      std::vector<std::uint8_t> rgb(canvas->rgb().begin(), canvas->rgb().end());
      const int top = height - band_height(lines.size(), scale);
      std::fill(rgb.begin() + static_cast<std::ptrdiff_t>(top) * width * 3, rgb.end(), std::uint8_t{255});
      for (std::size_t n = 0; n < lines.size(); ++n) {
        const int y = top + (margin + static_cast<int>(n) * cell_height) * scale;
        for (std::size_t i = 0; i < lines[n].size(); ++i) {
          detail::draw_glyph(rgb, width, detail::glyph_of(lines[n][i]), (margin + static_cast<int>(i) * cell_width) * scale, y, scale);
        }
      }
      return image::from_rgb(width, height, std::move(rgb));
    }
  }
  return failure{errc::too_large, "the text does not fit into a picture of this shape", {}};
}

}  // namespace inoculum
