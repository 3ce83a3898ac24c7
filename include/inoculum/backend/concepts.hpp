// SPDX-License-Identifier: Apache-2.0
// What an inference engine must offer to be defended. A backend takes a whole conversation; for an
// engine that only knows tokens, see token_engine.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "../core/request.hpp"
#include "../core/result.hpp"

namespace inoculum {

/// Answers a conversation.
///
/// Requirements:
///  1. Greedy options (temperature 0) give the same text for the same conversation, whatever came before.
///  2. Text whose origin is not `template_text` never becomes a control token, as far as the engine lets us.
///  3. Trouble is a failure, never an exception; a cancelled call gives what it has, marked `cancelled`.
///  4. Callable from several threads at once (a backend with one sequence locks).
///
///   struct parrot {
///     result<completion> generate(const conversation& c, const generate_options&) { return completion{.text =
///     c.messages.back().parts.back().text}; }
///   };
template <class B>
concept backend = requires(B& b, const conversation& talk, const generate_options& options) {
  { b.generate(talk, options) } -> std::same_as<result<completion>>;
};

/// Whether a backend's failure is about the one conversation that it was given (too long, of a kind that it cannot take), so that the
/// next may well be answered; otherwise it is about the backend.
[[nodiscard]] inline bool concerns_one_request(const failure& why) noexcept {
  return why.code == errc::invalid_argument || why.code == errc::unsupported || why.code == errc::budget;
}

/// Also hands out text as it comes. The sink takes whole UTF-8 sequences (and, from a model that says such, bytes that are no part of
/// any) and returns false to stop; the concatenation of what it saw is the completion's text.
template <class B>
concept streaming_backend = backend<B> &&
    requires(B& b, const conversation& talk, const generate_options& options, bool (*sink)(std::string_view)) {
  { b.generate(talk, options, sink) } -> std::same_as<result<completion>>;
};

/// Also scores a given continuation: the natural logarithm of its probability, summed over its tokens.
template <class B>
concept scoring_backend = backend<B> && requires(B& b, const conversation& talk, std::string_view continuation) {
  { b.score(talk, continuation) } -> std::same_as<result<double>>;
};

/// Also prepares the beginning of conversations ahead of time. Afterwards `generate` of a conversation
/// that begins with these messages reuses the work; it is never wrong to prepare something else.
template <class B>
concept prefix_backend = backend<B> && requires(B& b, const conversation& beginning) {
  { b.prepare(beginning) } -> std::same_as<result<void>>;
};

/// Also answers several conversations at once; result i belongs to conversation i.
template <class B>
concept batch_backend = backend<B> && requires(B& b, std::span<const conversation> talks, const generate_options& options) {
  { b.generate_batch(talks, options) } -> std::same_as<std::vector<result<completion>>>;
};

/// Also counts: how many positions this conversation takes in the model's context, pictures included,
/// without running the model.
template <class B>
concept token_counting_backend = backend<B> && requires(const B& b, const conversation& talk) {
  { b.count_tokens(talk) } -> std::same_as<result<std::size_t>>;
};

/// Whether a backend takes pictures: what it says itself in `accepts_pictures()`, otherwise yes.
template <backend B>
[[nodiscard]] bool takes_pictures(const B& b) {
  if constexpr (requires {
                  { b.accepts_pictures() } -> std::same_as<bool>;
                })
    return b.accepts_pictures();
  else return true;
}

/// How many positions a backend's context has: what it says itself in `context_size()`, otherwise 0, unknown.
template <backend B>
[[nodiscard]] std::size_t context_size(const B& b) {
  if constexpr (requires {
                  { b.context_size() } -> std::same_as<std::size_t>;
                })
    return b.context_size();
  else return 0;
}

/// Whether a backend reads a conversation whose demonstrations stand side by side as it is meant: what it says itself in
/// `reads_side_by_side()`, otherwise no.
template <backend B>
[[nodiscard]] bool reads_side_by_side(const B& b) {
  if constexpr (requires {
                  { b.reads_side_by_side() } -> std::same_as<bool>;
                })
    return b.reads_side_by_side();
  else return false;
}

}  // namespace inoculum
