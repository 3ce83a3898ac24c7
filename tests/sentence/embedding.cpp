// SPDX-License-Identifier: Apache-2.0
// The sentence embedder on small random files and, on MiniLM's weights, against PyTorch (make_reference.py).
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <inoculum/engine/sentence/sentence_embedder.hpp>
#include <inoculum/select/similarity.hpp>
#include <string>
#include <vector>

#include "../support/tiny_bert.hpp"
#include "../support/weights.hpp"
#include "strings.hpp"

using namespace inoculum;

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

result<sentence_embedder> embedder_of(const test::tiny_bert& files, const sentence_options& options = {.threads = 1, .tokens = 40}) {
  const auto file = safetensors_file::from_bytes(test::bytes_of(files.model));
  if (!file) return file.error();
  return sentence_embedder::load(files.config, wordpiece_tokenizer::parse(test::tiny_words()).value(), *file, options);
}
std::string refused(const test::tiny_bert_options& o) {
  const test::tiny_bert files(o);
  const auto e = embedder_of(files);
  return e ? "loaded" : e.error().to_string();
}
bool has(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}
template <embedder E>
std::vector<float> vector_of(const E& e, std::string_view text) {
  std::vector<float> out(e.dimension(), 7.0f);
  REQUIRE(e.embed({text, {}}, out));
  return out;
}
double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}
std::vector<std::string> some_texts() {
  std::vector<std::string> out;
  rng r(5);
  const char* const words[] = {"is", "there", "a", "fracture", "fractures", "heart", "?", "size", "hearing", "x", "[SEP]"};
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (std::uint32_t n = r.below(i % 7 == 0 ? 90 : 12); n > 0; --n) text += std::string(r.pick(words)) + " ";
    out.push_back(text);
  }
  return out;
}

/// The definition, in doubles and plain loops: what the encoder must agree with.
struct plain_bert {
  const safetensors_file& file;
  std::size_t width = 32, heads = 2;
  using matrix = std::vector<std::vector<double>>;

  std::vector<double> read(const std::string& name) const {
    const auto* t = file.find(name);
    REQUIRE(t != nullptr);
    std::vector<double> out(t->data.size() / sizeof(float));
    for (std::size_t i = 0; i < out.size(); ++i) {
      float v = 0;
      std::memcpy(&v, t->data.data() + i * sizeof v, sizeof v);
      out[i] = static_cast<double>(v);
    }
    return out;
  }
  matrix linear(const std::string& name, const matrix& x) const {
    const auto w = read(name + ".weight"), b = read(name + ".bias");
    matrix out;
    for (const auto& row : x) {
      out.push_back(b);
      for (std::size_t o = 0; o < b.size(); ++o) {
        for (std::size_t i = 0; i < row.size(); ++i) out.back()[o] += w[o * row.size() + i] * row[i];
      }
    }
    return out;
  }
  void norm(const std::string& name, matrix& x) const {
    const auto w = read(name + ".weight"), b = read(name + ".bias");
    for (auto& row : x) {
      double mean = 0, square = 0;
      for (const double v : row) mean += v / static_cast<double>(row.size());
      for (const double v : row) square += (v - mean) * (v - mean) / static_cast<double>(row.size());
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = (row[i] - mean) / std::sqrt(square + 1e-12) * w[i] + b[i];
    }
  }
  static void add(matrix& x, const matrix& y) {
    for (std::size_t t = 0; t < x.size(); ++t) {
      for (std::size_t i = 0; i < x[t].size(); ++i) x[t][i] += y[t][i];
    }
  }
  std::vector<float> embed(const std::vector<token_id>& ids) const {
    const auto words = read("embeddings.word_embeddings.weight"), places = read("embeddings.position_embeddings.weight"),
               types = read("embeddings.token_type_embeddings.weight");
    matrix x(ids.size(), std::vector<double>(width));
    for (std::size_t t = 0; t < ids.size(); ++t) {
      for (std::size_t i = 0; i < width; ++i)
        x[t][i] = words[static_cast<std::size_t>(ids[t]) * width + i] + places[t * width + i] + types[i];
    }
    norm("embeddings.LayerNorm", x);
    for (int l = 0; l < 2; ++l) {
      const std::string at = "encoder.layer." + std::to_string(l) + ".";
      const auto q = linear(at + "attention.self.query", x), k = linear(at + "attention.self.key", x),
                 v = linear(at + "attention.self.value", x);
      matrix seen(x.size(), std::vector<double>(width));
      const std::size_t depth = width / heads;
      for (std::size_t h = 0; h < heads; ++h) {
        for (std::size_t t = 0; t < x.size(); ++t) {
          std::vector<double> weight(x.size());
          double sum = 0;
          for (std::size_t s = 0; s < x.size(); ++s) {
            for (std::size_t i = h * depth; i < (h + 1) * depth; ++i) weight[s] += q[t][i] * k[s][i];
            sum += weight[s] = std::exp(weight[s] / std::sqrt(static_cast<double>(depth)));
          }
          for (std::size_t s = 0; s < x.size(); ++s) {
            for (std::size_t i = h * depth; i < (h + 1) * depth; ++i) seen[t][i] += weight[s] / sum * v[s][i];
          }
        }
      }
      add(x, linear(at + "attention.output.dense", seen));
      norm(at + "attention.output.LayerNorm", x);
      auto up = linear(at + "intermediate.dense", x);
      for (auto& row : up) {
        for (double& u : row) u = 0.5 * u * (1 + std::erf(u / std::sqrt(2.0)));
      }
      add(x, linear(at + "output.dense", up));
      norm(at + "output.LayerNorm", x);
    }
    std::vector<double> mean(width);
    double square = 0;
    for (const auto& row : x) {
      for (std::size_t i = 0; i < width; ++i) mean[i] += row[i];
    }
    for (const double m : mean) square += m * m;
    std::vector<float> out;
    for (const double m : mean) out.push_back(static_cast<float>(m / std::sqrt(square)));
    return out;
  }
};

}  // namespace

