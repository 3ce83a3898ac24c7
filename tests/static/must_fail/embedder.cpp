// SPDX-License-Identifier: Apache-2.0
// expect: embedder
#include <inoculum/select/similarity.hpp>

// An embedder that nobody could recognise: without a digest, an index of another one would pass for its own.
struct length_only {
  inoculum::result<void> embed(const inoculum::embed_item& item, std::span<float> out) const {
    out[0] = static_cast<float>(item.text.size());
    return {};
  }
  std::size_t dimension() const { return 1; }
#ifdef INOCULUM_FIXED
  inoculum::digest content_digest() const { return inoculum::digest_of("length_only"); }
#endif
};

int main() { (void)inoculum::similarity<length_only>::build(inoculum::demonstration_pool{}, length_only{}); }
