// SPDX-License-Identifier: Apache-2.0
// Reads GGUF model files, versions 2 and 3, little-endian, the way llama.cpp writes them. The file is
// hostile until proven otherwise: every count, length, offset and shape is checked against the file's
// size before it is used, so a lying file gets an error that names the thing and the byte.
//
//   magic "GGUF" | u32 version | u64 tensors | u64 pairs | pairs | tensor descriptions | padding | data
//   string: u64 length, bytes · pair: string key, u32 kind, value · array: u32 kind, u64 count, values
//   tensor: string name, u32 dimensions, u64 each, u32 type, u64 offset into the data
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/digest.hpp"
#include "../../core/result.hpp"
#include "mapped_file.hpp"
#include "types.hpp"
#include "values.hpp"

namespace inoculum {

static_assert(std::endian::native == std::endian::little, "GGUF data is used in place: the engine needs a little-endian machine");

/// A tensor in a file; everything points into the file's bytes and lives as long as a handle to the file.
struct gguf_tensor {
  std::string_view name{};
  ggml_type type = ggml_type::f32;
  std::uint32_t dimensions = 0;                 ///< as written, 0 … 4
  std::array<std::uint64_t, 4> ne{1, 1, 1, 1};  ///< elements along each dimension, ne[0] the fastest; never 0
  std::span<const std::byte> data{};            ///< whole rows of blocks; empty when `layout_of(type)` knows no layout
  std::size_t offset = 0;                       ///< of the data, in bytes from the file's beginning

  /// "[576, 49152]", ggml's order.
  [[nodiscard]] std::string shape() const {
    std::string text = "[";
    for (std::uint32_t d = 0; d < dimensions; ++d) text += (d == 0 ? "" : ", ") + std::to_string(ne[d]);
    return text + "]";
  }
  [[nodiscard]] std::uint64_t elements() const noexcept { return ne[0] * ne[1] * ne[2] * ne[3]; }
};

/// An open GGUF file: a cheap handle to shared immutable data. Beside the mapping it takes at most
/// four bytes of memory for each byte of the file's header (for SmolLM2: 24 KB), whatever the file claims.
class gguf_file {
 public:
  /// Maps and checks a file. Errors: `not_found`, `io`, `invalid_argument` (not a regular file), `parse`,
  /// `unsupported` (version, big-endian, nested arrays); `where` is "path, byte n".
  [[nodiscard]] static result<gguf_file> open(const std::string& path) {
    auto mapping = mapped_file::open(path);
    if (!mapping) return std::move(mapping).error();
    auto contents = std::make_shared<data>();
    contents->source = path;
    contents->file.emplace(std::move(*mapping));
    contents->bytes = contents->file->bytes();
    return parse(std::move(contents));
  }

  /// Checks bytes that the caller keeps alive, for as long as any handle lives. Tensor data is aligned only
  /// if the bytes begin at a multiple of the file's alignment.
  [[nodiscard]] static result<gguf_file> from_bytes(std::span<const std::byte> bytes, std::string source = "gguf") {
    auto contents = std::make_shared<data>();
    contents->source = std::move(source);
    contents->bytes = bytes;
    return parse(std::move(contents));
  }

  [[nodiscard]] const std::string& source() const noexcept { return data_->source; }
  [[nodiscard]] std::uint32_t version() const noexcept { return data_->version; }
  [[nodiscard]] std::size_t alignment() const noexcept { return data_->alignment; }
  [[nodiscard]] std::size_t size() const noexcept { return data_->bytes.size(); }  ///< of the file, bytes

