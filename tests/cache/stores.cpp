// SPDX-License-Identifier: Apache-2.0
// The stores of demonstrations' keys and values and of encoded pictures, against plain models of them: lists, the last used first.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/cache/picture_store.hpp>
#include <inoculum/engine/cache/stretch_store.hpp>

using namespace inoculum;

namespace {

digest key_of(int i) { return digest_of(std::to_string(i)); }

/// Of so many floats, all of them one memory: the store counts sizes, and never looks inside.
image_embedding embedding_of(std::size_t floats) {
  static std::map<std::size_t, std::shared_ptr<const std::vector<float>>> made;
  auto& values = made[floats];
  if (!values) values = std::make_shared<const std::vector<float>>(floats);
  return {1, floats, values, {}};
}

}  // namespace

TEST_CASE("demonstrations' keys and values: what is kept, and in which order it goes") {
  CHECK(rc::check("as the plain model", [] {
    struct entry {
      int key;
      std::shared_ptr<const engine::kv_stretch> stretch;
      bool pinned;
    };
    const auto limit = *rc::gen::inRange<std::size_t>(0, 300);
    engine::stretch_store store(limit);
    std::vector<entry> model;  // the last used first
    const auto bytes = [&] {
      std::size_t sum = 0;
      for (const entry& e : model) sum += e.stretch->bytes.size();
      return sum;
    };
    const auto place = [&](int key) { return std::find_if(model.begin(), model.end(), [&](const entry& e) { return e.key == key; }); };
    const int n = *rc::gen::inRange(1, 80);
    for (int i = 0; i < n; ++i) {
      const int key = *rc::gen::inRange(0, 12);
      const auto known = place(key);
      const int what = *rc::gen::inRange(0, 12);
      if (what == 0) {
        store.clear();
        model.clear();
      } else if (what < 6) {
        const auto found = store.find(key_of(key));
        RC_ASSERT(found == (known == model.end() ? nullptr : known->stretch));
        if (known != model.end()) std::rotate(model.begin(), known, known + 1);
      } else {
        const bool pinned = what == 6;
        auto stretch = std::make_shared<engine::kv_stretch>();
        stretch->bytes.resize(*rc::gen::inRange<std::size_t>(0, 120));
        store.insert(key_of(key), stretch, pinned);
        if (known != model.end()) {
          known->pinned = known->pinned || pinned;
        } else {
          model.insert(model.begin(), {key, std::move(stretch), pinned});
          for (std::size_t back = model.size(); back > 0 && bytes() > limit; --back) {
            if (!model[back - 1].pinned) model.erase(model.begin() + static_cast<std::ptrdiff_t>(back - 1));
          }
        }
      }
      RC_ASSERT(store.bytes() == bytes());
    }
    for (int key = 0; key < 12; ++key) RC_ASSERT((store.find(key_of(key)) != nullptr) == (place(key) != model.end()));
  }));
}

TEST_CASE("encoded pictures: as many as fit, the last used stay") {
  CHECK(rc::check("as the plain model", [] {
    using store_type = engine::picture_store;
    struct entry {
      int key;
      std::size_t floats;
    };
    store_type store;
    std::vector<entry> model;  // the last used first
    const auto insert = [&](int key, std::size_t floats) {
      store.insert(key_of(key), {}, embedding_of(floats));
      model.insert(model.begin(), {key, floats});
      std::size_t bytes = 0, kept = 0;
      while (kept < model.size() && kept < store_type::most_pictures) {
        bytes += model[kept].floats * sizeof(float);
        if (kept > 0 && bytes > store_type::most_bytes) break;
        ++kept;
      }
      model.resize(kept);
    };
    const int n = *rc::gen::inRange(1, 30);
    int fresh = 0;  // every picture is put in once
    for (int i = 0; i < n; ++i) {
      const int what = *rc::gen::inRange(0, 240);
      if (what < 10) {
        store.clear();
        model.clear();
      } else if (what == 10) {
        for (int k = 0; k < 1100; ++k) insert(fresh++, 1);
      } else if (what < 130) {
        insert(fresh++, *rc::gen::element<std::size_t>(1u << 10, 1u << 21, 3u << 21, 1u << 25));  // 4 KB, 8 MB, 24 MB, more than all
      } else if (fresh > 0) {
        const int key = *rc::gen::inRange(0, fresh);
        const auto known = std::find_if(model.begin(), model.end(), [&](const entry& e) { return e.key == key; });
        const image_embedding* found = store.find(key_of(key));
        RC_ASSERT((found != nullptr) == (known != model.end()));
        if (known == model.end()) continue;
        RC_ASSERT(found->values->size() == known->floats);
        std::rotate(model.begin(), known, known + 1);
      }
    }
    for (int key = 0; key < fresh; ++key) {
      const bool kept = std::any_of(model.begin(), model.end(), [&](const entry& e) { return e.key == key; });
      RC_ASSERT((store.find(key_of(key)) != nullptr) == kept);
    }
  }));
}

TEST_CASE("the pixels of the last pictures are held, so that these need not be decoded again, up to a size") {
  rng r(3);
  for (int round = 0; round < 4; ++round) {
    struct shown {
      picture seen;
      std::size_t bytes;
      int decoded = 0;
    };
    engine::picture_store store;
    std::vector<std::unique_ptr<shown>> all;
    std::vector<std::size_t> order;  // the last used first
    std::vector<bool> held;
    for (int i = 0; i < 16; ++i) {
      const int height = 100 * static_cast<int>(1 + r.below(10));
      all.push_back(std::make_unique<shown>());
      shown& s = *all.back();
      s.bytes = static_cast<std::size_t>(height) * 1000 * 3;
      s.seen = picture("test", [&s, height]() -> result<image> {
        ++s.decoded;
        return image::from_rgb(1000, height, std::vector<std::uint8_t>(s.bytes));
      });
      const std::size_t next = all.size() - 1;
      store.insert(key_of(i), s.seen.decode().value(), embedding_of(1));
      order.insert(order.begin(), next);
      held.push_back(true);
      std::size_t bytes = 0;
      for (const std::size_t k : order) {
        if (held[k]) bytes += all[k]->bytes;
        if (bytes > engine::picture_store::most_pixel_bytes) held[k] = false;
      }
      if (r.below(3) == 0) {
        const std::size_t used = r.below(static_cast<std::uint32_t>(all.size()));
        REQUIRE(store.find(key_of(static_cast<int>(used))) != nullptr);
        std::rotate(order.begin(), std::find(order.begin(), order.end(), used), std::find(order.begin(), order.end(), used) + 1);
      }
    }
    for (std::size_t k = 0; k < all.size(); ++k) {
      REQUIRE(all[k]->decoded == 1);
      REQUIRE(all[k]->seen.decode());
      CHECK((all[k]->decoded == 1) == held[k]);
    }
  }
}
