// SPDX-License-Identifier: Apache-2.0
// Encoded pictures by content, so that a demonstration's picture is encoded once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/digest.hpp"

namespace inoculum::engine {

/// What was used least recently goes first, once there are too many or they take too much; the last one always stays.
class picture_store {
 public:
  static constexpr std::size_t most_pictures = 256;
  static constexpr std::size_t most_bytes = std::size_t{96} << 20;

  /// Null when it is not known; valid until the next call.
  [[nodiscard]] const image_embedding* find(const digest& key) {
    const auto known = std::find_if(held_.begin(), held_.end(), [&](const auto& p) { return p.first == key; });
    if (known == held_.end()) return nullptr;
    std::rotate(known, known + 1, held_.end());
    return &held_.back().second;
  }
  void insert(const digest& key, const image_embedding& picture) {
    std::size_t bytes = bytes_of(picture);
    for (const auto& p : held_) bytes += bytes_of(p.second);
    while (!held_.empty() && (held_.size() == most_pictures || bytes > most_bytes)) {
      bytes -= bytes_of(held_.front().second);
      held_.erase(held_.begin());
    }
    held_.emplace_back(key, picture);
  }
  void clear() noexcept { held_.clear(); }

 private:
  [[nodiscard]] static std::size_t bytes_of(const image_embedding& p) noexcept { return p.values->size() * sizeof(float); }
  std::vector<std::pair<digest, image_embedding>> held_{};  // least recently used first
};

}  // namespace inoculum::engine
