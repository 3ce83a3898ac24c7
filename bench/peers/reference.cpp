// SPDX-License-Identifier: Apache-2.0
// Writes what llama.cpp computes, small enough to keep, for tests/engine/parity.cpp. bench/peers/run.sh --reference calls it.
//   reference text MODEL TEXTS PROMPTS: a line a token, "id top-1 logit gap", gap being the distance to the
//     second best; then each prompt's greedy continuation of up to 64 tokens, in the same form
//   reference pictures MODEL MMPROJ: the rows of two drawn pictures, each as a scale and whole numbers
//   reference both_ways FOLDER: logits behind pictures of a small random Gemma 3, which sees a picture both ways
//   reference architectures FOLDER: a line a token for the small random decoders of tests/support/tiny_models.hpp, "top-1 logit gap" and
//     some logits
//   reference unrounded MODEL TEXTS: as `text`, the first thousand positions, without prompts; by a llama.cpp with BLAS, which does not
//   round activations to 8 bits reference eyes FOLDER: the same for the small random towers of tests/support/tiny_eyes.hpp, which are
//   written there; in front
//     of the rows of a picture that is cut to tiles "layout" and what the model reads, tokens and -1 for each square
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <inoculum/core/digest.hpp>
#include <iterator>
#include <string>
#include <vector>

#include <ggml-backend.h>

#include "../../tests/engine/test_pictures.hpp"
#include "../../tests/support/tiny_eyes.hpp"
#include "../../tests/support/tiny_models.hpp"
#include "peer.hpp"

namespace {

std::string read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void print_token(llama_token id, const best& b) {
  std::printf("%d %d %.3f %.3f\n", id, b.id, static_cast<double>(b.logit), static_cast<double>(b.gap));
}

int text(const char* model, const char* texts_path, const char* prompts_path) {
  const bool unrounded = prompts_path == nullptr;
  if (unrounded && ggml_backend_reg_by_name("BLAS") == nullptr)
    return std::fputs("reference: this llama.cpp is built without BLAS\n", stderr), 1;
  peer llama(model, 2, 2048, nullptr, unrounded);
  const std::string texts = read(texts_path);
  std::printf("model %zu\n", read(model).size());
  std::size_t positions = 0;
  for (std::size_t at = 0; at < texts.size();) {   // "== name", then the text up to the next such line
    if (unrounded && positions >= 1000) return 0;  // as many as a test has time for
    const std::size_t line = texts.find('\n', at);
    const std::size_t next = texts.find("\n== ", line);
    const std::size_t end = next == std::string::npos ? texts.size() - 1 : next;
    const std::string name = texts.substr(at + 3, line - at - 3);
    const auto ids = llama.tokenize(texts.substr(line + 1, end - line - 1));
    at = end + 1;
    if (unrounded && ids.size() < 32) continue;  // too short for BLAS
    positions += ids.size();
    std::printf("text %zu %s\n", ids.size(), name.c_str());
    llama.clear();
    if (!llama.evaluate(ids, 0, true)) return 1;
    for (std::size_t i = 0; i < ids.size(); ++i) print_token(ids[i], llama.top(static_cast<int>(i)));
  }
  if (unrounded) return 0;
  const std::string prompts = read(prompts_path);
  for (std::size_t at = 0; at < prompts.size();) {
    const std::size_t end = prompts.find('\n', at);
    const std::string prompt = prompts.substr(at, end - at);
    at = end + 1;
    auto ids = llama.tokenize("<|im_start|>user\n" + prompt + "<|im_end|>\n<|im_start|>assistant\n");
    const std::size_t asked = ids.size();
    llama.clear();
    std::vector<best> tops(asked - 1, best{-1, 0, 0});  // not asked for
    if (!llama.evaluate(ids, 0, false)) return 1;
    for (int i = 0; i < 64; ++i) {
      tops.push_back(llama.top(-1));
      if (llama_vocab_is_eog(llama.vocab, tops.back().id)) break;
      ids.push_back(tops.back().id);
      if (!llama.evaluate({ids.back()}, static_cast<int>(ids.size()) - 1, false)) return 1;
    }
    tops.resize(ids.size(), best{-1, 0, 0});
    std::printf("prompt %zu %s\n", ids.size(), prompt.c_str());
    for (std::size_t i = 0; i < ids.size(); ++i) print_token(ids[i], tops[i]);
  }
  return 0;
}

void print_rows(const peer& llama) {
  using namespace inoculum;
  for (const test::picture_shape& p : test::compared_pictures) {
    const image drawn = test::drawn_picture(p.kind, p.width, p.height);
    std::vector<llama_token> layout;
    const std::vector<float> values = llama.see(drawn, &layout);
    if (std::count(layout.begin(), layout.end(), -1) > 1) {
      std::printf("layout %zu", layout.size());
      for (const llama_token id : layout) std::printf(" %d", id);
      std::printf("\n");
    }
    const std::size_t rows = values.size() / llama.width();
    std::printf("picture %d %d %d rows %zu width %zu\n", p.kind, p.width, p.height, rows, llama.width());
    for (std::size_t r = 0; r < rows; ++r) {
      const float* row = values.data() + r * llama.width();
      float largest = 0;
      for (std::size_t i = 0; i < llama.width(); ++i) largest = std::max(largest, std::fabs(row[i]));
      std::printf("%.6g", static_cast<double>(largest / 999));
      for (std::size_t i = 0; i < llama.width(); ++i) std::printf(" %ld", std::lround(row[i] / largest * 999));
      std::printf("\n");
    }
  }
}

int pictures(const char* model, const char* mmproj) {
  using namespace inoculum;
  peer llama(model, 2, 512, mmproj);
  if (llama.eyes == nullptr) return 1;
  std::printf("mmproj %s\n", digest_of(read(mmproj)).hex().c_str());
  print_rows(llama);
  return 0;
}

/// A language model is needed only to say how wide a position is.
int eyes(const std::string& folder) {
  using namespace inoculum;
  const std::string model = folder + "/tiny_model.gguf";
  if (!test::tiny_llama({.tiles = true}).save(model)) return 1;
  for (const auto& [name, options] : test::all_compared_eyes()) {
    const std::string path = folder + "/" + name + ".gguf";
    if (!test::tiny_eyes(options).save(path)) return 1;
    peer llama(model.c_str(), 2, 512, path.c_str());
    if (llama.eyes == nullptr) return 1;
    std::printf("eyes %s %s\n", name, digest_of(read(path.c_str())).hex().c_str());
    print_rows(llama);
  }
  return 0;
}

/// Tokens, a picture of 256 positions, tokens, and again; then the logits after each of the last tokens.
int both_ways(const std::string& folder) {
  using namespace inoculum;
  const std::string model = folder + "/tiny_gemma3.gguf", mmproj = folder + "/tiny_gemma3_eyes.gguf";
  if (!test::tiny_gemma3().save(model) || !test::tiny_eyes(test::tiny_gemma3_eyes()).save(mmproj)) return 1;
  peer llama(model.c_str(), 2, 1024, mmproj.c_str());
  if (llama.eyes == nullptr || !mtmd_decode_use_non_causal(llama.eyes, nullptr)) return 1;
  std::printf("model %s\n", digest_of(read(model.c_str())).hex().c_str());
  int position = 0;
  for (const test::picture_shape& p : test::compared_pictures) {
    const auto ids = test::tokens_around_pictures(position);
    if (!llama.evaluate({ids.begin(), ids.end()}, position, false)) return 1;
    position += static_cast<int>(ids.size());
    const auto rows = llama.see(test::drawn_picture(p.kind, p.width, p.height));
    if (rows.empty() || !llama.show(rows, position, true)) return 1;
    position += static_cast<int>(rows.size() / llama.width());
  }
  const auto ids = test::tokens_around_pictures(position);
  if (!llama.evaluate({ids.begin(), ids.end()}, position, true)) return 1;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (int v = 0; v < 16; ++v) std::printf(v == 0 ? "%.4f" : " %.4f", static_cast<double>(llama.logits(static_cast<int>(i))[v]));
    std::printf("\n");
  }
  return 0;
}

