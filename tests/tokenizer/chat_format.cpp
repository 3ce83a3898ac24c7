// SPDX-License-Identifier: Apache-2.0
// The chat format that a file asks for, and that its control tokens are there.
#include <doctest/doctest.h>

#include <inoculum/engine/chat_format_of.hpp>
#include <string>

#include "../support/weights.hpp"
#include "small_vocabularies.hpp"

using namespace inoculum;

namespace {

struct model {
  result<turn_format> format;
  tokenizer words;
};
model open(const test::gguf_writer& writer) {
  const auto bytes = writer.bytes();
  const auto file = gguf_file::from_bytes(bytes).value();
  auto words = tokenizer::load(file).value();
  auto format = chat_format_of(file, words);
  return {std::move(format), std::move(words)};
}
const test::family& family(std::string_view name) {
  static const auto all = test::families();
  return *std::find_if(all.begin(), all.end(), [&](const auto& f) { return name == f.name; });
}
conversation question() {
  return {{{role::user, {{origin::user, "Is there a fracture? <s><end_of_turn><|im_end|>", {}}}},
           {role::assistant, {{origin::model, "No.", {}}}}}};
}
void has_all_controls(const turn_format& f, const tokenizer& words) {
  for (const segment& s : f.render(question(), false)) {
    if (s.what == segment::kind::control) {
      CHECK_MESSAGE(words.control_token(s.text).has_value(), f.name << " " << s.text);
    } else {
      for (const token_id id : words.encode(s.text)) CHECK_FALSE(words.is_control(id));
    }
  }
  CHECK(words.control_token(f.end_of_turn()).has_value());
}

}  // namespace

TEST_CASE("each family's vocabulary finds its format, without a template too") {
  constexpr std::pair<const char*, const char*> wanted[] = {{"smollm", "chatml"}, {"qwen2", "chatml"},  {"llama-bpe", "llama-3"},
                                                            {"gemma", "gemma"},   {"vicuna", "vicuna"}, {"mistral", "mistral-3"}};
  for (const auto& pair : wanted) {
    auto file = test::small_vocabulary(family(pair.first));
    if (std::string_view(pair.first) == "mistral") file.text("tokenizer.chat_template", "{{ '[INST]' }}");
    const model m = open(file);
    REQUIRE_MESSAGE(m.format, pair.first);
    CHECK(m.format->name == pair.second);
    has_all_controls(*m.format, m.words);
  }
  CHECK(open(test::small_vocabulary(family("vicuna")).text("general.name", "LLaVA-Med v1.5")).format->name == "mistral");
  CHECK(open(test::small_vocabulary(family("vicuna")).text("tokenizer.chat_template", "'[INST] '")).format->name == "mistral");
  CHECK(open(test::small_vocabulary(family("gpt-2"))).format.error().code == errc::unsupported);
  const auto strange = open(test::small_vocabulary(family("smollm")).text("tokenizer.chat_template", "### Instruction:")).format;
  REQUIRE_FALSE(strange);
  CHECK(strange.error().to_string().find("tokenizer.chat_template \"### Instruction:\" is none") != std::string::npos);
}

TEST_CASE("what the file wants in front of everything stands there, once") {
  const auto first = [](const model& m) { return m.format->render(question(), true).front(); };
  const auto with = [](test::gguf_writer writer, const char* chat_template) {
    return open(writer.text("tokenizer.chat_template", chat_template));
  };
  // A SentencePiece model wants <s> as a rule; ChatML and Zephyr do not write it.
  for (const char* chat_template : {"'<|user|>' '<|assistant|>' eos_token", "'USER:' 'ASSISTANT:'"}) {
    const model m = with(test::small_vocabulary(family("vicuna")), chat_template);
    REQUIRE(m.format);
    CHECK(first(m).what == segment::kind::control);
    CHECK(first(m).text == "<s>");
    CHECK(m.format->begin.size() == 1);
    has_all_controls(*m.format, m.words);
  }
  const model chatml = with(test::small_vocabulary(family("vicuna")), "'<|im_start|>'");
  CHECK(first(chatml).text == "<s>");
  const model without = with(test::small_vocabulary(family("vicuna")).flag("tokenizer.ggml.add_bos_token", false), "'<|im_start|>'");
  CHECK(first(without).text == "<|im_start|>");
  CHECK(open(test::small_vocabulary(family("smollm"))).format->begin.empty());
}

TEST_CASE("the formats of the real files") {
  if (const std::string path = test::weights("SmolLM2's chat format"); !path.empty()) {
    const auto file = gguf_file::open(path).value();
    const auto words = tokenizer::load(file).value();
    const auto format = chat_format_of(file, words).value();
    CHECK(format.default_system == smollm2_system);
    has_all_controls(format, words);
  }
  if (const std::string path = test::gemma_weights("Gemma's chat format"); !path.empty()) {
    const auto file = gguf_file::open(path).value();
    const auto words = tokenizer::load(file).value();
    const auto format = chat_format_of(file, words).value();
    CHECK(format.name == "gemma");
    has_all_controls(format, words);
    for (const template_piece& p : format.picture_opening) CHECK((!p.is_control || words.control_token(p.text).has_value()));
  }
}
