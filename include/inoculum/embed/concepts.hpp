// SPDX-License-Identifier: Apache-2.0
// What turns a query and its pictures into a vector.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "../core/digest.hpp"
#include "../core/image.hpp"
#include "../core/pool.hpp"
#include "../core/result.hpp"

namespace inoculum {

/// What is embedded: the words of a query and the pictures beside it, either of which may be missing.
struct embed_item {
  std::string_view text{};
  std::span<const image> images{};
};

/// Maps items to vectors whose cosine says how alike two items are.
///
/// Requirements:
///  1. `embed` writes exactly `dimension()` floats, all finite; the same item gives the same floats.
///  2. An item with nothing to see (no words, no picture) embeds to zeros, not to a failure.
///  3. `content_digest` changes whenever the floats could: an index built with another embedder is refused.
///  4. Const and callable from several threads.
///
///   struct length_only {
///     result<void> embed(const embed_item& i, std::span<float> out) const { out[0] = float(i.text.size()); return {}; }
///     std::size_t dimension() const { return 1; }
///     digest content_digest() const { return digest_of("length_only"); }
///   };
template <class E>
concept embedder = requires(const E& e, const embed_item& item, std::span<float> out) {
  { e.embed(item, out) } -> std::same_as<result<void>>;
  { e.dimension() } -> std::same_as<std::size_t>;
  { e.content_digest() } -> std::same_as<digest>;
};

/// An embedder that learns weights (idf) from the pool that it will index.
template <class E>
concept fitted_embedder = embedder<E> && requires(const demonstration_pool& pool) {
  { E::fit(pool) } -> std::same_as<result<E>>;
};

/// An embedder that does better with many items at once: `embed_all` writes items × dimension floats, the same as one by one.
template <class E>
concept batch_embedder = embedder<E> && requires(const E& e, std::span<const embed_item> items, std::span<float> out) {
  { e.embed_all(items, out) } -> std::same_as<result<void>>;
};

}  // namespace inoculum
