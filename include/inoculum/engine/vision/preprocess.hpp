// SPDX-License-Identifier: Apache-2.0
// A picture of any size to the square that a vision tower reads, to the bit as llama.cpp's mtmd does it: Pillow's
// filters (Resample.c) in fixed point; either the whole picture centred on one colour, sides rounded up, or stretched.
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

namespace inoculum::engine {

/// 8-bit RGB that is still being worked on; `image` is immutable.
struct rgb_canvas {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb{};
};

enum class resample_filter { bilinear, bicubic, lanczos };

/// How a tower wants a picture to become its square.
struct picture_fit {
  resample_filter filter = resample_filter::bicubic;
  bool stretched = false;                ///< both sides to the square's; else the whole picture, centred on `colour`
  std::array<std::uint8_t, 3> colour{};  ///< of what a centred picture leaves free
  std::size_t longest_edge = 0;          ///< stretched by way of this size first, as idefics3 does it; 0: directly
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

[[nodiscard]] inline rgb_canvas resample_rows(std::span<const std::uint8_t> rgb, int width, int height, int to, resample_filter filter) {
  const resample_plan plan = plan_resample(width, to, filter);
  const resample_kernels& kernels = best_resample();
  rgb_canvas out{to, height, std::vector<std::uint8_t>(static_cast<std::size_t>(to) * static_cast<std::size_t>(height) * 3)};
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  std::vector<std::uint8_t> padded(row + 3 * resample_step);  // so that a kernel may read past a row's end
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    std::copy_n(rgb.data() + y * row, row, padded.data());
    kernels.across(padded.data(), plan.first.data(), plan.count.data(), plan.weights.data(), plan.longest, static_cast<std::size_t>(to),
                   out.rgb.data() + y * static_cast<std::size_t>(to) * 3);
  }
  return out;
}

[[nodiscard]] inline rgb_canvas resample_columns(std::span<const std::uint8_t> rgb, int width, int height, int to, resample_filter filter) {
  const resample_plan plan = plan_resample(height, to, filter);
  const resample_kernels& kernels = best_resample();
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  rgb_canvas out{width, to, std::vector<std::uint8_t>(row * static_cast<std::size_t>(to))};
  for (std::size_t y = 0; y < static_cast<std::size_t>(to); ++y) {
    kernels.down(rgb.data() + static_cast<std::size_t>(plan.first[y]) * row, row, plan.weights.data() + y * plan.longest,
                 static_cast<std::size_t>(plan.count[y]), row, out.rgb.data() + y * row);
  }
  return out;
}

}  // namespace detail

/// Across first and then down, each only where the size changes. Sizes are positive.
[[nodiscard]] inline rgb_canvas resize(std::span<const std::uint8_t> rgb, int from_width, int from_height, int width, int height,
                                       resample_filter filter) {
  if (from_width == width && from_height == height) return {width, height, {rgb.begin(), rgb.end()}};
  if (from_width == width) return detail::resample_columns(rgb, width, from_height, height, filter);
  rgb_canvas across = detail::resample_rows(rgb, from_width, from_height, width, filter);
  return across.height == height ? std::move(across) : detail::resample_columns(across.rgb, width, across.height, height, filter);
}

/// The whole picture on a square of `side` pixels. The picture must not be empty.
[[nodiscard]] inline rgb_canvas centre_square(const image& picture, int side, const picture_fit& how) {
  // Single precision and rounding up, because one row more or less would be another picture to the tower.
  const auto edge = static_cast<float>(side);
  const float scale = std::min(edge / static_cast<float>(picture.width()), edge / static_cast<float>(picture.height()));
  const auto scaled = [&](int n) { return std::min(static_cast<int>(std::ceil(static_cast<float>(n) * scale)), side); };
  rgb_canvas small_one =
      resize(picture.rgb(), picture.width(), picture.height(), scaled(picture.width()), scaled(picture.height()), how.filter);
  if (small_one.width == side && small_one.height == side) return small_one;

  const auto cells = static_cast<std::size_t>(side);
  rgb_canvas out{side, side, std::vector<std::uint8_t>(cells * cells * 3)};
  for (std::size_t i = 0; i < out.rgb.size(); ++i) out.rgb[i] = how.colour[i % 3];
  const auto left = static_cast<std::size_t>((side - small_one.width) / 2);
  const auto top = static_cast<std::size_t>((side - small_one.height) / 2);
  const std::size_t row = static_cast<std::size_t>(small_one.width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(small_one.height); ++y) {
    std::copy_n(small_one.rgb.data() + y * row, row, out.rgb.data() + ((top + y) * cells + left) * 3);
  }
  return out;
}

/// The picture stretched to a square. With a longest edge it goes by two sizes on its way: that edge with the picture's
/// shape, the other side even, then whole tiles. The tiles are not used here, but what is left of a picture by then is.
[[nodiscard]] inline rgb_canvas stretch_square(const image& picture, int side, const picture_fit& how) {
  if (how.longest_edge == 0) return resize(picture.rgb(), picture.width(), picture.height(), side, side, how.filter);
  const auto longest = static_cast<int>(how.longest_edge);
  const double shape = static_cast<double>(picture.width()) / picture.height();
  const bool wide = picture.width() >= picture.height();
  int other = std::max(static_cast<int>(wide ? longest / shape : longest * shape), 1);
  other += other % 2;
  const auto tiles = [&](int n) { return (n + side - 1) / side * side; };
  const int width = wide ? longest : other;
  const int height = wide ? other : longest;
  const rgb_canvas first = resize(picture.rgb(), picture.width(), picture.height(), width, height, how.filter);
  const rgb_canvas second = resize(first.rgb, width, height, tiles(width), tiles(height), how.filter);
  return resize(second.rgb, second.width, second.height, side, side, how.filter);
}

[[nodiscard]] inline rgb_canvas fit_square(const image& picture, int side, const picture_fit& how = {}) {
  return how.stretched ? stretch_square(picture, side, how) : centre_square(picture, side, how);
}

}  // namespace inoculum::engine
