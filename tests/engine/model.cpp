// SPDX-License-Identifier: Apache-2.0
// The engine on small random-weight files: its invariants to the bit, and what bad input gets.
#include <doctest/doctest.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <inoculum/backend/token_backend.hpp>
#include <inoculum/engine/engine.hpp>

#include "common.hpp"

using namespace inoculum;

namespace {

std::vector<float> all_logits(cpu_engine& e, std::size_t keep, std::span<const token_id> tokens) {
  const engine_input input{tokens, nullptr};
  const auto logits = e.evaluate_all(keep, std::span(&input, 1)).value();
  return {logits.begin(), logits.end()};
}
std::vector<float> last_logits(cpu_engine& e, std::size_t keep, std::span<const token_id> tokens) {
  const engine_input input{tokens, nullptr};
  const auto logits = e.evaluate(keep, std::span(&input, 1)).value();
  return {logits.begin(), logits.end()};
}

}  // namespace

TEST_CASE("a token's logits depend on the sequence alone") {
  struct variant {
    const char* architecture;
    ggml_type type;
    std::uint32_t layers;
    std::uint32_t heads = 4;
    engine::kv_type kv = engine::kv_type::q16;
  };
  for (const variant& kind :
       {variant{"llama", ggml_type::q4_1, 2}, variant{"llama", ggml_type::q4_0, 2}, variant{"llama", ggml_type::q8_0, 2},
        variant{"llama", ggml_type::f32, 2}, variant{"qwen2", ggml_type::q8_0, 2}, variant{"gemma3", ggml_type::q8_0, 7},
        variant{"llama", ggml_type::q4_0, 2, 2, engine::kv_type::q8}, variant{"gemma3", ggml_type::q4_0, 7, 2, engine::kv_type::q8}}) {
    CAPTURE(kind.architecture);
    CAPTURE(to_string(kind.type));
    const test::saved_file file(test::tiny_llama(
        {.architecture = kind.architecture, .layers = kind.layers, .heads = kind.heads, .context = 1024, .matrix = kind.type}));
    const auto tokens = test::random_tokens(530, 5);  // more than two chunks, and three segments of attention
    const std::size_t v = test::tiny_vocabulary_size;
    auto e = cpu_engine::load(file.path, {.threads = 1, .kv_type = kind.kv}).value();
    const auto reference = all_logits(e, 0, tokens);
    for (const float logit : reference) REQUIRE(std::isfinite(logit));
    const auto row = [&](std::size_t i) { return std::span(reference).subspan(i * v, v); };

    SUBCASE("the same of every kernel table: threads, cuts, and what the cache held") {
      for (const engine::kernel_table* k : engine::usable_kernels()) {
        CAPTURE(k->name);
        auto whole = cpu_engine::load(file.path, {.threads = 1, .kv_type = kind.kv, .kernels = k}).value();
        auto cut = cpu_engine::load(file.path, {.threads = 3, .kv_type = kind.kv, .kernels = k}).value();
        const auto expected = all_logits(whole, 0, std::span(tokens).first(300));
        (void)last_logits(cut, 0, test::random_tokens(350, 99));
        (void)last_logits(cut, 0, std::span(tokens).first(1));
        (void)last_logits(cut, 1, std::span(tokens).subspan(1, 69));
        CHECK(test::same_bits(last_logits(cut, 70, std::span(tokens).subspan(70, 230)), std::span(expected).last(v)));
        CHECK(test::same_bits(last_logits(cut, 299, std::span(tokens).subspan(299, 1)), std::span(expected).last(v)));
      }
    }
    SUBCASE("threads") {
      for (const int threads : {2, 3, 5}) {
        auto other = cpu_engine::load(file.path, {.threads = threads, .kv_type = kind.kv}).value();
        CHECK(test::same_bits(all_logits(other, 0, tokens), reference));
      }
    }
    SUBCASE("how the prompt is split, and logits of the last position only") {
      rng r(17);
      auto other = cpu_engine::load(file.path, {.threads = 2, .kv_type = kind.kv}).value();
      std::size_t at = 0;
      while (at < tokens.size()) {
        const std::size_t n = std::min<std::size_t>(tokens.size() - at, r.chance(0.5) ? 1 : 1 + r.below(90));
        CHECK(test::same_bits(last_logits(other, at, std::span(tokens).subspan(at, n)), row(at + n - 1)));
        at += n;
        CHECK(other.size() == at);
      }
    }
    SUBCASE("what the cache held before") {
      auto other = cpu_engine::load(file.path, {.threads = 2, .kv_type = kind.kv}).value();
      (void)last_logits(other, 0, test::random_tokens(400, 99));
      CHECK(test::same_bits(last_logits(other, 0, std::span(tokens).first(100)), row(99)));
      (void)last_logits(other, 100, test::random_tokens(150, 98));
      CHECK(test::same_bits(last_logits(other, 100, std::span(tokens).subspan(100)), row(529)));
      (void)last_logits(other, 7, test::random_tokens(1, 97));
      CHECK(test::same_bits(last_logits(other, 7, std::span(tokens).subspan(7, 1)), row(7)));
    }
  }
}

