// SPDX-License-Identifier: Apache-2.0
// Demonstrations and a request to the one conversation that the model reads.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/demonstration.hpp"
#include "../core/request.hpp"
#include "../core/result.hpp"

namespace inoculum {

namespace detail {
template <class Images = std::vector<image>>
[[nodiscard]] message one_turn(role who, origin from, const Images& images, std::string text) {
  message m{who, {}};
  for (const image& i : images) m.parts.push_back({from, {}, i});
  if (!text.empty()) m.parts.push_back({from, std::move(text), {}});
  return m;
}
}  // namespace detail

/// Appends a demonstration: one user turn (pictures, then query) and one assistant turn. A model without
/// eyes gets the words alone. `number`: as in `message`. Errors: a picture that does not decode, naming the demonstration.
template <std::same_as<conversation> Conversation>
[[nodiscard]] result<void> append_demonstration(Conversation& talk, const basic_demonstration& d, bool with_pictures = true,
                                                std::uint32_t number = 0) {
  message user{role::user, {}, number};
  for (const picture& p : d.images) {
    if (!with_pictures) break;
    auto pixels = p.decode();
    if (!pixels) return in_demonstration(std::move(pixels).error(), d.id);
    user.parts.push_back({origin::pool, {}, std::move(*pixels)});
  }
  user.parts.push_back({origin::pool, d.query, {}});
  talk.messages.push_back(std::move(user));
  talk.messages.push_back({role::assistant, {{origin::pool, d.response, {}}}, number});
  return {};
}

/// The system prompt (the client's own, if it sent one), then the demonstrations in the order given,
/// then the client's earlier turns, then its question. With no demonstrations: the undefended conversation.
template <class Pointers = std::span<const basic_demonstration* const>>
[[nodiscard]] result<conversation> assemble(const Pointers& demonstrations, const request& r, bool with_pictures = true) {
  conversation talk;
  if (!r.system.empty()) talk.messages.push_back(detail::one_turn(role::system, origin::user, {}, r.system));
  std::uint32_t number = 0;
  for (const basic_demonstration* d : demonstrations) {
    if (auto done = append_demonstration(talk, *d, with_pictures, ++number); !done) return std::move(done).error();
  }
  for (const turn& t : r.history)
    talk.messages.push_back(detail::one_turn(t.who, t.who == role::assistant ? origin::model : origin::user, t.images, t.text));
  talk.messages.push_back(detail::one_turn(role::user, origin::user, r.images, r.query));
  return talk;
}

}  // namespace inoculum
