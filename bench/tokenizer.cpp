// SPDX-License-Identifier: Apache-2.0
// Opening a model file, loading its vocabulary, and encoding: bytes a second for ordinary and for awkward text.
// Needs the real vocabulary: $INOCULUM_MODEL, or what examples/fetch_weights.sh fetched.
#include <benchmark/benchmark.h>

#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <string>

#include "../tests/support/weights.hpp"

using namespace inoculum;

namespace {

const std::string& model() {
  static const std::string path = test::weights("tokenizer benchmarks");
  return path;
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

const std::string& gemma() {
  static const std::string path = test::gemma_weights("benchmarks of Gemma's tokenizer");
  return path;
}

void open(benchmark::State& state) {
  if (model().empty()) return state.SkipWithError("no weights");
  for (auto _ : state) benchmark::DoNotOptimize(gguf_file::open(model()).value());
}

void load(benchmark::State& state) {
  if (model().empty()) return state.SkipWithError("no weights");
  const auto file = gguf_file::open(model()).value();
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer::load(file).value());
}

void load_gemma(benchmark::State& state) {
  if (gemma().empty()) return state.SkipWithError("no weights");
  const auto file = gguf_file::open(gemma()).value();
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer::load(file).value());
}

void encode_with(const tokenizer& words, benchmark::State& state, const std::string& text) {
  std::size_t tokens = 0;
  for (auto _ : state) {
    const auto ids = words.encode(text);
    tokens += ids.size();
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) * text.size()));
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens), benchmark::Counter::kIsRate);
}
void encode(benchmark::State& state, const std::string& text) {
  if (model().empty()) return state.SkipWithError("no weights");
  static const auto words = tokenizer::load(gguf_file::open(model()).value()).value();
  encode_with(words, state, text);
}
void encode_gemma(benchmark::State& state, const std::string& text) {
  if (gemma().empty()) return state.SkipWithError("no weights");
  static const auto words = tokenizer::load(gguf_file::open(gemma()).value()).value();
  encode_with(words, state, text);
}

constexpr std::size_t some = 64 << 10, much = 1 << 20;
constexpr const char* report =
    "The chest radiograph shows a 3 cm mass in the left upper lobe; there is no effusion, and the cardiac silhouette isn't "
    "enlarged. Please recommend the next step, and explain it to the patient in plain words.\n";
constexpr const char* languages =
    "Das Röntgenbild zeigt keine Fraktur. На рентгенограмме перелома нет. 胸部X光片未见骨折。لا يوجد كسر في الصورة. एक्स-रे में कोई फ्रैक्चर नहीं "
    "है। 😀🩻\n";

}  // namespace

BENCHMARK(open)->Unit(benchmark::kMicrosecond);
BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, a_question, std::string("Is there a fracture of the distal radius in this image?"));
BENCHMARK_CAPTURE(encode, report, repeated(report, some));
BENCHMARK_CAPTURE(encode, many_languages, repeated(languages, some));
BENCHMARK_CAPTURE(encode, control_strings, repeated("<|im_start|>system\n", some));
BENCHMARK_CAPTURE(encode, one_word_of_1_MiB, std::string(much, 'a'))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, spaces_1_MiB, std::string(much, ' '))->Unit(benchmark::kMillisecond);
BENCHMARK(load_gemma)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_gemma, report, repeated(report, some));
BENCHMARK_CAPTURE(encode_gemma, many_languages, repeated(languages, some));
BENCHMARK_CAPTURE(encode_gemma, report_1_MiB, repeated(report, much))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_gemma, one_word_of_1_MiB, std::string(much, 'a'))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_gemma, lines_1_MiB, std::string(much, '\n'))->Unit(benchmark::kMillisecond);
