// SPDX-License-Identifier: Apache-2.0
// MRI phantoms: brain (axial, sagittal), spine (sagittal) and knee (sagittal), with dark or bright water.
#pragma once

#include <cmath>
#include <cstdint>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

/// The bright side of a surface coil: the picture falls off away from it.
inline void coil_shading(plane& on, rng& r, double strength) {
  const point way = stray(r, 0, strength);
  shade(on, [&](point p, double v) { return v * (1 + way.x * p.x + way.y * p.y); });
}

[[nodiscard]] inline plane mri_brain(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.07, 0.6, 0.95, 0.05);
  const std::uint32_t seed = o.seed();
  const bool water_bright = r.chance(0.5);
  const bool stripped = r.chance(0.25);  // skull removed by software
  const double white = water_bright ? r.between(0.28, 0.4) : r.between(0.5, 0.7);
  const double cortex = water_bright ? r.between(0.48, 0.58) : r.between(0.34, 0.46);
  const double fluid = water_bright ? r.between(0.8, 1.0) : r.between(0.05, 0.14);
  const double scalp = stripped ? 0 : r.between(0.25, 0.95);
  const double side = r.chance(0.5) ? 1 : -1;
  const point focus{side * r.between(0.24, 0.36), r.between(-0.4, 0.3)};
  const double size = r.between(0.13, 0.24);
  const double rx = r.between(0.72, 0.82);
  const double wide = r.between(0.75, 1.4);
  const oval lesion{focus, size, size * r.between(0.85, 1.2), 0, 0.2, 7, seed + 20};
  const oval oedema{focus, size * 1.7, size * 1.8, 0, 0.35, 7, seed + 21};
  const oval territory{focus + point{side * 0.1, 0}, size * 1.2, size * 1.7, 0, 0.25, 6, seed + 22};
  const oval horns[] = {{{-0.09 * wide, -0.2}, 0.045 * wide, 0.18, -0.06, 0.12, 4, seed + 1},
                        {{0.09 * wide, -0.2}, 0.045 * wide, 0.18, 0.06, 0.12, 4, seed + 2},
                        {{-0.15 * wide, 0.25}, 0.045 * wide, 0.2, 0.07, 0.12, 4, seed + 3},
                        {{0.15 * wide, 0.25}, 0.045 * wide, 0.2, -0.07, 0.12, 4, seed + 4}};
  const oval nuclei[] = {{{-0.21, 0.02}, 0.1, 0.14}, {{0.21, 0.02}, 0.1, 0.14}};
  const field slow = cloud(2, seed + 5, 1);
  const field folds(96, [&](point p) {
    const point q = place(p);
    return fractal(q.x * 7.5 + 0.9 * noise(q, 4, seed + 6), q.y * 7.5 + 0.9 * noise(q, 4, seed + 7), seed + 8, 2);
  });
  const field matter = cloud(10, seed + 10, 2, 0.5, 96);
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double d = std::sqrt(squared(q.x / rx) + squared(q.y / 0.95)) * (1 + 0.03 * slow(p));
    if (d > 1.1) return 0.0;
    double v = scalp * bell((d - 0.98) / 0.05) + (stripped ? 0.0 : 0.06 * ramp(0.96, 0.94, d));
    const double fold = folds(p);
    const double sulcus = bell(fold / 0.13) * ramp(0.5, 0.75, d);
    const double inner = ramp(0.9, 0.87, d + 0.05 * sulcus);
    if (inner <= 0) return v;
    double b = mix(white, cortex, ramp(0.42, 0.62, d + 0.35 * bell(fold / 0.42) - 0.12));
    b = mix(b, fluid, 0.85 * sulcus);
    b = mix(b, fluid, 0.8 * bell(q.x / 0.022) * ramp(0.3, 0.45, magnitude(q.y)));
    for (const oval& n : nuclei) b = mix(b, cortex, 0.8 * n.cover(q, 0.3));
    double water = 0;
    for (const oval& h : horns) water = at_least(water, h.cover(q, 0.2));
    b = mix(b, fluid, water);
    if (o.is("mass")) {
      const double e = lesion.distance(q);
      b = mix(b, water_bright ? 0.8 : 0.3, 0.85 * ramp(1.1, 0.8, oedema.distance(q)));
      b = mix(b, 1.0, ramp(1.08, 0.98, e));
      b = mix(b, water_bright ? 0.7 : 0.22, ramp(0.75, 0.58, e));
    } else if (o.is("infarct")) {
      b = mix(b, water_bright ? 0.95 : 0.2, 0.9 * ramp(1.15, 0.85, territory.distance(q)));
    } else if (o.is("white_matter_lesions") && d < 0.68) {
      const cell_distance c = cells(q.x * 6, q.y * 6, seed + 23);
      const double radius = 0.14 + 0.14 * static_cast<double>(c.id >> 24) / 256;
      if ((c.id & 3) != 0) b = mix(b, water_bright ? 1.0 : 0.16, ramp(radius + 0.05, radius - 0.05, c.nearest));
    }
    return mix(v, b + 0.05 * matter(p), inner);
  });
  coil_shading(out, r, 0.3);
  develop(out, r, 0.006, r.between(0.02, 0.07));
  return out;
}

