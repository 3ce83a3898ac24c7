// SPDX-License-Identifier: Apache-2.0
// Earlier sequences gone on from, and several advanced together: to the bit what one sequence alone gives.
#include <doctest/doctest.h>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <inoculum/backend/token_backend.hpp>
#include <inoculum/engine/engine.hpp>

#include "../support/tiny_eyes.hpp"
#include "../support/tiny_mmproj.hpp"
#include "common.hpp"
#include "test_pictures.hpp"

using namespace inoculum;

namespace {

struct sequence_model : test::saved_file {
  explicit sequence_model(std::uint32_t heads = 4)
      : saved_file(test::tiny_llama({.layers = 2, .heads = heads, .context = 512}), "sequences") {}
  [[nodiscard]] cpu_engine load(std::size_t cache_bytes = 64u << 20, int threads = 2, engine::kv_type type = engine::kv_type::q16) const {
    return cpu_engine::load(path, {.threads = threads, .cache_bytes = cache_bytes, .kv_type = type}).value();
  }
};

std::vector<float> logits_after(cpu_engine& e, std::span<const token_id> tokens) {
  const engine_input input{tokens, nullptr};
  const auto logits = e.evaluate(0, std::span(&input, 1)).value();
  return {logits.begin(), logits.end()};
}
/// The same by way of whatever the engine remembers.
std::vector<float> resumed(cpu_engine& e, std::span<const token_id> tokens, std::size_t& cached, std::string_view salt = {}) {
  const engine_input all{tokens, nullptr};
  cached = e.resume(std::span(&all, 1), salt);
  const engine_input rest{tokens.subspan(cached), nullptr};
  const auto logits = e.evaluate(cached, std::span(&rest, 1)).value();
  return {logits.begin(), logits.end()};
}

conversation asking(std::string query) { return {{{role::user, {{origin::user, std::move(query), {}}}}}}; }

}  // namespace

TEST_CASE("going on from an earlier sequence gives the same bits, wherever they part") {
  const sequence_model model;
  auto fresh = model.load(0, 1), e = model.load();
  const auto base = test::random_tokens(200, 1);
  std::size_t cached = 0;
  (void)resumed(e, base, cached);
  CHECK(cached == 0);
  for (const std::size_t fork : {1u, 63u, 64u, 65u, 128u, 150u, 199u}) {
    CAPTURE(fork);
    auto other = base;
    other[fork] = (other[fork] + 1) % static_cast<token_id>(test::tiny_vocabulary_size);
    const auto expected = logits_after(fresh, other);
    CHECK(test::same_bits(resumed(e, other, cached), expected));
    CHECK(cached == fork);
    // And what was shared has not been written to.
    CHECK(test::same_bits(resumed(e, base, cached), logits_after(fresh, base)));
    CHECK(cached == base.size() - 1);
  }
  CHECK(e.remembered_bytes() > 0);
  e.forget();
  CHECK(e.remembered_bytes() == 0);
  CHECK(e.size() == 0);
  (void)resumed(e, base, cached);
  CHECK(cached == 0);  // not even from the sequence that was at hand
}

TEST_CASE("sequences of another salt, and forgotten ones, are computed again") {
  const sequence_model model;
  auto e = model.load();
  const auto tokens = test::random_tokens(100, 2);
  std::size_t cached = 0;
  const auto expected = resumed(e, tokens, cached, "one");
  CHECK(test::same_bits(resumed(e, tokens, cached, "two"), expected));
  CHECK(cached == 0);
  CHECK(test::same_bits(resumed(e, tokens, cached, "one"), expected));
  CHECK(cached == 99);

  auto small = model.load(0);
  (void)resumed(small, tokens, cached);
  (void)resumed(small, test::random_tokens(100, 3), cached);
  CHECK(test::same_bits(resumed(small, tokens, cached), expected));
  CHECK(cached == 0);
  small.remember(true);  // pinned: a limit of nothing does not matter
  (void)resumed(small, test::random_tokens(100, 3), cached);
  CHECK(test::same_bits(resumed(small, tokens, cached), expected));
  CHECK(cached == 99);
}

