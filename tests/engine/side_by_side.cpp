// SPDX-License-Identifier: Apache-2.0
// Demonstrations read independently of one another: what that means, to the bit, and that no cache shows through.
#include <doctest/doctest.h>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <inoculum/backend/any_backend.hpp>
#include <inoculum/backend/token_backend.hpp>
#include <inoculum/engine/engine.hpp>

#include "common.hpp"

using namespace inoculum;

namespace {

struct composing_model : test::saved_file {
  composing_model() : saved_file(test::tiny_llama({.layers = 2, .width = 128, .context = 512}), "composing") {}
  [[nodiscard]] cpu_engine load(std::size_t bytes = 64u << 20, int threads = 2,
                                engine::activation_type activations = engine::activation_type::q8) const {
    return cpu_engine::load(path, {.threads = threads, .demonstration_bytes = bytes, .activations = activations}).value();
  }
};

using token_ids = std::vector<token_id>;

/// Runs of tokens, the blocks numbered from 1 where `lead` and `rest` are 0.
std::vector<engine_input> inputs_of(const token_ids& lead, const std::vector<token_ids>& blocks, const token_ids& rest) {
  std::vector<engine_input> out{{lead, nullptr}};
  for (const token_ids& b : blocks) out.push_back({b, nullptr, static_cast<std::uint32_t>(out.size())});
  out.push_back({rest, nullptr});
  return out;
}
std::vector<float> composed(cpu_engine& e, const token_ids& lead, const std::vector<token_ids>& blocks, const token_ids& rest,
                            composition* how = nullptr, std::string_view salt = {}) {
  const composition c = e.compose(inputs_of(lead, blocks, rest), salt).value();
  if (how != nullptr) *how = c;
  CHECK(e.size() == c.positions);
  std::size_t head = lead.size();
  for (const token_ids& b : blocks) head += b.size();
  REQUIRE(c.positions >= head);
  const engine_input left{std::span(rest).subspan(c.positions - head), nullptr};
  const auto logits = e.evaluate(c.positions, std::span(&left, 1)).value();
  return {logits.begin(), logits.end()};
}
std::vector<float> one_after_another(cpu_engine& e, const std::vector<token_ids>& parts) {
  std::vector<engine_input> inputs;
  for (const token_ids& p : parts) inputs.push_back({p, nullptr});
  const auto logits = e.evaluate(0, inputs).value();
  return {logits.begin(), logits.end()};
}

conversation with_demonstrations(std::vector<std::string> queries, std::string question) {
  conversation talk;
  talk.side_by_side = true;
  for (std::uint32_t i = 0; i < queries.size(); ++i) {
    talk.messages.push_back({role::user, {{origin::pool, queries[i], {}}}, i + 1});
    talk.messages.push_back({role::assistant, {{origin::pool, "No fracture is seen.", {}}}, i + 1});
  }
  talk.messages.push_back({role::user, {{origin::user, std::move(question), {}}}});
  return talk;
}

}  // namespace

static_assert(composing_engine<cpu_engine>);

TEST_CASE("one block alone is what plain reading gives, to the bit") {
  const composing_model model;
  auto e = model.load(), plain = model.load();
  for (const std::size_t lead : {0u, 1u, 20u, 64u, 70u}) {
    for (const std::size_t length : {1u, 15u, 64u, 90u}) {
      CAPTURE(lead);
      CAPTURE(length);
      const auto a = test::random_tokens(lead, 1), b = test::random_tokens(length, 2), c = test::random_tokens(9, 3);
      CHECK(test::same_bits(composed(e, a, {b}, c), one_after_another(plain, {a, b, c})));
    }
  }
}

TEST_CASE("no block sees another, and the next position is the one behind the longest") {
  const composing_model model;
  // As floats: the order within a page changes what weights are rounded to, and activations in 8 bits would make much of that.
  const auto floats = engine::activation_type::f32;
  auto e = model.load(0, 2, floats), plain = model.load(0, 2, floats);
  const auto lead = test::random_tokens(10, 1), a = test::random_tokens(30, 2), b = test::random_tokens(30, 3),
             rest = test::random_tokens(5, 4);
  const auto ab = composed(e, lead, {a, b}, rest), ba = composed(e, lead, {b, a}, rest);
  const auto in_turn = one_after_another(plain, {lead, a, b, rest});
  float apart = 0.0f, from_turns = 0.0f;
  for (std::size_t i = 0; i < ab.size(); ++i) {
    apart = std::max(apart, std::abs(ab[i] - ba[i]));
    from_turns = std::max(from_turns, std::abs(ab[i] - in_turn[i]));
  }
  CAPTURE(apart);
  CHECK(apart < 2e-2f);
  CHECK(from_turns > 5 * apart);  // reading in turn is another thing
}

