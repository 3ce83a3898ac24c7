// SPDX-License-Identifier: Apache-2.0
// The arithmetic of the phantoms: curves in place of libm's, and lattice noise.
//
// The same seed must give the same bytes on every machine. Noise is integer hashing; the rest is double
// precision with +, -, *, / and sqrt, which IEEE 754 rounds alike everywhere. libm's sin, exp and pow do
// not, so polynomials and rational curves replace them. What remains is that a compiler may fuse a*b+c:
// that moves a value by 1e-16 of its size, and the pixel only if it sits that close to a rounding edge,
// about one picture in 1e8 (float would make it several pixels a picture).
#pragma once

#include <cmath>
#include <cstdint>

namespace inoculum::phantoms {

/// A place on the picture: x to the right, y down, both in [-1, 1], whatever the side in pixels.
struct point {
  double x = 0;
  double y = 0;
};

[[nodiscard]] constexpr point operator+(point a, point b) noexcept { return {a.x + b.x, a.y + b.y}; }
[[nodiscard]] constexpr point operator-(point a, point b) noexcept { return {a.x - b.x, a.y - b.y}; }
[[nodiscard]] constexpr point operator*(point a, double k) noexcept { return {a.x * k, a.y * k}; }
[[nodiscard]] inline double length(point a) noexcept { return std::sqrt(a.x * a.x + a.y * a.y); }

[[nodiscard]] constexpr double mix(double a, double b, double t) noexcept { return a + (b - a) * t; }
[[nodiscard]] constexpr double at_least(double a, double b) noexcept { return a < b ? b : a; }
[[nodiscard]] constexpr double at_most(double a, double b) noexcept { return b < a ? b : a; }
[[nodiscard]] constexpr double clamp01(double t) noexcept { return at_most(at_least(t, 0), 1); }
[[nodiscard]] constexpr double magnitude(double a) noexcept { return a < 0 ? -a : a; }
[[nodiscard]] constexpr double squared(double a) noexcept { return a * a; }

/// 0 up to a, 1 from b on, a cubic between; a > b gives the falling edge.
[[nodiscard]] constexpr double ramp(double a, double b, double x) noexcept {
  const double t = clamp01((x - a) / (b - a));
  return t * t * (3 - 2 * t);
}

/// A bell of height 1 at 0 that is exactly 0 from |x| = 1 on: (1 - x²)², in place of a Gaussian.
[[nodiscard]] constexpr double bell(double x) noexcept {
  const double t = 1 - x * x;
  return t > 0 ? t * t : 0;
}

/// Schlick's bias curve on [0, 1] (Graphics Gems IV, 1994), in place of a gamma: 0.5 is the identity, more is brighter.
[[nodiscard]] constexpr double bias(double b, double t) noexcept { return t / ((1 / b - 2) * (1 - t) + 1); }

/// The largest integer not above x, for |x| < 2^31.
[[nodiscard]] constexpr std::int32_t floor_int(double x) noexcept {
  const auto i = static_cast<std::int32_t>(x);
  return i - static_cast<std::int32_t>(x < static_cast<double>(i));
}

/// sin(2πt) to about 1e-3: two parabolas and a correction, enough to place things.
[[nodiscard]] constexpr double sine(double t) noexcept {
  const double x = 2 * (t - static_cast<double>(floor_int(t + 0.5)));  // [-1, 1), half turns
  const double y = 4 * x * (1 - magnitude(x));
  return 0.225 * (y * magnitude(y) - y) + y;
}
[[nodiscard]] constexpr double cosine(double t) noexcept { return sine(t + 0.25); }
/// The unit vector at `turns` of a full turn, clockwise on the screen from the right.
[[nodiscard]] constexpr point direction(double turns) noexcept { return {cosine(turns), sine(turns)}; }
/// The point turned, by a unit vector or by turns of a full turn.
[[nodiscard]] constexpr point rotate(point p, point d) noexcept { return {p.x * d.x - p.y * d.y, p.x * d.y + p.y * d.x}; }
[[nodiscard]] constexpr point rotate(point p, double turns) noexcept { return rotate(p, direction(turns)); }

/// A hash of a lattice cell; the avalanche is lowbias32 (Wellons, 2018).
[[nodiscard]] constexpr std::uint32_t cell_hash(std::int32_t x, std::int32_t y, std::uint32_t seed) noexcept {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343u ^ static_cast<std::uint32_t>(y) * 0xd8163841u ^ seed * 0xcb1ab31fu;
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  return h ^ (h >> 16);
}
/// The same as a number in [-1, 1).
[[nodiscard]] constexpr double cell_value(std::int32_t x, std::int32_t y, std::uint32_t seed) noexcept {
  return static_cast<double>(static_cast<std::int32_t>(cell_hash(x, y, seed))) * 0x1.0p-31;
}

/// Value noise in [-1, 1], one feature a unit.
[[nodiscard]] constexpr double noise(double x, double y, std::uint32_t seed) noexcept {
  const std::int32_t ix = floor_int(x);
  const std::int32_t iy = floor_int(y);
  const double fx = x - static_cast<double>(ix);
  const double fy = y - static_cast<double>(iy);
  const double sx = fx * fx * (3 - 2 * fx);
  const double sy = fy * fy * (3 - 2 * fy);
  const double top = mix(cell_value(ix, iy, seed), cell_value(ix + 1, iy, seed), sx);
  const double bottom = mix(cell_value(ix, iy + 1, seed), cell_value(ix + 1, iy + 1, seed), sx);
  return mix(top, bottom, sy);
}
[[nodiscard]] constexpr double noise(point p, double frequency, std::uint32_t seed) noexcept {
  return noise(p.x * frequency, p.y * frequency, seed);
}

/// Octaves of noise in [-1, 1], each `gain` as strong and twice as fine, turned so that the lattices do not line up.
[[nodiscard]] constexpr double fractal(double x, double y, std::uint32_t seed, int octaves, double gain = 0.5) noexcept {
  double sum = 0;
  double weight = 1;
  double total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * noise(x, y, seed + static_cast<std::uint32_t>(i));
    total += weight;
    weight *= gain;
    const double turned = 1.6 * x - 1.2 * y;
    y = 1.2 * x + 1.6 * y + 0.37;
    x = turned;
  }
  return sum / total;
}
[[nodiscard]] constexpr double fractal(point p, double frequency, std::uint32_t seed, int octaves, double gain = 0.5) noexcept {
  return fractal(p.x * frequency, p.y * frequency, seed, octaves, gain);
}

