// SPDX-License-Identifier: Apache-2.0
// A tree of prefixes through its file: the same tree again, or what of it was pinned.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/cache/prefix_file.hpp>

using namespace inoculum;
using namespace inoculum::engine;

namespace {

constexpr std::size_t page_positions = 4;
using tree = prefix_tree<kv_page>;
using held = std::tuple<std::string, std::string, std::string, std::size_t>;  // tenant, keys from the root on, page, pinned

std::string raw(std::span<const position_key> keys) {
  std::string out;
  for (const position_key& k : keys) {
    out.append(reinterpret_cast<const char*>(&k.token), sizeof k.token).append(reinterpret_cast<const char*>(&k.row), sizeof k.row);
    out.append(reinterpret_cast<const char*>(k.picture.bytes.data()), k.picture.bytes.size());
  }
  return out;
}

/// A page's first n positions, and nothing behind them.
std::string begins(const kv_cache& shape, const kv_page& page, std::size_t n) {
  kv_cache one = shape;
  auto copy = std::make_shared<aligned_bytes>(page->size());
  std::memcpy(copy->data(), page->data(), page->size());
  one.adopt({copy});
  one.clear_from(n);
  return {reinterpret_cast<const char*>(copy->data()), copy->size()};
}

std::multiset<held> contents(const kv_cache& shape, const tree& t, bool all) {
  std::multiset<held> out;
  std::vector<position_key> way;
  t.each([&](std::string_view tenant, std::size_t depth, std::span<const position_key> keys, const kv_page& page, std::size_t pinned) {
    if (!all) keys = keys.first(pinned);
    if (keys.empty()) return;
    way.resize(depth * page_positions);
    way.insert(way.end(), keys.begin(), keys.end());
    out.emplace(std::string(tenant), raw(way), begins(shape, page, keys.size()), pinned);
  });
  return out;
}

/// Of numbers that are all finite, for any cache of that shape.
kv_page random_page(const kv_cache& shape, rng& r) {
  auto page = std::make_shared<aligned_bytes>(shape.page_bytes());
  RC_ASSERT(page->data() != nullptr);
  std::memset(page->data(), 0, page->size());
  for (int i = 0; i < 50; ++i) page->data()[r.below(1024)] = static_cast<std::uint8_t>(r.below(256));  // of the keys' words
  return page;
}

}  // namespace

TEST_CASE("what a tree holds comes out of its file again, whatever it is") {
  const kv_cache shape(1, 1, 16);
  const prefix_identity who{digest_of("model"), shape.page_bytes(), page_positions};
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_cache_tree.kv").string();
  int files = 0;
  CHECK(rc::check("round trip", [&] {
    if (files >= 40) return;  // each is written through to the disk
    ++files;
    rng r(*rc::gen::arbitrary<std::uint64_t>());
    tree t(page_positions, *rc::gen::inRange<std::size_t>(0, 40));
    const int sequences = *rc::gen::inRange(0, 12);
    for (int i = 0; i < sequences; ++i) {
      std::vector<position_key> keys;
      const std::size_t units = r.below(14);
      for (std::size_t u = 0; u < units; ++u) {
        const auto what = static_cast<int>(r.below(4));
        if (what < 3) keys.push_back({what, 0, {}});
        else
          for (std::uint32_t row = 0; row < 3; ++row) keys.push_back({-1, row, digest_of("picture")});
      }
      std::vector<kv_page> pages;
      for (std::size_t at = 0; at < keys.size(); at += page_positions) pages.push_back(random_page(shape, r));
      const std::string tenants[] = {"", "clinic", std::string("\0\n", 2), std::string(300, 'x')};
      t.insert(tenants[r.below(4)], keys, pages, r.below(3) == 0);
    }
    for (const bool all : {true, false}) {
      RC_ASSERT(save_prefixes(path, who, shape, t, all).has_value());
      tree again(page_positions, 1000);
      RC_ASSERT(load_prefixes(path, who, shape, again).has_value());
      RC_ASSERT(contents(shape, again, true) == contents(shape, t, all));
      // Nor does it matter that it is there already, or that nothing but what is pinned may stay.
      RC_ASSERT(load_prefixes(path, who, shape, again).has_value());
      RC_ASSERT(contents(shape, again, true) == contents(shape, t, all));
      tree small(page_positions, 0);
      RC_ASSERT(load_prefixes(path, who, shape, small).has_value());
      RC_ASSERT(contents(shape, small, true) == contents(shape, t, false));
    }
    const prefix_identity others[] = {{digest_of("another"), who.page_bytes, who.page_positions},
                                      {who.model, who.page_bytes + 1, who.page_positions},
                                      {who.model, who.page_bytes, who.page_positions + 1}};
    for (const prefix_identity& other : others) {
      tree none(page_positions, 1000);
      RC_ASSERT(load_prefixes(path, other, shape, none).error().code == errc::mismatch);
      RC_ASSERT(none.pages() == 0u);
    }
  }));
  CHECK(files > 0);
  std::remove(path.c_str());
}