TEST_CASE("what is known, the limit, the threads and the cuts change no bit") {
  const composing_model model;
  const auto lead = test::random_tokens(21, 1), rest = test::random_tokens(40, 9);
  std::vector<token_ids> blocks;
  for (std::uint64_t i = 0; i < 7; ++i) blocks.push_back(test::random_tokens(10 + 17 * i, 100 + i));  // more than a chunk
  auto cold = model.load(0, 1);
  composition how;
  const auto expected = composed(cold, lead, blocks, rest, &how);
  CHECK(how.computed == how.positions);

  auto warm = model.load();
  CHECK(test::same_bits(composed(warm, lead, blocks, rest, &how), expected));
  CHECK(how.computed == how.positions);
  (void)composed(warm, lead, {blocks[4], blocks[1]}, rest, &how);
  CHECK(how.computed == 0);
  CHECK(test::same_bits(composed(warm, lead, blocks, rest, &how), expected));
  CHECK(how.computed == 0);
  CHECK(test::same_bits(composed(warm, lead, blocks, rest, &how), expected));
  CHECK(how.positions == 21 + 7 * 10 + 17 * 21 + 39);  // the present sequence goes on where it parts
  // Another beginning, and another tenant, know nothing.
  (void)composed(warm, test::random_tokens(21, 2), blocks, rest, &how);
  CHECK(how.computed == how.positions);
  CHECK(test::same_bits(composed(warm, lead, blocks, rest, &how, "another"), expected));
  CHECK(how.computed == how.positions);
  warm.forget();
  CHECK(warm.remembered_bytes() == 0);

  auto tight = model.load(200000);
  for (int round = 0; round < 3; ++round) CHECK(test::same_bits(composed(tight, lead, blocks, rest), expected));
  CHECK(tight.remembered_bytes() <= 200000);

  // Keys and values in 8 bits: copies are exact, so nothing shows through either.
  auto eight_cold = cpu_engine::load(model.path, {.threads = 1, .demonstration_bytes = 0, .kv_type = engine::kv_type::q8}).value();
  auto eight = cpu_engine::load(model.path, {.threads = 2, .kv_type = engine::kv_type::q8}).value();
  const auto expected_eight = composed(eight_cold, lead, blocks, rest);
  CHECK_FALSE(test::same_bits(expected_eight, expected));
  for (int round = 0; round < 2; ++round) {
    (void)composed(eight, lead, {blocks[2], blocks[0]}, rest);
    CHECK(test::same_bits(composed(eight, lead, blocks, rest), expected_eight));
  }
  CHECK(test::same_bits(composed(eight, lead, {blocks[3]}, rest), one_after_another(eight_cold, {lead, blocks[3], rest})));

  // The rest in two calls, and ordinary reading before and after.
  auto cut = model.load();
  (void)one_after_another(cut, {test::random_tokens(300, 5)});
  const std::size_t at = cut.compose(inputs_of(lead, blocks, rest)).value().positions;
  const engine_input first{std::span(rest).first(13), nullptr}, second{std::span(rest).subspan(13), nullptr};
  REQUIRE(cut.evaluate(at, std::span(&first, 1)));
  const auto logits = cut.evaluate(at + 13, std::span(&second, 1)).value();
  CHECK(test::same_bits(logits, expected));
  CHECK(test::same_bits(one_after_another(cut, {lead, rest}), one_after_another(cold, {lead, rest})));
}

TEST_CASE("what follows is remembered by nobody else, and steps go on from it") {
  const composing_model model;
  auto e = model.load(), alone = model.load();
  const auto lead = test::random_tokens(8, 1), a = test::random_tokens(20, 2), b = test::random_tokens(33, 3),
             rest = test::random_tokens(6, 4);
  (void)composed(e, lead, {a, b}, rest);
  std::vector<cpu_engine::sequence> sequences;
  sequences.push_back(e.take_sequence());
  // The same token_ids read in turn must not find what was read side by side.
  std::vector<engine_input> in_turn{{lead, nullptr}, {a, nullptr}, {b, nullptr}, {rest, nullptr}};
  CHECK(e.resume(in_turn) == 0);
  const token_id next = 5;
  const auto stepped = e.step(sequences, std::span(&next, 1)).value();
  token_ids longer = rest;
  longer.push_back(next);
  CHECK(test::same_bits(stepped, composed(alone, lead, {a, b}, longer)));
}