TEST_CASE("a picture is shared whole or not at all, and only if its source is known") {
  const sequence_model model;
  auto e = model.load();
  const std::size_t width = e.decoder().config().width;
  const auto tokens = test::random_tokens(20, 4);
  image_embedding picture{8, width, std::make_shared<const std::vector<float>>(8 * width, 0.25f)};
  const auto ask = [&](const image_embedding& shown, token_id last) {
    const std::vector<token_id> end{last};
    const engine_input inputs[3] = {{tokens, nullptr}, {{}, &shown}, {end, nullptr}};
    const std::size_t cached = e.resume(inputs);
    std::vector<engine_input> rest;
    if (cached <= 20) rest = {{std::span(tokens).subspan(cached), nullptr}, inputs[1], inputs[2]};
    else rest = {{std::span(end), nullptr}};
    CHECK(e.evaluate(cached, rest));
    return cached;
  };
  CHECK(ask(picture, 1) == 0);
  CHECK(ask(picture, 2) == 20);  // nobody says that it is the same picture
  picture.source.bytes[0] = 7;
  CHECK(ask(picture, 1) == 20);
  CHECK(ask(picture, 2) == 28);
  image_embedding other = picture;
  other.source.bytes[0] = 8;
  CHECK(ask(other, 2) == 20);
}

TEST_CASE("sequences advanced together have the logits they have alone") {
  const sequence_model model;
  auto alone = model.load(0, 1), e = model.load();
  const std::size_t v = e.vocabulary_size();
  std::vector<std::vector<token_id>> texts;
  std::vector<cpu_engine::sequence> sequences;
  std::size_t cached = 0;
  for (const std::size_t n : {5u, 64u, 130u, 131u, 1u}) {
    texts.push_back(test::random_tokens(n, 9));  // each the beginning of the next
    (void)resumed(e, texts.back(), cached);
    sequences.push_back(e.take_sequence());
    CHECK(e.size() == 0);
  }
  for (std::uint64_t round = 0; round < 70; ++round) {
    const auto next = test::random_tokens(texts.size(), 1000 + round);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i].push_back(next[i]);
    const auto logits = e.step(sequences, next).value();
    if (round % 23 != 0) continue;
    for (std::size_t i = 0; i < texts.size(); ++i) CHECK(test::same_bits(logits.subspan(i * v, v), logits_after(alone, texts[i])));
  }
  const std::vector<token_id> bad(texts.size(), static_cast<token_id>(v));
  CHECK(e.step(sequences, bad).error().code == errc::invalid_argument);
  CHECK(e.step(sequences, std::span(bad).first(1)).error().code == errc::invalid_argument);
}

TEST_CASE("a batch of conversations is answered as each alone, errors included") {
  const sequence_model model;
  token_backend together(model.load()), alone(model.load());
  std::vector<conversation> talks;
  for (int i = 0; i < 20; ++i) talks.push_back(asking("Is there a fracture of bone " + std::to_string(i % 7) + "?"));
  talks[3] = asking(std::string(5000, 'x'));  // longer than the context
  for (const double temperature : {0.0, 0.9}) {
    const generate_options options{.max_tokens = 12, .temperature = temperature, .seed = 5};
    const auto answers = together.generate_batch(talks, options);
    REQUIRE(answers.size() == talks.size());
    for (std::size_t i = 0; i < talks.size(); ++i) {
      CAPTURE(i);
      const auto expected = alone.generate(talks[i], options);
      REQUIRE(answers[i].has_value() == expected.has_value());
      if (!expected) {
        CHECK(answers[i].error().code == expected.error().code);
        continue;
      }
      CHECK(answers[i]->text == expected->text);
      CHECK(answers[i]->finish == expected->finish);
      CHECK(answers[i]->completion_tokens == expected->completion_tokens);
      CHECK(answers[i]->prompt_tokens == expected->prompt_tokens);
    }
  }
  CHECK(together.generate_batch({}, {}).empty());
}

