// SPDX-License-Identifier: Apache-2.0
// Phantoms of the eye: fundus photographs, and OCT sections of the retina.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"
#include "phantom_pathology.hpp"

namespace inoculum::phantoms {

[[nodiscard]] inline canvas fundus_eye(order o) {
  rng& r = o.random;
  canvas out(o.side);
  const std::uint32_t seed = o.seed();
  const pose place(r, 0.04, 0.72, 1.02, 0.02);
  const double side = r.chance(0.5) ? 1 : -1;
  const point optic{side * r.between(0.4, 0.68), r.between(-0.1, 0.1)};
  const point macula{optic.x - side * r.between(0.6, 0.72), optic.y + r.between(0.03, 0.1)};
  static constexpr colour tones[] = {{0.92, 0.46, 0.18}, {0.74, 0.28, 0.1},  {0.9, 0.42, 0.32},
                                     {0.66, 0.46, 0.24}, {0.52, 0.42, 0.36}, {0.8, 0.28, 0.22}};
  const colour base = blend(r, tones);
  const double optic_size = r.between(0.12, 0.16);
  const double cup = o.is("glaucoma") ? r.between(0.72, 0.84) : r.between(0.25, 0.42);
  const double fovea = r.between(0.3, 0.7);
  const double falloff = r.between(0.15, 0.45);
  const point light = stray(r, 0.0, 0.3);
  const bool notch = r.chance(0.5);
  const double contrast = r.between(0.55, 0.9);
  const point notch_at = direction(r.pick({-0.125, -0.375, 0.125}));
  const double choroid = r.chance(0.3) ? r.between(0.1, 0.25) : 0;
  plane arteries(o.side);
  plane veins(o.side);
  for (int i = 0; i < 8; ++i) {
    const bool upper = i % 2 == 0;
    const bool temporal = i % 4 < 2;
    plane& on = i < 4 ? arteries : veins;
    const double width = (i < 4 ? 0.011 : 0.016) * r.between(0.8, 1.2);
    const double toward = (temporal ? -side : side) * (upper ? 1 : -1);  // the turn that leads to the macula's side
    double heading = (upper ? 0.75 : 0.25) + toward * r.between(0.0, 0.09);
    point at = optic;
    std::vector<point> path{place.back(at)};
    double sway = 0;
    for (int k = 0; k < 15; ++k) {
      sway = 0.6 * sway + r.between(-0.03, 0.03);
      heading += toward * (temporal ? 0.019 : 0.007);
      at = at + direction(heading + sway) * 0.085;
      path.push_back(place.back(at));
      if (k > 0 && k % 3 == 1) branch(on, r, path.back(), heading + toward * r.between(0.05, 0.14), 0.24, width * 0.5, 3, 0.05, 0.01);
      if (k > 1 && k % 4 == 2) branch(on, r, path.back(), heading - toward * r.between(0.05, 0.14), 0.2, width * 0.42, 3, 0.05, 0.01);
    }
    stroke(on, path, width, width * 0.45, 0.009);
  }
  const field slow = cloud(3, seed, 4);
  const field stripes(96,
                      [&](point p) { return noise(p.x * 5 + 2 * noise(p, 2, seed + 1), p.y * 5 + 2 * noise(p, 2, seed + 2), seed + 3); });
  const field ragged = cloud(16, seed + 4, 1, 0.5, 128);
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point q = place(arteries.centre(x, y));
      const point p = arteries.centre(x, y);
      const double tab = notch ? ramp(0.06, 0.05, length(q - notch_at * 0.97)) : 0;
      const double distance = length(q);
      const double round = at_least(ramp(0.965, 0.95, distance), tab);
      if (round <= 0) {
        out.at(x, y) = {0.01, 0.01, 0.01};
        continue;
      }
      colour c = base * (1 + 0.1 * slow(p));
      c = mix(c, base * colour{1.1, 1.25, 1.2}, choroid * bell(stripes(p) / 0.3) * 2);
      c = mix(c, base * colour{0.55, 0.4, 0.4}, fovea * bell(length(q - macula) / 0.28));
      c = mix(c, {0.98, 0.72, 0.4}, 0.25 * bell(length(q - optic) / 0.45));
      if (o.is("drusen")) {
        const cell_distance spot = cells(q.x * 12 + 50, q.y * 12 + 50, seed + 20);
        const double zone = ramp(0.5, 0.3, length(q - macula) + 0.1 * slow(p));
        const double radius = 0.2 + 0.2 * static_cast<double>(spot.id >> 24) / 256;
        c = mix(c, {0.99, 0.88, 0.5}, 0.85 * zone * ((spot.id & 3) != 0 ? 1 : 0) * ramp(radius + 0.08, radius - 0.08, spot.nearest));
      }
      const double artery = arteries.at(x, y);
      const double vein = veins.at(x, y);
      c = mix(c, base * colour{0.8, 0.5, 0.48}, contrast * artery);
      c = mix(c, base * colour{0.6, 0.3, 0.32}, contrast * vein);
      if (o.is("haemorrhages")) {
        const cell_distance dot = cells(q.x * 5 + 50, q.y * 5 + 50, seed + 21);
        const double radius = 0.08 + 0.24 * static_cast<double>(dot.id >> 24) / 256;
        c = mix(c, {0.36, 0.04, 0.03},
                0.9 * ((dot.id & 7) < 5 ? 1 : 0) * ramp(radius + 0.06, radius - 0.04, dot.nearest + 0.07 * ragged(p)));
        const cell_distance exudate = cells(q.x * 9 + 50, q.y * 9 + 50, seed + 23);
        c = mix(c, {0.98, 0.9, 0.55}, 0.9 * ((exudate.id & 7) < 2 ? 1 : 0) * ramp(0.26, 0.14, exudate.nearest));
      }
      const double d = std::sqrt(squared((q.x - optic.x) / optic_size) + squared((q.y - optic.y) / (1.1 * optic_size)));
      c = mix(c, mix(colour{0.98, 0.78, 0.46}, base * colour{1.1, 1.5, 1.5}, 0.3),
              ramp(1.08, 0.92, d) * (1 - 0.5 * at_least(artery, vein)));
      c = mix(c, {1.0, 0.95, 0.78}, ramp(cup + 0.12, cup - 0.12, d) * (1 - 0.5 * vein));
      const double lit = 1.05 - falloff * distance * distance + light.x * q.x + light.y * q.y;
      out.at(x, y) = c * (round * at_least(lit, 0.15));
    }
  }
  expose(out, r, 0.02);
  return out;
}

