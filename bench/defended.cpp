// SPDX-License-Identifier: Apache-2.0
// Time to first token behind 16 demonstrations with pictures, policy by policy, against the same engine undefended.
//   bench_defended [MODEL] [EYES] [QUERIES] [THREADS] [q16 | q8]
// MODEL "1.1b": random weights in TinyLlama's shape and eyes for it, made for this run, under the policies whose prompts stay alike;
// words are those of the language model that is taken without MODEL, so that prompts are as long as a real model's.
// Every query is asked once under each policy, in turns, so that all meet the same moments of a noisy machine. A policy has an
// engine of its own, whose cache is warm with the queries before; demonstrations read side by side become known on the way, so their
// first and last quarter of the queries are printed, too, from 16 queries on. Ctrl-C ends after the query at hand and prints what there
// is, once more ends at once. Printed: medians and quartiles, and as ratios
//   undefended   to the same query without demonstrations, its system prompt in the cache as theirs is
//   attention    to a picture encoded and as many positions evaluated behind a prefix as long, both by hand: what longer attention
//                alone must cost
//   cold         to the same prompt with an empty cache
// and how a cold prompt compares to as many pictures encoded and as many positions evaluated by hand.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <inoculum/core/clock.hpp>
#include <inoculum/engine/cpu_backend.hpp>
#include <inoculum/engine/engine.hpp>
#include <inoculum/engine/gguf/gguf.hpp>
#include <inoculum/inoculum.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../tests/support/gguf_writer.hpp"
#include "../tests/support/tiny_mmproj.hpp"
#include "../tests/support/weights.hpp"

using namespace inoculum;

namespace {

constexpr std::size_t shown = 16;

volatile std::sig_atomic_t stopped = 0;

/// One query under one policy. Ratios are 0 where that was not compared.
struct measured {
  double ms, ratio, prompt, cached, to_attention = 0, to_cold = 0, to_prefill = 0;
};

struct quartiles {
  double low, median, high;
};
quartiles of(std::span<const measured> samples, double measured::*field) {
  std::vector<double> v;
  for (const measured& s : samples) {
    if (s.*field > 0) v.push_back(s.*field);
  }
  std::sort(v.begin(), v.end());
  const auto at = [&](double share) { return v[static_cast<std::size_t>(share * static_cast<double>(v.size() - 1) + 0.5)]; };
  return {at(0.25), at(0.5), at(0.75)};
}

void print(const std::string& name, std::span<const measured> samples) {
  double prompt = 0, cached = 0;
  for (const measured& s : samples) {
    prompt += s.prompt;
    cached += s.cached;
  }
  const auto [low, median, high] = of(samples, &measured::ms);
  std::printf("%-26s %8.0f %8.1f (%.1f to %.1f) %11.2f %12.2f %9.2f %7.0f%%\n", name.c_str(), prompt / static_cast<double>(samples.size()),
              median, low, high, of(samples, &measured::ratio).median, of(samples, &measured::to_attention).median,
              of(samples, &measured::to_cold).median, 100.0 * cached / prompt);
}

struct arm {
  std::string name;
  any_policy policy;
  std::unique_ptr<cpu_backend> warm;
  std::vector<measured> samples{};
};

/// Says how far it is, and how long it takes if the rest is like what was; into a file once a tenth.
struct progress {
  const char* what;
  std::size_t all;
  double start = clock_ms();
  bool terminal = ::isatty(STDERR_FILENO) != 0;

