// SPDX-License-Identifier: Apache-2.0
// Text to a vector by hashing its words and word pairs, weighted by how rare they are in a pool.
// Needs no model, and is exact: every weight is a small integer, so the floats of a dot product
// never round and every machine ranks alike.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/rng.hpp"
#include "../core/shared.hpp"
#include "concepts.hpp"

namespace inoculum {

namespace detail {

/// Calls `visit(bucket hash)` for every word, word pair and (for words of five letters and more) word
/// stem of a text. Letters are ASCII letters, digits and every byte of a multi-byte UTF-8 character;
/// upper case folds for ASCII only, which std alone can do.
template <class Visit>
void for_each_ngram(std::string_view text, const Visit& visit) {
  std::uint64_t previous = 0;
  std::size_t i = 0;
  std::string word;
  while (i < text.size()) {
    word.clear();
    for (; i < text.size(); ++i) {
      const char c = text[i];
      const char lower = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
      const bool letter = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
      if (letter) word += lower;
      else if (c == '\'' && !word.empty()) continue;  // don't, patient's
      else if (word.empty()) continue;
      else break;
    }
    if (word.empty()) continue;
    const std::uint64_t here = hash_bytes(word);
    visit(here);
    if (previous != 0) visit(hash_bytes(word, previous * 31 + 7));
    // The first five letters join "falsify" and "falsified"; a real stemmer would tie us to English.
    if (word.size() > 5) visit(hash_bytes(std::string_view(word).substr(0, 5), 0x9e3779b97f4a7c15u));
    previous = here;
  }
}

/// 8·log2(n) rounded down, in integers only: libm's log may differ in the last bit between machines.
[[nodiscard]] constexpr std::uint32_t log2_times_8(std::uint32_t n) noexcept {
  if (n <= 1) return 0;
  const auto whole = static_cast<std::uint32_t>(std::bit_width(n) - 1);
  const std::uint64_t fraction =
      ((static_cast<std::uint64_t>(n) << 32) >> whole) & 0xffffffffu;  // [0, 1) in 32 bits, linear between powers
  return whole * 8 + static_cast<std::uint32_t>(fraction >> 29);
}

}  // namespace detail

/// Hashed word n-grams with idf (the "hashing trick" of Weinberger et al., 2009). Presence counts, not
/// frequency: a query of a few words says each once. Weights are integers in [1, 15], so with up to
/// 65,536 buckets a dot product stays below 2^24 and float arithmetic is exact.
class hashed_ngrams {
 public:
  /// Unfitted: every feature weighs the same.
  explicit hashed_ngrams(std::size_t buckets = 4096)
      : weights_(weights::make(std::vector<std::uint8_t>(buckets < 64      ? 64
                                                         : buckets > 65536 ? 65536
                                                                           : buckets,
                                                         8))) {}

  /// Learns idf from a pool's queries.
  [[nodiscard]] static result<hashed_ngrams> fit(const demonstration_pool& pool) { return fit(pool, 4096); }
  [[nodiscard]] static result<hashed_ngrams> fit(const demonstration_pool& pool, std::size_t buckets) {
    hashed_ngrams out(buckets);
    const std::size_t n = out.dimension();
    std::vector<std::uint32_t> documents(n, 0);
    std::vector<std::uint32_t> seen_in(n, 0);
    std::uint32_t serial = 0;
    for (const basic_demonstration& d : pool.items()) {
      ++serial;
      detail::for_each_ngram(d.query, [&](std::uint64_t h) {
        const std::size_t b = h % n;
        if (seen_in[b] != serial) {
          seen_in[b] = serial;
          ++documents[b];
        }
      });
    }
    // idf = log2((N + 1) / (df + 1)) in steps of 7/8 of a bit, so a pool of thousands spans the fifteen steps.
    std::vector<std::uint8_t> learnt(n);
    const std::uint32_t total = detail::log2_times_8(serial + 1);
    for (std::size_t b = 0; b < n; ++b) {
      const std::uint32_t known = detail::log2_times_8(documents[b] + 1);
      const std::uint32_t weight = known < total ? 1 + (total - known) / 7 : 1;
      learnt[b] = static_cast<std::uint8_t>(weight < 15 ? weight : 15);
    }
    out.weights_ = weights::make(std::move(learnt));
    return out;
  }

  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const {
    if (out.size() != dimension()) {
      return failure{errc::mismatch,
                     "hashed_ngrams writes " + std::to_string(dimension()) + " floats, was given room for " + std::to_string(out.size()),
                     {}};
    }
    for (float& f : out) f = 0.0f;
    detail::for_each_ngram(item.text, [&](std::uint64_t h) {
      const std::size_t b = h % out.size();
      out[b] = static_cast<float>((*weights_)[b]);
    });
    return {};
  }
  [[nodiscard]] std::size_t dimension() const { return weights_->size(); }
  [[nodiscard]] digest content_digest() const { return sha256{}.update_field("hashed_ngrams/1").update(*weights_).finish(); }

 private:
  using weights = detail::shared<const std::vector<std::uint8_t>>;
  weights weights_;
};
static_assert(fitted_embedder<hashed_ngrams>);

}  // namespace inoculum
