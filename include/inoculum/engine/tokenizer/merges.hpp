// SPDX-License-Identifier: Apache-2.0
// The merge rules of a byte-pair encoding, and merging one word with them in O(n log n).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "../../backend/token_engine.hpp"

namespace inoculum::detail {

/// (left, right) to (rank, merged), by open addressing. `insert` refuses a rule that would need a long probe: keys come
/// from a file, and crafted collisions must not make encoding slow.
class merge_table {
 public:
  struct rule {
    std::uint32_t rank = std::numeric_limits<std::uint32_t>::max();  ///< the maximum: no rule
    token_id merged = -1;
  };

  /// Room for n rules.
  explicit merge_table(std::size_t n = 0) : slots_(std::bit_ceil(std::max<std::size_t>(2 * n, 16))) {}

  /// False when the probe is too long; the first rule for a pair stays.
  [[nodiscard]] bool insert(token_id left, token_id right, rule r) {
    const std::uint64_t key = pair_key(left, right);
    std::size_t at = home(key);
    for (int probes = 0; probes < longest_probe; ++probes, at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].key == key) return true;
      if (slots_[at].key == empty) return slots_[at] = {key, r}, true;
    }
    return false;
  }

  /// A negative id (a byte without a token) has no rules.
  [[nodiscard]] rule find(token_id left, token_id right) const noexcept {
    if (left < 0 || right < 0) return {};
    const std::uint64_t key = pair_key(left, right);
    std::size_t at = home(key);
    for (int probes = 0; probes < longest_probe; ++probes, at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].key == key) return slots_[at].value;
      if (slots_[at].key == empty) break;
    }
    return {};
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  static constexpr int longest_probe = 256;  // random keys at half load: about 30 for a million rules
  struct slot {
    std::uint64_t key = empty;
    rule value{};
  };

  [[nodiscard]] static std::uint64_t pair_key(token_id left, token_id right) noexcept {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept {
    key = (key ^ (key >> 32)) * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(key >> 32) & (slots_.size() - 1);
  }

  std::vector<slot> slots_;
};

/// Merges words; keeps its scratch memory from one to the next.
class word_merger {
 public:
  explicit word_merger(const merge_table& rules) : rules_(&rules) {}

  /// The symbols of the next word; cleared by `merge`.
  std::vector<token_id> symbols{};

  /// Applies the rules to `symbols`, lowest rank first and leftmost first among equals, until none applies, and appends
  /// the symbols that are tokens to `out`: ids below 0 (bytes that the vocabulary lacks) vanish, as they do in llama.cpp.
  void merge(std::vector<token_id>& out) {
    const auto n = static_cast<std::uint32_t>(symbols.size());
    nodes_.resize(n);
    heap_.clear();
    for (std::uint32_t i = 0; i < n; ++i) {
      nodes_[i] = {symbols[i], i - 1, i + 1, merge_table::rule{}};
      if (i + 1 < n) offer(i, symbols[i], symbols[i + 1]);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    while (!heap_.empty()) {
      const std::uint64_t best = heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
      const auto left = static_cast<std::uint32_t>(best);
      node& a = nodes_[left];
      if (a.with_next.rank != best >> 32) continue;  // outdated: one of the two was merged meanwhile
      const std::uint32_t right = a.next;
      a.id = a.with_next.merged;
      a.next = nodes_[right].next;
      a.with_next = {};
      nodes_[right].with_next = {};
      nodes_[right].id = gone;
      if (a.next < n) {
        nodes_[a.next].previous = left;
        if (offer(left, a.id, nodes_[a.next].id)) std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
      }
      if (a.previous < n) {
        nodes_[a.previous].with_next = {};
        if (offer(a.previous, nodes_[a.previous].id, a.id)) std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
      }
    }
    for (const node& s : nodes_) {
      if (s.id >= 0) out.push_back(s.id);
    }
    symbols.clear();
  }

 private:
  static constexpr token_id gone = -2;
  struct node {
    token_id id = gone;
    std::uint32_t previous = 0, next = 0;  // past the end (also -1 wrapped): none
    merge_table::rule with_next{};         // the rule for this symbol and the next, if any
  };

  bool offer(std::uint32_t at, token_id left, token_id right) {
    const auto rule = rules_->find(left, right);
    if (rule.merged < 0) return false;
    nodes_[at].with_next = rule;
    heap_.push_back(std::uint64_t{rule.rank} << 32 | at);  // ordered by rank, then by place
    return true;
  }

  const merge_table* rules_;
  std::vector<node> nodes_{};
  std::vector<std::uint64_t> heap_{};
};

}  // namespace inoculum::detail
