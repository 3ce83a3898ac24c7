// SPDX-License-Identifier: Apache-2.0
// Image phantoms: pictures of ten modalities drawn from a seed, with a plain finding or none. They carry
// no patient's data, need no file, and a pool names them in a few bytes: phantom:ct/chest/mass?seed=7.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "../core/image.hpp"
#include "../core/modality.hpp"
#include "../core/result.hpp"
#include "../core/rng.hpp"
#include "phantom_camera.hpp"
#include "phantom_canvas.hpp"
#include "phantom_ct.hpp"
#include "phantom_eye.hpp"
#include "phantom_mammography.hpp"
#include "phantom_mri.hpp"
#include "phantom_pathology.hpp"
#include "phantom_ultrasound.hpp"
#include "phantom_xray.hpp"

namespace inoculum {

/// Which phantom: what `phantom_kinds` lists, and a seed that varies everything else.
struct phantom_spec {
  modality mode = modality::unknown;
  std::string region{};
  std::string finding{};
  std::uint64_t seed = 0;

  friend bool operator==(const phantom_spec&, const phantom_spec&) = default;
};

/// A row of what can be drawn.
struct phantom_kind {
  modality mode = modality::unknown;
  std::string_view region;
  std::string_view finding;
};

namespace phantoms {

/// Sides that `draw_phantom` accepts, in pixels.
inline constexpr int min_side = 16;
inline constexpr int max_side = 2048;

inline constexpr phantom_kind kinds[] = {
    {modality::ct, "head", "normal"},
    {modality::ct, "head", "haemorrhage"},
    {modality::ct, "head", "subdural_haematoma"},
    {modality::ct, "head", "infarct"},
    {modality::ct, "head", "mass"},
    {modality::ct, "chest", "normal"},
    {modality::ct, "chest", "mass"},
    {modality::ct, "chest", "nodule"},
    {modality::ct, "chest", "effusion"},
    {modality::ct, "chest", "pneumothorax"},
    {modality::ct, "chest", "consolidation"},
    {modality::ct, "abdomen", "normal"},
    {modality::ct, "abdomen", "mass"},
    {modality::ct, "abdomen", "cyst"},
    {modality::ct, "abdomen", "stone"},
    {modality::mri, "brain", "normal"},
    {modality::mri, "brain", "mass"},
    {modality::mri, "brain", "infarct"},
    {modality::mri, "brain", "white_matter_lesions"},
    {modality::mri, "brain_sagittal", "normal"},
    {modality::mri, "brain_sagittal", "mass"},
    {modality::mri, "spine", "normal"},
    {modality::mri, "spine", "disc_herniation"},
    {modality::mri, "spine", "compression_fracture"},
    {modality::mri, "knee", "normal"},
    {modality::mri, "knee", "effusion"},
    {modality::mri, "knee", "meniscus_tear"},
    {modality::xray, "chest", "normal"},
    {modality::xray, "chest", "effusion"},
    {modality::xray, "chest", "pneumothorax"},
    {modality::xray, "chest", "consolidation"},
    {modality::xray, "chest", "nodule"},
    {modality::xray, "chest", "mass"},
    {modality::xray, "chest", "cardiomegaly"},
    {modality::xray, "hand", "normal"},
    {modality::xray, "hand", "fracture"},
    {modality::xray, "leg", "normal"},
    {modality::xray, "leg", "fracture"},
    {modality::ultrasound, "abdomen", "normal"},
    {modality::ultrasound, "abdomen", "cyst"},
    {modality::ultrasound, "abdomen", "mass"},
    {modality::ultrasound, "abdomen", "gallstones"},
    {modality::ultrasound, "abdomen", "ascites"},
    {modality::ultrasound, "breast", "normal"},
    {modality::ultrasound, "breast", "cyst"},
    {modality::ultrasound, "breast", "mass"},
    {modality::ultrasound, "breast", "fibroadenoma"},
    {modality::ultrasound, "heart", "normal"},
    {modality::ultrasound, "heart", "effusion"},
    {modality::ultrasound, "obstetric", "normal"},
    {modality::mammography, "breast", "normal"},
    {modality::mammography, "breast", "mass"},
    {modality::mammography, "breast", "calcifications"},
    {modality::pathology, "colon", "normal"},
    {modality::pathology, "colon", "adenocarcinoma"},
    {modality::pathology, "colon", "inflammation"},
    {modality::pathology, "breast", "normal"},
    {modality::pathology, "breast", "carcinoma"},
    {modality::pathology, "muscle", "normal"},
    {modality::pathology, "muscle", "inflammation"},
    {modality::endoscopy, "colon", "normal"},
    {modality::endoscopy, "colon", "polyp"},
    {modality::endoscopy, "colon", "ulcer"},
    {modality::endoscopy, "colon", "bleeding"},
    {modality::endoscopy, "stomach", "normal"},
    {modality::endoscopy, "stomach", "ulcer"},
    {modality::endoscopy, "stomach", "polyp"},
    {modality::endoscopy, "stomach", "bleeding"},
    {modality::dermoscopy, "skin", "normal"},
    {modality::dermoscopy, "skin", "naevus"},
    {modality::dermoscopy, "skin", "melanoma"},
    {modality::dermoscopy, "skin", "haemangioma"},
    {modality::dermoscopy, "skin", "seborrhoeic_keratosis"},
    {modality::fundus, "eye", "normal"},
    {modality::fundus, "eye", "drusen"},
    {modality::fundus, "eye", "haemorrhages"},
    {modality::fundus, "eye", "glaucoma"},
    {modality::oct, "retina", "normal"},
    {modality::oct, "retina", "drusen"},
    {modality::oct, "retina", "fluid"},
    {modality::oct, "retina", "macular_hole"},
    {modality::oct, "retina", "detachment"},
};

/// Which function draws a region.
struct artist {
  modality mode;
  std::string_view region;
  plane (*grey)(order) = nullptr;
  canvas (*coloured)(order) = nullptr;
};
inline constexpr artist artists[] = {
    {modality::ct, "head", ct_head},
    {modality::ct, "chest", ct_chest},
    {modality::ct, "abdomen", ct_abdomen},
    {modality::mri, "brain", mri_brain},
    {modality::mri, "brain_sagittal", mri_brain_sagittal},
    {modality::mri, "spine", mri_spine},
    {modality::mri, "knee", mri_knee},
    {modality::xray, "chest", xray_chest},
    {modality::xray, "hand", xray_hand},
    {modality::xray, "leg", xray_leg},
    {modality::ultrasound, "abdomen", ultrasound_abdomen},
    {modality::ultrasound, "breast", ultrasound_breast},
    {modality::ultrasound, "heart", ultrasound_heart},
    {modality::ultrasound, "obstetric", ultrasound_obstetric},
    {modality::mammography, "breast", mammography_breast},
    {modality::pathology, "colon", nullptr, pathology_colon},
    {modality::pathology, "breast", nullptr, pathology_breast},
    {modality::pathology, "muscle", nullptr, pathology_muscle},
    {modality::endoscopy, "colon", nullptr, endoscopy_colon},
    {modality::endoscopy, "stomach", nullptr, endoscopy_stomach},
    {modality::dermoscopy, "skin", nullptr, dermoscopy_skin},
    {modality::fundus, "eye", nullptr, fundus_eye},
    {modality::oct, "retina", oct_retina},
};

/// At most 40 characters of hostile text, for a message.
[[nodiscard]] inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 40)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > 40 ? "…\"" : "\"");
}

}  // namespace phantoms

