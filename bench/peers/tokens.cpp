// SPDX-License-Identifier: Apache-2.0
// Tokens beside llama.cpp's, on the strings of tests/tokenizer/strings.hpp and on a conversation:
//   tokens <folder>            every small vocabulary: writes its digests to <folder>/<name>.txt
//   tokens <folder> <models>   the real ones in llama.cpp's folder of them: the same
//   tokens - model.gguf        a model's own: digests to stdout
//   tokens --speed model.gguf [rounds]
// With "-" for the first folder nothing is written. Counts, and what differs, go to stderr.
// Each string as text, with special-token parsing off, and back; then among control tokens, as a template has it, with parsing
// on. Every token's bytes, and these with another token's as a text. Added tokens are off. 1 when anything differs.
#include <llama.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <inoculum/engine/chat_format_of.hpp>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../../tests/tokenizer/small_vocabularies.hpp"
#include "../../tests/tokenizer/strings.hpp"
#include "../../tests/tokenizer/templates.hpp"

using namespace inoculum;

namespace {

void show(const char* who, const std::vector<token_id>& ids) {
  std::fprintf(stderr, "  %s:", who);
  for (std::size_t i = 0; i < ids.size() && i < 60; ++i) std::fprintf(stderr, " %d", ids[i]);
  std::fprintf(stderr, " (%zu)\n", ids.size());
}

/// A conversation by our format for the file, and by llama.cpp's template of that name with its control tokens parsed. Vicuna
/// is left out: llama.cpp separates its turns by line ends, the models were trained with spaces.
bool compare_format(const gguf_file& file, const tokenizer& ours, const llama_vocab* theirs) {
  const auto format = chat_format_of(file, ours);
  if (!format || format->name == "vicuna") return true;
  const char* name = format->name == "llama-3" ? "llama3" : format->name == "mistral-3" ? "mistral-v3-tekken" : format->name.c_str();
  const std::pair<const char*, const char*> turns[] = {{"system", "You are careful."},
                                                       {"user", "Is there a fracture?\n\nLook   well."},
                                                       {"assistant", "No acute fracture."},
                                                       {"user", "Sure? größer 中文 😀"}};
  std::vector<llama_chat_message> messages;
  conversation talk;
  for (const auto& [who, text] : turns) {
    messages.push_back({who, text});
    const role r = who[0] == 's' ? role::system : who[0] == 'u' ? role::user : role::assistant;
    talk.messages.push_back({r, {{origin::user, text, {}}}});
  }
  std::string rendered(4096, ' ');
  const int length = llama_chat_apply_template(name, messages.data(), messages.size(), true, rendered.data(), 4096);
  if (length < 0) return std::fprintf(stderr, "llama.cpp has no template %s\n", name), false;
  std::vector<token_id> wanted(4096), got;
  wanted.resize(static_cast<std::size_t>(std::max(0, llama_tokenize(theirs, rendered.data(), length, wanted.data(), 4096, false, true))));
  for (const segment& s : format->render(talk, true)) {
    if (s.what == segment::kind::control) {
      got.push_back(ours.control_token(s.text).value_or(-1));
    } else {
      for (const token_id id : ours.encode(s.text)) got.push_back(id);
    }
  }
  // llama.cpp adds the beginning while tokenizing.
  if (!got.empty() && ours.bos() == got[0] && !wanted.empty() && wanted[0] != got[0]) got.erase(got.begin());
  std::fprintf(stderr, "  chat format %s: %zu tokens, %s\n", name, got.size(), got == wanted ? "the same" : "different");
  return got == wanted;
}

/// A token's bytes, "" for control tokens.
std::string piece_of(const llama_vocab* theirs, token_id id) {
  std::string out(64, ' ');
  int n = llama_token_to_piece(theirs, id, out.data(), static_cast<int>(out.size()), 0, false);
  if (n < 0) {
    out.resize(static_cast<std::size_t>(-n));
    n = llama_token_to_piece(theirs, id, out.data(), -n, 0, false);
  }
  out.resize(static_cast<std::size_t>(n));
  return out;
}

/// Tokens back to text. With byte-level BPE as servers stream it, piece by piece: llama_detokenize would also drop spaces in
/// front of punctuation, for some kinds, which is nobody's text any more.
std::string text_of(const llama_vocab* theirs, const std::vector<token_id>& ids, std::size_t most) {
  std::string out;
  if (llama_vocab_type(theirs) == LLAMA_VOCAB_TYPE_BPE) {
    for (const token_id id : ids) out += piece_of(theirs, id);
    return out;
  }
  out.resize(most);
  const int n = llama_detokenize(theirs, ids.data(), static_cast<int>(ids.size()), out.data(), static_cast<int>(most), false, false);
  out.resize(static_cast<std::size_t>(std::max(0, n)));
  return out;
}

std::vector<token_id> tokens_of(const llama_vocab* theirs, const std::string& text, bool special) {
  std::vector<token_id> ids(4 * text.size() + 8);
  const int n =
      llama_tokenize(theirs, text.data(), static_cast<int>(text.size()), ids.data(), static_cast<int>(ids.size()), false, special);
  ids.resize(static_cast<std::size_t>(std::max(0, n)));
  return ids;
}

/// How much differs, or -1.
int compare(const std::string& path, const std::string& name, std::FILE* out) {
  const auto file = gguf_file::open(path);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), -1;
  const auto ours = tokenizer::load(*file);
  if (!ours) return std::fprintf(stderr, "%s: %s\n", name.c_str(), ours.error().to_string().c_str()), -1;
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  llama_model* model = llama_model_load_from_file(path.c_str(), parameters);
  if (model == nullptr) return std::fprintf(stderr, "%s: llama.cpp does not load it\n", name.c_str()), -1;
  const llama_vocab* theirs = llama_model_get_vocab(model);

