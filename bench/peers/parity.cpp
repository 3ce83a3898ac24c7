// SPDX-License-Identifier: Apache-2.0
// The best next token at every position of some texts, ours and llama.cpp's: on the model as it is, and on the same weights as
// floats, where no 8-bit activation turns the last bit of a sum into noise. bench/peers/run.sh calls it.
//   parity MODEL TEXTS FLOATS [TEXT…]: writes FLOATS (five times as large) if it is not there
//   parity --unrounded MODEL TEXTS [TEXT…]: the same file on both sides, activations as they are: ours with activation_type::f32, llama.cpp
//   by BLAS, with which it must be built and which it uses from 32 tokens on; shorter texts are left out
// TEXTS holds several, each read alone; a TEXT is one more. Perplexity is that of each token but a text's first.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <inoculum/engine/engine.hpp>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ggml-backend.h>

#include "peer.hpp"

namespace {

/// The texts of a file of "== name" lines and what follows each.
std::vector<std::string> split(const std::string& texts) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < texts.size();) {
    const std::size_t line = texts.find('\n', at);
    const std::size_t next = texts.find("\n== ", line);
    const std::size_t end = next == std::string::npos ? texts.size() - 1 : next;
    out.push_back(texts.substr(line + 1, end - line - 1));
    at = end + 1;
  }
  return out;
}

/// -log of the share that a row of logits gives to a token.
double surprise(const float* row, std::size_t vocabulary, std::int32_t token) {
  double most = row[0], sum = 0;
  for (std::size_t i = 0; i < vocabulary; ++i) most = std::max(most, static_cast<double>(row[i]));
  for (std::size_t i = 0; i < vocabulary; ++i) sum += std::exp(static_cast<double>(row[i]) - most);
  return std::log(sum) + most - static_cast<double>(row[token]);
}

struct agreement {
  std::size_t tokens = 0, same = 0, predicted = 0;
  double error = 0, widest = 0, ours = 0, theirs = 0;

  /// Logits behind each of a text's tokens.
  template <class Row>
  void add(std::span<const float> logits, const std::vector<std::int32_t>& ids, const Row& other) {
    const std::size_t v = logits.size() / ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const float* a = logits.data() + i * v;
      const float* b = other(i);
      const best mine = best_of(a, static_cast<int>(v)), expected = best_of(b, static_cast<int>(v));
      ++tokens;
      same += mine.id == expected.id;
      error += std::fabs(static_cast<double>(a[expected.id] - expected.logit));
      if (mine.id != expected.id) widest = std::max(widest, static_cast<double>(expected.gap));
      if (i + 1 == ids.size()) continue;
      ++predicted;
      ours += surprise(a, v, ids[i + 1]);
      theirs += surprise(b, v, ids[i + 1]);
    }
  }
  void print(const char* name) const {
    const double n = static_cast<double>(tokens), a = std::exp(ours / static_cast<double>(predicted)),
                 b = std::exp(theirs / static_cast<double>(predicted));
    std::printf(
        "%-36s same best token at %zu of %zu positions (%.2f %%), mean |logit difference| %.4f, widest lead overturned %.3f, "
        "perplexity %.4f against %.4f (%+.3f %%)\n",
        name, same, tokens, 100.0 * static_cast<double>(same) / n, error / n, widest, a, b, 100.0 * (a / b - 1.0));
    std::fflush(stdout);
  }
};

using inoculum::cpu_engine;

std::span<const float> run(cpu_engine& engine, const std::vector<std::int32_t>& ids) {
  const inoculum::engine_input input{ids, nullptr};
  auto logits = engine.evaluate_all(0, std::span(&input, 1));
  if (logits) return *logits;
  std::fprintf(stderr, "%s\n", logits.error().to_string().c_str());
  std::exit(1);
}
using inoculum::engine::activation_type;
cpu_engine open(const char* path, inoculum::engine::kv_type type = inoculum::engine::kv_type::q16,
                activation_type activations = activation_type::q8) {
  auto engine = cpu_engine::load(path, {.threads = 2, .kv_type = type, .activations = activations});
  if (engine) return std::move(*engine);
  std::fprintf(stderr, "%s\n", engine.error().to_string().c_str());
  std::exit(1);
}

void compare(const char* name, const char* path, const std::vector<std::string>& texts, activation_type activations = activation_type::q8) {
  cpu_engine engine = open(path, inoculum::engine::kv_type::q16, activations);
  const bool unrounded = activations == activation_type::f32;
  peer llama(path, 2, 4096, nullptr, unrounded);
  agreement sum;
  for (const std::string& text : texts) {
    const auto ids = llama.tokenize(text);
    if (unrounded && ids.size() < 32) continue;
    llama.clear();
    if (!llama.evaluate(ids, 0, true)) std::exit(1);
    sum.add(run(engine, ids), ids, [&](std::size_t i) { return llama.logits(static_cast<int>(i)); });
  }
  sum.print(name);
}

/// Ours against ours.
void compare(const char* name, cpu_engine engine, cpu_engine other, const std::vector<std::string>& texts) {
  agreement sum;
  for (const std::string& text : texts) {
    const auto ids = engine.tokenize(text);
    const auto rows = run(other, ids);
    sum.add(run(engine, ids), ids, [&](std::size_t i) { return rows.data() + i * other.vocabulary_size(); });
  }
  sum.print(name);
  const double half = static_cast<double>(other.decoder().new_cache().page_bytes());
  const double mine = static_cast<double>(engine.decoder().new_cache().page_bytes());
  if (mine != half) std::printf("%-36s %.1f MB for 1,024 positions against %.1f MB\n", "", mine * 16e-6, half * 16e-6);
}

}  // namespace

int main(int argc, char** argv) {
  const bool unrounded = argc > 3 && std::string_view(argv[1]) == "--unrounded";
  if (unrounded) --argc, ++argv;
  if (argc < (unrounded ? 3 : 4)) return std::fputs("usage: parity [--unrounded] MODEL TEXTS [FLOATS] [TEXT...]\n", stderr), 2;
  const auto read = [](const char* path) {
    std::ifstream in(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  std::vector<std::string> texts = split(read(argv[2]));
  for (int i = unrounded ? 3 : 4; i < argc; ++i) texts.push_back(read(argv[i]));
  if (unrounded) {
    if (ggml_backend_reg_by_name("BLAS") == nullptr) return std::fputs("parity: this llama.cpp is built without BLAS\n", stderr), 1;
    compare("llama.cpp by BLAS, the same file, unrounded", argv[1], texts, activation_type::f32);
    return 0;
  }
  compare("llama.cpp, weights as in the file", argv[1], texts);
  constexpr auto q8 = inoculum::engine::kv_type::q8;
  compare("ours, keys in q8 against q16", open(argv[1], q8), open(argv[1]), texts);
  if (!std::filesystem::exists(argv[3])) {
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = LLAMA_FTYPE_ALL_F32;
    params.allow_requantize = true;
    const std::string unfinished = std::string(argv[3]) + ".part";
    if (llama_model_quantize(argv[1], unfinished.c_str(), &params) != 0) return 1;
    std::filesystem::rename(unfinished, argv[3]);
  }
  // Where no 8-bit activation drowns it.
  compare("ours as floats, keys in q8 or q16", open(argv[3], q8), open(argv[3]), texts);
  compare("ours, file against floats", open(argv[1]), open(argv[3]), texts);
  compare("llama.cpp, the same as floats", argv[3], texts);
}
