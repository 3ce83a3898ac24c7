// SPDX-License-Identifier: Apache-2.0
// Plain tables for a terminal.
#pragma once

#include <inoculum/eval/summary.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Columns as wide as their widest cell, the first on the left, the others on the right.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

/// A row for each cell of a summary: what was refused of harmful and benign queries with 95 % Wilson intervals, and the time to first
/// token.
[[nodiscard]] std::string rates_table(const inoculum::summary& sums);

/// Two texts beside each other, each wrapped to `width` characters under its title.
[[nodiscard]] std::string side_by_side(std::string_view left_title, std::string_view left, std::string_view right_title,
                                       std::string_view right, std::size_t width = 46);

}  // namespace cli
