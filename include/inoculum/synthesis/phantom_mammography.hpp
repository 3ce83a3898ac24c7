// SPDX-License-Identifier: Apache-2.0
// Mammogram phantoms: craniocaudal and mediolateral oblique views, from fatty to dense.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

[[nodiscard]] inline plane mammography_breast(order o) {
  rng& r = o.random;
  plane out(o.side);
  const std::uint32_t seed = o.seed();
  const bool left = r.chance(0.5);     // by convention a left breast hangs from the picture's left edge
  const bool oblique = r.chance(0.6);  // the oblique view shows the pectoral muscle
  const bool film = r.chance(0.25);    // digitised film: the air is not quite black
  const double reach = r.between(0.8, 1.6);
  const double middle = oblique ? r.between(0.05, 0.35) : r.between(-0.08, 0.08);
  const double below = oblique ? at_most(r.between(0.5, 0.75), 0.95 - middle) : r.between(0.7, 0.98);
  const double above = oblique ? r.between(1.3, 2.0) : r.between(0.7, 0.98);
  const double density = r.between(0.15, 1.0);
  const double fat = r.between(0.24, 0.4);
  const double muscle_width = r.between(0.45, 0.85) * at_most(reach, 1.1);
  const double muscle_length = r.between(1.2, 1.9);
  const point nipple{reach - 1, middle + r.between(-0.05, 0.08)};
  const point focus{-1 + reach * r.between(0.38, 0.66), middle + r.between(-0.35, 0.25) * below};
  const double size = r.between(0.08, 0.15);
  const double gland_depth = r.between(0.4, 0.55);
  const double gland_wide = r.between(0.3, 0.62);
  const oval lesion{focus, size, size * r.between(0.8, 1.1), r.unit(), 0.22, 9, seed + 20};
  const oval node{{-1 + r.between(0.12, 0.35), r.between(-0.85, -0.6)}, r.between(0.05, 0.09), r.between(0.03, 0.05), r.unit()};
  const bool has_node = oblique && r.chance(0.4);
  const auto mirrored = [left](point p) { return left ? p : point{-p.x, p.y}; };

  plane lines(o.side);  // vessels and ligaments
  for (int i = 0; i < 7; ++i) {
    const point from{-1.0, middle + r.between(-0.8, 0.7)};
    const point to{-1 + reach * r.between(0.45, 0.85), middle + r.between(-0.4, 0.4)};
    const double radius = r.between(0.003, 0.007);
    std::vector<point> path = wander(r, from, to, 0.12);
    for (point& p : path) p = mirrored(p);
    stroke(lines, path, radius, radius * 0.6, 0.012, r.between(0.3, 0.8));
  }
  plane spikes(o.side);
  rng extra = r.fork(1);  // apart, so that the breast is the same with and without a finding
  if (o.is("mass")) {
    const int n = 18 + static_cast<int>(extra.below(14));
    for (int i = 0; i < n; ++i) {
      const point way = direction(extra.unit());
      std::vector<point> path = wander(extra, focus + way * (size * 0.5), focus + way * (size * extra.between(1.3, 2.6)), 0.12);
      for (point& p : path) p = mirrored(p);
      stroke(spikes, path, 0.012, 0.002, 0.012);
    }
  }
  if (o.is("calcifications")) {
    const int n = 16 + static_cast<int>(extra.below(18));
    const double spread = extra.between(0.05, 0.1);
    for (int i = 0; i < n; ++i) {
      const point c = focus + point{spread * extra.normal(), spread * extra.normal()};
      const double radius = extra.between(0.004, 0.011);
      stroke(spikes, mirrored(c), mirrored(c + direction(extra.unit()) * radius), radius, radius * 0.7, 0.007);
    }
  }

  const field slow(64, [&](point p) { return fractal(mirrored(p), 2, seed + 1, 3); });
  const field lumps(96, [&](point p) { return fractal(mirrored(p), 5, seed + 2, 3, 0.65); });
  // Ducts run to the nipple: noise that is fine across and long along the way there.
  const field ducts(128, [&](point p) {
    const point q = mirrored(p) - nipple;
    const double along = length(q) + 0.05;
    return fractal(q.y / along * 7 + 0.8 * slow(p), along * 3.2, seed + 6, 3, 0.6);
  });
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = out.centre(x, y);
      const point q = mirrored(p);
      const double u = (q.x + 1) / reach;
      const double w = (q.y - middle) / (q.y < middle ? above : below);
      double edge = std::sqrt(u * u + w * w) + 0.012 * slow(p);
      edge = at_most(edge, 0.9 + 1.3 * length(q - nipple));  // the nipple stands out
      double& v = out.at(x, y);
      if (edge > 1.02) continue;
      const double thick = ramp(1.01, 0.72, edge);
      const double coarse = slow(p);
      const double fine = lumps(p);
      const double duct = ducts(p);
      v = fat * (0.5 + 0.5 * thick) * ramp(1.005, 0.985, edge);
      const double centre = std::sqrt(squared((u - gland_depth) / 0.5) + squared(w / gland_wide)) + 0.4 * coarse + 0.25 * fine;
      const double gland = density * ramp(1.15, 0.35, centre);
      v += thick * (gland * (0.34 + 0.26 * fine + 0.26 * duct) + (0.05 + 0.08 * density) * bell(duct / 0.16) + 0.06 * fine + 0.04 * coarse);
      v += 0.1 * thick * lines.at(x, y);
      if (oblique) {
        const double border = q.x + 1 - muscle_width * (1 - (q.y + 1) / muscle_length) + 0.02 * coarse;
        const double muscle = ramp(0.03, -0.03, border) * ramp(muscle_length - 1, muscle_length - 1.15, q.y);
        v = mix(v, at_least(v, fat + 0.32 + 0.06 * fine), 0.9 * muscle);
        if (has_node) v = mix(v, fat + 0.45, 0.7 * node.cover(q, 0.25));
      }
      v += 0.1 * bell((edge - 0.988) / 0.014);  // the skin
      if (o.is("mass")) {
        v = mix(v, at_least(v, 0.86 + 0.1 * fine), 0.95 * lesion.cover(q, 0.3));
        v += 0.13 * spikes.at(x, y) * thick * (1 + fine);
      } else if (o.is("calcifications")) {
        v = mix(v, 1.1, 0.95 * spikes.at(x, y));
      }
    }
  }
  const auto dust = o.seed();
  const double air = film ? r.between(0.03, 0.09) : 0.0;
  const double texture = r.between(0.02, 0.05);
  shade(out, [&](point p, double v) { return v > 0.01 ? v + texture * grain(p, 150, dust) : 0.0; });
  const double height = r.between(0.05, 0.1);
  const double label = r.between(-0.95, -0.75);
  const bool stacked = r.chance(0.3);
  if (r.chance(0.85)) {
    plane ink(o.side);
    const std::string_view view = oblique ? "MLO" : "CC";
    const double start = left ? 0.97 - 0.8 * height * (stacked ? 3 : 5) : -0.96;
    write_text(ink, {start, label}, height, left ? "L" : "R");
    write_text(ink, stacked ? point{start, label + 1.4 * height} : point{start + 1.6 * height, label}, height, view);
    overlay(out, ink, 0.95);
  }
  shade(out, [&](point p, double v) { return at_least(v, air * (1 + 0.3 * grain(p, 200, dust + 1))); });
  develop(out, r, 0.003, film ? 0.02 : 0.0);
  return out;
}

}  // namespace inoculum::phantoms
