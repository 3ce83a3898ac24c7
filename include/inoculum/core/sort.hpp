// SPDX-License-Identifier: Apache-2.0
// The one sort that the front door needs. <algorithm> alone would cost every including file a sixth of a second.
#pragma once

#include <cstddef>
#include <utility>

namespace inoculum::detail {

/// Heapsort (Williams, 1964): in place, n·log n whatever the input. Not stable: make `less` total.
template <class Items, class Less>
void heap_sort(Items& items, const Less& less) {
  const auto sink = [&](std::size_t root, std::size_t end) {
    for (std::size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
      if (child + 1 < end && less(items[child], items[child + 1])) ++child;
      if (!less(items[root], items[child])) return;
      std::swap(items[root], items[child]);
      root = child;
    }
  };
  for (std::size_t i = items.size() / 2; i > 0; --i) sink(i - 1, items.size());
  for (std::size_t end = items.size(); end > 1; --end) {
    std::swap(items[0], items[end - 1]);
    sink(0, end - 1);
  }
}

}  // namespace inoculum::detail
