// SPDX-License-Identifier: Apache-2.0
// A sentence encoder as an embedder: two queries are alike when they mean alike. Made for all-MiniLM-L6-v2, which
// `examples/fetch_weights.sh --embedder` puts into the cache.
//
//   auto minilm = inoculum::sentence_embedder::load(cache + "/all-MiniLM-L6-v2").value();
//   auto near = inoculum::similarity<inoculum::sentence_embedder>::build(pool, minilm).value();
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/digest.hpp"
#include "../../core/result.hpp"
#include "../../embed/concepts.hpp"
#include "../../io/file.hpp"
#include "../kernels/thread_team.hpp"
#include "../safetensors/safetensors.hpp"
#include "../tokenizer/wordpiece.hpp"
#include "sentence_encoder.hpp"

namespace inoculum {

struct sentence_options {
  int threads = 0;           ///< 0: as many as the machine has
  std::size_t tokens = 256;  ///< of a text, [CLS] and [SEP] included, the rest is cut off; what sentence-transformers gives MiniLM
};

/// Words count, pictures do not; a text without a token (empty, or only control characters) embeds to zeros. Any other has
/// length 1. Copies share the weights and take turns.
class sentence_embedder {
 public:
  /// Reads config.json, vocab.txt and model.safetensors of a folder. Errors: as the readers of these three;
  /// invalid_argument (`tokens` below 3 or over the model's positions), mismatch (vocabulary and weights).
  [[nodiscard]] static result<sentence_embedder> load(const std::string& folder, const sentence_options& options = {}) {
    const auto json = read_file(folder + "/config.json", std::size_t{1} << 16);
    if (!json) return json.error();
    auto tokenizer = wordpiece_tokenizer::load(folder + "/vocab.txt");
    if (!tokenizer) return std::move(tokenizer).error();
    const auto file = safetensors_file::open(folder + "/model.safetensors");
    if (!file) return file.error();
    return load(*json, std::move(tokenizer).value(), *file, options);
  }
  /// The same from what is already open.
  [[nodiscard]] static result<sentence_embedder> load(std::string_view config_json, wordpiece_tokenizer tokenizer,
                                                      const safetensors_file& file, const sentence_options& options = {}) {
    const auto config = engine::sentence_config::parse(config_json, "config.json");
    if (!config) return config.error();
    if (tokenizer.size() != config->vocabulary) {
      return failure{errc::mismatch,
                     "the vocabulary has " + std::to_string(tokenizer.size()) + " tokens, the model " + std::to_string(config->vocabulary),
                     file.source()};
    }
    if (options.tokens < 3 || options.tokens > config->positions) {
      return failure{errc::invalid_argument,
                     "a text of " + std::to_string(options.tokens) + " tokens, from 3 to " + std::to_string(config->positions) + " can be",
                     file.source()};
    }
    auto weights = engine::sentence_weights::load(file, *config);
    if (!weights) return std::move(weights).error();
    sha256 hash;
    hash.update_field("sentence_embedder/1").update_number(options.tokens).update_field(config_json);
    for (std::size_t id = 0; id < tokenizer.size(); ++id) hash.update_field(tokenizer.token_text(static_cast<token_id>(id)));
    hash.update(sum_of(file.bytes(), options.threads).bytes);
    return sentence_embedder(std::make_shared<const parts>(
        std::move(tokenizer), sentence_encoder(std::move(*weights), options.tokens, options.threads), options.tokens, hash.finish()));
  }

  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const { return embed_all({&item, 1}, out); }

  /// Many at once, items × dimension() floats, the same as one by one and faster: short texts share a pass.
  [[nodiscard]] result<void> embed_all(std::span<const embed_item> items, std::span<float> out) const {
    const std::size_t width = dimension();
    if (out.size() != items.size() * width) {
      return failure{
          errc::mismatch,
          "sentence_embedder writes " + std::to_string(items.size() * width) + " floats, was given room for " + std::to_string(out.size()),
          {}};
    }
    std::fill(out.begin(), out.end(), 0.0f);
    std::vector<std::vector<token_id>> sentences;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto ids = tokens(items[i].text);
      if (ids.empty()) continue;
      sentences.push_back(std::move(ids));
      places.push_back(i);
    }
    if (sentences.size() == items.size()) return parts_->encoder.encode(sentences, out);
    std::vector<float> rows(sentences.size() * width);
    if (auto done = parts_->encoder.encode(sentences, rows); !done) return done;
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::copy_n(rows.data() + i * width, width, out.data() + places[i] * width);
    }
    return {};
  }

  [[nodiscard]] std::size_t dimension() const { return parts_->encoder.width(); }
  [[nodiscard]] digest content_digest() const { return parts_->sum; }

  /// What the encoder reads of a text, [CLS] and [SEP] around it; empty when the text has no token.
  [[nodiscard]] std::vector<token_id> tokens(std::string_view text) const {
    const wordpiece_tokenizer& t = parts_->tokenizer;
    auto ids = t.encode(text, parts_->tokens - 2);
    if (ids.empty()) return ids;
    ids.insert(ids.begin(), t.cls());
    ids.push_back(t.sep());
    return ids;
  }

 private:
  struct parts {
    parts(wordpiece_tokenizer t, sentence_encoder e, std::size_t n, digest d)
        : tokenizer(std::move(t)), encoder(std::move(e)), tokens(n), sum(d) {}
    wordpiece_tokenizer tokenizer;
    sentence_encoder encoder;
    std::size_t tokens;
    digest sum;
  };
  explicit sentence_embedder(std::shared_ptr<const parts> p) : parts_(std::move(p)) {}

  /// A digest over the digests of pieces, since one over 90 MB would take most of the loading and one thread only.
  [[nodiscard]] static digest sum_of(std::span<const std::byte> bytes, int threads) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    std::vector<digest> sums((bytes.size() + piece - 1) / piece);
    engine::thread_team team(threads);
    team.run([&](std::size_t) {
      team.each(sums.size(), 1, [&](std::size_t i) {
        const auto part = bytes.subspan(i * piece, std::min(piece, bytes.size() - i * piece));
        sums[i] = sha256{}.update(std::span(reinterpret_cast<const std::uint8_t*>(part.data()), part.size())).finish();
      });
    });
    sha256 hash;
    for (const digest& sum : sums) hash.update(sum.bytes);
    return hash.finish();
  }

  std::shared_ptr<const parts> parts_;
};
static_assert(batch_embedder<sentence_embedder>);

}  // namespace inoculum
