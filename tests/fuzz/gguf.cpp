// SPDX-License-Identifier: Apache-2.0
// Any bytes as a GGUF file: it is refused, or everything that it offers can be read, its vocabulary included.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/tokenizer/tokenizer.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  const auto file = gguf_file::from_bytes(std::as_bytes(std::span(data, size)));
  if (!file) {
    if (file.error().message.empty() || file.error().where.empty()) std::abort();
    return 0;
  }
  double sum = 0;
  for (const gguf_value& v : file->metadata()) {
    sum += static_cast<double>(v.describe().size());
    if (const auto x = file->number(v.key)) sum += static_cast<double>(*x);
    if (const auto x = file->real(v.key)) sum += *x;
    if (const auto x = file->text(v.key)) sum += static_cast<double>(hash_bytes(*x));
    if (const auto x = file->flag(v.key)) sum += *x;
    if (const auto x = file->texts(v.key)) {
      for (const auto s : *x) sum += static_cast<double>(hash_bytes(s));
    }
    if (const auto x = file->integers(v.key)) {
      for (std::size_t i = 0; i < x->size(); ++i) sum += static_cast<double>((*x)[i]);
    }
    if (const auto x = file->reals(v.key)) {
      for (std::size_t i = 0; i < x->size(); ++i) sum += (*x)[i];
    }
  }
  for (const gguf_tensor& t : file->tensors()) {
    if (file->find(t.name) != &t || t.elements() == 0) std::abort();
    for (const std::byte b : t.data) sum += static_cast<double>(b);
  }
  if (const auto tokenizer = tokenizer::load(*file)) {
    for (const token_id id : tokenizer->encode({reinterpret_cast<const char*>(data), size < 300 ? size : 300})) {
      if (tokenizer->is_control(id) || id < 0) std::abort();
      sum += static_cast<double>(tokenizer->token_bytes(id).size());
    }
  }
  [[maybe_unused]] static volatile double sink;
  sink = sum;
  return 0;
}
