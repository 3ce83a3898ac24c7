// SPDX-License-Identifier: Apache-2.0
// Projection phantoms: X-rays of chest, hand and leg, and mammograms.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

/// A film's side letter and, on some, how it was taken.
inline void film_marker(plane& on, rng& r) {
  plane ink(on.side);
  const bool left = r.chance(0.5);
  const double height = r.between(0.06, 0.13);
  const double x = left ? r.between(0.68, 0.86) : r.between(-0.95, -0.8);
  const double y = r.between(-0.95, -0.65);
  if (r.chance(0.75)) write_text(ink, {x, y}, height, left ? "L" : "R");
  static constexpr std::string_view notes[] = {"AP ERECT", "PORTABLE", "MOBILE", "PA", "SUPINE", "AP"};
  const std::string_view note = r.pick(notes);
  const double small_height = height * r.between(0.4, 0.7);
  if (r.chance(0.4)) {
    const point at{left ? r.between(0.2, 0.4) : -0.95, y + (r.chance(0.5) ? -0.8 : 1.2) * small_height};
    write_text(ink, at, small_height, note);
  }
  overlay(on, ink, r.between(0.8, 1.0));
}

[[nodiscard]] inline plane xray_chest(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.07, 0.9, 1.15, 0.02);
  const std::uint32_t seed = o.seed();
  const double side = r.chance(0.5) ? 1 : -1;
  const double soft = r.between(0.55, 0.72);
  const double dark = r.between(0.12, 0.34);
  const double white = r.between(0.82, 0.96);
  const double heart_size = o.is("cardiomegaly") ? r.between(1.4, 1.65) : r.between(0.82, 1.02);
  const point focus{side * r.between(0.32, 0.48), r.between(-0.4, 0.2)};
  const double size = o.is("nodule") ? r.between(0.06, 0.085) : r.between(0.15, 0.21);
  const double level = r.between(0.0, 0.3);
  const double dome = r.between(0.4, 0.52);
  const double slope = r.between(0.08, 0.2);
  const double rib_contrast = r.between(0.06, 0.16);
  const double shoulders = r.between(-0.92, -0.7);
  const double breast = r.chance(0.4) ? r.between(0.03, 0.1) : 0;
  const oval lungs[] = {{{-0.39, -0.06}, 0.35, 0.74, 0.022, 0.04, 5, seed + 1}, {{0.39, -0.06}, 0.35, 0.74, -0.022, 0.04, 5, seed + 2}};
  const oval heart{{0.14 * heart_size, 0.28}, 0.36 * heart_size, 0.25 * heart_size, 0.09, 0.06, 3, seed + 3};
  const oval base{{0.03, -0.02}, 0.14, 0.34, -0.01, 0.08, 4, seed + 7};  // the great vessels
  const oval hila[] = {{{-0.19, -0.08}, 0.1, 0.17, 0, 0.3, 6, seed + 4}, {{0.19, -0.1}, 0.1, 0.17, 0, 0.3, 6, seed + 5}};
  const oval lesion{focus, size, size, 0, 0.12, 7, seed + 20};
  const oval patch{focus, 0.25, 0.27, 0, 0.5, 6, seed + 21};
  const oval collapsed{{side * 0.3, 0.08}, r.between(0.2, 0.28), r.between(0.5, 0.6)};
  const oval bubble{{0.42, dome + 0.16}, 0.13, 0.07, 0, 0.2, 4, seed + 6};
  const bool gas = r.chance(0.4);

  plane ribs(o.side);
  plane vessels(o.side);
  for (const double s : {-1.0, 1.0}) {
    for (int i = 0; i < 10; ++i) {
      const double y = -0.82 + 0.148 * i;
      std::vector<point> rear;
      std::vector<point> front;
      for (int k = 0; k <= 8; ++k) {
        const double t = k / 8.0;
        const double width = at_most(0.42 + 0.05 * i, 0.68);
        rear.push_back(place.back({s * (0.08 + width * t), y - 0.08 * sine(0.5 * t) + slope * t * t}));
        front.push_back(place.back({s * (0.08 + width * (1 - 0.75 * t)), y + slope + 0.28 * t - 0.1 * t * t}));
      }
      stroke(ribs, rear, 0.026, 0.03, 0.025, 0.9);
      stroke(ribs, front, 0.024, 0.018, 0.03, 0.45);
    }
    const double rise = r.between(0.05, 0.2);
    stroke(ribs, wander(r, place.back({s * 0.06, -0.66}), place.back({s * 0.75, -0.66 - rise}), 0.03), 0.03, 0.034, 0.02, 0.9);
    stroke(ribs, place.back({s * 0.8, -0.6}), place.back({s * 0.92, 0.2}), 0.08, 0.07, 0.04, 0.5);  // the arm
    for (int i = 0; i < 7; ++i) {
      const double heading = r.between(-0.2, 0.25);
      branch(vessels, r, place.back({s * 0.18, r.between(-0.15, 0.1)}), s > 0 ? heading : 0.5 - heading, 0.2, 0.014, 4, 0.05, 0.025);
    }
  }
  blur(vessels, 0.01);
  const field murk = cloud(3, seed + 8, 3);
  const field haze = cloud(7, seed + 9, 3, 0.6, 96);
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = out.centre(x, y);
      const point q = place(p);
      const double away = magnitude(q.x);
      const double neck = ramp(0.3, 0.22, away);
      const double torso = at_least(neck, ramp(shoulders, shoulders + 0.1, q.y - 0.35 * away * away) * ramp(1.08, 0.96, away));
      double v = 0.02 + torso * (soft + 0.08 * murk(p) + (white - soft) * ramp(0.2, 0.75, q.y));
      const double bottom = dome - 0.06 * ramp(0.1, -0.1, q.x) + 1.1 * squared(away - 0.34);
      const double air = ramp(1.04, 0.9, at_most(lungs[0].distance(q), lungs[1].distance(q))) * ramp(bottom + 0.03, bottom - 0.04, q.y);
      if (air > 0) {
        double l = dark + 0.07 * haze(p) + 0.17 * vessels.at(x, y) + 0.1 * ramp(-0.3, 0.5, q.y) + breast * ramp(0.1, 0.3, q.y);
        l += 0.2 * (hila[0].cover(q, 0.5) + hila[1].cover(q, 0.5));
        const bool here = q.x * side > 0;
        double opacity = 0;
        if (o.is("effusion") && here) opacity = ramp(level, level + 0.1, q.y + 0.45 * ramp(0.3, 0.75, away));
        if (o.is("consolidation") && here) opacity = ramp(1.5, 0.6, patch.distance(q)) * (0.8 + 0.25 * haze(p));
        if (o.is("nodule") || o.is("mass")) opacity = 0.85 * lesion.cover(q, 0.14);
        if (o.is("pneumothorax") && here) {
          const double lobe = collapsed.distance(q);
          l = mix(l, dark * 0.35, ramp(0.98, 1.02, lobe));
          l += 0.12 * ramp(1.02, 0.9, lobe) + 0.25 * bell((lobe - 1) / 0.035);
        }
        l = mix(l, soft + 0.14, opacity);
        v = mix(v, l, air);
      }
      const double shadow = at_least(ramp(1.1, 0.85, heart.distance(q)), 0.8 * ramp(1.15, 0.8, base.distance(q)));
      v = mix(v, soft + 0.14 + 0.04 * murk(p), 0.92 * shadow * ramp(bottom + 0.14, bottom - 0.02, q.y));
      v = mix(v, white, 0.6 * ramp(0.15, 0.07, away));
      v += 0.04 * sine(q.y * 7.2) * ramp(0.1, 0.07, away);  // vertebrae
      v = mix(v, dark + 0.35, 0.45 * ramp(0.055, 0.035, magnitude(q.x - 0.01)) * ramp(-0.18, -0.35, q.y));
      if (gas) v = mix(v, dark + 0.2, 0.6 * bubble.cover(q, 0.15));
      out.at(x, y) = v + rib_contrast * ribs.at(x, y) * torso * (1 - 0.6 * shadow);
    }
  }
  if (r.chance(0.25)) {  // leads and tubes
    plane wires(o.side);
    for (int i = 0; i < 3; ++i) {
      const point from{r.between(-0.9, 0.9), -1};
      const point to{r.between(-0.6, 0.6), r.between(-0.2, 0.8)};
      stroke(wires, wander(r, from, to, 0.25), 0.006, 0.006, 0.008);
    }
    shade(out, wires, [](point, double v, double wire) { return v + 0.2 * wire; });
  }
  film_marker(out, r);
  develop(out, r, 0.005, r.between(0.01, 0.03));
  return out;
}

