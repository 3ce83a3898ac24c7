// SPDX-License-Identifier: Apache-2.0
// Drawing primitives for the phantoms: pictures, slow fields, soft shapes, strokes, vessels, text.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "../core/rng.hpp"
#include "phantom_noise.hpp"

namespace inoculum::phantoms {

struct colour {
  double r = 0;
  double g = 0;
  double b = 0;
};
[[nodiscard]] constexpr colour mix(colour a, colour b, double t) noexcept { return {mix(a.r, b.r, t), mix(a.g, b.g, t), mix(a.b, b.b, t)}; }
[[nodiscard]] constexpr colour operator+(colour a, colour b) noexcept { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
[[nodiscard]] constexpr colour operator*(colour a, colour b) noexcept { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
[[nodiscard]] constexpr colour operator*(colour c, double k) noexcept { return {c.r * k, c.g * k, c.b * k}; }
[[nodiscard]] constexpr colour grey(double v) noexcept { return {v, v, v}; }

/// side × side values, rows from the top.
template <class Value>
struct raster {
  int side = 0;
  std::vector<Value> values;

  explicit raster(int pixels) : side(pixels), values(static_cast<std::size_t>(pixels) * static_cast<std::size_t>(pixels)) {}
  [[nodiscard]] Value& at(int x, int y) noexcept { return values[index(x, y)]; }
  [[nodiscard]] const Value& at(int x, int y) const noexcept { return values[index(x, y)]; }
  /// The centre of a pixel.
  [[nodiscard]] point centre(int x, int y) const noexcept { return {(2.0 * x + 1) / side - 1, (2.0 * y + 1) / side - 1}; }

 private:
  [[nodiscard]] std::size_t index(int x, int y) const noexcept {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x);
  }
};
using plane = raster<double>;   ///< a grey picture in [0, 1], or a mask: 1 where something is
using canvas = raster<colour>;  ///< a colour picture, channels in [0, 1]

/// Sets every pixel to f(point, old value).
template <class Value, class Shade>
void shade(raster<Value>& on, Shade f) {
  for (int y = 0; y < on.side; ++y) {
    for (int x = 0; x < on.side; ++x) on.at(x, y) = f(on.centre(x, y), on.at(x, y));
  }
}
/// The same with the value of a mask at that pixel as a third argument.
template <class Value, class Shade>
void shade(raster<Value>& on, const plane& mask, Shade f) {
  for (int y = 0; y < on.side; ++y) {
    for (int x = 0; x < on.side; ++x) on.at(x, y) = f(on.centre(x, y), on.at(x, y), mask.at(x, y));
  }
}
/// Mixes in one value where the mask is.
template <class Value>
void overlay(raster<Value>& on, const plane& mask, Value ink) {
  for (std::size_t i = 0; i < on.values.size(); ++i) on.values[i] = mix(on.values[i], ink, mask.values[i]);
}
[[nodiscard]] inline canvas to_canvas(const plane& from) {
  canvas out(from.side);
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = grey(from.values[i]);
  return out;
}

/// A slowly varying function of the picture, sampled on a fixed grid and read bilinearly: several octaves
/// of noise for the price of one look-up. The grid does not depend on the side, so neither does the drawing.
class field {
 public:
  template <class Function>
  field(int cells_a_side, Function f) : cells_(cells_a_side), values_(static_cast<std::size_t>((cells_a_side + 1) * (cells_a_side + 1))) {
    std::size_t i = 0;
    for (int y = 0; y <= cells_; ++y) {
      for (int x = 0; x <= cells_; ++x) values_[i++] = f(point{2.0 * x / cells_ - 1, 2.0 * y / cells_ - 1});
    }
  }
  [[nodiscard]] double operator()(point p) const noexcept {
    const double x = clamp01(0.5 * p.x + 0.5) * cells_;
    const double y = clamp01(0.5 * p.y + 0.5) * cells_;
    const int ix = static_cast<int>(x) < cells_ ? static_cast<int>(x) : cells_ - 1;
    const int iy = static_cast<int>(y) < cells_ ? static_cast<int>(y) : cells_ - 1;
    const double* const v = values_.data() + iy * (cells_ + 1) + ix;
    return mix(mix(v[0], v[1], x - ix), mix(v[cells_ + 1], v[cells_ + 2], x - ix), y - iy);
  }

 private:
  int cells_;
  std::vector<double> values_;
};
/// Fractal noise as a field; `frequency` times 2^octaves should stay under half the cells.
[[nodiscard]] inline field cloud(double frequency, std::uint32_t seed, int octaves, double gain = 0.5, int cells_a_side = 64) {
  return {cells_a_side, [=](point p) { return fractal(p, frequency, seed, octaves, gain); }};
}

/// An ellipse, whose edge may wander: the radius then varies by ± `wobble` with about `lobes` bumps around.
class oval {
 public:
  oval(point centre, double rx, double ry, double turns = 0) noexcept : centre_(centre), axis_(direction(turns)), x_(1 / rx), y_(1 / ry) {}
  oval(point centre, double rx, double ry, double turns, double wobble, double lobes, std::uint32_t seed) : oval(centre, rx, ry, turns) {
    edge_.resize(steps + 1);
    // Noise along a circle closes by itself.
    for (int i = 0; i <= steps; ++i) {
      const point way = direction(static_cast<double>(i % steps) / steps) * (lobes / 3.2);
      edge_[static_cast<std::size_t>(i)] = 1 / (1 + wobble * fractal(way.x + 40, way.y + 40, seed, 2));
    }
  }

  /// 0 at the centre, 1 on the edge, in units of the radius that way; beyond 4 the wobble is not counted.
  [[nodiscard]] double distance(point p) const noexcept {
    const point d = p - centre_;
    const double ex = (d.x * axis_.x + d.y * axis_.y) * x_;
    const double ey = (d.y * axis_.x - d.x * axis_.y) * y_;
    const double squares = ex * ex + ey * ey;
    if (edge_.empty() || squares > 16 || squares < 1e-12) return std::sqrt(squares);
    // The diamond angle, monotone in the true one, needs no arctangent.
    const double t = ex / (magnitude(ex) + magnitude(ey));
    const double angle = (ey >= 0 ? 1 - t : 3 + t) * (steps / 4.0);
    const auto i = static_cast<std::size_t>(at_most(angle, steps - 1.0));
    return std::sqrt(squares) * mix(edge_[i], edge_[i + 1], angle - static_cast<double>(i));
  }
  /// 1 inside, 0 outside, over an edge of ± `soft` radii.
  [[nodiscard]] double cover(point p, double soft) const noexcept { return ramp(1 + soft, 1 - soft, distance(p)); }
  /// 1 on the edge, 0 from ± `width` radii on.
  [[nodiscard]] double rim(point p, double width) const noexcept { return bell((distance(p) - 1) / width); }
  [[nodiscard]] point centre() const noexcept { return centre_; }

 private:
  static constexpr int steps = 128;
  point centre_;
  point axis_;
  double x_;
  double y_;
  std::vector<double> edge_;
};

/// Raises the mask to `strength` along a segment whose radius goes from ra to rb; `soft` is the edge's width.
inline void stroke(plane& mask, point a, point b, double ra, double rb, double soft, double strength = 1) {
  const double reach = at_least(ra, rb) + soft;
  const auto pixel = [&](double v) { return static_cast<int>(at_most(at_least((v + 1) * 0.5 * mask.side, -2), mask.side + 2.0)); };
  const int x0 = pixel(at_most(a.x, b.x) - reach) - 1;
  const int x1 = pixel(at_least(a.x, b.x) + reach) + 1;
  const int y0 = pixel(at_most(a.y, b.y) - reach) - 1;
  const int y1 = pixel(at_least(a.y, b.y) + reach) + 1;
  const point ab = b - a;
  const double per_square = 1 / (ab.x * ab.x + ab.y * ab.y + 1e-12);
  for (int y = y0 < 0 ? 0 : y0; y <= y1 && y < mask.side; ++y) {
    for (int x = x0 < 0 ? 0 : x0; x <= x1 && x < mask.side; ++x) {
      const point p = mask.centre(x, y) - a;
      const double t = clamp01((p.x * ab.x + p.y * ab.y) * per_square);
      const point off = p - ab * t;
      const double square = off.x * off.x + off.y * off.y;
      if (square > reach * reach) continue;
      double& m = mask.at(x, y);
      m = at_least(m, strength * ramp(0.5 * soft, -0.5 * soft, std::sqrt(square) - mix(ra, rb, t)));
    }
  }
}
/// A chain of segments, the radius going from r0 to r1 over its length.
inline void stroke(plane& mask, std::span<const point> path, double r0, double r1, double soft, double strength = 1) {
  const double n = path.size() > 1 ? static_cast<double>(path.size() - 1) : 1;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const double t = static_cast<double>(i);
    stroke(mask, path[i], path[i + 1], mix(r0, r1, t / n), mix(r0, r1, (t + 1) / n), soft, strength);
  }
}

/// A smooth path from a to b that swings by up to ± `amount` of its length: hair, wires, ligaments.
[[nodiscard]] inline std::vector<point> wander(rng& r, point a, point b, double amount) {
  const point along = b - a;
  const point across{-along.y, along.x};
  const double bow = r.between(-amount, amount);
  const double swing = r.between(-amount, amount);
  const double ripple = r.between(-0.3, 0.3) * amount;
  constexpr int n = 12;
  std::vector<point> out;
  out.reserve(n + 1);
  for (int i = 0; i <= n; ++i) {
    const double t = static_cast<double>(i) / n;
    out.push_back(a + along * t + across * (bow * sine(0.5 * t) + swing * sine(t) + ripple * sine(1.5 * t)));
  }
  return out;
}

/// A tree of vessels: each branch bends, thins and forks, `depth` times.
inline void branch(plane& mask, rng& r, point from, double turns, double reach, double radius, int depth, double bend, double soft) {
  if (depth <= 0) return;
  constexpr int n = 4;
  std::array<point, n + 1> path{from};
  double heading = turns;
  for (std::size_t i = 1; i <= n; ++i) {
    heading += r.between(-bend, bend);
    path[i] = path[i - 1] + direction(heading) * (reach / n);
  }
  stroke(mask, path, radius, radius * 0.72, soft);
  // Drawn apart from the calls: in which order arguments are evaluated is up to the compiler.
  const double left = r.between(0.04, 0.12);
  const double right = r.between(0.04, 0.12);
  const double left_reach = reach * r.between(0.6, 0.9);
  const double right_reach = reach * r.between(0.6, 0.9);
  branch(mask, r, path[n], heading + left, left_reach, radius * 0.7, depth - 1, bend, soft);
  branch(mask, r, path[n], heading - right, right_reach, radius * 0.62, depth - 1, bend, soft);
}

/// Two box blurs of `radius` (a fraction of the half side), near enough to a Gaussian; nothing under half a pixel.
inline void blur(plane& on, double radius) {
  const int n = static_cast<int>(radius * on.side * 0.5 + 0.5);
  if (n < 1) return;
  const double scale = 1.0 / (2 * n + 1);
  const int last = on.side - 1;
  const auto inside = [last](int i) { return i < 0 ? 0 : (i > last ? last : i); };
  std::vector<double> line(static_cast<std::size_t>(on.side));
  plane copy(on.side);
  for (int pass = 0; pass < 2; ++pass) {
    for (int y = 0; y < on.side; ++y) {
      double sum = 0;
      for (int i = -n; i <= n; ++i) sum += on.at(inside(i), y);
      for (int x = 0; x < on.side; ++x) {
        copy.at(x, y) = sum * scale;
        sum += on.at(inside(x + n + 1), y) - on.at(inside(x - n), y);
      }
    }
    // Down the columns, but a row at a time: a sum for every column.
    for (double& sum : line) sum = 0;
    for (int i = -n; i <= n; ++i) {
      for (int x = 0; x < on.side; ++x) line[static_cast<std::size_t>(x)] += copy.at(x, inside(i));
    }
    for (int y = 0; y < on.side; ++y) {
      for (int x = 0; x < on.side; ++x) {
        double& sum = line[static_cast<std::size_t>(x)];
        on.at(x, y) = sum * scale;
        sum += copy.at(x, inside(y + n + 1)) - copy.at(x, inside(y - n));
      }
    }
  }
}

/// Text as strokes, for film markers and captions: capitals, digits and a few signs; others leave a gap.
/// `at` is the top left, `height` that of a capital, the advance 0.8 of it.
inline void write_text(plane& mask, point at, double height, std::string_view text) {
  struct glyph {
    char letter;
    std::string_view lines;  // four digits a line: x, y, x, y on a grid 2 wide and 4 high
  };
  static constexpr glyph font[] = {{'A', "04010110102121240222"},
                                   {'B', "000400101021210222040422232324"},
                                   {'C', "200000040424"},
                                   {'D', "000400101021212323140414"},
                                   {'E', "0004002002120424"},
                                   {'F', "000400200212"},
                                   {'G', "20000004042424221222"},
                                   {'H', "000420240222"},
                                   {'I', "1014"},
                                   {'K', "000420020224"},
                                   {'L', "00040424"},
                                   {'M', "0400001212202024"},
                                   {'N', "040000242420"},
                                   {'O', "0020202424040400"},
                                   {'P', "0004002020222202"},
                                   {'Q', "00202024240404001324"},
                                   {'R', "00040020202222020224"},
                                   {'S', "20000002022222242404"},
                                   {'T', "00201014"},
                                   {'U', "000404242420"},
                                   {'V', "00141420"},
                                   {'X', "00242004"},
                                   {'Y', "001220121214"},
                                   {'Z', "002020040424"},
                                   {'0', "0020202424040400"},
                                   {'1', "1014"},
                                   {'2', "00202022220202040424"},
                                   {'3', "0020202424040222"},
                                   {'4', "000202222024"},
                                   {'5', "20000002022222242404"},
                                   {'6', "20000004042424222202"},
                                   {'7', "00202014"},
                                   {'8', "00202024240404000222"},
                                   {'9', "22020200002020242404"},
                                   {'.', "1414"},
                                   {'-', "0222"},
                                   {':', "11111313"},
                                   {'/', "0420"}};
  for (const char letter : text) {
    for (const glyph& g : font) {
      if (g.letter != letter) continue;
      for (std::size_t i = 0; i + 3 < g.lines.size(); i += 4) {
        const auto coordinate = [&](std::size_t k) { return (g.lines[i + k] - '0') * 0.25 * height; };
        stroke(mask, at + point{coordinate(0), coordinate(1)}, at + point{coordinate(2), coordinate(3)}, height * 0.07, height * 0.07,
               height * 0.12);
      }
    }
    at.x += 0.8 * height;
  }
}

/// What a drawing function gets. It must not draw twice from `random` within one expression, unless inside
/// one pair of braces, whose order is fixed: compilers order everything else as they please.
/// In it: the finding, a stream of random numbers and the side in pixels.
struct order {
  std::string_view finding;
  rng random;
  int side = 256;

