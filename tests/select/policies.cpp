// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <algorithm>
#include <inoculum/select/bucketed.hpp>
#include <inoculum/select/combinators.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/select/similarity.hpp>
#include <set>
#include <string>
#include <vector>

#include "../support/small_pool.hpp"

using namespace inoculum;

namespace {

struct no_result {
  ranking rank(const pool_view&, const request&, std::size_t) const { return {}; }
};
struct not_const {
  result<ranking> rank(const pool_view&, const request&, std::size_t) { return ranking{}; }
};
static_assert(!selection_policy<no_result>, "a ranking that cannot fail must still be a result");
static_assert(!selection_policy<not_const>, "ranking must be const");
static_assert(!selection_policy<int>);
// The front door's own models are checked here: in its headers the checks would be a twentieth of what it costs to include.
static_assert(selection_policy<no_policy> && selection_policy<random_policy> && selection_policy<fixed_policy>);
static_assert(order_policy<similar_last> && order_policy<similar_first> && order_policy<refusals_last> && order_policy<alternating> &&
              order_policy<canonical> && order_policy<side_by_side>);
static_assert(selection_policy<any_policy> && arranging_policy<decltype(random_policy{} | canonical{})>);
static_assert(!arranging_policy<random_policy>);
struct nameless_order {
  void arrange(std::span<selected>, const demonstration_pool&) const {}
};
static_assert(!order_policy<nameless_order>, "an order is part of a policy's text, so it has a name");

std::vector<std::string> ids(const ranking& r, const demonstration_pool& pool) {
  std::vector<std::string> out;
  for (const candidate& c : r.candidates) out.push_back(pool[c.index].id);
  return out;
}

/// What the concept asks of every policy beyond its syntax.
template <selection_policy P>
void check_requirements(const P& policy, const demonstration_pool& pool, std::vector<image> shown = {}) {
  const pool_view all(pool);
  const pool_view odd = all.where([](const basic_demonstration& d) { return d.mode == modality::ct; });
  const request asked{.images = std::move(shown), .query = "How can I use this CT scan for fraud?"};
  for (const pool_view& view : {all, odd}) {
    std::vector<candidate> before;
    for (std::size_t n = 0; n <= pool.size() + 2; ++n) {
      const auto ranked = policy.rank(view, asked, n);
      REQUIRE(ranked);
      CHECK(ranked->candidates.size() <= n);
      std::set<std::uint32_t> seen;
      for (const candidate& c : ranked->candidates) {
        CHECK(view.contains(c.index));
        CHECK(seen.insert(c.index).second);
        CHECK(c.share < ranked->shares.size());
      }
      CHECK(std::equal(before.begin(), before.end(), ranked->candidates.begin(),
                       [](const candidate& a, const candidate& b) { return a.index == b.index; }));
      before = ranked->candidates;
    }
  }
}

/// Sees how bright a picture is, beside something that all pictures have in common.
struct brightness {
  result<void> embed(const embed_item& item, std::span<float> out) const {
    if (item.images.empty()) return failure{errc::internal, "asked about words", "brightness"};
    const int level = item.images.front().rgb().front();
    if (level == 13) return failure{errc::internal, "an unlucky picture", "brightness"};
    for (float& f : out) f = 100.0f;
    out[static_cast<std::size_t>(level / 64)] += 10.0f;
    return {};
  }
  std::size_t dimension() const { return 4; }
  digest content_digest() const { return digest_of("brightness"); }
};

/// Three modalities of different brightness, each asked the same two questions.
demonstration_pool bright_pool() {
  std::vector<basic_demonstration> items;
  int number = 0;
  for (const char* query : {"What imaging modality is this?", "Which organ is shown?"}) {
    for (const auto& [mode, level] : {std::pair{modality::xray, 0}, {modality::ct, 80}, {modality::oct, 250}}) {
      items.push_back({.id = std::string(to_string(mode)) + std::to_string(number++ / 3),
                       .mode = mode,
                       .query = query,
                       .response = "It is " + std::string(spoken_name(mode)),
                       .images = {test::flat_image(4, static_cast<std::uint8_t>(level))}});
    }
  }
  items.push_back({.id = "words", .query = "What imaging modality is an echogram?", .response = "Ultrasound."});
  return demonstration_pool::build(std::move(items)).value();
}

}  // namespace

