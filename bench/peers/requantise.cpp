// SPDX-License-Identifier: Apache-2.0
// The same model in another type, quantised by ggml: every matrix of IN becomes TYPE (as ggml names it: q4_0, q5_K, bf16 …). Where a row
// is no multiple of 256, a K type gives way to the one that llama.cpp's own tool takes. Usage: requantise TYPE IN.gguf OUT.gguf
#include <ggml.h>
#include <gguf.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {
ggml_type fitting(ggml_type type, std::int64_t columns) {
  if (columns % ggml_blck_size(type) == 0) return type;
  switch (type) {
    case GGML_TYPE_Q4_K: return GGML_TYPE_Q5_0;
    case GGML_TYPE_Q5_K: return GGML_TYPE_Q5_1;
    case GGML_TYPE_Q6_K: return GGML_TYPE_Q8_0;
    default: return GGML_TYPE_F16;
  }
}
}  // namespace

int main(int argc, char** argv) {
  ggml_type wanted = GGML_TYPE_COUNT;
  for (int i = 0; argc == 4 && i < GGML_TYPE_COUNT; ++i) {
    const char* name = ggml_type_name(static_cast<ggml_type>(i));
    if (name != nullptr && std::strcmp(name, argv[1]) == 0) wanted = static_cast<ggml_type>(i);
  }
  if (wanted == GGML_TYPE_COUNT) {
    std::fputs("usage: requantise TYPE IN.gguf OUT.gguf\n", stderr);
    return 2;
  }
  ggml_context* tensors = nullptr;
  gguf_context* in = gguf_init_from_file(argv[2], {false, &tensors});
  if (in == nullptr) return 1;
  gguf_context* out = gguf_init_empty();
  gguf_set_kv(out, in);
  std::map<std::string, int> count;
  std::vector<std::vector<std::uint8_t>> kept;  // until the file is written
  for (std::int64_t i = 0; i < gguf_get_n_tensors(in); ++i) {
    const ggml_tensor* t = ggml_get_tensor(tensors, gguf_get_tensor_name(in, i));
    gguf_add_tensor(out, t);
    const std::int64_t columns = t->ne[0], rows = ggml_nrows(t);
    if (ggml_n_dims(t) < 2) continue;
    const ggml_type to = fitting(wanted, columns);
    std::vector<float> floats(static_cast<std::size_t>(columns * rows));
    if (t->type == GGML_TYPE_F32) std::memcpy(floats.data(), t->data, floats.size() * sizeof(float));
    else ggml_get_type_traits(t->type)->to_float(t->data, floats.data(), columns * rows);
    kept.emplace_back(ggml_row_size(to, columns) * static_cast<std::size_t>(rows));
    ggml_quantize_chunk(to, floats.data(), kept.back().data(), 0, rows, columns, nullptr);
    gguf_set_tensor_type(out, t->name, to);
    gguf_set_tensor_data(out, t->name, kept.back().data());
    ++count[ggml_type_name(to)];
  }
  if (!gguf_write_to_file(out, argv[3], false)) return 1;
  for (const auto& [name, n] : count) std::printf("%s: %d matrices\n", name.c_str(), n);
}
