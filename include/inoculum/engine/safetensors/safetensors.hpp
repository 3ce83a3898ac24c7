// SPDX-License-Identifier: Apache-2.0
// Reads safetensors files: named arrays behind a JSON header. Third party: nlohmann-json, for that header. The file is
// hostile until proven otherwise; a lying one gets an error that names the tensor and the byte.
//
//   u64 length of the header | header {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …} | data
//
// The header is read event by event, never as a document: a document takes up to fifty bytes for each of the file's.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../gguf/mapped_file.hpp"
#include "../gguf/values.hpp"

namespace inoculum {

static_assert(std::endian::native == std::endian::little, "safetensors data is used in place: it needs a little-endian machine");

/// What an element is, and how many bytes it takes.
struct safetensors_type {
  std::string_view name{};
  std::size_t bytes = 0;
  friend bool operator==(const safetensors_type& a, const safetensors_type& b) noexcept { return a.name == b.name; }
};

/// The types of the format whose elements are whole bytes; nothing for any other name.
[[nodiscard]] inline std::optional<safetensors_type> safetensors_type_of(std::string_view name) noexcept {
  static constexpr safetensors_type known[] = {{"F32", 4}, {"F16", 2}, {"BF16", 2},    {"F64", 8},     {"I64", 8},
                                               {"U64", 8}, {"I32", 4}, {"U32", 4},     {"I16", 2},     {"U16", 2},
                                               {"I8", 1},  {"U8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"BOOL", 1}};
  const auto* at = std::find_if(std::begin(known), std::end(known), [&](const safetensors_type& t) { return t.name == name; });
  return at == std::end(known) ? std::nullopt : std::optional(*at);
}

/// A tensor in a file; everything points into the file's data and lives as long as a handle to the file.
struct safetensors_tensor {
  static constexpr std::size_t most_dimensions = 8;

  std::string_view name{};
  safetensors_type type{};
  std::array<std::uint64_t, most_dimensions> extents{};  ///< the slowest first; may be 0
  std::size_t dimensions = 0;
  std::size_t offset = 0;             ///< of the data, in bytes from the file's beginning
  std::span<const std::byte> data{};  ///< row-major, of any alignment

  [[nodiscard]] std::span<const std::uint64_t> shape() const noexcept { return std::span(extents).first(dimensions); }
  /// "F32 [384, 1536]".
  [[nodiscard]] std::string describe() const { return std::string(type.name) + " " + written(shape()); }
  [[nodiscard]] static std::string written(std::span<const std::uint64_t> shape) {
    std::string text = "[";
    for (std::size_t d = 0; d < shape.size(); ++d) text += (d == 0 ? "" : ", ") + std::to_string(shape[d]);
    return text + "]";
  }
};

/// An open safetensors file: a cheap handle to shared immutable data. Beside the mapping it takes at most twelve bytes of
/// memory for each byte of the file's header (for MiniLM, an 11 KB header: 25 KB), whatever the file claims.
class safetensors_file {
 public:
  /// The format's own limit.
  static constexpr std::uint64_t most_header_bytes = 100'000'000;

  /// Maps and checks a file. Errors: `not_found`, `io`, `invalid_argument` (not a regular file), `parse`, `unsupported` (a type
  /// that is not listed above, more than eight dimensions), `too_large` (a header over the limit); `where` is "path, byte n".
  [[nodiscard]] static result<safetensors_file> open(const std::string& path) {
    auto mapping = mapped_file::open(path);
    if (!mapping) return std::move(mapping).error();
    auto contents = std::make_shared<data>();
    contents->source = path;
    contents->file.emplace(std::move(*mapping));
    contents->bytes = contents->file->bytes();
    return parse(std::move(contents));
  }
  /// Checks bytes that the caller keeps alive, for as long as any handle lives.
  [[nodiscard]] static result<safetensors_file> from_bytes(std::span<const std::byte> bytes, std::string source = "safetensors") {
    auto contents = std::make_shared<data>();
    contents->source = std::move(source);
    contents->bytes = bytes;
    return parse(std::move(contents));
  }

  [[nodiscard]] const std::string& source() const noexcept { return data_->source; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return data_->bytes; }
  /// By name.
  [[nodiscard]] std::span<const safetensors_tensor> tensors() const noexcept { return data_->tensors; }
  [[nodiscard]] const safetensors_tensor* find(std::string_view name) const noexcept {
    const auto& all = data_->tensors;
    const auto at = std::lower_bound(all.begin(), all.end(), name, [](const auto& t, std::string_view n) { return t.name < n; });
    return at != all.end() && at->name == name ? &*at : nullptr;
  }
  /// A tensor of exactly this shape. Errors: `not_found`, `mismatch`.
  [[nodiscard]] result<const safetensors_tensor*> require(std::string_view name, std::initializer_list<std::uint64_t> shape) const {
    const std::span<const std::uint64_t> wanted(shape.begin(), shape.size());
    const safetensors_tensor* t = find(name);
    const std::string text = safetensors_tensor::written(wanted);
    if (t == nullptr) return failure{errc::not_found, "missing tensor " + detail::quoted(name) + " " + text, source()};
    if (!std::equal(wanted.begin(), wanted.end(), t->shape().begin(), t->shape().end())) {
      return failure{errc::mismatch, "tensor " + detail::quoted(name) + " is " + t->describe() + ", wanted the shape " + text,
                     source() + ", byte " + std::to_string(t->offset)};
    }
    return t;
  }

 private:
  struct data {
    std::string source{};
    std::optional<mapped_file> file{};
    std::span<const std::byte> bytes{};
    std::string names{};                        // of all tensors; reserved once, so that views into it stay
    std::vector<safetensors_tensor> tensors{};  // sorted by name
  };
  class header_reader;

  explicit safetensors_file(std::shared_ptr<const data> contents) : data_(std::move(contents)) {}
  [[nodiscard]] static result<safetensors_file> parse(std::shared_ptr<data> contents);

  std::shared_ptr<const data> data_;
};

/// The header's events. Each returns false at the first thing that is wrong, with `problem` saying what.
class safetensors_file::header_reader {
 public:
  using json = nlohmann::json;

  explicit header_reader(safetensors_file::data& out) : out_(out) {}

  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] errc code() const noexcept { return code_; }
  [[nodiscard]] std::size_t position() const noexcept { return position_; }  // 0: unknown

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a flag"); }
  bool number_integer(json::number_integer_t) { return unexpected("a negative number"); }
  bool number_float(json::number_float_t, const std::string&) { return unexpected("a number that is no 64-bit integer"); }
  bool binary(json::binary_t&) { return unexpected("binary data"); }
  bool number_unsigned(json::number_unsigned_t n) {
    if (place_ == place::shape) {
      if (tensor_.dimensions == safetensors_tensor::most_dimensions) return bad(named() + " has more than 8 dimensions", errc::unsupported);
      tensor_.extents[tensor_.dimensions++] = n;
      return true;
    }
    if (place_ != place::offsets) return unexpected("a number");
    if (bounds_ == 2) return bad(named() + " has more than two data_offsets");
    (bounds_++ == 0 ? begin_ : end_) = n;
    return true;
  }
  bool string(std::string& text) {
    if (place_ == place::metadata) return true;
    if (place_ != place::type) return unexpected("text");
    const auto type = safetensors_type_of(text);
    if (!type) return bad(named() + " has the unknown dtype " + detail::quoted(text), errc::unsupported);
    tensor_.type = *type;
    place_ = place::tensor;
    return true;
  }
  bool start_object(std::size_t) {
    if (place_ == place::outside) return place_ = place::top, true;
    if (place_ == place::metadata_name) return place_ = place::metadata, true;
    if (place_ != place::name) return unexpected("an object");
    place_ = place::tensor;
    return true;
  }
  bool key(std::string& text) {
    switch (place_) {
      case place::top:
        if (text == "__metadata__") return place_ = place::metadata_name, true;
        if (text.empty()) return bad("a tensor's name is empty");
        tensor_ = {};
        begin_ = end_ = 0;
        bounds_ = 0;
        has_shape_ = false;
        // Unescaped, a name is never longer than it was in the header, so the reserved room suffices.
        tensor_.name = std::string_view(out_.names.data() + out_.names.size(), text.size());
        out_.names += text;
        place_ = place::name;
        return true;
      case place::tensor:
        if (text == "dtype" && tensor_.type.bytes == 0) return place_ = place::type, true;
        if (text == "shape" && !has_shape_) return has_shape_ = true, place_ = place::before_shape, true;
        if (text == "data_offsets" && bounds_ == 0) return place_ = place::before_offsets, true;
        return bad(named() + " has the field " + detail::quoted(text) + ", which is unknown or there twice");
      default: return true;  // metadata's
    }
  }
  bool start_array(std::size_t) {
    if (place_ == place::before_shape) return place_ = place::shape, true;
    if (place_ == place::before_offsets) return place_ = place::offsets, true;
    return unexpected("an array");
  }
  bool end_array() {
    if (place_ == place::offsets && bounds_ != 2) return bad(named() + " has no two data_offsets");
    place_ = place::tensor;
    return true;
  }
  bool end_object() {
    if (place_ == place::tensor && !finish_tensor()) return false;
    place_ = place::top;  // after the top's own end there is nothing that would look
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception&) {
    position_ = position == 0 ? 0 : position - 1;  // it counts what was read
    return bad("the header is no valid JSON");
  }

 private:
  enum class place : std::uint8_t {
    outside,
    top,
    metadata_name,
    metadata,
    name,
    tensor,
    type,
    before_shape,
    shape,
    before_offsets,
    offsets
  };

  [[nodiscard]] std::string named() const { return "tensor " + detail::quoted(tensor_.name); }
  bool bad(std::string message, errc code = errc::parse) { return problem_ = std::move(message), code_ = code, false; }
  bool unexpected(const char* what) {
    if (place_ == place::outside) return bad(std::string("the header is ") + what + ", not an object");
    if (place_ == place::metadata || place_ == place::metadata_name) return bad(std::string("__metadata__ holds ") + what);
    return bad(named() + " holds " + what + " in a wrong place");
  }
  bool finish_tensor() {
    if (tensor_.type.bytes == 0) return bad(named() + " has no dtype");
    if (!has_shape_) return bad(named() + " has no shape");
    if (bounds_ != 2) return bad(named() + " has no data_offsets");
    std::uint64_t bytes = tensor_.type.bytes;
    for (const std::uint64_t n : tensor_.shape()) {
      if (n != 0 && bytes > (std::uint64_t{1} << 62) / n) return bad(named() + " claims more elements than any file holds");
      bytes *= n;
    }
    if (end_ < begin_ || end_ - begin_ != bytes) {
      return bad(named() + " (" + tensor_.describe() + ") needs " + std::to_string(bytes) + " bytes, its data_offsets are [" +
                 std::to_string(begin_) + ", " + std::to_string(end_) + "]");
    }
    if (end_ > out_.bytes.size()) return bad(named() + " has data_offsets past the file's end");
    tensor_.offset = static_cast<std::size_t>(begin_);  // relative to the data; `parse` moves it
    tensor_.data = out_.bytes.first(static_cast<std::size_t>(bytes));
    out_.tensors.push_back(tensor_);
    return true;
  }

  safetensors_file::data& out_;
  place place_ = place::outside;
  safetensors_tensor tensor_{};
  std::uint64_t begin_ = 0, end_ = 0;
  int bounds_ = 0;
  bool has_shape_ = false;
  std::string problem_{};
  errc code_ = errc::parse;
  std::size_t position_ = 0;
};

inline result<safetensors_file> safetensors_file::parse(std::shared_ptr<data> contents) {
  data& out = *contents;
  const auto bad = [&](std::string message, std::size_t at, errc code = errc::parse) {
    return failure{code, std::move(message), out.source + ", byte " + std::to_string(at)};
  };
  std::uint64_t length = 0;
  if (out.bytes.size() < sizeof length) return bad("the file ends inside the header's length", out.bytes.size());
  std::memcpy(&length, out.bytes.data(), sizeof length);
  const std::size_t left = out.bytes.size() - sizeof length;
  if (length > left) {
    return bad("not a safetensors file, or cut short: its header claims " + std::to_string(length) + " bytes, " + std::to_string(left) +
                   " are left",
               0);
  }
  if (length > most_header_bytes)
    return bad("a header of " + std::to_string(length) + " bytes, the format's limit is 100000000", 0, errc::too_large);
  const std::string_view header(reinterpret_cast<const char*>(out.bytes.data() + sizeof length), static_cast<std::size_t>(length));
  if (!header.starts_with('{')) return bad("not a safetensors file: its header does not begin with {", sizeof length);

  out.names.reserve(header.size());
  header_reader reader(out);
  if (!nlohmann::json::sax_parse(header.begin(), header.end(), &reader)) {
    return bad(reader.problem(), sizeof length + reader.position(), reader.code());
  }

  // The format wants the data covered without gaps, which also forbids overlaps.
  auto& tensors = out.tensors;
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.data.size() != b.data.size() ? a.data.size() < b.data.size() : a.name < b.name;
  });
  const std::size_t base = sizeof length + header.size();
  std::size_t covered = 0;
  std::string_view before = "the header";
  for (safetensors_tensor& t : tensors) {
    if (t.offset != covered) {
      return bad("tensor " + detail::quoted(t.name) + (t.offset < covered ? " overlaps " : " leaves a gap after ") + detail::quoted(before),
                 base + t.offset);
    }
    covered += t.data.size();
    if (covered > out.bytes.size() - base) {
      return bad("tensor " + detail::quoted(t.name) + " (" + t.describe() + ") ends at byte " + std::to_string(base + covered) +
                     ", the file at " + std::to_string(out.bytes.size()),
                 base + t.offset);
    }
    t.data = out.bytes.subspan(base + t.offset, t.data.size());
    t.offset += base;
    before = t.name;
  }
  if (covered != out.bytes.size() - base) {
    return bad("the file has " + std::to_string(out.bytes.size() - base - covered) + " bytes that belong to no tensor", base + covered);
  }
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twice != tensors.end()) return bad("two tensors are named " + detail::quoted(twice->name), sizeof length);
  tensors.shrink_to_fit();
  return safetensors_file(std::move(contents));
}

}  // namespace inoculum
