// SPDX-License-Identifier: Apache-2.0
// CT phantoms: axial slices of head, chest and abdomen, the patient's right on the left of the picture.
#pragma once

#include <cmath>
#include <cstdint>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

/// The cross-section of a trunk: between an ellipse and a rectangle; 1 on the skin.
[[nodiscard]] inline double trunk(point q, double rx, double ry) noexcept {
  const double x = squared(q.x / rx);
  const double y = squared(q.y / ry);
  return std::sqrt(mix(x + y, std::sqrt(x * x + y * y), 0.35));
}

/// The table under the patient, or the head's rest around the top: one or two thin arcs.
inline void ct_couch(plane& on, rng& r, double depth, double curve) {
  const bool shown = r.chance(0.75);
  const bool twice = r.chance(0.5);
  const double bright = r.between(0.25, 0.75);
  const double place = depth + r.between(-0.05, 0.05);
  const double width = r.between(0.6, 1.0);
  if (!shown) return;
  shade(on, [&](point p, double v) {
    const double y = p.y - place + curve * p.x * p.x;
    const double line = at_least(bell(y / 0.014), twice ? 0.6 * bell((y - 0.09) / 0.012) : 0.0);
    return at_least(v, bright * line * ramp(width + 0.02, width, magnitude(p.x)));
  });
}

/// A vertebra with its arch, canal and processes; `v` is what was there. `size` scales it all.
[[nodiscard]] inline double vertebra(double v, point q, point at, double size, double bone, double marrow) noexcept {
  const point u = (q - at) * (1 / size);
  if (magnitude(u.x) > 2.2 || magnitude(u.y) > 3) return v;
  const auto cover = [u](double x, double y, double rx, double ry) {
    return ramp(1.12, 0.9, std::sqrt(squared((u.x - x) / rx) + squared((u.y - y) / ry)));
  };
  const double body = std::sqrt(squared(u.x / 1.1) + squared(u.y / 0.85));
  v = mix(v, bone, at_least(cover(0, 1.05, 0.75, 0.6), at_least(cover(0, 2.0, 0.18, 0.75), cover(0, 1.25, 1.7, 0.2))));
  v = mix(v, 0.25 * bone, cover(0, 1.15, 0.42, 0.34));
  v = mix(v, bone, ramp(1.06, 0.98, body));
  return mix(v, marrow, ramp(0.9, 0.75, body));
}

[[nodiscard]] inline plane ct_head(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.08, 0.66, 0.92, 0.04);
  const std::uint32_t seed = o.seed();
  const double rx = r.between(0.7, 0.82);
  const double table = r.between(0.84, 0.9);  // where the skull ends, as a share of the head
  const double brain = r.between(0.38, 0.55);
  const double folded = r.between(0.06, 0.16);
  const double noisy = r.between(0.012, 0.03);
  const bool high = r.chance(0.25) && o.is("normal");  // above the ventricles
  const double side = r.chance(0.5) ? 1 : -1;
  const point focus{side * r.between(0.24, 0.36), r.between(-0.35, 0.3)};
  const double size = r.between(0.13, 0.25);
  const double wide = r.between(0.7, 1.35);
  const double shift = o.is("normal") || o.is("infarct") ? 0 : -0.05 * side;
  const oval lesion{focus, size, size * r.between(0.9, 1.4), r.unit() * 0.1, 0.22, 7, seed + 20};
  const oval territory{focus + point{side * 0.14, 0}, size * 1.3, size * 1.6, 0, 0.2, 5, seed + 21};
  const oval horns[] = {{{-0.09 * wide + shift, -0.18}, 0.045 * wide, 0.2, -0.06, 0.1, 4, seed + 1},
                        {{0.09 * wide + shift, -0.18}, 0.045 * wide, 0.2, 0.06, 0.1, 4, seed + 2},
                        {{-0.16 * wide + shift, 0.26}, 0.04 * wide, 0.2, 0.08, 0.1, 4, seed + 3},
                        {{0.16 * wide + shift, 0.26}, 0.04 * wide, 0.2, -0.08, 0.1, 4, seed + 4}};
  const field slow = cloud(2, seed + 5, 1);
  const field folds(96, [&](point p) { return noise(place(p), 9, seed + 6) + 0.6 * noise(place(p), 17, seed + 7); });
  const field matter = cloud(12, seed + 9, 2, 0.5, 96);
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double d = std::sqrt(squared(q.x / rx) + squared(q.y / 0.95)) * (1 + 0.03 * slow(p));
    if (d > 1.05) return 0.0;
    double v = 0.3 * ramp(1.03, 1.0, d);
    v = mix(v, 1.05, ramp(0.97, 0.95, d));
    const double inner = ramp(table + 0.012, table - 0.012, d);
    if (inner <= 0) return v;
    double b = brain + 0.03 * matter(p);
    b -= folded * ramp(0.6, 0.86, d) * ramp(0.15, 0.7, folds(p));
    b -= folded * bell((q.x - shift * 0.5) / 0.02) * (high ? 0.7 : ramp(0.25, 0.45, magnitude(q.y)));
    if (high) b += 0.03 * ramp(0.7, 0.55, d);
    else {
      double water = 0;
      for (const oval& h : horns) water = at_least(water, h.cover(q, 0.25));
      b = mix(b, 0.3 * brain, water);
    }
    if (o.is("haemorrhage")) {
      const double e = lesion.distance(q);
      b = mix(b, brain - 0.15, ramp(1.5, 1.1, e));
      b = mix(b, 0.9, ramp(1.08, 0.9, e));
    } else if (o.is("subdural_haematoma")) {
      const double crescent = std::sqrt(squared((q.x + side * 0.16) / rx) + squared(q.y / 0.95)) + 0.015 * folds(p);
      b = mix(b, 0.88, ramp(table - 0.05, table - 0.01, crescent) * ramp(-0.05, 0.1, q.x * side) * ramp(0.8, 0.6, magnitude(q.y)));
    } else if (o.is("infarct")) {
      b = mix(b, brain * 0.5, ramp(1.12, 0.88, territory.distance(q)));
    } else if (o.is("mass")) {
      const double e = lesion.distance(q);
      b = mix(b, brain * 0.66, ramp(1.9, 1.3, e));
      b = mix(b, 0.78, ramp(1.06, 0.94, e));
      b = mix(b, 0.36, ramp(0.72, 0.5, e));
    }
    return mix(v, b, inner);
  });
  if (r.chance(0.5)) ct_couch(out, r, 0.97, 0.3);
  else ct_couch(out, r, -0.93, -0.45);
  develop(out, r, 0.005, noisy);
  return out;
}

