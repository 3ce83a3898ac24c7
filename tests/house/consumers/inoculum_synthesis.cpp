// SPDX-License-Identifier: Apache-2.0
// A pool written from a seed.
#if __has_include(<inoculum/inoculum_synthesis.hpp>)
#include <inoculum/inoculum_synthesis.hpp>
#else
#include <inoculum/inoculum.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#endif
#include <cstdio>

int main() {
  const auto pool = inoculum::synthesize({.count = 40}).value();
  std::printf("%zu demonstrations, %s\n", pool.size(), pool.content_digest().hex().c_str());
  return pool.size() == 40 ? 0 : 1;
}
