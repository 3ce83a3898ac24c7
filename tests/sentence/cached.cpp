// SPDX-License-Identifier: Apache-2.0
// A pool's vectors kept in a file: read again when the file is perfect, made anew when it is anything else.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <inoculum/core/rng.hpp>
#include <inoculum/engine/cached_embedder.hpp>
#include <memory>
#include <string>
#include <vector>

#include "../support/small_pool.hpp"

using namespace inoculum;

namespace {

template <embedder E>
std::vector<float> vector_of(const E& e, std::string_view text) {
  std::vector<float> out(e.dimension(), 7.0f);
  REQUIRE(e.embed({text, {}}, out));
  return out;
}

struct scratch_file {
  std::string path;
  explicit scratch_file(const char* name) : path((std::filesystem::temp_directory_path() / (std::string("inoculum_") + name)).string()) {
    std::filesystem::remove(path);
  }
  ~scratch_file() { std::filesystem::remove(path); }
  std::string read() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
};

/// Counts what reaches it.
struct counting_embedder {
  std::shared_ptr<std::size_t> calls = std::make_shared<std::size_t>(0);
  std::string name = "counting";
  result<void> embed(const embed_item& item, std::span<float> out) const {
    ++*calls;
    if (item.text == "impossible") return failure{errc::unsupported, "impossible", {}};
    out[0] = static_cast<float>(item.text.size());
    out[1] = item.text.empty() ? 0.0f : static_cast<float>(item.text[0]);
    return {};
  }
  std::size_t dimension() const { return 2; }
  digest content_digest() const { return digest_of(name); }
};

}  // namespace

TEST_CASE("vectors kept in a file are read again, and only a perfect file is") {
  const scratch_file file("vectors");
  const auto pool = test::small_pool();
  counting_embedder inner;
  using cached = cached_embedder<counting_embedder>;
  static_assert(embedder<cached>);
  const auto build = [&](const demonstration_pool& p) {
    *inner.calls = 0;
    return cached::build(inner, p, file.path).value();
  };
  const auto first = build(pool);
  CHECK(first.found() == 0);
  CHECK(*inner.calls == 12);
  CHECK(first.stored());
  const std::string bytes = file.read();

  const auto second = build(pool);
  CHECK(second.found() == 12);
  CHECK(*inner.calls == 0);
  CHECK(vector_of(second, pool[3].query) == vector_of(inner, pool[3].query));
  CHECK(*inner.calls == 1);  // the one that it was compared with
  CHECK(vector_of(second, "from outside") == vector_of(inner, "from outside"));
  CHECK(second.content_digest() == inner.content_digest());
  const image picture = test::flat_image(4, 9);
  std::vector<float> out(2);
  *inner.calls = 0;
  CHECK(second.embed({pool[3].query, {&picture, 1}}, out));
  CHECK(*inner.calls == 1);
  CHECK(file.read() == bytes);  // a query from outside leaves no trace

  // Another pool keeps what both have; another embedder nothing.
  std::vector<basic_demonstration> fewer{pool[0], pool[1], pool[0]};
  fewer[1].query = "something new";
  fewer[2].id = "again";
  CHECK(build(demonstration_pool::build(std::move(fewer)).value()).found() == 1);
  CHECK(build(pool).found() == 1);
  CHECK(file.read() == bytes);
  inner.name = "another";
  CHECK(build(pool).found() == 0);
  inner.name = "counting";

  rng r(9);
  for (std::size_t i = 0; i < 400; ++i) {
    std::string bad = bytes;
    if (i < 100) bad.resize(r.below(static_cast<std::uint32_t>(bytes.size())));
    else if (i < 150) bad += std::string(1 + r.below(100), '\0');
    else bad[r.below(static_cast<std::uint32_t>(bad.size()))] ^= static_cast<char>(1 + r.below(255));
    file.write(bad);
    REQUIRE(build(pool).found() == 0);
    REQUIRE(file.read() == bytes);
  }
  const auto summed = [](std::string text) {
    const digest sum = digest_of(text);
    return text.append(reinterpret_cast<const char*>(sum.bytes.data()), sizeof sum.bytes);
  };
  std::string body = bytes.substr(0, bytes.size() - 32);
  body.replace(body.size() - 4, 4, "\xff\xff\xff\x7f");
  file.write(summed(body));  // a number that is none, rightly summed
  CHECK(build(pool).found() == 0);
  body = bytes.substr(0, bytes.size() - 32);
  std::swap_ranges(body.end() - 80, body.end() - 40, body.end() - 40);
  file.write(summed(body));  // keys out of order
  CHECK(build(pool).found() == 0);
}

