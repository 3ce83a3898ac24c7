// SPDX-License-Identifier: Apache-2.0
// The values of a GGUF file's metadata, seen in place: nothing is copied, not even 49,152 strings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace inoculum {

/// Kinds of metadata values, numbered as in the format.
enum class gguf_kind : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, flag, text, array, u64, i64, f64 };

/// Bytes that one value takes, at least (a string: its length); 0 for an array or an unknown kind.
[[nodiscard]] constexpr std::size_t size_of(gguf_kind kind) noexcept {
  switch (kind) {
    case gguf_kind::u8:
    case gguf_kind::i8:
    case gguf_kind::flag: return 1;
    case gguf_kind::u16:
    case gguf_kind::i16: return 2;
    case gguf_kind::u32:
    case gguf_kind::i32:
    case gguf_kind::f32: return 4;
    case gguf_kind::u64:
    case gguf_kind::i64:
    case gguf_kind::f64:
    case gguf_kind::text: return 8;
    case gguf_kind::array: return 0;
  }
  return 0;
}

[[nodiscard]] constexpr bool is_real(gguf_kind kind) noexcept { return kind == gguf_kind::f32 || kind == gguf_kind::f64; }
[[nodiscard]] constexpr bool is_integer(gguf_kind kind) noexcept {
  return size_of(kind) != 0 && !is_real(kind) && kind != gguf_kind::flag && kind != gguf_kind::text;
}

[[nodiscard]] constexpr const char* to_string(gguf_kind kind) noexcept {
  constexpr const char* names[] = {"u8", "i8", "u16", "i16", "u32", "i32", "f32", "flag", "string", "array", "u64", "i64", "f64"};
  const auto i = static_cast<std::uint32_t>(kind);
  return i < std::size(names) ? names[i] : "unknown";
}

namespace detail {

/// A hostile name for an error message: at most 64 bytes, printable ASCII, in quotes.
[[nodiscard]] inline std::string quoted(std::string_view name) {
  constexpr std::size_t most = 64;
  std::string out = "\"";
  for (const char c : name.substr(0, most)) out += (c >= ' ' && c <= '~' && c != '"') ? c : '?';
  return out + (name.size() > most ? "…\"" : "\"");
}

/// Values in the file are not aligned.
template <class T>
[[nodiscard]] T load(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

/// Any integer or flag; what does not fit (u64 past 2^63 - 1) becomes the largest that does.
[[nodiscard]] inline std::int64_t load_integer(gguf_kind kind, const std::byte* at) noexcept {
  switch (kind) {
    case gguf_kind::u8:
    case gguf_kind::flag: return load<std::uint8_t>(at);
    case gguf_kind::i8: return load<std::int8_t>(at);
    case gguf_kind::u16: return load<std::uint16_t>(at);
    case gguf_kind::i16: return load<std::int16_t>(at);
    case gguf_kind::u32: return load<std::uint32_t>(at);
    case gguf_kind::i32: return load<std::int32_t>(at);
    case gguf_kind::u64: {
      constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      return static_cast<std::int64_t>(std::min(load<std::uint64_t>(at), most));
    }
    case gguf_kind::i64: return load<std::int64_t>(at);
    default: return 0;
  }
}

[[nodiscard]] inline double load_real(gguf_kind kind, const std::byte* at) noexcept {
  if (kind == gguf_kind::f32) return static_cast<double>(load<float>(at));
  if (kind == gguf_kind::f64) return load<double>(at);
  if (kind == gguf_kind::u64) return static_cast<double>(load<std::uint64_t>(at));
  return static_cast<double>(load_integer(kind, at));
}

}  // namespace detail

/// An array of strings, a forward range of string_views. Lengths are bounded again on the way, so that a
/// mapped file that changes under us gives wrong strings, not reads past the end.
class gguf_texts {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    iterator() = default;
    iterator(std::size_t index, std::span<const std::byte> rest) noexcept : index_(index), rest_(rest) {}
    std::string_view operator*() const noexcept {
      return rest_.size() < 8 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(rest_.data()) + 8, length());
    }
    iterator& operator++() noexcept {
      rest_ = rest_.size() < 8 ? rest_.subspan(rest_.size()) : rest_.subspan(8 + length());
      ++index_;
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }

   private:
    [[nodiscard]] std::size_t length() const noexcept {
      return static_cast<std::size_t>(std::min<std::uint64_t>(detail::load<std::uint64_t>(rest_.data()), rest_.size() - 8));
    }
    std::size_t index_ = 0;
    std::span<const std::byte> rest_{};
  };

  gguf_texts() = default;
  gguf_texts(std::size_t count, std::span<const std::byte> data) noexcept : count_(count), data_(data) {}

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] iterator begin() const noexcept { return {0, data_}; }
  [[nodiscard]] iterator end() const noexcept { return {count_, {}}; }
  /// For random access: 16 bytes a string, still pointing into the file.
  [[nodiscard]] std::vector<std::string_view> list() const { return {begin(), end()}; }

 private:
  std::size_t count_ = 0;
  std::span<const std::byte> data_{};
};

/// An array of numbers, read as T whatever their width in the file.
template <class T>
class gguf_array {
 public:
  gguf_array() = default;
  gguf_array(gguf_kind kind, std::size_t count, std::span<const std::byte> data) noexcept : kind_(kind), count_(count), data_(data) {}

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Element i < size().
  [[nodiscard]] T operator[](std::size_t i) const noexcept {
    const std::byte* at = data_.data() + i * size_of(kind_);
    if constexpr (std::is_floating_point_v<T>) return detail::load_real(kind_, at);
    else return detail::load_integer(kind_, at);
  }

 private:
  gguf_kind kind_ = gguf_kind::u8;
  std::size_t count_ = 0;
  std::span<const std::byte> data_{};
};
using gguf_integers = gguf_array<std::int64_t>;
using gguf_reals = gguf_array<double>;

/// One key-value pair: its bytes, after a check that they are there.
struct gguf_value {
  std::string_view key{};
  gguf_kind kind = gguf_kind::u8;
  gguf_kind element = gguf_kind::u8;  ///< of an array; otherwise `kind`
  std::size_t count = 1;
  std::span<const std::byte> data{};

  /// "u32", "array of 49152 string": for messages and listings.
  [[nodiscard]] std::string describe() const {
    if (kind != gguf_kind::array) return to_string(kind);
    return "an array of " + std::to_string(count) + " " + to_string(element);
  }
};

}  // namespace inoculum
