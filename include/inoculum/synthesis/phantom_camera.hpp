// SPDX-License-Identifier: Apache-2.0
// Phantoms of what a camera sees: endoscopy of colon and stomach, dermoscopy.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"
#include "phantom_pathology.hpp"

namespace inoculum::phantoms {

/// The endoscope's screen: a round or eight-sided view on black, with captions and sometimes a position inset.
struct scope_view {
  point centre;
  double width = 1;
  double corner = 1.35;
  bool round = false;

  [[nodiscard]] double inside(point p) const noexcept {
    const point q{magnitude(p.x - centre.x) / width, magnitude(p.y - centre.y)};
    if (round) return ramp(1.0, 0.97, std::sqrt(q.x * q.x + q.y * q.y) / 1.02);
    return ramp(1.0, 0.98, at_least(at_least(q.x, q.y) / 0.97, (q.x + q.y) / corner));
  }
};

inline void scope_captions(canvas& on, rng& r) {
  plane ink(on.side);
  const double height = r.between(0.03, 0.05);
  static constexpr std::string_view lines[] = {"ID:", "NAME:", "SEX:  AGE:", "D.O.B.:", "12/03", "10:41:22", "SCV: 4", "CVP: 3"};
  const int n = 3 + static_cast<int>(r.below(5));
  double y = r.between(-0.92, -0.5);
  for (int i = 0; i < n; ++i) {
    write_text(ink, {-0.98, y}, height, lines[i]);
    y += height * 2;
  }
  overlay(on, ink, colour{0.9, 0.9, 0.9});
  if (!r.chance(0.4)) return;
  const double top = r.between(0.3, 0.5);
  const double right = r.between(-0.55, -0.35);
  plane line(on.side);
  stroke(line, wander(r, {-0.8, 0.9}, {right - 0.08, top + 0.15}, 0.5), 0.012, 0.012, 0.01);
  shade(on, line, [&](point p, colour c, double drawn) {
    return p.x < right && p.x > -0.97 && p.y > top && p.y < 0.94 ? mix(colour{0.1, 0.62, 0.5}, {0.05, 0.2, 0.16}, drawn) : c;
  });
}

[[nodiscard]] inline canvas endoscopy(order o, bool stomach) {
  rng& r = o.random;
  canvas out(o.side);
  const std::uint32_t seed = o.seed();
  const scope_view view{{r.between(-0.05, 0.2), r.between(-0.05, 0.05)}, r.between(0.85, 1.0), r.between(1.45, 1.75), r.chance(0.3)};
  const point lumen{r.between(-0.45, 0.45), r.between(-0.5, 0.2)};
  const double hole = stomach ? r.between(0.0, 0.12) : r.between(0.1, 0.3);
  const double rings = r.between(1.5, 2.4);
  const colour base = mix(colour{0.9, 0.5, 0.3}, colour{0.84, 0.5, 0.46}, r.unit());
  const colour deep = mix(colour{0.72, 0.26, 0.1}, colour{0.62, 0.27, 0.22}, r.unit());
  const point toward = direction(r.unit());
  const double size = r.between(0.16, 0.27);
  point focus = lumen + toward * r.between(0.45, 0.6);
  focus = {at_most(0.45, at_least(-0.45, focus.x)), at_most(0.45, at_least(-0.45, focus.y))};
  const oval lesion{focus, size, size * r.between(0.75, 1.0), r.unit(), 0.1, 4, seed + 20};
  const oval crater{focus, size, size * r.between(0.6, 0.9), r.unit(), 0.25, 6, seed + 21};
  const oval pool{focus, size * 1.2, size, 0, 0.4, 6, seed + 22};
  const double strength = stomach ? r.between(0.25, 0.5) : r.between(0.5, 0.9);
  const double turn = r.unit();
  const field warp = cloud(1.5, seed, 2);
  // Height above the wall; brightness follows its slope, since the lamp sits beside the lens.
  const field height(128, [&](point p) {
    const double d = std::sqrt(length(p - lumen)) + 0.1 * warp(p);
    const point q = rotate(p, turn);
    double h = 0.015 * fractal(p, 8, seed + 4, 2);
    if (stomach)
      h += 0.3 * strength * bell(noise(q.x * 1.1, q.y * 3 + 0.8 * noise(p, 2, seed + 5), seed + 2) / 0.5) + 0.14 * noise(p, 1.5, seed + 3);
    else
      h += 0.2 * strength * squared(sine(rings * d + 0.12 * fractal(p, 2.5, seed + 9, 2))) * clamp01(0.7 + 1.1 * noise(p, 1.7, seed + 10));
    if (o.is("polyp")) {
      const double e = lesion.distance(p);
      if (e < 1) h += 0.75 * size * std::sqrt(1.02 - e * e);
    } else if (o.is("ulcer")) {
      h += 0.06 * crater.rim(p, 0.3) - 0.12 * crater.cover(p, 0.2);
    }
    return h;
  });
  const field blush = cloud(3, seed + 7, 3);
  const field glint = cloud(14, seed + 8, 2, 0.6, 128);
  plane vessels(o.side);
  for (int i = 0; i < (stomach ? 3 : 8); ++i) {
    const point root{r.between(-1, 1), r.between(-1, 1)};
    branch(vessels, r, root, r.unit(), 0.3, 0.011, 4, 0.08, 0.012);
  }
  const double step = 0.018;
  const point lamp{r.between(-0.35, 0.35), r.between(-0.35, 0.35)};
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = vessels.centre(x, y);
      const double frame = view.inside(p);
      if (frame <= 0) continue;
      const double h = height(p);
      const double gx = (height({p.x + step, p.y}) - h) / step;
      const double gy = (height({p.x, p.y + step}) - h) / step;
      const double facing = (1 + lamp.x * gx + lamp.y * gy) / std::sqrt(1 + gx * gx + gy * gy);
      const double depth = ramp(-0.1, 1.0, (length(p - lumen) + 0.25 * warp(p) - hole) / 0.8);
      colour c = mix(base, base * colour{0.98, 0.78, 0.72}, clamp01(0.5 + 0.7 * blush(p)));
      c = mix(c, base * colour{0.9, 0.62, 0.6}, 0.5 * vessels.at(x, y));
      if (o.is("polyp")) c = mix(c, base * colour{1.04, 0.78, 0.84}, 0.8 * lesion.cover(p, 0.08));
      if (o.is("ulcer")) {
        const double d = crater.distance(p);
        c = mix(c, {0.74, 0.18, 0.12}, 0.75 * ramp(1.8, 1.05, d));
        c = mix(c, {0.95, 0.9, 0.7}, ramp(1.04, 0.88, d + 0.1 * blush(p)));
      }
      if (o.is("bleeding")) {
        const double run =
            ramp(0.1, 0.06, magnitude(p.x - focus.x + 0.12 * warp(p))) * ramp(0.0, 0.05, p.y - focus.y) * ramp(0.7, 0.55, p.y - focus.y);
        c = mix(c, {0.5, 0.02, 0.02}, at_least(pool.cover(p, 0.12), run));
      }
      c = mix(deep * c * 0.35, c, at_least(0.0, 0.08 + 0.92 * depth)) * (0.25 + 0.8 * clamp01(facing));
      const double gloss = ramp(0.42, 0.6, glint(p) + 0.35 * warp(p)) * ramp(0.86, 0.97, facing) * ramp(0.4, 0.8, depth);
      c = mix(c, {1, 0.98, 0.93}, 0.85 * gloss);
      out.at(x, y) = c * (frame * (1.1 - 0.35 * (p.x * p.x + p.y * p.y)));
    }
  }
  expose(out, r, 0.02);
  if (r.chance(0.6)) scope_captions(out, r);
  return out;
}
[[nodiscard]] inline canvas endoscopy_colon(order o) { return endoscopy(o, false); }
[[nodiscard]] inline canvas endoscopy_stomach(order o) { return endoscopy(o, true); }