[[nodiscard]] inline plane oct_retina(order o) {
  rng& r = o.random;
  plane out(o.side);
  const std::uint32_t seed = o.seed();
  const double zoom = r.between(0.7, 1.15);
  const double level = r.between(-0.25, 0.25);
  const double tilt = r.between(-0.22, 0.22);
  const double bow = r.between(-0.28, 0.1);
  const double thick = r.between(0.26, 0.38) * zoom;
  const double fovea = r.between(-0.25, 0.25);
  const double pit = r.between(0.45, 0.65) * thick;
  const double dark = r.between(0.02, 0.12);
  const double bright = r.between(0.75, 1.1);
  const double noisy = r.between(0.2, 0.45);
  const double hole = r.between(0.07, 0.12);
  const double swelling = r.between(0.16, 0.3) * (o.is("fluid") ? 1 : 0);
  const double lift = r.between(0.15, 0.26) * (o.is("detachment") ? 1 : 0);
  const bool vitreous = r.chance(0.3);
  const double padding_top = r.chance(0.35) ? r.between(-0.98, -0.7) : -2;
  const double padding_bottom = r.chance(0.35) ? r.between(0.7, 0.98) : 2;
  const double padding_slope = r.between(-0.15, 0.15);
  const double penetration = r.between(0.3, 0.6);
  const double chart = r.between(200, 256);
  std::vector<double> shadows(33);
  for (double& s : shadows) s = r.chance(0.15) ? r.between(0.4, 0.85) : 1;
  const field choroid(128, [&](point p) { return fractal(p.x * 8, p.y * 14, seed + 4, 2); });
  const field speck(128, [&](point p) { return noise(p.x * 30, p.y * 50, seed + 6); });
  const field pocket(128, [&](point p) {
    if (!o.is("fluid")) return 0.0;
    const cell_distance c = cells(p.x * 5 + 50, p.y * 8 + 50, seed + 21);
    return (c.id & 3) != 0 ? c.second - c.nearest : 0.0;
  });
  for (int x = 0; x < o.side; ++x) {
    const double px = out.centre(x, 0).x;
    const double u = px - fovea;
    const double bump = o.is("drusen") ? 0.1 * at_least(0, noise(px * 6, 3, seed + 20) - 0.05) : 0.0;
    const double base = level + tilt * px + bow * u * u + thick * 0.5 + 0.008 * noise(px * 3, 0, seed + 1);
    const double rpe = base - bump;  // the pigment epithelium
    const double dome = lift * bell(u / 0.6);
    const double top = base - thick + pit * bell(u / 0.36) - swelling * bell(u / 0.6) - dome + 0.006 * noise(px * 8, 1, seed + 2);
    const double bottom = rpe - dome;
    const double column = 16 * (px + 1);
    const auto step = static_cast<std::size_t>(at_most(column, 31));
    const double shadow = mix(shadows[step], shadows[step + 1], column - static_cast<double>(step));
    for (int y = 0; y < o.side; ++y) {
      const point p = out.centre(x, y);
      const double t = (p.y - top) / at_least(bottom - top, 0.02);  // 0 at the inner surface, 1 at the pigment epithelium
      double v = dark;
      if (t >= 0 && t <= 1) {
        v = 0.4 + 0.25 * bell((t - 0.05) / 0.12) - 0.16 * bell((t - 0.4) / 0.1) + 0.1 * bell((t - 0.52) / 0.07) -
            0.24 * bell((t - 0.7) / 0.16) + 0.3 * bell((t - 0.87) / 0.035);
        if (o.is("fluid")) {
          const double zone = ramp(0.55, 0.3, magnitude(u)) * ramp(0.08, 0.2, t) * ramp(0.9, 0.75, t);
          v = mix(v, dark, zone * ramp(0.08, 0.2, pocket(p)));
        }
      } else if (t > 1) {
        const double below = p.y - rpe;
        if (below < 0) v = 0.7 * dark;  // fluid under a detachment
        else v = mix(0.46, dark * 0.7, ramp(0.02, penetration, below)) * (0.85 + 0.5 * choroid(p)) * shadow;
        if (p.y < base && bump > 0) v = 0.42;
      } else if (vitreous) {
        v += 0.16 * bell((t + 0.45 + 0.2 * u * u) / 0.04);
      }
      v = mix(v, 0.95 * shadow, bell((p.y - rpe) / (0.028 * zoom + 0.004)));
      if (o.is("macular_hole")) {
        const double wall = hole * (1 + 0.9 * squared(0.55 - t));
        v = mix(v, dark, ramp(wall + 0.02, wall - 0.02, magnitude(u)) * ramp(rpe - 0.02, rpe - 0.05, p.y));
      }
      const double a = grain(p, chart, seed + 5);
      v = bright * (v * (1 + noisy * a + 0.3 * speck(p)) + 0.35 * dark * a);
      const double line = p.y - padding_slope * px;
      if (line < padding_top || line > padding_bottom) v = 1;
      out.at(x, y) = clamp01(v);
    }
  }
  return out;
}

}  // namespace inoculum::phantoms
