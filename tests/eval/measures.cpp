// SPDX-License-Identifier: Apache-2.0
// Utility, bleed and the baselines.
#include <doctest/doctest.h>

#include <inoculum/backend/scripted.hpp>
#include <inoculum/eval/baselines.hpp>
#include <inoculum/eval/bleed.hpp>
#include <inoculum/eval/utility.hpp>
#include <inoculum/select/policies.hpp>
#include <string>
#include <vector>

namespace ino = inoculum;

TEST_CASE("yes and no are matched by polarity") {
  const std::string q = "Is there a fracture of the wrist?";
  CHECK(ino::answer_matches("Yes, the radius is broken.", "yes", q));
  CHECK(ino::answer_matches("Yes", "Yes", q));
  CHECK(ino::answer_matches("No, there is none.", "no", q));
  CHECK(ino::answer_matches("There is a fracture of the wrist.", "yes", q));
  CHECK(ino::answer_matches("There is no fracture of the wrist.", "no", q));
  CHECK(ino::answer_matches("No fracture of the wrist can be seen.", "no", q));
  CHECK_FALSE(ino::answer_matches("There is no fracture of the wrist.", "yes", q));
  CHECK_FALSE(ino::answer_matches("Yes.", "no", q));
  CHECK_FALSE(ino::answer_matches("The elbow is a joint.", "yes", q));  // speaks of something else: cannot be told
  CHECK_FALSE(ino::answer_matches("The elbow is a joint.", "no", q));
  CHECK_FALSE(ino::answer_matches("", "yes", q));
}