/// A straight piece of bone: dense walls, a lighter marrow, wider ends. Radii are shares of the half side.
inline void long_bone(plane& bones, point a, point b, double radius, double ends, double dense) {
  plane walls(bones.side);
  plane marrow(bones.side);
  constexpr int n = 8;
  const auto width = [&](int k) { return radius * (1 + (ends - 1) * squared(squared(2.0 * k / n - 1))); };
  for (int i = 0; i < n; ++i) {
    const point from = a + (b - a) * (static_cast<double>(i) / n);
    const point to = a + (b - a) * (static_cast<double>(i + 1) / n);
    stroke(walls, from, to, width(i), width(i + 1), radius * 0.25);
    stroke(marrow, from, to, width(i) * 0.6, width(i + 1) * 0.6, radius * 0.5);
  }
  for (std::size_t i = 0; i < bones.values.size(); ++i) {
    bones.values[i] = at_least(bones.values[i], dense * walls.values[i] * (1 - 0.35 * marrow.values[i]));
  }
}

[[nodiscard]] inline plane xray_hand(order o) {
  rng& r = o.random;
  plane out(o.side);
  pose place(r, 0.08, 0.85, 1.08, 0.06);
  if (r.chance(0.5)) place = place.mirrored();
  const std::uint32_t seed = o.seed();
  const double dense = r.between(0.75, 0.95);
  const double flesh_grey = r.between(0.2, 0.36);
  const double black = r.between(0.01, 0.08);
  const auto broken = static_cast<int>(r.below(4)) + 1;
  const double spread = r.between(0.7, 1.3);
  constexpr double lean[5] = {-0.12, -0.032, -0.003, 0.025, 0.055};
  constexpr double size[5] = {0.78, 0.97, 1.05, 0.98, 0.8};
  plane flesh(o.side);
  plane bones(o.side);
  plane gap(o.side);
  for (int f = 0; f < 5; ++f) {
    const double s = size[f];
    point at = f == 0 ? point{-0.26, 0.4} : point{-0.27 + 0.13 * f, 0.33};
    const double lengths[4] = {0.42 * s, 0.3 * s, f == 0 ? 0.0 : 0.2 * s, 0.15 * s};
    double heading = -0.25 + lean[f] * spread + r.between(-0.01, 0.01);
    for (int k = 0; k < 4; ++k) {
      if (lengths[k] <= 0) continue;
      const bool here = o.is("fracture") && f == broken && k == (broken % 2 == 0 ? 1 : 0);
      const double radius = 0.04 - 0.005 * k;
      const point up = direction(heading);
      const point middle = at + up * (lengths[k] * 0.5);
      const double bent = here ? (f < 3 ? -0.03 : 0.03) : 0.0;
      const point end = middle + direction(heading + bent) * (lengths[k] * 0.5);
      stroke(flesh, place.back(at), place.back(end + up * 0.04), 0.088, k == 3 ? 0.07 : 0.082, 0.03);
      if (here) {
        const point across{-up.y, up.x};
        long_bone(bones, place.back(at + up * 0.015), place.back(middle), radius, 1.4, dense);
        long_bone(bones, place.back(middle + across * 0.025), place.back(end - up * 0.015), radius, 1.4, dense);
        stroke(gap, place.back(middle - across * 0.09 + up * 0.035), place.back(middle + across * 0.09 - up * 0.035), 0.014, 0.014, 0.012);
      } else {
        long_bone(bones, place.back(at + up * 0.015), place.back(end - up * 0.015), radius, 1.4, dense - 0.04 * k);
      }
      heading += bent;
      at = end;
    }
  }
  long_bone(bones, place.back({-0.12, 0.74}), place.back({-0.1, 1.5}), 0.1, 1.3, dense);
  long_bone(bones, place.back({0.17, 0.76}), place.back({0.14, 1.5}), 0.06, 1.3, dense);
  std::vector<oval> carpals;
  for (int i = 0; i < 8; ++i) {
    const point at{-0.2 + 0.125 * (i % 4) + r.between(-0.015, 0.015), 0.47 + 0.125 * (i / 4)};
    carpals.emplace_back(at, r.between(0.06, 0.072), 0.062, 0.0, 0.12, 4, seed + static_cast<std::uint32_t>(i));
  }
  const oval palm{{0, 0.25}, 0.4, 0.44, 0, 0.04, 4, seed + 10};
  const oval wrist{{0.02, 1.1}, 0.32, 0.7};
  shade(flesh, [&](point p, double v) {
    const point q = place(p);
    return at_least(v, at_least(palm.cover(q, 0.06), wrist.cover(q, 0.06)));
  });
  blur(flesh, 0.012);
  const field murk = cloud(5, seed + 11, 3);
  const field trabeculae = cloud(26, seed + 12, 1, 0.5, 128);
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = out.centre(x, y);
      const point q = place(p);
      double v = black + flesh.at(x, y) * (flesh_grey + 0.06 * murk(p));
      double b = bones.at(x, y);
      if (q.y > 0.35 && q.y < 0.72) {
        for (const oval& c : carpals) {
          const double e = c.distance(q);
          b = at_least(b, (dense - 0.12) * ramp(1.06, 0.96, e) + 0.1 * bell((e - 0.9) / 0.15));
        }
      }
      v = at_least(v, mix(v, b * (1 + 0.12 * trabeculae(p)), clamp01(b * 1.5)));
      out.at(x, y) = mix(v, flesh_grey, 0.9 * gap.at(x, y));
    }
  }
  film_marker(out, r);
  develop(out, r, 0.005, r.between(0.01, 0.025));
  return out;
}

