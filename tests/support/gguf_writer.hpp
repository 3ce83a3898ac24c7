// SPDX-License-Identifier: Apache-2.0
// Writes small GGUF files for tests, in llama.cpp's layout: version 3, data aligned to 32 bytes, each tensor padded.
// `tiny_llama` makes a whole model with random weights and a working byte-level vocabulary.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <inoculum/core/rng.hpp>
#include <inoculum/engine/gguf/types.hpp>
#include <inoculum/engine/gguf/values.hpp>
#include <inoculum/engine/quant/dequantise.hpp>

namespace inoculum::test {

/// Collects pairs and tensors; `bytes()` lays out the file. Checks nothing, so it also makes broken files.
class gguf_writer {
 public:
  std::uint32_t version = 3;
  std::size_t alignment = 32;  ///< where data is put; say so in "general.alignment" when it is not 32

  gguf_writer& number(std::string_view key, std::uint32_t value) { return pair(key, gguf_kind::u32, value); }
  gguf_writer& real(std::string_view key, float value) { return pair(key, gguf_kind::f32, value); }
  gguf_writer& flag(std::string_view key, bool value) { return pair(key, gguf_kind::flag, static_cast<std::uint8_t>(value)); }
  gguf_writer& text(std::string_view key, std::string_view value) {
    begin(key, gguf_kind::text);
    string(pairs_, value);
    return *this;
  }
  template <class Strings>
  gguf_writer& texts(std::string_view key, const Strings& values) {
    array(key, gguf_kind::text, values.size());
    for (const auto& v : values) string(pairs_, v);
    return *this;
  }
  gguf_writer& integers(std::string_view key, std::span<const std::int32_t> values) { return numbers(key, gguf_kind::i32, values); }
  gguf_writer& reals(std::string_view key, std::span<const float> values) { return numbers(key, gguf_kind::f32, values); }

  /// Any scalar kind; the value's width must be the kind's.
  template <class T>
  gguf_writer& pair(std::string_view key, gguf_kind kind, T value) {
    begin(key, kind);
    put(pairs_, value);
    return *this;
  }
  template <class T>
  gguf_writer& numbers(std::string_view key, gguf_kind kind, std::span<const T> values) {
    array(key, kind, values.size());
    for (const T v : values) put(pairs_, v);
    return *this;
  }

  gguf_writer& tensor(std::string_view name, ggml_type type, std::initializer_list<std::uint64_t> ne, std::span<const std::byte> data) {
    string(tensors_, name);
    put(tensors_, static_cast<std::uint32_t>(ne.size()));
    for (const std::uint64_t n : ne) put(tensors_, n);
    put(tensors_, static_cast<std::uint32_t>(type));
    put(tensors_, static_cast<std::uint64_t>(data_.size()));
    data_.insert(data_.end(), data.begin(), data.end());
    pad(data_);
    ++tensor_count_;
    return *this;
  }
  /// A tensor of zeros that a file need not hold: `save` leaves a hole. Only behind all others.
  gguf_writer& hole(std::string_view name, ggml_type type, std::initializer_list<std::uint64_t> ne) {
    string(tensors_, name);
    put(tensors_, static_cast<std::uint32_t>(ne.size()));
    std::uint64_t elements = 1;
    for (const std::uint64_t n : ne) {
      put(tensors_, n);
      elements *= n;
    }
    put(tensors_, static_cast<std::uint32_t>(type));
    put(tensors_, static_cast<std::uint64_t>(data_.size()) + hole_);
    hole_ += (elements / layout_of(type)->elements * layout_of(type)->bytes + alignment - 1) / alignment * alignment;
    ++tensor_count_;
    return *this;
  }
  gguf_writer& floats(std::string_view name, std::initializer_list<std::uint64_t> ne, std::span<const float> values) {
    return tensor(name, ggml_type::f32, ne, std::as_bytes(values));
  }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::vector<std::byte> out;
    for (const char c : std::string_view("GGUF")) put(out, c);
    put(out, version);
    put(out, tensor_count_);
    put(out, pair_count_);
    out.insert(out.end(), pairs_.begin(), pairs_.end());
    out.insert(out.end(), tensors_.begin(), tensors_.end());
    if (tensor_count_ != 0) pad(out);
    out.insert(out.end(), data_.begin(), data_.end());
    return out;
  }
  [[nodiscard]] bool save(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const auto all = bytes();
    const bool written = std::fwrite(all.data(), 1, all.size(), file) == all.size();
    if (std::fclose(file) != 0 || !written) return false;
    std::error_code failed;
    if (hole_ != 0) std::filesystem::resize_file(path, all.size() + hole_, failed);
    return !failed;
  }

