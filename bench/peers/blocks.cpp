// SPDX-License-Identifier: Apache-2.0
// What ggml makes of random blocks of each type that the engine reads: a digest of the floats, for tests/engine/data/blocks.txt.
// Usage: blocks
#include <ggml.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <inoculum/core/digest.hpp>
#include <span>
#include <vector>

#include "../../tests/support/gguf_writer.hpp"

using namespace inoculum;
using kind = inoculum::ggml_type;  // ggml.h has a type of this name too

int main() {
  constexpr std::size_t blocks = 4096;
  for (const kind type :
       {kind::f16, kind::bf16, kind::q4_0, kind::q4_1, kind::q4_k, kind::q5_0, kind::q5_1, kind::q5_k, kind::q6_k, kind::q8_0}) {
    rng r(static_cast<std::uint64_t>(type));
    const auto data = test::random_blocks(type, blocks, r);
    std::vector<float> floats(blocks * layout_of(type)->elements);
    ggml_get_type_traits(static_cast<::ggml_type>(type))->to_float(data.data(), floats.data(), static_cast<std::int64_t>(floats.size()));
    const std::span<const float> all(floats);
    const auto digest = sha256().update(std::span(reinterpret_cast<const std::uint8_t*>(all.data()), all.size_bytes())).finish();
    std::printf("%u %zu %s %s\n", static_cast<unsigned>(type), blocks, to_string(type).c_str(), digest.hex().c_str());
  }
}