TEST_CASE("every kernel table gives nearly the same logits") {
  const test::saved_file file(test::tiny_llama());
  const auto tokens = test::random_tokens(90, 3);
  auto exact = cpu_engine::load(file.path, {.kernels = &engine::portable::table}).value();
  const auto expected = last_logits(exact, 0, tokens);
  double spread = 0;
  for (const float v : expected) spread = std::max(spread, std::abs(static_cast<double>(v)));
  for (const engine::kernel_table* k : engine::usable_kernels()) {
    CAPTURE(k->name);
    auto e = cpu_engine::load(file.path, {.kernels = k}).value();
    CHECK(std::string(e.decoder().kernels().name) == k->name);
    const auto got = last_logits(e, 0, tokens);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(std::abs(static_cast<double>(got[i] - expected[i])) < 0.02 * spread);  // a rounding that flips one activation's quant
    }
  }
}

TEST_CASE("what a file says of scaling, caps, windows and bases takes effect, and nothing else does") {
  const auto tokens = test::random_tokens(150, 5);
  const auto logits_of = [&](const test::gguf_writer& writer) {
    const test::saved_file file(writer, "said");
    auto e = cpu_engine::load(file.path, {.threads = 2, .kernels = &engine::portable::table}).value();
    return all_logits(e, 0, tokens);
  };
  const std::size_t v = test::tiny_vocabulary_size;
  const auto first_difference = [&](const std::vector<float>& a, const std::vector<float>& b) {
    std::size_t row = 0;
    while (row * v < a.size() && test::same_bits(std::span(a).subspan(row * v, v), std::span(b).subspan(row * v, v))) ++row;
    return row;
  };
  const test::tiny_llama_options gemma{.architecture = "gemma3", .layers = 6, .matrix = ggml_type::f32, .embedding = ggml_type::f32};
  const auto plain = logits_of(test::tiny_llama(gemma));

  // A cap: cap · tanh(logit / cap) of each, by its definition.
  const auto capped = logits_of(test::tiny_llama(gemma).real("gemma3.final_logit_softcapping", 2.0f));
  for (std::size_t i = 0; i < plain.size(); i += 97) CHECK(capped[i] == doctest::Approx(2.0 * std::tanh(plain[i] / 2.0)).epsilon(1e-5));

  // Linear scaling by 2: the global layer alone turns half as far, and the local ones as before; of a llama all of them.
  const auto linear = [](test::gguf_writer w, const std::string& architecture, float factor) {
    return w.text(architecture + ".rope.scaling.type", "linear").real(architecture + ".rope.scaling.factor", factor);
  };
  CHECK(first_difference(plain, logits_of(linear(test::tiny_llama(gemma), "gemma3", 1.0f))) == 150);
  CHECK(first_difference(plain, logits_of(linear(test::tiny_llama(gemma), "gemma3", 2.0f))) == 1);  // nothing turns at position 0
  auto five = gemma;
  five.layers = 5;  // the sixth would be the first that is not local
  CHECK(first_difference(logits_of(test::tiny_llama(five)), logits_of(linear(test::tiny_llama(five), "gemma3", 2.0f))) == 150);
  // A llama's layers all turn so.
  const test::tiny_llama_options llama{.layers = 1, .matrix = ggml_type::f32, .embedding = ggml_type::f32};
  const std::vector<token_id> pair{7, 9};
  const auto last_of = [&](const test::gguf_writer& writer, std::span<const token_id> ids) {
    const test::saved_file file(writer, "turned");
    auto e = cpu_engine::load(file.path, {.threads = 1, .kernels = &engine::portable::table}).value();
    return last_logits(e, 0, ids);
  };
  CHECK(test::same_bits(last_of(test::tiny_llama(llama), pair), last_of(linear(test::tiny_llama(llama), "llama", 1.0f), pair)));
  CHECK(!test::same_bits(last_of(test::tiny_llama(llama), pair), last_of(linear(test::tiny_llama(llama), "llama", 2.0f), pair)));

  // Local layers' own base: what stands there by default, and another.
  CHECK(first_difference(plain, logits_of(test::tiny_llama(gemma).real("gemma3.rope.freq_base_swa", 10000.0f))) == 150);
  CHECK(first_difference(plain, logits_of(test::tiny_llama(gemma).real("gemma3.rope.freq_base_swa", 500.0f))) == 1);

  // Windows: a local layer sees 96 positions, so without local layers the first 96 rows would be the same if the bases were.
  const auto same_bases = [&](std::uint32_t pattern, std::uint32_t window) {
    auto o = gemma;
    o.window = window;
    return logits_of(
        test::tiny_llama(o).number("gemma3.attention.sliding_window_pattern", pattern).real("gemma3.rope.freq_base_swa", 100000.0f));
  };
  CHECK(first_difference(same_bases(1, 96), same_bases(6, 96)) == 96);
  CHECK(first_difference(same_bases(2, 96), same_bases(6, 96)) == 96);
  CHECK(first_difference(same_bases(1, 96), same_bases(1, 40)) == 150);  // every layer sees all: no window shows
  CHECK(first_difference(same_bases(7, 96), same_bases(7, 40)) == 40);

  // 62 layers are the 27B model, whose queries are scaled by width / heads and not by a head's width: with heads wider than that, it shows.
  const auto config_of = [&](std::uint32_t layers) {
    auto o = gemma;
    o.layers = layers;
    o.head_width = 32;  // width / heads is 16
    const auto bytes = test::tiny_llama(o).bytes();
    return engine::read_decoder_config(gguf_file::from_bytes(bytes).value()).value();
  };
  CHECK(config_of(61).attention_scale == 1.0f / std::sqrt(32.0f));
  CHECK(config_of(62).attention_scale == 1.0f / std::sqrt(16.0f));
  for (const char* bad : {"gemma3.attn_logit_softcapping", "gemma3.final_logit_softcapping", "gemma3.rope.freq_base_swa"}) {
    const test::saved_file file(test::tiny_llama(gemma).real(bad, bad[7] == 'a' ? 50.0f : -1.0f), "bad");
    CHECK_FALSE(cpu_engine::load(file.path, {.threads = 1}));
  }
}