/// Everything that can be drawn; a region's `normal` comes first.
[[nodiscard]] inline std::span<const phantom_kind> phantom_kinds() noexcept { return phantoms::kinds; }

/// The name that a pool file writes: "phantom:ct/chest/mass?seed=7".
[[nodiscard]] inline std::string phantom_name(const phantom_spec& spec) {
  return "phantom:" + std::string(to_string(spec.mode)) + "/" + spec.region + "/" + spec.finding + "?seed=" + std::to_string(spec.seed);
}

/// The inverse. Also takes the short form without a region, "phantom:ct/mass?seed=7": the first region of
/// that modality that has the finding. Without "?seed=" the seed is 0. The whole text must be the name.
/// Errors (the place is the character's index): parse (not of this form), not_found (nothing so named).
[[nodiscard]] inline result<phantom_spec> parse_phantom(std::string_view name) {
  using phantoms::quoted;
  const auto at = [](std::size_t i) { return "character " + std::to_string(i); };
  constexpr std::string_view scheme = "phantom:";
  if (!name.starts_with(scheme)) return failure{errc::parse, quoted(name) + " does not begin with \"phantom:\"", at(0)};
  const std::size_t question = name.find('?');
  const std::string_view path = name.substr(0, question);

  phantom_spec spec;
  if (question != std::string_view::npos) {
    constexpr std::string_view key = "?seed=";
    const std::string_view query = name.substr(question);
    if (!query.starts_with(key)) return failure{errc::parse, "expected ?seed=NUMBER, not " + quoted(query), at(question)};
    const char* const end = query.data() + query.size();
    const auto [stop, error] = std::from_chars(query.data() + key.size(), end, spec.seed);
    if (error != std::errc{} || stop != end) {
      return failure{errc::parse, "the seed " + quoted(query.substr(key.size())) + " is not a number below 2^64",
                     at(question + key.size())};
    }
  }

  const std::size_t slash = path.find('/', scheme.size());
  if (slash == std::string_view::npos)
    return failure{errc::parse, quoted(path) + " lacks a finding: phantom:MODALITY/REGION/FINDING", at(path.size())};
  const std::string_view mode = path.substr(scheme.size(), slash - scheme.size());
  const auto parsed = parse_modality(mode);
  if (!parsed || *parsed == modality::unknown) return failure{errc::not_found, "no modality " + quoted(mode), at(scheme.size())};
  const std::size_t second = path.find('/', slash + 1);
  const bool has_region = second != std::string_view::npos;
  const std::string_view region = has_region ? path.substr(slash + 1, second - slash - 1) : std::string_view();
  const std::size_t last = (has_region ? second : slash) + 1;
  const std::string_view finding = path.substr(last);

  bool region_known = !has_region;
  for (const phantom_kind& kind : phantom_kinds()) {
    if (kind.mode != *parsed || (has_region && kind.region != region)) continue;
    region_known = true;
    if (kind.finding != finding) continue;
    spec.mode = kind.mode;
    spec.region = kind.region;
    spec.finding = kind.finding;
    return spec;
  }
  if (!region_known) return failure{errc::not_found, "no phantom of region " + quoted(region) + " in " + std::string(mode), at(slash + 1)};
  return failure{errc::not_found,
                 "no phantom of " + quoted(finding) + " in " + quoted(path.substr(scheme.size(), last - 1 - scheme.size())), at(last)};
}

