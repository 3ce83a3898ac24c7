// SPDX-License-Identifier: Apache-2.0
// What a demonstration is, and how a user's own record type becomes one.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image.hpp"
#include "modality.hpp"
#include "result.hpp"

namespace inoculum {

/// How the library reads a user's record. Specialise it with static functions; `id`, `query`,
/// `response` and `intent_of` are needed, `images`, `modality_of` and `source` may be left out.
///
///   template <> struct inoculum::demonstration_traits<my_case> {
///     static std::string_view id(const my_case& c) { return c.accession; }
///     static std::string_view query(const my_case& c) { return c.question; }
///     static std::string_view response(const my_case& c) { return c.answer; }
///     static inoculum::intent intent_of(const my_case& c) { return c.bad ? inoculum::intent::harmful : inoculum::intent::benign; }
///   };
template <class D>
struct demonstration_traits;

/// A worked example of a clinical exchange: a query, the response that a careful clinician would want,
/// and whether the query was harmful.
///
/// Requirements, beyond the syntax:
///  1. `query` and `response` are UTF-8 and not empty.
///  2. `id` names one demonstration within a pool.
///  3. A harmful demonstration's response is a refusal; a benign one's is an answer.
///  4. The returned views and spans live at least as long as the record.
template <class D>
concept demonstration = requires(const D& d) {
  { demonstration_traits<D>::id(d) } -> std::convertible_to<std::string_view>;
  { demonstration_traits<D>::query(d) } -> std::convertible_to<std::string_view>;
  { demonstration_traits<D>::response(d) } -> std::convertible_to<std::string_view>;
  { demonstration_traits<D>::intent_of(d) } -> std::same_as<intent>;
};

/// The default record, and the form in which a pool keeps every record.
struct basic_demonstration {
  std::string id{};
  intent label = intent::benign;
  modality mode = modality::unknown;
  std::string query{};
  std::string response{};
  std::vector<picture> images{};
  std::string source{};   ///< where it comes from: "synthetic", a data set's name
  std::string licence{};  ///< SPDX identifier where known
  std::string extra{};    ///< unknown fields of its pool line, a JSON object kept as it was
};

template <>
struct demonstration_traits<basic_demonstration> {
  static std::string_view id(const basic_demonstration& d) { return d.id; }
  static std::string_view query(const basic_demonstration& d) { return d.query; }
  static std::string_view response(const basic_demonstration& d) { return d.response; }
  static intent intent_of(const basic_demonstration& d) { return d.label; }
  static const std::vector<picture>& images(const basic_demonstration& d) { return d.images; }
  static modality modality_of(const basic_demonstration& d) { return d.mode; }
  static std::string_view source(const basic_demonstration& d) { return d.source; }
};

/// Copies what the traits expose into the default record.
template <demonstration D>
[[nodiscard]] basic_demonstration to_basic(const D& d) {
  using traits = demonstration_traits<D>;
  if constexpr (std::same_as<D, basic_demonstration>) {
    return d;
  } else {
    basic_demonstration out;
    out.id = std::string(std::string_view(traits::id(d)));
    out.query = std::string(std::string_view(traits::query(d)));
    out.response = std::string(std::string_view(traits::response(d)));
    out.label = traits::intent_of(d);
    if constexpr (requires {
                    { traits::modality_of(d) } -> std::same_as<modality>;
                  })
      out.mode = traits::modality_of(d);
    if constexpr (requires {
                    { traits::images(d) } -> std::convertible_to<std::span<const picture>>;
                  }) {
      const std::span<const picture> images = traits::images(d);
      out.images.assign(images.begin(), images.end());
    }
    if constexpr (requires {
                    { traits::source(d) } -> std::convertible_to<std::string_view>;
                  })
      out.source = std::string(std::string_view(traits::source(d)));
    return out;
  }
}

/// The failure, with the demonstration in front of where it happened.
[[nodiscard]] inline failure in_demonstration(failure f, std::string_view id) {
  f.where = "demonstration \"" + std::string(id) + "\"" + (f.where.empty() ? "" : ", " + f.where);
  return f;
}

}  // namespace inoculum
