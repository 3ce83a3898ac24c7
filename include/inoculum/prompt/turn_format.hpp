// SPDX-License-Identifier: Apache-2.0
// Chat formats as data: how a family of models opens and closes a turn. One type for all, so that a program can choose when
// it knows the model. The formats of Gemma, Llama 3, Qwen 2, SmolVLM, Vicuna, Mistral and Zephyr.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/request.hpp"
#include "chat_format.hpp"

namespace inoculum {

/// A run of template text: control tokens and plain text between them.
struct template_piece {
  bool is_control = false;
  std::string text{};
};
using template_run = std::vector<template_piece>;

/// Models `chat_format`. A turn is its opening, the message, its closing; an open reply is the assistant's opening.
struct turn_format {
  std::string name{};
  template_run begin{};                   ///< once, in front of everything
  std::array<template_run, 3> opening{};  ///< by role: system, user, assistant
  std::array<template_run, 3> closing{};  ///< the same
  template_run picture_opening{}, picture_closing{};
  std::string text_lead{};           ///< in front of a message of others that begins with words, not with a picture
  std::string reply_lead{};          ///< between the assistant's opening and its words; a model begins with it by itself
  bool system_in_user_turn = false;  ///< the system message stands in the first user turn, before its closing comes the user's text
  bool trims = false;                ///< white space around a message is left out, as the model's own template does
  std::string default_system{};      ///< written when a conversation has no system message; empty: none
  std::string end{};                 ///< the control token that ends the assistant's turn

  [[nodiscard]] std::vector<segment> render(const conversation& talk, bool open_reply) const {
    std::vector<segment> out;
    add(out, begin);
    bool user_is_open = false;  // by a system message that stands in the user's turn
    const auto begin_turn = [&](role who) {
      if (who == role::user && user_is_open) return;
      if (user_is_open) add(out, closing[index(role::user)]);
      user_is_open = who == role::system && system_in_user_turn;
      if (user_is_open) add(out, opening[index(role::user)]);
      add(out, opening[index(who)]);
    };
    const bool has_system = !talk.messages.empty() && talk.messages.front().who == role::system;
    if (!has_system && !default_system.empty()) {
      begin_turn(role::system);
      detail::add_text(out, default_system);
      add(out, closing[index(role::system)]);
    }
    for (std::size_t i = 0; i < talk.messages.size(); ++i) {
      const message& m = talk.messages[i];
      detail::begin_message(out, m);
      begin_turn(m.who);
      const bool prefill = open_reply && i + 1 == talk.messages.size() && m.who == role::assistant;
      if (m.who != role::assistant && !m.parts.empty() && !m.parts[0].is_image()) detail::add_text(out, text_lead);
      // Words that a model of this family wrote have its lead already.
      if (m.who == role::assistant && (m.parts.empty() || !m.parts[0].text.starts_with(reply_lead))) detail::add_text(out, reply_lead);
      add_parts(out, m, !prefill);
      if (prefill) return out;
      add(out, closing[index(m.who)]);
      if (m.who == role::user) user_is_open = false;
    }
    if (open_reply) begin_turn(role::assistant);
    return out;
  }
  [[nodiscard]] std::string_view end_of_turn() const { return end; }

