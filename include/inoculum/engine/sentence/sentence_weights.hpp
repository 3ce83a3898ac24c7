// SPDX-License-Identifier: Apache-2.0
// A BERT encoder's files checked and packed for the kernels: config.json and model.safetensors, as Hugging Face's
// transformers writes them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../../io/detail/json.hpp"
#include "../../io/file.hpp"
#include "../memory.hpp"
#include "../quant/dequantise.hpp"
#include "../quant/packed_matrix.hpp"
#include "../safetensors/safetensors.hpp"

namespace inoculum::engine {

/// What config.json says. Sizes are positive, multiples of a panel's 16 rows, and divide where they must.
struct sentence_config {
  std::size_t width = 0;
  std::size_t hidden = 0;  ///< of a layer's MLP
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t positions = 0;  ///< the most tokens of a sentence
  std::size_t vocabulary = 0;
  float epsilon = 0.0f;

  [[nodiscard]] std::size_t depth() const noexcept { return width / heads; }

  /// Errors: `parse`, `unsupported` (no BERT, another activation), `too_large`; each names the field.
  [[nodiscard]] static result<sentence_config> parse(std::string_view json, const std::string& source);
};

/// Weights [rows × columns] in panels, and a bias.
struct sentence_linear {
  packed_matrix weight{};
  std::vector<float> bias{};
};

struct sentence_norm {
  std::vector<float> weight{};
  std::vector<float> bias{};
};

struct sentence_layer {
  sentence_linear qkv{};  ///< the three one after another
  sentence_linear out{};
  sentence_norm norm1{};
  sentence_linear up{};
  sentence_linear down{};
  sentence_norm norm2{};
};

struct sentence_weights {
  sentence_config config{};
  safetensors_file file;     ///< behind `words`
  const std::byte* words{};  ///< vocabulary × width; rows are read where they lie, since a sentence needs a few of 30,000
  ggml_type words_type = ggml_type::f32;
  std::vector<float> places{};  ///< positions × width, the first segment's vector added
  sentence_norm norm{};
  std::vector<sentence_layer> layers{};
  std::vector<aligned_bytes> memory{};  ///< behind the packed matrices

  /// Errors: not_found, parse, mismatch, unsupported, too_large; each names the tensor and the file.
  [[nodiscard]] static result<sentence_weights> load(const safetensors_file& file, const sentence_config& config);

  void word(std::size_t id, std::span<float> out) const noexcept {
    dequantise_row(words_type, words + id * out.size() * layout_of(words_type)->bytes, out);
  }
};

inline result<sentence_config> sentence_config::parse(std::string_view json, const std::string& source) {
  const auto object = inoculum::detail::parse_json_object(json);
  if (!object) return failure{object.error().code, object.error().message, source};
  const auto bad = [&](errc code, std::string message) { return failure{code, std::move(message), source}; };
  struct {
    const char* field;
    const char* wanted;
    bool needed;
  } const words[] = {{"model_type", "bert", true}, {"hidden_act", "gelu", true}, {"position_embedding_type", "absolute", false}};
  for (const auto& w : words) {
    const auto at = object->find(w.field);
    if (at == object->end() ? w.needed : !(at->is_string() && *at == w.wanted)) {
      return bad(errc::unsupported, std::string("only models whose ") + w.field + " is \"" + w.wanted + "\" are supported");
    }
  }
  sentence_config out;
  struct {
    const char* field;
    std::uint64_t largest;  // beyond it a file is damaged or made for something else
    std::size_t& to;
  } const sizes[] = {
      {"hidden_size", 4096, out.width},        {"intermediate_size", 16384, out.hidden},         {"num_hidden_layers", 64, out.layers},
      {"num_attention_heads", 256, out.heads}, {"max_position_embeddings", 4096, out.positions}, {"vocab_size", 1u << 20, out.vocabulary}};
  for (const auto& s : sizes) {
    const auto at = object->find(s.field);
    if (at == object->end() || !at->is_number_unsigned())
      return bad(errc::parse, std::string("the field ") + s.field + " is no whole number");
    const auto n = at->template get<std::uint64_t>();
    if (n == 0 || n > s.largest) {
      return bad(errc::too_large,
                 std::string(s.field) + " is " + std::to_string(n) + ", from 1 to " + std::to_string(s.largest) + " can be");
    }
    s.to = static_cast<std::size_t>(n);
  }
  if (out.width % out.heads != 0 || out.depth() % panel_rows != 0 || out.hidden % panel_rows != 0) {
    return bad(errc::unsupported, "a width of " + std::to_string(out.width) + " in " + std::to_string(out.heads) + " heads, or an MLP of " +
                                      std::to_string(out.hidden) + ": heads and MLP must be multiples of 16 wide");
  }
  const auto epsilon = object->find("layer_norm_eps");
  if (epsilon == object->end() || !epsilon->is_number()) return bad(errc::parse, "the field layer_norm_eps is no number");
  const auto e = epsilon->template get<double>();
  if (!(e > 0.0 && e < 1.0)) return bad(errc::parse, "layer_norm_eps is not between 0 and 1");
  out.epsilon = static_cast<float>(e);
  return out;
}

namespace detail {

class sentence_reader {
 public:
  explicit sentence_reader(sentence_weights& out) : out_(out) {}

