// SPDX-License-Identifier: Apache-2.0
// Errors as values: `result<T>` holds a T or a `failure`. Always this type, never switched to
// std::expected by the language version, so that one program can mix translation units of both.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace inoculum {

/// What kind of thing went wrong. A caller branches on this and shows `failure::message` to a person.
enum class errc {
  invalid_argument,  ///< the caller's value is outside what the function accepts
  not_found,         ///< a file, id, tensor or name does not exist
  io,                ///< the system refused to read or write
  parse,             ///< text or a file does not follow its format
  unsupported,       ///< well-formed, but a kind that this library does not handle
  too_large,         ///< over a stated limit
  mismatch,          ///< a digest, width or version differs from what was promised
  budget,            ///< the budget admits nothing, or the context would overflow
  network,           ///< no connection, broken off, or not HTTP
  server,            ///< the server answered with an error
  timeout,           ///< time ran out
  cancelled,         ///< the caller asked to stop
  internal,          ///< a broken promise of this library
};

/// The code's name, as written in traces and JSON.
[[nodiscard]] constexpr const char* to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument: return "invalid_argument";
    case errc::not_found: return "not_found";
    case errc::io: return "io";
    case errc::parse: return "parse";
    case errc::unsupported: return "unsupported";
    case errc::too_large: return "too_large";
    case errc::mismatch: return "mismatch";
    case errc::budget: return "budget";
    case errc::network: return "network";
    case errc::server: return "server";
    case errc::timeout: return "timeout";
    case errc::cancelled: return "cancelled";
    case errc::internal: return "internal";
  }
  return "unknown";
}

/// Why something did not work. `message` names the offending thing; `where` the place
/// (a file and line, a byte offset, a character position), empty when there is none.
struct failure {
  errc code = errc::internal;
  std::string message{};
  std::string where{};

  /// One line for a person: "pool.jsonl:7: unknown modality "petscan"".
  [[nodiscard]] std::string to_string() const { return where.empty() ? message : where + ": " + message; }
};

namespace detail {
[[noreturn]] inline void bad_access(const failure& f) {
  std::fprintf(stderr, "inoculum: value() of a failed result: %s\n", f.to_string().c_str());
  std::abort();
}
}  // namespace detail

/// A T or a failure. Test it like a pointer; `value()` of a failure prints it and aborts, so a
/// prototype stays short and a program checks first.
template <class T>
class [[nodiscard]] result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<T, failure>);

 public:
  using value_type = T;

  result(T value) : ok_(true) { ::new (static_cast<void*>(&value_)) T(std::move(value)); }         // NOLINT(google-explicit-constructor)
  result(failure f) : ok_(false) { ::new (static_cast<void*>(&failure_)) failure(std::move(f)); }  // NOLINT(google-explicit-constructor)
  result(const result& other) : ok_(other.ok_) {
    if (ok_) ::new (static_cast<void*>(&value_)) T(other.value_);
    else ::new (static_cast<void*>(&failure_)) failure(other.failure_);
  }
  result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : ok_(other.ok_) {
    if (ok_) ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    else ::new (static_cast<void*>(&failure_)) failure(std::move(other.failure_));
  }
  result& operator=(result other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    destroy();
    ok_ = other.ok_;
    if (ok_) ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    else ::new (static_cast<void*>(&failure_)) failure(std::move(other.failure_));
    return *this;
  }
  ~result() { destroy(); }

  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }

  [[nodiscard]] T& value() & {
    check();
    return value_;
  }
  [[nodiscard]] const T& value() const& {
    check();
    return value_;
  }
  [[nodiscard]] T&& value() && {
    check();
    return std::move(value_);
  }

  [[nodiscard]] T& operator*() & noexcept { return value_; }
  [[nodiscard]] const T& operator*() const& noexcept { return value_; }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
  [[nodiscard]] T* operator->() noexcept { return &value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }

  template <class U>
  [[nodiscard]] T value_or(U&& fallback) const& {
    return ok_ ? value_ : static_cast<T>(std::forward<U>(fallback));
  }

  /// The failure; only when there is no value.
  [[nodiscard]] const failure& error() const& noexcept { return failure_; }
  [[nodiscard]] failure&& error() && noexcept { return std::move(failure_); }

 private:
  void check() const {
    if (!ok_) detail::bad_access(failure_);
  }
  void destroy() noexcept {
    if (ok_) value_.~T();
    else failure_.~failure();
  }

  bool ok_;
  union {
    T value_;
    failure failure_;
  };
};

/// Success without a value, or a failure.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;

  result() = default;
  result(failure f) : ok_(false), failure_(std::move(f)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }
  void value() const {
    if (!ok_) detail::bad_access(failure_);
  }
  [[nodiscard]] const failure& error() const& noexcept { return failure_; }
  [[nodiscard]] failure&& error() && noexcept { return std::move(failure_); }

 private:
  bool ok_ = true;
  failure failure_{};
};

}  // namespace inoculum
