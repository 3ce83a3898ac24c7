// SPDX-License-Identifier: Apache-2.0
// A server as a backend. Its own translation unit, since cpp-httplib is large.
#include <inoculum/backend/openai.hpp>

#include "options.hpp"

namespace cli {

inoculum::result<opened_backend> open_server(const model_options& options) {
  const std::string name = options.model.empty() ? "default" : options.model;
  inoculum::openai_backend server(options.endpoint, name);
  if (auto done = server.usable(); !done) {
    // A name and a password in the address are not repeated.
    const bool secret = options.endpoint.find('@') != std::string::npos;
    return inoculum::failure{done.error().code, done.error().message, secret ? "--endpoint" : "--endpoint \"" + options.endpoint + "\""};
  }
  return opened_backend{inoculum::any_backend(std::move(server)), name};
}

}  // namespace cli
