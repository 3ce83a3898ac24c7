// SPDX-License-Identifier: Apache-2.0
// How a caller stops what takes long.
#pragma once

#include <concepts>
#include <cstddef>

namespace inoculum {

/// Where to look whether to stop: at a std::atomic<bool>, or at whatever else has a `load()` that says so from any thread.
/// Refers to it, so it must outlive the call. Not a pointer to the atomic, because <atomic> would cost every including file.
///
///   std::atomic<bool> enough{false};
///   generate_options options = guard.options().generation;
///   options.cancel = &enough;
///   guard.ask(r, options);
class cancel_flag {
 public:
  cancel_flag() = default;                 ///< never to stop
  cancel_flag(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): it reads as the pointer that it holds
  template <class Flag>
  requires requires(const Flag& f) {
    { f.load() } -> std::same_as<bool>;
  }
  cancel_flag(const Flag* flag) noexcept  // NOLINT(google-explicit-constructor)
      : flag_(flag), load_([](const void* f) { return static_cast<const Flag*>(f)->load(); }) {}

  [[nodiscard]] bool raised() const { return flag_ != nullptr && load_(flag_); }
  /// Whether there is anything to look at.
  explicit operator bool() const noexcept { return flag_ != nullptr; }

 private:
  const void* flag_ = nullptr;
  bool (*load_)(const void*) = nullptr;
};

}  // namespace inoculum
