// SPDX-License-Identifier: Apache-2.0
// A server as a backend. Its own translation unit, since cpp-httplib is large.
#include <inoculum/backend/openai.hpp>

#include "options.hpp"

namespace cli {

inoculum::result<opened_backend> open_server(const model_options& options) {
  const std::string name = options.model.empty() ? "default" : options.model;
  inoculum::openai_backend server(options.endpoint, name);
  if (auto done = server.usable(); !done) return std::move(done).error();
  return opened_backend{inoculum::any_backend(std::move(server)), name};
}

}  // namespace cli
