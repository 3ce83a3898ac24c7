// SPDX-License-Identifier: Apache-2.0
// Which kernels to use here: the fastest that the processor has.
#pragma once

#include <cstddef>
#include <vector>

#include "amx.hpp"
#include "avx2.hpp"
#include "avx512.hpp"
#include "portable.hpp"
#include "processor.hpp"
#include "table.hpp"

namespace inoculum::engine {

/// The tables that run on this machine, the best first, the portable one last.
[[nodiscard]] inline std::vector<const kernel_table*> usable_kernels() {
  std::vector<const kernel_table*> out;
#if defined(INOCULUM_ENGINE_X86)
  if (amx::usable()) out.push_back(&amx::table);
  if (processor().avx512_vnni) out.push_back(&avx512::table);
  if (processor().avx2) out.push_back(&avx2::table);
#endif
  out.push_back(&portable::table);
  return out;
}

}  // namespace inoculum::engine
