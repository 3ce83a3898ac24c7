// SPDX-License-Identifier: Apache-2.0
// expect: batching_engine
#include "../../support/toy_engine.hpp"

// Has sequences, and no type by which to hold one.
struct held {};
struct engine : test::toy_engine {
  using toy_engine::encode_image;
  using toy_engine::toy_engine;
  inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&, std::string_view) { return inoculum::image_embedding{}; }
  std::size_t resume(std::span<const inoculum::engine_input>, std::string_view) { return 0; }
  void remember(bool) {}
#ifdef INOCULUM_FIXED
  using sequence = held;
#endif
  held take_sequence() { return {}; }
  inoculum::result<std::span<const float>> step(std::span<held>, std::span<const inoculum::token_id>) { return std::span<const float>(); }
};

void use(const inoculum::batching_engine auto&) {}
int main() { use(engine("")); }
