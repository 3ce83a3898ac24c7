// SPDX-License-Identifier: Apache-2.0
// expect: batch_embedder
#include <inoculum/embed/concepts.hpp>

// Allocates what it returns: the caller says where the rows go.
struct lengths {
  inoculum::result<void> embed(const inoculum::embed_item&, std::span<float>) const { return {}; }
  std::size_t dimension() const { return 1; }
  inoculum::digest content_digest() const { return inoculum::digest_of("lengths"); }
#ifdef INOCULUM_FIXED
  inoculum::result<void> embed_all(std::span<const inoculum::embed_item>, std::span<float>) const { return {}; }
#else
  std::vector<float> embed_all(std::span<const inoculum::embed_item> items) const { return std::vector<float>(items.size()); }
#endif
};

void use(const inoculum::batch_embedder auto&) {}
int main() { use(lengths{}); }
