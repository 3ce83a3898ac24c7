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

using namespace inoculum;

namespace {

void compare(const tokenizer& t, const std::string& name, std::span<const std::string> extra = {}) {
  std::ifstream reference("tests/tokenizer/data/" + name + ".txt");
  REQUIRE(reference.is_open());
  const auto strings = test::hard_strings(10000, extra);
  std::size_t same = 0, controls = 0;
  std::string wanted;
  for (std::size_t from = 0; from < strings.size(); from += test::digest_block) {
    std::uint64_t digest = test::digest_start;
    for (std::size_t i = from; i < from + test::digest_block; ++i) {
      const auto ids = t.encode(strings[i]);
      for (const token_id id : ids) controls += (t.is_control(id) || id < 0) ? 1 : 0;
      digest = test::digest_of(ids, digest);
    }
    reference >> wanted;
    REQUIRE(wanted.size() == 16);
    if (digest == std::stoull(wanted, nullptr, 16)) same += test::digest_block;
    else MESSAGE(name << ": strings " << from << " to " << from + test::digest_block << " differ");
  }
  std::printf("tokens against llama.cpp, %s: %zu strings, %zu in digests that differ\n", name.c_str(), strings.size(),
              strings.size() - same);
  CHECK(same == strings.size());
  CHECK(controls == 0);
}

}  // namespace

TEST_CASE("the same tokens as llama.cpp on small vocabularies of every kind") {
  for (const auto& family : test::families()) {
    const auto bytes = test::small_vocabulary(family).bytes();
    const auto loaded = tokenizer::load(gguf_file::from_bytes(bytes).value());
    REQUIRE_MESSAGE(loaded, family.name);
    compare(*loaded, family.name, family.user_defined);
  }
}

TEST_CASE("the same tokens as llama.cpp on SmolLM2's vocabulary") {
  const std::string model = test::weights("ten thousand strings against llama.cpp");
  if (!model.empty()) compare(tokenizer::load(gguf_file::open(model).value()).value(), "SmolLM2");
}

TEST_CASE("the same tokens as llama.cpp on Gemma 3's vocabulary") {
  const std::string model = test::gemma_weights("Gemma's tokens");
  if (model.empty()) return;
  const auto t = tokenizer::load(gguf_file::open(model).value()).value();
  compare(t, "gemma-3");
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