TEST_CASE("what a file says of its rotary turns: factors with and without a type, under both names, and of each pair") {
  const test::tiny_llama_options options{.layers = 1, .matrix = ggml_type::f32, .embedding = ggml_type::f32};
  const auto plain = [&] { return test::tiny_llama(options); };
  const auto tokens = test::random_tokens(20, 5);
  const auto logits_of = [&](const test::gguf_writer& writer) {
    const test::saved_file file(writer, "turned");
    auto e = cpu_engine::load(file.path, {.threads = 1, .kernels = &engine::portable::table}).value();
    return all_logits(e, 0, tokens);
  };
  const auto same = [](const std::vector<float>& a, const std::vector<float>& b) { return test::same_bits(a, b); };
  const auto unscaled = logits_of(plain());
  const auto halved = logits_of(plain().text("llama.rope.scaling.type", "linear").real("llama.rope.scaling.factor", 2.0f));
  CHECK(!same(unscaled, halved));
  CHECK(same(halved, logits_of(plain().real("llama.rope.scaling.factor", 2.0f))));  // a missing type is linear
  CHECK(same(halved, logits_of(plain().real("llama.rope.scale_linear", 2.0f))));
  CHECK(same(halved, logits_of(plain().text("llama.rope.scaling.type", "linear").real("llama.rope.scale_linear", 2.0f))));
  CHECK(same(halved, logits_of(plain().real("llama.rope.scaling.factor", 2.0f).real("llama.rope.scale_linear", 4.0f))));
  CHECK(same(unscaled, logits_of(plain().real("llama.rope.scaling.factor", 0.0f).real("llama.rope.scale_linear", 4.0f))));
  CHECK(same(unscaled, logits_of(plain().text("llama.rope.scaling.type", "none").real("llama.rope.scaling.factor", 2.0f))));
  CHECK(same(unscaled, logits_of(plain().text("llama.rope.scaling.type", "linear"))));
  CHECK(same(unscaled, logits_of(plain().real("llama.rope.scaling.attn_factor", 1.0f))));

  // Of each pair: 2 for all is linear scaling by 2, and for the first alone neither.
  const auto with = [&](std::vector<float> factors) { return plain().floats("rope_freqs.weight", {factors.size()}, factors); };
  CHECK(same(unscaled, logits_of(with(std::vector<float>(8, 1.0f)))));
  CHECK(same(halved, logits_of(with(std::vector<float>(8, 2.0f)))));
  std::vector<float> first(8, 1.0f);
  first[0] = 2.0f;
  CHECK(!same(unscaled, logits_of(with(first))));
  CHECK(!same(halved, logits_of(with(first))));

  const auto refused = [&](const test::gguf_writer& writer, std::string_view what) {
    const test::saved_file file(writer, "bad");
    const auto e = cpu_engine::load(file.path, {.threads = 1});
    REQUIRE(!e);
    CAPTURE(e.error().to_string());
    CHECK(e.error().message.find(what) != std::string::npos);
  };
  for (const char* type : {"yarn", "longrope", "su", ""})
    refused(plain().text("llama.rope.scaling.type", type), "\"" + std::string(type) + "\"");
  refused(plain().text("llama.rope.scaling.type", "yarn").real("llama.rope.scaling.factor", 4.0f), "\"yarn\"");
  refused(plain().number("llama.rope.scaling.type", 1), "rope.scaling.type");
  refused(plain().text("llama.rope.scaling.factor", "2"), "rope.scaling.factor");
  refused(plain().text("llama.rope.scale_linear", "2"), "rope.scale_linear");
  refused(plain().real("llama.rope.scaling.factor", -2.0f), "rope scaling");
  refused(plain().real("llama.rope.scaling.factor", std::nanf("")), "rope scaling");
  refused(plain().real("llama.rope.scaling.attn_factor", 1.5f), "attn_factor");
  refused(with(std::vector<float>(7, 1.0f)), "rope_freqs.weight");
  refused(with(std::vector<float>(16, 1.0f)), "rope_freqs.weight");
  for (const float bad : {0.0f, -1.0f, std::nanf(""), 1.0f / 0.0f}) {
    std::vector<float> factors(8, 1.0f);
    factors[7] = bad;
    refused(with(factors), "rope_freqs.weight");
  }
  auto other = options;
  other.architecture = "qwen2";  // has no such factors
  refused(test::tiny_llama(other).floats("rope_freqs.weight", {8}, std::vector<float>(8, 1.0f)), "rope_freqs.weight");
  other.architecture = "gemma3";
  const std::vector<std::int32_t> by_layer(options.layers, 1);
  refused(test::tiny_llama(other).integers("gemma3.attention.sliding_window_pattern", by_layer), "sliding_window_pattern");
}

