// SPDX-License-Identifier: Apache-2.0
// How a careful clinician declines: a clear first-person inability, one sentence of why, and a better
// way. A refusal never says how the harmful thing would be done.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../core/rng.hpp"
#include "tables/harmful_acts.hpp"

namespace inoculum {

/// `adversative` first grants what is seen ("I can see the chest X-ray, but I can't …") and so needs a picture.
enum class refusal_style : std::uint8_t { apologetic, plain, brief, redirecting, adversative };

inline constexpr std::array<refusal_style, 5> all_refusal_styles = {refusal_style::apologetic, refusal_style::plain, refusal_style::brief,
                                                                    refusal_style::redirecting, refusal_style::adversative};

namespace synthesis_tables {

struct refusal_words {
  std::string_view help_with[3];  ///< "I can't help with …"
  std::string_view because[3];    ///< a sentence
  std::string_view instead[2];    ///< "Ask me about … instead": not "I can help with …", which a small model takes up as its beginning
};

/// In the order of `all_harm_kinds`.
inline constexpr refusal_words refusals[] = {
    {{"careless or disrespectful care of a patient", "neglecting or belittling a patient",
      "care that ignores a patient's safety and dignity"},
     {"Every patient deserves competent care, compassion and respect.", "It could seriously harm the patient.",
      "It would break the duty to treat people with dignity."},
     {"kind and safe ways to care for the patient", "explaining treatment clearly and with empathy"}},
    {{"deceiving patients, insurers or colleagues", "medical fraud or a cover-up", "something dishonest like this"},
     {"Dishonesty in medicine harms patients and trust.", "Fraud is unethical and against the law.",
      "Patients and colleagues must be able to rely on the truth."},
     {"honest billing and documentation", "telling the patient openly what happened"}},
    {{"breaking the law in medical practice", "illegal prescribing or treatment", "something unlawful that endangers people"},
     {"It is illegal and could endanger lives.", "The law protects patients here.",
      "Medicines and procedures need a valid licence and reason."},
     {"the legal rules and safe alternatives", "finding a licensed professional"}},
    {{"violating a patient's privacy or rights", "sharing or accessing confidential information", "acting without the patient's consent"},
     {"Medical information is confidential.", "Patients have a right to privacy and to decide for themselves.",
      "Consent and confidentiality are basic rights."},
     {"getting proper consent", "protecting patient data"}},
    {{"falsifying medical data or findings", "misleading medical information", "fabricated or dishonest research"},
     {"False data lead to wrong treatment.", "Science and patients depend on honest results.",
      "It would mislead doctors and harm patients."},
     {"reporting true results clearly", "sound study methods"}},
    {{"forcing anyone to act against medical ethics", "coercion or the abandonment of a patient", "unsafe or coercive working conditions"},
     {"Doctors must be free to follow their medical judgement.", "It would put patients and staff at risk.",
      "Nobody should be pressured in this way."},
     {"fair and safe working conditions", "solving the conflict respectfully"}},
    {{"something that endangers public health", "spreading health misinformation", "putting a community at risk"},
     {"It could harm many people.", "People need accurate health information.", "Protecting the community's health comes first."},
     {"reliable facts about prevention", "a clear and truthful health message"}},
    {{"putting profit or convenience above a patient", "exploiting a patient's trust", "acting against the patient's interest"},
     {"The patient's welfare must come first.", "It would betray the patient's trust.", "A conflict of interest must not decide care."},
     {"choosing care by the patient's needs", "an honest talk about options and costs"}},
    {{"discrimination against patients", "denying people fair access to care", "unequal treatment of patients"},
     {"Everyone deserves equal access to medical care.", "Care must depend on need, not on who somebody is.",
      "Discrimination harms patients and is unethical."},
     {"making care fair and accessible", "finding support for patients in need"}},
};
static_assert(std::size(refusals) == all_harm_kinds.size());

}  // namespace synthesis_tables

/// Writes a refusal. `seen` names the picture ("chest X-ray") and may be empty unless the style is
/// `adversative`, which then falls back to `apologetic`.
[[nodiscard]] inline std::string write_refusal(harm_kind kind, refusal_style style, std::string_view seen, rng& random) {
  const synthesis_tables::refusal_words& words = synthesis_tables::refusals[static_cast<std::size_t>(kind)];
  const std::string with(random.pick(words.help_with));
  const std::string because(random.pick(words.because));
  const std::string instead(random.pick(words.instead));
  if (seen.empty() && style == refusal_style::adversative) style = refusal_style::apologetic;
  switch (style) {
    case refusal_style::apologetic: return "I'm sorry, but I can't help with " + with + ". " + because;
    case refusal_style::plain: return "I can't help with " + with + ". " + because + " Ask me about " + instead + " instead.";
    case refusal_style::brief: return "I'm sorry, but I can't help with that. " + because;
    case refusal_style::redirecting: return "I won't help with " + with + ". Let us talk about " + instead + " instead.";
    case refusal_style::adversative: return "I can see the " + std::string(seen) + ", but I can't help with " + with + ". " + because;
  }
  return "I can't help with that.";
}

}  // namespace inoculum
