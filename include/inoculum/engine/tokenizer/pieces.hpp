// SPDX-License-Identifier: Apache-2.0
// Token ids by text, and tokens that are found in a text before anything else. Both come from a file: neither may become
// slow on texts that were crafted for it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/rng.hpp"

namespace inoculum::detail {

/// Ids by text, the texts copied, by open addressing. No look-up takes more than `longest_probe` steps: `build` refuses
/// texts that collide more. 49,152 tokens and 48,900 merges load several times faster than by binary search.
class piece_table {
 public:
  /// Texts become ids 0, 1, …; `wanted(id)` says which can be found. False when texts collide.
  template <class Wanted>
  [[nodiscard]] bool build(const std::vector<std::string_view>& texts, Wanted&& wanted) {
    std::size_t bytes = 0;
    for (const std::string_view t : texts) bytes += t.size();
    texts_.clear();
    texts_.reserve(bytes);
    starts_.assign(1, 0);
    starts_.reserve(texts.size() + 1);
    slots_.assign(std::bit_ceil(2 * texts.size() + 2), slot{});
    longest_ = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      texts_ += texts[i];
      starts_.push_back(texts_.size());
      if (!wanted(static_cast<token_id>(i))) continue;
      longest_ = std::max(longest_, texts[i].size());
      const std::uint64_t hash = mixed(texts[i]);
      std::size_t at = home(hash);
      for (int probes = 0; slots_[at].id >= 0 && text(slots_[at].id) != texts[i]; at = (at + 1) & (slots_.size() - 1)) {
        if (++probes == longest_probe) return false;
      }
      slots_[at] = {tag(hash), static_cast<token_id>(i)};  // the last of equal texts counts, as in llama.cpp
    }
    return true;
  }

  [[nodiscard]] std::string_view text(token_id id) const noexcept {
    const auto i = static_cast<std::size_t>(id);
    return std::string_view(texts_).substr(starts_[i], starts_[i + 1] - starts_[i]);
  }
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }  ///< bytes of the longest that can be found

  /// -1: none.
  [[nodiscard]] token_id find(std::string_view wanted) const noexcept {
    if (wanted.size() > longest_ || slots_.empty()) return -1;
    const std::uint64_t hash = mixed(wanted);
    std::size_t at = home(hash);
    for (int probes = 0; probes < longest_probe && slots_[at].id >= 0; ++probes, at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].tag == tag(hash) && text(slots_[at].id) == wanted) return slots_[at].id;
    }
    return -1;
  }

 private:
  static constexpr int longest_probe = 256;
  struct slot {
    std::uint32_t tag = 0;  // saves most comparisons of texts that differ
    token_id id = -1;
  };
  [[nodiscard]] static std::uint64_t mixed(std::string_view t) noexcept { return hash_bytes(t) * 0x9e3779b97f4a7c15u; }
  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept { return static_cast<std::size_t>(hash >> 32) & (slots_.size() - 1); }
  [[nodiscard]] static std::uint32_t tag(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash); }

  std::string texts_{};
  std::vector<std::size_t> starts_{};
  std::vector<slot> slots_{};
  std::size_t longest_ = 0;
};

/// Finds user-defined tokens in a text with llama.cpp's precedence: the longest anywhere first, then those declared first,
/// then from left to right. One pass and a heap, since Gemma has thousands of them: a pass each would take seconds.
class literal_finder {
 public:
  /// Longer ones are refused when a vocabulary loads: the time per byte of text grows with it.
  static constexpr std::size_t longest_literal = 256;