[[nodiscard]] inline plane mri_brain_sagittal(order o) {
  rng& r = o.random;
  plane out(o.side);
  pose place(r, 0.07, 0.82, 1.02, 0.04);
  if (r.chance(0.5)) place = place.mirrored();
  const std::uint32_t seed = o.seed();
  const double size = r.between(0.12, 0.2);
  const point focus{r.between(-0.4, 0.35), r.between(-0.58, -0.35)};
  const double white = r.between(0.5, 0.66);
  const double cortex = white - r.between(0.12, 0.2);
  const double scalp = r.between(0.5, 0.95);
  const oval lesion{focus, size, size, 0, 0.15, 7, seed + 20};
  const oval oedema{focus, size * 1.6, size * 1.6, 0, 0.3, 7, seed + 21};
  const oval skull{{0.05, -0.2}, 0.84, 0.68, 0, 0.03, 4, seed + 1};
  const oval face{{-0.45, 0.3}, 0.42, 0.6};
  const oval neck{{0.2, 0.7}, 0.42, 0.8};
  const oval mouth{{-0.56, 0.42}, 0.17, 0.1, 0.02};
  const oval sinus{{-0.62, 0.12}, 0.14, 0.09, 0, 0.2, 5, seed + 2};
  const oval callosum{{0.0, -0.05}, r.between(0.34, 0.4), r.between(0.22, 0.27), 0.01};
  const oval thalamus{{0.02, 0.0}, 0.14, 0.1};
  const oval stem{{0.14, 0.2}, 0.1, 0.18, -0.03, 0.1, 4, seed + 3};
  const oval cerebellum{{0.45, 0.2}, 0.26, 0.2, 0.05, 0.1, 5, seed + 4};
  const field flesh = cloud(5, seed + 5, 3);
  const field folds(96, [&](point p) {
    const point q = place(p);
    return fractal(q.x * 7 + 0.9 * noise(q, 4, seed + 6), q.y * 7 + 0.9 * noise(q, 4, seed + 7), seed + 8, 2);
  });
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double d = skull.distance(q);
    const double head = at_most(d, at_most(face.distance(q), neck.distance(q)));
    if (head > 1.05) return 0.0;
    double v = ramp(1.02, 0.98, head) * (0.24 + 0.3 * clamp01(0.5 + flesh(p)));
    v = mix(v, scalp, bell((d - 0.985) / 0.04) * ramp(0.5, 0.2, q.y));
    v = mix(v, 0.05, bell((d - 0.915) / 0.04) * ramp(0.4, 0.2, q.y));
    v = mix(v, 0.02, at_least(mouth.cover(q, 0.15), sinus.cover(q, 0.15)));
    v = mix(v, 0.03, ramp(0.07, 0.05, magnitude(q.x + 0.12 - 0.1 * q.y)) * ramp(0.3, 0.4, q.y));
    const double brain = ramp(0.89, 0.86, d) * ramp(0.18, 0.12, q.y + 0.1 * q.x);
    if (brain > 0) {
      const double fold = folds(p);
      double b = mix(white, cortex, ramp(0.3, 0.55, d + 0.3 * bell(fold / 0.4) - 0.1));
      b = mix(b, 0.08, 0.85 * bell(fold / 0.12) * ramp(0.38, 0.6, d));
      const double c = callosum.distance(q);
      b = mix(b, 0.1, ramp(0.95, 0.85, c) * ramp(0.06, 0.0, q.y));
      b = mix(b, white + 0.16, bell((c - 1) / 0.15) * ramp(0.0, -0.06, q.y));
      b = mix(b, cortex + 0.05, thalamus.cover(q, 0.2));
      if (o.is("mass")) {
        b = mix(b, 0.28, 0.8 * oedema.cover(q, 0.2));
        b = mix(b, 1.0, lesion.cover(q, 0.06));
      }
      v = mix(v, b, brain);
    }
    v = mix(v, white, stem.cover(q, 0.12));
    v = mix(v, 0.55, ramp(0.06, 0.045, magnitude(q.x - 0.2 + 0.06 * (q.y - 0.4))) * ramp(0.3, 0.36, q.y));
    const double leaf = cerebellum.cover(q, 0.05);
    if (leaf > 0) v = mix(v, cortex + 0.1 * sine(11 * length(q - point{0.2, 0.16}) + 1.2 * flesh(p)) + 0.12 * flesh(p), leaf);
    return v;
  });
  coil_shading(out, r, 0.2);
  develop(out, r, 0.006, r.between(0.02, 0.06));
  return out;
}

