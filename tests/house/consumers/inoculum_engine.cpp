// SPDX-License-Identifier: Apache-2.0
// The bundled engine, which needs xtensor, xsimd and utf8proc. Without weights all it can do is say so.
#if __has_include(<inoculum/inoculum_engine.hpp>)
#include <inoculum/inoculum_engine.hpp>
#else
#include <inoculum/backend/token_backend.hpp>
#include <inoculum/engine/engine.hpp>
#include <inoculum/inoculum.hpp>
#endif
#include <cstdio>

int main() {
  static_assert(inoculum::token_engine<inoculum::cpu_engine>);
  static_assert(inoculum::backend<inoculum::token_backend<inoculum::cpu_engine>>);
  const auto engine = inoculum::cpu_engine::load("no such model.gguf");
  std::printf("%s\n", engine ? "loaded a file that is not there" : engine.error().to_string().c_str());
  return engine ? 1 : 0;
}