TEST_CASE("a batch is cancelled, or out of time: while others have the engine, in its prompts, between its tokens") {
  const sequence_model model;
  token_backend backend(model.load());
  std::vector<conversation> talks;
  for (int i = 0; i < 20; ++i)
    talks.push_back(asking("Is there a fracture of bone " + std::to_string(i) + "?"));  // more than are held at once
  struct after {                                                                        // says stop from the n-th look on
    mutable int looks;
    [[nodiscard]] bool load() const { return looks-- <= 0; }
  };
  std::size_t longest = 0;
  for (const int looks : {0, 1, 30, 100, 120}) {
    CAPTURE(looks);
    const after stop{looks};
    generate_options options{.max_tokens = 24, .temperature = 0.9, .seed = 5};
    const auto whole = backend.generate_batch(talks, options);
    options.cancel = &stop;
    const auto cut = backend.generate_batch(talks, options);
    REQUIRE(cut.size() == talks.size());
    for (std::size_t i = 0; i < cut.size(); ++i) {
      REQUIRE(cut[i]);
      REQUIRE(whole[i]);
      if (cut[i]->finish != finish_reason::cancelled) {
        CHECK(cut[i]->text == whole[i]->text);
      } else {
        CHECK(whole[i]->text.starts_with(cut[i]->text));
      }
      longest = std::max(longest, cut[i]->completion_tokens);
      if (looks == 0) CHECK(cut[i]->completion_tokens == 0);
    }
    CHECK(cut.back()->finish == finish_reason::cancelled);
  }
  CHECK(longest > 1);

  struct gate {  // keeps whoever looks a second time, which is with the engine in hand
    mutable std::atomic<int> looks{0};
    std::atomic<bool> open{false};
    [[nodiscard]] bool load() const {
      if (++looks == 2) {
        while (!open) std::this_thread::yield();
      }
      return false;
    }
  } keeper;
  std::thread other([&] {
    generate_options options{.max_tokens = 1};
    options.cancel = &keeper;
    CHECK(backend.generate(asking("long"), options));
  });
  while (keeper.looks < 2) std::this_thread::yield();
  std::atomic<bool> stop{true};
  generate_options options;
  options.cancel = &stop;
  for (const auto& answer : backend.generate_batch(talks, options)) {
    REQUIRE(answer);
    CHECK(answer->finish == finish_reason::cancelled);
    CHECK(answer->text.empty());
  }
  options.cancel = nullptr;
  options.timeout_seconds = 0.02;
  for (const auto& answer : backend.generate_batch(talks, options)) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::timeout);
  }
  keeper.open = true;
  other.join();
}

TEST_CASE("what somebody asked behind a pinned prefix stays out of its file") {
  const sequence_model model;
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_prefixes_apart.kv").string();
  const auto request = test::random_tokens(100, 21);  // its first 70 positions are what is prepared, 6 of them on the second page
  const auto prefix = std::vector<token_id>(request.begin(), request.begin() + 70);
  std::size_t cached = 0;
  std::string alone, after;
  const auto saved = [&](cpu_engine& e) {
    (void)resumed(e, prefix, cached, "clinic");
    e.remember(true);
    REQUIRE(e.save_prefixes(path));
    return read_file(path, 1u << 30).value();
  };
  auto fresh = model.load();
  alone = saved(fresh);
  auto used = model.load();
  (void)resumed(used, request, cached, "clinic");
  after = saved(used);
  CHECK(cached == 69);
  CHECK(alone == after);
  std::filesystem::remove(path);
}

