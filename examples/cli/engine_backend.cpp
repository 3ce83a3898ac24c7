// SPDX-License-Identifier: Apache-2.0
// All that touches the bundled engine: as a backend, and timed. One translation unit, since it is what takes longest to compile.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <inoculum/engine/cpu_backend.hpp>
#include <inoculum/engine/engine.hpp>

#include "options.hpp"

namespace cli {

using namespace inoculum;

namespace {
struct loaded_engine {
  cpu_engine engine;
  std::string name;
};
result<loaded_engine> load_engine(const model_options& options) {
  std::string path = options.model;
  if (path.empty()) {
    auto found = find_weights();
    if (!found) return std::move(found).error();
    path = std::move(*found);
  }
  const bool default_eyes = options.mmproj.empty();
  const std::string eyes = eyes_of(options);
  const engine::kv_type kv = options.kv_type == "q8" ? engine::kv_type::q8 : engine::kv_type::q16;
  const engine::activation_type activations = options.activations == "f32" ? engine::activation_type::f32 : engine::activation_type::q8;
  engine_options wanted{.mmproj = eyes, .threads = options.threads, .kv_type = kv, .activations = activations};
  auto engine = cpu_engine::load(path, wanted);
  // Our default eyes are made for one model; a user's own model simply has none until it is given some.
  if (!engine && default_eyes && engine.error().code == errc::mismatch) {
    wanted.mmproj.clear();
    engine = cpu_engine::load(path, wanted);
  }
  if (!engine) return std::move(engine).error();
  return loaded_engine{std::move(*engine), std::filesystem::path(path).filename().string()};
}

/// Keeps the keys and values of what stands in front of a request in a file, from which the next call goes on.
class with_prefixes {
 public:
  with_prefixes(cpu_backend held, turn_format format, std::string path)
      : held_(std::move(held)), format_(std::move(format)), path_(std::move(path)) {}

  /// A file of another model is written anew; one that is none of ours, or damaged, is left as it is.
  void load() {
    const auto done = held_.engine().load_prefixes(path_);
    if (done || done.error().code == errc::not_found) return;
    const bool ours = done.error().code == errc::mismatch;
    std::fprintf(stderr, "inoculum: %s; it is %s\n", done.error().to_string().c_str(),
                 ours ? "written anew" : "not used, and left as it is");
    if (!ours) path_.clear();
  }

  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) {
    return generate(talk, options, [](std::string_view) { return true; });
  }
  template <class Sink>
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options, Sink&& sink) {
    auto out = held_.generate(talk, options, sink);
    if (out && out->finish != finish_reason::cancelled && !path_.empty()) keep(talk, out->cached_tokens);
    return out;
  }
  [[nodiscard]] result<std::size_t> count_tokens(const conversation& talk) const { return held_.count_tokens(talk); }
  [[nodiscard]] bool accepts_pictures() const { return held_.accepts_pictures(); }
  [[nodiscard]] std::size_t context_size() const { return held_.context_size(); }

 private:
  /// After the answer, so that nobody waits for it.
  void keep(const conversation& talk, std::size_t cached) {
    conversation beginning = talk;
    beginning.messages.pop_back();
    std::size_t positions = 0;
    for (const segment& s : format_.render(beginning, false)) {
      positions += s.what == segment::kind::control ? 1
                   : s.what == segment::kind::image ? held_.engine().picture_positions(s.pixels)
                                                    : held_.engine().tokenize(s.text).size();
    }
    if (cached >= positions) return;  // it was all in the file
    auto done = held_.prepare(std::move(beginning));
    if (done) done = held_.engine().save_prefixes(path_);
    if (!done) std::fprintf(stderr, "inoculum: %s\n", done.error().to_string().c_str());
  }

  cpu_backend held_;
  turn_format format_;
  std::string path_;
};
static_assert(streaming_backend<with_prefixes> && token_counting_backend<with_prefixes>);

/// The most memory that this process has had in use, in bytes.
std::size_t peak_memory() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

