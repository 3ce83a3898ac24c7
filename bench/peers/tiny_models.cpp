// SPDX-License-Identifier: Apache-2.0
// Models of random weights, one of each architecture the engine runs, for llama.cpp and us to read: tiny_models FOLDER.
// Float weights: of random ones, 8-bit activations alone make chaos of eight layers. bench/peers/run.sh calls it.
#include <cstdio>
#include <string>

#include "../../tests/support/gguf_writer.hpp"

int main(int argc, char** argv) {
  using namespace inoculum;
  if (argc != 2) return std::fputs("usage: tiny_models FOLDER\n", stderr), 2;
  for (const char* architecture : {"llama", "qwen2", "gemma3"}) {
    const auto model = test::tiny_llama({.architecture = architecture,
                                         .layers = 8,
                                         .width = 256,
                                         .hidden = 512,
                                         .context = 2048,
                                         .window = 64,
                                         .matrix = ggml_type::f32,
                                         .embedding = ggml_type::f32});
    if (!model.save(std::string(argv[1]) + "/tiny-" + architecture + ".gguf")) return std::perror("tiny_models"), 1;
  }
  return 0;
}
