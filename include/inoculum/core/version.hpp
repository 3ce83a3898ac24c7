// SPDX-License-Identifier: Apache-2.0
// The library's version. CMakeLists.txt reads it from here.
#pragma once

#include <string_view>

namespace inoculum {

/// Semantic: major.minor.patch.
inline constexpr std::string_view version = "0.1.0";

}  // namespace inoculum
