// SPDX-License-Identifier: Apache-2.0
// Tokens beside llama.cpp's, on the strings of tests/tokenizer/strings.hpp and on a conversation:
//   tokens <folder>       every small vocabulary: writes its digests to <folder>/<name>.txt, and what differs to stderr
//   tokens - model.gguf   a real one: digests to stdout
// Special-token parsing and added tokens are off. 1 when anything differs.
#include <llama.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <inoculum/engine/chat_format_of.hpp>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../../tests/tokenizer/small_vocabularies.hpp"
#include "../../tests/tokenizer/strings.hpp"

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

/// How many strings differ, or -1.
int compare(const std::string& path, const char* name, std::FILE* out, std::span<const std::string> extra) {
  const auto file = gguf_file::open(path);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), -1;
  const auto ours = tokenizer::load(*file);
  if (!ours) return std::fprintf(stderr, "%s: %s\n", name, ours.error().to_string().c_str()), -1;
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  llama_model* model = llama_model_load_from_file(path.c_str(), parameters);
  if (model == nullptr) return std::fprintf(stderr, "%s: llama.cpp does not load it\n", name), -1;
  const llama_vocab* theirs = llama_model_get_vocab(model);

  int different = 0, controls = 0;
  std::size_t tokens = 0, strings = 0;
  std::uint64_t digest = test::digest_start;
  std::vector<token_id> ids;
  for (const std::string& text : test::hard_strings(10000, extra)) {
    ids.resize(4 * text.size() + 8);
    const int n =
        llama_tokenize(theirs, text.data(), static_cast<int>(text.size()), ids.data(), static_cast<int>(ids.size()), false, false);
    if (n < 0) return std::fprintf(stderr, "%s: llama.cpp wants room for %d tokens\n", name, -n), -1;
    ids.resize(static_cast<std::size_t>(n));
    const auto mine = ours->encode(text);
    tokens += ids.size();
    const bool spelled = std::any_of(ids.begin(), ids.end(), [&](token_id id) { return ours->is_control(id); });
    controls += spelled ? 1 : 0;
    if (mine != ids && ++different <= 5) {
      std::fprintf(stderr, "%s, string %zu:", name, strings);
      for (const char c : text.substr(0, 120)) std::fprintf(stderr, c > ' ' && c <= '~' ? "%c" : "\\x%02x", static_cast<unsigned char>(c));
      std::fprintf(stderr, "\n");
      show("llama.cpp", ids);
      show("inoculum ", mine);
    }
    digest = test::digest_of(ids, digest);
    if (++strings % test::digest_block == 0) {
      std::fprintf(out, "%016llx\n", static_cast<unsigned long long>(digest));
      digest = test::digest_start;
    }
  }
  if (!compare_format(*file, *ours, theirs)) ++different;
  llama_model_free(model);
  std::fprintf(stderr, "%s: %zu strings, %zu tokens, %d different, in %d llama.cpp lets text say a control token\n", name, strings, tokens,
               different, controls);
  return different;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: tokens <folder> | tokens - model.gguf\n"), 2;
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  if (count > 2) return compare(arguments[2], arguments[2], stdout, {}) == 0 ? 0 : 1;
  bool same = true;
  for (const auto& family : test::families()) {
    const auto path = (std::filesystem::temp_directory_path() / (std::string("inoculum-tokens-") + family.name + ".gguf")).string();
    if (!test::small_vocabulary(family).save(path)) return std::fprintf(stderr, "cannot write %s\n", path.c_str()), 2;
    std::FILE* out = std::fopen((std::string(arguments[1]) + "/" + family.name + ".txt").c_str(), "w");
    if (out == nullptr) return std::fprintf(stderr, "cannot write to %s\n", arguments[1]), 2;
    same = compare(path, family.name, out, family.user_defined) == 0 && same;
    std::fclose(out);
    std::filesystem::remove(path);
  }
  return same ? 0 : 1;
}
