// SPDX-License-Identifier: Apache-2.0
// The pictures that pools and suites name: files read when needed, and phantoms drawn by whoever can.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../core/digest.hpp"
#include "../core/image.hpp"
#include "../core/result.hpp"
#include "file.hpp"
#include "image.hpp"

namespace inoculum {

/// Makes a picture of a name with a scheme, "phantom:ct/chest/mass?seed=7". Its `name()` must be the
/// name it was given, and its pixels must follow from the name alone.
using picture_resolver = std::function<result<picture>(std::string_view name)>;

/// The resolver of whoever cannot draw: a phantom stays a name, and fails when it is decoded.
/// io knows no phantoms, because synthesis, which draws them, builds on io.
[[nodiscard]] inline result<picture> undrawn_phantom(std::string_view name) {
  if (!name.starts_with("phantom:")) {
    return failure{errc::unsupported, "unknown kind of picture " + detail::in_quotes(name) + " (known: a file, phantom:…)", {}};
  }
  return picture(std::string(name), [name = std::string(name)]() -> result<image> {
    return failure{errc::unsupported, "a phantom cannot be drawn here: load the file with `resolve_phantom` (synthesis/phantom.hpp)", name};
  });
}

namespace detail {

/// "phantom:…", "http://…": a word and a colon before any slash.
[[nodiscard]] inline bool has_scheme(std::string_view name) noexcept {
  const std::size_t colon = name.find(':');
  return colon != std::string_view::npos && name.find('/') > colon;
}

/// A path below a folder: relative, without "..", without anything that another system reads differently.
[[nodiscard]] inline result<void> check_inside(const std::string& name) {
  const auto refuse = [&](const char* why) { return failure{errc::invalid_argument, "image path " + in_quotes(name) + " " + why, {}}; };
  if (name.empty()) return refuse("is empty");
  if (name.front() == '/') return refuse("is absolute; it must be relative to the file that names it");
  for (const char c : name) {
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20) return refuse("holds a backslash or a control character");
  }
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = name.find('/', at) == std::string::npos ? name.size() : name.find('/', at);
    if (name.substr(at, end - at) == "..") return refuse("leaves the folder of the file that names it");
    at = end + 1;
  }
  return {};
}

/// The same for what the path leads to: a symbolic link in an unpacked archive must not show us /etc.
[[nodiscard]] inline result<void> check_links(const std::string& folder, const std::string& name) {
  std::error_code code;
  const auto root = std::filesystem::canonical(folder.empty() ? "." : folder, code);
  if (code) return failure{errc::not_found, "folder cannot be read: " + code.message(), folder};
  const auto target = std::filesystem::canonical(root / name, code);
  if (code) return failure{errc::not_found, "image " + in_quotes(name) + " cannot be read: " + code.message(), {}};
  const std::string inside = target.lexically_relative(root).string();
  if (inside.empty() || inside.starts_with("..")) {
    return failure{errc::invalid_argument, "image path " + in_quotes(name) + " leads out of the folder through a link", {}};
  }
  return {};
}

inline constexpr std::string_view digest_mark = "#sha256=";

}  // namespace detail

/// A picture in a file below `folder` ("" or ending in '/'), decoded when needed. The picture's name is
/// "path#sha256=<hex of the file's bytes>", so that a digest over names covers the pixels; when `name`
/// already says the digest it must be the file's. The file is read once here, and checked again when decoded.
/// Errors: invalid_argument (an absolute or escaping path), not_found, io, too_large, mismatch.
[[nodiscard]] inline result<picture> file_picture(const std::string& folder, std::string_view name) {
  const std::size_t mark = name.rfind(detail::digest_mark);
  const std::string path(name.substr(0, mark));
  if (auto inside = detail::check_inside(path); !inside) return inside.error();
  if (auto inside = detail::check_links(folder, path); !inside) return inside.error();
  const auto bytes = read_file(folder + path, max_image_file_bytes);
  if (!bytes) return bytes.error();
  const std::string sum = digest_of(*bytes).hex();
  if (mark != std::string_view::npos && name.substr(mark + detail::digest_mark.size()) != sum) {
    return failure{errc::mismatch, "image " + detail::in_quotes(name) + " has SHA-256 " + sum, {}};
  }
  return picture(path + std::string(detail::digest_mark) + sum, [file = folder + path, sum]() -> result<image> {
    const auto now = read_file(file, max_image_file_bytes);
    if (!now) return now.error();
    if (digest_of(*now).hex() != sum) return failure{errc::mismatch, "image has changed since its pool was loaded", file};
    return decode_image(std::span(reinterpret_cast<const std::uint8_t*>(now->data()), now->size()), file);
  });
}

}  // namespace inoculum
