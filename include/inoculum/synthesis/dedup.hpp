// SPDX-License-Identifier: Apache-2.0
// Finds texts that say nearly the same as an earlier one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/rng.hpp"

namespace inoculum {

namespace detail {

/// The distinct words and word pairs of a text, hashed and sorted, pairs first. ASCII case and punctuation do not count.
[[nodiscard]] inline std::vector<std::uint64_t> shingles(std::string_view text) {
  constexpr std::uint64_t words = std::uint64_t{1} << 63;  // the highest bit, so that the rarer pairs come first
  std::vector<std::uint64_t> out;
  std::string word;
  std::uint64_t previous = 0;
  const auto close = [&] {
    if (word.empty()) return;
    out.push_back(hash_bytes(word) | words);
    if (previous != 0) out.push_back(hash_bytes(word, previous) & ~words);
    previous = hash_bytes(word);
    word.clear();
  };
  for (const char c : text) {
    const char lower = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    const bool letter = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (letter) word += lower;
    else close();
  }
  close();
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// |a ∩ b| / |a ∪ b| of two sorted sets; 1 for two empty ones.
[[nodiscard]] inline double jaccard(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) noexcept {
  std::size_t both = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++both, ++i, ++j;
    else if (a[i] < b[j]) ++i;
    else ++j;
  }
  const std::size_t either = a.size() + b.size() - both;
  return either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
}

/// Whether the Jaccard overlap is `threshold` or more. Gives up as soon as too many members of either are alone:
/// most pairs of texts differ, and this is where making a pool spends its time.
[[nodiscard]] inline bool overlap(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b, double threshold) noexcept {
  // |a ∩ b| ≥ t·|a ∪ b| is the same as |a ∩ b| ≥ t/(1+t)·(|a| + |b|); the little less lets the exact test below decide.
  const double least = threshold / (1.0 + threshold) * static_cast<double>(a.size() + b.size()) - 1e-6;
  double spare_a = static_cast<double>(a.size()) - least, spare_b = static_cast<double>(b.size()) - least;
  for (std::size_t i = 0, j = 0; spare_a >= 0.0 && spare_b >= 0.0;) {
    if (i == a.size() || j == b.size()) return jaccard(a, b) >= threshold;
    if (a[i] == b[j]) ++i, ++j;
    else if (a[i] < b[j]) ++i, --spare_a;
    else ++j, --spare_b;
  }
  return false;
}

}  // namespace detail

/// Admits a text unless its words and word pairs overlap an admitted one's by `threshold` or more (Jaccard).
/// Exact: two sets that overlap by t share a member among the first n − ⌈t·n⌉ + 1 of each, in any one order of
/// all members (the prefix filter of Chaudhuri, Ganti and Kaushik, 2006), so only sets that do are compared.
/// The order of the calls decides which of two twins stays, nothing else does.
class near_duplicate_filter {
 public:
  explicit near_duplicate_filter(double threshold = 0.8) : threshold_(threshold) {}

  [[nodiscard]] bool admit(std::string_view text) {
    std::vector<std::uint64_t> set = detail::shingles(text);
    const std::size_t size = set.size();
    if (size == 0 || threshold_ <= 0.0) {
      // Nothing to share a member by: two empty texts are twins, and at a threshold of 0 any two are.
      if (threshold_ <= 0.0 ? !sets_.empty() : std::exchange(empty_, true)) return false;
    }
    // Minus a little, so that a product such as 0.8 · 10 rounded up does not ask for one more.
    const double needed = threshold_ * static_cast<double>(size) - 1e-6;
    const std::size_t first = size - std::min(size, static_cast<std::size_t>(std::max(0.0, needed)));
    ++turn_;
    for (std::size_t i = 0; i < first; ++i) {
      const auto found = with_.find(set[i]);
      if (found == with_.end()) continue;
      for (const std::uint32_t other : found->second) {
        if (compared_[other] == turn_) continue;
        compared_[other] = turn_;
        if (detail::overlap(set, sets_[other], threshold_)) return false;
      }
    }
    for (std::size_t i = 0; i < first; ++i) with_[set[i]].push_back(static_cast<std::uint32_t>(sets_.size()));
    sets_.push_back(std::move(set));
    compared_.push_back(turn_);
    return true;
  }

 private:
  double threshold_;
  bool empty_ = false;
  std::uint32_t turn_ = 0;
  std::vector<std::vector<std::uint64_t>> sets_;
  std::vector<std::uint32_t> compared_;  ///< the turn in which each set was last compared
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> with_;
};

}  // namespace inoculum
