// SPDX-License-Identifier: Apache-2.0
// The element types of GGML tensors and how many bytes they take. Numbers, names and block layouts
// are those of ggml.h and ggml-common.h; values are stored in files, so they never change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace inoculum {

/// How a tensor's elements are stored. A file may hold a value that is not listed: `layout_of` then gives nothing.
enum class ggml_type : std::uint32_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q4_1 = 3,
  q5_0 = 6,
  q5_1 = 7,
  q8_0 = 8,
  q8_1 = 9,
  q2_k = 10,
  q3_k = 11,
  q4_k = 12,
  q5_k = 13,
  q6_k = 14,
  q8_k = 15,
  iq2_xxs = 16,
  iq2_xs = 17,
  iq3_xxs = 18,
  iq1_s = 19,
  iq4_nl = 20,
  iq3_s = 21,
  iq2_s = 22,
  iq4_xs = 23,
  i8 = 24,
  i16 = 25,
  i32 = 26,
  i64 = 27,
  f64 = 28,
  iq1_m = 29,
  bf16 = 30,
  tq1_0 = 34,
  tq2_0 = 35,
  mxfp4 = 39,
  nvfp4 = 40,
  q1_0 = 41,
  q2_0 = 42,
};

/// A row is a run of blocks: `elements` values in `bytes` bytes each.
struct ggml_layout {
  const char* name = "";
  std::uint32_t elements = 1;
  std::uint32_t bytes = 1;
};

/// The layout of a type, nothing for a number that ggml does not use (or no longer uses).
[[nodiscard]] constexpr std::optional<ggml_layout> layout_of(ggml_type type) noexcept {
  switch (type) {
    case ggml_type::f32: return ggml_layout{"f32", 1, 4};
    case ggml_type::f16: return ggml_layout{"f16", 1, 2};
    case ggml_type::q4_0: return ggml_layout{"q4_0", 32, 18};
    case ggml_type::q4_1: return ggml_layout{"q4_1", 32, 20};
    case ggml_type::q5_0: return ggml_layout{"q5_0", 32, 22};
    case ggml_type::q5_1: return ggml_layout{"q5_1", 32, 24};
    case ggml_type::q8_0: return ggml_layout{"q8_0", 32, 34};
    case ggml_type::q8_1: return ggml_layout{"q8_1", 32, 36};
    case ggml_type::q2_k: return ggml_layout{"q2_K", 256, 84};
    case ggml_type::q3_k: return ggml_layout{"q3_K", 256, 110};
    case ggml_type::q4_k: return ggml_layout{"q4_K", 256, 144};
    case ggml_type::q5_k: return ggml_layout{"q5_K", 256, 176};
    case ggml_type::q6_k: return ggml_layout{"q6_K", 256, 210};
    case ggml_type::q8_k: return ggml_layout{"q8_K", 256, 292};
    case ggml_type::iq2_xxs: return ggml_layout{"iq2_xxs", 256, 66};
    case ggml_type::iq2_xs: return ggml_layout{"iq2_xs", 256, 74};
    case ggml_type::iq3_xxs: return ggml_layout{"iq3_xxs", 256, 98};
    case ggml_type::iq1_s: return ggml_layout{"iq1_s", 256, 50};
    case ggml_type::iq4_nl: return ggml_layout{"iq4_nl", 32, 18};
    case ggml_type::iq3_s: return ggml_layout{"iq3_s", 256, 110};
    case ggml_type::iq2_s: return ggml_layout{"iq2_s", 256, 82};
    case ggml_type::iq4_xs: return ggml_layout{"iq4_xs", 256, 136};
    case ggml_type::i8: return ggml_layout{"i8", 1, 1};
    case ggml_type::i16: return ggml_layout{"i16", 1, 2};
    case ggml_type::i32: return ggml_layout{"i32", 1, 4};
    case ggml_type::i64: return ggml_layout{"i64", 1, 8};
    case ggml_type::f64: return ggml_layout{"f64", 1, 8};
    case ggml_type::iq1_m: return ggml_layout{"iq1_m", 256, 56};
    case ggml_type::bf16: return ggml_layout{"bf16", 1, 2};
    case ggml_type::tq1_0: return ggml_layout{"tq1_0", 256, 54};
    case ggml_type::tq2_0: return ggml_layout{"tq2_0", 256, 66};
    case ggml_type::mxfp4: return ggml_layout{"mxfp4", 32, 17};
    case ggml_type::nvfp4: return ggml_layout{"nvfp4", 64, 36};
    case ggml_type::q1_0: return ggml_layout{"q1_0", 128, 18};
    case ggml_type::q2_0: return ggml_layout{"q2_0", 64, 18};
  }
  return std::nullopt;
}

/// The type's name as ggml prints it, "type 31" for an unknown number.
[[nodiscard]] inline std::string to_string(ggml_type type) {
  const auto layout = layout_of(type);
  return layout ? layout->name : "type " + std::to_string(static_cast<std::uint32_t>(type));
}

}  // namespace inoculum