/// How a slice of the trunk is shown: the grey of each tissue.
struct ct_window {
  double air, fat, soft, blood, bone, marrow;
};

[[nodiscard]] inline plane ct_chest(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.06, 0.84, 1.02, 0.03);
  const std::uint32_t seed = o.seed();
  const double height = r.between(0.64, 0.76);
  const double base = r.between(0.48, 0.58);
  // A lung window shows vessels in grey lungs; a mediastinal one shows bright blood and black lungs.
  const bool lung_window = r.chance(0.6);
  const ct_window w = lung_window ? ct_window{r.between(0.06, 0.14), base - 0.08, base, base + 0.03, base + 0.16, base + 0.1}
                                  : ct_window{0.02, base * 0.42, base, base + r.between(0.1, 0.3), 1.0, 0.78};
  const double side = r.chance(0.5) ? 1 : -1;
  const point focus{side * r.between(0.36, 0.52), r.between(-0.25, 0.12)};
  const double size = o.is("nodule") ? r.between(0.05, 0.075) : r.between(0.14, 0.22);
  const double level = r.between(0.08, 0.2);
  const double wall = r.between(0.84, 0.9);
  const double thin = r.between(0.3, 0.85);
  const oval lesion{focus, size, size * r.between(0.85, 1.15), 0, 0.2, 9, seed + 20};
  const oval dense{focus, 0.28, 0.3, 0, 0.45, 9, seed + 21};
  const double lung_y = height * r.between(0.72, 0.8);
  const oval lungs[] = {{{-0.45, -0.03}, 0.36, lung_y, 0.02, 0.05, 6, seed + 1}, {{0.45, -0.03}, 0.36, lung_y, -0.02, 0.05, 6, seed + 2}};
  const oval heart{{r.between(0.02, 0.12), r.between(-0.16, -0.05)}, r.between(0.2, 0.3), r.between(0.24, 0.34), 0.05, 0.12, 4, seed + 3};
  const oval aorta{{-0.11, 0.2}, 0.07, 0.07};
  const oval airway{{0, r.between(-0.02, 0.08)}, 0.045, 0.04};
  plane vessels(o.side);
  for (const double s : {-1.0, 1.0}) {
    for (int i = 0; i < 6; ++i) {
      const double heading = r.between(-0.2, 0.2);
      branch(vessels, r, place.back({s * r.between(0.22, 0.3), r.between(-0.1, 0.15)}), s > 0 ? heading : 0.5 - heading, 0.15,
             lung_window ? 0.012 : 0.01, lung_window ? 4 : 3, 0.09, 0.012);
    }
    for (int i = 0; i < 40; ++i) {  // vessels that cross the slice
      const point at = place.back({s * r.between(0.2, 0.75), r.between(-0.4, 0.4)});
      const double dot = r.between(0.003, 0.01);
      stroke(vessels, at, at, dot, dot, 0.008);
    }
  }
  const field slow = cloud(3, seed + 4, 1);
  const field lung_cloud = cloud(6, seed + 9, 3);
  const field flesh = cloud(9, seed + 12, 2);
  shade(out, vessels, [&](point p, double, double vessel) {
    const point q = place(p);
    const double d = trunk(q, 0.94, height) + 0.02 * slow(p);
    if (d > 1.02) return 0.0;
    double v = w.fat * ramp(1.01, 0.99, d);
    v = mix(v, w.soft, ramp(0.985, 0.995, d) * 0.6);
    v = mix(v, w.soft + 0.03 * flesh(p), ramp(0.95, 0.93, d + 0.03 * flesh(p)));
    const double t = at_most(lungs[0].distance(q), lungs[1].distance(q));
    const double core = heart.distance(q);
    const double in_lung = ramp(1.02, 0.98, t) * ramp(0.95, 1.03, core) * ramp(wall, wall - 0.02, d);
    if (in_lung > 0) {
      double l = w.air + (lung_window ? 0.05 : 0.01) * lung_cloud(p) + 0.04 * clamp01(q.y);
      l = mix(l, w.blood, vessel * thin);
      const bool here = q.x * side > 0;
      if (here && o.is("effusion")) l = mix(l, w.soft - 0.09, ramp(level, level + 0.04, q.y + 0.25 * q.x * q.x - 0.1 * magnitude(q.x)));
      if (here && o.is("pneumothorax")) {
        const double edge = q.y + 0.3 - 0.5 * squared(magnitude(q.x) - 0.4);
        l = mix(l, 0.0, ramp(0.03, 0.0, edge));
        l += 0.3 * bell(edge / 0.018);
      }
      if (here && o.is("consolidation")) l = mix(l, w.soft - 0.04 + 0.06 * lung_cloud(p), ramp(1.25, 0.8, dense.distance(q)));
      if (o.is("mass") || o.is("nodule")) l = mix(l, w.soft + 0.06, lesion.cover(q, 0.08));
      v = mix(v, l, in_lung);
    }
    const double rib = ramp(0.1, 0.3, noise(q.x / d * 6.5, q.y / d * 6.5, seed + 6));
    const double ring = bell((d - (wall + 0.035)) / 0.035);
    v = mix(v, w.bone, rib * ring);
    v = mix(v, w.marrow, 0.7 * rib * bell((d - (wall + 0.035)) / 0.016));
    v = mix(v, w.soft, ramp(1.05, 0.98, core) * ramp(0.98, 1.02, t + 0.2));
    v = mix(v, w.blood, ramp(0.95, 0.85, core));
    v = mix(v, w.blood, aorta.cover(q, 0.1));
    v = mix(v, w.air, airway.cover(q, 0.15));
    return vertebra(v, q, {0, height * 0.52}, 0.1, w.bone, w.marrow + 0.05 * flesh(p));
  });
  ct_couch(out, r, 0.88, 0.2);
  develop(out, r, 0.004, r.between(0.01, 0.03));
  return out;
}

