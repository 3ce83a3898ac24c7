// SPDX-License-Identifier: Apache-2.0
// A policy chosen at run time. Costs one indirect call a request; the templates cost none.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "concepts.hpp"
#include "order.hpp"

namespace inoculum {

/// Holds any selection policy, with its order if it brings one.
class any_policy {
 public:
  template <selection_policy P>
  // NOLINTNEXTLINE(google-explicit-constructor): erasure is the point
  requires(!std::same_as<P, any_policy>) any_policy(P policy) : held_(std::make_shared<const model<P>>(std::move(policy))) {}

  [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const { return held_->rank(view, r, n); }
  void arrange(std::span<selected> chosen, const demonstration_pool& pool) const { held_->arrange(chosen, pool); }
  [[nodiscard]] bool shows_side_by_side() const { return held_->side_by_side(); }

 private:
  struct base {
    virtual ~base() = default;
    [[nodiscard]] virtual result<ranking> rank(const pool_view&, const request&, std::size_t) const = 0;
    virtual void arrange(std::span<selected>, const demonstration_pool&) const = 0;
    [[nodiscard]] virtual bool side_by_side() const = 0;
  };
  template <class P>
  struct model final : base {
    explicit model(P p) : policy(std::move(p)) {}
    [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const override {
      return policy.rank(view, r, n);
    }
    void arrange(std::span<selected> chosen, const demonstration_pool& pool) const override {
      if constexpr (arranging_policy<P>) policy.arrange(chosen, pool);
      else similar_last{}.arrange(chosen, pool);
    }
    [[nodiscard]] bool side_by_side() const override { return inoculum::shows_side_by_side(policy); }
    P policy;
  };
  std::shared_ptr<const base> held_;
};
static_assert(arranging_policy<any_policy>);

}  // namespace inoculum
