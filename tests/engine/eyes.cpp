// SPDX-License-Identifier: Apache-2.0
// SigLIP and CLIP with Gemma 3's, SmolVLM's and LLaVA's projectors, on small random files: as llama.cpp sees with the same
// files (data/eyes.txt, by bench/peers/run.sh --reference), and what damaged ones get.
#include <doctest/doctest.h>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <inoculum/core/digest.hpp>
#include <inoculum/engine/vision/vision_tower.hpp>

#include "../support/tiny_eyes.hpp"
#include "test_pictures.hpp"

using namespace inoculum;

namespace {

result<vision_tower> eyes_of(const test::tiny_eyes_options& o, int threads = 1, const engine::kernel_table* kernels = nullptr) {
  const auto bytes = test::tiny_eyes(o).bytes();
  auto file = gguf_file::from_bytes(bytes);
  if (!file) return std::move(file).error();
  return vision_tower::load(*file, threads, kernels);
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("small towers see as llama.cpp does with the same files") {
  std::ifstream in("tests/engine/data/eyes.txt");
  std::string word, name, sum;
  for (const test::compared_eyes& compared : test::all_compared_eyes()) {
    const std::string expected_name = compared.name;
    test::tiny_eyes_options options = compared.options;
    CAPTURE(expected_name);
    REQUIRE(static_cast<bool>(in >> word >> name >> sum));
    REQUIRE(name == expected_name);
    const auto bytes = test::tiny_eyes(options).bytes();
    REQUIRE(digest_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())).hex() == sum);
    // llama.cpp puts the class token behind the patches and takes the rows from the second on: our order with its places
    // gives the same rows one later, but for the class token's own.
    options.turned_places = options.class_token;
    const std::size_t later = options.class_token ? 1 : 0;
    const auto tower = eyes_of(options, 2).value();
    for (const test::picture_shape& shape : test::compared_pictures) {
      int kind = 0, width = 0, height = 0;
      std::size_t rows = 0, columns = 0;
      in >> word >> kind >> width >> height >> word >> rows >> word >> columns;
      REQUIRE(kind == shape.kind);
      std::vector<float> theirs(rows * columns);
      for (std::size_t i = 0; i < theirs.size();) {
        double scale = 0, whole = 0;
        in >> scale;
        for (std::size_t k = 0; k < columns && in >> whole; ++k) theirs[i++] = static_cast<float>(scale * whole);
        REQUIRE(static_cast<bool>(in));
      }
      const auto ours = tower.encode(test::drawn_picture(kind, width, height)).value();
      REQUIRE(ours.size() == theirs.size());
      const std::size_t n = ours.size() - later * columns;
      const auto mine = std::span(ours).subspan(later * columns, n);
      const double same = cosine(mine, std::span(theirs).first(n));
      std::printf("%s, picture of %d × %d against llama.cpp: cosine %.6f\n", expected_name.c_str(), width, height, same);
      CHECK(same >= 0.9999);
      for (std::size_t row = 0; row < n; row += columns)
        CHECK(cosine(mine.subspan(row, columns), std::span(theirs).subspan(row, columns)) >= 0.999);
    }
  }
}

TEST_CASE("every kind of eyes: the same whatever the threads, nearly so in every kernel table") {
  for (const test::compared_eyes& compared : test::all_compared_eyes()) {
    const std::string name = compared.name;
    const test::tiny_eyes_options& options = compared.options;
    CAPTURE(name);
    const auto one = eyes_of(options).value();
    for (const auto& [width, height] : {std::pair{56, 56}, std::pair{1, 1}, std::pair{300, 2}, std::pair{2, 700}}) {
      const image picture = test::drawn_picture(1, width, height);
      const auto expected = one.encode(picture).value();
      REQUIRE(expected.size() == one.positions() * one.width());
      const auto again = eyes_of(options, 3)->encode(picture).value();
      CHECK(std::memcmp(again.data(), expected.data(), expected.size() * sizeof(float)) == 0);
      CHECK(cosine(eyes_of(options, 1, &engine::portable::table)->encode(picture).value(), expected) >= 0.99999);
    }
  }
  // A head whose width is no multiple of 16, and a grid as wide as MedGemma's.
  CHECK(eyes_of({.width = 1040, .layers = 1, .heads = 1})->encode(test::drawn_picture(0, 30, 40)));
  CHECK(eyes_of({.width = 72, .heads = 4})->encode(test::drawn_picture(0, 30, 40)));
  CHECK(eyes_of({.image = 128, .patch = 2, .width = 16, .layers = 1})->positions() == 256);
}

TEST_CASE("what eyes may not be") {
  const auto refused = [](const test::tiny_eyes_options& o, std::string_view what) {
    const auto tower = eyes_of(o);
    REQUIRE(!tower);
    CAPTURE(tower.error().to_string());
    CHECK(tower.error().to_string().find(what) != std::string::npos);
  };
  refused({.kind = "qwen2vl_merger"}, "\"qwen2vl_merger\" is not supported");
  refused({.kind = "idefics3", .without = "clip.vision.projector.scale_factor"}, "scale_factor");
  refused({.merge = 3}, "merged 3 by 3");
  refused({.kind = "mlp", .layers = 1}, "block_count");
  refused({.kind = "idefics3", .longest_edge = 5000}, "preproc_image_size");
  for (const test::compared_eyes& compared : test::all_compared_eyes()) {
    const std::string name = compared.name;
    const test::tiny_eyes_options& options = compared.options;
    for (std::string tensor : {"v.patch_embd.weight", "v.position_embd.weight", "v.blk.1.attn_v.bias", "v.blk.1.attn_k.weight",
                               "v.blk.0.attn_out.weight", "v.blk.1.ln2.weight",
                               options.kind == "gemma3" ? "mm.input_projection.weight"
                               : options.kind == "mlp"  ? "mm.0.bias"
                                                        : "mm.model.fc.weight"}) {
      CAPTURE(name);
      auto o = options;
      o.without = tensor;
      refused(o, tensor);
      o.without.clear();
      o.spoiled = tensor;
      const auto tower = eyes_of(o);
      REQUIRE(!tower);
      CAPTURE(tower.error().to_string());
      CHECK(tower.error().to_string().find("not finite") != std::string::npos);
      CHECK(tower.error().to_string().find(tensor.substr(0, tensor.find("attn_"))) != std::string::npos);
    }
  }
  const auto bytes = test::tiny_eyes({.image = 28, .patch = 7, .width = 16, .hidden = 16, .layers = 2}).bytes();
  for (std::size_t n = 0; n < bytes.size(); n += n < 4096 ? 7 : 997) {
    auto file = gguf_file::from_bytes(std::span(bytes).first(n));
    if (file) CHECK(!vision_tower::load(*file, 1));
  }
}
