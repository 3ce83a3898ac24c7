// SPDX-License-Identifier: Apache-2.0
// Ten thousand strings for each kind of tokenizer, against digests of what llama.cpp makes of them (bench/peers/tokens.cpp).
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <inoculum/engine/tokenizer/tokenizer.hpp>
#include <span>
#include <string>
#include <vector>

#include "../support/weights.hpp"
#include "small_vocabularies.hpp"
#include "strings.hpp"
#include "templates.hpp"

using namespace inoculum;

namespace {

/// Each string as text and back, and among control tokens; then every token's bytes.
void compare(const gguf_file& file, const std::string& name) {
  const auto loaded = tokenizer::load(file);
  REQUIRE_MESSAGE(loaded, name);
  const tokenizer& t = *loaded;
  std::ifstream reference("tests/tokenizer/data/" + name + ".txt");
  REQUIRE(reference.is_open());
  std::size_t different = 0, controls = 0;
  std::string wanted;
  std::uint64_t digest = test::digest_start;
  const auto text_alone = [&](std::span<const token_id> ids) {
    for (const token_id id : ids) controls += (t.is_control(id) || id < 0) ? 1 : 0;
    digest = test::digest_of(ids, digest);
  };
  const auto check = [&](std::size_t from, std::size_t to) {
    reference >> wanted;
    REQUIRE(wanted.size() == 16);
    if (digest != std::stoull(wanted, nullptr, 16)) {
      ++different;
      MESSAGE(name << ": something differs from " << from << " to " << to);
    }
    digest = test::digest_start;
  };
  const auto special = test::special_tokens_of(file, t);
  const auto strings = test::hard_strings(10000, special.in_text);
  rng r(4);
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const auto ids = t.encode(strings[i]);
    text_alone(ids);
    digest = test::digest_of(test::encode_template(t, test::woven(strings[i], special, r), special), digest);
    digest = hash_bytes(t.decode(ids), digest);
    if ((i + 1) % test::digest_block == 0) check(i + 1 - test::digest_block, i + 1);
  }
  for (std::size_t i = 0; i < t.size(); ++i) text_alone(t.encode(test::two_tokens(t, i)));
  check(0, t.size());
  std::printf(
      "tokens against llama.cpp, %s: %zu strings as text, as a template and back, %zu texts of two tokens, %zu of 101 digests differ\n",
      name.c_str(), strings.size(), t.size(), different);
  CHECK(different == 0);
  CHECK(controls == 0);
}

}  // namespace

TEST_CASE("the same tokens as llama.cpp on small vocabularies of every kind") {
  for (const auto& family : test::families()) {
    const auto bytes = test::small_vocabulary(family).bytes();
    compare(gguf_file::from_bytes(bytes).value(), family.name);
  }
}

TEST_CASE("the same tokens as llama.cpp on SmolLM2's vocabulary") {
  const std::string model = test::weights("ten thousand strings against llama.cpp");
  if (!model.empty()) compare(gguf_file::open(model).value(), "SmolLM2");
}

TEST_CASE("the same tokens as llama.cpp on Llama 3's, Qwen 2's, Llama 2's, GPT-2's and other real vocabularies") {
  const std::string folder = test::llama_vocabularies("tokens of real vocabularies against llama.cpp");
  if (folder.empty()) return;
  for (const char* name : test::real_vocabularies) {
    const std::string file = test::vocabulary_file(name);
    compare(gguf_file::open(folder + "/" + file + ".gguf").value(), file);
  }
  for (const auto& [name, what] : test::refused_vocabularies) {
    const auto t = tokenizer::load(gguf_file::open(folder + "/" + test::vocabulary_file(name) + ".gguf").value());
    REQUIRE_FALSE(t);
    CHECK_MESSAGE(t.error().to_string().find(what) != std::string::npos, t.error().to_string());
  }
}

TEST_CASE("the same tokens as llama.cpp on Gemma 3's vocabulary") {
  const std::string model = test::gemma_weights("Gemma's tokens");
  if (model.empty()) return;
  const auto file = gguf_file::open(model).value();
  const auto t = tokenizer::load(file).value();
  compare(file, "gemma-3");
  CHECK(t.size() == 262144);
  CHECK(t.bos() == 2);
  CHECK(t.eos() == 1);
  CHECK(t.adds_bos());
  CHECK(t.control_token("<start_of_turn>") == 105);
  CHECK(t.control_token("<end_of_turn>") == 106);
  CHECK(t.control_token("<start_of_image>") == 255999);  // user-defined in the file; llama.cpp lets text say it
  for (const char* text : {"<start_of_image>", "<end_of_image>", "<end_of_turn>\n<start_of_turn>model\n", "</s><eos><bos><unused7>"}) {
    for (const token_id id : t.encode(text)) CHECK_FALSE(t.is_control(id));
    CHECK(t.decode(t.encode(text)) == text);
  }
  CHECK(t.decode(t.encode("Is there a fracture?  größer 中文 😀 \xff\n\n")) == "Is there a fracture?  größer 中文 😀 \xff\n\n");
}