[[nodiscard]] inline canvas dermoscopy_skin(order o) {
  rng& r = o.random;
  canvas out(o.side);
  const std::uint32_t seed = o.seed();
  static constexpr colour tones[] = {{0.92, 0.76, 0.72}, {0.84, 0.6, 0.58}, {0.86, 0.5, 0.5},
                                     {0.78, 0.66, 0.7},  {0.9, 0.82, 0.74}, {0.82, 0.62, 0.48}};
  const colour skin = blend(r, tones);
  const point c{r.between(-0.15, 0.15), r.between(-0.15, 0.15)};
  const double size = r.between(0.3, 0.65);
  const double ratio = r.between(0.75, 1.0);
  const double softness = r.between(0.1, 0.35);
  const double turns = r.unit();
  const colour brown = mix(colour{0.52, 0.33, 0.22}, colour{0.4, 0.22, 0.15}, r.unit());
  const double redness = r.between(0.0, 0.5);
  const bool framed = r.chance(0.3);
  const double frame_size = r.between(1.0, 1.25);
  const double vignette = r.between(0.05, 0.3);
  const double mesh_size = r.between(9, 14);
  const oval smooth{c, size, size * ratio, turns, 0.12, 4, seed + 20};
  const oval ragged{c, size, size * at_most(ratio, 0.85), turns, 0.36, 6, seed + 21};
  plane hairs(o.side);
  if (r.chance(0.6)) {
    const int n = 2 + static_cast<int>(r.below(14));
    for (int i = 0; i < n; ++i) {
      const point a{r.between(-1.1, 1.1), r.between(-1.1, 1.1)};
      const point b = a + stray(r, 0.5, 1.6);
      const double thick = r.between(0.004, 0.009);
      const double dark = r.between(0.4, 1.0);
      stroke(hairs, wander(r, a, b, 0.12), thick, thick * 0.4, 0.008, dark);
    }
  }
  const field pores = cloud(14, seed, 2, 0.6, 128);
  const field slow = cloud(2, seed + 1, 3);
  const field patches = cloud(2.6, seed + 6, 3);
  const field veil = cloud(2.4, seed + 7, 3);
  const field rosy = cloud(3, seed + 8, 3);
  const bool melanoma = o.is("melanoma");
  const bool vascular = o.is("haemangioma");
  const bool keratosis = o.is("seborrhoeic_keratosis");
  const field mesh(128, [&](point p) {
    if (o.is("normal")) return 1.0;
    const double k = vascular ? 6 : mesh_size;
    const cell_distance net = cells(p.x * k + 0.6 * noise(p, 6, seed + 3) + 50, p.y * k + 0.6 * noise(p, 6, seed + 9) + 50, seed + 4);
    return keratosis ? net.nearest : net.second - net.nearest;
  });
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = hairs.centre(x, y);
      colour v = skin * (1 + 0.07 * pores(p) + 0.1 * slow(p));
      v = mix(v, skin * colour{0.98, 0.74, 0.76}, 0.5 * ramp(0.0, 0.5, rosy(p)));
      if (!o.is("normal")) {
        const double e = melanoma ? ragged.distance(p) : smooth.distance(p);
        const double in = melanoma ? ramp(1.08, 0.94, e + 0.06 * pores(p)) : ramp(1 + softness, 1 - softness, e + 0.05 * pores(p));
        if (in > 0) {
          const double net = mesh(p);
          colour lesion = mix(brown, brown * 0.62, clamp01(0.5 + 0.8 * patches(p)));
          if (vascular) {
            lesion = mix(colour{0.78, 0.34, 0.38}, mix(colour{0.56, 0.06, 0.12}, {0.36, 0.03, 0.12}, clamp01(0.5 + patches(p))),
                         ramp(0.06, 0.2, net));
          } else if (keratosis) {
            lesion = mix(colour{0.62, 0.46, 0.34}, brown, clamp01(0.5 + 0.8 * patches(p)));
            lesion = mix(lesion, {0.95, 0.88, 0.72}, 0.8 * ramp(0.2, 0.12, net));
          } else {
            lesion = mix(lesion, lesion * 0.6, 0.7 * ramp(0.2, 0.06, net));
          }
          if (melanoma) {
            lesion = mix(lesion, {0.1, 0.06, 0.07}, 0.9 * ramp(0.0, 0.22, patches(p)));
            lesion = mix(lesion, {0.42, 0.45, 0.55}, 0.75 * ramp(0.12, 0.32, veil(p)));
            lesion = mix(lesion, {0.68, 0.32, 0.3}, 0.6 * ramp(0.2, 0.4, rosy(p)));
          } else if (!vascular) {
            lesion = mix(lesion, lesion * colour{1.3, 0.85, 0.8}, redness);
          }
          v = mix(v, lesion, 0.95 * in);
        }
      }
      v = mix(v, {0.12, 0.08, 0.07}, 0.85 * hairs.at(x, y));
      v = v * (1.04 - vignette * (p.x * p.x + p.y * p.y));
      out.at(x, y) = framed ? v * ramp(frame_size + 0.03, frame_size - 0.03, length(p)) : v;
    }
  }
  expose(out, r, 0.025);
  return out;
}

}  // namespace inoculum::phantoms
