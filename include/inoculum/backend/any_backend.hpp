// SPDX-License-Identifier: Apache-2.0
// A backend chosen at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "concepts.hpp"

namespace inoculum {

/// What a backend can do beyond `generate`.
struct backend_capabilities {
  bool streaming = false;
  bool token_counting = false;
  bool pictures = true;       ///< false when it says that it has no eyes
  bool side_by_side = false;  ///< reads demonstrations independently of one another
  std::size_t context = 0;    ///< positions; 0: it does not say
};

/// Holds any backend; copies share it. Models streaming and counting always: a backend that cannot
/// stream hands out its text at once, one that cannot count says `unsupported`. Scoring, preparing and batches are for the backend
/// itself.
class any_backend {
 public:
  template <backend B>
  // NOLINTNEXTLINE(google-explicit-constructor): erasure is the point
  requires(!std::same_as<B, any_backend>) any_backend(B b) : held_(std::make_shared<model<B>>(std::move(b))) {}

  [[nodiscard]] backend_capabilities capabilities() const { return held_->capabilities(); }
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) {
    return held_->generate(talk, options);
  }
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options,
                                            const std::function<bool(std::string_view)>& sink) {
    return held_->stream(talk, options, sink);
  }
  [[nodiscard]] result<std::size_t> count_tokens(const conversation& talk) const { return held_->count(talk); }
  [[nodiscard]] bool accepts_pictures() const { return held_->capabilities().pictures; }
  [[nodiscard]] bool reads_side_by_side() const { return held_->capabilities().side_by_side; }
  [[nodiscard]] std::size_t context_size() const { return held_->capabilities().context; }

 private:
  using sink_type = std::function<bool(std::string_view)>;
  struct base {
    virtual ~base() = default;
    [[nodiscard]] virtual backend_capabilities capabilities() const = 0;
    [[nodiscard]] virtual result<completion> generate(const conversation&, const generate_options&) = 0;
    [[nodiscard]] virtual result<completion> stream(const conversation&, const generate_options&, const sink_type&) = 0;
    [[nodiscard]] virtual result<std::size_t> count(const conversation&) const = 0;
  };
  template <class B>
  struct model final : base {
    explicit model(B b) : held(std::move(b)) {}
    [[nodiscard]] backend_capabilities capabilities() const override {
      return {streaming_backend<B>, token_counting_backend<B>, takes_pictures(held), inoculum::reads_side_by_side(held),
              inoculum::context_size(held)};
    }
    [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) override {
      return held.generate(talk, options);
    }
    [[nodiscard]] result<completion> stream(const conversation& talk, const generate_options& options, const sink_type& sink) override {
      if constexpr (streaming_backend<B>) {
        return held.generate(talk, options, sink);
      } else {
        auto out = held.generate(talk, options);
        if (out) (void)sink(out->text);
        return out;
      }
    }
    [[nodiscard]] result<std::size_t> count(const conversation& talk) const override {
      if constexpr (token_counting_backend<B>) return held.count_tokens(talk);
      else return failure{errc::unsupported, "this backend cannot count tokens", "count_tokens"};
    }
    B held;
  };
  std::shared_ptr<base> held_;
};

}  // namespace inoculum
