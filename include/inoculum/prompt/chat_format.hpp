// SPDX-License-Identifier: Apache-2.0
// How a model wants its conversations written: messages to a run of segments, control tokens apart
// from text, so that a tokenizer never has to find control tokens in untrusted text.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/request.hpp"

namespace inoculum {

/// One run of a rendered prompt. Consecutive text segments are merged, so that tokens span them the
/// way they would in one string.
struct segment {
  enum class kind : std::uint8_t {
    control,  ///< one control token by its exact text, "<|im_start|>"
    text,     ///< plain text; special-token parsing off
    image,    ///< a picture's positions
  };
  kind what = kind::text;
  std::string text{};
  image pixels{};
  std::uint32_t demonstration = 0;  ///< as in `message`; no segment is part of two
};

/// Writes conversations the way one family of models was trained.
///
/// Requirements:
///  1. Every control segment comes from the format, never from a message.
///  2. `render(c, true)` ends where the assistant's words begin.
///  3. Rendering is prefix-stable: a conversation's first n messages render to a prefix of the whole.
template <class F>
concept chat_format = requires(const F& f, const conversation& talk, bool open_reply) {
  { f.render(talk, open_reply) } -> std::same_as<std::vector<segment>>;
  { f.end_of_turn() } -> std::convertible_to<std::string_view>;
};

namespace detail {
[[nodiscard]] inline std::uint32_t current_demonstration(const std::vector<segment>& out) {
  return out.empty() ? 0 : out.back().demonstration;
}
/// What is added from here on belongs to the message's demonstration; text is not merged across that border.
inline void begin_message(std::vector<segment>& out, const message& m) {
  if (m.demonstration != current_demonstration(out)) out.push_back({segment::kind::text, {}, {}, m.demonstration});
}
inline void add_text(std::vector<segment>& out, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty() && out.back().what == segment::kind::text) out.back().text += text;
  else out.push_back({segment::kind::text, std::string(text), {}, current_demonstration(out)});
}
inline void add_control(std::vector<segment>& out, std::string_view token) {
  out.push_back({segment::kind::control, std::string(token), {}, current_demonstration(out)});
}
inline void add_parts(std::vector<segment>& out, const message& m) {
  for (const part& p : m.parts) {
    if (p.is_image()) out.push_back({segment::kind::image, {}, p.pixels, current_demonstration(out)});
    else add_text(out, p.text);
  }
}
}  // namespace detail

/// What SmolLM2's own template says when a conversation has no system message.
inline constexpr std::string_view smollm2_system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// ChatML: SmolLM2, Qwen2 and many more.
struct chatml {
  std::string default_system{};  ///< written when a conversation has no system message; empty: none

  [[nodiscard]] std::vector<segment> render(const conversation& talk, bool open_reply) const {
    std::vector<segment> out;
    const bool has_system = !talk.messages.empty() && talk.messages.front().who == role::system;
    if (!has_system && !default_system.empty()) {
      detail::add_control(out, "<|im_start|>");
      detail::add_text(out, "system\n" + default_system);
      detail::add_control(out, "<|im_end|>");
      detail::add_text(out, "\n");
    }
    for (std::size_t i = 0; i < talk.messages.size(); ++i) {
      const message& m = talk.messages[i];
      detail::begin_message(out, m);
      detail::add_control(out, "<|im_start|>");
      detail::add_text(out, std::string(to_string(m.who)) + "\n");
      detail::add_parts(out, m);
      const bool prefill = open_reply && i + 1 == talk.messages.size() && m.who == role::assistant;
      if (prefill) return out;
      detail::add_control(out, "<|im_end|>");
      detail::add_text(out, "\n");
    }
    if (open_reply) {
      detail::add_control(out, "<|im_start|>");
      detail::add_text(out, "assistant\n");
    }
    return out;
  }
  [[nodiscard]] std::string_view end_of_turn() const { return "<|im_end|>"; }
};
static_assert(chat_format<chatml>);

}  // namespace inoculum
