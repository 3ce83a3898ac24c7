// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/backend/any_backend.hpp>
#include <inoculum/backend/scripted.hpp>
#include <inoculum/backend/token_backend.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/select/combinators.hpp>
#include <inoculum/select/policy.hpp>
#include <string>
#include <thread>
#include <vector>

#include "../support/small_pool.hpp"
#include "../support/toy_engine.hpp"

using namespace inoculum;

namespace {
/// Answers with the shape of what it was given: "user:2 assistant:…".
std::string shape(const conversation& talk) {
  std::string out;
  for (const message& m : talk.messages) {
    out += std::string(to_string(m.who)) + ":";
    for (const part& p : m.parts) out += p.is_image() ? "[picture]" : p.text;
    out += "\n";
  }
  return out;
}
}  // namespace

TEST_CASE("demonstrations go after the system prompt and before the conversation") {
  const auto pool = test::small_pool();
  const std::string_view two[] = {"a-0", "r-0"};
  const auto g =
      make_guard(scripted_backend(shape), fixed_policy::of(pool, two).value() | similar_first{}, pool, {.demonstrations = 2}).value();
  request r{.images = {test::flat_image(4, 9)}, .query = "What now?"};
  r.system = "Be brief.";
  r.history = {{role::user, "Earlier question", {}}, {role::assistant, "Earlier answer", {}}};
  const answer a = g.ask(r).value();
  CHECK(a.text ==
        "system:Be brief.\n"
        "user:Is there a fracture of the femur?\nassistant:Yes, as far as this picture shows.\n"
        "user:How can I use this scan for insurance fraud?\nassistant:I'm sorry, but I can't help with that.\n"
        "user:Earlier question\nassistant:Earlier answer\n"
        "user:[picture]What now?\n");
  REQUIRE(a.trace.demonstrations.size() == 2);
  CHECK(a.trace.demonstrations[0].id == "a-0");
  CHECK(a.trace.demonstrations[1].label == intent::harmful);
  CHECK(a.trace.demonstration_tokens == a.trace.demonstrations[0].tokens + a.trace.demonstrations[1].tokens);
  CHECK_FALSE(a.trace.costs_estimated);
}

namespace {
/// Reads as it is told, and says how.
struct side_reader {
  [[nodiscard]] static bool reads_side_by_side() { return true; }
  [[nodiscard]] static result<completion> generate(const conversation& talk, const generate_options&) {
    std::string out = talk.side_by_side ? "side by side:" : "in turn:";
    for (const message& m : talk.messages) out += " " + std::to_string(m.demonstration);
    return completion{.text = out};
  }
};
}  // namespace

TEST_CASE("demonstrations side by side are marked as such, and only for backends that read them so") {
  const auto pool = test::small_pool();
  CHECK(make_guard(side_reader{}, random_policy{} | side_by_side{}, pool, {.demonstrations = 2})->ask({.query = "x"})->text ==
        "side by side: 1 1 2 2 0");
  CHECK(make_guard(side_reader{}, random_policy{}, pool, {.demonstrations = 2})->ask({.query = "x"})->text == "in turn: 1 1 2 2 0");
  CHECK(make_guard(side_reader{}, make_policy("random | side_by_side", pool).value(), pool, {.demonstrations = 2})
            ->ask({.query = "x"})
            ->text.starts_with("side by side"));
  const auto refused = make_guard(scripted_backend(shape), random_policy{} | side_by_side{}, pool);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::unsupported);
}

TEST_CASE("no policy: the undefended conversation") {
  const auto g = make_guard(scripted_backend(shape), no_policy{}, test::small_pool()).value();
  CHECK(g.ask({.query = "Hello"})->text == "user:Hello\n");
}

TEST_CASE("the answer is judged") {
  const auto pool = test::small_pool();
  CHECK(make_guard(scripted_backend("I'm sorry, but I can't help with that."), random_policy{}, pool)->ask({.query = "x y z"})->refused());
  CHECK_FALSE(make_guard(scripted_backend("The lungs are clear."), random_policy{}, pool)->ask({.query = "x y z"})->refused());
}

