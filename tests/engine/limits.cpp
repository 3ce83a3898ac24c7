// SPDX-License-Identifier: Apache-2.0
// What a file, an option or a small machine may ask for: refused with words, before the memory is touched.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <inoculum/engine/engine.hpp>

#include "../support/tiny_mmproj.hpp"
#include "common.hpp"

using namespace inoculum;

namespace {

/// Runs f in a process of its own that may take so much more address space; what f gave, -1 if it did not end by itself.
template <class F>
int with_address_space(std::size_t more, F&& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const auto limit = static_cast<rlim_t>(pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more);
    const rlimit both{limit, limit};
    (void)::setrlimit(RLIMIT_AS, &both);
    ::_exit(f() ? 1 : 0);
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INOCULUM_TEST_SANITIZED
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(INOCULUM_TEST_SANITIZED)
TEST_CASE("threads and logits that the system has no room for are errors") {
  const test::saved_file model(test::tiny_llama({.context = 8192}), "threads");
  CHECK(with_address_space(std::size_t{200} << 20, [&] {
          const auto e = cpu_engine::load(model.path, {.threads = 1000});
          return !e && e.error().code == errc::too_large && e.error().message.find("threads of 1000") != std::string::npos;
        }) == 1);
  CHECK(with_address_space(std::size_t{200} << 20, [&] { return cpu_engine::load(model.path, {.threads = 2}).has_value(); }) == 1);
  // 8,192 rows of logits are 8.8 MB here; in a process that has 3 MB left, what the heap holds ready taken too, they are an error.
  auto e = cpu_engine::load(model.path, {.threads = 1}).value();
  const std::vector<token_id> tokens(8192, 5);
  const engine_input input{tokens, nullptr};
  REQUIRE(e.evaluate(0, std::span(&input, 1)));
  CHECK(with_address_space(std::size_t{4} << 20, [&] {
          std::vector<void*> taken;
          taken.reserve(std::size_t{1} << 16);
          while (void* block = std::malloc(std::size_t{512} << 10)) taken.push_back(block);
          for (std::size_t i = 0; i < 6 && !taken.empty(); ++i, taken.pop_back()) std::free(taken.back());
          const auto all = e.evaluate_all(0, std::span(&input, 1));
          return !all && all.error().code == errc::too_large;
        }) == 1);
}
#endif

TEST_CASE("a model larger than the memory that is free is refused before it is read") {
  constexpr std::uint64_t width = 4096, hidden = 262144, layers = 256;
  test::gguf_writer file = test::tiny_vocabulary();
  file.text("general.architecture", "llama").number("llama.block_count", layers).number("llama.context_length", 64);
  file.number("llama.embedding_length", width).number("llama.feed_forward_length", hidden).number("llama.attention.head_count", 32);
  file.real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  file.hole("token_embd.weight", ggml_type::f32, {width, test::tiny_vocabulary_size}).hole("output_norm.weight", ggml_type::f32, {width});
  for (std::uint64_t i = 0; i < layers; ++i) {
    const std::string block = "blk." + std::to_string(i) + ".";
    for (const char* name : {"attn_norm.weight", "ffn_norm.weight"}) file.hole(block + name, ggml_type::f32, {width});
    for (const char* name : {"attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight"}) {
      file.hole(block + name, ggml_type::f32, {width, width});
    }
    for (const char* name : {"ffn_gate.weight", "ffn_up.weight"}) file.hole(block + name, ggml_type::f32, {width, hidden});
    file.hole(block + "ffn_down.weight", ggml_type::f32, {hidden, width});
  }
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_limits_huge.gguf").string();
  if (!file.save(path)) {
    std::printf("SKIPPED a model larger than memory: this file system has no room for holes of 3 TB\n");
  } else {
    const auto e = cpu_engine::load(path, {.threads = 1});
    REQUIRE_FALSE(e);
    CHECK(e.error().code == errc::too_large);
    CHECK(e.error().message.find("MiB are free") != std::string::npos);
  }
  std::remove(path.c_str());
}

TEST_CASE("eyes larger than the memory that is free are refused before they are read") {
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_limits_huge_eyes.gguf").string();
  for (const char* name : {"v.blk.0.ffn_up.weight", "v.position_embd.weight"}) {
    test::gguf_writer file = test::tiny_mmproj({.without = name});
    file.hole(name, ggml_type::f32, {std::uint64_t{1} << 20, std::uint64_t{1} << 19});
    if (!file.save(path)) {
      std::printf("SKIPPED eyes larger than memory: this file system has no room for holes of 2 TB\n");
      continue;
    }
    const auto eyes = vision_tower::load(gguf_file::open(path).value(), 1);
    REQUIRE_FALSE(eyes);
    CHECK(eyes.error().code == errc::too_large);
    CHECK(eyes.error().message.starts_with("the weights take 1099511"));  // 2^40 bytes and the small ones
    CHECK(eyes.error().message.find("MiB are free") != std::string::npos);
    CHECK(eyes.error().where == path);
  }
  std::remove(path.c_str());
  CHECK(engine::check_memory(1000, "f", 1000));
  CHECK(engine::check_memory(1001, "f", 1000).error().to_string().starts_with("f: the weights take 1001 bytes"));
}

TEST_CASE("free memory: the machine's, or what a control group leaves") {
  const auto root = std::filesystem::temp_directory_path() / "inoculum_limits_root";
  const auto write = [&](const char* path, const char* text) {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  };
  const auto free = [&] { return engine::available_memory(root.string()); };
  std::filesystem::remove_all(root);
  CHECK(free() == ~std::uint64_t{0});  // nobody says
  write("proc/meminfo", "MemTotal:       8000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\n");
  CHECK(free() == 4000 * 1024);
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/memory.max", "max\n");
  CHECK(free() == 4000 * 1024);
  write("sys/fs/cgroup/a/memory.max", "1000000\n");
  write("sys/fs/cgroup/a/memory.current", "900000\n");
  CHECK(free() == 100000);
  write("sys/fs/cgroup/a/memory.stat", "anon 5\nfile 300000\nfile_mapped 7\n");
  CHECK(free() == 400000);  // what files take can be had
  write("sys/fs/cgroup/a/memory.current", "2000000\n");
  CHECK(free() == 0);
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "70000\n");
  CHECK(free() == 70000);
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "60000\n");
  CHECK(free() == 60000);
  std::filesystem::remove_all(root);
  CHECK(engine::available_memory() > (std::uint64_t{1} << 20));
}

