// SPDX-License-Identifier: Apache-2.0
// A pool of demonstrations, and a view of a pool through a mask.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "demonstration.hpp"
#include "digest.hpp"
#include "result.hpp"
#include "shared.hpp"
#include "sort.hpp"
#include "utf8.hpp"

namespace inoculum {

/// A cheap handle to immutable demonstrations with a SHA-256 digest over their texts and pictures.
/// Indices into a pool never change; indices built over a pool (similarity) hold such a handle.
class demonstration_pool {
 public:
  demonstration_pool() = default;

  /// Builds a pool from any range of demonstrations; record i of the range is index i of the pool.
  /// Errors: invalid_argument (no records, an empty query or response or one that is not UTF-8, a duplicate id).
  template <demonstration D>
  [[nodiscard]] static result<demonstration_pool> build(std::span<const D> records) {
    std::vector<basic_demonstration> items;
    items.reserve(records.size());
    for (const D& d : records) items.push_back(to_basic(d));
    return build(std::move(items));
  }
  template <demonstration D>
  [[nodiscard]] static result<demonstration_pool> build(const std::vector<D>& records) {
    return build(std::span<const D>(records));
  }
  /// Takes records as they are.
  template <std::same_as<basic_demonstration> D = basic_demonstration>
  [[nodiscard]] static result<demonstration_pool> build(std::vector<D>&& items) {
    if (items.empty()) return failure{errc::invalid_argument, "a pool needs at least one demonstration", {}};
    std::vector<std::string_view> ids;
    ids.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const D& d = items[i];
      if (d.id.empty() || d.query.empty() || d.response.empty()) {
        return failure{errc::invalid_argument,
                       std::string("demonstration has an empty ") + (d.id.empty()      ? "id"
                                                                     : d.query.empty() ? "query"
                                                                                       : "response"),
                       "demonstration " + std::to_string(i) + (d.id.empty() ? "" : " (" + d.id + ")")};
      }
      for (const std::string* text : {&d.query, &d.response}) {
        if (find_invalid_utf8(*text) == std::string_view::npos) continue;
        return failure{errc::invalid_argument, text == &d.query ? "the query is not valid UTF-8" : "the response is not valid UTF-8",
                       "demonstration " + std::to_string(i) + " (" + d.id + ")"};
      }
      ids.push_back(d.id);
    }
    detail::heap_sort(ids, [](std::string_view a, std::string_view b) { return a < b; });
    for (std::size_t i = 1; i < ids.size(); ++i) {
      if (ids[i] == ids[i - 1]) return failure{errc::invalid_argument, "duplicate id \"" + std::string(ids[i]) + "\"", "pool"};
    }
    sha256 hash;
    hash.update_number(items.size());
    for (const D& d : items) {
      hash.update_field(d.id)
          .update_field(to_string(d.label))
          .update_field(to_string(d.mode))
          .update_field(d.query)
          .update_field(d.response);
      hash.update_number(d.images.size());
      for (const picture& p : d.images) {
        // A name stands for its pixels: a phantom by construction, a file by the digest load_pool
        // puts into the name's fragment. Only nameless pictures are decoded here.
        if (!p.name().empty()) {
          hash.update_field(p.name());
        } else {
          const auto pixels = p.decode();
          if (!pixels) return pixels.error();
          hash.update(pixels->content_digest().bytes);
        }
      }
    }
    demonstration_pool out;
    out.data_ = detail::shared<const contents>::make(std::move(items), hash.finish());
    return out;
  }

  [[nodiscard]] std::size_t size() const noexcept { return data_ ? data_->items.size() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] const basic_demonstration& operator[](std::size_t i) const noexcept { return data_->items[i]; }
  template <class Item = const basic_demonstration>
  [[nodiscard]] std::span<Item> items() const noexcept {
    return data_ ? std::span<Item>(data_->items) : std::span<Item>();
  }
  [[nodiscard]] const digest& content_digest() const noexcept {
    static const digest none{};
    return data_ ? data_->sum : none;
  }

 private:
  struct contents {
    std::vector<basic_demonstration> items;
    digest sum;
  };
  detail::shared<const contents> data_;
};

/// A pool and which of its demonstrations may be chosen. A filter narrows the mask; indices stay those of the pool.
class pool_view {
 public:
  explicit pool_view(demonstration_pool pool) : pool_(std::move(pool)), count_(pool_.size()) {}

  [[nodiscard]] const demonstration_pool& pool() const noexcept { return pool_; }
  /// How many may be chosen.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] bool contains(std::size_t i) const noexcept { return i < pool_.size() && (!mask_ || (*mask_)[i] != 0); }

  /// The part of this view for which `keep(demonstration)` holds.
  template <class Keep>
  [[nodiscard]] pool_view where(const Keep& keep) const {
    std::vector<std::uint8_t> mask(pool_.size(), 0);
    pool_view out(pool_);
    out.count_ = 0;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      if (contains(i) && keep(pool_[i])) {
        mask[i] = 1;
        ++out.count_;
      }
    }
    out.mask_ = detail::shared<const std::vector<std::uint8_t>>::make(std::move(mask));
    return out;
  }

 private:
  demonstration_pool pool_;
  detail::shared<const std::vector<std::uint8_t>> mask_;  // none: everything
  std::size_t count_ = 0;
};

}  // namespace inoculum