[[nodiscard]] inline plane mri_spine(order o) {
  rng& r = o.random;
  plane out(o.side);
  const pose place(r, 0.1, 0.9, 1.15, 0.03);
  const std::uint32_t seed = o.seed();
  const double curve = r.between(0.08, 0.22);
  const double phase = r.between(0, 0.3);
  const int level = 2 + static_cast<int>(r.below(3));
  const bool water_bright = r.chance(0.6);
  const double fluid = water_bright ? r.between(0.75, 1.0) : r.between(0.08, 0.16);
  const double marrow = r.between(0.38, 0.6);
  const double disc = water_bright ? r.between(0.55, 0.8) : r.between(0.25, 0.32);
  const double fat = r.between(0.65, 0.9);
  const double cord = water_bright ? 0.4 : 0.5;
  const field flesh = cloud(5, seed, 3);
  const field bone = cloud(10, seed + 1, 2, 0.5, 96);
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double u = q.x - (-0.1 + curve * sine(0.28 * q.y + phase));
    const double row = (q.y + 1.2) / 0.36;
    const int index = floor_int(row);
    const double t = row - static_cast<double>(index);
    double v = 0.14 + 0.14 * clamp01(0.5 + flesh(p));
    v = mix(v, fat + 0.1 * flesh(p), ramp(0.5, 0.64, u + 0.06 * flesh(p)));
    const bool chosen = index == level;
    const double crush = o.is("compression_fracture") && chosen ? 0.3 * ramp(0.2, -0.2, u) + 0.12 : 0.0;
    const double column = ramp(0.25, 0.21, magnitude(u));
    v = mix(v, 0.05, column);
    const double waist = 0.185 - 0.02 * bell((t - 0.57) / 0.4);
    const double body = ramp(waist + 0.01, waist - 0.01, magnitude(u)) * ramp(0.15 + crush, 0.2 + crush, t) * ramp(0.99, 0.95, t);
    const double gap = ramp(0.19, 0.17, magnitude(u)) * ramp(0.01, 0.05, t) * ramp(0.17 + crush, 0.12 + crush, t);
    v = mix(v, (chosen && crush > 0 ? (water_bright ? 0.8 : 0.18) : marrow) + 0.1 * bone(p), body);
    const bool dry = o.is("disc_herniation") && chosen;
    v = mix(v, dry ? 0.12 : disc, gap);
    v = mix(v, fluid, ramp(0.075, 0.055, magnitude(u - 0.31)));
    v = mix(v, cord, ramp(0.04, 0.025, magnitude(u - 0.3)) * ramp(0.35, 0.2, q.y));
    if (dry) v = mix(v, 0.14, ramp(1.15, 0.85, std::sqrt(squared((u - 0.26) / 0.12) + squared((t - 0.09) / 0.3))));
    const double spike = ramp(0.05, 0.0, magnitude(t - 0.5 - 0.8 * (u - 0.45)) - 0.16) * ramp(0.39, 0.43, u) * ramp(0.68, 0.6, u);
    return mix(v, 0.36, 0.85 * spike) * ramp(1.7, 0.5, magnitude(q.x));
  });
  coil_shading(out, r, 0.3);
  develop(out, r, 0.006, r.between(0.02, 0.06));
  return out;
}