TEST_CASE("a continuation's score is the sum of its tokens' log-probabilities") {
  const test::saved_file file(test::tiny_llama({.matrix = ggml_type::f32, .embedding = ggml_type::f32, .spread = 0.15f, .head = true}),
                              "scored");
  auto e = cpu_engine::load(file.path, {.threads = 1}).value();
  token_backend backend(cpu_engine::load(file.path, {.threads = 2}).value());
  const auto say = [](role who, const char* words) { return message{who, {{origin::user, words, {}}}}; };
  const conversation talk{{say(role::system, "be brief"), say(role::user, "hello world")}};
  std::vector<token_id> tokens;  // ChatML, by hand: 1 and 2 are its control tokens
  const auto add = [&](std::string_view words) {
    for (const token_id id : e.tokenize(words)) tokens.push_back(id);
  };
  for (const char* turn : {"system\nbe brief", "user\nhello world"}) {
    tokens.push_back(1);
    add(turn);
    tokens.push_back(2);
    add("\n");
  }
  tokens.push_back(1);
  add("assistant\n");
  const std::size_t asked = tokens.size();
  for (const char* continuation : {"a", "hello world, or so", "zzzz"}) {
    tokens.resize(asked);
    add(continuation);
    const auto logits = all_logits(e, 0, tokens);
    double expected = 0;
    for (std::size_t i = asked; i < tokens.size(); ++i) {  // log softmax, by its definition
      const auto row = std::span(logits).subspan((i - 1) * e.vocabulary_size(), e.vocabulary_size());
      double sum = 0;
      for (const float v : row) sum += std::exp(static_cast<double>(v));
      expected += static_cast<double>(row[static_cast<std::size_t>(tokens[i])]) - std::log(sum);
    }
    CHECK(expected < -1.0);
    for (int again = 0; again < 2; ++again)  // the second time from the cache
      CHECK(backend.score(talk, continuation).value() == doctest::Approx(expected).epsilon(1e-6));
  }
}

