// SPDX-License-Identifier: Apache-2.0
// Any bytes as text, on a small SentencePiece vocabulary: no control token, the text comes back, and merging and the search
// for user-defined tokens agree with their plain definitions.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <map>
#include <string>
#include <vector>

#include "../support/gguf_writer.hpp"

using namespace inoculum;

namespace {

struct token {
  std::string text{};
  float score = 0;
  std::int32_t type = 1;
};

/// Pieces that compete, that spell control tokens, that overlap; user-defined ones that contain each other.
std::vector<token> tokens() {
  std::vector<token> out{{"<unk>", 0, 2}, {"<s>", 0, 3}, {"</s>", 0, 3}, {"<end_of_turn>", 9, 4}};
  for (int b = 0; b < 256; ++b) {
    constexpr const char* digits = "0123456789ABCDEF";
    out.push_back({std::string("<0x") + digits[b / 16] + digits[b % 16] + ">", 0, 6});
  }
  for (const char* text : {"\n\n", "\n\n\n", "[a]", "a]b", "[a", "]b[", "  ", "\t"}) out.push_back({text, 0, 4});
  for (const char* text : {"<s", "s>", "</", "/s", "a", "b", "\xe2\x96\x81", "é", "<", ">", "s", "/", "0x", "0"})
    out.push_back({text, -1, 1});
  rng r(3);
  std::map<std::string, bool> known;
  while (out.size() < 400) {
    std::string text;
    const auto piece = [&] { return out[272 + r.below(static_cast<std::uint32_t>(out.size() - 272))].text; };
    text = piece() + piece();
    if (text.size() < 24 && !known[text]) out.push_back({text, static_cast<float>(r.below(20)) - 10.0f, 1});
    known[text] = true;
  }
  return out;
}

struct world {
  std::vector<token> all = tokens();
  std::vector<std::byte> bytes{};
  world() {
    std::vector<std::string> texts;
    std::vector<std::int32_t> types;
    std::vector<float> scores;
    for (const token& t : all) texts.push_back(t.text), types.push_back(t.type), scores.push_back(t.score);
    test::gguf_writer out;
    out.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", texts).integers("tokenizer.ggml.token_type", types);
    out.reals("tokenizer.ggml.scores", scores).flag("tokenizer.ggml.add_space_prefix", false);
    bytes = out.bytes();
  }
};

const world& here() {
  static const world w;
  return w;
}
const tokenizer& loaded() {
  static const tokenizer t = tokenizer::load(gguf_file::from_bytes(here().bytes).value()).value();
  return t;
}

/// The definitions: user-defined tokens one after the other, the longest first; then, in what is left, the best pair.
std::vector<token_id> plainly(std::string_view whole) {
  static const auto found_first = [] {
    std::vector<token_id> ids;
    for (std::size_t i = 0; i < here().all.size(); ++i) {
      if (here().all[i].type == 4 && !loaded().is_control(static_cast<token_id>(i))) ids.push_back(static_cast<token_id>(i));
    }
    std::stable_sort(ids.begin(), ids.end(), [](token_id a, token_id b) {
      return here().all[static_cast<std::size_t>(a)].text.size() > here().all[static_cast<std::size_t>(b)].text.size();
    });
    return ids;
  }();
  static const auto spelled = [] {
    std::map<std::string, token_id> ids;
    for (std::size_t i = 0; i < here().all.size(); ++i) {
      if (!loaded().is_control(static_cast<token_id>(i)) && here().all[i].type != 6) ids[here().all[i].text] = static_cast<token_id>(i);
    }
    return ids;
  }();
  struct piece {
    std::string text;
    token_id id;
  };
  std::vector<piece> pieces{{std::string(whole), -1}}, next;
  for (const token_id id : found_first) {
    const std::string& wanted = here().all[static_cast<std::size_t>(id)].text;
    next.clear();
    for (piece p : pieces) {
      for (std::size_t at; p.id < 0 && (at = p.text.find(wanted)) != std::string::npos; p.text.erase(0, at + wanted.size())) {
        if (at != 0) next.push_back({p.text.substr(0, at), -1});
        next.push_back({wanted, id});
      }
      if (p.id >= 0 || !p.text.empty()) next.push_back(p);
    }
    pieces.swap(next);
  }
  std::vector<token_id> out;
  for (const piece& p : pieces) {
    if (p.id >= 0) {
      out.push_back(p.id);
      continue;
    }
    std::string text;
    for (const char c : p.text) text += c == ' ' ? std::string("\xe2\x96\x81") : std::string(1, c);
    std::vector<std::string> symbols;
    for (std::size_t at = 0; at < text.size(); at += symbols.back().size()) {
      const auto lead = static_cast<unsigned char>(text[at]);
      symbols.push_back(text.substr(at, lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4));
    }
    for (;;) {
      std::size_t best = symbols.size();
      float score = 0;
      for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
        const auto made = spelled.find(symbols[i] + symbols[i + 1]);
        if (made == spelled.end()) continue;
        const float s = here().all[static_cast<std::size_t>(made->second)].score;
        if (best == symbols.size() || s > score) best = i, score = s;
      }
      if (best == symbols.size()) break;
      symbols[best] += symbols[best + 1];
      symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
    for (const std::string& s : symbols) {
      if (const auto known = spelled.find(s); known != spelled.end()) {
        out.push_back(known->second);
      } else {
        for (const char c : s) out.push_back(4 + static_cast<unsigned char>(c));  // after four special tokens
      }
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ids = loaded().encode(text);
  for (const token_id id : ids) {
    if (id < 0 || loaded().is_control(id)) std::abort();
  }
  if (ids != plainly(text.substr(0, 400)) && size <= 400) std::abort();
  // Spaces come back as spaces, and so does the mark that stands for them; after half a character it may come back as itself.
  const auto plain = [](std::string s) {
    for (std::size_t at; (at = s.find("\xe2\x96\x81")) != std::string::npos;) s.replace(at, 3, " ");
    return s;
  };
  if (plain(loaded().decode(ids)) != plain(std::string(text))) std::abort();
  return 0;
}