  [[nodiscard]] bool is(std::string_view name) const noexcept { return finding == name; }
  [[nodiscard]] std::uint32_t seed() noexcept { return static_cast<std::uint32_t>(random.next() >> 32); }
};

/// Where the body lies in the picture.
class pose {
 public:
  pose() = default;
  pose(point shift, point scale, double turns) noexcept : shift_(shift), scale_(scale), axis_(direction(turns)) {}
  /// Drawn: a shift of ± `shift`, a size from `low` to `high` with a little stretch, a turn of ± `turns`.
  pose(rng& r, double shift, double low, double high, double turns) noexcept {
    const double size = r.between(low, high);
    shift_ = {r.between(-shift, shift), r.between(-shift, shift)};
    scale_ = {size * r.between(0.94, 1.06), size * r.between(0.94, 1.06)};
    axis_ = direction(r.between(-turns, turns));
  }
  [[nodiscard]] pose mirrored() const noexcept {
    pose out = *this;
    out.scale_.x = -scale_.x;
    return out;
  }

  /// From the picture to the body.
  [[nodiscard]] point operator()(point p) const noexcept {
    const point q = rotate(p - shift_, point{axis_.x, -axis_.y});
    return {q.x / scale_.x, q.y / scale_.y};
  }
  /// From the body to the picture.
  [[nodiscard]] point back(point p) const noexcept { return rotate({p.x * scale_.x, p.y * scale_.y}, axis_) + shift_; }

 private:
  point shift_;
  point scale_{1, 1};
  point axis_{1, 0};
};

/// A step of random direction and of a length from `low` to `high`.
[[nodiscard]] inline point stray(rng& r, double low, double high) noexcept {
  const point way = direction(r.unit());
  return way * r.between(low, high);
}

/// The last steps of every scan: sensor noise, blur, contrast, gamma.
inline void develop(plane& on, rng& r, double softness, double noisiness) {
  const double gain = r.between(0.85, 1.15);
  const double gamma = r.between(0.42, 0.58);
  const double cells_a_side = r.between(190, 256);
  const auto seed = static_cast<std::uint32_t>(r.next());
  shade(on, [&](point p, double v) { return v + noisiness * grain(p, cells_a_side, seed); });
  blur(on, softness);
  shade(on, [&](point, double v) { return bias(gamma, clamp01(v * gain)); });
}

}  // namespace inoculum::phantoms