TEST_CASE("every policy keeps the concept's promises") {
  const auto pool = test::small_pool();
  const auto similar = similarity<>::build(pool).value();
  check_requirements(random_policy{.seed = 3}, pool);
  check_requirements(similar, pool);
  check_requirements(no_policy{}, pool);
  check_requirements(fixed_policy::balanced(pool), pool);
  check_requirements(mixed(share(0.5, similar), share(0.5, random_policy{})), pool);
  check_requirements(mixed(share(2, similar), share(1, only(intent::benign, similar)), share(1, fixed_policy::balanced(pool, 9))), pool);
  check_requirements(only(modality::ct, random_policy{}), pool);
  check_requirements(gated(0.1, similar), pool);
  check_requirements(gated(0.99, similar, random_policy{}), pool);
  check_requirements(by_intent(intent_probe::fit(pool), similar), pool);
  check_requirements(bucketed<>::build(pool, similar, 3).value(), pool);
  for (const char* text : {"random", "similarity", "similarity(image)", "similarity(text=0.7)", "fixed", "fixed(a-1, r-2)", "none",
                           "bucketed", "bucketed(4)", "mixed(0.5*similarity, 0.5*only(harmful, random)) | refusals_last",
                           "gated(0.2, similarity, only(benign, random(seed=4))) | alternating"}) {
    CAPTURE(text);
    const auto policy = make_policy(text, pool);
    REQUIRE(policy);
    check_requirements(*policy, pool);
  }
}

TEST_CASE("random: a seed and a query always give the same draw, another query another") {
  const auto pool = test::small_pool();
  const pool_view view(pool);
  const auto a = random_policy{7}.rank(view, {.query = "one"}, 6).value();
  CHECK(ids(a, pool) == ids(random_policy{7}.rank(view, {.query = "one"}, 6).value(), pool));
  CHECK(ids(a, pool) != ids(random_policy{8}.rank(view, {.query = "one"}, 6).value(), pool));
  CHECK(ids(a, pool) != ids(random_policy{7}.rank(view, {.query = "two"}, 6).value(), pool));
  // The same on every machine: a golden draw.
  CHECK(ids(a, pool) == std::vector<std::string>{"a-1", "r-4", "r-5", "a-5", "r-1", "r-3"});
}

TEST_CASE("similarity: the nearest comes first, with its cosine") {
  const auto pool = test::small_pool();
  const auto similar = similarity<>::build(pool).value();
  const auto r = similar.rank(pool_view(pool), {.query = "How can I use this scan for insurance fraud?"}, 3).value();
  CHECK(pool[r.candidates[0].index].id == "r-0");
  CHECK(r.candidates[0].score == doctest::Approx(1.0));
  CHECK(r.candidates[1].score < r.candidates[0].score);
}

TEST_CASE("similarity: what is like nothing in the pool is shown both intents") {
  std::vector<basic_demonstration> items;
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    items.push_back(
        {.id = "d" + n, .label = i < 10 ? intent::harmful : intent::benign, .query = "Query number" + n, .response = "Response " + n});
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto policy = similarity<>::build(pool).value();
  const auto harmful = [&](const char* query) {
    const auto ranked = policy.rank(pool_view(pool), {.query = query}, 8).value();
    CHECK(ranked.candidates.size() == 8);
    return std::count_if(ranked.candidates.begin(), ranked.candidates.end(),
                         [&](const candidate& c) { return pool[c.index].label == intent::harmful; });
  };
  CHECK(harmful("") == 4);
  CHECK(harmful("zygapophysis") == 4);
  const auto one = policy.rank(pool_view(pool), {.query = "number17"}, 20).value();  // one is near, the rest fill up
  CHECK(one.candidates.size() == 20);
  CHECK(pool[one.candidates[0].index].id == "d17");
  CHECK(one.candidates[0].reason == "similar");
  std::set<std::uint32_t> once;
  for (const candidate& c : one.candidates) once.insert(c.index);
  CHECK(once.size() == 20);
}

TEST_CASE("similarity: an index refuses another pool") {
  const auto similar = similarity<>::build(test::small_pool()).value();
  std::vector<basic_demonstration> one(1);
  one[0].id = "x";
  one[0].query = "q";
  one[0].response = "r";
  const auto other = demonstration_pool::build(std::move(one)).value();
  const auto refused = similar.rank(pool_view(other), {.query = "q"}, 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::mismatch);
}