/// White noise in [-1, 1): one value a cell of a grid, `cells_a_side` over the picture whatever its pixels.
[[nodiscard]] constexpr double grain(point p, double cells_a_side, std::uint32_t seed) noexcept {
  return cell_value(floor_int((p.x + 1) * 0.5 * cells_a_side), floor_int((p.y + 1) * 0.5 * cells_a_side), seed);
}

/// Worley's cellular noise: one random point a lattice cell; the distances to the nearest and the second
/// nearest, and the nearest one's hash, from which the cell's own properties are drawn.
struct cell_distance {
  double nearest = 0;
  double second = 0;
  std::uint32_t id = 0;
};
[[nodiscard]] inline cell_distance cells(double x, double y, std::uint32_t seed) noexcept {
  const std::int32_t ix = floor_int(x);
  const std::int32_t iy = floor_int(y);
  cell_distance out{8, 8, 0};
  for (std::int32_t cy = iy - 1; cy <= iy + 1; ++cy) {
    for (std::int32_t cx = ix - 1; cx <= ix + 1; ++cx) {
      const std::uint32_t h = cell_hash(cx, cy, seed);
      const double dx = static_cast<double>(cx) + static_cast<double>(h & 0xffff) * 0x1.0p-16 - x;
      const double dy = static_cast<double>(cy) + static_cast<double>(h >> 16) * 0x1.0p-16 - y;
      const double d = dx * dx + dy * dy;
      if (d < out.nearest) out = {d, out.nearest, h};
      else if (d < out.second) out.second = d;
    }
  }
  out.nearest = std::sqrt(out.nearest);
  out.second = std::sqrt(out.second);
  return out;
}

}  // namespace inoculum::phantoms