TEST_CASE("a small file cannot ask for much scratch") {
  const auto f16 = ggml_type::f16;
  const auto refused = [&](const test::tiny_llama_options& o) {
    const test::saved_file model(test::tiny_llama(o), "scratch");
    const auto e = cpu_engine::load(model.path, {.threads = 1});
    REQUIRE_FALSE(e);
    CHECK(e.error().code == errc::too_large);
    CHECK(e.error().message.find("MiB of scratch") != std::string::npos);
  };
  refused({.layers = 1, .width = 1, .heads = 1024, .kv_heads = 1024, .head_width = 512, .matrix = f16, .embedding = f16});
  refused({.layers = 1, .width = 1, .hidden = 1u << 20, .heads = 1, .kv_heads = 1, .head_width = 16, .matrix = f16, .embedding = f16});
  const auto eyes = [](std::uint32_t patch, std::uint32_t hidden) {
    const auto bytes = test::tiny_mmproj({.image = 64 * patch, .patch = patch, .width = 16, .hidden = hidden, .layers = 1}).bytes();
    return vision_tower::load(gguf_file::from_bytes(bytes).value(), 1);
  };
  REQUIRE_FALSE(eyes(1, 16384));
  CHECK(eyes(1, 16384).error().code == errc::too_large);
  CHECK(eyes(1, 64));
}
