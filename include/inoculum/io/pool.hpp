// SPDX-License-Identifier: Apache-2.0
// Pools of demonstrations in files (nlohmann-json).
//
// JSON lines. First a header, {"inoculum_pool": 1, "digest": "<64 hex>", "seed": 7, "generator": "…"}, then
// a demonstration a line: {"id", "intent", "modality", "query", "response", "image"?, "source"?, "licence"?}.
// An image is a path relative to the file, a phantom by name ("phantom:ct/chest/mass?seed=7"), or a list
// of these. Unknown fields are kept. A pool written by hand may leave the digest out: then nothing is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/demonstration.hpp"
#include "../core/pool.hpp"
#include "../core/result.hpp"
#include "../core/utf8.hpp"
#include "detail/json.hpp"
#include "file.hpp"
#include "picture.hpp"

namespace inoculum {

inline constexpr std::uint64_t pool_schema = 1;
inline constexpr std::size_t max_pool_file_bytes = std::size_t{256} * 1024 * 1024;
inline constexpr std::size_t max_pool_line_bytes = std::size_t{4} * 1024 * 1024;

/// A pool file's first line.
struct pool_header {
  std::string digest{};     ///< of the demonstrations; `save_pool` fills it in
  std::uint64_t seed = 0;   ///< with which the pool was made
  std::string generator{};  ///< what made it: a program and its version
  std::string extra{};      ///< unknown fields, a JSON object
};

namespace detail {

[[nodiscard]] inline result<pool_header> parse_pool_header(std::string_view line) {
  auto parsed = parse_json_object(line);
  if (!parsed) return parsed.error();
  json& object = *parsed;
  const auto schema = object.find("inoculum_pool");
  if (schema == object.end()) return failure{errc::parse, "not a pool: its first line must say {\"inoculum_pool\": 1}", {}};
  if (!schema->is_number_unsigned() || schema->get<std::uint64_t>() != pool_schema) {
    return failure{errc::unsupported, "unknown pool schema " + schema->dump().substr(0, 40) + " (known: 1)", {}};
  }
  object.erase(schema);
  pool_header out;
  auto digest = take_text(object, "digest", false);
  if (!digest) return digest.error();
  out.digest = std::move(*digest);
  auto generator = take_text(object, "generator", false);
  if (!generator) return generator.error();
  out.generator = std::move(*generator);
  if (const auto seed = object.find("seed"); seed != object.end()) {
    if (!seed->is_number_unsigned()) return failure{errc::parse, "field \"seed\" is not a whole number", {}};
    out.seed = seed->get<std::uint64_t>();
    object.erase(seed);
  }
  out.extra = remaining_fields(object);
  return out;
}

/// The "image" field: nothing, one name, or a list of names.
[[nodiscard]] inline result<std::vector<picture>> take_pictures(json& object, const std::string& folder, const picture_resolver& resolve) {
  std::vector<picture> out;
  const auto field = object.find("image");
  if (field == object.end()) return out;
  std::vector<std::string> names;
  if (const auto* one = field->get_ptr<const std::string*>()) names.push_back(*one);
  else if (field->is_array()) {
    for (const json& item : *field) {
      const auto* name = item.get_ptr<const std::string*>();
      if (name == nullptr) return failure{errc::parse, "field \"image\" holds something else than names", {}};
      names.push_back(*name);
    }
  } else if (!field->is_null()) {
    return failure{errc::parse, "field \"image\" is neither a name nor a list of names", {}};
  }
  for (const std::string& name : names) {
    auto one = has_scheme(name) ? resolve(name) : file_picture(folder, name);
    if (!one) return one.error();
    out.push_back(std::move(*one));
  }
  object.erase(field);
  return out;
}

[[nodiscard]] inline result<basic_demonstration> parse_demonstration(std::string_view line, const std::string& folder,
                                                                     const picture_resolver& resolve) {
  auto parsed = parse_json_object(line);
  if (!parsed) return parsed.error();
  json& object = *parsed;
  basic_demonstration out;
  struct text_field {
    const char* name;
    std::string basic_demonstration::*member;
    bool needed;
  };
  for (const text_field f :
       {text_field{"id", &basic_demonstration::id, true}, text_field{"query", &basic_demonstration::query, true},
        text_field{"response", &basic_demonstration::response, true}, text_field{"source", &basic_demonstration::source, false},
        text_field{"licence", &basic_demonstration::licence, false}}) {
    auto text = take_text(object, f.name, f.needed);
    if (!text) return text.error();
    out.*f.member = std::move(*text);
  }
  const auto label = take_intent(object);
  if (!label) return label.error();
  out.label = *label;
  const auto mode = take_modality(object, true);
  if (!mode) return mode.error();
  out.mode = *mode;
  auto images = take_pictures(object, folder, resolve);
  if (!images) return images.error();
  out.images = std::move(*images);
  out.extra = remaining_fields(object);
  return out;
}

[[nodiscard]] inline json pool_line(const basic_demonstration& d) {
  json out = {{"id", d.id}, {"intent", to_string(d.label)}, {"modality", to_string(d.mode)}, {"query", d.query}, {"response", d.response}};
  if (d.images.size() == 1) out["image"] = d.images.front().name();
  if (d.images.size() > 1) {
    for (const picture& p : d.images) out["image"].push_back(p.name());
  }
  if (!d.source.empty()) out["source"] = d.source;
  if (!d.licence.empty()) out["licence"] = d.licence;
  return out;
}

/// Adds the unknown fields again; one that has become known since is not overwritten.
[[nodiscard]] inline result<void> add_fields(json& object, const std::string& extra) {
  if (extra.empty()) return {};
  auto fields = parse_json_object(extra);
  if (!fields) return failure{errc::invalid_argument, "extra fields: " + fields.error().message, {}};
  for (auto& [name, value] : fields->items()) {
    if (!object.contains(name)) object[name] = std::move(value);
  }
  return {};
}

}  // namespace detail

/// A pool from the text of a pool file. `name` is the place in errors; images are looked for below
/// `folder` ("" or ending in '/'). Errors: as `load_pool`. `header`, when given, receives the first line.
[[nodiscard]] inline result<demonstration_pool> parse_pool(std::string_view text, const std::string& name, const std::string& folder,
                                                           const picture_resolver& resolve = undrawn_phantom,
                                                           pool_header* header = nullptr) {
  pool_header first;
  bool has_header = false;
  std::vector<basic_demonstration> items;
  std::unordered_map<std::string, std::size_t> line_of;
  const auto read = detail::for_each_line(text, name, max_pool_line_bytes, [&](std::string_view line, std::size_t number) -> result<void> {
    if (!has_header) {
      auto parsed = detail::parse_pool_header(line);
      if (!parsed) return parsed.error();
      first = std::move(*parsed);
      has_header = true;
      return {};
    }
    auto parsed = detail::parse_demonstration(line, folder, resolve);
    if (!parsed) return parsed.error();
    const auto [twin, fresh] = line_of.emplace(parsed->id, number);
    if (!fresh) {
      return failure{errc::parse, "duplicate id " + detail::in_quotes(parsed->id) + ", first on line " + std::to_string(twin->second), {}};
    }
    items.push_back(std::move(*parsed));
    return {};
  });
  if (!read) return read.error();
  if (!has_header) return failure{errc::parse, "pool file is empty", name};
  if (items.empty()) return failure{errc::parse, "pool has no demonstrations", name};
  auto pool = demonstration_pool::build(std::move(items));
  if (!pool) {
    failure why = pool.error();
    why.where = why.where.empty() ? name : name + ": " + why.where;
    return why;
  }
  if (const std::string actual = pool->content_digest().hex(); !first.digest.empty() && first.digest != actual) {
    return failure{errc::mismatch,
                   "pool digest is " + actual + ", but its first line says " + first.digest +
                       "; the file was changed (whoever changed it on purpose removes the digest or saves it anew)",
                   name + ":1"};
  }
  if (header != nullptr) *header = std::move(first);
  return pool;
}

/// Reads a pool and checks its digest. Errors, with file and line: not_found, io, too_large
/// (`max_pool_file_bytes`, `max_pool_line_bytes`), parse (bad JSON or UTF-8, a missing field, an unknown
/// modality or intent, a duplicate id, no demonstrations), invalid_argument (an image path that is absolute
/// or leaves the folder), mismatch (a digest), unsupported (another schema).
[[nodiscard]] inline result<demonstration_pool> load_pool(const std::string& path, const picture_resolver& resolve = undrawn_phantom,
                                                          pool_header* header = nullptr) {
  const auto text = read_file(path, max_pool_file_bytes);
  if (!text) return text.error();
  return parse_pool(*text, path, detail::folder_of(path), resolve, header);
}

/// Writes a pool, whole or not at all, with its digest; `load_pool` gives the same pool again.
/// Errors: invalid_argument (an empty pool; a picture without a name, which a text file cannot hold: write it
/// with `write_png` and name it with `file_picture`; text that is not UTF-8), not_found, mismatch (an image
/// file that is not, or not the same, below the new place), io.
[[nodiscard]] inline result<void> save_pool(const demonstration_pool& pool, const std::string& path, const pool_header& header = {}) {
  using detail::json;
  if (pool.empty()) return failure{errc::invalid_argument, "an empty pool cannot be saved", path};
  json first = {
      {"inoculum_pool", pool_schema}, {"digest", pool.content_digest().hex()}, {"seed", header.seed}, {"generator", header.generator}};
  if (auto added = detail::add_fields(first, header.extra); !added) return added.error();
  std::string text = first.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  for (const basic_demonstration& d : pool.items()) {
    const auto fail = [&](failure why) {
      why.where = path + ": demonstration " + d.id;
      return why;
    };
    for (const picture& p : d.images) {
      if (p.name().empty()) return fail({errc::invalid_argument, "a picture without a name cannot be saved", {}});
      if (detail::has_scheme(p.name())) continue;
      if (const auto there = file_picture(detail::folder_of(path), p.name()); !there) return fail(there.error());
    }
    for (const std::string* words : {&d.id, &d.query, &d.response, &d.source, &d.licence}) {
      if (find_invalid_utf8(*words) != std::string::npos)
        return fail({errc::invalid_argument, "text is not UTF-8: " + detail::in_quotes(*words), {}});
    }
    json line = detail::pool_line(d);
    if (auto added = detail::add_fields(line, d.extra); !added) return fail(added.error());
    text += line.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
  }
  return write_file(path, text);
}

}  // namespace inoculum
