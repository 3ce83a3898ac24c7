// SPDX-License-Identifier: Apache-2.0
// A model's own eyes as an embedder: two pictures are alike when the language model is told alike of them.
//
//   auto eyes = inoculum::vision_embedder::load("mmproj.gguf").value();
//   auto near = inoculum::similarity<inoculum::vision_embedder>::build(pool, eyes, true).value();
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../core/digest.hpp"
#include "../../core/result.hpp"
#include "../../embed/concepts.hpp"
#include "../gguf/gguf.hpp"
#include "vision_tower.hpp"

namespace inoculum {

/// The mean of the rows that the tower gives for a whole picture; only the first picture counts, and words do not. Join it with
/// `hashed_ngrams` by `joint`. Costs a pass through the tower a picture, so an index over a pool decodes and encodes it once.
class vision_embedder {
 public:
  /// Errors: as `gguf_file::open` and `vision_tower::load`.
  [[nodiscard]] static result<vision_embedder> load(const std::string& path, int threads = 0) {
    auto file = gguf_file::open(path);
    if (!file) return std::move(file).error();
    return load(*file, threads);
  }
  [[nodiscard]] static result<vision_embedder> load(const gguf_file& file, int threads = 0) {
    auto tower = vision_tower::load(file, threads);
    if (!tower) return std::move(tower).error();
    sha256 hash;
    hash.update_field("vision_embedder/3").update(file.fingerprint().bytes);  // what it says of its tower, too
    for (const gguf_tensor& t : file.tensors()) {
      hash.update_field(t.name).update(std::span(reinterpret_cast<const std::uint8_t*>(t.data.data()), t.data.size()));
    }
    return vision_embedder(std::make_shared<const vision_tower>(std::move(*tower)), hash.finish());
  }

  /// Errors: `mismatch` (room for another number of floats), `invalid_argument` (a mean that is not finite).
  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const {
    if (out.size() != dimension()) {
      return failure{errc::mismatch,
                     "vision_embedder writes " + std::to_string(dimension()) + " floats, was given room for " + std::to_string(out.size()),
                     {}};
    }
    for (float& f : out) f = 0.0f;
    if (item.images.empty() || item.images.front().empty()) return {};
    const auto rows = tower_->encode_whole(item.images.front());
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) out[i % out.size()] += (*rows)[i];
    bool finite = true;
    for (float& f : out) {
      f /= static_cast<float>(tower_->positions());
      finite = finite && std::isfinite(f);
    }
    if (finite) return {};
    const image& seen = item.images.front();
    return failure{errc::invalid_argument,
                   "the eyes gave a value that is not finite for the first picture, of " + std::to_string(seen.width()) + " by " +
                       std::to_string(seen.height()) + " pixels",
                   {}};
  }
  [[nodiscard]] std::size_t dimension() const { return tower_->width(); }
  [[nodiscard]] digest content_digest() const { return sum_; }

 private:
  vision_embedder(std::shared_ptr<const vision_tower> tower, digest sum) : tower_(std::move(tower)), sum_(sum) {}

  std::shared_ptr<const vision_tower> tower_;
  digest sum_;
};
static_assert(embedder<vision_embedder>);

}  // namespace inoculum
