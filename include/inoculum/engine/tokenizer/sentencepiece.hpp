// SPDX-License-Identifier: Apache-2.0
// SentencePiece's byte-pair encoding (Llama 2, Vicuna, Mistral, Gemma) from a GGUF's vocabulary: the same token ids as
// llama.cpp gives with special-token parsing off. Text never becomes a control token (see docs/tokenizer.md).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "pieces.hpp"
#include "vocabulary.hpp"

namespace inoculum {

/// Text to tokens and back. A value: independent of the file once loaded, const calls from any number of threads.
class sentencepiece_tokenizer : public token_vocabulary {
 public:
  /// Reads `tokenizer.ggml.*` with the model `llama`. Errors: `not_found` (a key is missing), `unsupported` (another model, a
  /// token of more than 1,024 bytes), `parse` (lengths, ids or scores that do not fit, a byte without a token).
  [[nodiscard]] static result<sentencepiece_tokenizer> load(const gguf_file& file);

  /// The tokens of a text, never a control token among them. Any bytes are fine: what no piece holds is written in byte
  /// tokens. O(n log n) time, about 50 bytes of memory for each byte of the text.
  [[nodiscard]] std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> out;
    std::string escaped;
    std::vector<node> nodes;
    std::vector<std::uint64_t> heap;
    bool begins = true;  // nothing, or a user-defined token, stands before
    const auto plain = [&](std::string_view part) {
      escaped.clear();
      if (begins && space_prefix_) escaped += space;
      for (const char c : part) {
        if (c == ' ') escaped += space;
        else escaped += c;
      }
      merge(escaped, nodes, heap, out);
      begins = false;
    };
    literals().split(text, plain, [&](token_id id) {
      out.push_back(id);
      begins = true;
    });
    return out;
  }

  /// The text of a run of tokens that begins a text: the space that `encode` put in front is left out.
  [[nodiscard]] std::string decode(std::span<const token_id> ids) const {
    std::string out;
    for (const token_id id : ids) out += token_bytes(id);
    if (space_prefix_ && out.starts_with(' ')) out.erase(0, 1);
    return out;
  }
  /// Whether a text is encoded as if a space stood in front.
  [[nodiscard]] bool adds_space_prefix() const noexcept { return space_prefix_; }

 private:
  static constexpr std::string_view space = "\xe2\x96\x81";  // U+2581 stands for a space
  static constexpr std::size_t longest_token = 1024;         // a merge reads its result's bytes

  /// A run of the text that is one symbol so far; it ends where the next begins.
  struct node {
    std::uint32_t begin = 0;
    std::uint32_t previous = 0, next = 0;  // past the end (also -1 wrapped): none
    token_id id = -1;                      // -1: no token; `merged`: part of the symbol before
    token_id with_next = -1;               // the token that this symbol and the next make, if any
  };
  static constexpr token_id merged = -2;

  void merge(std::string_view text, std::vector<node>& nodes, std::vector<std::uint64_t>& heap, std::vector<token_id>& out) const;

  detail::piece_table pieces_{};
  std::vector<std::uint32_t> order_{};       // of merging: the best score has the lowest number
  std::array<token_id, 256> byte_tokens_{};  // all are there
  bool space_prefix_ = true;
};

namespace detail {

/// "<0x0A>" to 10; -1 for anything else.
[[nodiscard]] inline int byte_of_token(std::string_view text) noexcept {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const std::size_t high = digits.find(text[3]), low = digits.find(text[4]);
  return high == std::string_view::npos || low == std::string_view::npos ? -1 : static_cast<int>(high * 16 + low);
}

/// Finite scores to numbers that sort the other way round: the highest score first, -0 like 0.
[[nodiscard]] inline std::uint32_t merge_order(float score) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(score + 0.0f);
  return (bits >> 31) != 0 ? bits : 0x7fffffffu - bits;
}

}  // namespace detail