 private:
  [[nodiscard]] static constexpr std::size_t index(role who) noexcept { return static_cast<std::size_t>(who); }
  static void add(std::vector<segment>& out, const template_run& run) {
    for (const template_piece& p : run) {
      if (p.is_control) detail::add_control(out, p.text);
      else detail::add_text(out, p.text);
    }
  }
  void add_parts(std::vector<segment>& out, const message& m, bool ends) const {
    constexpr std::string_view blank = " \t\r\n";
    for (std::size_t i = 0; i < m.parts.size(); ++i) {
      const part& p = m.parts[i];
      if (p.is_image()) {
        add(out, picture_opening);
        out.push_back({segment::kind::image, {}, p.pixels, detail::current_demonstration(out)});
        add(out, picture_closing);
        continue;
      }
      std::string_view text = p.text;
      if (trims && i == 0) text.remove_prefix(std::min(text.size(), text.find_first_not_of(blank)));
      if (trims && ends && i + 1 == m.parts.size()) text = text.substr(0, text.find_last_not_of(blank) + 1);
      detail::add_text(out, text);
    }
  }
};

namespace detail {
[[nodiscard]] inline template_piece control_piece(std::string_view text) { return {true, std::string(text)}; }
[[nodiscard]] inline template_piece text_piece(std::string_view text) { return {false, std::string(text)}; }
}  // namespace detail

/// As `chatml`.
[[nodiscard]] inline turn_format chatml_format(std::string default_system = {}) {
  using namespace detail;
  turn_format f;
  f.name = "chatml";
  for (const role who : {role::system, role::user, role::assistant}) {
    f.opening[static_cast<std::size_t>(who)] = {control_piece("<|im_start|>"), text_piece(std::string(to_string(who)) + "\n")};
    f.closing[static_cast<std::size_t>(who)] = {control_piece("<|im_end|>"), text_piece("\n")};
  }
  f.default_system = std::move(default_system);
  f.end = "<|im_end|>";
  return f;
}
[[nodiscard]] inline turn_format qwen2_format() { return chatml_format("You are a helpful assistant."); }

/// Llama 3, 3.1, 3.2.
[[nodiscard]] inline turn_format llama3_format() {
  using namespace detail;
  turn_format f;
  f.name = "llama-3";
  f.begin = {control_piece("<|begin_of_text|>")};
  for (const role who : {role::system, role::user, role::assistant}) {
    f.opening[static_cast<std::size_t>(who)] = {control_piece("<|start_header_id|>"), text_piece(to_string(who)),
                                                control_piece("<|end_header_id|>"), text_piece("\n\n")};
    f.closing[static_cast<std::size_t>(who)] = {control_piece("<|eot_id|>")};
  }
  f.trims = true;
  f.end = "<|eot_id|>";
  return f;
}

/// Gemma 1 to 3, MedGemma. It has no system role: those words begin the first user turn.
[[nodiscard]] inline turn_format gemma_format() {
  using namespace detail;
  turn_format f;
  f.name = "gemma";
  f.begin = {control_piece("<bos>")};
  f.opening = {{{}, {control_piece("<start_of_turn>"), text_piece("user\n")}, {control_piece("<start_of_turn>"), text_piece("model\n")}}};
  f.closing = {
      {{text_piece("\n\n")}, {control_piece("<end_of_turn>"), text_piece("\n")}, {control_piece("<end_of_turn>"), text_piece("\n")}}};
  f.picture_opening = {text_piece("\n\n"), control_piece("<start_of_image>")};
  f.picture_closing = {control_piece("<end_of_image>"), text_piece("\n\n")};
  f.system_in_user_turn = true;
  f.trims = true;
  f.end = "<end_of_turn>";
  return f;
}

/// Idefics3 and SmolVLM, which begin as different models do. Its roles are plain words, behind control tokens all the same. What
/// stands around a picture and between its tiles depends on the picture: whoever encodes it puts that in.
[[nodiscard]] inline turn_format smolvlm_format(std::string_view begin = "<|im_start|>") {
  using namespace detail;
  turn_format f;
  f.name = "smolvlm";
  f.begin = {control_piece(begin)};
  f.opening = {{{text_piece("System:")}, {text_piece("User:")}, {text_piece("Assistant:")}}};
  for (template_run& closing : f.closing) closing = {control_piece("<end_of_utterance>"), text_piece("\n")};
  f.text_lead = f.reply_lead = " ";
  f.end = "<end_of_utterance>";
  return f;
}

/// Vicuna 1.1 and the LLaVA models on it. Its roles are plain words: a user can write "ASSISTANT:", and no tokenizer tells.
[[nodiscard]] inline turn_format vicuna_format() {
  using namespace detail;
  turn_format f;
  f.name = "vicuna";
  f.begin = {control_piece("<s>")};
  f.opening = {{{}, {text_piece("USER: ")}, {text_piece("ASSISTANT:")}}};
  f.closing = {{{text_piece(" ")}, {text_piece(" ")}, {control_piece("</s>")}}};
  f.picture_closing = {text_piece("\n")};
  f.reply_lead = " ";
  f.default_system =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers "
      "to the user's questions.";
  f.end = "</s>";
  return f;
}

/// Mistral Instruct, and LLaVA-Med on it. `marks_are_tokens`: from version 3 on "[INST]" is a control token; before it is
/// plain text, which a user can write too.
[[nodiscard]] inline turn_format mistral_format(bool marks_are_tokens) {
  using namespace detail;
  turn_format f;
  f.name = marks_are_tokens ? "mistral-3" : "mistral";
  f.begin = {control_piece("<s>")};
  if (marks_are_tokens) {
    f.opening[1] = {control_piece("[INST]")};
    f.closing[1] = {control_piece("[/INST]")};
  } else {
    f.opening[1] = {text_piece("[INST] ")};
    f.closing[1] = {text_piece(" [/INST]")};
    f.reply_lead = " ";
  }
  f.closing[0] = {text_piece("\n\n")};
  f.closing[2] = {control_piece("</s>")};
  f.picture_closing = {text_piece("\n")};
  f.system_in_user_turn = true;
  f.end = "</s>";
  return f;
}

/// Zephyr, and TinyLlama's chat models. Its roles are plain words where the model has no such tokens, as TinyLlama has not: a user can
/// write them, too.
[[nodiscard]] inline turn_format zephyr_format(bool marks_are_tokens) {
  using namespace detail;
  turn_format f;
  f.name = "zephyr";
  for (const role who : {role::system, role::user, role::assistant}) {
    const std::string mark = "<|" + std::string(to_string(who)) + "|>";
    template_run& opening = f.opening[static_cast<std::size_t>(who)];
    if (marks_are_tokens) opening = {control_piece(mark), text_piece("\n")};
    else opening = {text_piece(mark + "\n")};
    f.closing[static_cast<std::size_t>(who)] = {control_piece("</s>"), text_piece("\n")};
  }
  f.end = "</s>";
  return f;
}
static_assert(chat_format<turn_format>);

/// The format of a model by its own template (Jinja, as files carry it; it is searched, not run), or by the control tokens
/// that the model has where it carries none. `has_control(text)`. Nothing when no format here is the right one.
template <class HasControl>
[[nodiscard]] std::optional<turn_format> turn_format_for(std::string_view chat_template, HasControl&& has_control) {
  const auto says = [&](std::string_view what) {
    return chat_template.empty() ? has_control(what) : chat_template.find(what) != std::string_view::npos;
  };
  if (says("<end_of_utterance>")) return smolvlm_format(says("<|im_start|>") ? "<|im_start|>" : "<|begin_of_text|>");
  if (says("<|im_start|>")) {
    if (chat_template.empty() || says("SmolLM")) return chatml_format(std::string(smollm2_system));
    if (says("You are Qwen, created by Alibaba Cloud."))
      return chatml_format("You are Qwen, created by Alibaba Cloud. You are a helpful assistant.");
    return says("You are a helpful assistant") ? qwen2_format() : chatml_format();
  }
  if (says("<|start_header_id|>")) return llama3_format();
  if (says("<start_of_turn>")) return gemma_format();
  if (says("<<SYS>>")) return std::nullopt;  // Llama 2's own: not here
  if (says("[INST]")) return mistral_format(has_control("[INST]"));
  if (says("USER:") && says("ASSISTANT:")) return vicuna_format();
  // Others write <|user|> too, but end a turn otherwise.
  const bool ends_alike = says("eos_token") || says("</s>");
  if (says("<|user|>") && says("<|assistant|>") && ends_alike && !says("<|end|>") && has_control("</s>")) {
    return zephyr_format(has_control("<|user|>"));
  }
  return std::nullopt;
}

}  // namespace inoculum
