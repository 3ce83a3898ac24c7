// SPDX-License-Identifier: Apache-2.0
// SigLIP and CLIP with Gemma 3's, SmolVLM's and LLaVA's projectors, on small random files: as llama.cpp sees with the same
// files (data/eyes.txt, by bench/peers/run.sh --reference), and what damaged ones get.
#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <inoculum/backend/token_backend.hpp>
#include <inoculum/core/digest.hpp>
#include <inoculum/engine/engine.hpp>
#include <inoculum/engine/vision/vision_embedder.hpp>
#include <inoculum/engine/vision/vision_tower.hpp>

#include "../support/tiny_eyes.hpp"
#include "common.hpp"
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

/// What the engine puts in a picture's place is what llama.cpp puts there: its tokens' embeddings and the squares, in its order.
void compare_layout(const test::tiny_eyes_options& o, const image& picture, const std::vector<token_id>& layout,
                    std::span<const float> squares) {
  const test::saved_file model(test::tiny_llama({.tiles = true}), "model"), eyes(test::tiny_eyes(o), "tiles");
  auto engine = cpu_engine::load(model.path, {.mmproj = eyes.path, .threads = 1}).value();
  const std::size_t width = o.text_width, square = squares.size() / static_cast<std::size_t>(std::count(layout.begin(), layout.end(), -1));
  std::vector<float> expected;
  for (const token_id id : layout) {
    if (id < 0) {
      expected.insert(expected.end(), squares.begin(), squares.begin() + static_cast<std::ptrdiff_t>(square));
      squares = squares.subspan(square);
    } else {
      expected.resize(expected.size() + width);
      engine.decoder().weights().embed(static_cast<std::size_t>(id), std::span(expected).last(width));
    }
  }
  CHECK(engine.picture_positions(picture) == expected.size() / width);
  const auto seen = engine.encode_image(picture).value();
  CHECK(seen.rows == expected.size() / width);
  CHECK(*seen.values == expected);
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
      std::vector<token_id> layout;
      if (options.kind == "idefics3") {
        std::size_t n = 0;
        REQUIRE(static_cast<bool>(in >> word >> n));
        REQUIRE(word == "layout");
        layout.resize(n);
        for (token_id& id : layout) in >> id;
      }
      in >> word >> kind >> width >> height >> word >> rows >> word >> columns;
      REQUIRE(kind == shape.kind);
      std::vector<float> theirs(rows * columns);
      for (std::size_t i = 0; i < theirs.size();) {
        double scale = 0, whole = 0;
        in >> scale;
        for (std::size_t k = 0; k < columns && in >> whole; ++k) theirs[i++] = static_cast<float>(scale * whole);
        REQUIRE(static_cast<bool>(in));
      }
      const image picture = test::drawn_picture(kind, width, height);
      const auto ours = tower.encode(picture).value();
      REQUIRE(ours.size() == theirs.size());
      if (!layout.empty()) compare_layout(options, picture, layout, ours);
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
      REQUIRE(expected.size() == one.squares(picture) * one.positions() * one.width());
      const auto whole = one.encode_whole(picture).value();
      REQUIRE(whole.size() == one.positions() * one.width());
      CHECK(std::equal(whole.begin(), whole.end(), expected.end() - static_cast<std::ptrdiff_t>(whole.size())));
      const auto again = eyes_of(options, 3)->encode(picture).value();
      CHECK(std::memcmp(again.data(), expected.data(), expected.size() * sizeof(float)) == 0);
      CHECK(cosine(eyes_of(options, 1, &engine::portable::table)->encode(picture).value(), expected) >= 0.99999);
    }
  }
  // A head whose width is no multiple of 16, and a grid as wide as MedGemma's.
  CHECK(eyes_of({.width = 504, .layers = 1, .heads = 1})->encode(test::drawn_picture(0, 30, 40)));
  CHECK(eyes_of({.width = 72, .heads = 4})->encode(test::drawn_picture(0, 30, 40)));
  CHECK(eyes_of({.image = 128, .patch = 2, .width = 16, .layers = 1})->positions() == 256);
}

TEST_CASE("tiles: as many as cover the longest edge, or as are nearest, and never many") {
  using engine::grid_of;
  const engine::picture_fit by_edge{.tiled = true, .longest_edge = 2048}, by_size{.tiled = true};
  const auto check = [](engine::picture_grid got, int columns, int rows) {
    CHECK(got.columns == columns);
    CHECK(got.rows == rows);
    CHECK(got.squares() == static_cast<std::size_t>(columns * rows + 1));
  };
  check(grid_of(640, 480, 512, {}), 0, 0);
  check(grid_of(640, 480, 512, by_edge), 4, 3);
  check(grid_of(10, 10, 512, by_edge), 4, 4);
  check(grid_of(max_image_side, 1, 512, by_edge), 4, 1);
  check(grid_of(1, max_image_side, 512, by_edge), 1, 4);
  check(grid_of(640, 480, 512, by_size), 1, 1);
  check(grid_of(1300, 767, 512, by_size), 3, 1);
  check(grid_of(max_image_side, max_image_side, 512, by_size), 8, 8);
  check(grid_of(max_image_side, 1, 14, by_size), 8, 1);
  check(grid_of(1, max_image_side, 1024, by_size), 1, 4);
  // Every pixel of a tile is the tile's: the corner of the last one is the corner of the picture.
  const image picture = test::drawn_picture(0, 130, 70);
  const auto fitted = engine::fit_picture(picture, 56, {.tiled = true, .longest_edge = 112});
  CHECK(fitted.tiles.width == 112);
  CHECK(fitted.tiles.height == 112);
  CHECK(fitted.whole.width == 56);
  CHECK(fitted.whole.height == 56);
}