TEST_CASE("an encoder of random weights agrees with its definition") {
  const test::tiny_bert files;
  const auto file = safetensors_file::from_bytes(test::bytes_of(files.model)).value();
  const auto e = embedder_of(files).value();
  CHECK(e.dimension() == 32);
  const plain_bert plain{file};
  for (const std::string& text : some_texts()) {
    const auto ids = e.tokens(text);
    const auto ours = vector_of(e, text);
    if (ids.empty()) {
      CHECK(ours == std::vector<float>(32, 0.0f));
      continue;
    }
    CHECK(ids.size() <= 40);
    const auto wanted = plain.embed(ids);
    double worst = 0;
    for (std::size_t i = 0; i < 32; ++i) worst = std::max(worst, std::abs(static_cast<double>(ours[i] - wanted[i])));
    CHECK(worst < 2e-5);
  }
}

TEST_CASE("the same floats whatever the threads, the kernels that agree, and the company") {
  const test::tiny_bert files;
  const auto texts = some_texts();
  std::vector<embed_item> items;
  for (const auto& t : texts) items.push_back({t, {}});
  const auto one = embedder_of(files).value();
  std::vector<float> expected(items.size() * 32);
  for (std::size_t i = 0; i < items.size(); ++i) CHECK(one.embed(items[i], std::span(expected).subspan(32 * i, 32)));
  for (const int threads : {1, 2, 5}) {
    const auto e = embedder_of(files, {.threads = threads, .tokens = 40}).value();
    std::vector<float> got(expected.size());
    CHECK(e.embed_all(items, got));
    CHECK(std::memcmp(got.data(), expected.data(), got.size() * sizeof(float)) == 0);
    CHECK(e.content_digest() == one.content_digest());
  }
  // The kernel tables agree to the bit in the only function used.
  const auto file = safetensors_file::from_bytes(test::bytes_of(files.model)).value();
  const auto config = engine::sentence_config::parse(files.config, "c").value();
  for (const engine::kernel_table* kernels : engine::usable_kernels()) {
    const sentence_encoder encoder(engine::sentence_weights::load(file, config).value(), 40, 2, kernels);
    const auto ids = one.tokens(texts[7]);
    REQUIRE_FALSE(ids.empty());
    std::vector<float> got(32);
    CHECK(encoder.encode({&ids, 1}, got));
    CHECK(std::memcmp(got.data(), expected.data() + 7 * 32, sizeof(float) * 32) == 0);
  }
}

