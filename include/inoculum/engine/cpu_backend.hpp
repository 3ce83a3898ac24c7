// SPDX-License-Identifier: Apache-2.0
// A GGUF model as a backend, which writes conversations as its file asks.
//
//   auto backend = inoculum::load_cpu_backend("model.gguf", {.mmproj = "eyes.gguf"}).value();
#pragma once

#include <string>
#include <utility>

#include "../backend/token_backend.hpp"
#include "../prompt/turn_format.hpp"
#include "engine.hpp"

namespace inoculum {

using cpu_backend = token_backend<cpu_engine, turn_format>;

/// Errors: those of `cpu_engine::load`; `unsupported` when no chat format here is the file's.
[[nodiscard]] inline result<cpu_backend> load_cpu_backend(const std::string& model, const engine_options& options = {}) {
  auto engine = cpu_engine::load(model, options);
  if (!engine) return std::move(engine).error();
  result<turn_format> format = engine->format();
  if (!format) return std::move(format).error();
  return cpu_backend(std::move(*engine), std::move(*format));
}

}  // namespace inoculum