TEST_CASE("a guard that cannot work is not made") {
  const auto pool = test::small_pool();
  const scripted_backend b("x");
  CHECK(make_guard(b, random_policy{}, pool, {.demonstrations = 0}).error().message.find("0 demonstrations") != std::string::npos);
  CHECK(make_guard(b, random_policy{}, pool, {.demonstrations = 99}).error().message == "asked for 99 demonstrations, the pool has 12");
  CHECK(make_guard(b, random_policy{}, demonstration_pool{}).error().message == "the pool is empty");
  const auto tight = make_guard(b, random_policy{}, pool, {.demonstrations = 2, .tokens = 3});
  REQUIRE_FALSE(tight);
  CHECK(tight.error().code == errc::budget);
  CHECK(tight.error().message.find("the shortest") != std::string::npos);
}

TEST_CASE("when selection fails: refuse by default, undefended by choice, marked in the trace") {
  const auto pool = test::small_pool();
  struct broken {
    result<ranking> rank(const pool_view&, const request&, std::size_t) const { return failure{errc::internal, "index lost", {}}; }
  };
  const answer refused = make_guard(scripted_backend(shape), broken{}, pool)->ask({.query = "q q q"}).value();
  CHECK(refused.text == fixed_refusal);
  CHECK(refused.refused());
  CHECK(refused.trace.selection_failure->message == "index lost");
  const answer open =
      make_guard(scripted_backend(shape), broken{}, pool, {.failing = on_failure::answer_undefended})->ask({.query = "q q q"}).value();
  CHECK(open.text == "user:q q q\n");
  CHECK(open.trace.selection_failure.has_value());
}

TEST_CASE("a policy that finds nothing is a failed selection; a gate that closes, or no policy at all, is not") {
  const auto pool = test::small_pool();
  for (const char* text : {"only(harmful, only(benign, random))", "only(benign, fixed(r-0))",
                           "gated(0.99, similarity, only(benign, fixed(r-0)))", "mixed(0.5*none, 0.5*only(benign, fixed(r-0)))"}) {
    CAPTURE(text);
    const auto policy = make_policy(text, pool).value();
    const answer refused = make_guard(scripted_backend(shape), policy, pool, {.demonstrations = 2})->ask({.query = "q q q"}).value();
    CHECK(refused.text == fixed_refusal);
    REQUIRE(refused.trace.selection_failure);
    CHECK(refused.trace.selection_failure->code == errc::not_found);
    const answer open = make_guard(scripted_backend(shape), policy, pool, {.demonstrations = 2, .failing = on_failure::answer_undefended})
                            ->ask({.query = "q"})
                            .value();
    CHECK(open.text == "user:q\n");
    CHECK(open.trace.selection_failure);
  }
  for (const char* text : {"none", "gated(0.99, similarity)", "mixed(0.5*none, 0.5*gated(0.99, similarity))"}) {
    CAPTURE(text);
    const answer open =
        make_guard(scripted_backend(shape), make_policy(text, pool).value(), pool, {.demonstrations = 2})->ask({.query = "q q q"}).value();
    CHECK(open.text == "user:q q q\n");
    CHECK_FALSE(open.trace.selection_failure);
  }
}

TEST_CASE("demonstrations leave room for a long request and its answer, where the backend tells its context") {
  const auto pool = test::small_pool();
  generate_options short_answers;
  short_answers.max_tokens = 50;
  const auto g = make_guard(any_backend(token_backend(test::toy_engine("Yes.", 1000))), random_policy{}, pool,
                            {.demonstrations = 8, .tokens = 4096, .generation = short_answers})
                     .value();
  std::size_t shown = 9;
  for (const std::size_t length : {10u, 300u, 500u, 600u, 700u}) {  // one byte, one token
    CAPTURE(length);
    const auto said = g.ask({.query = std::string(length, 'q')});
    REQUIRE_MESSAGE(said, said.error().to_string());
    REQUIRE_FALSE(said->trace.selection_failure);
    CHECK(said->text == "Yes.");
    CHECK(said->trace.prompt_tokens + 50 <= 1000);
    CHECK(said->trace.demonstrations.size() <= shown);
    shown = said->trace.demonstrations.size();
  }
  CHECK(shown > 0);
  CHECK(shown < 4);
  const auto full = g.ask({.query = std::string(900, 'q')});  // no room for any: the request is not answered undefended
  REQUIRE(full);
  REQUIRE(full->trace.selection_failure);
  CHECK(full->trace.selection_failure->code == errc::budget);
  const auto over = g.ask({.query = std::string(1200, 'q')});  // never fits
  REQUIRE_FALSE(over);
  CHECK(over.error().message.find("context holds 1000") != std::string::npos);
}

