// SPDX-License-Identifier: Apache-2.0
// A picture of any size to the squares that a vision tower reads, to the bit as llama.cpp's mtmd does it: Pillow's
// filters (Resample.c) in fixed point; the whole picture centred on one colour, sides rounded up, or stretched; beside it, for
// some, the picture cut to tiles.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "../../core/image.hpp"
#include "../kernels/resample.hpp"
#include "../kernels/thread_team.hpp"

namespace inoculum::engine {

/// 8-bit RGB that is still being worked on; `image` is immutable.
struct rgb_canvas {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb{};
};

enum class resample_filter { bilinear, bicubic, lanczos };

/// How a tower wants a picture to become its squares.
struct picture_fit {
  resample_filter filter = resample_filter::bicubic;
  bool tiled = false;                    ///< tiles, then the whole picture stretched; else the whole picture, centred on `colour`
  std::array<std::uint8_t, 3> colour{};  ///< of what a centred picture leaves free
  std::size_t longest_edge = 0;          ///< of the picture that is cut to tiles; 0: as large as it is
};

inline constexpr int largest_tile_edge = 4096;  ///< pixels a side of what is cut to tiles
inline constexpr int largest_tile_grid = 8;     ///< tiles a side; both bound what a picture can cost

/// Tiles that a picture is cut to; the whole picture is one square more.
struct picture_grid {
  int columns = 0;
  int rows = 0;
  [[nodiscard]] std::size_t squares() const noexcept { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) + 1; }
};

/// What a tower reads of a picture, in order: tiles of `tiles`, row by row, then `whole`.
struct fitted_picture {
  picture_grid grid{};
  rgb_canvas tiles{};
  rgb_canvas whole{};
};

namespace detail {

/// Catmull-Rom's relative with a = -1/2, as Pillow has it; zero outside [-2, 2].
[[nodiscard]] inline double bicubic(double x) noexcept {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

[[nodiscard]] inline double lanczos(double x) noexcept {
  const auto sinc = [](double v) { return v == 0.0 ? 1.0 : std::sin(std::numbers::pi * v) / (std::numbers::pi * v); };
  return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
}

[[nodiscard]] inline double filter_weight(resample_filter filter, double x) noexcept {
  switch (filter) {
    case resample_filter::bilinear: return std::max(1.0 - std::fabs(x), 0.0);
    case resample_filter::lanczos: return lanczos(x);
    case resample_filter::bicubic: break;
  }
  return bicubic(x);
}

/// Input pixels to each side that a filter weighs when nothing is shrunk.
[[nodiscard]] constexpr double filter_reach(resample_filter filter) noexcept {
  return filter == resample_filter::bilinear ? 1.0 : filter == resample_filter::bicubic ? 2.0 : 3.0;
}

/// For each output pixel the first input pixel, how many, and their weights in fixed point.
struct resample_plan {
  std::vector<int> first{};
  std::vector<int> count{};
  std::vector<std::int32_t> weights{};  // `longest` for each output pixel
  std::size_t longest = 0;
};

[[nodiscard]] inline resample_plan plan_resample(int from, int to, resample_filter filter = resample_filter::bicubic) {
  resample_plan plan;
  const double scale = static_cast<double>(from) / to;
  const double stretch = std::max(scale, 1.0);  // widening the filter when shrinking is what prevents aliasing
  const double support = filter_reach(filter) * stretch;
  plan.longest = (static_cast<std::size_t>(std::ceil(support)) * 2 + 1 + resample_step - 1) / resample_step * resample_step;
  plan.weights.assign(static_cast<std::size_t>(to) * plan.longest, 0);
  std::vector<double> exact(plan.longest);
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int count = std::min(static_cast<int>(centre + support + 0.5), from) - first;
    double sum = 0.0;
    for (int k = 0; k < count; ++k) {
      exact[static_cast<std::size_t>(k)] = filter_weight(filter, (k + first - centre + 0.5) * (1.0 / stretch));
      sum += exact[static_cast<std::size_t>(k)];
    }
    std::int32_t* out = plan.weights.data() + static_cast<std::size_t>(i) * plan.longest;
    for (int k = 0; k < count; ++k) {
      double w = exact[static_cast<std::size_t>(k)];
      if (sum != 0.0) w /= sum;
      out[k] = static_cast<std::int32_t>(w * (1 << resample_bits) + (w < 0 ? -0.5 : 0.5));  // truncates, like Pillow
    }
    plan.first.push_back(first);
    plan.count.push_back(count);
  }
  return plan;
}

/// f(y) for every y below n, by all threads of a team if there is one.
template <class F>
void each_row(thread_team* team, std::size_t n, F&& f) {
  if (team == nullptr) {
    for (std::size_t y = 0; y < n; ++y) f(y);
  } else {
    team->run([&](std::size_t) { team->each(n, 0, f); });
  }
}

[[nodiscard]] inline rgb_canvas resample_rows(std::span<const std::uint8_t> rgb, int width, int height, int to, resample_filter filter,
                                              thread_team* team) {
  const resample_plan plan = plan_resample(width, to, filter);
  const resample_kernels& kernels = best_resample();
  const auto columns = static_cast<std::size_t>(to), rows = static_cast<std::size_t>(height);
  rgb_canvas out{to, height, std::vector<std::uint8_t>(columns * rows * 3)};
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  each_row(team, rows, [&](std::size_t y) {
    const std::uint8_t* from = rgb.data() + y * row;
    std::vector<std::uint8_t> padded{};  // a kernel reads past a row's end
    if (rgb.size() - (y + 1) * row < 3 * resample_step) {
      padded.resize(row + 3 * resample_step);
      std::copy_n(from, row, padded.data());
      from = padded.data();
    }
    kernels.across(from, plan.first.data(), plan.count.data(), plan.weights.data(), plan.longest, columns,
                   out.rgb.data() + y * columns * 3);
  });
  return out;
}

[[nodiscard]] inline rgb_canvas resample_columns(std::span<const std::uint8_t> rgb, int width, int height, int to, resample_filter filter,
                                                 thread_team* team) {
  const resample_plan plan = plan_resample(height, to, filter);
  const resample_kernels& kernels = best_resample();
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  rgb_canvas out{width, to, std::vector<std::uint8_t>(row * static_cast<std::size_t>(to))};
  each_row(team, static_cast<std::size_t>(to), [&](std::size_t y) {
    kernels.down(rgb.data() + static_cast<std::size_t>(plan.first[y]) * row, row, plan.weights.data() + y * plan.longest,
                 static_cast<std::size_t>(plan.count[y]), row, out.rgb.data() + y * row);
  });
  return out;
}

}  // namespace detail

