// SPDX-License-Identifier: Apache-2.0
// Pathology phantoms: sections stained with haematoxylin (blue nuclei) and eosin (pink rest).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include "../core/rng.hpp"
#include "phantom_canvas.hpp"

namespace inoculum::phantoms {

/// The last steps of every photograph: white balance, contrast, gamma, grain.
inline void expose(canvas& on, rng& r, double noisiness) {
  const double gain = r.between(0.9, 1.1);
  const double gamma = r.between(0.44, 0.57);
  const colour cast{r.between(0.95, 1.05) * gain, r.between(0.97, 1.03) * gain, r.between(0.92, 1.08) * gain};
  const double cells_a_side = r.between(150, 256);
  const auto seed = static_cast<std::uint32_t>(r.next());
  shade(on, [&](point p, colour c) {
    const double g = grain(p, cells_a_side, seed) * noisiness;
    c = c * cast + colour{0.7 * g, g, 0.8 * g};
    return colour{bias(gamma, clamp01(c.r)), bias(gamma, clamp01(c.g)), bias(gamma, clamp01(c.b))};
  });
}

/// A colour between two of a list.
[[nodiscard]] inline colour blend(rng& r, std::span<const colour> tones) noexcept {
  const colour a = r.pick(tones);
  const colour b = r.pick(tones);
  return mix(a, b, r.unit());
}

/// A section under the microscope: how strongly it was stained, how far zoomed, and which part.
struct section {
  double eosin = 1;
  double haematoxylin = 1;
  double warmth = 1;  ///< eosin from violet-pink to red-pink
  double zoom = 1;
  std::uint32_t seed = 0;
};
[[nodiscard]] inline section draw_section(order& o) {
  rng& r = o.random;
  section s;
  s.eosin = r.between(0.7, 1.4);
  s.haematoxylin = r.between(0.75, 1.3);
  s.warmth = r.between(0.4, 1.6);
  s.zoom = r.between(0.55, 1.4);
  s.seed = o.seed();
  return s;
}

/// Light through the stains by the Beer–Lambert law, with 1/(1 + a + a²/2) in place of exp(-a).
[[nodiscard]] constexpr colour stained(const section& s, double eosin, double haematoxylin) noexcept {
  const auto through = [](double a) { return 1 / (1 + a + 0.5 * a * a); };
  const double e = s.eosin * at_least(eosin, 0);
  const double h = s.haematoxylin * at_least(haematoxylin, 0);
  return {0.97 * through(0.09 * e + 0.95 * h), 0.96 * through(0.75 * e + 1.25 * h),
          0.97 * through((0.16 + 0.16 * s.warmth) * e + 0.42 * h)};
}

/// Nuclei over the whole picture, one or none a lattice cell of 1/`frequency`; `crowd(point)` is the
/// probability there, `radius` in cells, `ragged` how much they differ.
template <class Crowd>
void scatter_nuclei(plane& mask, double frequency, double radius, double ragged, std::uint32_t seed, Crowd crowd) {
  const int n = floor_int(frequency) + 2;
  const double soft = at_least(0.2, 3.0 * frequency * radius / mask.side);
  for (int y = -n; y <= n; ++y) {
    for (int x = -n; x <= n; ++x) {
      const std::uint32_t h = cell_hash(x, y, seed);
      const auto part = [h](int shift) { return static_cast<double>(h >> shift & 0xff) / 256.0; };
      const point c = point{x + 0.1 + 0.8 * part(8), y + 0.1 + 0.8 * part(16)} * (1 / frequency);
      if (part(0) >= crowd(c)) continue;
      const double size = radius / frequency * (1 - 0.5 * ragged + ragged * part(24));
      const point axis = direction(part(12));
      const double rx = 1 / (size * (1.1 + 0.5 * part(4)));
      const double ry = 1 / (size * 0.8);
      const double reach = 2 * size;
      const auto pixel = [&](double v) { return static_cast<int>(at_most(at_least((v + 1) * 0.5 * mask.side, 0), mask.side - 1.0)); };
      for (int py = pixel(c.y - reach); py <= pixel(c.y + reach); ++py) {
        for (int px = pixel(c.x - reach); px <= pixel(c.x + reach); ++px) {
          const point d = mask.centre(px, py) - c;
          const double u = (d.x * axis.x + d.y * axis.y) * rx;
          const double w = (d.y * axis.x - d.x * axis.y) * ry;
          const double square = u * u + w * w;
          if (square > squared(1 + soft)) continue;
          double& m = mask.at(px, py);
          m = at_least(m, ramp(1 + soft, 1 - soft, std::sqrt(square)) * (0.65 + 0.35 * part(20)));
        }
      }
    }
  }
}

[[nodiscard]] inline canvas pathology_colon(order o) {
  const section s = draw_section(o);
  canvas out(o.side);
  const bool cancer = o.is("adenocarcinoma");
  const bool inflamed = o.is("inflammation");
  const double z = s.zoom;
  const double warp = cancer ? 0.34 : 0.1;
  const auto gland_at = [&](point p) {
    return cells(p.x * z * 1.5 + warp * noise(p, 4 * z, s.seed) + 50, p.y * z * 1.5 + warp * noise(p, 4 * z, s.seed + 1) + 50, s.seed + 2);
  };
  const field wall(128, [&](point p) {
    const cell_distance c = gland_at(p);
    return c.second - c.nearest;
  });
  const field nearest(128, [&](point p) { return gland_at(p).nearest; });
  const field ragged = cloud(7 * z, s.seed + 3, 2, 0.5, 128);
  const field fibres = cloud(11 * z, s.seed + 4, 3, 0.6, 128);
  const double thick = cancer ? 0.36 : 0.13;
  plane nuclei(o.side);
  scatter_nuclei(nuclei, (cancer ? 13 : 21) * z, cancer ? 0.46 : 0.42, cancer ? 0.8 : 0.25, s.seed + 5, [&](point p) {
    const double w = wall(p);
    if (w > 0.14) return w < 0.14 + thick ? 0.97 : 0.02;
    return 0.0;
  });
  plane stroma(o.side);
  scatter_nuclei(stroma, 18 * z, inflamed ? 0.34 : 0.28, 0.4, s.seed + 6,
                 [&](point p) { return wall(p) > 0.13 ? 0.0 : (inflamed ? 0.85 : 0.28); });
  const double blood = o.random.chance(0.4) ? 0.45 : 2.0;
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = nuclei.centre(x, y);
      const double w = wall(p);
      const double texture = fibres(p);
      const double inside = ramp(0.12, 0.17, w);
      const double edge = (cancer ? 0.3 : 0.2) + 0.12 * ragged(p);
      const double lumen = inside * ramp(edge + 0.03, edge - 0.03, nearest(p)) * (1 - 0.7 * nuclei.at(x, y));
      double eosin = mix(0.6 + 0.35 * texture, cancer ? 0.75 : 0.5, inside);
      double blue = mix(0.12, cancer ? 0.38 : 0.2, inside) + 0.06 * texture;
      if (!cancer) {  // goblet cells: pale drops of mucin
        const double drop = inside * ramp(0.26, 0.34, w) * ramp(0.2, -0.1, ragged(p));
        eosin = mix(eosin, 0.15, drop);
      }
      const double red = ramp(blood, blood + 0.1, ragged(p)) * (1 - inside);
      eosin = mix(eosin, 2.2, red);
      blue += 1.25 * at_least(nuclei.at(x, y), stroma.at(x, y));
      out.at(x, y) = stained(s, eosin * (1 - 0.95 * lumen), blue * (1 - 0.95 * lumen));
    }
  }
  expose(out, o.random, 0.03);
  return out;
}