TEST_CASE("prepared prefixes go through a file, and a bad file changes nothing") {
  const sequence_model model;
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_prefixes.kv").string();
  const auto tokens = test::random_tokens(150, 11), fork = test::random_tokens(90, 12);
  std::vector<token_id> other(tokens.begin(), tokens.begin() + 100);
  other.insert(other.end(), fork.begin(), fork.end());
  std::size_t cached = 0;
  std::vector<float> expected, expected_other;
  {
    auto e = model.load();
    expected = resumed(e, tokens, cached, "clinic");
    e.remember(true);
    expected_other = resumed(e, other, cached, "clinic");
    e.remember();
    REQUIRE(e.save_prefixes(path));
    auto elsewhere = model.load();
    REQUIRE(elsewhere.load_prefixes(path));
    (void)resumed(elsewhere, other, cached, "clinic");
    CHECK(cached == 100);  // what was not pinned is somebody's request, and stays out of the file
    (void)resumed(elsewhere, tokens, cached, "clinic");
    CHECK(cached == 149);
    REQUIRE(e.save_prefixes(path, true));
  }
  auto e = model.load(0);  // only what was pinned stays under a limit of nothing
  REQUIRE(e.load_prefixes(path));
  CHECK(test::same_bits(resumed(e, tokens, cached, "clinic"), expected));
  CHECK(cached == 149);
  auto roomy = model.load();
  REQUIRE(roomy.load_prefixes(path));
  CHECK(test::same_bits(resumed(roomy, other, cached, "clinic"), expected_other));
  CHECK(cached == 189);
  CHECK(test::same_bits(resumed(roomy, other, cached, "elsewhere"), expected_other));
  CHECK(cached == 0);

  std::string bytes = read_file(path, 1u << 30).value();
  const auto refused = [&](std::string changed) {
    REQUIRE(write_file(path, changed));
    auto fresh = model.load();
    const auto done = fresh.load_prefixes(path);
    REQUIRE(!done);
    CHECK(fresh.remembered_bytes() == 0);
    return done.error().code;
  };
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{60}, bytes.size() / 2, bytes.size() - 1}) {
    CHECK(refused(bytes.substr(0, size)) == errc::parse);
  }
  const auto resigned = [](std::string body) {  // a liar who knows the format
    body.resize(body.size() - 32);
    const digest sum = sha256{}.update(std::string_view(body)).finish();
    return body.append(reinterpret_cast<const char*>(sum.bytes.data()), 32);
  };
  rng r(5);
  for (int i = 0; i < 200; ++i) {
    std::string changed = bytes;
    changed[40 + r.below(static_cast<std::uint32_t>(i < 150 ? 200 : bytes.size() - 72))] ^= static_cast<char>(1 + r.below(255));
    CHECK(refused(changed) == errc::parse);
    REQUIRE(write_file(path, resigned(changed)));
    auto fresh = model.load();
    (void)fresh.load_prefixes(path);  // an error or not: nothing is read outside the file
    (void)resumed(fresh, tokens, cached, "clinic");
  }
  std::string elsewhere = bytes;
  elsewhere[10] ^= 1;  // the identity
  CHECK(refused(resigned(elsewhere)) == errc::mismatch);
  std::remove(path.c_str());
  CHECK(e.load_prefixes(path).error().code == errc::not_found);
}

