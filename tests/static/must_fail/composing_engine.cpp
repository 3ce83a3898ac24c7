// SPDX-License-Identifier: Apache-2.0
// expect: composing_engine
#include "../../support/toy_engine.hpp"

// Composes whatever the model is, without saying whether it can.
struct engine : test::toy_engine {
  using toy_engine::encode_image;
  using toy_engine::toy_engine;
  inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&, std::string_view) { return inoculum::image_embedding{}; }
  std::size_t resume(std::span<const inoculum::engine_input>, std::string_view) { return 0; }
  void remember(bool) {}
#ifdef INOCULUM_FIXED
  bool can_compose() const { return true; }
#endif
  inoculum::result<inoculum::composition> compose(std::span<const inoculum::engine_input>, std::string_view) {
    return inoculum::composition{};
  }
};

void use(const inoculum::composing_engine auto&) {}
int main() { use(engine("")); }