  void operator()(std::size_t done) const {
    if (!terminal && done * 10 / all == (done - 1) * 10 / all) return;
    const double left = (clock_ms() - start) / static_cast<double>(done) * static_cast<double>(all - done);
    std::fprintf(stderr, terminal ? "\r%s: %zu of %zu, %.1f minutes left   " : "%s: %zu of %zu, %.1f minutes left\n", what, done, all,
                 left / 60e3);
  }
  void clear() const {
    if (terminal) std::fprintf(stderr, "\r%*s\r", 60, "");
  }
};

/// Of what was synthesized only what has a picture, so that all 16 have.
demonstration_pool with_pictures() {
  std::vector<basic_demonstration> kept;
  const demonstration_pool all = synthesize().value();
  for (const basic_demonstration& d : all.items()) {
    if (!d.images.empty()) kept.push_back(d);
  }
  return demonstration_pool::build(std::move(kept)).value();
}

/// The first `size` tokens of a byte-level vocabulary. Tokens come in the order of their merges, so as many of these are left out at the
/// end; control tokens come first in SmolLM2's. Where they do not, loading fails.
std::optional<test::gguf_writer> vocabulary_of(const std::string& path, std::size_t size) {
  const auto file = gguf_file::open(path);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), std::nullopt;
  auto tokens = file->texts("tokenizer.ggml.tokens").value_or(gguf_texts()).list();
  auto merges = file->texts("tokenizer.ggml.merges").value_or(gguf_texts()).list();
  const auto kinds = file->integers("tokenizer.ggml.token_type").value_or(gguf_integers());
  if (tokens.size() < size || kinds.size() != tokens.size() || merges.size() < tokens.size() - size) {
    return std::fprintf(stderr, "%s: no byte-level vocabulary of %zu tokens and more\n", path.c_str(), size), std::nullopt;
  }
  merges.resize(merges.size() - (tokens.size() - size));
  tokens.resize(size);
  std::vector<std::int32_t> types;
  for (std::size_t i = 0; i < size; ++i) types.push_back(static_cast<std::int32_t>(kinds[i]));
  test::gguf_writer out;
  out.texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types).texts("tokenizer.ggml.merges", merges);
  for (const gguf_value& v : file->metadata()) {
    if (!v.key.starts_with("tokenizer.") || v.kind == gguf_kind::array) continue;
    if (const auto text = file->text(v.key)) out.text(v.key, *text);
    else if (const auto flag = file->flag(v.key)) out.flag(v.key, *flag);
    else if (const auto number = file->number(v.key)) out.number(v.key, static_cast<std::uint32_t>(*number));
  }
  return out;
}

/// TinyLlama's shape with a head of its own and 32,000 tokens: its 1,100,048,384 weights, random here. Gone with the program.
struct large_model {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("inoculum-bench-" + std::to_string(::getpid()));
  std::string model = folder / "1.1b.gguf", eyes = folder / "eyes.gguf";
  bool written = false;

