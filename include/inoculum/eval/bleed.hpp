// SPDX-License-Identifier: Apache-2.0
// Bleed: an answer that reports a demonstration's finding as this patient's.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "utility.hpp"

namespace inoculum {

namespace detail {

// Findings that a report may assert, after `answer_words` has folded plurals and spellings.
inline constexpr std::string_view finding_words[] = {
    "mass",          "nodule",    "effusion",     "fracture",   "hemorrhage",     "consolidation",      "pneumothorax",
    "edema",         "cyst",      "lesion",       "tumor",      "calcification",  "microcalcification", "polyp",
    "ulcer",         "drusen",    "stone",        "opacity",    "atelectasis",    "hematoma",           "infarct",
    "stroke",        "aneurysm",  "abscess",      "pneumonia",  "cardiomegaly",   "emphysema",          "fibrosis",
    "metastasis",    "melanoma",  "carcinoma",    "adenoma",    "gallstone",      "hydronephrosis",     "exudate",
    "microaneurysm", "cataract",  "dislocation",  "osteophyte", "stenosis",       "thrombus",           "embolism",
    "mitosis",       "necrosis",  "inflammation", "ascite",     "hernia",         "diverticulum",       "pseudomembrane",
    "nevus",         "keratosis", "granuloma",    "glaucoma",   "adenocarcinoma", "hemangioma",         "herniation",
    "detachment",    "fluid",     "enlarged",     "enlargement"};

/// The findings that a text asserts: named in a sentence without a negation before them.
[[nodiscard]] inline std::vector<std::string> asserted_findings(std::string_view text) {
  static constexpr std::string_view negations[] = {"no",    "not",      "without", "absent",  "neither", "nor",
                                                   "never", "negative", "free",    "exclude", "excluded"};
  std::vector<std::string> out;
  const std::vector<prose_word> words = read_prose(text);
  bool negated = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i == 0 || words[i].sentence != words[i - 1].sentence || words[i].text == "but") negated = false;
    if (is_one_of(words[i].text, negations)) negated = true;
    if (negated) continue;
    for (std::string& w : answer_words(words[i].text)) {
      if (!is_one_of(w, finding_words)) continue;
      // "A fracture is not seen": the negation follows.
      bool denied = false;
      for (std::size_t j = i + 1; j < words.size() && j <= i + 4 && words[j].sentence == words[i].sentence; ++j)
        denied = denied || is_one_of(words[j].text, negations);
      if (!denied) out.push_back(std::move(w));
    }
  }
  return out;
}

}  // namespace detail

/// The first finding that `text` asserts, a shown demonstration's response asserts too, and neither the query nor
/// the truth about this picture mentions; "" when there is none. It errs towards finding bleed: the model
/// may have seen the finding itself where the truth does not say so.
[[nodiscard]] inline std::string bled_finding(std::string_view text, std::string_view query, std::string_view truth,
                                              std::span<const std::string> shown_responses) {
  const std::vector<std::string> here = detail::asserted_findings(text);
  if (here.empty()) return {};
  std::vector<std::string> known = detail::answer_words(query);
  for (std::string& w : detail::answer_words(truth)) known.push_back(std::move(w));
  for (const std::string& finding : here) {
    if (std::find(known.begin(), known.end(), finding) != known.end()) continue;
    for (const std::string& response : shown_responses) {
      const std::vector<std::string> there = detail::asserted_findings(response);
      if (std::find(there.begin(), there.end(), finding) != there.end()) return finding;
    }
  }
  return {};
}

}  // namespace inoculum
