// SPDX-License-Identifier: Apache-2.0
// One line of JSON to a document and its fields, with errors as values (nlohmann-json). For the readers
// of pools, suites and servers' answers: no JSON type is in any public declaration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/modality.hpp"
#include "../../core/result.hpp"
#include "../file.hpp"

namespace inoculum::detail {

/// Keeps the order of fields, so that a file is written back the way it was read.
using json = nlohmann::ordered_json;

/// Deeper documents are refused: writing and destroying one recurses.
inline constexpr std::size_t max_json_depth = 64;

/// A first pass that only checks, since the parser's own failure without exceptions says neither where
/// nor why, and it keeps the last of two equal names in silence.
class json_check {
 public:
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(json::number_integer_t) { return true; }
  bool number_unsigned(json::number_unsigned_t) { return true; }
  bool number_float(json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(json::binary_t&) { return true; }
  bool start_object(std::size_t) { return deeper(); }
  bool start_array(std::size_t) { return deeper(); }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }
  bool key(std::string& name) {
    if (depth_ != 1) return true;
    for (const std::string& other : names_) {
      if (other == name) return problem_ = "field " + in_quotes(name) + " occurs twice", false;
    }
    names_.push_back(name);
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception& why) {
    // "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error while …"
    const std::string text = why.what();
    const std::size_t colon = text.find(": ");
    const std::string reason = colon == std::string::npos ? text : text.substr(colon + 2);
    problem_ = "invalid JSON at character " + std::to_string(position) + ": ";
    for (const char c : reason.substr(0, 200)) problem_ += c >= 0x20 && c < 0x7f ? c : '?';  // it quotes the bytes it met
    return false;
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  bool deeper() {
    if (++depth_ <= max_json_depth) return true;
    problem_ = "JSON nested deeper than " + std::to_string(max_json_depth);
    return false;
  }

  std::size_t depth_ = 0;
  std::vector<std::string> names_;
  std::string problem_;
};

/// Errors: parse. Invalid UTF-8 is invalid JSON.
[[nodiscard]] inline result<json> parse_json(std::string_view text) {
  json_check check;
  if (!json::sax_parse(text.begin(), text.end(), &check)) return failure{errc::parse, check.problem(), {}};
  return json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

[[nodiscard]] inline result<json> parse_json_object(std::string_view text) {
  auto out = parse_json(text);
  if (out && !out->is_object()) return failure{errc::parse, "a JSON object is expected", {}};
  return out;
}

/// Takes a text field out of the object, so that what remains is what nobody knows. An absent or null
/// optional field is "". Errors: parse (absent and needed; another type; needed and empty).
[[nodiscard]] inline result<std::string> take_text(json& object, const char* name, bool needed) {
  const auto field = object.find(name);
  if (field == object.end() || field->is_null()) {
    if (needed) return failure{errc::parse, std::string("field \"") + name + "\" is missing", {}};
    if (field != object.end()) object.erase(field);
    return std::string();
  }
  auto* text = field->get_ptr<std::string*>();
  if (text == nullptr) return failure{errc::parse, std::string("field \"") + name + "\" is not a string", {}};
  if (needed && text->empty()) return failure{errc::parse, std::string("field \"") + name + "\" is empty", {}};
  std::string out = std::move(*text);
  object.erase(field);
  return out;
}

[[nodiscard]] inline result<intent> take_intent(json& object) {
  const auto text = take_text(object, "intent", true);
  if (!text) return text.error();
  if (const auto out = parse_intent(*text)) return *out;
  return failure{errc::parse, "unknown intent " + in_quotes(*text) + " (known: harmful, benign)", {}};
}

[[nodiscard]] inline result<modality> take_modality(json& object, bool needed) {
  const auto text = take_text(object, "modality", needed);
  if (!text) return text.error();
  if (text->empty()) return modality::unknown;
  if (const auto out = parse_modality(*text)) return *out;
  std::string known = "unknown";
  for (const modality m : all_modalities) known += ", " + std::string(to_string(m));
  return failure{errc::parse, "unknown modality " + in_quotes(*text) + " (known: " + known + ")", {}};
}

/// The fields nobody took, as a JSON object; "" when there are none.
[[nodiscard]] inline std::string remaining_fields(const json& object) { return object.empty() ? std::string() : object.dump(); }

/// Calls `f(line, number)` for every line that is not blank, counting from 1, until one fails.
/// Errors: too_large (a line over `limit` bytes), f's own; the place is "name:number".
template <class F>
[[nodiscard]] result<void> for_each_line(std::string_view text, std::string_view name, std::size_t limit, F&& f) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto here = [&] { return std::string(name) + ":" + std::to_string(number); };
    if (line.size() > limit) return failure{errc::too_large, "line is over the limit of " + std::to_string(limit) + " bytes", here()};
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (result<void> done = f(line, number); !done) {
      failure why = std::move(done).error();
      if (!why.where.empty()) why.message = why.where + ": " + why.message;
      why.where = here();
      return why;
    }
  }
  return {};
}

}  // namespace inoculum::detail
