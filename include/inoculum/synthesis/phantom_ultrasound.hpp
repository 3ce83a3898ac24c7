// SPDX-License-Identifier: Apache-2.0
// Ultrasound phantoms: abdomen, breast, heart and pregnancy, with speckle, shadows and enhancement behind fluid.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

/// The part of the picture that the probe sees: a linear probe's rectangle or a curved one's fan.
struct sector {
  bool linear = false;
  double margin = 1;  ///< half the width and height of a linear probe's picture
  double apex = -1.3;
  double inner = 0.35;
  double outer = 2.2;
  double half_width = 0.5;  ///< of a fan, as a slope

  /// Where a point lies: depth 0 … 1, across -1 … 1, and 1 inside, 0 outside.
  struct place {
    double depth = 0;
    double across = 0;
    double inside = 0;
  };
  [[nodiscard]] place at(point p) const noexcept {
    if (linear) return {0.5 * (p.y / margin + 1), p.x / margin, at_least(magnitude(p.x), magnitude(p.y)) <= margin ? 1.0 : 0.0};
    const point q{p.x, p.y - apex};
    const double depth = (length(q) - inner) / (outer - inner);
    const double across = q.x / at_least(q.y, 1e-3) / half_width;
    return {depth, across, ramp(1.01, 0.99, magnitude(across)) * ramp(-0.005, 0.0, depth) * ramp(1.005, 0.995, depth)};
  }
};
[[nodiscard]] inline sector draw_fan(rng& r) {
  sector s;
  s.apex = r.between(-1.35, -0.95);
  s.inner = at_least(0.03, r.between(-0.97, -0.9) - s.apex);
  s.outer = r.between(0.85, 0.97) - s.apex;
  s.half_width = r.between(0.5, 0.85);
  return s;
}

/// From echo strength to picture: speckle (the modulus of two independent noises, as of a complex echo),
/// loss with depth, focal bands, a logarithm-like curve, depth scale and captions.
inline void finish_ultrasound(plane& on, const sector& view, rng& r, std::string_view caption) {
  const auto seed = static_cast<std::uint32_t>(r.next());
  const double fineness = r.between(34, 60);
  const double loss = r.between(0.25, 0.85);
  const double gain = r.between(0.75, 1.15);
  const double contrast = r.between(0.35, 0.7);
  const field bands = cloud(1.6, seed + 7, 2);
  shade(on, [&](point p, double v) {
    const sector::place s = view.at(p);
    if (s.inside <= 0) return 0.0;
    const double u = s.across * fineness * (view.linear ? 0.8 : 0.35 + 0.65 * s.depth);
    const double w = s.depth * fineness * 1.9;
    const double a = noise(u, w, seed);
    const double b = noise(u + 31.7, 1.2 * w, seed + 1);
    const double rough = std::sqrt(a * a + b * b) + 0.12 * grain(p, 220, seed + 2);
    const double echo = at_least(v, 0) * (1 - contrast + contrast * 1.9 * rough) * (1.12 - loss * s.depth) * (1 + 0.6 * bands(p));
    return s.inside * bias(0.58, clamp01(gain * echo + 0.012));
  });
  develop(on, r, 0.006, 0.01);
  plane ink(on.side);
  if (r.chance(0.5)) {
    const double x = r.between(0.93, 0.98);
    const double step = r.between(0.15, 0.24);
    for (int i = 0; i <= 8; ++i) {
      const double y = -0.9 + step * i;
      stroke(ink, {x - (i % 4 == 0 ? 0.03 : 0.015), y}, {x, y}, 0.004, 0.004, 0.008);
    }
  }
  const double height = r.between(0.05, 0.08);
  const point at{r.between(-0.95, 0.1), r.chance(0.7) ? r.between(0.75, 0.92) : r.between(-0.97, -0.9)};
  if (r.chance(0.35)) write_text(ink, at, height, caption);
  overlay(on, ink, r.between(0.6, 0.95));
}

/// Measuring crosses at the ends of a lesion's diameters, with dotted lines between them.
inline void calipers(plane& on, rng& r, point c, double rx, double ry) {
  plane ink(on.side);
  const double turn = r.between(-0.05, 0.05);
  const double arm = 0.025;
  for (const double side : {0.0, 0.25, 0.5, 0.75}) {
    const point way = direction(side + turn);
    const point end = c + point{way.x * rx, way.y * ry};
    stroke(ink, end - point{arm, 0}, end + point{arm, 0}, 0.004, 0.004, 0.008);
    stroke(ink, end - point{0, arm}, end + point{0, arm}, 0.004, 0.004, 0.008);
    for (int i = 1; i < 9; ++i) {
      const point dot = c + (end - c) * (i / 9.0);
      stroke(ink, dot, dot, 0.003, 0.003, 0.006);
    }
  }
  overlay(on, ink, 0.85);
}

