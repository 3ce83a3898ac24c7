// SPDX-License-Identifier: Apache-2.0
// expect: chat_format
#include <inoculum/backend/token_backend.hpp>

#include "../../support/toy_engine.hpp"

// A format that renders to one string: control tokens would have to be found again inside untrusted text.
struct one_string {
#ifdef INOCULUM_FIXED
  std::vector<inoculum::segment> render(const inoculum::conversation&, bool) const { return {}; }
#else
  std::string render(const inoculum::conversation&, bool) const { return {}; }
#endif
  std::string_view end_of_turn() const { return "</s>"; }
};

template <class Engine>
using backend_of = inoculum::token_backend<Engine, one_string>;

int main() { (void)backend_of<test::toy_engine>(test::toy_engine("")); }