  /// Metadata by key; nothing when the key is missing or of another kind.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const noexcept;  ///< any non-negative integer
  [[nodiscard]] std::optional<double> real(std::string_view key) const noexcept;           ///< f32, f64 or any integer
  [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<gguf_texts> texts(std::string_view key) const noexcept;            ///< an array of strings
  [[nodiscard]] std::optional<gguf_integers> integers(std::string_view key) const noexcept;      ///< an array of integers or flags
  [[nodiscard]] std::optional<gguf_reals> reals(std::string_view key) const noexcept;            ///< an array of numbers
  [[nodiscard]] std::span<const gguf_value> metadata() const noexcept { return data_->values; }  ///< all pairs, sorted by key

  /// The tensors in the file's order, and one by name (null when there is none).
  [[nodiscard]] std::span<const gguf_tensor> tensors() const noexcept { return data_->tensors; }
  [[nodiscard]] const gguf_tensor* find(std::string_view name) const noexcept;

  /// The same, where a loader cannot go on without: a failure says which key or tensor, what was wanted and what is there.
  [[nodiscard]] result<std::uint64_t> require_number(std::string_view key) const { return require(key, number(key), "an integer"); }
  [[nodiscard]] result<double> require_real(std::string_view key) const { return require(key, real(key), "a number"); }
  [[nodiscard]] result<std::string_view> require_text(std::string_view key) const { return require(key, text(key), "a string"); }
  [[nodiscard]] result<gguf_texts> require_texts(std::string_view key) const { return require(key, texts(key), "an array of strings"); }
  /// A tensor of exactly this shape (ggml's order; trailing ones may be left out) and of a known type.
  [[nodiscard]] result<const gguf_tensor*> require_tensor(std::string_view name, std::initializer_list<std::uint64_t> shape) const;

  /// Stands for the file: SHA-256 over its size, all that comes before the tensors, and of each tensor the first kilobyte and 64 bytes of
  /// every `fingerprint_step` behind it; all of it would take longer than loading. Tells apart what was trained, merged, requantised or
  /// damaged over any run of that length; a change of fewer bytes, a single row perhaps, can lie between, and whoever means to forge a
  /// file can.
  static constexpr std::size_t fingerprint_step = std::size_t{16} << 10;
  [[nodiscard]] digest fingerprint() const;

  /// Gives back the memory of what was read so far; all stays readable, from the file.
  void drop_pages() const noexcept {
    if (data_->file) data_->file->drop_pages();
  }

 private:
  struct data {
    std::string source{};
    std::optional<mapped_file> file{};
    std::span<const std::byte> bytes{};
    std::uint32_t version = 0;
    std::size_t alignment = 32;
    std::vector<gguf_value> values{};      // sorted by key
    std::vector<gguf_tensor> tensors{};    // the file's order
    std::vector<std::uint32_t> by_name{};  // indices into tensors
  };
  struct reader;

  explicit gguf_file(std::shared_ptr<const data> contents) : data_(std::move(contents)) {}
  [[nodiscard]] static result<gguf_file> parse(std::shared_ptr<data> contents);

  [[nodiscard]] const gguf_value* value(std::string_view key) const noexcept {
    const auto at = std::lower_bound(data_->values.begin(), data_->values.end(), key,
                                     [](const gguf_value& v, std::string_view k) { return v.key < k; });
    return at != data_->values.end() && at->key == key ? &*at : nullptr;
  }
  template <class T>
  [[nodiscard]] result<T> require(std::string_view key, const std::optional<T>& found, const char* wanted) const {
    if (found) return *found;
    const gguf_value* there = value(key);
    if (there == nullptr) return failure{errc::not_found, "missing key " + detail::quoted(key) + " (" + wanted + ")", source()};
    return failure{errc::parse, "key " + detail::quoted(key) + " is " + there->describe() + ", wanted " + wanted, source()};
  }

  std::shared_ptr<const data> data_;
};

/// The checks. Each step returns success or the failure to hand out; `at` never passes the end.
struct gguf_file::reader {
  gguf_file::data& out;
  std::size_t at = 0;

  [[nodiscard]] std::size_t left() const noexcept { return out.bytes.size() - at; }
  [[nodiscard]] failure bad(std::string message, std::size_t where, errc code = errc::parse) const {
    return {code, std::move(message), out.source + ", byte " + std::to_string(where)};
  }
  [[nodiscard]] failure cut(const std::string& what) const {
    return bad("the file ends inside " + what + " (" + std::to_string(out.bytes.size()) + " bytes in all)", at);
  }

  template <class T>
  [[nodiscard]] bool take(T& value) noexcept {
    if (left() < sizeof(T)) return false;
    std::memcpy(&value, out.bytes.data() + at, sizeof(T));
    at += sizeof(T);
    return true;
  }

  /// `what()` names the string; called only when it is bad, since a vocabulary has a hundred thousand.
  template <class What>
  [[nodiscard]] result<std::string_view> string(What&& what) {
    std::uint64_t length = 0;
    const std::size_t begin = at;
    if (!take(length)) return cut("the length of " + what());
    if (length > left()) {
      return bad(what() + " claims " + std::to_string(length) + " bytes, " + std::to_string(left()) + " are left", begin);
    }
    const auto* chars = reinterpret_cast<const char*>(out.bytes.data() + at);
    at += static_cast<std::size_t>(length);
    return std::string_view(chars, static_cast<std::size_t>(length));
  }

