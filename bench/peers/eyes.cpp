// SPDX-License-Identifier: Apache-2.0
// A ViT-B/16 at 224 pixels with random weights (Gemma 3's projector), seen by the engine and by llama.cpp in turns. Medians of the
// clock on the wall, and of the processor's time, which on a shared machine with one thread says more.
// Usage: eyes FOLDER THREADS ROUNDS [f32 | MODEL MMPROJ]: the same with F32 weights, or any eyes and a picture of 301 × 187
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <inoculum/engine/vision/vision_tower.hpp>
#include <string>
#include <thread>
#include <vector>

#include "../../tests/engine/test_pictures.hpp"
#include "../../tests/support/tiny_eyes.hpp"
#include "peer.hpp"

using namespace inoculum;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: eyes FOLDER THREADS ROUNDS [f32 | MODEL MMPROJ]\n", stderr);
    return 2;
  }
  const bool given = argc > 5, wide = argc == 5;
  const std::string folder = argv[1], model = given ? argv[4] : folder + "/tiny_model.gguf";
  const std::string mmproj = given ? argv[5] : folder + "/vit-b-16.gguf";
  const int threads = std::atoi(argv[2]), rounds = std::max(1, std::atoi(argv[3]));
  test::tiny_eyes_options big{.image = 224, .patch = 16, .width = 768, .hidden = 3072, .layers = 12, .heads = 12, .merge = 2};
  if (wide) big.matrix = inoculum::ggml_type::f32;
  if (!given && (!test::tiny_llama().save(model) || !test::tiny_eyes(big).save(mmproj))) return 1;
  const auto tower = vision_tower::load(gguf_file::open(mmproj).value(), threads).value();
  peer llama(model.c_str(), threads, 512, mmproj.c_str());
  if (llama.eyes == nullptr) return 1;
  const image picture = given ? test::drawn_picture(0, 301, 187) : test::drawn_picture(0, 224, 224);
  struct times {
    std::vector<double> wall{}, processor{};
  } ours, theirs;
  std::vector<float> a, b;
  const auto take = [](times& t, auto&& f) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));  // the other's threads spin for a while when they are done
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t ticks = std::clock();
    f();
    t.processor.push_back(static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC * 1e3);
    t.wall.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  };
  times warm;  // the first round touches memory
  for (int i = 0; i <= rounds; ++i) {
    take(i == 0 ? warm : ours, [&] { a = tower.encode(picture).value(); });
    take(i == 0 ? warm : theirs, [&] { b = llama.see(picture); });
  }
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  std::printf("%s, %d threads, n %d in turns, cosine %.6f\n",
              given  ? mmproj.substr(mmproj.rfind('/') + 1).c_str()
              : wide ? "ViT-B/16 at 224, F32 weights"
                     : "ViT-B/16 at 224, F16 weights",
              threads, rounds, a.size() == b.size() ? ab / std::sqrt(aa * bb) : 0.0);
  const auto print = [](const char* what, std::vector<double> mine, std::vector<double> others) {
    std::sort(mine.begin(), mine.end());
    std::sort(others.begin(), others.end());
    const std::size_t middle = mine.size() / 2;
    std::printf("  %s: inoculum %.2f ms (%.2f to %.2f), llama.cpp %.2f ms (%.2f to %.2f), %.2f x\n", what, mine[middle], mine.front(),
                mine.back(), others[middle], others.front(), others.back(), others[middle] / mine[middle]);
  };
  print("wall", ours.wall, theirs.wall);
  print("processor", ours.processor, theirs.processor);
}
