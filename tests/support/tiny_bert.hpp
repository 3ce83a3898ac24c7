// SPDX-License-Identifier: Apache-2.0
// A small BERT with random weights, as the files that transformers would write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <inoculum/core/rng.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inoculum::test {

/// A safetensors file, tensor by tensor.
class safetensors_writer {
 public:
  safetensors_writer& tensor(const std::string& name, const std::string& type, std::vector<std::uint64_t> shape, std::string_view bytes) {
    std::string sides;
    for (const std::uint64_t n : shape) sides += (sides.empty() ? "" : ",") + std::to_string(n);
    return entry(name,
                 "{\"dtype\":\"" + type + "\",\"shape\":[" + sides + "],\"data_offsets\":[" + std::to_string(data_.size()) + "," +
                     std::to_string(data_.size() + bytes.size()) + "]}",
                 bytes);
  }
  /// Whatever JSON as a field of the header, whatever bytes as its data.
  safetensors_writer& entry(const std::string& name, const std::string& json, std::string_view bytes = {}) {
    header_ += (header_.empty() ? "{\"" : ",\"") + name + "\":" + json;
    data_ += bytes;
    return *this;
  }
  [[nodiscard]] std::string bytes() const { return whole(header_.empty() ? "{}" : header_ + "}", data_); }

  [[nodiscard]] static std::string whole(const std::string& header, const std::string& data = {}) {
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
  }

 private:
  std::string header_{}, data_{};
};

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

struct tiny_bert_options {
  std::uint64_t width = 32, hidden = 48, layers = 2, positions = 40;
  std::string heads = "2";
  std::string without{};        ///< a tensor to leave out
  std::string spoiled{};        ///< a tensor whose first number is NaN
  std::string mistyped{};       ///< a tensor that says I32
  std::string changed{}, to{};  ///< in config.json
  double scale = 1;             ///< of all weights
  std::uint64_t seed = 1;
};

inline const std::string& tiny_words() {
  static const std::string text =
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nis\nthere\na\nfracture\n##s\n##ing\nheart\n?\n[\n]\ncl\nhe\n##art\nsize\n.\n";
  return text;
}

struct tiny_bert {
  std::string config{}, model{};

  explicit tiny_bert(const tiny_bert_options& o = {}) {
    const auto n = [](std::uint64_t value) { return std::to_string(value); };
    config = "{\"model_type\": \"bert\", \"hidden_act\": \"gelu\", \"hidden_size\": " + n(o.width) +
             ", \"intermediate_size\": " + n(o.hidden) + ", \"num_hidden_layers\": " + n(o.layers) +
             ", \"num_attention_heads\": " + o.heads + ", \"max_position_embeddings\": " + n(o.positions) +
             ", \"vocab_size\": 20, \"layer_norm_eps\": 1e-12}";
    if (const std::size_t at = config.find(o.changed); !o.changed.empty() && at != std::string::npos)
      config.replace(at, o.changed.size(), o.to);
    rng r(o.seed);
    safetensors_writer out;
    out.entry("__metadata__", "{\"format\":\"pt\"}");
    const auto tensor = [&](const std::string& name, std::vector<std::uint64_t> shape) {
      if (o.without == name) return;
      std::uint64_t count = 1;
      for (const std::uint64_t side : shape) count *= side;
      std::string data(count * sizeof(float), '\0');
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto v = static_cast<float>(o.scale * (r.unit() - 0.5));
        std::memcpy(data.data() + i * sizeof v, &v, sizeof v);
      }
      if (o.spoiled == name) data.replace(0, 4, "\xff\xff\xff\x7f");
      out.tensor(name, o.mistyped == name ? "I32" : "F32", std::move(shape), data);
    };
    const auto both = [&](const std::string& name, std::uint64_t rows, std::uint64_t columns = 0) {
      tensor(name + ".weight", columns == 0 ? std::vector{rows} : std::vector{rows, columns});
      tensor(name + ".bias", {rows});
    };
    tensor("embeddings.word_embeddings.weight", {20, o.width});
    tensor("embeddings.position_embeddings.weight", {o.positions, o.width});
    tensor("embeddings.token_type_embeddings.weight", {2, o.width});
    both("embeddings.LayerNorm", o.width);
    for (std::uint64_t i = 0; i < o.layers; ++i) {
      const std::string at = "encoder.layer." + n(i) + ".";
      for (const char* part : {"query", "key", "value"}) both(at + "attention.self." + part, o.width, o.width);
      both(at + "attention.output.dense", o.width, o.width);
      both(at + "attention.output.LayerNorm", o.width);
      both(at + "intermediate.dense", o.hidden, o.width);
      both(at + "output.dense", o.width, o.hidden);
      both(at + "output.LayerNorm", o.width);
    }
    model = out.bytes();
  }
};

}  // namespace inoculum::test
