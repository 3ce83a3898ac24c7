// SPDX-License-Identifier: Apache-2.0
// Just enough UTF-8: find the first invalid byte, and never cut a character when streaming.
#pragma once

#include <cstddef>
#include <string_view>

namespace inoculum {

namespace detail {
/// The length of the sequence at `at`: 0 when it is invalid, negative when the text ends inside it.
[[nodiscard]] constexpr int utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const int length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (int i = 1; i < length; ++i) {
    const std::size_t j = at + static_cast<std::size_t>(i);
    if (j >= text.size()) return -1;
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF (Unicode table 3-7).
    const unsigned char low = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte(j) < low || byte(j) > high) return 0;
  }
  return length;
}
}  // namespace detail

/// The offset of the first byte that is not valid UTF-8, or npos.
[[nodiscard]] constexpr std::size_t find_invalid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const int length = detail::utf8_sequence(text, at);
    if (length <= 0) return at;
    at += static_cast<std::size_t>(length);
  }
  return std::string_view::npos;
}

/// How many bytes at the front can be shown now: everything but a character whose end has not come yet. Bytes that no continuation could
/// make a character of are shown as they are: whoever writes them elsewhere replaces them there.
[[nodiscard]] constexpr std::size_t complete_utf8(std::string_view text) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const std::size_t at = text.size() - back;
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead >= 0xc0) return detail::utf8_sequence(text, at) < 0 ? at : text.size();
    if (lead < 0x80) break;
  }
  return text.size();
}

}  // namespace inoculum
