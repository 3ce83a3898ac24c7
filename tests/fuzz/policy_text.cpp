// SPDX-License-Identifier: Apache-2.0
// Any text as a policy: it is refused with a place in it, or its tree lies inside it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/select/policy_text.hpp>

namespace {
void walk(const inoculum::policy_node& node, std::size_t size) {
  if (node.at >= size) std::abort();
  for (const inoculum::policy_node& argument : node.arguments) walk(argument, size);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = inoculum::parse_policy_text({reinterpret_cast<const char*>(data), size});
  if (parsed) walk(parsed->root, size);
  else if (parsed.error().message.empty() || parsed.error().where.empty()) std::abort();
  return 0;
}
