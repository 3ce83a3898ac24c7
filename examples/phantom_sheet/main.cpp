// SPDX-License-Identifier: Apache-2.0
// Every kind of phantom once, labelled, on one sheet. With a path it writes the sheet as a PNG
// (docs/images/phantoms.png was made by `example_phantom_sheet docs/images/phantoms.png`); without, it only checks that all draw.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <inoculum/attack/text_image.hpp>
#include <inoculum/io/image.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <string>
#include <vector>

namespace ino = inoculum;

int main(int argc, char** argv) {
  constexpr int side = 120, caption = 34, gap = 4, columns = 10;
  const auto kinds = ino::phantom_kinds();
  const int rows = (static_cast<int>(kinds.size()) + columns - 1) / columns;
  const int width = columns * (side + gap) + gap, height = rows * (side + caption + gap) + gap;
  std::vector<std::uint8_t> sheet(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 255);
  // Every `step`-th pixel of a picture, from its `first` row on, to a place on the sheet.
  const auto put = [&](const ino::image& from, int step, int first, int left, int top) {
    for (int y = first; y < from.height() / step; ++y) {
      for (int x = 0; x < from.width() / step; ++x) {
        const auto pixel = from.rgb().subspan(static_cast<std::size_t>(y * step * from.width() + x * step) * 3, 3);
        std::copy(pixel.begin(), pixel.end(), sheet.begin() + (static_cast<std::ptrdiff_t>(top + y - first) * width + left + x) * 3);
      }
    }
  };
  // Drawn twice as large, into the bottom of a square: draw_text draws no letters of single pixels.
  const auto blank =
      ino::image::from_rgb(2 * side, 2 * side, std::vector<std::uint8_t>(static_cast<std::size_t>(4 * side * side) * 3, 255));
  int at = 0;
  for (const ino::phantom_kind& kind : kinds) {
    const auto drawn = ino::draw_phantom({kind.mode, std::string(kind.region), std::string(kind.finding), 11}, side);
    std::string words = std::string(to_string(kind.mode)) + " " + std::string(kind.region) + " " + std::string(kind.finding);
    std::replace(words.begin(), words.end(), '_', ' ');  // so that long names break into lines
    const auto label = ino::draw_text(*blank, words, static_cast<double>(caption) / side);
    if (label && label->width() != 2 * side) {  // draw_text enlarges a picture that its text does not fit into
      std::fprintf(stderr, "%s: too long for its caption\n", words.c_str());
      return 1;
    }
    if (!drawn || !label) {
      std::fprintf(stderr, "%s: %s\n", words.c_str(), (drawn ? label.error() : drawn.error()).message.c_str());
      return 1;
    }
    const int left = gap + at % columns * (side + gap), top = gap + at / columns * (side + caption + gap);
    put(*drawn, 1, 0, left, top);
    put(*label, 2, side - caption, left, top + side);
    ++at;
  }
  std::printf("%d kinds of phantom\n", at);
  if (argc < 2) return 0;
  const auto picture = ino::image::from_rgb(width, height, std::move(sheet));
  const auto written = ino::write_png(*picture, argv[1]);
  if (!written) std::fprintf(stderr, "%s: %s\n", written.error().where.c_str(), written.error().message.c_str());
  return written ? 0 : 1;
}