TEST_CASE("prepared prefixes of other weights, other eyes or another kernel table's arithmetic are refused, and change nothing") {
  const test::saved_file weights(test::tiny_llama({.context = 512}), "prefix_weights");
  const test::saved_file others(test::tiny_llama({.context = 512, .seed = 2}), "prefix_others");
  const test::saved_file eyes(test::tiny_mmproj(), "prefix_eyes"), other_eyes(test::tiny_mmproj({.seed = 2}), "prefix_other_eyes");
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_prefixes_whose.kv").string();
  const auto tokens = test::random_tokens(100, 31);
  std::size_t cached = 0;
  const auto load = [&](const std::string& model, const std::string& mmproj, const engine::kernel_table* kernels = nullptr) {
    return cpu_engine::load(model, {.mmproj = mmproj, .threads = 1, .kernels = kernels}).value();
  };
  auto writer = load(weights.path, eyes.path);
  const auto expected = resumed(writer, tokens, cached);
  writer.remember(true);
  REQUIRE(writer.save_prefixes(path));
  const auto refused = [&](cpu_engine e) {
    const auto done = e.load_prefixes(path);
    REQUIRE(!done);
    CHECK(done.error().code == errc::mismatch);
    CHECK(done.error().where == path);
    CHECK(e.remembered_bytes() == 0);
  };
  refused(load(others.path, eyes.path));
  refused(load(weights.path, other_eyes.path));
  refused(load(weights.path, {}));
  std::size_t tables = 0;
  for (const engine::kernel_table* k : engine::usable_kernels()) {
    if (k == &writer.decoder().kernels()) continue;
    ++tables;
    refused(load(weights.path, eyes.path, k));
  }
  if (tables == 0) std::printf("SKIPPED prefixes of another kernel table: the portable one alone runs here\n");
  auto same = load(weights.path, eyes.path, &writer.decoder().kernels());
  REQUIRE(same.load_prefixes(path));
  CHECK(test::same_bits(resumed(same, tokens, cached), expected));
  CHECK(cached == 99);
  // And the other way round: what a model without eyes wrote is of no use to one with them.
  auto blind = load(weights.path, {});
  (void)resumed(blind, tokens, cached);
  blind.remember(true);
  REQUIRE(blind.save_prefixes(path));
  refused(load(weights.path, eyes.path));
  std::remove(path.c_str());
}

TEST_CASE("keys and values in 8 bits: half the memory, the same bits from the cache, and a file of their own") {
  const sequence_model model(2);  // heads of 32
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_prefixes_q8.kv").string();
  const auto tokens = test::random_tokens(150, 21);
  const auto q8 = engine::kv_type::q8;
  auto plain = model.load(0, 1), fresh = model.load(0, 1, q8), e = model.load(64u << 20, 2, q8);
  const auto expected = logits_after(fresh, tokens), exact = logits_after(plain, tokens);
  std::size_t cached = 0;
  (void)resumed(e, std::span(tokens).first(100), cached);
  CHECK(test::same_bits(resumed(e, tokens, cached), expected));
  CHECK(cached == 100);
  CHECK(!test::same_bits(expected, exact));
  double spread = 0, error = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    spread += std::abs(static_cast<double>(exact[i]));
    error += std::abs(static_cast<double>(exact[i] - expected[i]));
  }
  CHECK(error < 0.02 * spread);
  CHECK(e.decoder().new_cache().page_bytes() * 100 < plain.decoder().new_cache().page_bytes() * 57);  // of 64 components 53

  e.remember(true);
  REQUIRE(e.save_prefixes(path));
  CHECK(plain.load_prefixes(path).error().code == errc::mismatch);
  auto unrounded = cpu_engine::load(model.path, {.threads = 1, .kv_type = q8, .activations = engine::activation_type::f32}).value();
  CHECK(unrounded.load_prefixes(path).error().code == errc::mismatch);
  auto warm = model.load(64u << 20, 2, q8);
  REQUIRE(warm.load_prefixes(path));
  CHECK(test::same_bits(resumed(warm, tokens, cached), expected));
  CHECK(cached == 149);
  auto bytes = read_file(path, 1u << 30).value();
  const std::uint32_t infinite = 0x7f800000u;  // the last value's scale
  std::memcpy(bytes.data() + bytes.size() - 32 - 4, &infinite, 4);
  bytes.resize(bytes.size() - 32);
  const digest sum = sha256{}.update(std::string_view(bytes)).finish();
  REQUIRE(write_file(path, bytes.append(reinterpret_cast<const char*>(sum.bytes.data()), 32)));
  CHECK(model.load(0, 1, q8).load_prefixes(path).error().code == errc::parse);
  std::remove(path.c_str());
  const sequence_model narrow;  // heads of 16
  CHECK(cpu_engine::load(narrow.path, {.kv_type = q8}).error().code == errc::unsupported);
}