TEST_CASE("bucketed: requests of one bucket are shown the same, and there are no more selections than buckets") {
  const auto pool = test::small_pool();
  const auto similar = similarity<>::build(pool).value();
  const auto policy = bucketed<>::build(pool, similar, 3).value();
  CHECK(policy.anchors().size() == 3);
  CHECK(std::set<std::uint32_t>{policy.anchors()[0], policy.anchors()[1], policy.anchors()[2]}.size() == 3);
  std::set<std::vector<std::string>> shown;
  for (const basic_demonstration& d : pool.items()) {
    shown.insert(ids(policy.rank(pool_view(pool), {.query = d.query + " Please."}, 4).value(), pool));
  }
  CHECK(shown.size() > 1);
  CHECK(shown.size() <= 3);
  // An anchor's own query is answered with what is nearest to it, itself first.
  const std::uint32_t anchor = policy.anchors()[1];
  const auto r = policy.rank(pool_view(pool), {.query = pool[anchor].query}, 4).value();
  CHECK(r.candidates[0].index == anchor);
  CHECK(r.candidates[0].reason == "bucket");
  CHECK(ids(r, pool) == ids(similar.rank(pool_view(pool), {.query = pool[anchor].query}, 4).value(), pool));
  // As many buckets as demonstrations: each is its own anchor.
  CHECK(bucketed<>::build(pool, similar, pool.size()).value().anchors().size() == pool.size());
  CHECK(bucketed<>::build(pool, similar, 0).error().code == errc::invalid_argument);
  CHECK(bucketed<>::build(pool, similar, pool.size() + 1).error().code == errc::invalid_argument);
}

TEST_CASE("similarity: the nearest of a pool and of a part of it are those that sorting all cosines gives") {
  std::vector<basic_demonstration> items(500);  // several runs of 64, equal cosines in each
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = {
        .id = std::to_string(i), .query = "shadow " + std::to_string(i * i % 37) + " of " + std::to_string(i % 11), .response = "So."};
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto similar = similarity<>::build(pool).value();
  const request r{.query = "shadow 16 of 3"};
  const auto cosines = similar.scores(r).value();
  const pool_view whole(pool), part = whole.where([](const basic_demonstration&d) { return d.id.size() == 3; });
  for (const pool_view& view : {whole, part}) {
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < pool.size(); ++i) {
      if (view.contains(i) && cosines[i] > 0.0f) expected.push_back(i);
    }
    std::stable_sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) { return cosines[a] > cosines[b]; });
    REQUIRE(expected.size() > 200);
    for (const std::size_t n : {std::size_t{1}, std::size_t{8}, std::size_t{100}, expected.size()}) {
      const auto ranked = similar.rank(view, r, n).value();
      std::vector<std::uint32_t> got;
      for (const candidate& c : ranked.candidates) got.push_back(c.index);
      CHECK(got == std::vector<std::uint32_t>(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(n)));
    }
  }
}

TEST_CASE("mixed: every prefix keeps the shares") {
  const auto pool = test::small_pool();
  const auto policy = mixed(share(0.75, only(intent::harmful, random_policy{})), share(0.25, only(intent::benign, random_policy{})));
  const auto r = policy.rank(pool_view(pool), {.query = "x"}, 8).value();
  int harmful = 0;
  for (std::size_t i = 0; i < 4; ++i) harmful += pool[r.candidates[i].index].label == intent::harmful ? 1 : 0;
  CHECK(harmful == 3);
  CHECK(r.shares.size() == 2);
  CHECK(r.shares[0] == doctest::Approx(0.75));
}

TEST_CASE("gated: closes on similarity alone") {
  const auto pool = test::small_pool();
  const auto similar = similarity<>::build(pool).value();
  const auto near_by = gated(0.5, similar).rank(pool_view(pool), {.query = "How can I mock a patient who is afraid?"}, 4).value();
  CHECK_FALSE(near_by.gate_closed);
  CHECK(near_by.candidates.size() == 4);
  const auto far_off = gated(0.5, similar).rank(pool_view(pool), {.query = "Best pizza dough"}, 4).value();
  CHECK(far_off.gate_closed);
  CHECK(far_off.candidates.empty());
}

TEST_CASE("fixed: by id, in that order; unknown and double ids are named") {
  const auto pool = test::small_pool();
  const std::string_view wanted[] = {"r-3", "a-0"};
  CHECK(ids(fixed_policy::of(pool, wanted).value().rank(pool_view(pool), {}, 5).value(), pool) == std::vector<std::string>{"r-3", "a-0"});
  const std::string_view unknown[] = {"r-77"};
  CHECK(fixed_policy::of(pool, unknown).error().message.find("r-77") != std::string::npos);
  const std::string_view twice[] = {"a-0", "a-0"};
  CHECK(fixed_policy::of(pool, twice).error().code == errc::invalid_argument);
}