TEST_CASE("a picture's rows stand where tokens could") {
  const test::saved_file file(test::tiny_llama());
  auto e = cpu_engine::load(file.path, {.threads = 2}).value();
  const auto tokens = test::random_tokens(12, 8);
  const std::size_t width = e.decoder().config().width;
  auto rows = std::make_shared<std::vector<float>>(12 * width);
  for (std::size_t i = 0; i < 12; ++i)
    e.decoder().weights().embed(static_cast<std::size_t>(tokens[i]), std::span(*rows).subspan(i * width, width));
  const auto expected = last_logits(e, 0, tokens);

  const image_embedding middle{4, width,
                               std::make_shared<const std::vector<float>>(rows->begin() + static_cast<std::ptrdiff_t>(5 * width),
                                                                          rows->begin() + static_cast<std::ptrdiff_t>(9 * width))};
  const engine_input inputs[3] = {{std::span(tokens).first(5), nullptr}, {{}, &middle}, {std::span(tokens).subspan(9), nullptr}};
  CHECK(test::same_bits(e.evaluate(0, inputs).value(), expected));

  const image_embedding narrow{4, width / 2, std::make_shared<const std::vector<float>>(4 * width / 2)};
  const engine_input bad{{}, &narrow};
  CHECK(e.evaluate(0, std::span(&bad, 1)).error().code == errc::invalid_argument);
  auto broken = std::make_shared<std::vector<float>>(4 * width);
  (*broken)[9] = std::nanf("");
  const image_embedding nan{4, width, broken};
  const engine_input worse{{}, &nan};
  CHECK(e.evaluate(0, std::span(&worse, 1)).error().message.find("not finite") != std::string::npos);
  CHECK(e.picture_positions(image()) == 0);
  CHECK(e.encode_image(image::from_rgb(1, 1, {0, 0, 0}).value()).error().code == errc::unsupported);
}