[[nodiscard]] inline plane ultrasound_abdomen(order o) {
  rng& r = o.random;
  plane out(o.side);
  const sector view = draw_fan(r);
  const std::uint32_t seed = o.seed();
  const double liver = r.between(0.26, 0.42);
  const point focus{r.between(-0.25, 0.25), r.between(-0.2, 0.25)};
  const double size = r.between(0.17, 0.28);
  const double ratio = r.between(0.75, 1.0);
  const double tilt = r.between(-0.1, 0.1);
  const double diaphragm = r.between(0.76, 0.9);
  const oval cyst{focus, size, size * ratio, tilt, 0.05, 4, seed + 20};
  const oval lesion{focus, size, size * ratio, tilt, 0.2, 7, seed + 21};
  const oval gall{focus, r.between(0.3, 0.4), r.between(0.15, 0.2), tilt, 0.06, 4, seed + 22};
  const field tissue = cloud(4, seed, 3);
  const field wall = cloud(5, seed + 1, 2);
  plane tubes(o.side);
  for (int i = 0; i < 5; ++i) {
    const point root{r.between(-0.4, 0.4), r.between(-0.3, 0.5)};
    branch(tubes, r, root, r.unit(), r.between(0.2, 0.4), r.between(0.015, 0.04), 3, 0.06, 0.03);
  }
  const field bumps = cloud(9, seed + 3, 2);
  const double shadow_lean = view.apex;
  // How far p lies beside the beam that runs through a point: shadows and enhancement follow the beam.
  const auto beside = [&](point p, point of) {
    const double scale = (p.y - shadow_lean) / at_least(of.y - shadow_lean, 0.05);
    return magnitude(p.x - of.x * (view.linear ? 1 : scale));
  };
  shade(out, tubes, [&](point p, double, double tube) {
    const sector::place s = view.at(p);
    if (s.inside <= 0) return 0.0;
    double v = liver * (1 + 0.5 * tissue(p));
    v = mix(v, 0.7 + 0.3 * wall(p), ramp(0.14, 0.05, s.depth + 0.03 * wall(p)));
    v = mix(v, 0.25, ramp(0.2, 0.12, s.depth) * ramp(0.06, 0.1, s.depth) * 0.7);
    v += 0.6 * bell((tube - 0.3) / 0.3) * ramp(0.18, 0.3, s.depth);
    v = mix(v, 0.04, ramp(0.3, 0.7, tube) * ramp(0.18, 0.3, s.depth));
    const double behind = s.depth - diaphragm - 0.06 * sine(p.x * 0.4) + 0.03 * tissue(p);
    v += 0.8 * bell(behind / 0.03);
    v *= 1 - 0.55 * ramp(0.0, 0.05, behind);
    if (o.is("cyst")) {
      const double e = cyst.distance(p);
      v *= 1 + 1.1 * ramp(size, size * 0.6, beside(p, focus)) * ramp(0.0, 0.1, p.y - focus.y - size * 0.5);
      v = mix(v, 0.85, 0.7 * bell((e - 1.03) / 0.08));
      v = mix(v, 0.01, ramp(1.03, 0.94, e));
    } else if (o.is("mass")) {
      const double e = lesion.distance(p);
      v = mix(v, 0.06, 0.8 * bell((e - 1.12) / 0.14));
      v = mix(v, 0.85 + 0.35 * bumps(p), ramp(1.08, 0.92, e));
    } else if (o.is("gallstones")) {
      const double e = gall.distance(p);
      v = mix(v, 0.85, 0.8 * bell((e - 1.05) / 0.12));
      v = mix(v, 0.012, ramp(1.03, 0.94, e));
      for (int i = 0; i < 3; ++i) {
        const point stone = focus + rotate(point{-0.15 + 0.13 * i, 0.085}, tilt);
        const double off = beside(p, stone);
        v *= 1 - 0.9 * ramp(0.075, 0.04, off) * ramp(0.0, 0.04, p.y - stone.y);
        v = mix(v, 1.5, ramp(1.3, 0.7, std::sqrt(squared((p.x - stone.x) / 0.06) + squared((p.y - stone.y) / 0.04))));
      }
    } else if (o.is("ascites")) {
      const double edge = s.depth + 0.12 * tissue(p) - 0.42;
      v = mix(v, 0.01, ramp(0.0, 0.03, edge) * ramp(0.42, 0.38, edge));
      v += 0.5 * bell(edge / 0.025);
    }
    return v;
  });
  finish_ultrasound(out, view, r, "LIVER");
  if ((o.is("cyst") || o.is("mass")) && r.chance(0.25)) calipers(out, r, focus, size, size * ratio);
  return out;
}