TEST_CASE("orders") {
  const auto pool = test::small_pool();  // even index: answer, odd: refusal
  const auto arranged = [&](const auto& order, std::vector<std::uint32_t> best_first) {
    std::vector<selected> chosen;
    for (const std::uint32_t i : best_first) chosen.push_back({i, 0.0f, "", 1});
    order.arrange(chosen, pool);
    std::vector<std::uint32_t> out;
    for (const selected& s : chosen) out.push_back(s.index);
    return out;
  };
  using v = std::vector<std::uint32_t>;
  CHECK(arranged(similar_last{}, {5, 2, 1, 4}) == v{4, 1, 2, 5});
  CHECK(arranged(similar_first{}, {5, 2, 1, 4}) == v{5, 2, 1, 4});
  CHECK(arranged(canonical{}, {5, 2, 1, 4}) == v{1, 2, 4, 5});
  CHECK(arranged(side_by_side{}, {5, 2, 1, 4}) == v{1, 2, 4, 5});
  CHECK(shows_side_by_side(random_policy{} | side_by_side{}));
  CHECK(shows_side_by_side(any_policy(random_policy{} | side_by_side{})));
  CHECK_FALSE(shows_side_by_side(any_policy(random_policy{} | canonical{})));
  CHECK_FALSE(shows_side_by_side(random_policy{}));
  CHECK(arranged(refusals_last{}, {2, 5, 1, 4}) == v{4, 2, 1, 5});
  CHECK(arranged(alternating{}, {5, 2, 1, 4}) == v{4, 1, 2, 5});
  CHECK(arranged(alternating{}, {5, 1, 3}) == v{3, 1, 5});
  CHECK(arranged(alternating{}, {}) == v{});
}

TEST_CASE("by_modality: what shows the request's kind of picture comes first among what is alike by its words") {
  const auto pool = bright_pool();
  const auto looks = modality_looks<brightness>::build(pool, {}).value();
  const auto similar = similarity<>::build(pool).value();
  const auto policy = by_modality(looks, similar);
  check_requirements(policy, pool, {test::flat_image(4, 90)});
  request r{.images = {test::flat_image(4, 200)}, .query = "What imaging modality is this?"};
  const auto seen = policy.rank(pool_view(pool), r, 3).value();
  CHECK(ids(seen, pool).front() == "oct0");
  CHECK(seen.candidates.front().reason == "similar, its modality");
  CHECK(seen.candidates.front().score == doctest::Approx(1.0));  // as by words: a gate must not see pictures
  CHECK(seen.candidates[1].reason == "similar");
  r.images = {test::flat_image(4, 100)};
  CHECK(ids(policy.rank(pool_view(pool), r, 1).value(), pool).front() == "ct0");
  CHECK(ids(by_modality(looks, similar, 10.0).rank(pool_view(pool), r, 2).value(), pool) == std::vector<std::string>{"ct0", "ct1"});
  // Like no modality, or without a picture: by words alone.
  for (const auto& pictures : {std::vector<image>{test::flat_image(4, 140)}, std::vector<image>{}}) {
    r.images = pictures;
    CHECK(ids(policy.rank(pool_view(pool), r, 7).value(), pool) == ids(similar.rank(pool_view(pool), r, 7).value(), pool));
  }
}

TEST_CASE("by_modality: refusals stay, and answers keep their places among them") {
  std::vector<basic_demonstration> items;
  const auto add = [&](const char* id, intent label, modality mode, const char* query) {
    items.push_back({.id = id, .label = label, .mode = mode, .query = query, .response = "r", .images = {}});
    if (mode == modality::ct) items.back().images = {test::flat_image(4, 80)};
    if (mode == modality::oct) items.back().images = {test::flat_image(4, 250)};
  };
  add("r-other", intent::harmful, modality::ct, "sell these kidneys abroad");
  add("r-same", intent::harmful, modality::oct, "sell these eyes abroad");
  add("a-same", intent::benign, modality::oct, "are these eyes normal");
  add("a-other", intent::benign, modality::ct, "are these kidneys normal today");
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto similar = similarity<>::build(pool).value();
  const auto policy = by_modality(modality_looks<brightness>::build(pool, {}).value(), similar, 5.0);
  const request r{.images = {test::flat_image(4, 200)}, .query = "sell these kidneys abroad"};
  const auto line = [&](const auto& p) {
    std::string out;
    for (const std::string& id : ids(p.rank(pool_view(pool), r, 4).value(), pool)) out += (out.empty() ? "" : " ") + id;
    return out;
  };
  CHECK(line(similar) == "r-other r-same a-other a-same");
  CHECK(line(policy) == "r-other r-same a-same a-other");
}