[[nodiscard]] inline plane xray_leg(order o) {
  rng& r = o.random;
  plane out(o.side);
  pose place(r, 0.08, 0.95, 1.2, 0.05);
  if (r.chance(0.5)) place = place.mirrored();
  const std::uint32_t seed = o.seed();
  const double dense = r.between(0.75, 0.95);
  const double flesh_grey = r.between(0.22, 0.4);
  const double black = r.between(0.01, 0.08);
  const double joint = r.between(-0.85, -0.6);
  const double where = r.between(-0.1, 0.4);
  const double oblique = r.between(-0.9, 0.9);
  const double angle = r.between(-0.12, 0.12);
  const double slip = r.between(0.05, 0.12) * (angle < 0 ? 1 : -1);
  const field murk = cloud(4, seed, 3);
  const field trabeculae = cloud(24, seed + 1, 1, 0.5, 128);
  const auto shaft = [&](point q, double centre, double radius, double flare) {
    const double away = (q.y - joint) / 0.55;  // 0 at the knee
    const double half = radius * (1 + flare * bell(away > 0 ? away * 0.8 : 2.0) - 0.1 * bell((away - 1.6) / 1.5));
    const double t = magnitude(q.x - centre) / half;
    const double wall = 0.35 + 0.65 * bell((t - 0.82) / 0.32) + 0.12 * ramp(0.6, 0.0, away);
    return ramp(1.03, 0.97, t) * ramp(joint, joint + 0.04, q.y - 0.03 * cosine(1.2 * (q.x - centre))) * wall;
  };
  shade(out, [&](point p, double) {
    point q = place(p);
    const double leg = ramp(1.02, 0.95, magnitude(q.x - 0.06 + 0.05 * sine(q.y * 0.3)) / (0.62 - 0.1 * q.y));
    double v = black + leg * (flesh_grey + 0.07 * murk(p));
    double gap = 0;
    if (o.is("fracture")) {
      const double line = q.y - where - oblique * (q.x + 0.05) + 0.02 * murk(p);
      gap = bell(line / 0.03);
      if (line > 0) q.x -= slip + angle * line;
    }
    double b = at_least(shaft(q, -0.05, 0.15, 0.9), 0.85 * shaft(q, 0.33, 0.06, 0.5));
    const double femur = at_most(1.0, ramp(0.33, 0.3, magnitude(q.x + 0.05) - 0.05 * ramp(-0.4, 0.0, q.y - joint))) *
                         ramp(joint - 0.05, joint - 0.09, q.y - 0.05 * cosine(1.4 * (q.x + 0.05)) + 0.03);
    b = at_least(b, 0.7 * femur);
    v = mix(v, dense * b * (1 + 0.1 * trabeculae(p)) + 0.35 * flesh_grey, clamp01(b * 1.6));
    return mix(v, flesh_grey + black, 0.9 * gap * clamp01(b * 3));
  });
  film_marker(out, r);
  develop(out, r, 0.005, r.between(0.01, 0.025));
  return out;
}

}  // namespace inoculum::phantoms
