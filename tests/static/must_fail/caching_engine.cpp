// SPDX-License-Identifier: Apache-2.0
// expect: caching_engine
#include <inoculum/backend/token_engine.hpp>

// Knows prompts again without asking for whom: one tenant's would be another's.
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
#ifdef INOCULUM_FIXED
  std::size_t resume(std::span<const inoculum::engine_input>, std::string_view) { return 0; }
#else
  std::size_t resume(std::span<const inoculum::engine_input>) { return 0; }
#endif
  void remember(bool) {}
};

void use(const inoculum::caching_engine auto&) {}
int main() { use(engine{}); }
