// SPDX-License-Identifier: Apache-2.0
// expect: composing_engine
#include <inoculum/backend/token_engine.hpp>

// Composes whatever the model is, without saying whether it can.
struct engine {
  std::vector<inoculum::token_id> tokenize(std::string_view) const { return {}; }
  std::optional<inoculum::token_id> control_token(std::string_view) const { return std::nullopt; }
  std::string_view token_bytes(inoculum::token_id) const { return ""; }
  bool is_end(inoculum::token_id) const { return true; }
  std::size_t context_size() const { return 1; }
  std::size_t vocabulary_size() const { return 1; }
  std::size_t picture_positions(const inoculum::image&) const { return 0; }
  inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&) { return inoculum::image_embedding{}; }
  inoculum::result<std::span<const float>> evaluate(std::size_t, std::span<const inoculum::engine_input>) {
    return std::span<const float>();
  }
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
int main() { use(engine{}); }
