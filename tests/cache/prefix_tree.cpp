// SPDX-License-Identifier: Apache-2.0
// The prefix tree against a plain model of it: a list of all sequences that were ever kept.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inoculum/engine/cache/prefix_tree.hpp>

using namespace inoculum;
using engine::position_key;

namespace {

constexpr std::size_t page_positions = 4;
using keys = std::vector<position_key>;
/// A page that knows what it holds: the sequence from its very beginning to the page's last position.
using page = std::shared_ptr<const keys>;
using tree = engine::prefix_tree<page>;

// Few tokens and few pictures, so that sequences begin alike. 0, 1, 2: tokens; 3, 4: pictures of 3 rows.
keys sequence_of(const std::vector<int>& units) {
  keys out;
  for (const int u : units) {
    if (u < 3) {
      out.push_back({u, 0, {}});
    } else {
      digest shown;
      shown.bytes[0] = static_cast<std::uint8_t>(u);
      for (std::uint32_t row = 0; row < 3; ++row) out.push_back({-1, row, shown});
    }
  }
  return out;
}

std::vector<page> pages_of(const keys& k) {
  std::vector<page> out;
  for (std::size_t at = 0; at < k.size(); at += page_positions) {
    out.push_back(std::make_shared<keys>(k.begin(), k.begin() + static_cast<std::ptrdiff_t>(std::min(k.size(), at + page_positions))));
  }
  return out;
}

std::size_t common(const keys& a, const keys& b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return n;
}

struct operation {
  std::vector<int> units;
  bool insert;
  bool pinned;
  bool other_tenant;
};

operation any_operation() {
  return {*rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5)), *rc::gen::arbitrary<bool>(), *rc::gen::inRange(0, 6) == 0,
          *rc::gen::inRange(0, 4) == 0};
}

// What every answer must be, whatever was forgotten: true to its pages, shorter than what was asked, between units.
void check_match(const tree::match& found, const keys& wanted) {
  RC_ASSERT(found.positions < std::max<std::size_t>(wanted.size(), 1));
  RC_ASSERT(found.pages.size() == (found.positions + page_positions - 1) / page_positions);
  if (found.positions < wanted.size()) RC_ASSERT(wanted[found.positions].row == 0);
  for (std::size_t i = 0; i < found.pages.size(); ++i) {
    RC_ASSERT(common(*found.pages[i], wanted) >= std::min(found.positions, (i + 1) * page_positions));
  }
}

}  // namespace

TEST_CASE("with room for all, the tree finds the longest beginning that was ever kept") {
  CHECK(rc::check("as the plain model", [] {
    tree t(page_positions, 1u << 20);
    std::map<std::string, std::vector<keys>> model;
    const int n = *rc::gen::inRange(1, 40);
    for (int i = 0; i < n; ++i) {
      const operation op = any_operation();
      const keys k = sequence_of(op.units);
      const std::string tenant = op.other_tenant ? "b" : "a";
      if (op.insert) {
        t.insert(tenant, k, pages_of(k), op.pinned);
        model[tenant].push_back(k);
        continue;
      }
      std::size_t longest = 0;
      for (const keys& known : model[tenant]) longest = std::max(longest, common(known, k));
      const tree::match found = t.find(tenant, k);
      check_match(found, k);
      RC_ASSERT(found.positions == (k.empty() ? 0 : engine::cut_between_units(k, std::min(longest, k.size() - 1))));
    }
  }));
}

TEST_CASE("within a limit, what is found is still true, and pinned sequences stay") {
  CHECK(rc::check("bounded", [] {
    const auto limit = *rc::gen::inRange<std::size_t>(0, 12);
    tree t(page_positions, limit);
    std::vector<keys> pinned;
    std::size_t pinned_pages = 0;
    const int n = *rc::gen::inRange(1, 60);
    for (int i = 0; i < n; ++i) {
      const operation op = any_operation();
      const keys k = sequence_of(op.units);
      if (op.insert) {
        t.insert("a", k, pages_of(k), op.pinned);
        if (op.pinned) {
          pinned.push_back(k);
          pinned_pages += pages_of(k).size();
        }
        RC_ASSERT(t.pages() <= std::max(limit, pinned_pages));
      } else {
        check_match(t.find("a", k), k);
      }
      for (const keys& p : pinned) {
        if (!p.empty()) RC_ASSERT(t.find("a", p).positions == engine::cut_between_units(p, p.size() - 1));
      }
    }
  }));
}

