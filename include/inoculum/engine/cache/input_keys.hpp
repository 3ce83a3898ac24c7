// SPDX-License-Identifier: Apache-2.0
// What an engine's inputs are known by: a key a position, blocks by their borders, a stretch by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/digest.hpp"
#include "../../core/result.hpp"
#include "prefix_tree.hpp"

namespace inoculum::engine {

[[nodiscard]] inline std::size_t positions_of(const engine_input& input) noexcept {
  return input.tokens.size() + (input.image != nullptr ? input.image->rows : 0);
}

/// `strangers` counts pictures whose source is not known: each is never the same as any other.
[[nodiscard]] inline std::vector<position_key> keys_of(std::span<const engine_input> inputs, std::uint64_t& strangers) {
  std::vector<position_key> out;
  for (const engine_input& input : inputs) {
    for (const token_id id : input.tokens) out.push_back({id, 0, {}});
    if (input.image == nullptr) continue;
    digest source = input.image->source;
    if (source == digest{}) {
      ++strangers;
      std::memcpy(source.bytes.data() + 24, &strangers, sizeof strangers);
    }
    for (std::uint32_t r = 0; r < input.image->rows; ++r) out.push_back({-1, r, source});
  }
  return out;
}

/// Where each block begins, then where the last one ends. Errors: `invalid_argument` for blocks that are not one run, or with nothing
/// behind them.
[[nodiscard]] inline result<std::vector<std::size_t>> borders_of(std::span<const engine_input> inputs) {
  std::vector<std::size_t> out;
  std::size_t at = 0;
  std::uint32_t open = 0;
  for (const engine_input& input : inputs) {
    const std::size_t n = positions_of(input);
    if (n == 0) continue;
    if (input.block != open) {
      if (open == 0 && !out.empty()) return failure{errc::invalid_argument, "blocks with ordinary inputs between them", {}};
      out.push_back(at);
      open = input.block;
    }
    at += n;
  }
  if (out.empty() || open != 0) return failure{errc::invalid_argument, "blocks, and ordinary inputs behind them, are wanted", {}};
  return out;
}

/// A run of positions that is read on its own: what stands in front of the blocks, or one block behind that.
struct stretch_range {
  std::size_t first = 0;
  std::size_t positions = 0;
  digest name{};  ///< of what it is made of and stands behind, and whose
};
[[nodiscard]] inline std::vector<stretch_range> stretches_of(std::span<const position_key> keys, std::span<const std::size_t> borders,
                                                             std::string_view salt) {
  std::vector<stretch_range> out;
  const std::size_t lead = borders.front();
  for (std::size_t i = 0; i < borders.size(); ++i) {
    const std::size_t first = i == 0 ? 0 : borders[i - 1], n = borders[i] - first;
    if (n == 0) continue;  // nothing stands in front
    sha256 hash;
    hash.update_field(salt);
    for (const auto& part : {keys.first(i == 0 ? 0 : lead), keys.subspan(first, n)}) {
      hash.update_number(part.size());
      for (const position_key& k : part) {
        hash.update_number(static_cast<std::uint32_t>(k.token)).update_number(k.row).update(k.picture.bytes);
      }
    }
    out.push_back({first, n, hash.finish()});
  }
  return out;
}

}  // namespace inoculum::engine
