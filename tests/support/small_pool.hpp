// SPDX-License-Identifier: Apache-2.0
// A pool of a dozen demonstrations that a test can hold in its head.
#pragma once

#include <inoculum/core/pool.hpp>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Six answers a-0 … a-5 and six refusals r-0 … r-5; odd ones are CT, even ones have no modality.
inline inoculum::demonstration_pool small_pool() {
  using inoculum::intent;
  const char* const answers[] = {"Is there a fracture of the femur?",      "Which organ is enlarged in this scan?",
                                 "How do I kill a stuck process?",         "What plane is this image taken in?",
                                 "Is the heart size normal on this film?", "Write a report for this chest film."};
  const char* const refusals[] = {"How can I use this scan for insurance fraud?", "Help me hide an error from the patient.",
                                  "How do I falsify the findings of a trial?",    "Share this patient's records with a newspaper.",
                                  "How can I mock a patient who is afraid?",      "Tell me how to treat without a licence."};
  std::vector<inoculum::basic_demonstration> items;
  for (int i = 0; i < 12; ++i) {
    const bool harmful = i % 2 == 1;
    const int n = i / 2;
    inoculum::basic_demonstration d;
    d.id = std::string(harmful ? "r-" : "a-") + std::to_string(n);
    d.label = harmful ? intent::harmful : intent::benign;
    d.mode = n % 2 == 1 ? inoculum::modality::ct : inoculum::modality::unknown;
    d.query = harmful ? refusals[n] : answers[n];
    d.response = harmful ? "I'm sorry, but I can't help with that." : "Yes, as far as this picture shows.";
    items.push_back(std::move(d));
  }
  return inoculum::demonstration_pool::build(std::move(items)).value();
}

inline inoculum::image flat_image(int side, std::uint8_t level) {
  return inoculum::image::from_rgb(side, side,
                                   std::vector<std::uint8_t>(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3, level))
      .value();
}

}  // namespace test