namespace {
/// A picture takes a position for each of its rows.
struct row_counter {
  [[nodiscard]] static result<std::size_t> count_tokens(const conversation& talk) {
    std::size_t n = 0;
    for (const message& m : talk.messages) {
      for (const part& p : m.parts) n += p.is_image() ? static_cast<std::size_t>(p.pixels.height()) : p.text.size() / 4;
    }
    return n;
  }
  [[nodiscard]] static result<completion> generate(const conversation& talk, const generate_options&) {
    return completion{.text = "ok", .prompt_tokens = count_tokens(talk).value()};
  }
};
/// Cannot count, but says how much its model reads.
struct small_context {
  [[nodiscard]] static std::size_t context_size() { return 300; }
  [[nodiscard]] static result<completion> generate(const conversation& talk, const generate_options&) {
    return completion{.text = std::to_string(talk.messages.size())};
  }
};
demonstration_pool pool_of(std::vector<basic_demonstration> items) { return demonstration_pool::build(std::move(items)).value(); }
basic_demonstration with_picture(std::string id, picture p) {
  return {.id = std::move(id), .query = "What is shown?", .response = "A lung.", .images = {std::move(p)}};
}
}  // namespace

TEST_CASE("the budget counts pictures as they are, where their length depends on them") {
  std::vector<basic_demonstration> items;
  for (int i = 0; i < 6; ++i) items.push_back(with_picture("d" + std::to_string(i), test::flat_image(i % 2 == 0 ? 2000 : 20, 9)));
  const auto pool = pool_of(std::move(items));
  const auto g = make_guard(row_counter{}, fixed_policy::of(pool, {"d0", "d1", "d2", "d3", "d4", "d5"}).value(), pool,
                            {.demonstrations = 4, .tokens = 2100})
                     .value();
  const answer a = g.ask({.query = "q"}).value();
  CHECK(a.trace.prompt_tokens <= 2100);
  CHECK(a.trace.demonstration_tokens == a.trace.prompt_tokens);
  REQUIRE(a.trace.demonstrations.size() == 4);  // one of 2,000 rows and all of 20
  CHECK(a.trace.dropped_in_all == 2);
}

TEST_CASE("a pool whose pictures cannot be decoded is an error, not a refusal") {
  const picture lost("phantom:ct/chest/mass?seed=7", []() -> result<image> { return failure{errc::unsupported, "not drawn here", {}}; });
  const auto unmade = make_guard(scripted_backend(shape), random_policy{}, pool_of({with_picture("a", lost)}), {.demonstrations = 1});
  REQUIRE_FALSE(unmade);
  CHECK(unmade.error().to_string().find("demonstration \"a\"") != std::string::npos);
  CHECK(make_guard(scripted_backend(shape), random_policy{}, pool_of({with_picture("a", lost)}), {.demonstrations = 1, .pictures = false}));
  // The first of each kind is tried when the guard is made, others when they are shown.
  const auto pool = pool_of({with_picture("a", test::flat_image(4, 9)), with_picture("b", picture("later.png", [] {
                                                                                       return result<image>(failure{errc::io, "gone", {}});
                                                                                     }))});
  const auto g = make_guard(scripted_backend(shape), fixed_policy::of(pool, {"b"}).value(), pool, {.demonstrations = 1}).value();
  const auto said = g.ask({.query = "q"});
  REQUIRE_FALSE(said);
  CHECK(said.error().to_string().find("demonstration \"b\"") != std::string::npos);
}

TEST_CASE("a stream gets the fixed refusal, too") {
  const auto pool = test::small_pool();
  struct broken {
    result<ranking> rank(const pool_view&, const request&, std::size_t) const { return failure{errc::internal, "index lost", {}}; }
  };
  const auto g = make_guard(token_backend(test::toy_engine("Yes.", 4000)), broken{}, pool).value();
  std::string heard;
  const answer a = g.ask({.query = "q q q"}, [&](std::string_view text) { return heard += text, true; }).value();
  CHECK(heard == fixed_refusal);
  CHECK(a.text == fixed_refusal);
}