 private:
  using buffer = std::vector<std::byte>;
  template <class T>
  static void put(buffer& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), &value, sizeof(T));
    out.insert(out.end(), raw.begin(), raw.end());
  }
  static void string(buffer& out, std::string_view text) {
    put(out, static_cast<std::uint64_t>(text.size()));
    const auto raw = std::as_bytes(std::span(text));
    out.insert(out.end(), raw.begin(), raw.end());
  }
  void begin(std::string_view key, gguf_kind kind) {
    string(pairs_, key);
    put(pairs_, static_cast<std::uint32_t>(kind));
    ++pair_count_;
  }
  void array(std::string_view key, gguf_kind element, std::size_t count) {
    begin(key, gguf_kind::array);
    put(pairs_, static_cast<std::uint32_t>(element));
    put(pairs_, static_cast<std::uint64_t>(count));
  }
  void pad(buffer& out) const { out.resize((out.size() + alignment - 1) / alignment * alignment); }

  buffer pairs_, tensors_, data_;
  std::uint64_t pair_count_ = 0, tensor_count_ = 0, hole_ = 0;
};

/// Where the float16 factors of a type's block are; empty for a type without, or of no use here.
inline std::vector<std::size_t> factor_places(ggml_type type) {
  switch (type) {
    case ggml_type::f16:
    case ggml_type::q4_0:
    case ggml_type::q5_0:
    case ggml_type::q8_0: return {0};
    case ggml_type::q4_1:
    case ggml_type::q5_1:
    case ggml_type::q4_k:
    case ggml_type::q5_k: return {0, 2};
    case ggml_type::q6_k: return {208};
    default: return {};
  }
}

/// Random blocks of a type, as a trained matrix might hold: quants uniform, half-precision scales about 2^-7, floats
/// normal with deviation `spread`. For the types that the engine reads; others get zeros.
inline std::vector<std::byte> random_tensor(ggml_type type, std::uint64_t elements, rng& r, float spread = 0.05f) {
  const ggml_layout layout = layout_of(type).value();
  std::vector<std::byte> out(static_cast<std::size_t>(elements / layout.elements * layout.bytes));
  if (type == ggml_type::f32 || type == ggml_type::bf16) {
    for (std::size_t i = 0; i < elements; ++i) {
      const float v = spread * static_cast<float>(r.normal());
      if (type == ggml_type::f32) std::memcpy(&out[4 * i], &v, 4);
      else std::memcpy(&out[2 * i], reinterpret_cast<const char*>(&v) + 2, 2);  // little-endian: the upper half
    }
    return out;
  }
  const auto factors = factor_places(type);
  if (factors.empty()) return out;
  if (type != ggml_type::f16) {
    for (std::byte& b : out) b = static_cast<std::byte>(r.next() & 0xff);
  }
  for (std::size_t block = 0; block < out.size(); block += layout.bytes) {
    for (const std::size_t f : factors) {  // sign, exponent 2^-7, any mantissa: always finite
      const auto bits = static_cast<std::uint16_t>((r.below(2) << 15) | 0x2000u | r.below(1024));
      std::memcpy(&out[block + f], &bits, 2);
    }
  }
  return out;
}

