// SPDX-License-Identifier: Apache-2.0
// expect: caching_engine
#include "../../support/toy_engine.hpp"

// Knows prompts again without asking for whom: one tenant's would be another's.
struct engine : test::toy_engine {
  using toy_engine::encode_image;
  using toy_engine::toy_engine;
  inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&, std::string_view) { return inoculum::image_embedding{}; }
#ifdef INOCULUM_FIXED
  std::size_t resume(std::span<const inoculum::engine_input>, std::string_view) { return 0; }
#else
  std::size_t resume(std::span<const inoculum::engine_input>) { return 0; }
#endif
  void remember(bool) {}
};

void use(const inoculum::caching_engine auto&) {}
int main() { use(engine("")); }
