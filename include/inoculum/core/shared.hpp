// SPDX-License-Identifier: Apache-2.0
// Counted handles: the part of std::shared_ptr that the values of this library need. <memory> would cost every including
// file a tenth of a second and <atomic> half of that, hence the compilers' own atomic operations.
#pragma once

#include <cstdint>
#include <new>
#include <utility>

namespace inoculum::detail {

/// A T and how many hold it. The value ends with its last holder, the memory with the last who may still ask.
template <class T>
struct shared_block {
  template <class... Args>
  explicit shared_block(Args&&... args) : value{std::forward<Args>(args)...} {}
  ~shared_block() {}  // the value has ended before
  shared_block(const shared_block&) = delete;
  shared_block& operator=(const shared_block&) = delete;

  void hold() noexcept { __atomic_add_fetch(&holders, 1, __ATOMIC_RELAXED); }
  void watch() noexcept { __atomic_add_fetch(&watchers, 1, __ATOMIC_RELAXED); }
  void let_go() noexcept {
    if (__atomic_sub_fetch(&holders, 1, __ATOMIC_ACQ_REL) != 0) return;
    value.~T();
    unwatch();
  }
  void unwatch() noexcept {
    if (__atomic_sub_fetch(&watchers, 1, __ATOMIC_ACQ_REL) == 0) delete this;
  }
  /// Holds the value unless it has ended.
  [[nodiscard]] bool hold_if_alive() noexcept {
    std::uint32_t seen = __atomic_load_n(&holders, __ATOMIC_RELAXED);
    while (seen != 0) {
      if (__atomic_compare_exchange_n(&holders, &seen, seen + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return true;
    }
    return false;
  }

  union {
    T value;
  };
  std::uint32_t holders = 1;
  std::uint32_t watchers = 1;  ///< weak handles, and one for all holders together
};

/// Holds a T together with its copies. Copying from several threads is safe, as long as each has its own handle.
template <class T>
class shared {
 public:
  shared() = default;
  template <class... Args>
  [[nodiscard]] static shared make(Args&&... args) {
    return shared(new shared_block<T>(std::forward<Args>(args)...));
  }
  shared(const shared& other) noexcept : block_(other.block_) {
    if (block_) block_->hold();
  }
  shared(shared&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  shared& operator=(shared other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~shared() {
    if (block_) block_->let_go();
  }

  [[nodiscard]] T& operator*() const noexcept { return block_->value; }
  [[nodiscard]] T* operator->() const noexcept { return &block_->value; }
  explicit operator bool() const noexcept { return block_ != nullptr; }
  friend bool operator==(const shared&, const shared&) = default;  ///< the same T, not an equal one

 private:
  template <class>
  friend class weak;
  explicit shared(shared_block<T>* block) noexcept : block_(block) {}

  shared_block<T>* block_ = nullptr;
};

/// Remembers a T without holding it.
template <class T>
class weak {
 public:
  weak() = default;
  explicit weak(const shared<T>& held) noexcept : block_(held.block_) {
    if (block_) block_->watch();
  }
  weak(weak&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  weak& operator=(weak other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~weak() {
    if (block_) block_->unwatch();
  }

  /// A handle that holds it, or an empty one when nobody else does any more.
  [[nodiscard]] shared<T> lock() const noexcept { return shared<T>(block_ && block_->hold_if_alive() ? block_ : nullptr); }

 private:
  shared_block<T>* block_ = nullptr;
};

}  // namespace inoculum::detail