TEST_CASE("what cannot be embedded is told by its demonstration, and no file is written") {
  struct breaking {
    std::string breaks_on;
    bool by_nan;
    result<void> embed(const embed_item& item, std::span<float> out) const {
      if (item.text == breaks_on && !by_nan) return failure{errc::unsupported, "impossible", {}};
      out[0] = item.text == breaks_on ? std::nanf("") : 1.0f;
      return {};
    }
    std::size_t dimension() const { return 1; }
    digest content_digest() const { return digest_of("breaking"); }
  };
  const scratch_file file("broken_vectors");
  const auto pool = test::small_pool();
  for (const bool by_nan : {false, true}) {
    const auto built = cached_embedder<breaking>::build({pool[5].query, by_nan}, pool, file.path);
    REQUIRE_FALSE(built);
    CHECK(built.error().where.starts_with("demonstration \"" + pool[5].id + "\""));
    CHECK(built.error().code == (by_nan ? errc::invalid_argument : errc::unsupported));
    CHECK_FALSE(std::filesystem::exists(file.path));
  }
}

TEST_CASE("items with pictures are known by their pixels, too") {
  /// Sees the first picture alone, as a vision tower does.
  struct eyes {
    std::shared_ptr<std::size_t> calls = std::make_shared<std::size_t>(0);
    result<void> embed(const embed_item& item, std::span<float> out) const {
      ++*calls;
      out[0] = item.images.empty() ? 0.0f : static_cast<float>(item.images[0].rgb()[0]);
      return {};
    }
    std::size_t dimension() const { return 1; }
    digest content_digest() const { return digest_of("eyes"); }
  };
  const scratch_file file("picture_vectors");
  std::vector<basic_demonstration> items;
  for (int i = 0; i < 6; ++i) {
    basic_demonstration d = test::small_pool()[static_cast<std::size_t>(i)];
    d.query = "What is seen?";  // all ask alike
    d.images = {test::flat_image(4, static_cast<std::uint8_t>(10 + i % 5)), test::flat_image(4, 1)};
    items.push_back(std::move(d));
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const eyes inner;
  const auto value = [](const cached_embedder<eyes>& e, const image& picture) {
    std::vector<float> out(1);
    const image both[] = {picture, test::flat_image(4, 1)};
    REQUIRE(e.embed({"What is seen?", both}, out));
    return out[0];
  };
  for (int round = 0; round < 2; ++round) {
    *inner.calls = 0;
    const auto known = cached_embedder<eyes>::build(inner, pool, file.path, true).value();
    CHECK(*inner.calls == (round == 0 ? 5 : 0));
    CHECK(known.found() == (round == 0 ? 0 : 5));
    for (int i = 0; i < 5; ++i) CHECK(value(known, test::flat_image(4, static_cast<std::uint8_t>(10 + i))) == static_cast<float>(10 + i));
    CHECK(*inner.calls == (round == 0 ? 5 : 0));
    CHECK(value(known, test::flat_image(4, 77)) == 77.0f);  // from outside
  }
}

TEST_CASE("a cache that cannot be written, and an embedder that fails") {
  const auto pool = test::small_pool();
  const auto unwritable = cached_embedder<counting_embedder>::build({}, pool, "no/such/folder/vectors").value();
  CHECK_FALSE(unwritable.stored());
  CHECK(vector_of(unwritable, "abc")[0] == 3.0f);
  std::vector<basic_demonstration> items{pool[0]};
  items[0].query = "impossible";
  const auto failed =
      cached_embedder<counting_embedder>::build({}, demonstration_pool::build(std::move(items)).value(), "no/such/folder/vectors");
  CHECK(failed.error().message == "impossible");
}
