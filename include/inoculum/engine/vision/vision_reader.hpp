// SPDX-License-Identifier: Apache-2.0
// Checked reading of an mmproj: keys within bounds, tensors of the right shape and finite, matrices packed for the kernels.
// A projector reads its own tensors with it; every error names the key or tensor and the file.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../gguf/gguf.hpp"
#include "../kernels/table.hpp"
#include "../memory.hpp"
#include "../quant/dequantise.hpp"
#include "../quant/word_matrix.hpp"
#include "vision_config.hpp"

namespace inoculum::engine {

/// Beyond these a file is damaged or made for something else; they bound what a picture can cost.
inline constexpr std::uint64_t largest_vision_image = 1024;
inline constexpr std::uint64_t largest_vision_grid = 64;
inline constexpr std::uint64_t largest_vision_width = 4096;
inline constexpr std::uint64_t largest_vision_hidden = 16384;
inline constexpr std::uint64_t largest_vision_layers = 64;

class vision_reader {
 public:
  vision_reader(const gguf_file& file, const kernel_table& kernels, std::vector<aligned_bytes>& memory)
      : file_(file), kernels_(kernels), memory_(memory) {}

  [[nodiscard]] const gguf_file& file() const noexcept { return file_; }
  [[nodiscard]] bool has(const std::string& tensor) const noexcept { return file_.find(tensor) != nullptr; }
  [[nodiscard]] failure bad(errc code, std::string message) const { return {code, std::move(message), file_.source()}; }

  /// Whether what the file holds of a tower and its projector fits into memory: matrices in words, vectors as floats. Errors: `too_large`.
  [[nodiscard]] result<void> fits_memory() const {
    std::uint64_t bytes = 0;
    for (const gguf_tensor& t : file_.tensors()) {
      if (t.data.empty() || !(t.name.starts_with("v.") || t.name.starts_with("mm."))) continue;
      bytes += t.elements() * (t.ne[1] == 1 ? sizeof(float) : sizeof(std::int16_t));
    }
    return check_memory(bytes, file_.source());
  }

  /// A number from 1 to `largest`.
  [[nodiscard]] result<void> size(const char* key, std::uint64_t largest, std::size_t& out) const {
    const auto n = file_.require_number(key);
    if (!n) return n.error();
    if (*n == 0 || *n > largest) {
      return bad(errc::too_large, std::string(key) + " is " + std::to_string(*n) + ", from 1 to " + std::to_string(largest) + " can be");
    }
    out = static_cast<std::size_t>(*n);
    return {};
  }
  /// The same, where a file without the key means `out` as it is.
  [[nodiscard]] result<void> size_if_any(const char* key, std::uint64_t largest, std::size_t& out) const {
    return file_.number(key) ? size(key, largest, out) : result<void>();
  }

  /// A size that a tensor alone tells.
  [[nodiscard]] result<void> extent(const char* name, std::size_t axis, std::uint64_t largest, std::size_t& out) const {
    const gguf_tensor* tensor = file_.find(name);
    if (tensor == nullptr) return bad(errc::not_found, "missing tensor " + inoculum::detail::quoted(name));
    if (tensor->ne[axis] > largest) {
      return bad(errc::too_large, "tensor " + inoculum::detail::quoted(name) + " has the shape " + tensor->shape());
    }
    out = static_cast<std::size_t>(tensor->ne[axis]);
    return {};
  }

  [[nodiscard]] result<void> channels(const char* key, std::array<float, 3>& out) const {
    const auto values = file_.reals(key);
    if (!values || values->size() != out.size()) return bad(errc::parse, std::string(key) + " must be an array of 3 numbers");
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double v = (*values)[i];
      if (!std::isfinite(v)) return bad(errc::parse, std::string(key) + " holds a number that is not finite");
      out[i] = static_cast<float>(v);
    }
    return {};
  }

  [[nodiscard]] result<void> floats(const std::string& name, std::initializer_list<std::uint64_t> shape, std::vector<float>& out) const {
    const auto found = tensor(name, shape);
    if (!found) return found.error();
    out.resize(static_cast<std::size_t>((*found)->elements()));
    dequantise_row((*found)->type, (*found)->data.data(), out);
    for (const float v : out) {
      if (!std::isfinite(v)) return bad(errc::parse, "tensor " + inoculum::detail::quoted(name) + " holds a number that is not finite");
    }
    return {};
  }

  [[nodiscard]] result<void> norm(const std::string& name, std::uint64_t width, vision_norm& out) const {
    if (auto done = floats(name + ".weight", {width}, out.weight); !done) return done;
    return floats(name + ".bias", {width}, out.bias);
  }