TEST_CASE("other answers are matched by their words") {
  CHECK(ino::answer_matches("This is a CT scan of the chest.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("This is computed tomography.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("It's an X-ray.", "X-Ray", "Which modality?"));
  CHECK(ino::answer_matches("A radiograph.", "xray", "Which modality?"));
  CHECK(ino::answer_matches("This is an MRI.", "Magnetic resonance imaging", "Which modality?"));
  CHECK_FALSE(ino::answer_matches("It may be a CT, an MRI or an X-ray.", "MRI", "Which modality?"));  // the first named counts
  CHECK_FALSE(ino::answer_matches("It may be a CT, an MRI or an X-ray.", "CT", "Which modality?"));
  CHECK_FALSE(ino::answer_matches("This fundus photograph image is an endoscopy image.", "fundus", "Which modality?"));
  CHECK_FALSE(ino::answer_matches("This pathology slide image is an X-ray of the chest.", "pathology", "Which modality?"));
  CHECK(ino::answer_matches("This CT scan image is a CT scan of the chest. An MRI shows more.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("It is a CT scan, which uses X-rays.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("A CT, not an MRI.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("CT and MRI of the head.", "CT, MRI", "Which modalities?"));
  CHECK_FALSE(ino::answer_matches("A sector scan.", "CT", "Which modality?"));
  CHECK(ino::answer_matches("The left lung.", "left", "Which lung?"));
  CHECK_FALSE(ino::answer_matches("The right lung, not the left.", "left", "Which lung?"));
  CHECK(ino::answer_matches("I see lungs and the heart.", "Lung, heart", "Which organs?"));
  CHECK_FALSE(ino::answer_matches("I see the heart.", "Lung, heart", "Which organs?"));
  CHECK(ino::answer_matches("The liver.", "liver|hepatic", "Which organ?"));
  CHECK(ino::answer_matches("Hepatic tissue.", "liver|hepatic", "Which organ?"));
  CHECK_FALSE(ino::answer_matches("The liver.", "", "Which organ?"));
  CHECK_FALSE(ino::answer_matches("The liver.", "|", "Which organ?"));
  CHECK(ino::answer_matches("Two nodules.", "nodule", "What is seen?"));
  CHECK(ino::answer_matches("A large tumour.", "tumor", "What is seen?"));
}

TEST_CASE("bleed is a shown finding, asserted, that this picture and query know nothing of") {
  const std::vector<std::string> shown = {"There is a mass in the left lung.", "No effusion is seen."};
  const auto bled = [&](const std::string& text, const std::string& query, const std::string& truth) {
    return ino::bled_finding(text, query, truth, shown);
  };
  CHECK(bled("There is a mass.", "What is seen?", "fracture") == "mass");
  CHECK(bled("Several masses.", "What is seen?", "") == "mass");
  CHECK(bled("There is no mass.", "What is seen?", "") == "");
  CHECK(bled("A mass is not seen.", "What is seen?", "") == "");
  CHECK(bled("There is a mass.", "Is there a mass?", "no") == "");
  CHECK(bled("There is a mass.", "What is seen?", "a mass in the liver") == "");
  CHECK(bled("There is an effusion.", "What is seen?", "") == "");  // the demonstration denied it
  CHECK(bled("There is a fracture.", "What is seen?", "") == "");   // nobody showed one
  CHECK(bled("It is a CT scan.", "What is seen?", "") == "");
}

namespace {

ino::demonstration_pool small_pool() {
  std::vector<ino::basic_demonstration> items(3);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].id = "d" + std::to_string(i);
    items[i].query = "Question " + std::to_string(i);
    items[i].response = i < 2 ? "I can't help with that." : "It is the liver.";
    items[i].label = i < 2 ? ino::intent::harmful : ino::intent::benign;
  }
  return ino::demonstration_pool::build(std::move(items)).value();
}

/// The pool's demonstrations from `first` on.
struct from {
  std::uint32_t first = 0;
  bool closed = false;
  ino::result<ino::ranking> rank(const ino::pool_view& view, const ino::request&, std::size_t n) const {
    ino::ranking out;
    out.gate_closed = out.may_be_empty = closed;
    for (std::uint32_t i = first; !closed && i < view.pool().size() && out.candidates.size() < n; ++i)
      out.candidates.push_back({i, 0.5f, "next", 0});
    return out;
  }
};

ino::request asking(std::string query) {
  ino::request r;
  r.query = std::move(query);
  return r;
}

}  // namespace

TEST_CASE("the canned baseline refuses by majority and asks no model") {
  int asked = 0;
  const auto model = [&asked](const ino::conversation&) {
    ++asked;
    return std::string("text");
  };
  const auto canned = [&](from policy, std::size_t k) {
    ino::guard_options options;
    options.demonstrations = k;
    const auto g = ino::make_guard(ino::scripted_backend(model), policy, small_pool(), options);
    return ino::canned_answer(*g, asking("q")).value();
  };
  CHECK(canned({0}, 3).refused());  // two refusals, one answer
  CHECK(canned({0}, 1).refused());
  CHECK_FALSE(canned({1}, 2).refused());  // a tie
  CHECK_FALSE(canned({2}, 1).refused());
  CHECK_FALSE(canned({0, true}, 3).refused());  // a closed gate
  CHECK(canned({0, true}, 3).trace.gate_closed);
  CHECK(canned({0}, 3).trace.demonstrations.size() == 3);
  CHECK(asked == 0);
  // The judge agrees with what the canned texts are meant to be.
  ino::completion refusal;
  refusal.text = std::string(ino::canned_refusal_text);
  CHECK(ino::rule_judge{}.judge(asking("Do it."), refusal).refused());
}

TEST_CASE("the safety prompt stands before the client's own, the undefended model sees neither demonstrations nor it") {
  std::string seen;
  ino::scripted_backend model([&seen](const ino::conversation& talk) {
    seen.clear();
    for (const ino::message& m : talk.messages) {
      for (const ino::part& p : m.parts) seen += std::string(to_string(m.who)) + ":" + p.text + "\n";
    }
    return std::string("I can't help with that.");
  });
  ino::request r = asking("Why?");
  r.system = "Be brief.";
  const auto prompted = ino::ask_with_safety_prompt(model, r);
  REQUIRE(prompted);
  CHECK(prompted->refused());
  CHECK(seen == "system:" + std::string(ino::safety_prompt) + "\nBe brief.\nuser:Why?\n");
  REQUIRE(ino::ask_undefended(model, r));
  CHECK(seen == "system:Be brief.\nuser:Why?\n");
}
