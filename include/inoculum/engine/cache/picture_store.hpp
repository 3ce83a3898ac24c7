// SPDX-License-Identifier: Apache-2.0
// Encoded pictures by content, so that a demonstration's picture is encoded once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/digest.hpp"
#include "../../core/image.hpp"

namespace inoculum::engine {

/// What was used least recently goes first, once there are too many or they take too much; the last one always stays.
class picture_store {
 public:
  static constexpr std::size_t most_pictures = 1024;
  static constexpr std::size_t most_bytes = std::size_t{96} << 20;
  /// Of the pixels of the last ones, held so that a demonstration need not be decoded again (see `picture`).
  static constexpr std::size_t most_pixel_bytes = std::size_t{24} << 20;

  /// Null when it is not known; valid until the next call.
  [[nodiscard]] const image_embedding* find(const digest& key) {
    const auto known = std::find_if(held_.begin(), held_.end(), [&](const entry& e) { return e.key == key; });
    if (known == held_.end()) return nullptr;
    std::rotate(known, known + 1, held_.end());
    return &held_.back().seen;
  }
  void insert(const digest& key, const image& pixels, const image_embedding& seen) {
    held_.push_back({key, pixels, seen});
    std::size_t count = 0, bytes = 0, pixel_bytes = 0;
    for (auto e = held_.end(); e != held_.begin(); ++count) {
      --e;
      bytes += e->seen.values->size() * sizeof(float);
      pixel_bytes += e->pixels.rgb().size();
      if (pixel_bytes > most_pixel_bytes) e->pixels = {};
      if (count == 0 || (count < most_pictures && bytes <= most_bytes)) continue;
      held_.erase(held_.begin(), e + 1);
      break;
    }
  }
  void clear() noexcept { held_.clear(); }

 private:
  struct entry {
    digest key{};
    image pixels{};
    image_embedding seen{};
  };
  std::vector<entry> held_{};  // least recently used first
};

}  // namespace inoculum::engine
