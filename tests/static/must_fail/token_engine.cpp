// SPDX-License-Identifier: Apache-2.0
// expect: token_engine
#include <inoculum/backend/token_backend.hpp>

// An engine that gives control tokens no names, so that a chat format could not be written safely.
struct engine {
  std::vector<inoculum::token_id> tokenize(std::string_view) const { return {}; }
#ifdef INOCULUM_FIXED
  std::optional<inoculum::token_id> control_token(std::string_view) const { return std::nullopt; }
#endif
  std::string_view token_bytes(inoculum::token_id) const { return ""; }
  bool is_end(inoculum::token_id) const { return true; }
  std::size_t context_size() const { return 1; }
  std::size_t vocabulary_size() const { return 1; }
  std::size_t picture_positions(const inoculum::image&) const { return 0; }
  inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&) { return inoculum::image_embedding{}; }
  inoculum::result<std::span<const float>> evaluate(std::size_t, std::span<const inoculum::engine_input>) {
    return std::span<const float>();
  }
};

int main() { (void)inoculum::token_backend<engine>(engine{}); }