[[nodiscard]] inline canvas pathology_breast(order o) {
  const section s = draw_section(o);
  canvas out(o.side);
  const bool cancer = o.is("carcinoma");
  const double z = s.zoom;
  const field gap(128, [&](point p) {
    const cell_distance c =
        cells(p.x * z * 3 + 0.3 * noise(p, 3 * z, s.seed) + 50, p.y * z * 3 + 0.3 * noise(p, 3 * z, s.seed + 1) + 50, s.seed + 2);
    return c.second - c.nearest;
  });
  const field spread(64, [&](point p) { return fractal(p, 1.2 * z, s.seed + 6, 3) + (cancer ? 0.3 : -0.12); });
  const field nest(128, [&](point p) { return fractal(p, 2.8 * z, s.seed + 8, 3); });
  const field fibres(128,
                     [&](point p) { return fractal(p.x * 3 * z, p.y * 11 * z + 3 * noise(p, 2 * z, s.seed + 4), s.seed + 5, 3, 0.6); });
  plane nuclei(o.side);
  scatter_nuclei(nuclei, 13 * z, 0.25, 0.4, s.seed + 3, [&](point p) { return spread(p) > 0 ? 0.3 : (gap(p) < 0.1 ? 0.35 : 0.0); });
  if (cancer) {
    scatter_nuclei(nuclei, 11 * z, 0.46, 0.8, s.seed + 9, [&](point p) { return nest(p) > 0.04 && spread(p) > 0 ? 0.95 : 0.0; });
  }
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = nuclei.centre(x, y);
      double eosin = 0.02 + 0.55 * ramp(0.1, 0.04, gap(p));
      double blue = 0.02;
      const double solid = ramp(-0.03, 0.05, spread(p));
      eosin = mix(eosin, 0.65 + 0.5 * fibres(p), solid);
      blue = mix(blue, 0.1, solid);
      if (cancer) {
        const double cell = solid * ramp(0.0, 0.07, nest(p));
        eosin = mix(eosin, 0.62, cell);
        blue = mix(blue, 0.38, cell);
      }
      out.at(x, y) = stained(s, eosin, blue + 1.25 * nuclei.at(x, y));
    }
  }
  expose(out, o.random, 0.03);
  return out;
}