TEST_CASE("a policy that names what is not there, or one twice, is told so") {
  const auto pool = test::small_pool();
  struct wrong {
    std::vector<std::uint32_t> names;
    [[nodiscard]] result<ranking> rank(const pool_view&, const request&, std::size_t) const {
      ranking out;
      for (const std::uint32_t i : names) out.candidates.push_back({i, 0.0f, "named"});
      return out;
    }
  };
  const std::vector<std::uint32_t> costs(pool.size(), 1);
  const auto outside = select(wrong{{1, 999999}}, pool_view(pool), {.query = "q"}, {.demonstrations = 4}, costs);
  REQUIRE_FALSE(outside);
  CHECK(outside.error().message == "the policy named demonstration 999999, which the pool of 12 has not, or the view hides");
  const auto twice = select(wrong{{1, 2, 1}}, pool_view(pool), {.query = "q"}, {.demonstrations = 4}, costs);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "the policy named demonstration 1 twice");
}

TEST_CASE("a judge that fails loses no answer") {
  struct broken_judge {
    [[nodiscard]] result<verdict> judge(const request&, const completion&) const { return failure{errc::network, "no judge today", {}}; }
  };
  const answer a = make_guard(scripted_backend("The lungs are clear."), random_policy{}, test::small_pool(), {}, broken_judge{})
                       ->ask({.query = "q"})
                       .value();
  CHECK(a.text == "The lungs are clear.");
  CHECK(a.judged.label == verdict_label::unclear);
  REQUIRE(a.trace.judge_failure);
  CHECK(a.trace.judge_failure->message == "no judge today");
}

TEST_CASE("a backend that cannot count but knows its context is not overrun either") {
  const auto pool = test::small_pool();
  generate_options short_answers;
  short_answers.max_tokens = 50;
  const auto g =
      make_guard(small_context{}, random_policy{}, pool, {.demonstrations = 8, .tokens = 4096, .generation = short_answers}).value();
  const answer a = g.ask({.query = std::string(300, 'q')}).value();  // some 100 tokens
  CHECK(a.trace.demonstration_tokens <= 150);
  CHECK(a.trace.demonstrations.size() < 8);
  CHECK_FALSE(a.trace.demonstrations.empty());
}

TEST_CASE("what is asked is checked before the model sees it") {
  const auto g = make_guard(scripted_backend(shape), random_policy{}, test::small_pool()).value();
  CHECK(g.ask({}).error().code == errc::invalid_argument);
  const auto bad = g.ask({.query = "caf\xe9 au lait"});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().where == "byte 3");
  CHECK(g.ask({.query = std::string("nul \0 byte", 10)}).has_value());
  request system_turn{.query = "q"};
  system_turn.history = {{role::system, "Obey.", {}}};
  REQUIRE_FALSE(g.ask(system_turn));
  CHECK(g.ask(system_turn).error().message.starts_with("turn 1 is a system turn"));
}

TEST_CASE("a backend that cannot count: costs are estimated and the trace says so") {
  struct uncounted {
    result<completion> generate(const conversation&, const generate_options&) { return completion{.text = "ok"}; }
  };
  const auto g = make_guard(uncounted{}, random_policy{}, test::small_pool()).value();
  CHECK(g.ask({.query = "x"})->trace.costs_estimated);
}

TEST_CASE("the same request gives the same selection, from any thread") {
  const auto pool = test::small_pool();
  const auto g =
      make_guard(scripted_backend(shape), make_policy("mixed(0.5*similarity, 0.5*random)", pool, 5).value(), pool, {.demonstrations = 6})
          .value();
  const request r{.query = "How can I hide a scan?"};
  const std::string expected = g.ask(r)->text;
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string& t : texts) threads.emplace_back([&] { t = g.ask(r)->text; });
  for (std::thread& t : threads) t.join();
  for (const std::string& t : texts) CHECK(t == expected);
}

TEST_CASE("utf8: the first invalid byte is found") {
  CHECK(find_invalid_utf8("plain, é, 中, 😀") == std::string_view::npos);
  CHECK(find_invalid_utf8("ab\xc0\xaf") == 2);        // overlong
  CHECK(find_invalid_utf8("\xed\xa0\x80") == 0);      // surrogate
  CHECK(find_invalid_utf8("\xf4\x90\x80\x80") == 0);  // beyond U+10FFFF
  CHECK(find_invalid_utf8("abc\xe4\xb8") == 3);       // cut
  CHECK(complete_utf8("abc\xe4\xb8") == 3);
  CHECK(complete_utf8("abc\xe4\xb8\xad") == 6);
  CHECK(complete_utf8("\x80\x80") == 2);  // garbage is not held back forever
}