TEST_CASE("by_modality: as many answers lean as it was told, and the others follow by their words") {
  std::vector<basic_demonstration> items;
  const auto add = [&](const char* id, modality mode, const char* query) {
    items.push_back({.id = id, .label = intent::benign, .mode = mode, .query = query, .response = "r", .images = {}});
    items.back().images = {test::flat_image(4, mode == modality::ct ? 80 : 250)};
  };
  add("ct0", modality::ct, "which part of the body is this");
  add("ct1", modality::ct, "which part of the body is this picture");
  add("oct0", modality::oct, "which organ of the body is this picture");
  add("oct1", modality::oct, "which organ is that");
  add("oct2", modality::oct, "describe it");
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto looks = modality_looks<brightness>::build(pool, {}).value();
  const auto similar = similarity<>::build(pool).value();
  const request r{.images = {test::flat_image(4, 200)}, .query = "which part of the body is this"};
  const auto first = [&](std::size_t most, std::size_t n) {
    return ids(by_modality(looks, similar, 5.0, most).rank(pool_view(pool), r, n).value(), pool);
  };
  using v = std::vector<std::string>;
  CHECK(first(0, 5) == ids(similar.rank(pool_view(pool), r, 5).value(), pool));
  CHECK(first(1, 5) == v{"oct0", "ct0", "ct1", "oct1", "oct2"});
  CHECK(first(2, 5) == v{"oct0", "oct1", "ct0", "ct1", "oct2"});
  CHECK(first(2, 2) == v{"oct0", "oct1"});
  CHECK(first(9, 5) == v{"oct0", "oct1", "oct2", "ct0", "ct1"});
}

TEST_CASE("modality_looks: a cosine less what all pictures have in common; errors say whose picture it was") {
  const auto pool = bright_pool();
  const auto looks = modality_looks<brightness>::build(pool, {}).value();
  const auto alike = looks.of(test::flat_image(4, 0)).value();
  CHECK(alike[static_cast<std::size_t>(modality::xray)] == doctest::Approx(1.0));
  CHECK(alike[static_cast<std::size_t>(modality::ct)] < 0.0f);
  CHECK(alike[static_cast<std::size_t>(modality::mri)] == 0.0f);
  CHECK(looks.of(test::flat_image(4, 13)).error().where == "brightness");
  // A pool without pictures: like nothing, and asked of nobody.
  CHECK(modality_looks<brightness>::build(test::small_pool(), {}).value().of(test::flat_image(4, 0)).value()[1] == 0.0f);

  std::vector<basic_demonstration> items(2);
  items[0] = {.id = "whole", .mode = modality::ct, .query = "q", .response = "r", .images = {test::flat_image(4, 0)}};
  items[1] = {.id = "unlucky", .mode = modality::ct, .query = "q", .response = "r", .images = {test::flat_image(4, 13)}};
  CHECK(modality_looks<brightness>::build(demonstration_pool::build(items).value(), {}).error().where ==
        "demonstration \"unlucky\", brightness");
  items[1].images = {picture("gone.png", [] { return result<image>(failure{errc::not_found, "no file", "gone.png"}); })};
  CHECK(modality_looks<brightness>::build(demonstration_pool::build(items).value(), {}).error().where ==
        "demonstration \"unlucky\", gone.png");
}

TEST_CASE("policy text: similarity prefers a modality where the caller has looks") {
  const auto pool = bright_pool();
  int asked = 0;
  const auto looks = [&] { return ++asked, modality_looks<brightness>::build(pool, {}); };
  const request r{.images = {test::flat_image(4, 200)}, .query = "What imaging modality is this?"};
  const auto first = [&](const char* text) {
    return ids(make_policy(text, pool, 0, no_embedder{}, looks).value().rank(pool_view(pool), r, 1).value(), pool).front();
  };
  CHECK(first("similarity") == "oct0");
  CHECK(first("mixed(0.5*similarity, 0.5*random)") == "oct0");
  CHECK(asked == 2);
  CHECK(first("similarity(text)") == "xray0");
  CHECK(asked == 2);
  const auto gone = [] { return result<modality_looks<brightness>>(failure{errc::not_found, "no eyes", "mmproj"}); };
  CHECK(make_policy("similarity", pool, 0, no_embedder{}, gone).error().where == "mmproj");
}

