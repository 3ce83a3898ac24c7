// SPDX-License-Identifier: Apache-2.0
// Text as characters with the three classes that pre-tokenizers tell apart. Third party: utf8proc (link -lutf8proc).
#pragma once

#include <utf8proc.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inoculum::detail {

enum class character_class : std::uint8_t { none, letter, number, space, other };  // none: past the end

/// A code point and its class, in one word: a megabyte of text is four of these.
struct character {
  std::uint32_t code : 24 = 0;
  character_class kind : 8 = character_class::none;
};

/// Unicode's \p{L}, \p{N} and White_Space. Classes are those of Unicode 15.1, the version of llama.cpp's tables; characters
/// assigned later follow the installed utf8proc.
[[nodiscard]] inline character_class classify(std::uint32_t code) noexcept {
  if (code - 0x2ebf0u <= 0x2ee5du - 0x2ebf0u) return character_class::letter;     // new in 15.1; Debian 12's utf8proc knows 15.0
  if (code - 0x9u <= 0xdu - 0x9u || code == 0x85) return character_class::space;  // white space, but category Cc
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return character_class::letter;
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) return character_class::number;
  if (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP) return character_class::space;
  return character_class::other;
}

/// UTF-8 to code points with llama.cpp's leniency, because the token ids must be the same: over-long forms and surrogates
/// decode, each byte that fits nothing becomes U+FFFD. Past U+10FFFF, where llama.cpp throws, it is U+FFFD too.
inline void decode_utf8(std::string_view text, std::vector<std::uint32_t>& out) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  out.reserve(out.size() + text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t lead = byte(at);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
    std::uint32_t code = length < 2 ? lead : lead & (0x7fu >> length);
    bool valid = length != 0 && length <= text.size() - at;
    for (std::size_t i = 1; valid && i < length; ++i) {
      valid = (byte(at + i) & 0xc0) == 0x80;
      code = code << 6 | (byte(at + i) & 0x3f);
    }
    valid = valid && code <= 0x10ffff;
    out.push_back(valid ? code : 0xfffd);
    at += valid ? length : 1;
  }
}

/// The bytes of one code point; returns how many.
inline std::size_t encode_utf8(std::uint32_t code, std::array<unsigned char, 4>& out) noexcept {
  const auto tail = [&](unsigned shift) { return static_cast<unsigned char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return out[0] = static_cast<unsigned char>(code), 1;
  if (code < 0x800) return out[0] = static_cast<unsigned char>(0xc0 | code >> 6), out[1] = tail(0), 2;
  if (code < 0x10000) return out[0] = static_cast<unsigned char>(0xe0 | code >> 12), out[1] = tail(6), out[2] = tail(0), 3;
  return out[0] = static_cast<unsigned char>(0xf0 | code >> 18), out[1] = tail(12), out[2] = tail(6), out[3] = tail(0), 4;
}

/// Text to classified characters.
[[nodiscard]] inline std::vector<character> characters(std::string_view text) {
  static const auto ascii = [] {
    std::array<character_class, 128> table{};
    for (std::uint32_t c = 0; c < table.size(); ++c) table[c] = classify(c);
    return table;
  }();
  std::vector<std::uint32_t> codes;
  decode_utf8(text, codes);
  std::vector<character> out(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    out[i].code = codes[i] & 0xffffff;
    out[i].kind = codes[i] < ascii.size() ? ascii[codes[i]] : classify(codes[i]);
  }
  return out;
}

}  // namespace inoculum::detail
