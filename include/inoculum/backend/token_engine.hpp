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

#include "../core/image.hpp"
#include "../core/result.hpp"

namespace inoculum {

using token_id = std::int32_t;

/// A picture as the language model reads it: `rows` positions of `width` floats, row-major, shared.
struct image_embedding {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::shared_ptr<const std::vector<float>> values{};
};

/// A run of input: tokens, or the positions of one picture.
struct engine_input {
  std::span<const token_id> tokens{};
  const image_embedding* image = nullptr;
};

/// A language model with one growing sequence.
///
/// Requirements:
///  1. `tokenize` never produces a control token, whatever the text; `control_token` alone names them.
///  2. `evaluate(keep, inputs)` drops everything after the first `keep` positions, appends the inputs and
///     returns the logits after the last one (`vocabulary_size()` floats, valid until the next call).
///  3. The logits depend on the sequence alone, not on how it was split into calls or what was kept.
///  4. Evaluating past `context_size()` fails with `errc::budget` before any work.
///  5. `is_end` holds for the tokens that end an assistant's turn.
///  6. `picture_positions()` is how many positions `encode_image` gives for any picture, 0 for a model without eyes.
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
  { c.picture_positions() } -> std::same_as<std::size_t>;
  { e.encode_image(picture) } -> std::same_as<result<image_embedding>>;
  { e.evaluate(keep, inputs) } -> std::same_as<result<std::span<const float>>>;
};

}  // namespace inoculum