TEST_CASE("bad compositions are refused before any work") {
  const composing_model model;
  auto e = model.load();
  const auto a = test::random_tokens(5, 1);
  const auto refused = [&](std::vector<engine_input> inputs) {
    const auto done = e.compose(inputs);
    REQUIRE(!done);
    return done.error().code;
  };
  CHECK(refused({{a, nullptr}}) == errc::invalid_argument);
  CHECK(refused({}) == errc::invalid_argument);
  CHECK(refused({{a, nullptr, 1}}) == errc::invalid_argument);                                               // nothing behind it
  CHECK(refused({{a, nullptr, 1}, {a, nullptr}, {a, nullptr, 2}, {a, nullptr}}) == errc::invalid_argument);  // not one run
  const token_ids bad{-1}, long_one = test::random_tokens(500, 2);
  CHECK(refused({{bad, nullptr, 1}, {a, nullptr}}) == errc::invalid_argument);
  CHECK(refused({{long_one, nullptr, 1}, {long_one, nullptr}}) == errc::budget);
  // A composed head is kept whole or not at all.
  (void)composed(e, a, {a, a}, a);
  const engine_input more{a, nullptr};
  CHECK(e.evaluate(7, std::span(&more, 1)).error().code == errc::invalid_argument);
  CHECK(e.evaluate(0, std::span(&more, 1)));
}

TEST_CASE("conversations: the same words whatever the order and the cache, and a later turn goes on") {
  const composing_model model;
  token_backend cold(model.load(0)), warm(model.load());
  CHECK(warm.reads_side_by_side());
  CHECK(any_backend(token_backend(model.load())).reads_side_by_side());
  const generate_options options{.max_tokens = 8};
  const auto talk = with_demonstrations({"Is there a mass?", "Which organ is this?", "Bill a scan."}, "What is seen?");
  const auto expected = cold.generate(talk, options).value();
  CHECK(expected.cached_tokens == 0);
  (void)warm.generate(with_demonstrations({"Bill a scan.", "Is there a mass?"}, "And here?"), options).value();
  auto answered = warm.generate(talk, options).value();
  CHECK(answered.text == expected.text);
  CHECK(answered.cached_tokens > 0);
  conversation later = talk;
  later.messages.push_back({role::assistant, {{origin::model, answered.text, {}}}});
  later.messages.push_back({role::user, {{origin::user, "Why?", {}}}});
  answered = warm.generate(later, options).value();
  CHECK(answered.text == cold.generate(later, options).value().text);
  CHECK(answered.cached_tokens > expected.prompt_tokens - 8);
  const std::vector<conversation> both{talk, later};
  const auto together = warm.generate_batch(both, options);
  CHECK(together[0]->text == expected.text);
  CHECK(together[1]->text == answered.text);

  conversation in_turn = talk;
  in_turn.side_by_side = false;
  CHECK(warm.count_tokens(talk).value() == warm.count_tokens(in_turn).value());
}

TEST_CASE("prepared demonstrations stay, whatever comes, and for their salt only") {
  const composing_model model;
  for (const bool only_demonstrations : {true, false}) {
    token_backend backend(model.load(0)), cold(model.load(0));  // room for no demonstration that is not pinned
    auto talk = with_demonstrations({"Is there a mass?", "Which organ is this?"}, "What is seen?");
    const generate_options options{.max_tokens = 4, .cache_salt = "clinic"};
    conversation beginning = talk;
    if (only_demonstrations) beginning.messages.pop_back();
    REQUIRE(backend.prepare(beginning, "clinic"));
    CHECK(backend.engine().remembered_bytes() > 0);
    (void)backend.generate(with_demonstrations({"Bill a scan."}, "Another?"), options).value();
    talk.messages.back().parts[0].text = "And here?";
    const auto answered = backend.generate(talk, options).value();
    CHECK(answered.cached_tokens > 0);
    CHECK(answered.text == cold.generate(talk, options)->text);
    CHECK(backend.generate(talk, {.max_tokens = 4, .cache_salt = "another"})->cached_tokens == 0);
    backend.engine().forget();
    CHECK(backend.engine().remembered_bytes() == 0);
    CHECK(backend.generate(talk, options)->cached_tokens == 0);
  }
}

TEST_CASE("prepared in turn under a salt, scored under one") {
  const composing_model model;
  token_backend backend(model.load());
  const auto talk = with_demonstrations({"Is there a mass?"}, "What is seen?");
  conversation in_turn = talk;
  in_turn.side_by_side = false;
  conversation beginning = in_turn;
  beginning.messages.pop_back();
  REQUIRE(backend.prepare(beginning, "clinic"));
  CHECK(backend.generate(in_turn, {.max_tokens = 1})->cached_tokens == 0);
  CHECK(backend.generate(in_turn, {.max_tokens = 1, .cache_salt = "clinic"})->cached_tokens > 20);
  backend.engine().forget();
  REQUIRE(backend.score(in_turn, "yes", "one"));
  CHECK(backend.generate(in_turn, {.max_tokens = 1})->cached_tokens == 0);
  CHECK(backend.generate(in_turn, {.max_tokens = 1, .cache_salt = "one"})->cached_tokens > 20);
}