  int as_text = 0, as_template = 0, back = 0, pieces = 0, pairs = 0, controls = 0;
  std::size_t tokens = 0, strings = 0, left_out = 0;
  std::uint64_t digest = test::digest_start;
  const auto differs = [&](const char* what, const std::string& text, const auto& a, const auto& b, int& count) {
    if (a == b || ++count > 3) return;
    std::fprintf(stderr, "%s, string %zu as %s:", name.c_str(), strings, what);
    for (const char c : text.substr(0, 120)) std::fprintf(stderr, c > ' ' && c <= '~' ? "%c" : "\\x%02x", static_cast<unsigned char>(c));
    std::fprintf(stderr, "\n");
    show("llama.cpp", a);
    show("inoculum ", b);
  };
  const auto special = test::special_tokens_of(*file, *ours);
  rng r(4);
  for (const std::string& text : test::hard_strings(10000, special.in_text)) {
    const auto ids = tokens_of(theirs, text, false);
    const auto mine = ours->encode(text);
    tokens += ids.size();
    controls += std::any_of(ids.begin(), ids.end(), [&](token_id id) { return ours->is_control(id); }) ? 1 : 0;
    differs("text", text, ids, mine, as_text);
    const std::string again = text_of(theirs, ids, 3 * text.size() + 64);
    differs(
        "text and back", text, std::vector<token_id>(again.begin(), again.end()),
        [&] {
          const std::string own = ours->decode(mine);
          return std::vector<token_id>(own.begin(), own.end());
        }(),
        back);
    const std::string conversation = test::woven(text, special, r);
    const auto marked = tokens_of(theirs, conversation, true);
    tokens += marked.size();
    differs("a template", conversation, marked, test::encode_template(*ours, conversation, special), as_template);
    digest = hash_bytes(again, test::digest_of(marked, test::digest_of(ids, digest)));
    if (++strings % test::digest_block == 0) {
      if (out != nullptr) std::fprintf(out, "%016llx\n", static_cast<unsigned long long>(digest));
      digest = test::digest_start;
    }
  }
  for (std::size_t i = 0; i < ours->size(); ++i) {
    const auto id = static_cast<token_id>(i);
    const auto bytes = ours->token_bytes(id);
    const std::string piece = piece_of(theirs, id);
    // Not compared: control tokens to one of the two only, and Command R's tokens that are no bytes, for which llama.cpp writes so.
    const bool named = std::find(special.theirs.begin(), special.theirs.end(), bytes) != special.theirs.end();
    if (ours->is_control(id) || named || piece.starts_with("[UNK_BYTE_0x")) ++left_out;
    else if (piece != bytes && ++pieces <= 3) std::fprintf(stderr, "%s, token %zu: %s\n", name.c_str(), i, piece.c_str());
    const std::string pair = test::two_tokens(*ours, i);
    const auto ids = tokens_of(theirs, pair, false);
    differs("two tokens", pair, ids, ours->encode(pair), pairs);
    digest = test::digest_of(ids, digest);
  }
  if (out != nullptr) std::fprintf(out, "%016llx\n", static_cast<unsigned long long>(digest));
  const bool format = compare_format(*file, *ours, theirs);
  llama_model_free(model);
  std::fprintf(stderr,
               "%s: %zu strings, %zu tokens; different: %d as text, %d as a template, %d back to text; of %zu texts of two tokens %d; "
               "of %zu tokens' bytes %d; in %d strings llama.cpp lets text say a control token\n",
               name.c_str(), strings, tokens, as_text, as_template, back, ours->size(), pairs, ours->size() - left_out, pieces, controls);
  return as_text + as_template + back + pieces + pairs + (format ? 0 : 1);
}

