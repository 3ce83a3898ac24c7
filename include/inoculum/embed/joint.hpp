// SPDX-License-Identifier: Apache-2.0
// Two embedders side by side: words and picture together.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "concepts.hpp"

namespace inoculum {

/// Concatenates two embeddings, each scaled to length √weight, so that the cosine of two items is the
/// weighted mean of their cosines under A and under B (when both have words and a picture).
template <embedder A, embedder B>
class joint {
 public:
  /// `share_of_first` in [0, 1] is A's weight; B has the rest.
  joint(A first, B second, double share_of_first) : first_(std::move(first)), second_(std::move(second)), share_(share_of_first) {}

  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const {
    if (out.size() != dimension()) {
      return failure{
          errc::mismatch, "joint writes " + std::to_string(dimension()) + " floats, was given room for " + std::to_string(out.size()), {}};
    }
    const std::span<float> a = out.first(first_.dimension());
    const std::span<float> b = out.subspan(first_.dimension());
    if (auto done = first_.embed(item, a); !done) return done;
    if (auto done = second_.embed(item, b); !done) return done;
    scale(a, share_);
    scale(b, 1.0 - share_);
    return {};
  }
  [[nodiscard]] std::size_t dimension() const { return first_.dimension() + second_.dimension(); }
  [[nodiscard]] digest content_digest() const {
    return sha256{}
        .update_field("joint/1")
        .update(first_.content_digest().bytes)
        .update(second_.content_digest().bytes)
        .update_number(static_cast<std::uint64_t>(share_ * 1e6))
        .finish();
  }

 private:
  static void scale(std::span<float> v, double weight) {
    double square = 0.0;
    for (const float x : v) square += static_cast<double>(x) * static_cast<double>(x);
    if (square <= 0.0) return;
    const auto factor = static_cast<float>(std::sqrt(weight / square));
    for (float& x : v) x *= factor;
  }

  A first_;
  B second_;
  double share_;
};

}  // namespace inoculum
