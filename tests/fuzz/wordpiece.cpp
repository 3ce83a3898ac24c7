// SPDX-License-Identifier: Apache-2.0
// Any bytes as text, and before the first zero byte as more vocabulary: no control token, all ids in range, a limit kept, and what
// begins a text begins its tokens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/tokenizer/wordpiece.hpp>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = all.find('\0');
  const std::string more(all.substr(0, zero));
  const std::string_view text = zero == std::string_view::npos ? all : all.substr(zero + 1);
  auto tokenizer = wordpiece_tokenizer::parse("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + more);
  if (!tokenizer) {
    if (tokenizer.error().where.empty()) std::abort();
    tokenizer = wordpiece_tokenizer::parse("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\ne\n##e\n[\n]\n");
  }
  const auto ids = tokenizer->encode(text);
  for (const token_id id : ids) {
    if (id < 0 || static_cast<std::size_t>(id) >= tokenizer->size() || (id < 5 && id != tokenizer->unknown())) std::abort();
  }
  const auto few = tokenizer->encode(text, 7);
  if (few.size() != std::min<std::size_t>(ids.size(), 7) || !std::equal(few.begin(), few.end(), ids.begin())) std::abort();
  return 0;
}