/// Random bits in every place, so that scales have any size, subnormal to the largest; only infinities and NaN are left out.
inline std::vector<std::byte> random_blocks(ggml_type type, std::size_t blocks, rng& r) {
  const ggml_layout layout = layout_of(type).value();
  std::vector<std::byte> out(blocks * layout.bytes);
  for (std::byte& b : out) b = static_cast<std::byte>(r.next() & 0xff);
  const auto finite = [&](std::size_t at, unsigned exponent, unsigned smaller) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, &out[at], 2);
    if ((bits & exponent) == exponent) bits = static_cast<std::uint16_t>(bits & ~smaller);
    std::memcpy(&out[at], &bits, 2);
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    for (const std::size_t f : factor_places(type)) finite(b * layout.bytes + f, 0x7c00u, 0x0400u);
    if (type == ggml_type::bf16 || type == ggml_type::f32) finite(b * layout.bytes + layout.bytes - 2, 0x7f80u, 0x0080u);
  }
  return out;
}

/// The 256 characters that stand for bytes in a byte-level vocabulary (GPT-2's table), by byte.
inline std::vector<std::string> byte_characters() {
  std::vector<std::string> out(256);
  unsigned next = 256;
  for (unsigned b = 0; b < 256; ++b) {
    const bool printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    const unsigned c = printable ? b : next++;
    if (c < 0x80) out[b] = {static_cast<char>(c)};
    else out[b] = {static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3f))};
  }
  return out;
}

struct tiny_llama_options {
  std::string architecture = "llama";  ///< or "qwen2", "gemma3"
  std::uint32_t layers = 2, width = 64, hidden = 128, heads = 4, kv_heads = 2, context = 256;
  std::uint32_t head_width = 0;           ///< 0: width / heads
  std::uint32_t window = 96;              ///< gemma3's sliding window; every sixth layer has none
  ggml_type matrix = ggml_type::q4_1;     ///< attention and feed-forward
  ggml_type embedding = ggml_type::q8_0;  ///< without `head` the output layer is the same tensor, as in SmolLM2
  std::uint64_t seed = 1;
  float spread = 0.05f;  ///< of float matrices
  bool head = false;     ///< an output layer of its own, in the embedding's type
  bool floats = false;   ///< the very same weights, as F32
  bool tiles = false;    ///< SmolVLM's control tokens for pictures, and "\n\n" as a token
};

/// What `tiny_llama_options::tiles` adds; not every tile has a token, as in larger grids of the real thing.
inline const std::vector<std::string>& tile_tokens() {
  static const std::vector<std::string> all{
      "<fake_token_around_image>", "<global-img>", "<row_1_col_1>", "<row_1_col_2>", "<row_2_col_1>", "<row_2_col_2>"};
  return all;
}

/// Vocabulary only: three control tokens as in ChatML, the 256 bytes, a few merged words.
inline gguf_writer tiny_vocabulary(bool tiles = false) {
  std::vector<std::string> tokens{"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  std::vector<std::int32_t> types(3, 3);
  for (auto& c : byte_characters()) tokens.push_back(c);
  std::vector<std::string> merges{"h e", "l l", "he ll", "hell o", "\xc4\xa0 w", "o r", "\xc4\xa0w or", "\xc4\xa0wor l", "\xc4\xa0worl d"};
  for (std::string merge : merges) tokens.push_back(merge.erase(merge.find(' '), 1));
  if (tiles) {
    merges.push_back("\xc4\x8a \xc4\x8a");
    tokens.push_back("\xc4\x8a\xc4\x8a");
  }
  types.resize(tokens.size(), 1);
  if (tiles) {
    tokens.insert(tokens.end(), tile_tokens().begin(), tile_tokens().end());
    types.resize(tokens.size(), 3);
  }
  gguf_writer out;
  out.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "smollm");
  out.texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", types).texts("tokenizer.ggml.merges", merges);
  out.number("tokenizer.ggml.bos_token_id", 1).number("tokenizer.ggml.eos_token_id", 2).number("tokenizer.ggml.unknown_token_id", 0);
  return out.flag("tokenizer.ggml.add_bos_token", false).flag("tokenizer.ggml.add_space_prefix", false);
}
inline constexpr std::uint64_t tiny_vocabulary_size = 3 + 256 + 9;