[[nodiscard]] inline canvas pathology_muscle(order o) {
  const section s = draw_section(o);
  canvas out(o.side);
  const bool inflamed = o.is("inflammation");
  const double z = s.zoom;
  const point axis = direction(o.random.unit());
  const auto along = [&](point p) {
    const point q = rotate(p, axis) * z;
    return point{q.x, q.y * 5 + 1.1 * noise(q, 1.3, s.seed) + 0.4 * noise(q, 3, s.seed + 9)};
  };
  const field fibre(128, [&](point p) {
    const point q = along(p);
    return fractal(q.x * 1.5, q.y * 2.4, s.seed + 1, 3, 0.6);
  });
  const field crack(128, [&](point p) {
    const point q = along(p);
    return noise(q.x * 1.1, q.y * 1.3, s.seed + 2);
  });
  const field zone(64, [&](point p) { return fractal(p, 1.4 * z, s.seed + 4, 3); });
  const double opening = o.random.between(0.3, 0.7);
  plane nuclei(o.side);
  scatter_nuclei(nuclei, 10 * z, 0.24, 0.4, s.seed + 3, [](point) { return 0.25; });
  if (inflamed) scatter_nuclei(nuclei, 19 * z, 0.36, 0.3, s.seed + 5, [&](point p) { return zone(p) > 0.02 ? 0.85 : 0.05; });
  for (int y = 0; y < o.side; ++y) {
    for (int x = 0; x < o.side; ++x) {
      const point p = nuclei.centre(x, y);
      const double open = ramp(opening, opening + 0.14, crack(p));
      double eosin = (1.0 + 0.7 * fibre(p)) * (1 - 0.92 * open);
      double blue = 0.1 * (1 - open);
      if (inflamed) {
        const double sick = ramp(-0.05, 0.1, zone(p));
        eosin = mix(eosin, 0.5, sick * 0.7);
        blue = mix(blue, 0.18, sick);
      }
      out.at(x, y) = stained(s, eosin, blue + 1.2 * nuclei.at(x, y) * (1 - 0.6 * open));
    }
  }
  expose(out, o.random, 0.03);
  return out;
}

}  // namespace inoculum::phantoms
