// SPDX-License-Identifier: Apache-2.0
// What was computed for earlier sequences, by what they began with: a tree whose nodes are pages of keys and values.
// Knows nothing of models: a page is whatever the caller copies cheaply. Paged sharing is that of vLLM (Kwon et al., 2023),
// the tree that of SGLang's radix attention (Zheng et al., 2024), at the granularity of a page.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../backend/token_engine.hpp"
#include "../../core/digest.hpp"

namespace inoculum::engine {

/// What stands at one position: a token, or one row of a picture.
struct position_key {
  token_id token = -1;    ///< -1: a row of a picture
  std::uint32_t row = 0;  ///< of the picture; 0 for a token
  digest picture{};       ///< its content and how it was read

  friend bool operator==(const position_key&, const position_key&) = default;
};

/// The longest cut of `keys` not after `positions` that splits no picture.
[[nodiscard]] inline std::size_t cut_between_units(std::span<const position_key> keys, std::size_t positions) noexcept {
  while (positions > 0 && positions < keys.size() && keys[positions].row > 0) --positions;
  return positions;
}

/// Sequences of one tenant never match those of another, so that nobody can learn from a quick answer what others asked.
/// Leaves that were not used for longest go first; pinned ones, and what they stand on, stay. Not for several threads at once.
template <class Page>
class prefix_tree {
 public:
  /// At most `limit` pages are kept, but for pinned ones. A page holds `page_positions` positions.
  prefix_tree(std::size_t page_positions, std::size_t limit) : page_positions_(page_positions), limit_(limit) {}

  struct match {
    std::size_t positions = 0;
    std::vector<Page> pages{};  ///< as many as `positions` need; of the last perhaps only a part is meant
  };

  /// The longest beginning of `keys` that is known, shorter than all of them, ending between units.
  [[nodiscard]] match find(std::string_view tenant, std::span<const position_key> keys) {
    match out;
    const auto root = roots_.find(tenant);
    if (root == roots_.end() || keys.empty()) return out;
    node* at = root->second.get();
    while (at != nullptr) {
      const auto rest = keys.subspan(out.positions);
      node* best = nullptr;
      std::size_t longest = 0;
      for (const auto& child : at->children) {
        const std::size_t n = common(child->keys, rest);
        if (n > longest) {
          longest = n;
          best = child.get();
        }
      }
      if (best != nullptr) {
        best->used = ++clock_;
        out.pages.push_back(best->page);
        out.positions += longest;
      }
      at = longest == page_positions_ ? best : nullptr;
    }
    out.positions = cut_between_units(keys, std::min(out.positions, keys.size() - 1));
    out.pages.resize((out.positions + page_positions_ - 1) / page_positions_);
    return out;
  }

  /// Keeps a sequence: `pages[i]` holds the positions from i · page_positions on, which nobody may change from now on.
  void insert(std::string_view tenant, std::span<const position_key> keys, std::span<const Page> pages, bool pinned = false) {
    auto& root = roots_.try_emplace(std::string(tenant), nullptr).first->second;
    if (!root) root = std::make_unique<node>();
    node* at = root.get();
    for (std::size_t i = 0; i * page_positions_ < keys.size(); ++i) {
      const auto chunk = keys.subspan(i * page_positions_, std::min(page_positions_, keys.size() - i * page_positions_));
      node* next = nullptr;
      for (const auto& child : at->children) {
        const std::size_t n = common(child->keys, chunk);
        if (n == chunk.size() || n == child->keys.size()) {  // the same, or one goes on where the other ends
          next = child.get();
          break;
        }
      }
      if (next == nullptr) {
        at->children.push_back(std::make_unique<node>());
        next = at->children.back().get();
        ++count_;
      }
      if (chunk.size() > next->keys.size()) {
        next->keys.assign(chunk.begin(), chunk.end());
        next->page = pages[i];
      }
      next->used = ++clock_;
      if (pinned) next->pinned = std::max(next->pinned, chunk.size());
      at = next;
    }
    while (count_ > limit_ && drop_oldest_leaf()) {
    }
  }

  /// Calls f(tenant, depth, keys, page, pinned) for every node, parents first; `pinned` is how many of the keys are, the first ones.
  template <class F>
  void each(F&& f) const {
    for (const auto& [tenant, root] : roots_) {
      for (const auto& child : root->children) walk(*child, tenant, 0, f);
    }
  }

  [[nodiscard]] std::size_t pages() const noexcept { return count_; }
  void clear() noexcept {
    roots_.clear();
    count_ = 0;
  }

 private:
  struct node {
    std::vector<position_key> keys{};  // fewer than a page's only without children
    Page page{};
    std::uint64_t used = 0;
    std::size_t pinned = 0;  // positions: whoever goes on in this page is not part of what was pinned
    std::vector<std::unique_ptr<node>> children{};
  };

  [[nodiscard]] static std::size_t common(std::span<const position_key> a, std::span<const position_key> b) noexcept {
    std::size_t n = 0;
    while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
    return n;
  }

  template <class F>
  static void walk(const node& at, std::string_view tenant, std::size_t depth, F& f) {
    f(tenant, depth, std::span<const position_key>(at.keys), at.page, at.pinned);
    for (const auto& child : at.children) walk(*child, tenant, depth + 1, f);
  }

  // A walk over all nodes: there are hundreds, and a page takes far longer to compute.
  bool drop_oldest_leaf() {
    node* parent = nullptr;
    std::size_t index = 0;
    std::uint64_t oldest = ~std::uint64_t{0};
    std::vector<node*> open;
    for (const auto& root : roots_) open.push_back(root.second.get());
    while (!open.empty()) {
      node* at = open.back();
      open.pop_back();
      for (std::size_t i = 0; i < at->children.size(); ++i) {
        node* child = at->children[i].get();
        open.push_back(child);
        if (child->children.empty() && child->pinned == 0 && child->used < oldest) {
          oldest = child->used;
          parent = at;
          index = i;
        }
      }
    }
    if (parent == nullptr) return false;
    parent->children.erase(parent->children.begin() + static_cast<std::ptrdiff_t>(index));
    --count_;
    std::erase_if(roots_, [](const auto& root) { return root.second->children.empty(); });
    return true;
  }

  std::size_t page_positions_;
  std::size_t limit_;
  std::size_t count_ = 0;
  std::uint64_t clock_ = 0;
  std::map<std::string, std::unique_ptr<node>, std::less<>> roots_{};
};

}  // namespace inoculum::engine