TEST_CASE("a picture of tiles is counted, computed and kept as one") {
  const test::saved_file model(test::tiny_llama({.context = 256, .tiles = true}), "one_model");
  const test::saved_file eyes(test::tiny_eyes({.kind = "idefics3", .merge = 4, .longest_edge = 112}), "one_tiles");
  token_backend backend(cpu_engine::load(model.path, {.mmproj = eyes.path, .threads = 1}).value());
  CHECK(backend.accepts_pictures());
  const auto talk = [](std::string words, image picture) {
    conversation out;
    out.messages.push_back(
        {role::user, {{origin::user, "see ", {}}, {origin::user, {}, std::move(picture)}, {origin::user, std::move(words), {}}}});
    return out;
  };
  const image wide = test::drawn_picture(0, 200, 100), square = test::drawn_picture(0, 100, 100);
  const std::size_t tall = backend.engine().picture_positions(square), low = backend.engine().picture_positions(wide);
  CHECK(tall == 5 * 4 + 4 * 2 + 2 + 3);  // squares, marks of tiles, ends of rows, marks of the whole
  CHECK(low == 3 * 4 + 2 * 2 + 1 + 3);
  CHECK(*backend.count_tokens(talk("hello", square)) - *backend.count_tokens(talk("hello", wide)) == tall - low);
  const auto first = backend.generate(talk("hello", square), {.max_tokens = 4}).value();
  CHECK(first.prompt_tokens == *backend.count_tokens(talk("hello", square)));
  const auto again = backend.generate(talk("hellp", square), {.max_tokens = 1}).value();
  CHECK(again.cached_tokens > tall);
  // Another picture of the same size shares what is in front of it, and none of its marks.
  const auto other = backend.generate(talk("hello", test::drawn_picture(1, 100, 100)), {.max_tokens = 1}).value();
  CHECK(other.cached_tokens < again.cached_tokens - tall + 1);
}

TEST_CASE("eyes whose numbers overflow say so") {
  const test::saved_file model(test::tiny_llama({.context = 512}), "loud_model");
  const test::saved_file eyes(test::tiny_eyes({.kind = "idefics3", .matrix = ggml_type::f32, .loud = 1e38f}), "loud_eyes");
  auto engine = cpu_engine::load(model.path, {.mmproj = eyes.path, .threads = 1}).value();
  const auto seen = engine.encode_image(test::drawn_picture(0, 60, 60));
  REQUIRE(!seen);
  CHECK(seen.error().to_string().find("not finite") != std::string::npos);
  // And which picture it is.
  const image pictures[] = {test::drawn_picture(0, 60, 40), test::drawn_picture(1, 60, 40)};
  const auto embedder = vision_embedder::load(eyes.path, 1).value();
  std::vector<float> row(embedder.dimension());
  const auto mean = embedder.embed({"", pictures}, row);
  REQUIRE(!mean);
  CHECK(mean.error().code == errc::invalid_argument);
  CHECK(mean.error().message == "the eyes gave a value that is not finite for the first picture, of 60 by 40 pixels");
  token_backend backend(std::move(engine));
  conversation talk;
  talk.messages.push_back({role::user, {{origin::user, {}, pictures[0]}, {origin::user, {}, pictures[1]}, {origin::user, "which?", {}}}});
  const auto answer = backend.generate(talk, {});
  REQUIRE(!answer);
  CHECK(answer.error().to_string().starts_with("picture 1 of 2: the eyes gave a value that is not finite"));
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
  refused({.kind = "mlp", .features = {4}}, "feature_layer is 4");
  refused({.kind = "mlp", .features = {-2}}, "feature_layer is -2");
  const auto no_array = test::tiny_eyes({.kind = "mlp"}).number("clip.vision.feature_layer", 2).bytes();
  CHECK(vision_tower::load(gguf_file::from_bytes(no_array).value(), 1).error().message.find("wanted an array") != std::string::npos);
  refused({.kind = "idefics3", .longest_edge = 5000}, "preproc_image_size");
  refused({.kind = "idefics3", .longest_edge = 56 * 8 + 1}, "more than 8 tiles of 56 pixels");
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
