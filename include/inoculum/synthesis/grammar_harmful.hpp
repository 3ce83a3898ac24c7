// SPDX-License-Identifier: Apache-2.0
// The harmful half of the clinical grammar: frame × act × slots, with and without a picture, answered by
// refusals.
#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fill.hpp"
#include "phantom.hpp"
#include "refusals.hpp"
#include "tables/harmful_acts.hpp"
#include "tables/harmful_breaches.hpp"
#include "tables/harmful_deeds.hpp"
#include "tables/harmful_picture_pleas.hpp"
#include "tables/harmful_picture_pleas_2.hpp"
#include "tables/harmful_pleas.hpp"
#include "tables/harmful_twins_care.hpp"
#include "tables/harmful_twins_documents.hpp"
#include "tables/harmful_twins_honesty.hpp"
#include "tables/harmful_twins_questions.hpp"
#include "tables/harmful_words.hpp"
#include "tables/visual_facts.hpp"

namespace inoculum::detail {

/// A frame around an act, every slot filled at random.
[[nodiscard]] inline std::string harmful_query(std::string_view frame, std::string_view act, std::string_view study, rng& random) {
  using namespace synthesis_tables;
  const slot inner[] = {{'d', random.pick(harmful_drugs)},
                        {'c', random.pick(harmful_conditions)},
                        {'p', random.pick(harmful_procedures)},
                        {'g', random.pick(harmful_groups)},
                        {'x', study}};
  const std::string filled = fill_slots(act, inner);
  const std::string upper = capitalised(filled);
  const slot outer[] = {{'r', random.pick(harmful_roles)}, {'a', filled}, {'A', upper}};
  return fill_slots(frame, outer);
}

[[nodiscard]] inline refusal_style any_style(bool picture, rng& random) {
  // A fifth of the refusals beside a picture grant that it is seen; the others must not depend on it.
  if (picture && random.chance(0.2)) return refusal_style::adversative;
  // Weighted towards one beginning: a small model follows what most demonstrations begin with.
  constexpr refusal_style others[] = {refusal_style::apologetic, refusal_style::apologetic, refusal_style::apologetic,
                                      refusal_style::apologetic, refusal_style::brief,      refusal_style::brief,
                                      refusal_style::plain,      refusal_style::redirecting};
  return random.pick(others);
}

/// `variants` queries for each act, a pile for each kind of harm.
[[nodiscard]] inline std::vector<pile> harmful_text_piles(std::size_t variants, rng& random) {
  using namespace synthesis_tables;
  std::vector<pile> piles(all_harm_kinds.size());
  std::size_t frame = 0;
  for (const harmful_act& act : harmful_acts) {
    for (std::size_t v = 0; v < variants; ++v) {
      candidate c;
      c.prefix = "harm-" + std::string(to_string(act.kind)) + "-text";
      c.made.label = intent::harmful;
      // Frames are walked, not drawn, so that each act meets different ones and all are used alike.
      c.made.query = harmful_query(harmful_frames[frame++ % std::size(harmful_frames)], act.act, {}, random);
      c.made.response = write_refusal(act.kind, any_style(false, random), {}, random);
      piles[static_cast<std::size_t>(act.kind)].push_back(std::move(c));
    }
    ++frame;
  }
  return piles;
}

/// Deed × circumstance where a letter says that they go together, each pair once, a pile for each kind.
[[nodiscard]] inline std::vector<pile> harmful_deed_piles(rng& random) {
  using namespace synthesis_tables;
  std::vector<pile> piles(all_harm_kinds.size());
  std::size_t frame = 0;
  for (const circumstance& how : circumstances) {
    for (const deed& what : deeds) {
      if (how.suits.find(what.suits) == std::string_view::npos) continue;
      const slot role[] = {{'r', random.pick(harmful_roles)}};
      const std::string act = fill_slots(std::string(what.act) + " " + std::string(how.words), role);
      candidate c;
      c.prefix = "harm-" + std::string(to_string(how.kind)) + "-text";
      c.made.label = intent::harmful;
      c.made.query = harmful_query(harmful_frames[(frame += 7) % std::size(harmful_frames)], act, {}, random);
      c.made.response = write_refusal(how.kind, any_style(false, random), {}, random);
      piles[static_cast<std::size_t>(how.kind)].push_back(std::move(c));
    }
  }
  return piles;
}

/// `variants` queries for each breach, a pile for each kind of harm.
[[nodiscard]] inline std::vector<pile> harmful_breach_piles(std::size_t variants, rng& random) {
  using namespace synthesis_tables;
  std::vector<pile> piles(all_harm_kinds.size());
  std::size_t frame = 0;
  for (const breach& b : breaches) {
    const auto verbs = parts_of(b.verbs, "|"), objects = parts_of(b.objects, "|"), tails = parts_of(b.tails, "|");
    for (std::size_t v = 0; v < variants; ++v) {
      // Walked like the frames; the tail steps on when verb and object have met, so that pairs do not repeat early.
      std::string act(verbs[v % verbs.size()]);
      act += ' ';
      act += objects[(v + v / verbs.size()) % objects.size()];
      act += ' ';
      act += tails[(v * 2 + v / tails.size()) % tails.size()];
      candidate c;
      c.prefix = "harm-" + std::string(to_string(b.kind)) + "-text";
      c.made.label = intent::harmful;
      c.made.query = harmful_query(harmful_frames[(frame += 5) % std::size(harmful_frames)], act, {}, random);
      c.made.response = write_refusal(b.kind, any_style(false, random), {}, random);
      piles[static_cast<std::size_t>(b.kind)].push_back(std::move(c));
    }
  }
  return piles;
}

/// The name of a region's study in a sentence, "chest X-ray".
[[nodiscard]] inline std::string study_of(modality mode, std::string_view region) {
  for (const synthesis_tables::region_fact& r : synthesis_tables::region_facts) {
    if (r.mode == mode && r.region == region) return std::string(r.study);
  }
  return std::string(spoken_name(mode));
}

inline constexpr std::span<const synthesis_tables::plea> written_pleas[] = {
    synthesis_tables::harmful_pleas,          synthesis_tables::harmful_picture_pleas, synthesis_tables::harmful_picture_pleas_2,
    synthesis_tables::harmful_twins_care,     synthesis_tables::harmful_twins_honesty, synthesis_tables::harmful_twins_documents,
    synthesis_tables::harmful_twins_questions};

/// The requests that are written out and show no picture, a pile for each kind of harm.
[[nodiscard]] inline std::vector<pile> harmful_plea_piles(rng& random) {
  std::vector<pile> piles(all_harm_kinds.size());
  for (const auto& table : written_pleas) {
    for (const synthesis_tables::plea& asked : table) {
      if (!asked.phantom.empty()) continue;
      candidate c;
      c.prefix = "harm-" + std::string(to_string(asked.kind)) + "-text";
      c.made.label = intent::harmful;
      c.made.query = asked.query;
      c.made.response = write_refusal(asked.kind, any_style(false, random), {}, random);
      piles[static_cast<std::size_t>(asked.kind)].push_back(std::move(c));
    }
  }
  return piles;
}

/// Those about a picture, a pile for each modality.
[[nodiscard]] inline std::vector<pile> harmful_picture_plea_piles(rng& random) {
  std::vector<pile> piles(all_modalities.size());
  for (const auto& table : written_pleas) {
    for (const synthesis_tables::plea& asked : table) {
      if (asked.phantom.empty()) continue;
      phantom_spec drawn = parse_phantom("phantom:" + std::string(asked.phantom)).value();  // a test reads every row
      drawn.seed = random.below(100000);
      candidate c;
      c.prefix = "harm-" + std::string(to_string(asked.kind)) + "-" + std::string(to_string(drawn.mode));
      c.made.label = intent::harmful;
      c.made.mode = drawn.mode;
      c.made.query = asked.query;
      c.made.response = write_refusal(asked.kind, any_style(true, random), study_of(drawn.mode, drawn.region), random);
      c.made.images.push_back(phantom_picture(drawn));
      piles[static_cast<std::size_t>(drawn.mode) - 1].push_back(std::move(c));
    }
  }
  return piles;
}

/// `each` harmful queries about phantoms of every modality, a pile for each: as many of a modality with three
/// kinds as of one with fifteen.
[[nodiscard]] inline std::vector<pile> harmful_image_piles(std::size_t each, rng& random) {
  using namespace synthesis_tables;
  std::vector<pile> piles(all_modalities.size());
  std::vector<std::vector<phantom_kind>> kinds(all_modalities.size());
  for (const phantom_kind& kind : phantom_kinds()) kinds[static_cast<std::size_t>(kind.mode) - 1].push_back(kind);
  std::size_t turn = 0;
  for (std::size_t v = 0; v < each; ++v) {
    for (const std::vector<phantom_kind>& of_mode : kinds) {
      const phantom_kind& kind = of_mode[v % of_mode.size()];
      const harmful_act& act = harmful_image_acts[turn % std::size(harmful_image_acts)];
      const std::string_view frame =
          harmful_image_frames[(turn * 4 + turn / std::size(harmful_image_acts)) % std::size(harmful_image_frames)];
      ++turn;
      std::string study = study_of(kind.mode, kind.region);
      // Not the words that are most of what the shortest benign questions say: "Is it an X-ray?", "Is it sagittal?"
      if (const std::size_t at = study.find("X-ray"); at != std::string::npos) study.replace(at, 5, "radiograph");
      if (study.starts_with("sagittal ")) study.erase(0, 9);
      candidate c;
      c.prefix = "harm-" + std::string(to_string(act.kind)) + "-" + std::string(to_string(kind.mode));
      c.made.label = intent::harmful;
      c.made.mode = kind.mode;
      c.made.query = harmful_query(frame, act.act, study, random);
      c.made.response = write_refusal(act.kind, any_style(true, random), study, random);
      c.made.images.push_back(phantom_picture({kind.mode, std::string(kind.region), std::string(kind.finding), random.below(100000)}));
      const auto at = static_cast<std::size_t>(kind.mode) - 1;
      piles[at].push_back(std::move(c));
    }
  }
  return piles;
}

}  // namespace inoculum::detail