  /// A count of things that take at least `least` bytes each.
  [[nodiscard]] result<std::size_t> count(const std::string& what, std::size_t least) {
    std::uint64_t n = 0;
    const std::size_t begin = at;
    if (!take(n)) return cut("the number of " + what);
    if (n > left() / least) {
      return bad("the file claims " + std::to_string(n) + " " + what + ", its " + std::to_string(left()) + " bytes left cannot hold them",
                 begin);
    }
    return static_cast<std::size_t>(n);
  }

  [[nodiscard]] result<void> pair(std::size_t index);
  [[nodiscard]] result<void> description(std::size_t index);
  [[nodiscard]] result<void> place_tensors();
};

inline result<void> gguf_file::reader::pair(std::size_t index) {
  const std::size_t begin = at;
  auto key = string([&] { return "the key of pair " + std::to_string(index); });
  if (!key) return std::move(key).error();
  if (key->empty()) return bad("the key of pair " + std::to_string(index) + " is empty", begin);

  gguf_value value{.key = *key};
  const auto named = [&] { return "key " + detail::quoted(value.key); };
  const std::size_t kind_at = at;
  std::uint32_t kind = 0;
  if (!take(kind)) return cut("the kind of " + named());
  value.kind = static_cast<gguf_kind>(kind);
  value.element = value.kind;
  if (value.kind == gguf_kind::array) {
    if (!take(kind)) return cut("the kind of " + named());
    value.element = static_cast<gguf_kind>(kind);
    if (value.element == gguf_kind::array) return bad(named() + " is an array of arrays", kind_at, errc::unsupported);
  }
  const std::size_t width = size_of(value.element);
  if (width == 0) return bad(named() + " has the unknown kind " + std::to_string(kind), kind_at);
  if (value.kind == gguf_kind::array) {
    auto n = count("elements of " + named(), width);
    if (!n) return std::move(n).error();
    value.count = *n;
  }

  const std::size_t data_at = at;
  if (value.element == gguf_kind::text) {
    for (std::size_t i = 0; i < value.count; ++i) {
      const auto s = string([&] { return "string " + std::to_string(i) + " of " + named(); });
      if (!s) return s.error();
    }
  } else {
    if (value.count > left() / width) return cut("the value of " + named());
    at += value.count * width;
  }
  value.data = out.bytes.subspan(data_at, at - data_at);
  if (value.element == gguf_kind::flag) {
    const auto odd = std::find_if(value.data.begin(), value.data.end(), [](std::byte b) { return b > std::byte{1}; });
    if (odd != value.data.end()) {
      return bad(named() + " holds a flag that is neither 0 nor 1", data_at + static_cast<std::size_t>(odd - value.data.begin()));
    }
  }
  out.values.push_back(value);
  return {};
}

inline result<void> gguf_file::reader::description(std::size_t index) {
  const std::size_t begin = at;
  auto name = string([&] { return "the name of tensor " + std::to_string(index); });
  if (!name) return std::move(name).error();
  if (name->empty()) return bad("the name of tensor " + std::to_string(index) + " is empty", begin);

  gguf_tensor tensor{.name = *name};
  const auto named = [&] { return "tensor " + detail::quoted(tensor.name); };
  if (!take(tensor.dimensions)) return cut("the shape of " + named());
  if (tensor.dimensions > tensor.ne.size()) {
    return bad(named() + " has " + std::to_string(tensor.dimensions) + " dimensions, the most is 4", at - sizeof tensor.dimensions);
  }
  std::uint64_t elements = 1;
  constexpr std::uint64_t most = std::uint64_t{1} << 56;  // times eight bytes: no overflow below
  for (std::uint32_t d = 0; d < tensor.dimensions; ++d) {
    if (!take(tensor.ne[d])) return cut("the shape of " + named());
    if (tensor.ne[d] == 0) return bad(named() + " has an empty dimension", at - sizeof tensor.ne[d]);
    if (tensor.ne[d] > most / elements) return bad(named() + " claims more elements than any file holds", at - sizeof tensor.ne[d]);
    elements *= tensor.ne[d];
  }
  std::uint32_t type = 0;
  std::uint64_t offset = 0;
  const std::size_t type_at = at;
  if (!take(type)) return cut("the type of " + named());
  if (!take(offset)) return cut("the offset of " + named());
  tensor.type = static_cast<ggml_type>(type);
  if (const auto layout = layout_of(tensor.type); layout && tensor.ne[0] % layout->elements != 0) {
    return bad(named() + " has rows of " + std::to_string(tensor.ne[0]) + " elements, not whole blocks of " + layout->name + " (" +
                   std::to_string(layout->elements) + ")",
               type_at);
  }
  // Relative to the data, whose beginning is known only after the last description: place_tensors moves it.
  if (offset > out.bytes.size()) {
    return bad(named() + " has the offset " + std::to_string(offset) + ", past the file's end", at - sizeof offset);
  }
  tensor.offset = static_cast<std::size_t>(offset);
  out.tensors.push_back(tensor);
  return {};
}

inline result<void> gguf_file::reader::place_tensors() {
  if (out.tensors.empty()) return {};
  const std::size_t padding = (out.alignment - at % out.alignment) % out.alignment;
  if (padding > left()) return cut("the padding before the tensors' data");
  const std::size_t base = at + padding;
  const std::size_t room = out.bytes.size() - base;
  for (gguf_tensor& t : out.tensors) {
    const std::string named = "tensor " + detail::quoted(t.name);
    if (t.offset % out.alignment != 0) {
      return bad(named + " begins at an offset that is no multiple of " + std::to_string(out.alignment), base + t.offset);
    }
    const auto layout = layout_of(t.type);
    const std::uint64_t bytes = layout ? t.elements() / layout->elements * layout->bytes : 0;
    if (t.offset > room || bytes > room - t.offset) {
      return bad(named + " (" + to_string(t.type) + " " + t.shape() + ") needs " + std::to_string(bytes) + " bytes, the file ends before",
                 base + t.offset);
    }
    t.offset += base;
    t.data = out.bytes.subspan(t.offset, static_cast<std::size_t>(bytes));
  }

  auto& order = out.by_name;
  order.resize(out.tensors.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  const auto& tensors = out.tensors;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return tensors[a].offset < tensors[b].offset; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const gguf_tensor& before = tensors[order[i - 1]];
    const gguf_tensor& after = tensors[order[i]];
    if (before.offset + before.data.size() > after.offset) {
      return bad("tensors " + detail::quoted(before.name) + " and " + detail::quoted(after.name) + " overlap", after.offset);
    }
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return tensors[a].name < tensors[b].name; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::string_view name = tensors[order[i]].name;
    if (name == tensors[order[i - 1]].name) {
      return bad("two tensors are named " + detail::quoted(name),
                 static_cast<std::size_t>(reinterpret_cast<const std::byte*>(name.data()) - out.bytes.data()));
    }
  }
  return {};
}

inline result<gguf_file> gguf_file::parse(std::shared_ptr<data> contents) {
  reader in{*contents};
  std::array<char, 4> magic{};
  if (!in.take(magic)) return in.cut("the magic");
  if (std::string_view(magic.data(), 4) != "GGUF") return in.bad("not a GGUF file (it does not begin with \"GGUF\")", 0);
  if (!in.take(contents->version)) return in.cut("the version");
  const std::uint32_t revision = contents->version;
  if ((revision & 0xffffu) == 0) return in.bad("the file is big-endian (or its version is damaged)", 4, errc::unsupported);
  if (revision != 2 && revision != 3) {
    return in.bad("GGUF version " + std::to_string(revision) + " is not supported (2 and 3 are)", 4, errc::unsupported);
  }
  // The least that a description takes: name (8 + 1), dimensions (4), type (4), offset (8); a pair: key (8 + 1), kind (4),
  // value (1). So what is reserved below stays within four bytes for each byte of the file.
  static_assert(sizeof(gguf_tensor) + sizeof(std::uint32_t) <= 4 * 25 && sizeof(gguf_value) <= 4 * 14);
  const auto tensors = in.count("tensors", 25);
  if (!tensors) return tensors.error();
  const auto pairs = in.count("key-value pairs", 14);
  if (!pairs) return pairs.error();

  auto& values = contents->values;
  values.reserve(*pairs);
  for (std::size_t i = 0; i < *pairs; ++i) {
    if (auto done = in.pair(i); !done) return done.error();
  }
  std::sort(values.begin(), values.end(), [](const gguf_value& a, const gguf_value& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(values.begin(), values.end(), [](const gguf_value& a, const gguf_value& b) { return a.key == b.key; });
  if (twice != values.end()) {
    return in.bad("the key " + detail::quoted(twice->key) + " appears twice",
                  static_cast<std::size_t>(reinterpret_cast<const std::byte*>((twice + 1)->key.data()) - contents->bytes.data()));
  }

  if (*tensors > in.left() / 25) return in.cut("the descriptions of " + std::to_string(*tensors) + " tensors");
  contents->tensors.reserve(*tensors);
  for (std::size_t i = 0; i < *tensors; ++i) {
    if (auto done = in.description(i); !done) return done.error();
  }
  const gguf_file file(contents);
  if (const gguf_value* v = file.value("general.alignment")) {
    // The format wants a multiple of 8; llama.cpp a power of two. 1 MiB is far beyond any page.
    const auto n = file.number("general.alignment");
    if (!n || *n < 8 || *n > (1u << 20) || !std::has_single_bit(*n)) {
      return in.bad("general.alignment must be a power of two from 8 to 1048576",
                    static_cast<std::size_t>(v->data.data() - contents->bytes.data()));
    }
    contents->alignment = static_cast<std::size_t>(*n);
  }
  if (auto done = in.place_tensors(); !done) return done.error();
  return file;
}

inline digest gguf_file::fingerprint() const {
  const auto bytes_of = [](std::span<const std::byte> b) {
    return std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(b.data()), b.size());
  };
  sha256 sum;
  sum.update_number(data_->bytes.size());
  std::size_t header = data_->bytes.size();
  for (const gguf_tensor& t : data_->tensors) {
    header = std::min(header, static_cast<std::size_t>(t.data.data() - data_->bytes.data()));
    sum.update(bytes_of(t.data.first(std::min<std::size_t>(t.data.size(), 1024))));
    for (std::size_t at = 1024; at < t.data.size(); at += fingerprint_step) {
      sum.update(bytes_of(t.data.subspan(at, std::min<std::size_t>(t.data.size() - at, 64))));
    }
  }
  sum.update(bytes_of(data_->bytes.first(header)));
  drop_pages();  // they were read for this alone
  return sum.finish();
}

inline std::optional<std::uint64_t> gguf_file::number(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || !is_integer(v->kind)) return std::nullopt;
  if (v->kind == gguf_kind::u64) return detail::load<std::uint64_t>(v->data.data());
  const std::int64_t n = detail::load_integer(v->kind, v->data.data());
  return n < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(n));
}

inline std::optional<double> gguf_file::real(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || !(is_integer(v->kind) || is_real(v->kind))) return std::nullopt;
  return detail::load_real(v->kind, v->data.data());
}