  void add(std::string_view text, token_id id) { literals_.push_back({std::string(text), id, 0}); }
  /// After the last `add`.
  void finish() {
    std::stable_sort(literals_.begin(), literals_.end(), [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
    for (std::size_t i = 0; i < literals_.size(); ++i) literals_[i].rank = static_cast<std::uint32_t>(i);
    by_rank_.resize(literals_.size());
    std::stable_sort(literals_.begin(), literals_.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
    for (std::size_t i = 0; i < literals_.size(); ++i) {
      by_rank_[literals_[i].rank] = static_cast<std::uint32_t>(i);
      begins_[static_cast<unsigned char>(literals_[i].text[0])] = true;
    }
  }

  /// Calls `plain(text)` for what lies between and `token(id)` for what was found, in order; never with empty text, nor with
  /// more than a gibibyte at once, so that places fit into 32 bits.
  template <class Plain, class Token>
  void split(std::string_view text, Plain&& plain, Token&& token) const {
    constexpr std::size_t most = std::size_t{1} << 30;
    for (; text.size() > most; text.remove_prefix(most)) split_part(text.substr(0, most), plain, token);
    split_part(text, plain, token);
  }

 private:
  struct literal {
    std::string text{};
    token_id id = -1;
    std::uint32_t rank = 0;  // its place in the order of precedence
  };

  template <class Plain, class Token>
  void split_part(std::string_view text, Plain& plain, Token& token) const {
    std::vector<std::uint64_t> heap;  // rank, then place: the longest literal that still fits at that place
    const auto offer = [&](std::size_t at, std::size_t room) {
      const std::int64_t found = longest_at(text.substr(at, room));
      if (found >= 0) heap.push_back(std::uint64_t{literals_[static_cast<std::size_t>(found)].rank} << 32 | at);
      return found >= 0;
    };
    if (!literals_.empty()) {
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (begins_[static_cast<unsigned char>(text[at])]) offer(at, text.size());
      }
    }
    if (heap.empty()) {
      if (!text.empty()) plain(text);
      return;
    }
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    std::vector<bool> taken(text.size());
    std::vector<std::pair<std::size_t, const literal*>> found;
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      const auto at = static_cast<std::size_t>(heap.back() & 0xffffffffu);
      const literal& l = literals_[by_rank_[static_cast<std::size_t>(heap.back() >> 32)]];
      heap.pop_back();
      if (taken[at]) continue;
      // What is taken already is at least as long: if it overlaps, it begins inside and goes past the end.
      const std::size_t last = at + l.text.size() - 1;
      if (!taken[last]) {
        for (std::size_t i = at; i <= last; ++i) taken[i] = true;
        found.emplace_back(at, &l);
        continue;
      }
      std::size_t free = at, blocked = last;
      while (blocked - free > 1) {
        const std::size_t middle = free + (blocked - free) / 2;
        (taken[middle] ? blocked : free) = middle;
      }
      if (offer(at, blocked - at)) std::push_heap(heap.begin(), heap.end(), std::greater<>());
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t at = 0;
    for (const auto& [from, l] : found) {
      if (from > at) plain(text.substr(at, from - at));
      token(l->id);
      at = from + l->text.size();
    }
    if (at < text.size()) plain(text.substr(at));
  }

  /// The longest literal that `text` begins with; -1: none. Narrows the sorted list byte by byte.
  [[nodiscard]] std::int64_t longest_at(std::string_view text) const {
    auto first = literals_.begin(), last = literals_.end();
    std::int64_t best = -1;
    for (std::size_t depth = 0;; ++depth) {
      if (first->text.size() == depth) {
        best = first - literals_.begin();
        while (first != last && first->text.size() == depth) ++first;  // equal texts: the first declared
      }
      if (depth == text.size() || first == last) return best;
      const auto wanted = static_cast<unsigned char>(text[depth]);
      const auto byte = [&](const literal& l) { return static_cast<unsigned char>(l.text[depth]); };
      first = std::lower_bound(first, last, wanted, [&](const literal& l, unsigned char c) { return byte(l) < c; });
      last = std::upper_bound(first, last, wanted, [&](unsigned char c, const literal& l) { return c < byte(l); });
      if (first == last) return best;
    }
  }

  std::vector<literal> literals_{};  // sorted by text
  std::vector<std::uint32_t> by_rank_{};
  std::array<bool, 256> begins_{};
};

}  // namespace inoculum::detail