TEST_CASE("which page goes, and which stay, at every step") {
  CHECK(rc::check("as the plain model", [] {
    struct node {  // of a list, in the order in which they came
      std::string tenant;
      std::size_t depth;
      keys all;  // from the root on
      std::uint64_t used;
      bool pinned;
    };
    const auto limit = *rc::gen::inRange<std::size_t>(0, 14);
    tree t(page_positions, limit);
    std::vector<node> model;
    std::uint64_t clock = 0;
    // How many keys of page `depth` a node shares with k; nothing unless it stands where k goes on.
    const auto shared = [](const node& m, const std::string& tenant, const keys& k, std::size_t depth) {
      const std::size_t at = depth * page_positions, same = m.depth == depth && m.tenant == tenant ? common(m.all, k) : 0;
      return same > at ? same - at : 0;
    };
    const int n = *rc::gen::inRange(1, 60);
    for (int i = 0; i < n; ++i) {
      const operation op = any_operation();
      const keys k = sequence_of(op.units);
      const std::string tenant = op.other_tenant ? "b" : "a";
      if (op.insert) {
        t.insert(tenant, k, pages_of(k), op.pinned);
        for (std::size_t depth = 0; depth * page_positions < k.size(); ++depth) {
          const std::size_t at = depth * page_positions, end = std::min(k.size(), at + page_positions);
          auto next = std::find_if(model.begin(), model.end(), [&](const node& m) {
            const std::size_t same = shared(m, tenant, k, depth);
            return same > 0 && (same >= end - at || same == m.all.size() - at);
          });
          if (next == model.end()) next = model.insert(model.end(), {tenant, depth, {}, 0, false});
          if (end > next->all.size()) next->all.assign(k.begin(), k.begin() + static_cast<std::ptrdiff_t>(end));
          next->used = ++clock;
          next->pinned = next->pinned || op.pinned;
        }
        while (model.size() > limit) {
          auto oldest = model.end();
          for (auto m = model.begin(); m != model.end(); ++m) {
            const bool leaf = std::none_of(model.begin(), model.end(), [&](const node& c) {
              return c.depth == m->depth + 1 && c.tenant == m->tenant && common(c.all, m->all) == m->all.size();
            });
            if (leaf && !m->pinned && (oldest == model.end() || m->used < oldest->used)) oldest = m;
          }
          if (oldest == model.end()) break;
          model.erase(oldest);
        }
      } else {
        check_match(t.find(tenant, k), k);
        for (std::size_t depth = 0; depth * page_positions < k.size(); ++depth) {
          std::size_t longest = 0;
          node* best = nullptr;
          for (node& m : model) {
            const std::size_t same = shared(m, tenant, k, depth);
            if (same <= longest) continue;
            longest = same;
            best = &m;
          }
          if (best != nullptr) best->used = ++clock;
          if (longest < page_positions) break;
        }
      }
      RC_ASSERT(t.pages() == model.size());
      std::size_t seen = 0;
      keys way;
      t.each([&](std::string_view whose, std::size_t depth, std::span<const position_key> own, const page& holds, bool pinned) {
        way.resize(depth * page_positions);
        way.insert(way.end(), own.begin(), own.end());
        RC_ASSERT(*holds == way);
        RC_ASSERT(std::count_if(model.begin(), model.end(),
                                [&](const node& m) { return m.pinned == pinned && m.tenant == whose && m.all == way; }) == 1);
        ++seen;
      });
      RC_ASSERT(seen == model.size());
    }
  }));
}

TEST_CASE("the least recently used leaf goes first, and a tenant sees only its own") {
  tree t(page_positions, 2);
  const keys a = sequence_of({0, 0, 0}), b = sequence_of({1, 1, 1}), c = sequence_of({2, 2, 2});
  t.insert("x", a, pages_of(a));
  t.insert("x", b, pages_of(b));
  CHECK(t.find("x", a).positions == 2);
  t.insert("x", c, pages_of(c));
  CHECK(t.pages() == 2);
  CHECK(t.find("x", a).positions == 2);
  CHECK(t.find("x", b).positions == 0);
  CHECK(t.find("x", c).positions == 2);
  CHECK(t.find("y", a).positions == 0);
  t.clear();
  CHECK(t.pages() == 0);
  CHECK(t.find("x", a).positions == 0);
}
