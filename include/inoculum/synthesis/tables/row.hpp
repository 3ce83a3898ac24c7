// SPDX-License-Identifier: Apache-2.0
// The row types of the phrase tables.
#pragma once

#include <string_view>

namespace inoculum::synthesis_tables {

/// A finished pair: a question and its answer.
struct qa {
  std::string_view query;
  std::string_view response;
};

/// A word that sounds rude, violent or improper, and a sentence about it that answers
/// "what does it mean" and "is it offensive" alike.
struct term {
  std::string_view word;
  std::string_view gloss;
};

}  // namespace inoculum::synthesis_tables