/// Across first and then down, each only where the size changes. Sizes are positive.
[[nodiscard]] inline rgb_canvas resize(std::span<const std::uint8_t> rgb, int from_width, int from_height, int width, int height,
                                       resample_filter filter, thread_team* team) {
  if (from_width == width && from_height == height) return {width, height, {rgb.begin(), rgb.end()}};
  if (from_width == width) return detail::resample_columns(rgb, width, from_height, height, filter, team);
  rgb_canvas across = detail::resample_rows(rgb, from_width, from_height, width, filter, team);
  return across.height == height ? std::move(across) : detail::resample_columns(across.rgb, width, across.height, height, filter, team);
}

/// The whole picture in the middle of width × height pixels. The picture must not be empty.
[[nodiscard]] inline rgb_canvas centre(const image& picture, int width, int height, const picture_fit& how, thread_team* team) {
  // Single precision and rounding up, because one row more or less would be another picture to the tower.
  const float scale = std::min(static_cast<float>(width) / static_cast<float>(picture.width()),
                               static_cast<float>(height) / static_cast<float>(picture.height()));
  const auto scaled = [&](int n, int most) { return std::min(static_cast<int>(std::ceil(static_cast<float>(n) * scale)), most); };
  rgb_canvas small_one = resize(picture.rgb(), picture.width(), picture.height(), scaled(picture.width(), width),
                                scaled(picture.height(), height), how.filter, team);
  if (small_one.width == width && small_one.height == height) return small_one;

  const auto columns = static_cast<std::size_t>(width);
  rgb_canvas out{width, height, std::vector<std::uint8_t>(columns * static_cast<std::size_t>(height) * 3)};
  for (std::size_t i = 0; i < out.rgb.size(); ++i) out.rgb[i] = how.colour[i % 3];
  const auto left = static_cast<std::size_t>((width - small_one.width) / 2);
  const auto top = static_cast<std::size_t>((height - small_one.height) / 2);
  const std::size_t row = static_cast<std::size_t>(small_one.width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(small_one.height); ++y) {
    std::copy_n(small_one.rgb.data() + y * row, row, out.rgb.data() + ((top + y) * columns + left) * 3);
  }
  return out;
}

namespace detail {
/// The picture's size when its longer side is `longest`: the other one follows, and is even.
[[nodiscard]] inline std::pair<int, int> size_with_edge(int width, int height, int longest) noexcept {
  const double shape = static_cast<double>(width) / height;
  const bool wide = width >= height;
  int other = std::max(static_cast<int>(wide ? longest / shape : longest * shape), 1);
  other += other % 2;
  return wide ? std::pair(longest, other) : std::pair(other, longest);
}
}  // namespace detail

/// The tiles of `side` pixels that a picture of this size becomes: as many as cover it, of the longest edge where there is one, else
/// as many as come nearest to its size. Sizes are positive.
[[nodiscard]] inline picture_grid grid_of(int width, int height, int side, const picture_fit& how) noexcept {
  if (!how.tiled) return {};
  if (how.longest_edge != 0) {
    const auto [w, h] = detail::size_with_edge(width, height, static_cast<int>(how.longest_edge));
    return {(w + side - 1) / side, (h + side - 1) / side};
  }
  const int most = std::clamp(largest_tile_edge / side, 1, largest_tile_grid);
  const auto nearest = [&](int n) {
    return std::clamp(static_cast<int>(std::round(static_cast<float>(n) / static_cast<float>(side))), 1, most);
  };
  return {nearest(width), nearest(height)};
}

/// The picture must not be empty. A team shares the work out; the bytes are the same.
[[nodiscard]] inline fitted_picture fit_picture(const image& picture, int side, const picture_fit& how = {}, thread_team* team = nullptr) {
  fitted_picture out;
  out.grid = grid_of(picture.width(), picture.height(), side, how);
  const int width = out.grid.columns * side, height = out.grid.rows * side;
  if (!how.tiled) {
    out.whole = centre(picture, side, side, how, team);
  } else if (how.longest_edge == 0) {
    out.tiles = centre(picture, width, height, how, team);
    out.whole = resize(picture.rgb(), picture.width(), picture.height(), side, side, how.filter, team);
  } else {
    const auto [w, h] = detail::size_with_edge(picture.width(), picture.height(), static_cast<int>(how.longest_edge));
    const rgb_canvas first = resize(picture.rgb(), picture.width(), picture.height(), w, h, how.filter, team);
    out.tiles = resize(first.rgb, w, h, width, height, how.filter, team);
    out.whole = resize(out.tiles.rgb, width, height, side, side, how.filter, team);
  }
  return out;
}

}  // namespace inoculum::engine