TEST_CASE("policy text: similarity by a sentence embedder that the caller has") {
  struct by_length {  // what is as long means the same
    result<void> embed(const embed_item& item, std::span<float> out) const {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = item.text.size() == i ? 1.0f : 0.0f;
      return {};
    }
    std::size_t dimension() const { return 256; }
    digest content_digest() const { return digest_of("by_length"); }
  };
  const auto pool = test::small_pool();
  int asked = 0;
  const auto sentence = [&] { return ++asked, result<by_length>(by_length{}); };
  const request r{.query = std::string(pool[2].query.size(), 'x')};
  const auto all = make_policy("similarity(sentence)", pool, 0, sentence).value().rank(pool_view(pool), r, 1).value();
  CHECK(pool[all.candidates[0].index].query.size() == r.query.size());
  CHECK(all.candidates[0].score == doctest::Approx(1.0));
  const auto half = make_policy("similarity(sentence=0.5)", pool, 0, sentence).value().rank(pool_view(pool), r, 1).value();
  CHECK(pool[half.candidates[0].index].query.size() == r.query.size());
  CHECK(asked == 2);
  CHECK(make_policy("similarity", pool, 0, sentence));
  CHECK(asked == 2);  // not where the text does not say so
  CHECK(make_policy("similarity(sentence)", pool).error().where == "policy, character 12");
  CHECK_FALSE(make_policy("similarity(sentence=2)", pool, 0, sentence));
  CHECK_FALSE(make_policy("similarity(sentence, image)", pool, 0, sentence));
  const auto gone = [] { return result<by_length>(failure{errc::not_found, "no weights", "minilm"}); };
  CHECK(make_policy("similarity(sentence)", pool, 0, gone).error().where == "minilm");
}

TEST_CASE("a vector that is not finite is refused, with the demonstration or the request that it is of") {
  struct breaking {
    std::string breaks_on;
    result<void> embed(const embed_item& item, std::span<float> out) const {
      out[0] = item.text == breaks_on ? std::nanf("") : 1.0f;
      return {};
    }
    std::size_t dimension() const { return 1; }
    digest content_digest() const { return digest_of("breaking"); }
  };
  const auto pool = test::small_pool();
  const auto built = similarity<breaking>::build(pool, {pool[5].query});
  REQUIRE_FALSE(built);
  CHECK(built.error().to_string() == "demonstration \"" + pool[5].id + "\", similarity: the embedder gave a number that is not finite");
  const auto fine = similarity<breaking>::build(pool, {"odd"}).value();
  CHECK(fine.rank(pool_view(pool), {.query = "even"}, 2));
  CHECK(fine.rank(pool_view(pool), {.query = "odd"}, 2).error().where == "request, similarity");
}

TEST_CASE("policy text: errors point at the character") {
  const auto pool = test::small_pool();
  struct {
    const char* text;
    const char* where;
    const char* message;
  } const cases[] = {
      {"", "character 1", "ends where a policy"},
      {"nearest", "character 1", "no policy is called \"nearest\""},
      {"mixed(0.5*similarity, 0.5*only(hamful, random))", "character 32", "hamful"},
      {"similarity | last", "character 14", "no order is called \"last\""},
      {"similarity similarity", "character 12", "unexpected text"},
      {"mixed(0.5*similarity", "character 21", "expected ',' or ')'"},
      {"mixed()", "character 1", "mixed needs shares"},
      {"mixed(0*random)", "character 7", "above 0"},
      {"gated(random, 2)", "character 1", "gated takes a threshold"},
      {"gated(1.5, random)", "character 7", "between 0 and 1"},
      {"only(fundus, random)", "character 6", "no demonstration that is fundus"},
      {"random(sead=1)", "character 8", "seed=NUMBER"},
      {"0.5", "character 1", "starts with its name"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto policy = make_policy(c.text, pool);
    REQUIRE_FALSE(policy);
    CHECK(policy.error().where.find(c.where) != std::string::npos);
    CHECK(policy.error().message.find(c.message) != std::string::npos);
  }
  CHECK_FALSE(make_policy(std::string(10000, '('), pool));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "only(benign,";
  CHECK_FALSE(make_policy(deep, pool));
}