namespace {

/// The small Gemma 3 of data/both_ways.txt and its eyes.
struct tiny_seer {
  std::string model = (std::filesystem::temp_directory_path() / "inoculum_gemma3.gguf").string();
  std::string mmproj = (std::filesystem::temp_directory_path() / "inoculum_gemma3_eyes.gguf").string();
  tiny_seer() { REQUIRE((test::tiny_gemma3().save(model) && test::tiny_eyes(test::tiny_gemma3_eyes()).save(mmproj))); }
  ~tiny_seer() {
    std::remove(model.c_str());
    std::remove(mmproj.c_str());
  }
  [[nodiscard]] cpu_engine load(int threads) const { return cpu_engine::load(model, {.mmproj = mmproj, .threads = threads}).value(); }
};

/// Tokens, a picture, tokens, a picture, tokens.
struct seen_input {
  std::vector<std::vector<token_id>> tokens{};
  std::vector<image_embedding> pictures{};
  std::vector<engine_input> inputs{};
  explicit seen_input(cpu_engine& e) {
    int position = 0;
    for (const test::picture_shape& p : test::compared_pictures) {
      tokens.push_back(test::tokens_around_pictures(position));
      pictures.push_back(e.encode_image(test::drawn_picture(p.kind, p.width, p.height)).value());
      position += static_cast<int>(tokens.back().size() + pictures.back().rows);
    }
    tokens.push_back(test::tokens_around_pictures(position));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      inputs.push_back({tokens[i], nullptr});
      if (i < pictures.size()) inputs.push_back({{}, &pictures[i]});
    }
  }
};

}  // namespace

TEST_CASE("Gemma 3 sees a picture both ways, as llama.cpp does with the same files") {
  const tiny_seer files;
  auto e = files.load(2);
  std::ifstream in("tests/engine/data/both_ways.txt");
  std::string word, sum;
  REQUIRE(static_cast<bool>(in >> word >> sum));
  REQUIRE(digest_of(read_file(files.model, 1u << 30).value()).hex() == sum);
  const seen_input seen(e);
  REQUIRE(seen.pictures[0].rows == 256);
  const auto logits = e.evaluate_all(0, seen.inputs).value();
  const std::size_t v = e.vocabulary_size(), last = seen.tokens.back().size();
  double worst = 0;
  for (std::size_t i = 0; i < last; ++i) {
    const auto row = logits.subspan(logits.size() - (last - i) * v, v);
    for (std::size_t k = 0; k < 16; ++k) {
      double theirs = 0;
      REQUIRE(static_cast<bool>(in >> theirs));
      worst = std::max(worst, std::abs(theirs - static_cast<double>(row[k])));
    }
  }
  MESSAGE("largest logit difference " << worst);
  CHECK(worst < 0.005);
}

TEST_CASE("a picture seen both ways: the same bits however the prompt is split, on any number of threads, and from the cache") {
  const tiny_seer files;
  auto e = files.load(1);
  const seen_input seen(e);
  const auto all = e.evaluate(0, seen.inputs).value();
  const std::vector<float> expected(all.begin(), all.end());
  auto other = files.load(3);
  std::size_t at = 0;
  std::span<const float> logits;
  for (const engine_input& input : seen.inputs) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, input.tokens.size()); i += 5) {
      const engine_input part{
          input.tokens.empty() ? input.tokens : input.tokens.subspan(i, std::min<std::size_t>(5, input.tokens.size() - i)), input.image};
      logits = other.evaluate(at, std::span(&part, 1)).value();
      at = other.size();
    }
  }
  CHECK(test::same_bits(logits, expected));
  CHECK(other.resume(seen.inputs) == 3 * 13 + 2 * 256 - 1);
  const engine_input end{std::span(seen.tokens.back()).last(1), nullptr};
  CHECK(test::same_bits(other.evaluate(other.size(), std::span(&end, 1)).value(), expected));
  CHECK(other.evaluate(100, std::span(&end, 1)).error().message.find("part of a picture") != std::string::npos);
  CHECK(other.evaluate(13, std::span(&end, 1)));
}