[[nodiscard]] inline plane ultrasound_breast(order o) {
  rng& r = o.random;
  plane out(o.side);
  sector view;
  view.linear = true;
  view.margin = r.chance(0.6) ? 1.0 : r.between(0.85, 0.98);
  const std::uint32_t seed = o.seed();
  const point focus{r.between(-0.35, 0.35), r.between(-0.3, 0.05)};
  const double size = r.between(0.17, 0.34);
  const double ratio = r.between(0.6, 0.9);
  const double fat_depth = r.between(0.15, 0.35);
  const double floor_depth = r.between(0.6, 0.85);
  const double bright = r.between(0.32, 0.5);
  const double tilt = r.between(-0.15, 0.15);
  const oval cyst{focus, size, size * ratio, 0, 0.06, 5, seed + 20};
  const oval lesion{focus, size, size * at_least(ratio, 0.8), r.between(-0.06, 0.06), 0.42, 9, seed + 21};
  const oval benign{focus, size, size * ratio * 0.8, r.between(-0.03, 0.03), 0.06, 4, seed + 22};
  const field layers(96, [&](point p) { return fractal(p.x * 2.5, p.y * 9 + tilt * 9 * p.x, seed, 3, 0.6); });
  const field lobules(96, [&](point p) { return noise(p.x * 3.2, p.y * 7 + 2 * tilt * p.x, seed + 4); });
  const field septa(128, [&](point p) { return noise(p.x * 1.8, p.y * 8 + tilt * 8 * p.x + noise(p, 2, seed + 6), seed + 5); });
  const field blobs = cloud(4, seed + 7, 2);
  shade(out, [&](point p, double) {
    const sector::place s = view.at(p);
    if (s.inside <= 0) return 0.0;
    const double layer = layers(p);
    const double depth = s.depth + 0.05 * blobs(p);
    double v = bright * (1 + 0.8 * layer);
    v = mix(v, 0.16 + 0.12 * lobules(p), ramp(fat_depth + 0.04, fat_depth - 0.04, depth) * ramp(0.06, 0.09, depth));
    v += 0.5 * bell(septa(p) / 0.14) * ramp(-0.1, 0.4, blobs(p) + layer) * ramp(0.08, 0.2, depth) *
         ramp(floor_depth + 0.1, floor_depth, depth);
    v = mix(v, 0.75, ramp(0.07, 0.03, depth));
    v = mix(v, 0.12 + 0.3 * at_least(layer, 0), ramp(floor_depth, floor_depth + 0.05, depth));
    const double off = magnitude(p.x - focus.x);
    if (o.is("cyst")) {
      const double e = cyst.distance(p);
      v *= 1 + 1.1 * ramp(size, size * 0.7, off) * ramp(0.0, 0.15, p.y - focus.y);
      v = mix(v, 0.8, 0.6 * bell((e - 1.03) / 0.07));
      v = mix(v, 0.008, ramp(1.03, 0.94, e));
    } else if (o.is("mass")) {
      const double e = lesion.distance(p) + 0.12 * layer;
      v *= 1 - 0.75 * ramp(size * 0.9, size * 0.4, off) * ramp(0.0, 0.2, p.y - focus.y);
      v = mix(v, 0.07 + 0.06 * blobs(p), ramp(1.15, 0.8, e));
    } else if (o.is("fibroadenoma")) {
      const double e = benign.distance(p);
      v = mix(v, 0.6, 0.5 * bell((e - 1.06) / 0.08));
      v = mix(v, 0.15 + 0.06 * layer, ramp(1.05, 0.94, e));
    }
    return v;
  });
  static constexpr std::string_view captions[] = {"LEFT BREAST", "RT BREAST", "LT UOQ", "RT LOQ C", "LT 2 00"};
  finish_ultrasound(out, view, r, r.pick(captions));
  if (!o.is("normal") && r.chance(0.3)) calipers(out, r, focus, size, size * ratio);
  return out;
}