TEST_CASE("the embedder as a concept asks, and as an index uses it") {
  const test::tiny_bert files;
  const auto e = embedder_of(files).value();
  CHECK(vector_of(e, "") == std::vector<float>(32, 0.0f));
  CHECK(vector_of(e, "\x01 ") == std::vector<float>(32, 0.0f));
  CHECK(vector_of(e, "Heart?") == vector_of(e, " heart ?"));
  CHECK(vector_of(e, "[SEP]") != vector_of(e, "[CLS]"));
  std::vector<float> narrow(8);
  CHECK(e.embed({"a", {}}, narrow).error().code == errc::mismatch);
  CHECK(embedder_of(test::tiny_bert({.seed = 2})).value().content_digest() != e.content_digest());
  CHECK(embedder_of(files, {.threads = 1, .tokens = 12}).value().content_digest() != e.content_digest());
  CHECK(embedder_of(files, {.threads = 1, .tokens = 2}).error().code == errc::invalid_argument);
  CHECK(embedder_of(files, {.threads = 1, .tokens = 41}).error().code == errc::invalid_argument);

  std::vector<basic_demonstration> items(3);
  const char* const queries[] = {"is there a fracture?", "heart size", "?"};
  for (std::size_t i = 0; i < 3; ++i) {
    items[i].id = std::to_string(i);
    items[i].query = queries[i];
    items[i].response = "yes";
  }
  const auto pool = demonstration_pool::build(std::move(items)).value();
  const auto index = similarity<sentence_embedder>::build(pool, e).value();
  request r;
  r.query = "Heart size";
  const auto ranked = index.rank(pool_view(pool), r, 1).value();
  CHECK(ranked.candidates.at(0).index == 1);
  CHECK(ranked.candidates.at(0).score == doctest::Approx(1.0));
}

TEST_CASE("tokens that an encoder does not take") {
  const test::tiny_bert files;
  const auto file = safetensors_file::from_bytes(test::bytes_of(files.model)).value();
  const auto config = engine::sentence_config::parse(files.config, "c").value();
  const sentence_encoder encoder(engine::sentence_weights::load(file, config).value(), 40, 1);
  std::vector<float> out(32);
  for (const std::vector<token_id>& ids :
       {std::vector<token_id>{}, std::vector<token_id>{-1}, std::vector<token_id>{20}, std::vector<token_id>(41, 5)}) {
    CHECK(encoder.encode({&ids, 1}, out).error().code == errc::invalid_argument);
  }
  const std::vector<token_id> fine(40, 19);
  CHECK(encoder.encode({&fine, 1}, out));
  CHECK(encoder.encode({&fine, 1}, std::span(out).first(31)).error().code == errc::mismatch);
  CHECK(encoder.encode({}, {}));

  std::vector<float> wide(32);
  const test::tiny_bert too_much({.scale = 1e30});  // the encoder reads words where they lie
  const auto huge = embedder_of(too_much).value();
  CHECK(huge.embed({"heart size", {}}, wide).error().message == "the weights give a number that is not finite");
}

TEST_CASE("an encoder larger than the memory that is free is refused before it is read") {
  const std::string path = (std::filesystem::temp_directory_path() / "inoculum_huge.safetensors").string();
  const std::string header =
      R"({"encoder.layer.0.output.dense.weight":{"dtype":"F16","shape":[1048576,524288],"data_offsets":[0,1099511627776]}})";
  std::ofstream(path, std::ios::binary) << test::safetensors_writer::whole(header);
  std::error_code failed;
  std::filesystem::resize_file(path, 8 + header.size() + (std::uintmax_t{1} << 40), failed);
  if (failed) {
    std::printf("SKIPPED an encoder larger than memory: this file system has no room for holes of 1 TB\n");
  } else {
    const auto config = engine::sentence_config::parse(test::tiny_bert().config, "c").value();
    const auto weights = engine::sentence_weights::load(safetensors_file::open(path).value(), config);
    REQUIRE_FALSE(weights);
    CHECK(weights.error().code == errc::too_large);
    CHECK(has(weights.error().message, "the weights take 2199023255552 bytes"));  // as floats
    CHECK(weights.error().where == path);
  }
  std::remove(path.c_str());
}