/// Tokens a second of one thread's time, ours and llama.cpp's in turns, on the same text; medians and the least and the most.
int speed(const std::string& path, int rounds) {
  const auto file = gguf_file::open(path);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), 2;
  const auto ours = tokenizer::load(*file);
  if (!ours) return std::fprintf(stderr, "%s\n", ours.error().to_string().c_str()), 2;
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  llama_model* model = llama_model_load_from_file(path.c_str(), parameters);
  if (model == nullptr) return std::fprintf(stderr, "llama.cpp does not load it\n"), 2;
  const llama_vocab* theirs = llama_model_get_vocab(model);
  std::string english, languages;
  for (std::size_t i = 0; i < std::size(test::sentences); ++i) (i < 4 ? english : languages).append(test::sentences[i]).append("\n");
  for (auto* text : {&english, &languages}) {
    while (text->size() < std::size_t{64} << 10) *text += std::string(*text);
    std::vector<double> own, other;
    std::size_t tokens = 0;
    for (int i = 0; i < 2 * rounds; ++i) {
      const std::clock_t begin = std::clock();
      tokens = i % 2 == 0 ? ours->encode(*text).size() : tokens_of(theirs, *text, false).size();
      const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
      (i % 2 == 0 ? own : other).push_back(static_cast<double>(tokens) / seconds / 1e6);
    }
    std::sort(own.begin(), own.end());
    std::sort(other.begin(), other.end());
    const double a = own[own.size() / 2], b = other[other.size() / 2];
    std::printf("%s, %s: %zu bytes, %zu tokens; %.2f (%.2f to %.2f) against %.2f (%.2f to %.2f) million tokens/s, %.1f times, %d rounds\n",
                std::filesystem::path(path).stem().c_str(), text == &english ? "English" : "fifty languages and worse", text->size(),
                tokens, a, own.front(), own.back(), b, other.front(), other.back(), a / b, rounds);
  }
  llama_model_free(model);
  return 0;
}

/// `compare` into a file of digests, if there is a folder.
bool compare_into(const std::string& folder, const std::string& path, const std::string& name) {
  std::FILE* out = nullptr;
  if (folder != "-" && (out = std::fopen((folder + "/" + name + ".txt").c_str(), "w")) == nullptr) {
    return std::fprintf(stderr, "cannot write to %s\n", folder.c_str()), false;
  }
  const bool same = compare(path, name, out) == 0;
  if (out != nullptr) std::fclose(out);
  return same;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: tokens <folder> [model.gguf | folder of llama.cpp's vocabularies]\n"), 2;
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  const std::string folder = arguments[1];
  if (count > 2 && folder == "--speed") return speed(arguments[2], count > 3 ? std::atoi(arguments[3]) : 9);
  bool same = true;
  if (count > 2 && std::filesystem::is_directory(arguments[2])) {
    for (const char* name : test::real_vocabularies) {
      const std::string file = test::vocabulary_file(name);
      same = compare_into(folder, std::string(arguments[2]) + "/" + file + ".gguf", file) && same;
    }
  } else if (count > 2) {
    same = compare(arguments[2], std::filesystem::path(arguments[2]).stem().string(), stdout) == 0;
  } else {
    for (const auto& family : test::families()) {
      const auto path = (std::filesystem::temp_directory_path() / (std::string("inoculum-tokens-") + family.name + ".gguf")).string();
      if (!test::small_vocabulary(family).save(path)) return std::fprintf(stderr, "cannot write %s\n", path.c_str()), 2;
      same = compare_into(folder, path, family.name) && same;
      std::filesystem::remove(path);
    }
  }
  return same ? 0 : 1;
}