/// A model with random weights: the same keys and tensor names as SmolLM2's file, or those of the other architectures.
/// `out` holds its vocabulary, of so many tokens.
inline gguf_writer tiny_llama(const tiny_llama_options& o, gguf_writer out, std::uint64_t vocabulary) {
  rng r(o.seed);
  const bool gemma = o.architecture == "gemma3";
  const auto key = [&](const char* name) { return o.architecture + "." + name; };
  const std::uint32_t head_width = o.head_width != 0 ? o.head_width : o.width / o.heads;
  out.text("general.architecture", o.architecture).text("general.name", "tiny random " + o.architecture);
  out.number(key("block_count"), o.layers).number(key("context_length"), o.context).number(key("embedding_length"), o.width);
  out.number(key("feed_forward_length"), o.hidden).number(key("attention.head_count"), o.heads);
  out.number(key("attention.head_count_kv"), o.kv_heads).number(key("vocab_size"), static_cast<std::uint32_t>(vocabulary));
  out.number(key("rope.dimension_count"), head_width).real(key("rope.freq_base"), 100000.0f);
  out.real(key("attention.layer_norm_rms_epsilon"), 1e-5f).number("general.quantization_version", 2);
  if (gemma) {
    out.number(key("attention.sliding_window"), o.window);
  }
  if (gemma || o.head_width != 0) {
    out.number(key("attention.key_length"), head_width).number(key("attention.value_length"), head_width);
  }

  const auto matrix = [&](const std::string& name, ggml_type type, std::uint64_t in, std::uint64_t rows) {
    const auto data = random_tensor(type, in * rows, r, o.spread);
    if (!o.floats) {
      out.tensor(name, type, {in, rows}, data);
      return;
    }
    std::vector<float> values(static_cast<std::size_t>(in * rows));
    engine::dequantise_row(type, data.data(), values);
    out.floats(name, {in, rows}, values);
  };
  const auto vector = [&](const std::string& name, std::uint64_t n, double low, double high) {
    std::vector<float> values(static_cast<std::size_t>(n));
    for (float& v : values) v = static_cast<float>(r.between(low, high));
    out.floats(name, {n}, values);
  };
  const auto norm = [&](const std::string& name, std::uint64_t n) { vector(name, n, 0.8, 1.2); };
  const std::uint64_t kv_width = std::uint64_t{head_width} * o.kv_heads, q_width = std::uint64_t{head_width} * o.heads;
  matrix("token_embd.weight", o.embedding, o.width, vocabulary);
  for (std::uint32_t layer = 0; layer < o.layers; ++layer) {
    const std::string block = "blk." + std::to_string(layer) + ".";
    norm(block + "attn_norm.weight", o.width);
    matrix(block + "ffn_down.weight", o.matrix, o.hidden, o.width);
    matrix(block + "ffn_gate.weight", o.matrix, o.width, o.hidden);
    matrix(block + "ffn_up.weight", o.matrix, o.width, o.hidden);
    norm(block + "ffn_norm.weight", o.width);
    matrix(block + "attn_k.weight", o.matrix, o.width, kv_width);
    matrix(block + "attn_output.weight", o.matrix, q_width, o.width);
    matrix(block + "attn_q.weight", o.matrix, o.width, q_width);
    matrix(block + "attn_v.weight", o.matrix, o.width, kv_width);
    if (o.architecture == "qwen2") {
      vector(block + "attn_q.bias", q_width, -1.0, 1.0);
      vector(block + "attn_k.bias", kv_width, -1.0, 1.0);
      vector(block + "attn_v.bias", kv_width, -1.0, 1.0);
    }
    if (gemma) {
      for (const char* name : {"post_attention_norm.weight", "post_ffw_norm.weight"}) norm(block + name, o.width);
      for (const char* name : {"attn_q_norm.weight", "attn_k_norm.weight"}) norm(block + name, head_width);
    }
  }
  norm("output_norm.weight", o.width);
  if (o.head) matrix("output.weight", o.embedding, o.width, vocabulary);
  return out;
}
inline gguf_writer tiny_llama(const tiny_llama_options& o = {}) {
  return tiny_llama(o, tiny_vocabulary(o.tiles), tiny_vocabulary_size + (o.tiles ? 1 + tile_tokens().size() : 0));
}

}  // namespace inoculum::test