  explicit large_model(const std::string& words) {
    constexpr std::size_t tokens = 32000;
    auto vocabulary = vocabulary_of(words, tokens);
    if (!vocabulary) return;
    std::filesystem::create_directories(folder);
    const auto weights =
        test::tiny_llama({.layers = 22, .width = 2048, .hidden = 5632, .heads = 32, .kv_heads = 4, .context = 8192, .head = true},
                         *std::move(vocabulary), tokens);
    const auto tower = test::tiny_mmproj(
        {.image = 128, .patch = 16, .width = 192, .hidden = 768, .layers = 6, .heads = 3, .projector = 256, .text_width = 2048});
    written = weights.save(model) && tower.save(eyes);
    if (!written) std::perror(folder.c_str());
  }
  large_model(const large_model&) = delete;
  large_model& operator=(const large_model&) = delete;
  ~large_model() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

/// The same but for one value: as much work, and known to nobody.
image another(const image& picture, std::uint8_t which) {
  std::vector<std::uint8_t> rgb(picture.rgb().begin(), picture.rgb().end());
  rgb[0] = static_cast<std::uint8_t>(rgb[0] + which);
  return image::from_rgb(picture.width(), picture.height(), std::move(rgb)).value();
}

double first_token(cpu_backend& model, const conversation& talk, completion* said = nullptr) {
  const double start = clock_ms();
  auto out = model.generate(talk, {.max_tokens = 1}).value();
  const double took = clock_ms() - start;
  if (said != nullptr) *said = std::move(out);
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  const bool large = argc > 1 && std::string_view(argv[1]) == "1.1b";
  std::string model = argc > 1 && !large ? argv[1] : test::weights("the benchmark of defended requests");
  std::string eyes = argc > 2 ? argv[2] : "examples/models/smollm2-eyes-mmproj.gguf";
  const std::size_t queries = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 200;
  const int threads = argc > 4 ? std::atoi(argv[4]) : 2;
  const std::string_view kept = argc > 5 ? argv[5] : "q16";
  if (kept != "q16" && kept != "q8") return std::fputs("keys and values are kept in q16 or q8\n", stderr), 2;
  const auto kv = kept == "q8" ? engine::kv_type::q8 : engine::kv_type::q16;
  if (model.empty() || queries == 0) return 1;
  std::signal(SIGINT, [](int) {
    stopped = 1;
    std::signal(SIGINT, SIG_DFL);
  });
  static std::optional<large_model> made;  // static: std::exit clears up after it
  if (large) {
    if (!made.emplace(model).written) return 1;
    model = made->model;
    eyes = made->eyes;
  }
  // Twice as much for demonstrations: side by side 200 queries meet 1,336 of them, of 1.5 MB each.
  const auto load = [&](std::size_t cache) {
    auto backend = load_cpu_backend(
        model, {.mmproj = eyes, .threads = threads, .cache_bytes = cache, .demonstration_bytes = 2 * cache, .kv_type = kv});
    if (!backend) {
      std::fprintf(stderr, "%s\n", backend.error().to_string().c_str());
      std::exit(1);
    }
    return std::make_unique<cpu_backend>(std::move(*backend));
  };
  const demonstration_pool pool = with_pictures();
  std::vector<arm> arms;
  for (const std::string_view name : {"fixed", "bucketed(16)", "similarity", "similarity | canonical", "similarity | side_by_side"}) {
    if (large && name.starts_with("similarity")) continue;  // each query reads a thousand positions anew
    arms.push_back({std::string(name), make_policy(name, pool).value(), load(std::size_t{1} << 30)});
  }
  if (!large) arms.push_back({"  all of them known", arms.back().policy, load(std::size_t{2} << 30)});
  const auto plain = load(std::size_t{1} << 30), cold = load(0), floor = load(0);
  made.reset();  // open files stay

  // Distinct queries: those of demonstrations drawn from another seed, each with a phantom that no demonstration has.
  std::vector<request> asked;
  const demonstration_pool others = synthesize({.seed = 977, .count = 2 * queries}).value();
  const auto kinds = phantom_kinds();
  for (std::size_t i = 0; asked.size() < queries; ++i) {
    const phantom_kind& kind = kinds[i % kinds.size()];
    const phantom_spec spec{kind.mode, std::string(kind.region), std::string(kind.finding), 700000 + i};
    asked.push_back({.images = {draw_phantom(spec, 160).value()}, .query = others[i].query});
    (void)asked.back().images[0].content_digest();  // kept with the picture: else who asks first would pay for all
  }

  const auto prompt_of = [&](const arm& a, const request& r) {
    const auto picked = select(a.policy, pool_view(pool), r, {shown, 0}, std::vector<std::uint32_t>(pool.size(), 1)).value();
    std::vector<const basic_demonstration*> chosen;
    for (const selected& s : picked.chosen) chosen.push_back(&pool[s.index]);
    conversation talk = assemble(chosen, r).value();
    talk.side_by_side = shows_side_by_side(a.policy);
    return talk;
  };
  // Warm: every bucket has been met once, as in a server that is up.
  const auto anchors = bucketed<>::build(pool, 16).value().anchors();
  const progress warming{"warming", arms.size() * anchors.size() + (large ? 0 : asked.size())};
  std::size_t met = 0;
  for (arm& a : arms) {
    for (std::size_t i = 0; i < anchors.size() && stopped == 0; ++i, warming(++met)) {
      (void)first_token(*a.warm, prompt_of(a, {.query = pool[anchors[i]].query}));
    }
  }
  // Each demonstration has been met, in other company: what a server reads that has been up for long.
  for (std::size_t i = 0; !large && i < asked.size() && stopped == 0; ++i, warming(++met)) {
    (void)first_token(*arms.back().warm, prompt_of(arms.back(), asked[i]));
  }
  (void)first_token(*plain, assemble({}, {.query = "Hello?"}).value());
  std::vector<measured> undefended;
  const progress asking{"queries", queries};
  for (std::size_t q = 0; q < queries && stopped == 0; ++q, asking(q)) {
    const conversation alone = assemble({}, asked[q]).value();
    const double bare = first_token(*plain, alone);
    undefended.push_back({bare, 1, 0, 0});
    for (arm& a : arms) {
      const conversation talk = prompt_of(a, asked[q]);
      completion said;
      const double ms = first_token(*a.warm, talk, &said);
      measured& s =
          a.samples.emplace_back(measured{ms, ms / bare, static_cast<double>(said.prompt_tokens), static_cast<double>(said.cached_tokens)});
      if (q % 4 != 0) continue;              // the comparisons cost more than what is measured
      (void)cold->engine().take_sequence();  // or it goes on from the last arm's prompt
      cold->engine().forget();
      const double from_nothing = first_token(*cold, talk);
      s.to_cold = ms / from_nothing;
      // As many positions behind as many, on any tokens, and a picture that was not seen before.
      cpu_engine& e = floor->engine();
      const std::size_t fresh = said.prompt_tokens - said.cached_tokens;
      const std::vector<token_id> filler(said.prompt_tokens, 100);
      if (e.size() < said.cached_tokens) {
        const engine_input prefix{std::span(filler).first(said.cached_tokens), nullptr};
        (void)e.evaluate(0, std::span(&prefix, 1)).value();
      }
      const image picture = another(asked[q].images[0], static_cast<std::uint8_t>(1 + (&a - arms.data())));
      (void)picture.content_digest();
      const double start = clock_ms();
      (void)e.encode_image(picture).value();
      const engine_input rest{std::span(filler).first(fresh), nullptr};
      (void)e.evaluate(said.cached_tokens, std::span(&rest, 1)).value();
      s.to_attention = ms / (clock_ms() - start);
      if (a.name != "similarity") continue;
      std::vector<image> pictures;
      for (const message& m : talk.messages) {
        for (const part& p : m.parts) {
          if (p.is_image()) pictures.push_back(another(p.pixels, 99));
        }
      }
      for (const image& p : pictures) (void)p.content_digest();
      e.forget();
      const double began = clock_ms();
      for (const image& p : pictures) (void)e.encode_image(p).value();
      const engine_input whole{filler, nullptr};
      (void)e.evaluate(0, std::span(&whole, 1)).value();
      s.to_prefill = from_nothing / (clock_ms() - began);
    }
  }
  const std::size_t done = undefended.size();
  asking.clear();
  if (stopped != 0) std::fprintf(stderr, "stopped after %zu of %zu queries\n", done, queries);
  if (done == 0) return 130;
  const quartiles u = of(undefended, &measured::ms);
  std::printf("%zu queries, %zu demonstrations with pictures, %d threads, %s kernels, %s keys and values; median (quartiles)\n", done,
              shown, threads, plain->engine().decoder().kernels().name, std::string(kept).c_str());
  std::printf("%-26s %8s %22s %12s %12s %8s %8s\n", "", "tokens", "first token, ms", "/ undefended", "/ attention", "/ cold", "cached");
  std::printf("%-26s %8s %8.1f (%.1f to %.1f)\n", "undefended", "", u.median, u.low, u.high);
  for (const arm& a : arms) {
    print(a.name, a.samples);
    if (a.name == "similarity") {
      const auto [low, median, high] = of(a.samples, &measured::to_prefill);
      std::printf("  a cold prompt of these, to its pictures encoded and its positions evaluated: %.2f (%.2f to %.2f)\n", median, low,
                  high);
    }
    const std::size_t quarter = done / 4;
    if (a.name != "similarity | side_by_side" || quarter < 4) continue;  // of four, one was compared
    print("  its first " + std::to_string(quarter), std::span(a.samples).first(quarter));
    print("  its last " + std::to_string(quarter), std::span(a.samples).last(quarter));
  }
  return stopped != 0 ? 130 : 0;
}
