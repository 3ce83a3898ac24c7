// SPDX-License-Identifier: Apache-2.0
// Any attack as one named value, and its text form, for programs that choose at run time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "../io/file.hpp"
#include "attacks.hpp"

namespace inoculum {

/// A named attack; the name is what records and reports write.
class any_attack {
 public:
  any_attack() : any_attack("none", no_attack{}) {}
  template <attack A>
  any_attack(std::string name, A held)
      : name_(std::move(name)), apply_([held = std::move(held)](const request& r, rng& random) { return held.apply(r, random); }) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] result<request> apply(const request& r, rng& random) const { return apply_(r, random); }

 private:
  std::string name_;
  std::function<result<request>(const request&, rng&)> apply_;
};
static_assert(attack<any_attack>);

/// "none", "prefix_injection", "role_play", "typographic", or "wrapper(FILE)" with a text file that holds the placeholder.
/// Errors: parse (an unknown name, with the known ones), invalid_argument (no placeholder), not_found, io, too_large.
[[nodiscard]] inline result<any_attack> parse_attack(std::string_view text) {
  if (text == "none") return any_attack();
  if (text == "prefix_injection") return any_attack("prefix_injection", prefix_injection{});
  if (text == "role_play") return any_attack("role_play", role_play());
  if (text == "typographic") return any_attack("typographic", typographic{});
  if (text.starts_with("wrapper(") && text.ends_with(")")) {
    const std::string path(text.substr(8, text.size() - 9));
    auto content = read_file(path, std::size_t{1} << 20);
    if (!content) return std::move(content).error();
    if (content->find(wrapper_placeholder) == std::string::npos) {
      return failure{errc::invalid_argument, "the wrapper has no " + std::string(wrapper_placeholder), path};
    }
    return any_attack(std::string(text), wrapper{std::move(*content)});
  }
  return failure{errc::parse,
                 "unknown attack " + detail::in_quotes(text) + " (known: none, prefix_injection, role_play, typographic, wrapper(FILE))",
                 "attack"};
}

}  // namespace inoculum