int architectures(const std::string& folder) {
  using namespace inoculum;
  for (const test::compared_model& compared : test::all_compared_models()) {
    const std::string path = folder + "/compared_model.gguf";
    if (!compared.file.save(path)) return 1;
    peer llama(path.c_str(), 2, 256, nullptr, false, true);
    const std::vector<llama_token> ids = test::compared_tokens();
    if (!llama.evaluate(ids, 0, true)) return 1;
    std::printf("model %s %zu %s\n", digest_of(read(path.c_str())).hex().c_str(), ids.size(), compared.name.c_str());
    for (int i = 0; i < static_cast<int>(ids.size()); ++i) {
      const best b = llama.top(i);
      std::printf("%d %.4f %.4f", b.id, static_cast<double>(b.logit), static_cast<double>(b.gap));
      for (const std::size_t v : test::compared_logits) std::printf(" %.4f", static_cast<double>(llama.logits(i)[v]));
      std::printf("\n");
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "text" && argc == 5) return text(argv[2], argv[3], argv[4]);
  if (what == "unrounded" && argc == 4) return text(argv[2], argv[3], nullptr);
  if (what == "architectures" && argc == 3) return architectures(argv[2]);
  if (what == "pictures" && argc == 4) return pictures(argv[2], argv[3]);
  if (what == "eyes" && argc == 3) return eyes(argv[2]);
  if (what == "both_ways" && argc == 3) return both_ways(argv[2]);
  std::fputs(
      "usage: reference text MODEL TEXTS PROMPTS | reference pictures MODEL MMPROJ | reference eyes FOLDER |\n"
      "       reference both_ways FOLDER | reference architectures FOLDER | reference unrounded MODEL TEXTS\n",
      stderr);
  return 2;
}
