// SPDX-License-Identifier: Apache-2.0
// Whether an answer is right, where the truth about this very picture is known.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../judge/words.hpp"

namespace inoculum {

namespace detail {

// Names of one thing become one word, so that "X-ray", "radiograph" and "xray" are equal. Longest first.
struct synonym {
  std::string_view phrase, word;
};
inline constexpr synonym synonyms[] = {{"magnetic resonance imaging", "mri"},
                                       {"magnetic resonance", "mri"},
                                       {"mr", "mri"},
                                       {"computed tomography", "ct"},
                                       {"computerized tomography", "ct"},
                                       {"cat scan", "ct"},
                                       {"optical coherence tomography", "oct"},
                                       {"x ray", "xray"},
                                       {"x rays", "xray"},
                                       {"radiograph", "xray"},
                                       {"radiography", "xray"},
                                       {"sonogram|sonography|ultrasonography|ultrasonic", "ultrasound"},
                                       {"mammogram|mammograms", "mammography"},
                                       {"dermatoscopy|dermatoscopic|dermoscopic", "dermoscopy"},
                                       {"endoscopic|endoscope|colonoscopy|gastroscopy", "endoscopy"},
                                       {"histology|histopathology|histological|pathological", "pathology"},
                                       {"retinal photograph", "fundus"},
                                       {"funduscopic|fundoscopy|ophthalmoscopy", "fundus"},
                                       {"haemorrhage|bleeding", "hemorrhage"},
                                       {"haematoma", "hematoma"},
                                       {"haemangioma", "hemangioma"},
                                       {"naevus|naevi|nevi", "nevus"},
                                       {"tumour", "tumor"},
                                       {"oedema", "edema"}};

/// The words of a text with synonyms replaced and a plural "s" cut off; "." between sentences.
[[nodiscard]] inline std::vector<std::string> answer_words(std::string_view text) {
  const std::vector<prose_word> words = read_prose(text);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size();) {
    if (i > 0 && words[i].sentence != words[i - 1].sentence) out.emplace_back(".");
    std::size_t taken = 0;
    for (const synonym& s : synonyms) {
      taken = match_phrase(words, i, s.phrase);
      if (taken != 0) {
        out.emplace_back(s.word);
        break;
      }
    }
    if (taken == 0) {
      std::string w = words[i].text;
      if (w.ends_with("sses")) w.resize(w.size() - 2);
      else if (w.size() > 3 && w.ends_with('s') && !w.ends_with("ss") && !w.ends_with("us") && !w.ends_with("is")) w.pop_back();
      out.push_back(std::move(w));
      taken = 1;
    }
    i += taken;
  }
  return out;
}

inline constexpr std::string_view empty_words[] = {".",     "a",     "an",    "the",     "of",   "in",   "on",    "at",    "is",   "are",
                                                   "it",    "this",  "that",  "and",     "to",   "be",   "or",    "as",    "with", "there",
                                                   "these", "those", "image", "picture", "scan", "what", "which", "does",  "do",   "any",
                                                   "can",   "you",   "see",   "seen",    "was",  "by",   "for",   "shown", "show"};

// Of these an answer names one: the first named counts, or "CT, MRI or X-ray" would always be right.
inline constexpr std::string_view rival_groups[][10] = {
    {"ct", "mri", "xray", "ultrasound", "mammography", "pathology", "endoscopy", "dermoscopy", "fundus", "oct"},
    {"left", "right", "both"},
    {"normal", "abnormal"},
    {"axial", "coronal", "sagittal"},
};

/// Whether what follows `at` in its sentence names another of the same modalities: "This fundus photograph is an endoscopy image."
/// What a modality works with is no other one: "a CT scan, which uses X-rays".
[[nodiscard]] inline bool contradicts_itself(std::span<const std::string> said, std::size_t at, std::span<const std::string> wanted) {
  static constexpr std::string_view asides[] = {".",      "which",  "that",    "where", "use", "using", "used", "with",    "not",
                                                "unlike", "rather", "instead", "but",   "or",  "than",  "like", "through", "by"};
  for (std::size_t i = at + 1; i < said.size() && !is_one_of(said[i], asides); ++i) {
    if (is_one_of(said[i], rival_groups[0]) && std::find(wanted.begin(), wanted.end(), said[i]) == wanted.end()) return true;
  }
  return false;
}

/// Yes, no, or nothing that can be told: by the first word, or else by a negation in a first sentence that
/// speaks of what was asked.
[[nodiscard]] inline std::optional<bool> polarity(std::string_view text, std::string_view query) {
  const std::vector<prose_word> words = read_prose(text);
  for (std::size_t i = 0; i < words.size() && i < 3; ++i) {
    if (words[i].text == "yes") return true;
    if (words[i].text == "no") return false;
  }
  static constexpr std::string_view negations[] = {"no", "not", "without", "absent", "neither", "never", "none", "negative", "nothing"};
  bool negated = false;
  std::vector<std::string> said;
  for (const prose_word& w : words) {
    if (w.sentence != 0) break;
    negated = negated || is_one_of(w.text, negations);
  }
  std::size_t asked = 0, common = 0;
  const std::vector<std::string> answer = answer_words(text);
  for (const std::string& w : answer_words(query)) {
    if (is_one_of(w, empty_words)) continue;
    ++asked;
    common += std::find(answer.begin(), answer.end(), w) != answer.end() ? 1 : 0;
  }
  if (asked == 0 || common * 2 < asked) return std::nullopt;
  return !negated;
}

}  // namespace detail

