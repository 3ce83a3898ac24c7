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

bool compare(const char* name, const char* path, const std::string& texts) {
  auto engine = inoculum::cpu_engine::load(path, {.threads = 2});
  if (!engine) return std::fprintf(stderr, "%s\n", engine.error().to_string().c_str()), false;
  peer llama(path, 2, 2048);
  std::size_t tokens = 0, same = 0;
  double error = 0, widest = 0;
  for (std::size_t at = 0; at < texts.size();) {  // "== name", then the text up to the next such line
    const std::size_t line = texts.find('\n', at);
    const std::size_t next = texts.find("\n== ", line);
    const std::size_t end = next == std::string::npos ? texts.size() - 1 : next;
    const auto ids = llama.tokenize(texts.substr(line + 1, end - line - 1));
    at = end + 1;
    llama.clear();
    const inoculum::engine_input input{ids, nullptr};
    auto ours = engine->evaluate_all(0, std::span(&input, 1));
    if (!ours || !llama.evaluate(ids, 0, true)) return false;
    const int vocabulary = static_cast<int>(engine->vocabulary_size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const float* row = ours->data() + i * engine->vocabulary_size();
      const best a = best_of(row, vocabulary), b = llama.top(static_cast<int>(i));
      ++tokens;
      same += a.id == b.id;
      error += std::fabs(static_cast<double>(row[b.id] - b.logit));
      if (a.id != b.id) widest = std::max(widest, static_cast<double>(b.gap));
    }
  }
  std::printf("%-24s same best token at %zu of %zu positions (%.2f %%), mean |logit difference| %.4f, widest lead overturned %.3f\n", name,
              same, tokens, 100.0 * static_cast<double>(same) / static_cast<double>(tokens), error / static_cast<double>(tokens), widest);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: parity MODEL TEXTS FLOATS\n", stderr), 2;
  std::ifstream in(argv[2], std::ios::binary);
  const std::string texts{std::istreambuf_iterator<char>(in), {}};
  if (!compare("weights as in the file", argv[1], texts)) return 1;
  if (!std::filesystem::exists(argv[3])) {
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = LLAMA_FTYPE_ALL_F32;
    params.allow_requantize = true;
    const std::string unfinished = std::string(argv[3]) + ".part";
    if (llama_model_quantize(argv[1], unfinished.c_str(), &params) != 0) return 1;
    std::filesystem::rename(unfinished, argv[3]);
  }
  return compare("the same as floats", argv[3], texts) ? 0 : 1;
}
