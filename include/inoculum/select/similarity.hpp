// SPDX-License-Identifier: Apache-2.0
// Nearest demonstrations by cosine, over an Eigen matrix of embeddings. Includes Eigen.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../embed/concepts.hpp"
#include "../embed/hashed_ngrams.hpp"
#include "concepts.hpp"
#include "policies.hpp"

namespace inoculum {

/// Ranks by the cosine between the request and each demonstration's query and pictures. Holds a handle
/// to an index that is never changed: copying is cheap, and every thread may rank.
template <embedder Embedder = hashed_ngrams>
class similarity {
 public:
  /// Embeds the whole pool with an embedder fitted to it.
  /// Errors: whatever fitting, decoding a picture or embedding reports, naming the demonstration.
  [[nodiscard]] static result<similarity> build(const demonstration_pool& pool) requires fitted_embedder<Embedder> {
    auto fitted = Embedder::fit(pool);
    if (!fitted) return std::move(fitted).error();
    return build(pool, std::move(*fitted));
  }
  /// Embeds the whole pool. `with_pictures` decodes every picture of it once; without, only words count.
  [[nodiscard]] static result<similarity> build(const demonstration_pool& pool, Embedder embedder, bool with_pictures = false) {
    const auto rows = static_cast<Eigen::Index>(pool.size());
    const std::size_t width = embedder.dimension();
    index_data data{pool, std::move(embedder), Eigen::MatrixXf::Zero(rows, static_cast<Eigen::Index>(width)), {}, with_pictures};
    data.inverse_norms.resize(pool.size());
    std::vector<float> row(width);
    std::vector<image> pictures;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      pictures.clear();
      if (with_pictures) {
        for (const picture& p : pool[i].images) {
          auto decoded = p.decode();
          if (!decoded) return in_demonstration(std::move(decoded).error(), pool[i].id);
          pictures.push_back(std::move(*decoded));
        }
      }
      if (auto done = data.embed.embed({pool[i].query, pictures}, row); !done) return in_demonstration(std::move(done).error(), pool[i].id);
      const auto norm = inverse_norm(row);
      if (!norm) return in_demonstration(norm.error(), pool[i].id);
      data.inverse_norms[i] = *norm;
      for (std::size_t c = 0; c < width; ++c) {  // hashed n-grams are nearly all zeros, and a row of a column-major matrix is far apart
        if (row[c] != 0.0f) data.matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) = row[c];
      }
    }
    similarity out;
    out.data_ = std::make_shared<const index_data>(std::move(data));
    return out;
  }

  /// The n nearest of the view; those that have nothing in common with the request come last, both intents by turns.
  /// Errors: mismatch when the view is of another pool than the index.
  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    const auto scored = scores(r);
    if (!scored) return scored.error();
    const std::span<const float> cosines(*scored);
    if (view.pool().content_digest() != data_->pool.content_digest()) {
      return failure{errc::mismatch,
                     "this similarity index was built over another pool (" + data_->pool.content_digest().hex().substr(0, 12) +
                         ", asked about " + view.pool().content_digest().hex().substr(0, 12) + "): build it again",
                     "similarity"};
    }
    const std::size_t count = std::min(n, view.count());
    const bool whole = view.count() == cosines.size();
    const auto closer = [&](std::uint32_t a, std::uint32_t b) { return cosines[a] != cosines[b] ? cosines[a] > cosines[b] : a < b; };
    std::vector<std::uint32_t> nearest;  // a heap, the least near in front
    nearest.reserve(count);
    const Eigen::Map<const Eigen::VectorXf> all(cosines.data(), static_cast<Eigen::Index>(cosines.size()));
    constexpr std::size_t run = 64;  // most runs hold nothing nearer: one look at the nearest of each
    for (std::size_t begin = 0; begin < cosines.size() && count > 0; begin += run) {
      const std::size_t end = std::min(begin + run, cosines.size());
      if (nearest.size() == count &&
          all.segment(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin)).maxCoeff() <= cosines[nearest.front()])
        continue;  // as near came earlier
      for (std::size_t i = begin; i < end; ++i) {
        const bool full = nearest.size() == count;
        if ((full && cosines[i] <= cosines[nearest.front()]) || (!whole && !view.contains(i))) continue;
        if (full) {
          std::pop_heap(nearest.begin(), nearest.end(), closer);
          nearest.pop_back();
        }
        nearest.push_back(static_cast<std::uint32_t>(i));
        std::push_heap(nearest.begin(), nearest.end(), closer);
      }
    }
    std::sort_heap(nearest.begin(), nearest.end(), closer);
    ranking out;
    out.candidates.reserve(count);
    for (const std::uint32_t i : nearest) {
      if (cosines[i] > 0.0f) out.candidates.push_back({i, cosines[i], "similar"});
    }
    if (out.candidates.size() == count) return out;
    // What is like nothing in the pool would get whatever comes first in it, all refusals perhaps.
    const auto others = fixed_policy::balanced(data_->pool).rank(view, r, view.count());
    for (const candidate& c : others->candidates) {
      if (out.candidates.size() == count) break;
      if (cosines[c.index] <= 0.0f) out.candidates.push_back({c.index, cosines[c.index], "unlike all"});
    }
    return out;
  }

  /// The cosine to every demonstration of the pool, by index.
  [[nodiscard]] result<std::vector<float>> scores(const request& r) const {
    const index_data& d = *data_;
    std::vector<float> query(d.embed.dimension());
    if (auto done = d.embed.embed({r.query, d.with_pictures ? std::span<const image>(r.images) : std::span<const image>()}, query); !done) {
      return std::move(done).error();
    }
    const auto norm = inverse_norm(query);
    if (!norm) return failure{norm.error().code, norm.error().message, "request, " + norm.error().where};
    // Column by column, skipping zeros: one pass over the matrix for a dense embedder, and only a few
    // columns for hashed n-grams. The order of summation is fixed, so a code path always agrees with itself.
    Eigen::VectorXf sums = Eigen::VectorXf::Zero(d.matrix.rows());
    for (std::size_t c = 0; c < query.size(); ++c) {
      if (query[c] != 0.0f) sums.noalias() += query[c] * d.matrix.col(static_cast<Eigen::Index>(c));
    }
    const double scale = *norm;
    std::vector<float> out(d.inverse_norms.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<float>(static_cast<double>(sums[static_cast<Eigen::Index>(i)]) * scale * d.inverse_norms[i]);
    }
    return out;
  }

  [[nodiscard]] const Embedder& embedder_used() const noexcept { return data_->embed; }

 private:
  struct index_data {
    demonstration_pool pool;
    Embedder embed;
    Eigen::MatrixXf matrix;  // demonstrations × dimensions, column-major
    std::vector<double> inverse_norms;
    bool with_pictures;
  };

  [[nodiscard]] static result<double> inverse_norm(std::span<const float> v) {
    double square = 0.0;
    for (const float x : v) square += static_cast<double>(x) * static_cast<double>(x);
    if (!std::isfinite(square)) return failure{errc::invalid_argument, "the embedder gave a number that is not finite", "similarity"};
    return square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
  }

  std::shared_ptr<const index_data> data_;
};
static_assert(selection_policy<similarity<>>);

}  // namespace inoculum
