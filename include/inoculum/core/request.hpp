// SPDX-License-Identifier: Apache-2.0
// What a caller asks, the conversation that reaches the model, and what comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cancel.hpp"
#include "image.hpp"

namespace inoculum {

enum class role : std::uint8_t { system, user, assistant };

[[nodiscard]] constexpr std::string_view to_string(role r) noexcept {
  switch (r) {
    case role::system: return "system";
    case role::user: return "user";
    case role::assistant: return "assistant";
  }
  return "user";
}

/// An earlier turn of the client's conversation.
struct turn {
  role who = role::user;
  std::string text{};
  std::vector<image> images{};
};

/// One question, with its pictures and whatever was said before. All of it is untrusted text.
struct request {
  std::vector<image> images{};
  std::string query{};
  std::vector<turn> history{};  ///< oldest first; demonstrations go before these
  std::string system{};         ///< the client's own system prompt; empty means the chat format's default
};

/// Whose words a part holds. Only template text may become control tokens.
enum class origin : std::uint8_t { template_text, pool, user, model };

/// A run of text, or a picture, of one message.
struct part {
  origin from = origin::user;
  std::string text{};  ///< empty for a picture
  image pixels{};      ///< empty for text

  [[nodiscard]] bool is_image() const noexcept { return !pixels.empty(); }
};

/// One message: pictures and text in the order the model sees them.
struct message {
  role who = role::user;
  std::vector<part> parts{};
  std::uint32_t demonstration = 0;  ///< 1, 2, …: a message of that demonstration; 0: of none
};

/// What a backend is given. The last message is the user's; the backend writes the assistant's.
/// An assistant message at the very end is a prefill that the model continues.
struct conversation {
  std::vector<message> messages{};
  /// Each demonstration is read as if it stood alone behind the system prompt, and all of them from the same position on; what
  /// follows sees them all and stands behind the longest. Parallel context windows (Ratner et al., 2023).
  bool side_by_side = false;
};

/// How to decode. The defaults are greedy, so that a result can be repeated.
struct generate_options {
  std::size_t max_tokens = 128;
  double temperature = 0.0;  ///< 0 is greedy
  std::size_t top_k = 0;     ///< 0: all
  double top_p = 1.0;
  double min_p = 0.0;               ///< at least this share of the best token's probability
  double repetition_penalty = 1.0;  ///< above 1: words of this answer so far become less likely
  std::uint64_t seed = 0;
  std::vector<std::string> stop{};  ///< the completion ends before the first of these
  std::string cache_salt{};         ///< prompts share what was computed only under equal salts: one a tenant
  cancel_flag cancel{};             ///< `&` of a std::atomic<bool> that another thread sets; checked between tokens
  double timeout_seconds = 0.0;     ///< 0: none
};

enum class finish_reason : std::uint8_t { stop, length, cancelled };

[[nodiscard]] constexpr std::string_view to_string(finish_reason r) noexcept {
  switch (r) {
    case finish_reason::stop: return "stop";
    case finish_reason::length: return "length";
    case finish_reason::cancelled: return "cancelled";
  }
  return "stop";
}

/// What a backend returns. Token counts are 0 where the backend does not say.
struct completion {
  std::string text{};
  finish_reason finish = finish_reason::stop;
  std::size_t prompt_tokens = 0;  ///< image positions included
  std::size_t cached_tokens = 0;  ///< of these, not computed again
  std::size_t completion_tokens = 0;
  double ttft_ms = 0.0;  ///< from the call to the first token
  double total_ms = 0.0;
};

}  // namespace inoculum
