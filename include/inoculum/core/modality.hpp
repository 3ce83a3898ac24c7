// SPDX-License-Identifier: Apache-2.0
// The imaging modalities, and the two intents a request can have.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace inoculum {

/// How a picture was taken; `unknown` where nobody said, and for requests without a picture.
enum class modality : std::uint8_t { unknown, ct, mri, xray, ultrasound, mammography, pathology, endoscopy, dermoscopy, fundus, oct };

/// The ten that exist, without `unknown`.
inline constexpr std::array<modality, 10> all_modalities = {
    modality::ct,        modality::mri,       modality::xray,       modality::ultrasound, modality::mammography,
    modality::pathology, modality::endoscopy, modality::dermoscopy, modality::fundus,     modality::oct};

/// The name used in files: lower case, no spaces.
[[nodiscard]] constexpr std::string_view to_string(modality m) noexcept {
  switch (m) {
    case modality::unknown: return "unknown";
    case modality::ct: return "ct";
    case modality::mri: return "mri";
    case modality::xray: return "xray";
    case modality::ultrasound: return "ultrasound";
    case modality::mammography: return "mammography";
    case modality::pathology: return "pathology";
    case modality::endoscopy: return "endoscopy";
    case modality::dermoscopy: return "dermoscopy";
    case modality::fundus: return "fundus";
    case modality::oct: return "oct";
  }
  return "unknown";
}

/// The name a clinician would write in a sentence: "CT scan", "chest-style" plurals left to the caller.
[[nodiscard]] constexpr std::string_view spoken_name(modality m) noexcept {
  switch (m) {
    case modality::unknown: return "medical image";
    case modality::ct: return "CT scan";
    case modality::mri: return "MRI scan";
    case modality::xray: return "X-ray";
    case modality::ultrasound: return "ultrasound image";
    case modality::mammography: return "mammogram";
    case modality::pathology: return "pathology slide";
    case modality::endoscopy: return "endoscopy image";
    case modality::dermoscopy: return "dermoscopy image";
    case modality::fundus: return "fundus photograph";
    case modality::oct: return "OCT scan";
  }
  return "medical image";
}

/// The inverse of `to_string`; nothing for a name that does not exist.
template <class Found = std::optional<modality>>
[[nodiscard]] constexpr Found parse_modality(std::string_view name) noexcept {
  if (name == "unknown") return modality::unknown;
  for (const modality m : all_modalities) {
    if (to_string(m) == name) return m;
  }
  return std::nullopt;
}

/// What a request is after, as a demonstration or a suite labels it.
enum class intent : std::uint8_t { benign, harmful };

[[nodiscard]] constexpr std::string_view to_string(intent i) noexcept { return i == intent::harmful ? "harmful" : "benign"; }

template <class Found = std::optional<intent>>
[[nodiscard]] constexpr Found parse_intent(std::string_view name) noexcept {
  if (name == "harmful") return intent::harmful;
  if (name == "benign") return intent::benign;
  return std::nullopt;
}

}  // namespace inoculum
