// SPDX-License-Identifier: Apache-2.0
// expect: chat_format
#include <inoculum/backend/token_backend.hpp>

// A format that renders to one string: control tokens would have to be found again inside untrusted text.
struct one_string {
#ifdef INOCULUM_FIXED
  std::vector<inoculum::segment> render(const inoculum::conversation&, bool) const { return {}; }
#else
  std::string render(const inoculum::conversation&, bool) const { return {}; }
#endif
  std::string_view end_of_turn() const { return "</s>"; }
};

template <class Engine>
using backend_of = inoculum::token_backend<Engine, one_string>;

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
};

int main() { (void)backend_of<engine>(engine{}); }
