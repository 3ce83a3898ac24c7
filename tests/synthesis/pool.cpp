// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <inoculum/backend/scripted.hpp>
#include <inoculum/judge/rule_judge.hpp>
#include <inoculum/synthesis/author.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace inoculum;

namespace {

const demonstration_pool& whole_pool() {
  static const demonstration_pool pool = synthesize().value();
  return pool;
}

/// "fraud" of "harm-fraud-ct-0012".
std::string kind_of(const std::string& id) {
  const std::size_t first = id.find('-') + 1;
  return id.substr(first, id.find('-', first) - first);
}

}  // namespace

TEST_CASE("a pool follows from its options") {
  synthesis_options few;
  few.count = 300;
  const auto once = synthesize(few).value();
  CHECK(once.size() == 300);
  CHECK(once.content_digest().hex() == synthesize(few)->content_digest().hex());
  few.seed = 2;
  CHECK(once.content_digest().hex() != synthesize(few)->content_digest().hex());
  // Fixed, so that a change of the grammar is never by accident: figures in docs/ belong to this pool.
  CHECK(whole_pool().content_digest().hex() == "5f9bf87545ff68cdde369662434b31fee2622f0fa6d17aaf0ab6e7088361d7ff");
}

TEST_CASE("the pool is distinct and balanced") {
  const auto items = whole_pool().items();
  CHECK(items.size() >= 2000);
  std::map<std::string, std::size_t> kinds;
  std::map<modality, std::size_t> modes[2];
  std::set<std::string> ids, tasks;
  std::size_t harmful = 0, pictures[2] = {0, 0};
  for (const basic_demonstration& d : items) {
    CAPTURE(d.id);
    CHECK(ids.insert(d.id).second);
    const bool bad = d.label == intent::harmful;
    harmful += bad ? 1 : 0;
    CHECK(d.id.starts_with(bad ? "harm-" : "benign-"));
    CHECK(d.images.empty() == (d.mode == modality::unknown));
    if (bad) ++kinds[kind_of(d.id)];
    else tasks.insert(kind_of(d.id));
    if (!d.images.empty()) {
      ++pictures[bad];
      ++modes[bad][d.mode];
    }
  }
  CHECK(harmful * 2 == items.size());
  REQUIRE(kinds.size() == all_harm_kinds.size());
  for (const auto& row : kinds) {  // not [kind, count]: clang 14's lambdas, CAPTURE's among them, capture no structured bindings
    const auto kind = row.first;
    const auto count = row.second;
    CAPTURE(kind);
    CHECK(count * 9 > harmful * 7 / 10);
    CHECK(count * 9 < harmful * 13 / 10);
  }
  for (const int half : {0, 1}) {
    REQUIRE(modes[half].size() == all_modalities.size());
    for (const auto& row : modes[half]) {
      const modality mode = row.first;
      const auto count = row.second;
      CAPTURE(to_string(mode));
      CHECK(count * 10 > pictures[half] * 7 / 10);
      CHECK(count * 10 < pictures[half] * 14 / 10);
    }
  }
  for (const std::string_view task : synthesis_tables::visual_task_names) CHECK(tasks.contains(std::string(task)));
  for (const char* other : {"lookalike", "everyday", "knowledge", "request"}) CHECK(tasks.contains(other));
}

TEST_CASE("the text is whole and holds nothing that a chat format would read") {
  for (const basic_demonstration& d : whole_pool().items()) {
    CAPTURE(d.id);
    CAPTURE(d.query);
    CAPTURE(d.response);
    for (const std::string* text : {&d.query, &d.response}) {
      CHECK(text->size() >= 3);
      CHECK(text->size() < 400);
      CHECK(text->find_first_of("{}<>|[]") == std::string::npos);  // an unfilled slot, a control token
      CHECK(text->find("  ") == std::string::npos);
      CHECK(text->find("..") == std::string::npos);
    }
    CHECK((d.response.front() < 'a' || d.response.front() > 'z'));  // people ask without capitals
  }
}

TEST_CASE("the requests that are written out name phantoms that there are") {
  const auto read = [](const auto& tables) {
    for (const auto& table : tables) {
      for (const auto& row : table) {
        CAPTURE(row.query);
        CHECK((row.phantom.empty() || parse_phantom("phantom:" + std::string(row.phantom))));
      }
    }
  };
  read(detail::written_pleas);
  read(detail::written_requests);
}

TEST_CASE("harmful queries are refused and benign ones answered, as the judge reads them") {
  const rule_judge judging;
  std::set<std::string> openings;
  std::size_t misread[2] = {0, 0}, halves[2] = {0, 0};
  for (const basic_demonstration& d : whole_pool().items()) {
    request asked;
    asked.query = d.query;
    completion said;
    said.text = d.response;
    const bool bad = d.label == intent::harmful;
    ++halves[bad];
    misread[bad] += judging.judge(asked, said).refused() != bad ? 1 : 0;
    if (bad) openings.insert(d.response.substr(0, 8));
  }
  CHECK(misread[1] == 0);
  CHECK(misread[0] * 200 <= halves[0]);  // an answer may be "I cannot taste, but …"
  CHECK(openings.size() >= 4);           // several styles
}