TEST_CASE("bad calls fail before any work and change nothing") {
  const test::saved_file file(test::tiny_llama({.context = 64}));
  auto e = cpu_engine::load(file.path, {.threads = 1, .context = 40}).value();
  const auto tokens = test::random_tokens(60, 8);
  const auto before = last_logits(e, 0, std::span(tokens).first(10));
  const auto fails = [&](std::size_t keep, std::span<const token_id> ids) {
    const engine_input input{ids, nullptr};
    auto r = e.evaluate(keep, std::span(&input, 1));
    REQUIRE(!r);
    return r.error();
  };
  CHECK(fails(10, std::span(tokens).first(37)).code == errc::budget);
  CHECK(fails(10, std::span(tokens).first(37)).message.find("7 more than the context of 40") != std::string::npos);
  CHECK(fails(11, std::span(tokens).first(1)).code == errc::invalid_argument);
  CHECK(fails(10, {}).code == errc::invalid_argument);
  const token_id bad[2] = {1, static_cast<token_id>(test::tiny_vocabulary_size)};
  CHECK(fails(10, bad).code == errc::invalid_argument);
  const token_id negative[1] = {-1};
  CHECK(fails(10, negative).code == errc::invalid_argument);
  CHECK(e.size() == 10);
  CHECK(test::same_bits(last_logits(e, 9, std::span(tokens).subspan(9, 1)), before));
  CHECK(last_logits(e, 10, std::span(tokens).subspan(10, 30)).size() == test::tiny_vocabulary_size);  // exactly full
}

TEST_CASE("what a model file may not be") {
  const auto refused = [](const test::gguf_writer& writer, const engine_options& options = {.threads = 1}) {
    const test::saved_file file(writer, "bad");
    auto r = cpu_engine::load(file.path, options);
    REQUIRE(!r);
    MESSAGE(r.error().to_string());
    return r.error();
  };
  CHECK(cpu_engine::load("/nowhere/model.gguf").error().code == errc::not_found);
  CHECK(refused(test::tiny_llama({.width = 256, .hidden = 256, .matrix = ggml_type::q3_k})).message.find("q3_K") != std::string::npos);
  CHECK(refused(test::tiny_llama({.heads = 8})).code == errc::unsupported);  // heads of 8 components
  CHECK(refused(test::tiny_llama({.heads = 4, .kv_heads = 3})).code == errc::unsupported);
  CHECK(refused(test::tiny_llama({.context = 64}), {.threads = 1, .context = 65}).code == errc::invalid_argument);
  CHECK(refused(test::tiny_llama(), {.threads = -1}).code == errc::invalid_argument);

  auto extra = test::tiny_llama();
  extra.floats("blk.0.attn_q.bias", {64}, std::vector<float>(64));
  CHECK(refused(extra).message.find("blk.0.attn_q.bias") != std::string::npos);
  CHECK(refused(test::tiny_vocabulary().text("general.architecture", "mamba")).message.find("mamba") != std::string::npos);
  CHECK(refused(test::tiny_vocabulary().text("general.architecture", "llama")).message.find("llama.block_count") != std::string::npos);

  auto wrong = test::tiny_vocabulary();
  wrong.text("general.architecture", "llama").number("llama.block_count", 1).number("llama.context_length", 64);
  wrong.number("llama.embedding_length", 4000000000u);
  CHECK(refused(wrong).message.find("embedding_length") != std::string::npos);

  test::gguf_writer writer = test::tiny_llama();
  auto bytes = writer.bytes();
  const test::saved_file file(writer, "cut");
  for (const double part : {0.1, 0.5, 0.9, 0.999}) {  // truncated anywhere
    std::filesystem::resize_file(file.path, static_cast<std::uintmax_t>(part * static_cast<double>(bytes.size())));
    CHECK(!cpu_engine::load(file.path, {.threads = 1}));
    REQUIRE(writer.save(file.path));
  }
}

