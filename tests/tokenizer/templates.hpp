// SPDX-License-Identifier: Apache-2.0
// Text with control tokens woven in, as a chat template has them, and what our tokenizer makes of it when it is told where they
// are; the vocabularies in llama.cpp's sources. For the tests and for bench/peers/tokens.cpp, which must see the same strings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <inoculum/core/rng.hpp>
#include <inoculum/engine/gguf/gguf.hpp>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strings.hpp"

namespace inoculum::test {

/// llama.cpp keeps vocabularies without weights in its `models` folder, as ggml-vocab-<name>.gguf. These are of kinds that we have.
inline constexpr const char* real_vocabularies[] = {"llama-bpe", "qwen2",     "llama-spm", "gpt-2",     "phi-3",
                                                    "mpt",       "starcoder", "refact",    "command-r", "baichuan"};
/// And these are not: refused, by the name in `tokenizer.ggml.pre` or `tokenizer.ggml.model`.
struct refused_vocabulary {
  const char* name;
  const char* what;
};
inline constexpr refused_vocabulary refused_vocabularies[] = {{"falcon", "\"falcon\""},
                                                              {"deepseek-llm", "\"deepseek-llm\""},
                                                              {"deepseek-coder", "\"deepseek-coder\""},
                                                              {"qwen35", "\"qwen35\""},
                                                              {"gemma-4", "\"gemma4\""},
                                                              {"bert-bge", "\"bert\""},
                                                              {"nomic-bert-moe", "\"t5\""},
                                                              {"aquila", "missing key \"tokenizer.ggml.pre\""},
                                                              {"gpt-neox", "missing key \"tokenizer.ggml.pre\""}};
inline std::string vocabulary_file(const char* name) { return std::string("ggml-vocab-") + name; }

/// What a vocabulary treats specially.
struct special_tokens {
  std::vector<std::string> controls;  ///< longest first: so llama.cpp looks for them
  std::vector<std::string> in_text;   ///< to string together with the rest: some controls, and tokens that text may say
  std::vector<std::string> theirs;    ///< llama.cpp goes by the name and takes a plain token for a control token, as Qwen 2's "</s>"
  bool strips = false;                ///< llama.cpp drops the white space behind control tokens: Phi 3's
};

inline special_tokens special_tokens_of(const gguf_file& file, const tokenizer& t) {
  special_tokens out;
  const auto texts = file.texts("tokenizer.ggml.tokens")->list();
  const auto kinds = *file.integers("tokenizer.ggml.token_type");
  constexpr std::size_t some = 24;
  std::size_t controls = 0, user_defined = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool declared = kinds[i] == 2 || kinds[i] == 3, user = kinds[i] == 4;
    const bool control = t.is_control(static_cast<token_id>(i));
    if (control && (declared || user)) out.controls.emplace_back(texts[i]);
    if (!control && kinds[i] == 1 && detail::looks_like_control(texts[i])) out.theirs.emplace_back(texts[i]);
    // User-defined and a control token to us only: llama.cpp lets text say it, so no text here has it.
    if ((declared && ++controls <= some) || (user && !control && ++user_defined <= some)) out.in_text.emplace_back(texts[i]);
  }
  std::stable_sort(out.controls.begin(), out.controls.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  out.strips = file.text("general.name").value_or("").find("Phi3") != std::string_view::npos;
  return out;
}

/// The text in pieces between control tokens, without what llama.cpp alone takes for one.
inline std::string woven(std::string text, const special_tokens& special, rng& r) {
  std::string out;
  for (const std::string& t : special.theirs) {
    for (std::size_t at; (at = text.find(t)) != std::string::npos;) text.erase(at, t.size());
  }
  const auto control = [&] {
    for (std::uint32_t n = r.chance(0.2) ? 2 : 1; n > 0; --n)
      out += special.controls[r.below(static_cast<std::uint32_t>(special.controls.size()))];
  };
  for (std::uint32_t n = 1 + r.below(3); n > 0; --n) {
    control();
    if (r.chance(0.3)) out += r.chance(0.5) ? "user\n" : "\n\n";
    const std::size_t at = r.below(static_cast<std::uint32_t>(text.size() + 1));
    out.append(text, 0, at);
    text.erase(0, at);
  }
  control();
  return out += text;
}

/// A token's bytes and those of another far away, as a text: every token is met, and every merge that leads to it.
inline std::string two_tokens(const tokenizer& t, std::size_t i) {
  std::string out(t.token_bytes(static_cast<token_id>(i)));
  out += t.token_bytes(static_cast<token_id>(i * 7919 % t.size()));
  if (past_unicode(out)) out.clear();
  return out;
}

/// Control tokens by name, and what lies between encoded as text.
inline std::vector<token_id> encode_template(const tokenizer& t, std::string_view text, const special_tokens& special) {
  struct piece {
    std::string_view text{};
    std::optional<token_id> control{};
  };
  std::vector<piece> pieces{{text, std::nullopt}};
  for (const std::string& control : special.controls) {
    if (text.find(control) == std::string_view::npos) continue;
    const bool strips = special.strips && control != "<unk>" && control != "<s>" && control != "<|endoftext|>";
    std::vector<piece> cut;
    for (piece& p : pieces) {
      for (std::size_t at; !p.control && (at = p.text.find(control)) != std::string_view::npos;) {
        cut.push_back({p.text.substr(0, at), std::nullopt});
        cut.push_back({{}, t.control_token(control)});
        p.text.remove_prefix(at + control.size());
        if (strips) p.text.remove_prefix(std::min(p.text.find_first_not_of(" \t\n\v\f\r"), p.text.size()));
      }
      cut.push_back(p);
    }
    pieces = std::move(cut);
  }
  std::vector<token_id> out;
  for (const piece& p : pieces) {
    if (p.control) {
      out.push_back(*p.control);
    } else {
      const auto ids = t.encode(p.text);
      out.insert(out.end(), ids.begin(), ids.end());
    }
  }
  return out;
}

}  // namespace inoculum::test
