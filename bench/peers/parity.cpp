// SPDX-License-Identifier: Apache-2.0
// The best next token at every position of some texts, ours and llama.cpp's: on the model as it is, and on the same weights as
// floats, where no 8-bit activation turns the last bit of a sum into noise. bench/peers/run.sh calls it.
//   parity MODEL TEXTS FLOATS: writes FLOATS (five times as large) if it is not there
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <inoculum/engine/engine.hpp>
#include <iterator>
#include <string>
#include <vector>

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

struct agreement {
  std::size_t tokens = 0, same = 0;
  double error = 0, widest = 0;

  void add(const float* row, int vocabulary, const best& expected) {
    const best a = best_of(row, vocabulary);
    ++tokens;
    same += a.id == expected.id;
    error += std::fabs(static_cast<double>(row[expected.id] - expected.logit));
    if (a.id != expected.id) widest = std::max(widest, static_cast<double>(expected.gap));
  }
  void print(const char* name) const {
    std::printf("%-36s same best token at %zu of %zu positions (%.2f %%), mean |logit difference| %.4f, widest lead overturned %.3f\n",
                name, same, tokens, 100.0 * static_cast<double>(same) / static_cast<double>(tokens), error / static_cast<double>(tokens),
                widest);
  }
};

bool compare(const char* name, const char* path, const std::string& texts) {
  auto engine = inoculum::cpu_engine::load(path, {.threads = 2});
  if (!engine) return std::fprintf(stderr, "%s\n", engine.error().to_string().c_str()), false;
  peer llama(path, 2, 2048);
  agreement sum;
  for (const std::string& text : split(texts)) {
    const auto ids = llama.tokenize(text);
    llama.clear();
    const inoculum::engine_input input{ids, nullptr};
    auto ours = engine->evaluate_all(0, std::span(&input, 1));
    if (!ours || !llama.evaluate(ids, 0, true)) return false;
    const int vocabulary = static_cast<int>(engine->vocabulary_size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      sum.add(ours->data() + i * engine->vocabulary_size(), vocabulary, llama.top(static_cast<int>(i)));
    }
  }
  sum.print(name);
  return true;
}

/// What 8-bit activations cost: our engine on the file, against our engine on the same weights as floats.
bool compare_with_floats(const char* path, const char* floats_path, const std::string& texts) {
  auto engine = inoculum::cpu_engine::load(path, {.threads = 2});
  auto floats = inoculum::cpu_engine::load(floats_path, {.threads = 2});
  if (!engine || !floats) return std::fprintf(stderr, "%s\n", (engine ? floats : engine).error().to_string().c_str()), false;
  agreement sum;
  for (const std::string& text : split(texts)) {
    const auto ids = engine->tokenize(text);
    const inoculum::engine_input input{ids, nullptr};
    const auto ours = engine->evaluate_all(0, std::span(&input, 1));
    const auto exact = floats->evaluate_all(0, std::span(&input, 1));
    if (!ours || !exact) return false;
    const std::size_t vocabulary = engine->vocabulary_size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const int n = static_cast<int>(vocabulary);
      sum.add(ours->data() + i * vocabulary, n, best_of(exact->data() + i * vocabulary, n));
    }
  }
  sum.print("ours, file against floats");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: parity MODEL TEXTS FLOATS\n", stderr), 2;
  std::ifstream in(argv[2], std::ios::binary);
  const std::string texts{std::istreambuf_iterator<char>(in), {}};
  if (!compare("llama.cpp, weights as in the file", argv[1], texts)) return 1;
  if (!std::filesystem::exists(argv[3])) {
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = LLAMA_FTYPE_ALL_F32;
    params.allow_requantize = true;
    const std::string unfinished = std::string(argv[3]) + ".part";
    if (llama_model_quantize(argv[1], unfinished.c_str(), &params) != 0) return 1;
    std::filesystem::rename(unfinished, argv[3]);
  }
  if (!compare_with_floats(argv[1], argv[3], texts)) return 1;
  return compare("llama.cpp, the same as floats", argv[3], texts) ? 0 : 1;
}
