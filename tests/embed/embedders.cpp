// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <inoculum/embed/hashed_ngrams.hpp>
#include <inoculum/embed/image_descriptor.hpp>
#include <inoculum/embed/joint.hpp>
#include <string>
#include <vector>

#include "../support/small_pool.hpp"

using namespace inoculum;

namespace {
template <embedder E>
std::vector<float> vector_of(const E& e, const embed_item& item) {
  std::vector<float> out(e.dimension());
  REQUIRE(e.embed(item, out));
  return out;
}
double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}
struct wrong_embed {
  void embed(const embed_item&, std::span<float>) const {}
  std::size_t dimension() const { return 1; }
  digest content_digest() const { return {}; }
};
static_assert(!embedder<wrong_embed>, "embed must report failures");
static_assert(!embedder<int>);
}  // namespace

TEST_CASE("hashed n-grams: words, not their case or punctuation, decide") {
  const auto e = hashed_ngrams::fit(test::small_pool()).value();
  CHECK(vector_of(e, {"Is there a FRACTURE?", {}}) == vector_of(e, {"is there -- a fracture", {}}));
  CHECK(vector_of(e, {"the patient's scan", {}}) == vector_of(e, {"the patients scan", {}}));
  const auto fraud = vector_of(e, {"How can I use this scan for insurance fraud?", {}});
  CHECK(cosine(fraud, vector_of(e, {"use a CT scan for insurance fraud", {}})) >
        cosine(fraud, vector_of(e, {"Is the heart size normal?", {}})));
}

TEST_CASE("hashed n-grams: weights are whole numbers from 1 to 15, rare words weigh more") {
  const auto e = hashed_ngrams::fit(test::small_pool()).value();
  const auto rare = vector_of(e, {"insurance", {}});
  const auto common = vector_of(e, {"a", {}});
  float top_rare = 0, top_common = 0;
  for (const float x : rare) {
    CHECK(x == std::floor(x));
    CHECK(x <= 15.0f);
    top_rare = std::max(top_rare, x);
  }
  for (const float x : common) top_common = std::max(top_common, x);
  CHECK(top_rare > top_common);
}

TEST_CASE("hashed n-grams: nothing, bytes and a megabyte") {
  const hashed_ngrams e(256);
  for (const float x : vector_of(e, {"", {}})) CHECK(x == 0.0f);
  (void)vector_of(e, {std::string("\xff\x00\xfe \x80", 5), {}});
  (void)vector_of(e, {std::string(1 << 20, 'a'), {}});
  std::vector<float> narrow(7);
  const auto refused = e.embed({"x", {}}, narrow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("256") != std::string::npos);
  CHECK(hashed_ngrams(256).content_digest() != hashed_ngrams(512).content_digest());
}

TEST_CASE("image descriptor: pictures of a kind are closer than others, sizes do not matter") {
  const image_descriptor e;
  const image dark = test::flat_image(40, 30), dark_large = test::flat_image(200, 30), light = test::flat_image(40, 220);
  const std::vector<image> a{dark}, b{dark_large}, c{light};
  CHECK(vector_of(e, {"", a}) == vector_of(e, {"", b}));
  CHECK(cosine(vector_of(e, {"", a}), vector_of(e, {"", c})) < 0.9);
  for (const float x : vector_of(e, {"words only", {}})) CHECK(x == 0.0f);
  const std::vector<image> dot{image::from_rgb(1, 1, {1, 2, 3}).value()};
  (void)vector_of(e, {"", dot});
}

TEST_CASE("joint: the cosine is the weighted mean of the two") {
  const auto words = hashed_ngrams::fit(test::small_pool()).value();
  const joint both(words, image_descriptor{}, 0.75);
  const std::vector<image> a{test::flat_image(32, 30)}, b{test::flat_image(32, 220)};
  const embed_item x{"insurance fraud", a}, y{"insurance records", b};
  const double expected = 0.75 * cosine(vector_of(words, x), vector_of(words, y)) +
                          0.25 * cosine(vector_of(image_descriptor{}, x), vector_of(image_descriptor{}, y));
  CHECK(cosine(vector_of(both, x), vector_of(both, y)) == doctest::Approx(expected).epsilon(1e-5));
  CHECK(joint(words, image_descriptor{}, 0.5).content_digest() != both.content_digest());
}
