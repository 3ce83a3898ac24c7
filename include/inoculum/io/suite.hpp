// SPDX-License-Identifier: Apache-2.0
// Suites of queries to evaluate, in files (nlohmann-json).
//
// JSON lines: {"id", "intent": "harmful" | "benign", "query", "image"?, "modality"?, "answer"?}. An image is
// a path relative to the file or a phantom by name. Unlike a pool, a suite is its user's own file: absolute
// paths and ".." are allowed. Unknown fields are kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/image.hpp"
#include "../core/modality.hpp"
#include "../core/result.hpp"
#include "detail/json.hpp"
#include "file.hpp"
#include "image.hpp"
#include "picture.hpp"

namespace inoculum {

inline constexpr std::size_t max_suite_file_bytes = std::size_t{256} * 1024 * 1024;
inline constexpr std::size_t max_suite_line_bytes = std::size_t{4} * 1024 * 1024;

/// One query of a suite.
struct suite_entry {
  std::string id{};
  intent label = intent::benign;
  std::string query{};
  picture image{};  ///< empty when there is none; named as in the file, decoded when needed
  modality mode = modality::unknown;
  std::string answer{};  ///< what a right answer contains, where the truth about this very picture is known
  std::string extra{};   ///< unknown fields, a JSON object
};

namespace detail {

[[nodiscard]] inline result<picture> suite_picture(const std::string& folder, const std::string& name, const picture_resolver& resolve) {
  if (name.empty()) return picture();
  if (has_scheme(name)) return resolve(name);
  for (const char c : name) {  // a NUL byte would end the name early, and another file be opened
    if (static_cast<unsigned char>(c) < 0x20)
      return failure{errc::parse, "image name " + in_quotes(name) + " holds a control character", {}};
  }
  std::string path = name.front() == '/' ? name : folder + name;
  if (::access(path.c_str(), R_OK) != 0) return system_failure("read image " + in_quotes(name), {});
  return picture(name, [path = std::move(path)] { return read_image(path); });
}

[[nodiscard]] inline result<suite_entry> parse_suite_entry(std::string_view line, const std::string& folder,
                                                           const picture_resolver& resolve) {
  auto parsed = parse_json_object(line);
  if (!parsed) return parsed.error();
  json& object = *parsed;
  suite_entry out;
  auto id = take_text(object, "id", true);
  if (!id) return id.error();
  out.id = std::move(*id);
  const auto label = take_intent(object);
  if (!label) return label.error();
  out.label = *label;
  auto query = take_text(object, "query", true);
  if (!query) return query.error();
  out.query = std::move(*query);
  const auto mode = take_modality(object, false);
  if (!mode) return mode.error();
  out.mode = *mode;
  auto answer = take_text(object, "answer", false);
  if (!answer) return answer.error();
  out.answer = std::move(*answer);
  const auto name = take_text(object, "image", false);
  if (!name) return name.error();
  auto image = suite_picture(folder, *name, resolve);
  if (!image) return image.error();
  out.image = std::move(*image);
  out.extra = remaining_fields(object);
  return out;
}

}  // namespace detail

/// A suite from the text of a suite file. `name` is the place in errors; images are relative to `folder`
/// ("" or ending in '/'). Errors: as `load_suite`.
[[nodiscard]] inline result<std::vector<suite_entry>> parse_suite(std::string_view text, const std::string& name, const std::string& folder,
                                                                  const picture_resolver& resolve = undrawn_phantom) {
  std::vector<suite_entry> out;
  std::unordered_map<std::string, std::size_t> line_of;
  const auto read = detail::for_each_line(text, name, max_suite_line_bytes, [&](std::string_view line, std::size_t number) -> result<void> {
    auto entry = detail::parse_suite_entry(line, folder, resolve);
    if (!entry) return entry.error();
    const auto [twin, fresh] = line_of.emplace(entry->id, number);
    if (!fresh)
      return failure{errc::parse, "duplicate id " + detail::in_quotes(entry->id) + ", first on line " + std::to_string(twin->second), {}};
    out.push_back(std::move(*entry));
    return {};
  });
  if (!read) return read.error();
  if (out.empty()) return failure{errc::parse, "suite has no queries", name};
  return out;
}

/// Reads a suite. Errors, with file and line: not_found (the file, an image), io, too_large, parse (bad JSON
/// or UTF-8, a missing field, an unknown intent or modality, a duplicate id, no queries).
[[nodiscard]] inline result<std::vector<suite_entry>> load_suite(const std::string& path,
                                                                 const picture_resolver& resolve = undrawn_phantom) {
  const auto text = read_file(path, max_suite_file_bytes);
  if (!text) return text.error();
  return parse_suite(*text, path, detail::folder_of(path), resolve);
}

}  // namespace inoculum