inline result<sentencepiece_tokenizer> sentencepiece_tokenizer::load(const gguf_file& file) {
  const auto model = file.require_text("tokenizer.ggml.model");
  if (!model) return model.error();
  if (*model != "llama") {
    return failure{errc::unsupported, "tokenizer.ggml.model " + detail::quoted(*model) + " is not SentencePiece's (llama is)",
                   file.source()};
  }
  sentencepiece_tokenizer out;
  std::vector<std::string_view> texts;
  const auto write = [](std::string_view text, std::int64_t type, std::string& bytes) {
    if (type == byte) {
      const int value = detail::byte_of_token(text);
      bytes += static_cast<char>(value);
      return value >= 0;
    }
    if (type == user_defined) return bytes += text, true;
    for (std::size_t at = 0; at < text.size();) {
      const bool is_space = text.substr(at).starts_with(space);
      bytes += is_space ? ' ' : text[at];
      at += is_space ? space.size() : 1;
    }
    return true;
  };
  if (auto done = out.read(file, {.adds_bos = true, .bos = 1, .eos = 2, .spells_normal = true}, texts, write); !done) return done.error();

  const auto scores = file.reals("tokenizer.ggml.scores");
  if (!scores) return failure{errc::not_found, "missing key \"tokenizer.ggml.scores\" (an array of numbers)", file.source()};
  if (scores->size() != texts.size()) {
    return failure{
        errc::parse,
        "tokenizer.ggml.scores has " + std::to_string(scores->size()) + " scores for " + std::to_string(texts.size()) + " tokens",
        file.source()};
  }
  out.order_.resize(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto score = static_cast<float>((*scores)[i]);
    if (!std::isfinite(score)) {
      return failure{errc::parse, "tokenizer.ggml.scores: the score of token " + std::to_string(i) + " is not finite", file.source()};
    }
    out.order_[i] = detail::merge_order(score);
  }

  // Control tokens cannot be spelled. Nor can byte tokens: "<0x0A>" in a text is six characters, not a line's end.
  const auto kinds = file.integers("tokenizer.ggml.token_type");
  const auto spelled = [&](token_id id) { return !out.is_control(id) && (*kinds)[static_cast<std::size_t>(id)] != byte; };
  if (!out.pieces_.build(texts, spelled)) {
    return failure{errc::parse, "tokenizer.ggml.tokens: the texts collide with too many others", file.source()};
  }
  if (out.pieces_.longest() > longest_token) {
    return failure{errc::unsupported,
                   "tokenizer.ggml.tokens: a token has " + std::to_string(out.pieces_.longest()) + " bytes, the most is " +
                       std::to_string(longest_token),
                   file.source()};
  }
  out.byte_tokens_.fill(-1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const int value = detail::byte_of_token(texts[i]);
    if (value >= 0 && !out.is_control(static_cast<token_id>(i))) {
      out.byte_tokens_[static_cast<std::size_t>(value)] = static_cast<token_id>(i);
    }
  }
  for (std::size_t b = 0; b < out.byte_tokens_.size(); ++b) {
    const char raw = static_cast<char>(b);
    if (out.byte_tokens_[b] < 0) out.byte_tokens_[b] = out.pieces_.find({&raw, 1});
    if (out.byte_tokens_[b] < 0) {
      return failure{errc::parse, "tokenizer.ggml.tokens: there is no token for the byte " + std::to_string(b), file.source()};
    }
  }
  out.space_prefix_ = file.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  return out;
}

/// Joins the two neighbours whose token has the highest score, the leftmost among equals, until no two make a token.
inline void sentencepiece_tokenizer::merge(std::string_view text, std::vector<node>& nodes, std::vector<std::uint64_t>& heap,
                                           std::vector<token_id>& out) const {
  // Characters by their first byte alone, as in llama.cpp: invalid UTF-8 is cut anywhere, and comes out as bytes.
  nodes.clear();
  heap.clear();
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = std::min<std::size_t>(lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4, text.size() - at);
    const auto i = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back({static_cast<std::uint32_t>(at), i - 1, i + 1, pieces_.find(text.substr(at, length)), -1});
    at += length;
  }
  const auto n = static_cast<std::uint32_t>(nodes.size());
  const auto end = [&](const node& a) { return a.next < n ? nodes[a.next].begin : text.size(); };
  const auto offer = [&](std::uint32_t left) {
    node& a = nodes[left];
    a.with_next = a.next < n ? pieces_.find(text.substr(a.begin, end(nodes[a.next]) - a.begin)) : -1;
    if (a.with_next < 0) return false;
    heap.push_back(std::uint64_t{order_[static_cast<std::size_t>(a.with_next)]} << 32 | left);  // by score, then by place
    return true;
  };
  for (std::uint32_t i = 0; i < n; ++i) offer(i);
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  while (!heap.empty()) {
    const std::uint64_t best = heap.front();
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.pop_back();
    const auto left = static_cast<std::uint32_t>(best);
    node& a = nodes[left];
    // Outdated: one of the two was joined meanwhile. (What they make now may have the same score: then its turn is now.)
    if (a.id == merged || a.with_next < 0 || order_[static_cast<std::size_t>(a.with_next)] != best >> 32) continue;
    node& b = nodes[a.next];
    a.id = a.with_next;
    a.next = b.next;
    b.id = merged;
    if (a.next < n) nodes[a.next].previous = left;
    if (offer(left)) std::push_heap(heap.begin(), heap.end(), std::greater<>());
    if (a.previous < n && offer(a.previous)) std::push_heap(heap.begin(), heap.end(), std::greater<>());
  }
  for (std::uint32_t i = 0; i < n; i = nodes[i].next) {
    if (nodes[i].id >= 0) {
      out.push_back(nodes[i].id);
      continue;
    }
    for (const char c : text.substr(nodes[i].begin, end(nodes[i]) - nodes[i].begin)) {
      out.push_back(byte_tokens_[static_cast<unsigned char>(c)]);
    }
  }
}

}  // namespace inoculum