TEST_CASE("what an encoder's files may not be") {
  CHECK(has(refused({.without = "encoder.layer.1.output.dense.bias"}), "missing tensor \"encoder.layer.1.output.dense.bias\" [32]"));
  CHECK(has(refused({.without = "encoder.layer.0.attention.self.key.weight"}), "missing tensor"));
  CHECK(has(refused({.spoiled = "encoder.layer.0.attention.self.value.weight"}), "not finite"));
  CHECK(has(refused({.spoiled = "embeddings.word_embeddings.weight"}), "not finite"));
  CHECK(has(refused({.spoiled = "encoder.layer.1.output.LayerNorm.bias"}), "not finite"));
  CHECK(has(refused({.mistyped = "encoder.layer.0.intermediate.dense.weight"}), "is I32 [48, 32]; F32, F16 and BF16 are read"));
  CHECK(has(refused({.heads = "3"}), "3 heads"));
  CHECK(has(refused({.heads = "4"}), "multiples of 16"));
  CHECK(has(refused({.heads = "0"}), "num_attention_heads is 0"));
  CHECK(has(refused({.heads = "-1"}), "num_attention_heads is no whole number"));
  const auto changed = [](const char* from, const char* to) { return refused({.changed = from, .to = to}); };
  CHECK(has(changed("\"gelu\"", "\"relu\""), "hidden_act is \"gelu\""));
  CHECK(has(changed("\"bert\"", "\"roberta\""), "model_type is \"bert\""));
  CHECK(has(changed("\"model_type\"", "\"x\""), "model_type"));
  CHECK(has(changed("{", "{\"position_embedding_type\": \"relative_key\", "), "position_embedding_type"));
  CHECK(has(changed("\"hidden_size\": 32", "\"hidden_size\": 4096"), "wanted the shape [20, 4096]"));
  CHECK(has(changed("\"intermediate_size\": 48", "\"intermediate_size\": 16384"), "wanted the shape [16384, 32]"));
  CHECK(has(changed("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"), "encoder.layer.2."));
  CHECK(has(changed("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000"), "num_hidden_layers is 2000000000"));
  CHECK(has(changed("\"vocab_size\": 20", "\"vocab_size\": 21"), "the vocabulary has 20 tokens, the model 21"));
  CHECK(has(changed("1e-12", "0"), "layer_norm_eps"));
  CHECK(has(changed("1e-12", "null"), "layer_norm_eps is no number"));
  CHECK(has(changed("{", "["), "config.json"));
  CHECK(sentence_embedder::load("no such folder").error().code == errc::not_found);
}

TEST_CASE("the same vectors as PyTorch") {
  const std::string folder = test::minilm("vectors against PyTorch");
  if (folder.empty()) return;
  const auto e = sentence_embedder::load(folder, {.threads = 2}).value();
  CHECK(e.dimension() == 384);
  std::ifstream in("tests/sentence/data/vectors.txt");
  std::string sum, coded;
  REQUIRE(static_cast<bool>(in >> sum));
  {
    std::ifstream weights(folder + "/model.safetensors", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(weights), {}};
    if (digest_of(bytes).hex() != sum) {
      std::printf("SKIPPED vectors against PyTorch: the reference is of other weights\n");
      return;
    }
  }
  const auto texts = test::sentences();
  double lowest = 1, step = 0;
  std::size_t compared = 0, longest = 0;
  for (; in >> step >> coded; ++compared) {
    REQUIRE(compared < texts.size());
    std::vector<float> wanted;
    for (std::size_t i = 0; i + 1 < coded.size(); i += 2) {
      const auto steps = static_cast<double>(64 * digits.find(coded[i]) + digits.find(coded[i + 1])) - 2048;
      wanted.push_back(static_cast<float>(step * steps));
    }
    REQUIRE(wanted.size() == 384);
    longest = std::max(longest, e.tokens(texts[compared]).size());
    lowest = std::min(lowest, cosine(wanted, vector_of(e, texts[compared])));
  }
  std::printf("vectors against PyTorch: %zu sentences of up to %zu tokens, lowest cosine %.7f\n", compared, longest, lowest);
  CHECK(compared == 200);
  CHECK(longest == 256);
  CHECK(lowest >= 0.9999);
}

TEST_CASE("alike is what means alike") {
  const std::string folder = test::minilm("MiniLM on paraphrases");
  if (folder.empty()) return;
  const auto e = sentence_embedder::load(folder, {.threads = 2}).value();
  const auto one = vector_of(e, "Is there a broken bone on this film?");
  CHECK(cosine(one, vector_of(e, "Does the radiograph show a fracture?")) > 0.5);
  CHECK(cosine(one, vector_of(e, "How do I file a tax return?")) < 0.2);
}

TEST_CASE("writes the strings for make_reference.py" * doctest::skip()) {
  const auto write = [](const char* path, const std::vector<std::string>& texts) {
    std::ofstream out(path);
    for (const std::string& text : texts) {
      for (std::size_t at = 0; at < text.size(); at += 3) {
        unsigned bits = 0;
        for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u);
        for (unsigned i = 0; i < 4; ++i) out << (at + i <= text.size() ? digits[(bits >> (18 - 6 * i)) & 63] : '=');
      }
      out << '\n';
    }
  };
  write("strings.txt", test::hard_strings());
  write("sentences.txt", test::sentences());
}
