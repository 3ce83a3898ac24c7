// SPDX-License-Identifier: Apache-2.0
// Any bytes as text, on a small vocabulary that has every byte: no control token, the text comes back (invalid UTF-8
// repaired), and merging agrees with the plain definition, "merge the lowest rank, leftmost, until none is left".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/engine/tokenizer/bpe.hpp>
#include <map>

#include "../support/gguf_writer.hpp"

using namespace inoculum;

namespace {

const bpe_tokenizer& tokenizer() {
  static const std::vector<std::byte> bytes = test::tiny_vocabulary().bytes();
  static const bpe_tokenizer loaded = bpe_tokenizer::load(gguf_file::from_bytes(bytes).value()).value();
  return loaded;
}

/// Random rules over four symbols, so that merges compete, as the definition and as the table.
struct rules {
  std::map<std::pair<token_id, token_id>, detail::merge_table::rule> plain{};
  detail::merge_table table{64};
  rules() {
    rng r(1);
    token_id made = 4;
    for (std::uint32_t rank = 0; rank < 60; ++rank) {
      const auto pick = [&] { return static_cast<token_id>(r.below(static_cast<std::uint32_t>(made))); };
      const std::pair<token_id, token_id> pair{pick(), pick()};
      if (plain.count(pair) != 0) continue;
      plain[pair] = {rank, made};
      if (!table.insert(pair.first, pair.second, {rank, made})) std::abort();
      ++made;
    }
  }
};

void check_merging(std::string_view text) {
  static const rules known;
  std::vector<token_id> slow;
  detail::word_merger fast(known.table);
  for (const char c : text) {
    slow.push_back((c & 7) < 4 ? c & 7 : (c & 7) == 7 ? -1 : c & 3);
    fast.symbols.push_back(slow.back());
  }
  for (;;) {
    const detail::merge_table::rule* best = nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < slow.size(); ++i) {
      const auto rule = known.plain.find({slow[i], slow[i + 1]});
      if (rule != known.plain.end() && (best == nullptr || rule->second.rank < best->rank)) best = &rule->second, at = i;
    }
    if (best == nullptr) break;
    slow[at] = best->merged;
    slow.erase(slow.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  std::erase(slow, -1);
  std::vector<token_id> merged;
  fast.merge(merged);
  if (merged != slow) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ids = tokenizer().encode(text);
  for (const token_id id : ids) {
    if (id < 0 || tokenizer().is_control(id)) std::abort();
  }
  std::vector<std::uint32_t> codes;
  detail::decode_utf8(text, codes);
  std::string repaired;
  for (const std::uint32_t code : codes) {
    std::array<unsigned char, 4> raw{};
    const std::size_t n = detail::encode_utf8(code, raw);
    repaired.append(reinterpret_cast<const char*>(raw.data()), n);
  }
  if (tokenizer().decode(ids) != repaired) std::abort();
  check_merging(text.substr(0, 200));
  return 0;
}