/// Draws side × side pixels; the same spec and side give the same bytes on every machine.
/// Errors: not_found (not one of `phantom_kinds`), invalid_argument (side outside 16 … 2048).
[[nodiscard]] inline result<image> draw_phantom(const phantom_spec& spec, int side = 256) {
  if (side < phantoms::min_side || side > phantoms::max_side) {
    return failure{errc::invalid_argument, "a phantom of " + std::to_string(side) + " pixels a side; 16 to 2048 can be drawn",
                   phantom_name(spec)};
  }
  bool known = false;
  for (const phantom_kind& kind : phantom_kinds())
    known = known || (kind.mode == spec.mode && kind.region == spec.region && kind.finding == spec.finding);
  if (!known) return failure{errc::not_found, "no such phantom", phantoms::quoted(phantom_name(spec))};

  for (const phantoms::artist& artist : phantoms::artists) {
    if (artist.mode != spec.mode || artist.region != spec.region) continue;
    // The finding is not part of the stream's name: the same seed shows the same body with and without it.
    const phantoms::order order{spec.finding, rng(spec.seed).fork(hash_bytes(spec.region, static_cast<std::uint64_t>(spec.mode))), side};
    const phantoms::canvas drawn = artist.grey != nullptr ? phantoms::to_canvas(artist.grey(order)) : artist.coloured(order);
    std::vector<std::uint8_t> bytes;
    bytes.reserve(drawn.values.size() * 3);
    for (const phantoms::colour& c : drawn.values) {
      // Not + 0.5: a flat 0.9 would sit exactly on the edge, and fall to either side with the compiler.
      for (const double v : {c.r, c.g, c.b}) bytes.push_back(static_cast<std::uint8_t>(phantoms::clamp01(v) * 255 + 0.4973));
    }
    return image::from_rgb(side, side, std::move(bytes));
  }
  return failure{errc::internal, "a phantom without an artist", phantom_name(spec)};
}

/// A picture that is drawn when it is decoded, at 256 × 256; its name is `phantom_name(spec)`.
[[nodiscard]] inline picture phantom_picture(const phantom_spec& spec) {
  return {phantom_name(spec), [spec] { return draw_phantom(spec); }};
}

/// What `load_pool` and `load_suite` take to draw the phantoms that a file names. Errors: those of `parse_phantom`.
[[nodiscard]] inline result<picture> resolve_phantom(std::string_view name) {
  auto spec = parse_phantom(name);
  if (!spec) return std::move(spec).error();
  return phantom_picture(*spec);
}

}  // namespace inoculum
