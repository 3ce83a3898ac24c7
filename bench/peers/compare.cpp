// SPDX-License-Identifier: Apache-2.0
// The bundled engine beside llama.cpp: the same weights and threads, in turns, so that whatever else the machine does falls on
// both. Medians with the least and the most; beside ours what a loop of nothing but products, or a plain read, reaches in the same minute.
// Usage: compare MODEL MMPROJ|- THREADS ROUNDS [PICTURE…]. With INOCULUM_PEER_NO_FLASH in the environment llama.cpp works without flash
// attention, with INOCULUM_PEER_BLAS it multiplies by BLAS what it can.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <inoculum/engine/engine.hpp>
#include <inoculum/io/image.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "../../tests/engine/test_pictures.hpp"
#include "../peak.hpp"
#include "peer.hpp"

using namespace inoculum;

namespace {

/// After a rest: threads of whoever was before spin for a while when they are done, on the cores of whoever comes next.
template <class F>
double seconds(F&& f) {
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return a.size() == b.size() ? ab / std::sqrt(aa * bb) : 0.0;
}

/// `count` tokens of plain English: matrix products do not care, but nobody should wonder.
std::vector<token_id> passage(const cpu_engine& engine, std::size_t count) {
  std::vector<token_id> out;
  while (out.size() < count) {
    const auto more = engine.tokenize("The chest radiograph shows clear lungs, a heart of normal size and no effusion. ");
    out.insert(out.end(), more.begin(), more.end());
  }
  out.resize(count);
  return out;
}

struct row {
  std::string what;
  std::vector<double> ours{}, theirs{};
  double units = 1;             // tokens; 0: the figure is milliseconds
  double needs = 0;             // of what bounds it, a token: multiplications or bytes
  std::vector<double> limit{};  // of that a second, once a round
  const char* of = "";          // its name
};

void print(const row& r) {
  const double ours = median(r.ours), theirs = median(r.theirs);
  const auto spread = [&](const std::vector<double>& v) {
    const double least = *std::min_element(v.begin(), v.end()), most = *std::max_element(v.begin(), v.end());
    if (r.units > 0) std::printf("  %.1f…%.1f", r.units / most, r.units / least);
    else std::printf("  %.1f…%.1f", least * 1e3, most * 1e3);
  };
  if (r.units > 0) std::printf("%-34s %9.1f %11.1f tokens/s %6.2f x", r.what.c_str(), r.units / ours, r.units / theirs, theirs / ours);
  else std::printf("%-34s %9.1f %11.1f ms       %6.2f x", r.what.c_str(), ours * 1e3, theirs * 1e3, theirs / ours);
  spread(r.ours);
  spread(r.theirs);
  if (!r.limit.empty() && median(r.limit) > 0) {
    const double most = median(r.limit) / r.needs;  // tokens a second
    std::printf("  %.0f%% and %.0f%% of %s", 100 * r.units / ours / most, 100 * r.units / theirs / most, r.of);
  }
  std::printf("\n");
}

/// Multiplications of one token in the layers' matrices; attention is not counted.
double products_of(const engine::decoder_weights& w) {
  double sum = 0;
  for (const engine::decoder_layer& l : w.layers()) {
    for (const engine::packed_matrix* m : {&l.query, &l.key, &l.value, &l.output, &l.gate, &l.up, &l.down}) {
      sum += static_cast<double>(m->rows) * static_cast<double>(m->columns);
    }
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: compare MODEL MMPROJ|- THREADS ROUNDS [PICTURE...]\n", stderr);
    return 2;
  }
  const std::string mmproj = std::string(argv[2]) == "-" ? "" : argv[2];
  const int threads = std::atoi(argv[3]);
  const int rounds = std::max(1, std::atoi(argv[4]));
  auto loaded = cpu_engine::load(argv[1], {.mmproj = mmproj, .threads = threads});
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().to_string().c_str());
    return 1;
  }
  cpu_engine& engine = *loaded;
  peer llama(argv[1], threads, 5120, mmproj.c_str(), std::getenv("INOCULUM_PEER_BLAS") != nullptr);

  const auto features = inoculum::engine::processor();
  std::printf("processor: avx2 %d, avx512-vnni %d, amx-int8 %d\n", features.avx2, features.avx512_vnni, features.amx_int8);
  inoculum::engine::thread_team team(threads);
  inoculum::engine::aligned_bytes memory(std::size_t{256} << 20);
  if (memory.data() == nullptr) return 1;
  std::memset(memory.data(), 2, memory.size());
  const auto products = [&] {  // of all threads at once
    std::vector<double> each(team.size());
    team.run([&](std::size_t t) { each[t] = bench::peak_of(loaded->decoder().kernels()); });
    return std::accumulate(each.begin(), each.end(), 0.0);
  };
  std::printf("products alone %.0f GMAC/s, a plain read %.1f GB/s, weights %.1f MB\n", products() * 1e-9,
              bench::plain_read(team, memory) * 1e-9, static_cast<double>(loaded->decoder().weights().bytes()) * 1e-6);

  row vision{"one picture", {}, {}, 0};
  if (!mmproj.empty()) {
    std::vector<std::pair<std::string, image>> pictures;
    for (int i = 5; i < argc; ++i) {
      auto read = read_image(argv[i]);
      if (read) pictures.emplace_back(std::string(argv[i]).substr(std::string(argv[i]).rfind('/') + 1), *read);
      else std::printf("left out: %s\n", read.error().to_string().c_str());
    }
    std::uint64_t seed = 1;
    for (const phantom_kind& kind : phantom_kinds()) {
      const phantom_spec spec{kind.mode, std::string(kind.region), std::string(kind.finding), ++seed};
      const int side = 90 + static_cast<int>(seed * 37 % 400);
      if (seed % 7 == 0) pictures.emplace_back(phantom_name(spec) + " " + std::to_string(side), draw_phantom(spec, side).value());
    }
    for (const auto& p : test::compared_pictures) {
      pictures.emplace_back("drawn " + std::to_string(p.width) + "x" + std::to_string(p.height),
                            test::drawn_picture(p.kind, p.width, p.height));
    }
    double worst = 1;
    for (const auto& [name, picture] : pictures) {
      result<image_embedding> ours = failure{};
      std::vector<float> theirs;
      vision.ours.push_back(seconds([&] { ours = engine.encode_image(picture); }));
      vision.theirs.push_back(seconds([&] { theirs = llama.see(picture); }));
      const double same = ours ? cosine(*ours->values, theirs) : 0.0;
      worst = std::min(worst, same);
      std::printf("cosine %.6f  %s (%dx%d)\n", same, name.c_str(), picture.width(), picture.height());
    }
    std::printf("%zu pictures, lowest cosine %.6f\n\n", pictures.size(), worst);
  }

  std::printf("%s, %d threads, median of %d in turns   inoculum   llama.cpp\n", std::string(engine.decoder().kernels().name).c_str(),
              threads, rounds);
  for (const std::size_t depth : {std::size_t{0}, std::size_t{4096}}) {
    const std::size_t n = 512;
    const std::string behind = depth > 0 ? " behind " + std::to_string(depth) : "";
    row r{"prefill of " + std::to_string(n) + behind, {}, {}, static_cast<double>(n)};
    r.needs = products_of(engine.decoder().weights());
    r.of = "products alone";
    const auto tokens = passage(engine, depth + n);
    const std::vector<llama_token> before(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(depth));
    const std::vector<llama_token> same(tokens.begin() + static_cast<std::ptrdiff_t>(depth), tokens.end());
    const auto ours = [&](std::size_t from, std::size_t count) {
      const engine_input input{std::span(tokens).subspan(from, count), nullptr};
      if (count > 0) (void)engine.evaluate(from, std::span(&input, 1));
    };
    ours(0, depth);
    llama.clear();
    if (depth > 0) llama.evaluate(before, 0, false);
    for (int i = 0; i < rounds; ++i) {
      r.limit.push_back(products());
      r.ours.push_back(seconds([&] { ours(depth, n); }));
      llama_memory_seq_rm(llama.memory(), 0, static_cast<llama_pos>(depth), -1);
      r.theirs.push_back(seconds([&] { llama.evaluate(same, static_cast<int>(depth), false); }));
    }
    print(r);
    row d{"64 tokens behind " + std::to_string(depth + n), {}, {}, 64};
    d.needs = static_cast<double>(engine.decoder().weights().bytes());
    d.of = "a plain read of the weights";
    for (int i = 0; i < rounds; ++i) {
      d.limit.push_back(bench::plain_read(team, memory));
      d.ours.push_back(seconds([&] {
        for (std::size_t k = 0; k < 64; ++k) {
          const engine_input one{std::span(tokens).subspan(k, 1), nullptr};
          (void)engine.evaluate(depth + n + k, std::span(&one, 1));
        }
      }));
      llama_memory_seq_rm(llama.memory(), 0, static_cast<llama_pos>(depth + n), -1);
      d.theirs.push_back(seconds([&] {
        for (std::size_t k = 0; k < 64; ++k) llama.evaluate({same[k]}, static_cast<int>(depth + n + k), false);
      }));
    }
    print(d);
  }
  if (!vision.ours.empty()) print(vision);
}
