// SPDX-License-Identifier: Apache-2.0
// The concept for engines that know token ids, picture embeddings and logits only: llama.cpp's C API,
// ONNX Runtime, the bundled engine. token_backend.hpp makes a backend of one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/digest.hpp"
#include "../core/image.hpp"
#include "../core/result.hpp"

namespace inoculum {

using token_id = std::int32_t;

/// A picture as the language model reads it: `rows` positions of `width` floats, row-major, shared.
struct image_embedding {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::shared_ptr<const std::vector<float>> values{};
  digest source{};  ///< of the picture and how it was read; all zero: unknown, and then nothing is cached by it
};

/// A run of input: tokens, or the positions of one picture.
struct engine_input {
  std::span<const token_id> tokens{};
  const image_embedding* image = nullptr;
  std::uint32_t block = 0;  ///< ≥ 1: of the block of that number (see `composing_engine`)
};

/// A language model with one growing sequence.
///
/// Requirements:
///  1. `tokenize` never produces a control token, whatever the text; `control_token` alone names them.
///  2. `evaluate(keep, inputs)` drops everything after the first `keep` positions, appends the inputs and
///     returns the logits after the last one (`vocabulary_size()` floats, valid until the next call).
///  3. The logits depend on the sequence alone, not on how it was split into calls or what was kept.
///  4. Evaluating past `context_size()` fails with `errc::budget` before any work. Logits are numbers; minus infinity rules a token out.
///  5. `is_end` holds for the tokens that end an assistant's turn.
///  6. `picture_positions(picture)` is how many positions `encode_image` gives for it; 0 for a model without eyes, and for no other, also
///     where the picture is empty.
///  7. Between calls the engine keeps state; calls are not made concurrently.
template <class E>
concept token_engine = requires(E& e, const E& c, std::string_view text, token_id id, const image& picture, std::size_t keep,
                                std::span<const engine_input> inputs) {
  { c.tokenize(text) } -> std::same_as<std::vector<token_id>>;
  { c.control_token(text) } -> std::same_as<std::optional<token_id>>;
  { c.token_bytes(id) } -> std::convertible_to<std::string_view>;
  { c.is_end(id) } -> std::same_as<bool>;
  { c.context_size() } -> std::same_as<std::size_t>;
  { c.vocabulary_size() } -> std::same_as<std::size_t>;
  { c.picture_positions(picture) } -> std::same_as<std::size_t>;
  { e.encode_image(picture) } -> std::same_as<result<image_embedding>>;
  { e.evaluate(keep, inputs) } -> std::same_as<result<std::span<const float>>>;
};

/// Also remembers earlier sequences, so that a prompt need not be computed again where it begins as one of them.
///
///  1. `resume(inputs, salt)` makes the sequence the longest beginning of `inputs` that is remembered under this salt and
///     returns its positions. It is never all of `inputs`, and ends inside no picture. `evaluate` goes on from there.
///  2. `remember(pinned)` keeps the present sequence; pinned, whatever else comes.
///  3. `encode_image(picture, salt)`: pictures are known again under equal salts only, so that nobody learns from a quick answer what
///     others showed.
///  4. Nothing of this changes a logit.
template <class E>
concept caching_engine = token_engine<E> &&
    requires(E& e, const image& picture, std::span<const engine_input> inputs, std::string_view salt, bool pinned) {
  { e.encode_image(picture, salt) } -> std::same_as<result<image_embedding>>;
  { e.resume(inputs, salt) } -> std::same_as<std::size_t>;
  { e.remember(pinned) } -> std::same_as<void>;
};

/// How far `compose` got, and what of it had to be computed.
struct composition {
  std::size_t positions = 0;
  std::size_t computed = 0;
};

/// Also reads blocks of input independently of one another: a sequence of ordinary inputs, then blocks, then ordinary ones again.
///
///  1. A block is read as if it stood alone behind what comes before the first block. What follows the blocks sees all of it, and
///     its first position counts as the one behind the longest block.
///  2. `compose(inputs, salt)` makes the sequence a beginning of `inputs` that holds all blocks at least and not the last position.
///     `evaluate` goes on from there. `can_compose()`: whether this model can be read so at all.
///  3. The logits depend on the inputs alone, not on which blocks were known; what is known is shared under equal salts only.
template <class E>
concept composing_engine = caching_engine<E> && requires(E& e, const E& c, std::span<const engine_input> inputs, std::string_view salt) {
  { c.can_compose() } -> std::same_as<bool>;
  { e.compose(inputs, salt) } -> std::same_as<result<composition>>;
};

/// Also advances several sequences together.
///
///  1. `take_sequence()` hands out the present sequence and leaves an empty one.
///  2. `step(sequences, tokens)` appends token i to sequence i and returns the logits, a row each, valid until the next call:
///     those that `evaluate` would have given.
template <class E>
concept batching_engine = caching_engine<E> && requires(E& e, std::span<typename E::sequence> sequences, std::span<const token_id> tokens) {
  { e.take_sequence() } -> std::same_as<typename E::sequence>;
  { e.step(sequences, tokens) } -> std::same_as<result<std::span<const float>>>;
};

}  // namespace inoculum
