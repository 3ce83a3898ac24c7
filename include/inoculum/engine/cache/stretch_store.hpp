// SPDX-License-Identifier: Apache-2.0
// Keys and values of demonstrations that were read on their own, by what they are made of. The prefix tree cannot serve these:
// they are wanted in any company, behind one beginning.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <utility>

#include "../../core/digest.hpp"
#include "../model/kv_cache.hpp"

namespace inoculum::engine {

/// What was used least recently goes first, once all take more than `limit` bytes; what is pinned stays. Not for several threads at once.
class stretch_store {
 public:
  explicit stretch_store(std::size_t limit) : limit_(limit) {}

  /// Null when it is not known. What is handed out stays valid whatever goes.
  [[nodiscard]] std::shared_ptr<const kv_stretch> find(const digest& key) {
    const auto known = places_.find(key.bytes);
    if (known == places_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, known->second);
    return known->second->stretch;
  }
  void insert(const digest& key, std::shared_ptr<const kv_stretch> stretch, bool pinned = false) {
    if (const auto known = places_.find(key.bytes); known != places_.end()) {
      known->second->pinned = known->second->pinned || pinned;
      return;
    }
    bytes_ += stretch->bytes.size();
    by_use_.push_front({key, std::move(stretch), pinned});
    places_[key.bytes] = by_use_.begin();
    for (auto at = by_use_.end(); bytes_ > limit_ && at != by_use_.begin();) {
      if ((--at)->pinned) continue;
      bytes_ -= at->stretch->bytes.size();
      places_.erase(at->key.bytes);
      at = by_use_.erase(at);
    }
  }
  void clear() noexcept {
    places_.clear();
    by_use_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct entry {
    digest key;
    std::shared_ptr<const kv_stretch> stretch;
    bool pinned = false;
  };
  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::list<entry> by_use_{};  // the last used first
  std::map<decltype(digest::bytes), std::list<entry>::iterator> places_{};
};

}  // namespace inoculum::engine