[[nodiscard]] inline plane ct_abdomen(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.06, 0.84, 1.02, 0.03);
  const std::uint32_t seed = o.seed();
  const double height = r.between(0.62, 0.78);
  const double base = r.between(0.46, 0.58);
  const ct_window w{0.02, base * r.between(0.2, 0.42), base, base + r.between(0.14, 0.34), 1.0, 0.8};
  const double wall = r.between(0.76, 0.9);
  const double inside = wall - 0.09;
  const double liver = w.soft + r.between(0.04, 0.14);
  const point focus{r.between(-0.5, -0.32), r.between(-0.22, 0.05)};
  const double size = r.between(0.11, 0.18);
  const double stone_side = r.chance(0.5) ? 1 : -1;
  const oval liver_shape{{-0.42, -0.08}, r.between(0.32, 0.4), r.between(0.36, 0.46), 0.06, 0.12, 5, seed + 1};
  const oval lesion{focus, size, size, 0, 0.16, 7, seed + 2};
  const oval cyst{focus, size, size * r.between(0.85, 1.0)};
  const oval stomach{{r.between(0.2, 0.36), -0.32}, r.between(0.18, 0.3), r.between(0.12, 0.18), -0.04, 0.15, 5, seed + 3};
  const oval gas{stomach.centre() + point{0.02, -0.05}, 0.16, 0.07};
  const oval spleen{{0.64, 0.06}, 0.13, r.between(0.2, 0.28), 0.03, 0.1, 4, seed + 4};
  const oval kidneys[] = {{{-0.36, 0.24}, 0.12, 0.17, -0.06, 0.08, 4, seed + 5}, {{0.36, 0.24}, 0.12, 0.17, 0.06, 0.08, 4, seed + 6}};
  const oval hila[] = {{{-0.3, 0.25}, 0.05, 0.07}, {{0.3, 0.25}, 0.05, 0.07}};
  const oval psoas[] = {{{-0.2, 0.36}, 0.09, 0.11, 0, 0.1, 4, seed + 7}, {{0.2, 0.36}, 0.09, 0.11, 0, 0.1, 4, seed + 8}};
  const oval back[] = {{{-0.25, 0.53}, 0.19, 0.1, -0.03, 0.1, 4, seed + 9}, {{0.25, 0.53}, 0.19, 0.1, 0.03, 0.1, 4, seed + 10}};
  const oval aorta{{0.07, 0.17}, 0.055, 0.055};
  const oval cava{{-0.09, 0.15}, 0.07, 0.045};
  const oval stone{{stone_side * 0.33, 0.26}, r.between(0.03, 0.045), 0.03, 0.05, 0.2, 5, seed + 11};
  const field slow = cloud(3, seed + 12, 1);
  const field loops = cloud(5, seed + 13, 2);
  const field content = cloud(9, seed + 14, 2);
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double d = trunk(q, 0.94, height) + 0.02 * slow(p);
    if (d > 1.02) return 0.0;
    double v = ramp(1.01, 0.99, d) * mix(w.fat, 0.5, ramp(0.98, 0.99, d));
    const double texture = 0.03 * content(p);
    v = mix(v, w.soft - 0.05 + texture, ramp(wall, wall - 0.02, d) * ramp(inside - 0.02, inside, d));
    const double room = ramp(inside + 0.02, inside - 0.01, d);
    if (room > 0) {
      const double loop = magnitude(loops(p)) - 0.1;
      if (q.y < 0.15) v = mix(v, w.soft - 0.02 + 0.1 * content(p), ramp(0.0, 0.08, loop));
      v = mix(v, w.soft, room * stomach.cover(q, 0.06));
      v = mix(v, w.air, gas.cover(q, 0.1));
      const double in_liver = room * liver_shape.cover(q, 0.04);
      if (in_liver > 0) {
        double l = liver + texture;
        l = mix(l, w.blood, 0.6 * bell(loops(p) / 0.07));
        if (o.is("mass")) {
          const double e = lesion.distance(q);
          l = mix(l, w.soft - 0.12 + 0.12 * content(p), ramp(1.08, 0.9, e));
          l = mix(l, liver + 0.16, 0.7 * bell((e - 1) / 0.16));
        }
        if (o.is("cyst")) l = mix(l, w.soft * 0.48, cyst.cover(q, 0.06));
        v = mix(v, l, in_liver);
      }
      v = mix(v, liver + 0.04 + texture, room * spleen.cover(q, 0.05));
      for (const oval& k : kidneys) v = mix(v, w.blood + texture, k.cover(q, 0.05));
      for (const oval& h : hila) v = mix(v, w.fat + 0.08, h.cover(q, 0.4));
      if (o.is("stone")) v = mix(v, 1.1, stone.cover(q, 0.15));
      v = mix(v, w.blood, at_least(aorta.cover(q, 0.1), 0.8 * cava.cover(q, 0.1)));
      for (const oval& m : psoas) v = mix(v, w.soft, m.cover(q, 0.06));
    }
    for (const oval& m : back) v = mix(v, w.soft + 0.04 * loops(p), m.cover(q, 0.08) * ramp(wall, wall - 0.02, d));
    const double rib = ramp(0.25, 0.4, noise(q.x / (d + 0.01) * 6, q.y / (d + 0.01) * 6, seed + 15));
    v = mix(v, w.bone, rib * bell((d - wall + 0.03) / 0.03));
    return vertebra(v, q, {0, 0.33}, 0.115, w.bone, w.marrow + 0.15 * content(p));
  });
  ct_couch(out, r, 0.9, 0.2);
  develop(out, r, 0.004, r.between(0.015, 0.04));
  return out;
}

}  // namespace inoculum::phantoms