  /// `name`.weight and, if asked for, `name`.bias.
  [[nodiscard]] result<void> linear(const std::string& name, std::initializer_list<std::uint64_t> shape, std::size_t rows, bool has_bias,
                                    vision_linear& out) {
    const auto found = tensor(name + ".weight", shape);
    if (!found) return found.error();
    // A convolution's kernel [x, y, channel, output] is a matrix whose rows lie one after another.
    const gguf_tensor& t = **found;
    if (auto done = pack(name + ".weight", t.type, t.data, rows, static_cast<std::size_t>(t.elements()) / rows, out); !done) return done;
    return has_bias ? floats(name + ".bias", {rows}, out.bias) : result<void>();
  }

  /// Several matrices with biases, one below the other: name[0], name[1], …, each rows × columns.
  [[nodiscard]] result<void> stacked(std::initializer_list<std::string> names, std::uint64_t columns, std::uint64_t rows,
                                     vision_linear& out) {
    std::vector<const gguf_tensor*> parts;
    std::vector<float> values;
    std::vector<std::byte> all;
    out.bias.clear();
    bool alike = true;
    for (const std::string& name : names) {
      const auto found = tensor(name + ".weight", {columns, rows});
      if (!found) return found.error();
      parts.push_back(*found);
      alike = alike && parts.back()->type == parts.front()->type;
      if (auto done = floats(name + ".bias", {rows}, values); !done) return done;
      out.bias.insert(out.bias.end(), values.begin(), values.end());
    }
    for (const gguf_tensor* part : parts) {
      std::span<const std::byte> bytes = part->data;
      if (!alike) {
        if (auto done = floats(std::string(part->name), {columns, rows}, values); !done) return done;
        bytes = std::as_bytes(std::span(values));
      }
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    auto packed = pack(std::string(parts.front()->name), alike ? parts.front()->type : ggml_type::f32, all,
                       parts.size() * static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), out);
    for (std::size_t i = 0; !packed && i < parts.size(); ++i) {  // so that the error names the right one
      if (auto done = floats(std::string(parts[i]->name), {columns, rows}, values); !done) return done;
    }
    return packed;
  }

  /// A matrix that the file holds the other way round, [columns × rows].
  [[nodiscard]] result<void> turned(const std::string& name, std::uint64_t columns, std::uint64_t rows, vision_linear& out) {
    std::vector<float> as_it_is;
    if (auto done = floats(name + ".weight", {rows, columns}, as_it_is); !done) return done;
    std::vector<float> all(as_it_is.size());
    const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(columns);
    for (std::size_t i = 0; i < r; ++i) {
      for (std::size_t k = 0; k < c; ++k) all[i * c + k] = as_it_is[k * r + i];
    }
    return pack(name, ggml_type::f32, std::as_bytes(std::span(all)), r, c, out);
  }

 private:
  [[nodiscard]] result<const gguf_tensor*> tensor(const std::string& name, std::initializer_list<std::uint64_t> shape) const {
    auto found = file_.require_tensor(name, shape);
    if (found && !can_dequantise((*found)->type)) {
      return bad(errc::unsupported, "tensor " + inoculum::detail::quoted(name) + " has the type " + to_string((*found)->type) +
                                        ", which the engine does not read");
    }
    return found;
  }

  /// Whatever the type, it becomes words.
  [[nodiscard]] result<void> pack(const std::string& name, ggml_type type, std::span<const std::byte> data, std::size_t rows,
                                  std::size_t columns, vision_linear& out) {
    word_matrix& m = out.weight;
    m = {rows, columns, nullptr};
    aligned_bytes memory(m.total_bytes());
    if (memory.data() == nullptr) return bad(errc::too_large, "no memory for tensor " + inoculum::detail::quoted(name));
    m.bytes = memory.data();
    memory_.push_back(std::move(memory));
    std::memset(m.bytes, 0, m.total_bytes());
    std::vector<float> row(m.padded());
    std::vector<std::int16_t> words(word_piece);
    for (std::size_t r = 0; r < rows; ++r) {
      dequantise_row(type, data.data() + data.size() / rows * r, std::span(row).first(columns));
      if (!std::all_of(row.begin(), row.end(), [](float v) { return v - v == 0.0f; })) {
        return bad(errc::parse, "tensor " + inoculum::detail::quoted(name) + " holds a number that is not finite");
      }
      std::int16_t* to = m.values(r / panel_rows) + r % panel_rows * 2;
      for (std::size_t p = 0; p < m.pieces(); ++p) {
        const std::size_t n = m.width(p);
        m.scales(r / panel_rows)[p * panel_rows + r % panel_rows] = kernels_.quantise_words(row.data() + p * word_piece, n, words.data());
        for (std::size_t c = 0; c < n; c += 2, to += 2 * panel_rows) std::memcpy(to, words.data() + c, 2 * sizeof(std::int16_t));
      }
    }
    return {};
  }

  const gguf_file& file_;
  const kernel_table& kernels_;
  std::vector<aligned_bytes>& memory_;
};

}  // namespace inoculum::engine