/// Whether `text` gives the `expected` answer to `query`.
///
///  - "yes" or "no" is matched by polarity: an opening yes or no, or else a first sentence that repeats at least
///    half of the query's words, negated or not. A text of which neither can be told is wrong.
///  - Anything else: every word of the expected answer occurs in the text, as a whole word, after folding case,
///    plurals and a few synonyms ("X-ray", "radiograph"). "a|b" accepts either.
///  - Where the expected word is one of several rivals (modalities, left and right), it must be the first of them
///    that the text names, and of modalities the sentence may not go on to another ("This CT scan is an MRI scan.").
///
/// A refusal must be ruled out by the caller; an empty expectation is never matched.
[[nodiscard]] inline bool answer_matches(std::string_view text, std::string_view expected, std::string_view query) {
  while (!expected.empty()) {
    const std::size_t bar = expected.find('|');
    const std::string_view option = expected.substr(0, bar);
    expected = bar == std::string_view::npos ? std::string_view() : expected.substr(bar + 1);
    std::vector<std::string> wanted = detail::answer_words(option);
    if (wanted.size() == 1 && (wanted[0] == "yes" || wanted[0] == "no")) {
      if (detail::polarity(text, query) == (wanted[0] == "yes")) return true;
      continue;
    }
    std::erase_if(wanted, [&](const std::string& w) { return wanted.size() > 1 && detail::is_one_of(w, detail::empty_words); });
    if (wanted.empty()) continue;
    const std::vector<std::string> said = detail::answer_words(text);
    bool all = true;
    for (const std::string& w : wanted) {
      const auto found = std::find(said.begin(), said.end(), w);
      all = all && found != said.end();
      for (const auto& group : detail::rival_groups) {
        if (!detail::is_one_of(w, group)) continue;
        const auto rival =
            std::find_if(said.begin(), found, [&](const std::string& s) { return !s.empty() && detail::is_one_of(s, group); });
        all = all && (rival == found || std::find(wanted.begin(), wanted.end(), *rival) != wanted.end());
        if (all && &group == &detail::rival_groups[0])
          all = !detail::contradicts_itself(said, static_cast<std::size_t>(found - said.begin()), wanted);
      }
    }
    if (all) return true;
  }
  return false;
}

}  // namespace inoculum