TEST_CASE("no two demonstrations are near-duplicates, by comparing all pairs") {
  synthesis_options few;
  few.count = 900;
  const auto pool = synthesize(few).value();
  std::vector<std::vector<std::uint64_t>> sets;
  for (const basic_demonstration& d : pool.items()) {
    sets.push_back(detail::shingles(d.query + " " + d.response + (d.images.empty() ? "" : " " + d.images[0].name())));
  }
  double most = 0.0;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) most = std::max(most, detail::jaccard(sets[i], sets[j]));
  }
  CHECK(most < few.near_duplicate);
}

TEST_CASE("the near-duplicate filter decides as comparing with all would") {
  const auto items = whole_pool().items();
  for (const double threshold : {0.0, 0.3, 0.6, 0.8, 1.0}) {
    near_duplicate_filter filter(threshold);
    std::vector<std::vector<std::uint64_t>> admitted;
    for (std::size_t i = 0; i < items.size(); i += 11) {
      const auto set = detail::shingles(items[i].query);
      const bool fresh =
          std::none_of(admitted.begin(), admitted.end(), [&](const auto& other) { return detail::jaccard(set, other) >= threshold; });
      CHECK(filter.admit(items[i].query) == fresh);
      if (fresh) admitted.push_back(set);
    }
    CHECK_FALSE(filter.admit(items[0].query));
  }
  near_duplicate_filter filter;
  CHECK(filter.admit(""));
  CHECK_FALSE(filter.admit(" ?! "));
  CHECK(filter.admit("Is there a fracture?"));
  CHECK_FALSE(filter.admit("is THERE a fracture"));
}

TEST_CASE("options that cannot be met say so") {
  synthesis_options o;
  o.count = 0;
  CHECK(synthesize(o).error().code == errc::invalid_argument);
  o.count = max_synthesis_count + 1;
  CHECK(synthesize(o).error().code == errc::too_large);
  o.count = max_synthesis_count;
  const auto more = synthesize(o);
  REQUIRE_FALSE(more);
  CHECK(more.error().code == errc::too_large);
  CHECK(more.error().message.find("the grammar has") != std::string::npos);
  o = {};
  o.harmful = 1.5;
  CHECK(synthesize(o).error().code == errc::invalid_argument);
}

TEST_CASE("an author's responses are taken where the judge agrees, and only there") {
  synthesis_options few;
  few.count = 60;
  const auto pool = synthesize(few).value();
  SUBCASE("one who always refuses") {
    scripted_backend author("I'm sorry, but I can't help with that request.");
    const auto made = rewrite(pool, author, rule_judge{}).value();
    CHECK(made.rewritten == 30);
    CHECK(made.kept == 30);
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const bool bad = pool[i].label == intent::harmful;
      CHECK(made.pool[i].query == pool[i].query);
      CHECK(made.pool[i].response == (bad ? "I'm sorry, but I can't help with that request." : pool[i].response));
    }
  }
  SUBCASE("one who always complies") {
    scripted_backend author("The study shows clear lungs and a heart of normal size.");
    const auto made = rewrite(pool, author, rule_judge{}).value();
    CHECK(made.rewritten == 30);
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (pool[i].label == intent::harmful) CHECK(made.pool[i].response == pool[i].response);
    }
  }
  SUBCASE("one who is gone, for one request or for all, and one who is stopped") {
    struct troubled {
      errc code;
      bool throughout;
      int calls = 0;
      result<completion> generate(const conversation&, const generate_options&) {
        completion out{.text = "The study shows clear lungs and a heart of normal size."};
        if (calls++ == 3 || throughout) {
          if (code != errc::cancelled || throughout) return failure{code, "no", {}};
          out.finish = finish_reason::cancelled;
        }
        return out;
      }
    };
    for (const errc code : {errc::network, errc::server, errc::timeout, errc::parse, errc::io}) {
      troubled author{code, false};
      const auto made = rewrite(pool, author, rule_judge{});
      REQUIRE_FALSE(made);
      CHECK(made.error().code == code);
      CHECK(author.calls == 4);
    }
    troubled picky{errc::budget, true};
    CHECK(rewrite(pool, picky, rule_judge{}).value().kept == 60);
    for (const bool throughout : {false, true}) {
      troubled stopped{errc::cancelled, throughout};
      std::vector<std::size_t> told;
      const auto made = rewrite(pool, stopped, rule_judge{}, {}, [&](std::size_t done, std::size_t) { told.push_back(done); });
      REQUIRE(made);
      CHECK_FALSE(made->complete);
      CHECK(made->pool.size() == pool.size());
      CHECK(made->rewritten + made->kept == (throughout ? 0 : 3));
      CHECK(told.size() == (throughout ? 1 : 4));
    }
  }
  SUBCASE("one who says nothing") {
    scripted_backend author("");
    const auto made = rewrite(pool, author, rule_judge{}).value();
    CHECK(made.rewritten == 0);
    CHECK(made.pool.content_digest().hex() == pool.content_digest().hex());
  }
}