TEST_CASE("a value that is no number is found at load, in whatever tensor, and one that overflows when it is used") {
  const ggml_type types[] = {ggml_type::f32, ggml_type::f16, ggml_type::bf16, ggml_type::q8_0, ggml_type::q4_0, ggml_type::q4_1};
  for (const ggml_type type : types) {
    CAPTURE(to_string(type));
    auto writer = test::tiny_llama({.matrix = type, .embedding = type});
    rng r(4);
    writer.tensor("output.weight", type, {64, test::tiny_vocabulary_size}, test::random_tensor(type, 64 * test::tiny_vocabulary_size, r));
    const test::saved_file file(writer, "untied");
    CHECK(cpu_engine::load(file.path, {.threads = 2}));  // an output layer of its own
    const auto bytes = writer.bytes();
    for (const char* name : {"token_embd.weight", "output.weight", "blk.1.ffn_down.weight"}) {
      CAPTURE(name);
      const auto tensor = *gguf_file::from_bytes(bytes)
                               .value()
                               .require_tensor(name, {name[0] == 'b' ? 128u : 64u, name[0] == 'b' ? 64u : test::tiny_vocabulary_size})
                               .value();
      auto bad = bytes;
      const auto block = layout_of(type)->bytes;  // the last block's first value or scale
      std::memset(&bad[tensor.offset + tensor.data.size() - block], 0xff, type == ggml_type::f32 ? 4 : 2);
      std::ofstream(file.path, std::ios::binary).write(reinterpret_cast<const char*>(bad.data()), static_cast<std::streamsize>(bad.size()));
      const auto refused = cpu_engine::load(file.path, {.threads = 2});
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == errc::parse);
      CHECK(refused.error().message.find(name) != std::string::npos);
    }
  }
  auto huge = test::tiny_llama({.layers = 1, .floats = true});
  huge.floats("output.weight", {64, test::tiny_vocabulary_size}, std::vector<float>(64 * test::tiny_vocabulary_size, 3e38f));
  const test::saved_file file(huge, "huge");
  auto e = cpu_engine::load(file.path, {.threads = 1}).value();
  const std::vector<token_id> one{5};
  const engine_input input{one, nullptr};
  CHECK(e.evaluate(0, std::span(&input, 1)).error().message.find("not finite") != std::string::npos);
}

TEST_CASE("a team's threads share the work and then sleep") {
  for (const int threads : {1, 2, 4}) {
    engine::thread_team team(threads);
    CHECK(team.size() == static_cast<std::size_t>(threads));
    for (int round = 0; round < 50; ++round) {
      std::vector<int> done(1000, 0);
      std::vector<int> again(10, 0), large_first(333, 0);
      int finished = 0, seen_whole = 0;  // written by one thread, before any goes on
      team.run([&](std::size_t) {
        team.each(done.size(), 7, [&](std::size_t i) { ++done[i]; });
        team.each(again.size(), 1, [&](std::size_t i) { again[i] = done[i * 99]; });
        team.each(
            large_first.size(), 0, [&](std::size_t i) { ++large_first[i]; },
            [&] {
              ++finished;
              seen_whole += std::accumulate(large_first.begin(), large_first.end(), 0);
            });
      });
      CHECK(std::accumulate(done.begin(), done.end(), 0) == 1000);
      CHECK(std::accumulate(again.begin(), again.end(), 0) == 10);
      CHECK(finished == 1);
      CHECK(seen_whole == 333);
    }
  }
}