/// Bytes a second that the threads read when they do nothing else: what bounds decoding. From memory larger than any cache.
double plain_read(engine::thread_team& team, const engine::aligned_bytes& memory) {
  constexpr std::size_t run = std::size_t{1} << 20;
  std::atomic<std::uint64_t> all{0};  // somebody might want it, so nothing is left out
  const auto start = std::chrono::steady_clock::now();
  team.run([&](std::size_t) {
    team.each(memory.size() / run, 0, [&](std::size_t i) {
      std::uint64_t sum = 0, word = 0;
      for (const std::uint8_t *p = memory.data() + i * run, *end = p + run; p != end; p += 64) {
        std::memcpy(&word, p, sizeof word);
        sum += word;
      }
      all.fetch_add(sum, std::memory_order_relaxed);
    });
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return all.load() == 1 ? 0.0 : static_cast<double>(memory.size()) / took.count();
}
}  // namespace

result<opened_backend> open_engine(const model_options& options) {
  auto loaded = load_engine(options);
  if (!loaded) return std::move(loaded).error();
  auto format = loaded->engine.format();
  if (!format) return std::move(format).error();
  cpu_backend backend(std::move(loaded->engine), *format);
  if (options.prefixes.empty()) return opened_backend{any_backend(std::move(backend)), std::move(loaded->name)};
  with_prefixes warm(std::move(backend), std::move(*format), options.prefixes);
  warm.load();
  return opened_backend{any_backend(std::move(warm)), std::move(loaded->name)};
}

result<bench_result> measure_engine(const bench_options& options, const std::function<bool(const bench_cell&, std::size_t)>& tell) {
  const auto began = std::chrono::steady_clock::now();
  const auto since = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  auto loaded = load_engine(options.model);
  if (!loaded) return std::move(loaded).error();
  cpu_engine& engine = loaded->engine;
  bench_result out;
  out.load_seconds = since();
  out.model = loaded->name;
  out.kernels = engine.decoder().kernels().name;
  out.threads = static_cast<int>(engine.decoder().threads());
  out.weight_bytes = engine.decoder().weights().bytes();
  const engine::kv_cache cache = engine.decoder().new_cache();
  out.position_bytes = cache.page_bytes() / engine::key_block;
  out.scratch_bytes = engine::decoder::scratch_bytes(engine.decoder().config(), engine.context_size(), cache) +
                      engine.decoder().threads() * sizeof(engine::attention_scratch) + engine.vocabulary_size() * sizeof(float);
  for (const std::size_t depth : options.depths) {
    for (const std::size_t n : options.prompts) {
      if (n > 0) out.cells.push_back({.prompt = n, .depth = depth});
    }
    for (const std::size_t n : options.generated) {
      if (n > 0) out.cells.push_back({.generated = n, .depth = depth});
    }
  }
  for (const bench_cell& cell : out.cells) {
    const std::size_t needed = cell.depth + cell.positions();
    if (needed > engine.context_size()) {
      return failure{
          errc::invalid_argument,
          cell.name() + " needs " + std::to_string(needed) + " positions, the model has " + std::to_string(engine.context_size()),
          {}};
    }
  }
  // Readers of llama-bench's lists do not expect one without tokens: there only on request.
  const bool wants_pictures = !options.json || !options.model.mmproj.empty();
  if (wants_pictures && engine.picture_positions(image()) > 0) out.cells.push_back({.images = 1});

  // Any tokens do: no speed depends on which.
  std::vector<token_id> ids(engine.context_size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<token_id>((i * 7919 + 13) % engine.vocabulary_size());
  const auto run = [&](std::size_t from, std::size_t n) -> result<void> {
    const engine_input input{std::span(ids).subspan(from, n), nullptr};
    auto done = engine.evaluate(from, std::span(&input, 1));
    if (!done) return std::move(done).error();
    return {};
  };
  if (auto done = run(0, 1); !done) return std::move(done).error();
  out.first_seconds = since();
  out.peak_bytes = peak_memory();
  engine::thread_team readers(out.threads);
  engine::aligned_bytes memory(std::size_t{256} << 20);
  if (memory.data() == nullptr) return failure{errc::too_large, "no 256 MB to measure reading with", {}};
  std::memset(memory.data(), 2, memory.size());
  std::uint8_t tone = 0;
  for (std::size_t round = 0; round <= options.repetitions; ++round) {  // the first only warms up
    const double speed = plain_read(readers, memory);
    if (round > 0) out.reading.push_back(speed);
    for (bench_cell& cell : out.cells) {
      if (!tell(cell, round)) {
        std::erase_if(out.cells, [](const bench_cell& c) { return c.seconds.empty(); });
        return out;
      }
      if (cell.depth > 0) {
        if (auto done = run(0, cell.depth); !done) return std::move(done).error();
      }
      // Another picture every time, since the engine remembers pictures.
      const image picture = image::from_rgb(640, 480, std::vector<std::uint8_t>(640 * 480 * 3, ++tone)).value();
      const auto start = std::chrono::steady_clock::now();
      if (cell.images > 0) {
        if (auto rows = engine.encode_image(picture); !rows) return std::move(rows).error();
      } else if (cell.prompt > 0) {
        if (auto done = run(cell.depth, cell.prompt); !done) return std::move(done).error();
      } else {
        for (std::size_t i = 0; i < cell.generated; ++i) {
          if (auto done = run(cell.depth + i, 1); !done) return std::move(done).error();
        }
      }
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (round > 0) cell.seconds.push_back(took.count());
    }
  }
  return out;
}

}  // namespace cli