inline std::optional<std::string_view> gguf_file::text(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || v->kind != gguf_kind::text) return std::nullopt;
  return *gguf_texts(1, v->data).begin();
}

inline std::optional<bool> gguf_file::flag(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || v->kind != gguf_kind::flag) return std::nullopt;
  return v->data[0] != std::byte{0};
}

inline std::optional<gguf_texts> gguf_file::texts(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || v->kind != gguf_kind::array || v->element != gguf_kind::text) return std::nullopt;
  return gguf_texts(v->count, v->data);
}

inline std::optional<gguf_integers> gguf_file::integers(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || v->kind != gguf_kind::array || !(is_integer(v->element) || v->element == gguf_kind::flag)) return std::nullopt;
  return gguf_integers(v->element, v->count, v->data);
}

inline std::optional<gguf_reals> gguf_file::reals(std::string_view key) const noexcept {
  const gguf_value* v = value(key);
  if (v == nullptr || v->kind != gguf_kind::array || !(is_integer(v->element) || is_real(v->element))) return std::nullopt;
  return gguf_reals(v->element, v->count, v->data);
}

inline const gguf_tensor* gguf_file::find(std::string_view name) const noexcept {
  const auto& order = data_->by_name;
  const auto at =
      std::lower_bound(order.begin(), order.end(), name, [&](std::uint32_t i, std::string_view n) { return data_->tensors[i].name < n; });
  return at != order.end() && data_->tensors[*at].name == name ? &data_->tensors[*at] : nullptr;
}

inline result<const gguf_tensor*> gguf_file::require_tensor(std::string_view name, std::initializer_list<std::uint64_t> shape) const {
  gguf_tensor wanted;
  wanted.dimensions = static_cast<std::uint32_t>(std::min(shape.size(), wanted.ne.size()));
  std::copy_n(shape.begin(), wanted.dimensions, wanted.ne.begin());
  const gguf_tensor* t = find(name);
  if (t == nullptr) return failure{errc::not_found, "missing tensor " + detail::quoted(name) + " " + wanted.shape(), source()};
  const std::string where = source() + ", byte " + std::to_string(t->offset);
  if (!layout_of(t->type)) {
    return failure{errc::unsupported, "tensor " + detail::quoted(name) + " has the unknown " + to_string(t->type), where};
  }
  if (t->ne != wanted.ne) {
    return failure{errc::mismatch, "tensor " + detail::quoted(name) + " has the shape " + t->shape() + ", wanted " + wanted.shape(), where};
  }
  return t;
}

}  // namespace inoculum
