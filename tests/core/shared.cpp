// SPDX-License-Identifier: Apache-2.0
// The handles that stand in for std::shared_ptr, and the flag that stops a generation.
#include <doctest/doctest.h>

#include <atomic>
#include <inoculum/core/cancel.hpp>
#include <inoculum/core/image.hpp>
#include <inoculum/core/shared.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace ino = inoculum;
using ino::detail::shared;
using ino::detail::weak;

namespace {
struct counted {
  explicit counted(std::atomic<int>& n) : alive(n) { ++alive; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --alive; }
  std::atomic<int>& alive;
};
}  // namespace

TEST_CASE("a shared value ends with its last holder") {
  std::atomic<int> alive{0};
  auto a = shared<counted>::make(alive);
  auto b = a;
  CHECK(a == b);
  CHECK(alive == 1);
  a = shared<counted>::make(alive);
  CHECK_FALSE(a == b);
  CHECK(alive == 2);
  shared<counted> c = std::move(a);
  a = c;  // a moved-from handle is an empty one
  b = {};
  CHECK(alive == 1);
  c = {};
  CHECK(alive == 1);
  a = {};
  CHECK(alive == 0);
  CHECK_FALSE(a);
}

TEST_CASE("a weak handle holds nothing, and outlives the value") {
  std::atomic<int> alive{0};
  weak<counted> w;
  CHECK_FALSE(w.lock());
  {
    const auto a = shared<counted>::make(alive);
    w = weak(a);
    CHECK(w.lock() == a);
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
  CHECK_FALSE(w.lock());
  w = weak(shared<counted>::make(alive));
  CHECK_FALSE(w.lock());
  CHECK(alive == 0);
}

TEST_CASE("handles are copied, dropped and locked by several threads") {
  std::atomic<int> alive{0};
  {
    auto first = shared<counted>::make(alive);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&alive, mine = first, seen = weak(first)]() mutable {
        for (int i = 0; i < 20000; ++i) {
          auto copy = mine;
          mine = seen.lock();
          if (!mine || mine->alive != 1) ++alive;
        }
      });
    }
    first = {};
    for (std::thread& t : threads) t.join();
  }
  CHECK(alive == 0);
}

TEST_CASE("a lazy picture is decoded once while somebody holds its pixels, also under threads") {
  std::atomic<int> calls{0};
  const ino::picture p("a.png", [&calls] {
    ++calls;
    return ino::image::from_rgb(1, 1, {1, 2, 3});
  });
  {
    const auto held = p.decode().value();
    CHECK(p.decode().value().rgb().data() == held.rgb().data());
    CHECK(calls == 1);
  }
  (void)p.decode();
  CHECK(calls == 2);
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) right += p.decode().value().rgb()[2] == 3;
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(right == 20000);
}

TEST_CASE("a lazy picture's digest is computed once, however often it is decoded") {
  std::uint8_t tone = 1;  // which breaks the promise of equal pixels, so that a second look at them would show
  const ino::picture p("a.png", [&tone] { return ino::image::from_rgb(1, 1, {tone++, 2, 3}); });
  const auto first = p.decode().value().content_digest();
  CHECK(first == ino::image::from_rgb(1, 1, {1, 2, 3}).value().content_digest());
  const auto second = p.decode().value();
  CHECK(second.rgb()[0] == 2);
  CHECK(second.content_digest() == first);
}

TEST_CASE("a flag is looked at where it is") {
  CHECK_FALSE(ino::cancel_flag{}.raised());
  CHECK_FALSE(ino::cancel_flag(nullptr));
  std::atomic<bool> stop{false};
  const ino::cancel_flag flag = &stop;
  CHECK(static_cast<bool>(flag));
  CHECK_FALSE(flag.raised());
  stop = true;
  CHECK(flag.raised());
}