  result<void> read() {
    const sentence_config& c = out_.config;
    std::uint64_t bytes = 0;  // of what becomes floats: all but the words, which stay in the file
    for (const safetensors_tensor& t : out_.file.tensors()) {
      if (t.name.starts_with("encoder.layer.")) bytes += t.data.size() / t.type.bytes * sizeof(float);
    }
    if (auto fits = check_memory(bytes, out_.file.source()); !fits) return fits;
    const auto words = tensor("embeddings.word_embeddings.weight", {c.vocabulary, c.width});
    if (!words) return words.error();
    out_.words = (*words)->data.data();
    out_.words_type = *float_type(**words);
    std::vector<float> segments(c.width);
    for (std::size_t id = 0; id < c.vocabulary; ++id) {
      out_.word(id, segments);
      if (!finite(segments)) return not_finite(**words);
    }
    if (auto done = floats("embeddings.position_embeddings.weight", {c.positions, c.width}, out_.places); !done) return done;
    // A sentence alone is segment 0 throughout, and the table has two.
    if (auto done = floats("embeddings.token_type_embeddings.weight", {2, c.width}, segments); !done) return done;
    for (std::size_t i = 0; i < out_.places.size(); ++i) out_.places[i] += segments[i % c.width];
    if (auto done = norm("embeddings.LayerNorm", out_.norm); !done) return done;
    out_.layers.resize(c.layers);
    for (std::size_t i = 0; i < c.layers; ++i) {
      sentence_layer& l = out_.layers[i];
      const std::string at = "encoder.layer." + std::to_string(i) + ".";
      const std::string self = at + "attention.self.";
      if (auto done = linear({self + "query", self + "key", self + "value"}, c.width, c.width, l.qkv); !done) return done;
      if (auto done = linear({at + "attention.output.dense"}, c.width, c.width, l.out); !done) return done;
      if (auto done = norm(at + "attention.output.LayerNorm", l.norm1); !done) return done;
      if (auto done = linear({at + "intermediate.dense"}, c.hidden, c.width, l.up); !done) return done;
      if (auto done = linear({at + "output.dense"}, c.width, c.hidden, l.down); !done) return done;
      if (auto done = norm(at + "output.LayerNorm", l.norm2); !done) return done;
    }
    return {};
  }

 private:
  static std::optional<ggml_type> float_type(const safetensors_tensor& t) noexcept {
    if (t.type.name == "F32") return ggml_type::f32;
    if (t.type.name == "F16") return ggml_type::f16;
    if (t.type.name == "BF16") return ggml_type::bf16;
    return std::nullopt;
  }
  static bool finite(std::span<const float> values) noexcept {
    float sum = 0.0f;  // 0 · x is NaN for every x that is not finite, and NaN stays
    for (const float v : values) sum += 0.0f * v;
    return sum == 0.0f;
  }
  [[nodiscard]] failure bad(errc code, const safetensors_tensor& t, const std::string& what) const {
    return {code, "tensor " + inoculum::detail::quoted(t.name) + what, out_.file.source() + ", byte " + std::to_string(t.offset)};
  }
  [[nodiscard]] failure not_finite(const safetensors_tensor& t) const { return bad(errc::parse, t, " holds a number that is not finite"); }

  result<const safetensors_tensor*> tensor(const std::string& name, std::initializer_list<std::uint64_t> shape) const {
    auto found = out_.file.require(name, shape);
    if (found && !float_type(**found)) {
      return bad(errc::unsupported, **found, " is " + (*found)->describe() + "; F32, F16 and BF16 are read");
    }
    return found;
  }
  result<void> floats(const std::string& name, std::initializer_list<std::uint64_t> shape, std::vector<float>& out) const {
    const auto found = tensor(name, shape);
    if (!found) return found.error();
    out.resize(1);
    for (const std::uint64_t n : shape) out.resize(out.size() * static_cast<std::size_t>(n));
    dequantise_row(*float_type(**found), (*found)->data.data(), out);
    return finite(out) ? result<void>() : not_finite(**found);
  }
  result<void> norm(const std::string& name, sentence_norm& out) const {
    if (auto done = floats(name + ".weight", {out_.config.width}, out.weight); !done) return done;
    return floats(name + ".bias", {out_.config.width}, out.bias);
  }
  /// Matrices of the same shape one below the other; `rows` is a multiple of a panel's.
  result<void> linear(std::initializer_list<std::string> names, std::size_t rows, std::size_t columns, sentence_linear& out) {
    for (const std::string& name : names) {  // before any memory is asked for: the file's size bounds it
      if (const auto found = tensor(name + ".weight", {rows, columns}); !found) return found.error();
    }
    packed_matrix one{panel_kind::f32, rows, columns, nullptr};
    aligned_bytes memory(names.size() * one.total_bytes());
    if (memory.data() == nullptr)
      return failure{errc::too_large, "no memory for tensor " + inoculum::detail::quoted(*names.begin()), out_.file.source()};
    one.bytes = memory.data();
    out.weight = {panel_kind::f32, names.size() * rows, columns, memory.data()};
    out_.memory.push_back(std::move(memory));
    for (const std::string& name : names) {
      const safetensors_tensor& t = *out_.file.find(name + ".weight");
      for (std::size_t p = 0; p < one.panels(); ++p) {
        if (!pack_panel(one, p, *float_type(t), t.data, [](std::size_t r) { return r; })) return not_finite(t);
      }
      one.bytes += one.total_bytes();
      std::vector<float> bias;
      if (auto done = floats(name + ".bias", {rows}, bias); !done) return done;
      out.bias.insert(out.bias.end(), bias.begin(), bias.end());
    }
    return {};
  }

  sentence_weights& out_;
};

}  // namespace detail

inline result<sentence_weights> sentence_weights::load(const safetensors_file& file, const sentence_config& config) {
  sentence_weights out{.config = config, .file = file};
  if (auto done = detail::sentence_reader(out).read(); !done) return done.error();
  return out;
}

}  // namespace inoculum::engine
