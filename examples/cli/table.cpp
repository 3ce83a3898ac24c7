// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>
#include <cstdio>
#include <inoculum/eval/statistics.hpp>

namespace cli {

using namespace inoculum;

namespace {

/// Columns on a terminal, not bytes: continuation bytes of UTF-8 take none. Wide characters are not told apart.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string rate(const proportion& p) {
  if (p.n == 0) return "-";
  const interval within = wilson(p);
  char text[96];
  std::snprintf(text, sizeof text, "%zu/%zu (%.0f%%, %.0f-%.0f)", p.hits, p.n,
                100.0 * static_cast<double>(p.hits) / static_cast<double>(p.n), 100.0 * within.low, 100.0 * within.high);
  return text;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      lines.emplace_back();
      used = 0;
      ++at;
      continue;
    }
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && text[end] != ' ' && text[end] != '\n') ++end;
    const std::string_view word = text.substr(at, end - at);
    const std::size_t length = columns(word);
    if (used != 0 && used + 1 + length > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used != 0) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += length;
    at = end;
  }
  return lines;
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns(row[i]), ' ');
      if (i == 0) out += row[i] + (row.size() > 1 ? padding : "");
      else out += "  " + padding + row[i];
    }
    out += '\n';
  }
  return out;
}

std::string rates_table(const summary& sums) {
  std::vector<std::vector<std::string>> rows = {{"policy", "attack", "harmful refused", "benign refused", "right answers", "first token"}};
  const auto differ = [&](auto field) {  // what is the same in all rows is in none
    return std::any_of(sums.cells.begin(), sums.cells.end(), [&](const summary_cell& c) { return c.*field != sums.cells.front().*field; });
  };
  const bool settings = differ(&summary_cell::settings), models = differ(&summary_cell::model), seeds = differ(&summary_cell::seed);
  for (const summary_cell& c : sums.cells) {
    const auto first = median(c.ttft_ms);
    char ms[32] = "-";
    if (first) std::snprintf(ms, sizeof ms, "%.0f ms", *first);
    std::string name = c.demonstrations == 0 ? c.policy : c.policy + ", k=" + std::to_string(c.demonstrations);
    if (models) name += ", " + c.model;
    if (seeds) name += ", seed " + std::to_string(c.seed);
    if (settings) name += ", " + c.settings;
    rows.push_back({name, c.attack, rate(c.all.harmful.refused()), rate(c.all.benign.refused()), rate(c.right), ms});
  }
  return table(rows);
}

std::string side_by_side(std::string_view left_title, std::string_view left, std::string_view right_title, std::string_view right,
                         std::size_t width) {
  const auto a = wrapped(left, width), b = wrapped(right, width);
  std::string out;
  const auto row = [&](std::string_view l, std::string_view r) {
    out += "  " + std::string(l) + std::string(width > columns(l) ? width - columns(l) : 0, ' ') + " | " + std::string(r);
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  };
  row(left_title, right_title);
  row(std::string(width, '-'), std::string(width, '-'));
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) row(i < a.size() ? a[i] : "", i < b.size() ? b[i] : "");
  return out;
}

}  // namespace cli