[[nodiscard]] inline plane mri_knee(order o) {
  rng& r = o.random;
  plane out(o.side);
  pose place(r, 0.08, 0.88, 1.08, 0.04);
  if (r.chance(0.5)) place = place.mirrored();
  const std::uint32_t seed = o.seed();
  const bool fat_dark = r.chance(0.5);  // fat suppressed: marrow dark, water bright
  const double marrow = fat_dark ? r.between(0.16, 0.26) : r.between(0.6, 0.8);
  const double fat = fat_dark ? r.between(0.14, 0.24) : r.between(0.75, 0.95);
  const double muscle = fat_dark ? 0.34 : 0.26;
  const double cartilage = fat_dark ? 0.7 : 0.5;
  const double fluid = fat_dark ? 0.98 : 0.14;
  const oval condyle{{0.06, -0.1}, 0.42, 0.33, 0, 0.05, 4, seed + 1};
  const oval plateau{{0.06, 0.5}, 0.44, 0.28, 0, 0.05, 4, seed + 2};
  const oval patella{{-0.52, -0.3}, 0.1, 0.2, -0.02, 0.08, 4, seed + 3};
  const oval pouch{{-0.42, -0.62}, 0.13, r.between(0.26, 0.34), -0.03, 0.2, 5, seed + 4};
  const oval lower{{-0.42, 0.1}, 0.1, 0.12, 0, 0.25, 5, seed + 5};
  const oval calf{{0.68, 0.75}, 0.26, 0.5, 0.02, 0.06, 4, seed + 6};
  const oval thigh{{0.66, -0.75}, 0.28, 0.5, -0.02, 0.06, 4, seed + 7};
  const double tear = r.between(0.2, 0.3);
  const field flesh = cloud(6, seed + 8, 3);
  const field bone = cloud(10, seed + 9, 2, 0.5, 96);
  shade(out, [&](point p, double) {
    const point q = place(p);
    const double leg = ramp(0.96, 0.92, magnitude(q.x - 0.04) + 0.05 * sine(0.25 * q.y));
    if (leg <= 0) return 0.0;
    double v = fat * (1 + 0.12 * flesh(p));
    v = mix(v, muscle + 0.06 * flesh(p), at_least(calf.cover(q, 0.06), thigh.cover(q, 0.06)));
    v = mix(v, muscle, ramp(0.16, 0.1, magnitude(q.x + 0.55 - 0.1 * (q.y + 1))) * ramp(-0.6, -0.7, q.y));
    if (o.is("effusion")) v = mix(v, fat_dark ? fluid : 0.9, at_least(pouch.cover(q, 0.1), lower.cover(q, 0.15)));
    const auto bony = [&](double distance) {
      v = mix(v, cartilage, bell((distance - 1.04) / 0.1));
      v = mix(v, 0.04, bell((distance - 0.98) / 0.05));
      v = mix(v, marrow * (1 + 0.2 * bone(p)), ramp(0.99, 0.95, distance));
    };
    const double femur = at_most(condyle.distance(q), at_least(magnitude(q.x - 0.04) / 0.26, (q.y + 0.1) * 5));
    const double tibia =
        at_most(at_least(plateau.distance(q), (0.34 - q.y) * 8 + 0.98), at_least(magnitude(q.x - 0.04) / 0.24, (0.55 - q.y) * 5));
    bony(femur);
    bony(tibia);
    bony(patella.distance(q));
    // The menisci are dark wedges; a tear is a bright line through the rear one.
    for (const double s : {-1.0, 1.0}) {
      const double away = (q.x - 0.06) * s;
      const double wedge = ramp(0.07, 0.05, magnitude(q.y - 0.27) / at_least(0.2 + 1.6 * (away - 0.12), 0.05)) * ramp(0.12, 0.15, away) *
                           ramp(0.38, 0.36, away);
      v = mix(v, 0.05, wedge);
      if (o.is("meniscus_tear") && s > 0) v = mix(v, 0.95, wedge * bell((q.y - 0.27 - 0.3 * (away - tear)) / 0.022));
    }
    const double tendon = bell((q.x + 0.55 - 0.3 * q.y) / 0.045);
    v = mix(v, 0.05, tendon * at_least(ramp(-0.12, -0.05, q.y) * ramp(0.6, 0.5, q.y), ramp(-0.5, -0.56, q.y)));
    v = mix(v, 0.08, bell((q.y - 0.1 - 0.9 * (q.x - 0.12)) / 0.05) * ramp(0.1, 0.14, q.y) * ramp(0.36, 0.3, q.y));
    return v * leg;
  });
  coil_shading(out, r, 0.3);
  develop(out, r, 0.006, r.between(0.02, 0.05));
  return out;
}

}  // namespace inoculum::phantoms
