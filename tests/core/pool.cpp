// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/core/pool.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ino = inoculum;
using ino::basic_demonstration;
using ino::demonstration_pool;
using ino::intent;
using ino::pool_view;

namespace {
basic_demonstration make(std::string id, intent label = intent::benign) {
  basic_demonstration d;
  d.id = std::move(id);
  d.label = label;
  d.query = "What does " + d.id + " show?";
  d.response = "Nothing of note.";
  return d;
}
std::vector<basic_demonstration> three() { return {make("a"), make("b", intent::harmful), make("c")}; }

// A user's own record, with the fewest members that a record can have.
struct my_case {
  std::string accession, question, answer;
  bool bad = false;
};
}  // namespace

template <>
struct inoculum::demonstration_traits<my_case> {
  static std::string_view id(const my_case& c) { return c.accession; }
  static std::string_view query(const my_case& c) { return c.question; }
  static std::string_view response(const my_case& c) { return c.answer; }
  static inoculum::intent intent_of(const my_case& c) { return c.bad ? inoculum::intent::harmful : inoculum::intent::benign; }
};

TEST_CASE("a pool keeps the order of its records") {
  const auto pool = demonstration_pool::build(three()).value();
  CHECK(pool.size() == 3);
  CHECK(pool[1].id == "b");
  CHECK(pool.items().size() == 3);
  CHECK(demonstration_pool{}.empty());
  CHECK(demonstration_pool{}.items().empty());
}

TEST_CASE("a pool of a user's own records is the pool of what its traits expose") {
  const std::vector<my_case> cases = {{"a", "What does a show?", "Nothing of note.", false},
                                      {"b", "What does b show?", "Nothing of note.", true},
                                      {"c", "What does c show?", "Nothing of note.", false}};
  const auto pool = demonstration_pool::build(cases).value();
  CHECK(pool[1].label == intent::harmful);
  CHECK(pool[1].mode == ino::modality::unknown);
  CHECK(pool.content_digest() == demonstration_pool::build(three()).value().content_digest());
}

TEST_CASE("what cannot be a pool is refused, naming the record") {
  const auto refused = [](std::vector<basic_demonstration> items, std::string_view says, std::string_view where) {
    const auto r = demonstration_pool::build(std::move(items));
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ino::errc::invalid_argument);
    CHECK(r.error().message.find(says) != std::string::npos);
    CHECK(r.error().where.find(where) != std::string::npos);
  };
  refused({}, "at least one", "");
  auto items = three();
  items[2].id = "a";
  refused(items, "duplicate id \"a\"", "");
  items = three();
  items[1].query.clear();
  refused(items, "empty query", "demonstration 1 (b)");
  items = three();
  items[1].response.clear();
  refused(items, "empty response", "demonstration 1 (b)");
  items = three();
  items[2].id.clear();
  refused(items, "empty id", "demonstration 2");
}

TEST_CASE("the digest covers texts, labels, order and pictures") {
  const auto digest = [](std::vector<basic_demonstration> items) {
    return demonstration_pool::build(std::move(items)).value().content_digest();
  };
  const auto original = digest(three());
  CHECK(digest(three()) == original);
  const auto change = [&](auto edit) {
    auto items = three();
    edit(items);
    return digest(items) != original;
  };
  CHECK(change([](auto& v) { v[0].id = "z"; }));
  CHECK(change([](auto& v) { v[0].query += "?"; }));
  CHECK(change([](auto& v) { v[0].response += "."; }));
  CHECK(change([](auto& v) { v[0].label = intent::harmful; }));
  CHECK(change([](auto& v) { v[0].mode = ino::modality::ct; }));
  CHECK(change([](auto& v) { std::swap(v[0], v[1]); }));
  CHECK(change([](auto& v) { v.pop_back(); }));
  CHECK(change([](auto& v) { v[0].images.emplace_back(ino::image::from_rgb(1, 1, {1, 2, 3}).value()); }));
  // A text moved from one field into the next is another pool.
  CHECK(change([](auto& v) {
    v[0].response = v[0].query.back() + v[0].response;
    v[0].query.pop_back();
  }));
}

TEST_CASE("a picture that does not decode fails the pool") {
  auto items = three();
  items[0].images.emplace_back(ino::picture{});
  CHECK_FALSE(demonstration_pool::build(std::move(items)));
}

TEST_CASE("a view narrows and never renumbers") {
  const pool_view all(demonstration_pool::build(three()).value());
  CHECK(all.count() == 3);
  const pool_view benign = all.where([](const basic_demonstration& d) { return d.label == intent::benign; });
  CHECK(benign.count() == 2);
  CHECK(benign.contains(0));
  CHECK_FALSE(benign.contains(1));
  CHECK(benign.contains(2));
  CHECK_FALSE(benign.contains(3));
  const pool_view last = benign.where([](const basic_demonstration& d) { return d.id != "a"; });
  CHECK(last.count() == 1);
  CHECK(last.contains(2));
  CHECK(last.pool()[2].id == "c");
  CHECK(last.pool().content_digest() == all.pool().content_digest());
  CHECK(last.where([](const basic_demonstration&) { return false; }).count() == 0);
}
