// SPDX-License-Identifier: Apache-2.0
// Answers about the kind of picture that the request shows come first, where a policy likes others as well.
//
//   auto eyes = inoculum::vision_embedder::load("mmproj.gguf").value();
//   auto looks = inoculum::modality_looks<inoculum::vision_embedder>::build(pool, eyes).value();
//   auto policy = inoculum::by_modality(looks, inoculum::similarity<>::build(pool).value());
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "../embed/concepts.hpp"
#include "concepts.hpp"

namespace inoculum {

/// What pictures of each modality look like to an embedder: the mean vector over a few of the pool's, less what all modalities have
/// in common (most of a picture's vector is that it is a picture: Mu and Viswanath, 2018, of words). Few are drawn, so it costs no
/// pass over the pool. Copying is cheap.
template <embedder Eyes>
class modality_looks {
 public:
  /// Decodes up to `each` pictures a modality, spread over the pool. A pool without modalities or pictures is like nothing.
  /// Errors: those of decoding and of the embedder, naming the demonstration.
  [[nodiscard]] static result<modality_looks> build(const demonstration_pool& pool, Eyes eyes, std::size_t each = 6) {
    content data{std::move(eyes), {}, {}};
    const std::size_t width = data.eyes.dimension();
    std::vector<float> row(width);
    data.common.resize(width);
    std::size_t seen = 0;
    for (const modality mode : all_modalities) {
      std::vector<std::size_t> shown;
      for (std::size_t i = 0; i < pool.size(); ++i) {
        if (pool[i].mode == mode && !pool[i].images.empty()) shown.push_back(i);
      }
      if (shown.empty()) continue;
      std::vector<float>& look = data.looks[static_cast<std::size_t>(mode)];
      look.resize(width);
      const std::size_t count = std::min(each, shown.size());
      for (std::size_t k = 0; k < count; ++k) {
        const basic_demonstration& d = pool[shown[k * shown.size() / count]];
        const auto picture = d.images.front().decode();
        if (!picture) return in_demonstration(picture.error(), d.id);
        if (auto done = data.eyes.embed({{}, {&*picture, 1}}, row); !done) return in_demonstration(std::move(done).error(), d.id);
        for (std::size_t c = 0; c < width; ++c) look[c] += row[c] / static_cast<float>(count);
      }
      for (std::size_t c = 0; c < width; ++c) data.common[c] += look[c];
      ++seen;
    }
    for (float& c : data.common) c /= static_cast<float>(seen == 0 ? 1 : seen);
    for (std::vector<float>& look : data.looks) {
      for (std::size_t c = 0; c < look.size(); ++c) look[c] -= data.common[c];
    }
    modality_looks out;
    out.data_ = std::make_shared<const content>(std::move(data));
    return out;
  }

  /// The cosine of a picture to the look of each modality, by its number; 0 for those that the pool has no picture of. In steps of
  /// 1/256, so that the last places of a machine's sums decide nothing. Errors: the embedder's.
  [[nodiscard]] result<std::array<float, all_modalities.size() + 1>> of(const image& picture) const {
    std::vector<float> row(data_->common.size());
    if (auto done = data_->eyes.embed({{}, {&picture, 1}}, row); !done) return std::move(done).error();
    double square = 0.0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] -= data_->common[c];
      square += static_cast<double>(row[c]) * row[c];
    }
    std::array<float, all_modalities.size() + 1> out{};
    for (std::size_t m = 0; m < out.size(); ++m) {
      const std::vector<float>& look = data_->looks[m];
      double product = 0.0, length = 0.0;
      for (std::size_t c = 0; c < look.size(); ++c) {
        product += static_cast<double>(look[c]) * row[c];
        length += static_cast<double>(look[c]) * look[c];
      }
      if (square > 0.0 && length > 0.0) out[m] = static_cast<float>(std::nearbyint(product / std::sqrt(square * length) * 256.0) / 256.0);
    }
    return out;
  }

 private:
  struct content {
    Eyes eyes;
    std::array<std::vector<float>, all_modalities.size() + 1> looks;  // by modality; empty: none seen
    std::vector<float> common;
  };
  std::shared_ptr<const content> data_;
};

/// A policy whose best `most` answers (benign demonstrations) are of the modality that the request's first picture looks like: those
/// first by score + weight × likeness; the others follow as they were. Refusals, and the places that refusals and answers have among each
/// other, stay as the policy inside ranked them, since they are the defence; so do scores, and requests without a picture. Errors: those of
/// the embedder and of the policy inside. Made by `by_modality`.
template <embedder Eyes, selection_policy P>
struct by_modality_policy {
  modality_looks<Eyes> looks;
  P policy;
  float weight;
  std::size_t most;

  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
    if (r.images.empty()) return policy.rank(view, r, n);
    const auto alike = looks.of(r.images.front());
    if (!alike) return alike.error();
    auto ranked = policy.rank(view, r, view.count());  // all: what is preferred must not depend on n
    if (!ranked) return ranked;
    const auto likeness = [&](const candidate& c) { return (*alike)[static_cast<std::size_t>(view.pool()[c.index].mode)]; };
    const auto key = [&](const candidate& c) { return c.score + weight * likeness(c); };
    const auto is_answer = [&](const candidate& c) { return view.pool()[c.index].label == intent::benign; };
    std::vector<candidate> answers;
    for (const candidate& c : ranked->candidates) {
      if (is_answer(c)) answers.push_back(c);
    }
    // The leaders move to the front and leave everybody else in order.
    for (std::size_t i = 0; i < std::min(most, answers.size()); ++i) {
      const auto from = answers.begin() + static_cast<std::ptrdiff_t>(i);
      const auto best = std::max_element(from, answers.end(), [&](const candidate& a, const candidate& b) { return key(a) < key(b); });
      std::rotate(from, best, best + 1);
    }
    const float closest = *std::max_element(alike->begin(), alike->end());
    std::size_t next = 0;
    ranked->candidates.resize(std::min(n, ranked->candidates.size()));
    for (candidate& c : ranked->candidates) {
      if (!is_answer(c)) continue;
      c = answers[next++];
      if (closest > 0.0f && likeness(c) == closest && c.reason == "similar") c.reason = "similar, its modality";
    }
    return ranked;
  }
};

/// `by_modality(looks, similar)`. Of weights 0.15, 0.3 and 0.6 on a cosine, tried when refusals leaned too, 0.6 had most pictures
/// named right (72, 79 and 86 of 104, by words alone 69). All answers leaning, the part of the body suffers, since several of one modality
/// say several parts: with 1, 2, 3, 4 and all leaning 89, 96, 94, 96 and 92 of 174 were right, and the modality of 104 with 2, 3, 4 and
/// all 86, 82, 91 and 91.
template <embedder Eyes, selection_policy P>
[[nodiscard]] auto by_modality(modality_looks<Eyes> looks, P policy, double weight = 0.6, std::size_t most = 4) {
  return by_modality_policy<Eyes, P>{std::move(looks), std::move(policy), static_cast<float>(weight), most};
}

}  // namespace inoculum
