// SPDX-License-Identifier: Apache-2.0
// expect: fitted_embedder
#include <inoculum/embed/concepts.hpp>

// Fits itself in place: an index could hold vectors from before.
struct lengths {
  inoculum::result<void> embed(const inoculum::embed_item&, std::span<float>) const { return {}; }
  std::size_t dimension() const { return 1; }
  inoculum::digest content_digest() const { return inoculum::digest_of("lengths"); }
#ifdef INOCULUM_FIXED
  static inoculum::result<lengths> fit(const inoculum::demonstration_pool&) { return lengths{}; }
#else
  inoculum::result<void> fit(const inoculum::demonstration_pool&) { return {}; }
#endif
};

void use(const inoculum::fitted_embedder auto&) {}
int main() { use(lengths{}); }
