// SPDX-License-Identifier: Apache-2.0
// A ViT-B/16 at 224 pixels with random weights (Gemma 3's projector), seen by the engine and by llama.cpp in turns. Medians.
// Usage: eyes FOLDER THREADS ROUNDS [f32]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <inoculum/engine/vision/vision_tower.hpp>
#include <string>
#include <vector>

#include "../../tests/engine/test_pictures.hpp"
#include "../../tests/support/tiny_eyes.hpp"
#include "peer.hpp"

using namespace inoculum;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: eyes FOLDER THREADS ROUNDS [f32]\n", stderr);
    return 2;
  }
  const std::string folder = argv[1], model = folder + "/tiny_model.gguf", mmproj = folder + "/vit-b-16.gguf";
  const int threads = std::atoi(argv[2]), rounds = std::max(1, std::atoi(argv[3]));
  test::tiny_eyes_options big{.image = 224, .patch = 16, .width = 768, .hidden = 3072, .layers = 12, .heads = 12, .merge = 2};
  if (argc > 4) big.matrix = inoculum::ggml_type::f32;
  if (!test::tiny_llama().save(model) || !test::tiny_eyes(big).save(mmproj)) return 1;
  const auto tower = vision_tower::load(gguf_file::open(mmproj).value(), threads).value();
  peer llama(model.c_str(), threads, 512, mmproj.c_str());
  if (llama.eyes == nullptr) return 1;
  const image picture = test::drawn_picture(0, 224, 224);
  std::vector<double> ours, theirs;
  std::vector<float> a, b;
  const auto seconds = [](auto&& f) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  for (int i = 0; i <= rounds; ++i) {
    const double mine = seconds([&] { a = tower.encode(picture).value(); });
    const double others = seconds([&] { b = llama.see(picture); });
    if (i == 0) continue;  // the first touches memory
    ours.push_back(mine);
    theirs.push_back(others);
  }
  const auto median = [](std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2] * 1e3;
  };
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  std::printf("ViT-B/16 at 224, %s weights, %d threads, n %d in turns: inoculum %.1f ms, llama.cpp %.1f ms, %.2f x, cosine %.6f\n",
              argc > 4 ? "F32" : "F16", threads, rounds, median(ours), median(theirs), median(theirs) / median(ours),
              a.size() == b.size() ? ab / std::sqrt(aa * bb) : 0.0);
}