[[nodiscard]] inline plane ultrasound_heart(order o) {
  rng& r = o.random;
  plane out(o.side);
  const sector view = draw_fan(r);
  const std::uint32_t seed = o.seed();
  const pose place(r, 0.1, 0.85, 1.1, 0.06);
  const double muscle = r.between(0.28, 0.5);
  const double murky = r.between(0.01, 0.06);
  const oval sac{{0, 0.05}, 0.56, 0.72, 0, 0.06, 4, seed};
  const auto j = [&] { return r.between(-0.03, 0.03); };
  const oval chambers[] = {{{0.2 + j(), -0.14 + j()}, 0.19, 0.36, 0.02, 0.14, 4, seed + 1},
                           {{-0.23 + j(), -0.1 + j()}, r.between(0.12, 0.18), 0.3, -0.02, 0.16, 4, seed + 2},
                           {{0.2 + j(), 0.42 + j()}, 0.19, 0.19, 0, 0.12, 4, seed + 3},
                           {{-0.22 + j(), 0.4 + j()}, 0.18, 0.18, 0, 0.12, 4, seed + 4}};
  const field tissue = cloud(5, seed + 5, 3);
  shade(out, [&](point p, double) {
    const sector::place s = view.at(p);
    if (s.inside <= 0) return 0.0;
    const point q = place(p);
    const double heart = sac.distance(q);
    double v = 0.2 + 0.35 * tissue(p);
    v += 0.5 * at_least(0, 0.3 + tissue(p)) * bell((heart - 1.1) / 0.12);
    if (o.is("effusion")) {
      v = mix(v, 0.008, ramp(1.36, 1.32, heart));
      v += 0.6 * bell((heart - 1.38) / 0.06);
    }
    v = mix(v, muscle + 0.2 * tissue(p), ramp(1.04, 0.98, heart));
    for (const oval& c : chambers) {
      const double e = c.distance(q);
      v = mix(v, 0.75, 0.6 * clamp01(0.6 + tissue(p)) * bell((e - 1.08) / 0.16));
      v = mix(v, murky, ramp(1.08, 0.86, e));
    }
    const double valve = at_least(bell((q.y - 0.2 + 0.5 * squared(q.x - 0.2)) / 0.022) * ramp(0.2, 0.16, magnitude(q.x - 0.2)),
                                  bell((q.y - 0.18 + 0.5 * squared(q.x + 0.22)) / 0.022) * ramp(0.17, 0.13, magnitude(q.x + 0.22)));
    return v + 0.8 * valve;
  });
  finish_ultrasound(out, view, r, "A4C");
  return out;
}

[[nodiscard]] inline plane ultrasound_obstetric(order o) {
  rng& r = o.random;
  plane out(o.side);
  const sector view = draw_fan(r);
  const std::uint32_t seed = o.seed();
  pose place(r, 0.08, 0.85, 1.05, 0.06);
  if (r.chance(0.5)) place = place.mirrored();
  const bool fluid_low = o.is("low_fluid");
  const double room = fluid_low ? 0.66 : 1;
  const oval sac{{0.02, 0.1}, 0.78 * room, 0.56 * room, 0, 0.12, 4, seed};
  const oval skull{{-0.36, 0.08}, 0.25, 0.21, r.between(-0.05, 0.05), 0.03, 4, seed + 1};
  const oval body{{0.2, 0.2}, 0.38, 0.2, r.between(-0.04, 0.04), 0.1, 5, seed + 2};
  plane limbs(o.side);
  for (int i = 0; i < 4; ++i) {
    const point hip{0.02 + 0.14 * i, 0.05 + 0.02 * (i % 2)};
    const point knee = hip + point{r.between(-0.1, 0.1), -0.17 - r.between(0, 0.06)};
    const point foot = knee + point{r.between(0.05, 0.16) * (i < 2 ? -1 : 1), r.between(-0.02, 0.12)};
    stroke(limbs, place.back(hip), place.back(knee), 0.03, 0.025, 0.02);
    stroke(limbs, place.back(knee), place.back(foot), 0.022, 0.015, 0.02);
  }
  const field tissue = cloud(4, seed + 3, 3);
  shade(out, limbs, [&](point p, double, double limb) {
    const sector::place s = view.at(p);
    if (s.inside <= 0) return 0.0;
    const point q = place(p);
    double v = 0.35 + 0.3 * tissue(p);
    const double e = sac.distance(q);
    v += 0.35 * bell((e - 1.05) / 0.08);
    v = mix(v, 0.012, ramp(1.03, 0.95, e));
    v = mix(v, 0.6, limb);
    const double b = body.distance(q);
    v = mix(v, 0.42 + 0.2 * tissue(p), ramp(1.05, 0.95, b));
    v += 0.5 * ramp(1, 0.9, b) * bell((q.y - 0.3 + 0.2 * squared(q.x - 0.2)) / 0.03) * (0.6 + 0.4 * sine(q.x * 12));  // spine
    const double h = skull.distance(q);
    v = mix(v, 0.18 + 0.1 * tissue(p), ramp(1.02, 0.95, h));
    v = mix(v, 1.1, bell((h - 0.97) / 0.11));
    return v + 0.35 * ramp(1, 0.8, h) * bell((q.y - 0.08) / 0.015);
  });
  finish_ultrasound(out, view, r, "GA 22W");
  return out;
}

}  // namespace inoculum::phantoms
