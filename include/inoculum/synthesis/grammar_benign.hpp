// SPDX-License-Identifier: Apache-2.0
// The benign half of the clinical grammar: visual questions and reports about phantoms, clinical
// knowledge, look-alikes with alarming words, and everyday questions.
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
#include "tables/benign_everyday.hpp"
#include "tables/benign_everyday_requests.hpp"
#include "tables/benign_picture_requests.hpp"
#include "tables/benign_picture_requests_2.hpp"
#include "tables/benign_requests.hpp"
#include "tables/benign_twins_care.hpp"
#include "tables/benign_twins_documents.hpp"
#include "tables/benign_twins_honesty.hpp"
#include "tables/benign_twins_questions.hpp"
#include "tables/clinical_facts.hpp"
#include "tables/lookalike_clinical.hpp"
#include "tables/lookalike_idioms.hpp"
#include "tables/lookalike_manners.hpp"
#include "tables/lookalike_topics.hpp"
#include "tables/lookalike_words.hpp"
#include "tables/visual_facts.hpp"

namespace inoculum::detail {

[[nodiscard]] inline candidate benign_text(std::string prefix, std::string query, std::string_view response) {
  candidate c;
  c.prefix = std::move(prefix);
  c.made.label = intent::benign;
  c.made.query = std::move(query);
  c.made.response = response;
  return c;
}

template <class Row>
[[nodiscard]] pile rows_of(std::string_view prefix, std::span<const Row> rows) {
  pile out;
  for (const Row& row : rows) out.push_back(benign_text(std::string(prefix), std::string(row.query), row.response));
  return out;
}

/// One of the parts of a list "a, b, c".
[[nodiscard]] inline std::string_view any_part(std::string_view list, rng& random) {
  const std::vector<std::string_view> parts = parts_of(list, ", ");
  return random.pick(std::span<const std::string_view>(parts));
}

/// An organ that is in no picture of this region: neither shown nor within its part of the body.
[[nodiscard]] inline std::string_view absent_organ(const synthesis_tables::region_fact& region, rng& random) {
  constexpr std::string_view candidates[] = {"liver", "bladder", "stomach", "kidney", "spleen",   "rectum", "larynx",  "heart",
                                             "colon", "trachea", "brain",   "lung",   "pancreas", "eye",    "mandible"};
  const bool trunk = region.part == "chest" || region.part == "abdomen";
  for (;;) {
    const std::string_view organ = random.pick(candidates);
    const bool shown = region.organs.find(organ) != std::string_view::npos || region.main.find(organ) != std::string_view::npos ||
                       region.part.find(organ) != std::string_view::npos;
    // A slice of the trunk may graze a neighbour; only what is far away is safely absent. The same holds for the head.
    const bool far_away = trunk ? (organ == "brain" || organ == "eye" || organ == "mandible" || organ == "larynx" || organ == "rectum")
                                : region.part != "head" || (organ != "eye" && organ != "mandible" && organ != "larynx");
    if (!shown && far_away && !(region.part == "spine" && organ != "brain" && organ != "eye" && organ != "mandible") &&
        !(region.part == "eye" && organ == "eye"))
      return organ;
  }
}

/// A visual question about a phantom; false where the form does not suit the kind.
[[nodiscard]] inline bool visual(const synthesis_tables::visual_form& form, const phantom_kind& kind, rng& random, candidate& out) {
  using namespace synthesis_tables;
  const region_fact* region = nullptr;
  for (const region_fact& r : region_facts) {
    if (r.mode == kind.mode && r.region == kind.region) region = &r;
  }
  const modality_fact* mode = nullptr;
  for (const modality_fact& m : modality_facts) {
    if (m.mode == kind.mode) mode = &m;
  }
  const finding_fact* finding = nullptr;
  for (const finding_fact& f : finding_facts) {
    if (f.finding == kind.finding) finding = &f;
  }
  if (region == nullptr || mode == nullptr || (form.needs_finding && finding == nullptr)) return false;
  const modality_fact* other = mode;
  while (other == mode) other = &modality_facts[random.below(static_cast<std::uint32_t>(std::size(modality_facts)))];
  std::string_view missing = "fracture";  // a finding that this region can have and this picture has not
  for (const phantom_kind& k : phantom_kinds()) {
    if (k.mode != kind.mode || k.region != kind.region || k.finding == kind.finding) continue;
    for (const finding_fact& f : finding_facts) {
      if (f.finding == k.finding && (missing == "fracture" || random.chance(0.4))) missing = f.spoken;
    }
  }
  const std::string upper = capitalised(mode->name.substr(mode->name.find(' ') + 1));
  const slot slots[] = {{'m', mode->name},
                        {'e', mode->spoken},
                        {'u', mode->physics},
                        {'d', mode->good_for},
                        {'q', mode->radiation},
                        {'n', other->name},
                        {'s', region->study},
                        {'S', upper},
                        {'b', region->part},
                        {'v', region->plane},
                        {'o', region->main},
                        {'O', any_part(region->organs, random)},
                        {'A', absent_organ(*region, random)},
                        {'l', region->organs},
                        {'y', region->system},
                        {'c', region->colors},
                        {'z', region->sizes},
                        {'k', region->count},
                        {'f', finding != nullptr ? finding->spoken : std::string_view()},
                        {'w', finding != nullptr ? finding->where : std::string_view()},
                        {'h', finding != nullptr ? finding->shape : std::string_view()},
                        {'t', finding != nullptr ? finding->care : std::string_view()},
                        {'g', missing}};
  out =
      benign_text("benign-" + std::string(visual_task_names[static_cast<std::size_t>(form.task)]) + "-" + std::string(to_string(kind.mode)),
                  fill_slots(form.query, slots), fill_slots(form.response, slots));
  out.made.mode = kind.mode;
  out.made.images.push_back(phantom_picture({kind.mode, std::string(kind.region), std::string(kind.finding), random.below(100000)}));
  return true;
}

/// Visual questions and reports, a pile for each modality and task. Every form meets every kind of phantom once.
[[nodiscard]] inline std::vector<pile> visual_piles(rng& random) {
  using namespace synthesis_tables;
  constexpr std::size_t tasks = std::size(visual_task_names);
  std::vector<pile> piles(all_modalities.size() * tasks);
  const auto add = [&](const visual_form& form, const phantom_kind& kind) {
    candidate made;
    if (!visual(form, kind, random, made)) return;
    piles[(static_cast<std::size_t>(kind.mode) - 1) * tasks + static_cast<std::size_t>(form.task)].push_back(std::move(made));
  };
  for (const phantom_kind& kind : phantom_kinds()) {
    for (const visual_form& form : visual_forms) add(form, kind);
    if (kind.finding == "normal") {
      for (const visual_form& form : normal_forms) add(form, kind);
    }
  }
  return piles;
}

/// What a picture is and of what, a pile for each modality: three kinds of each, normal ones first.
[[nodiscard]] inline std::vector<pile> naming_piles(rng& random) {
  std::vector<pile> piles(all_modalities.size());
  std::vector<std::size_t> kinds(all_modalities.size(), 0);
  for (const bool normal : {true, false}) {
    for (const phantom_kind& kind : phantom_kinds()) {
      const std::size_t at = static_cast<std::size_t>(kind.mode) - 1;
      if ((kind.finding == "normal") != normal || kinds[at] == 3) continue;
      ++kinds[at];
      for (const synthesis_tables::visual_form& form : synthesis_tables::naming_forms) {
        candidate made;
        if (visual(form, kind, random, made)) piles[at].push_back(std::move(made));
      }
    }
  }
  return piles;
}

/// Questions of clinical knowledge without a picture. Each fact meets two or three of its forms: fifty queries
/// of one form would be the neighbours of whatever begins like it, harmful queries included.
[[nodiscard]] inline std::vector<pile> knowledge_piles() {
  using namespace synthesis_tables;
  std::vector<pile> piles(5);
  std::size_t turn = 0;
  const auto write = [&](std::size_t at, std::span<const qa> forms, std::span<const slot> slots, std::size_t each) {
    for (std::size_t i = 0; i < each; ++i) {
      const qa& form = forms[turn++ % forms.size()];
      piles[at].push_back(benign_text("benign-knowledge-text", fill_slots(form.query, slots), fill_slots(form.response, slots)));
    }
  };
  for (const condition& c : conditions) {
    const slot slots[] = {{'n', c.name}, {'s', c.symptoms}, {'t', c.treatment}, {'p', c.prevention}};
    write(0, condition_forms, slots, 3);
  }
  for (const organ& o : organs) {
    // Rows of paired organs carry plural verbs.
    const slot slots[] = {{'n', o.name},
                          {'f', o.function},
                          {'y', o.system},
                          {'p', o.place},
                          {'b', o.pair ? "are" : "is"},
                          {'d', o.pair ? "do" : "does"},
                          {'s', o.pair ? "" : "s"}};
    write(1, organ_forms, slots, 3);
  }
  for (const drug& d : drugs) {
    const std::string upper = capitalised(d.name);
    const slot slots[] = {{'n', d.name}, {'N', upper}, {'u', d.use}, {'c', d.caution}};
    write(2, drug_forms, slots, 2);
  }
  for (const procedure& p : procedures) {
    const slot slots[] = {{'n', p.name}, {'h', p.how}};
    write(3, procedure_forms, slots, 2);
  }
  for (const modality_fact& m : modality_facts) {
    const std::string upper = capitalised(m.radiation);
    const slot slots[] = {{'n', m.name}, {'u', m.physics}, {'g', m.good_for}, {'r', upper}};
    write(4, modality_forms, slots, 3);
  }
  return piles;
}

/// Everyday questions with alarming words; the questions about words are a pile of their own.
[[nodiscard]] inline std::vector<pile> lookalike_piles(std::size_t forms_a_word) {
  using namespace synthesis_tables;
  std::vector<pile> piles;
  piles.push_back(rows_of("benign-lookalike-text", std::span<const qa>(idioms)));
  piles.push_back(rows_of("benign-lookalike-text", std::span<const qa>(topics)));
  piles.push_back(rows_of("benign-lookalike-text", std::span<const qa>(manners)));
  pile about_words;
  std::size_t form = 0;
  for (const term& t : words) {
    for (std::size_t i = 0; i < forms_a_word; ++i) {
      const slot slots[] = {{'w', t.word}};
      about_words.push_back(
          benign_text("benign-lookalike-text", fill_slots(word_questions[form++ % std::size(word_questions)], slots), t.gloss));
    }
    ++form;
  }
  piles.push_back(std::move(about_words));
  return piles;
}

inline constexpr std::span<const synthesis_tables::benign_request> written_requests[] = {
    synthesis_tables::clinical_requests,      synthesis_tables::everyday_requests,     synthesis_tables::picture_requests,
    synthesis_tables::picture_requests_2,     synthesis_tables::benign_twins_care,     synthesis_tables::benign_twins_honesty,
    synthesis_tables::benign_twins_documents, synthesis_tables::benign_twins_questions};

/// The requests that are written out and show no picture.
[[nodiscard]] inline std::vector<pile> request_piles() {
  std::vector<pile> piles(1);
  for (const auto& table : written_requests) {
    for (const synthesis_tables::benign_request& asked : table) {
      if (asked.phantom.empty()) piles[0].push_back(benign_text("benign-request-text", std::string(asked.query), asked.response));
    }
  }
  return piles;
}

/// Those about a picture, a pile for each modality.
[[nodiscard]] inline std::vector<pile> picture_request_piles(rng& random) {
  std::vector<pile> piles(all_modalities.size());
  for (const auto& table : written_requests) {
    for (const synthesis_tables::benign_request& asked : table) {
      if (asked.phantom.empty()) continue;
      phantom_spec drawn = parse_phantom("phantom:" + std::string(asked.phantom)).value();  // a test reads every row
      drawn.seed = random.below(100000);
      candidate c = benign_text("benign-request-" + std::string(to_string(drawn.mode)), std::string(asked.query), asked.response);
      c.made.mode = drawn.mode;
      c.made.images.push_back(phantom_picture(drawn));
      piles[static_cast<std::size_t>(drawn.mode) - 1].push_back(std::move(c));
    }
  }
  return piles;
}

}  // namespace inoculum::detail
