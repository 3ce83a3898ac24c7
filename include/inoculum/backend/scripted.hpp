// SPDX-License-Identifier: Apache-2.0
// A backend that says what it is told: for tests, for documentation, for trying a policy without a model.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "concepts.hpp"

namespace inoculum {

/// Answers with a function of the conversation, or always the same words.
class scripted_backend {
 public:
  explicit scripted_backend(std::string always) : reply_([text = std::move(always)](const conversation&) { return text; }) {}
  explicit scripted_backend(std::function<std::string(const conversation&)> reply) : reply_(std::move(reply)) {}

  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options&) {
    completion out;
    out.text = reply_(talk);
    out.prompt_tokens = *count_tokens(talk);
    return out;
  }
  /// A quarter of the bytes, and 16 a picture: a stand-in that tests can compute by hand.
  [[nodiscard]] result<std::size_t> count_tokens(const conversation& talk) const {
    std::size_t bytes = 0, pictures = 0;
    for (const message& m : talk.messages) {
      for (const part& p : m.parts) {
        bytes += p.text.size();
        pictures += p.is_image() ? 1 : 0;
      }
    }
    return (bytes + 3) / 4 + 16 * pictures;
  }

 private:
  std::function<std::string(const conversation&)> reply_;
};
static_assert(token_counting_backend<scripted_backend>);

}  // namespace inoculum
