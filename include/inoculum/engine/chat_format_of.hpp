// SPDX-License-Identifier: Apache-2.0
// The chat format that a model file asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"
#include "../prompt/turn_format.hpp"
#include "gguf/gguf.hpp"
#include "tokenizer/tokenizer.hpp"

namespace inoculum {

namespace detail {
[[nodiscard]] inline result<turn_format> known_chat_format(const gguf_file& file, const tokenizer& words);
}

/// By the file's `tokenizer.chat_template`; without one by its control tokens; a plain Llama 2 vocabulary has none that tell,
/// and by its name is taken for Mistral's or else Vicuna's, as LLaVA's files need. Where the file wants a token in front of everything
/// and the format has none, that is put there. Errors: `unsupported`.
[[nodiscard]] inline result<turn_format> chat_format_of(const gguf_file& file, const tokenizer& words) {
  auto format = detail::known_chat_format(file, words);
  if (format && format->begin.empty() && words.adds_bos() && words.bos()) {
    format->begin = {detail::control_piece(words.control_text(*words.bos()))};
  }
  return format;
}

inline result<turn_format> detail::known_chat_format(const gguf_file& file, const tokenizer& words) {
  const std::string_view chat_template = file.text("tokenizer.chat_template").value_or("");
  const auto has_control = [&](std::string_view text) { return words.control_token(text).has_value(); };
  if (chat_template.empty() && file.text("general.architecture").value_or("").starts_with("qwen")) return qwen2_format();
  if (auto known = turn_format_for(chat_template, has_control)) return std::move(*known);
  if (chat_template.empty() && has_control("<s>") && has_control("</s>")) {
    std::string name(file.text("general.name").value_or(""));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool mistral = name.find("mistral") != std::string::npos || name.find("llava-med") != std::string::npos;
    return mistral ? mistral_format(false) : vicuna_format();
  }
  if (chat_template.empty()) {
    return failure{errc::unsupported, "no tokenizer.chat_template, and no control token of a known chat format", file.source()};
  }
  return failure{errc::unsupported, "tokenizer.chat_template " + detail::quoted(chat_template) + " is none of the known chat formats",
                 file.source()};
}

}  // namespace inoculum
