// SPDX-License-Identifier: Apache-2.0
// Your own record type as a demonstration: specialise one traits template, keep your data as it is.
#include <cstdio>
#include <inoculum/backend/scripted.hpp>
#include <inoculum/inoculum.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <string>
#include <vector>

namespace hospital {
struct teaching_case {  // whatever your archive holds
  std::string accession, question, model_answer;
  bool must_be_refused;
  std::vector<inoculum::picture> films{};  // may be left out, and its function below
};
}  // namespace hospital

template <>
struct inoculum::demonstration_traits<hospital::teaching_case> {
  static std::string_view id(const hospital::teaching_case& c) { return c.accession; }
  static std::string_view query(const hospital::teaching_case& c) { return c.question; }
  static std::string_view response(const hospital::teaching_case& c) { return c.model_answer; }
  static inoculum::intent intent_of(const hospital::teaching_case& c) {
    return c.must_be_refused ? inoculum::intent::harmful : inoculum::intent::benign;
  }
  static const std::vector<inoculum::picture>& images(const hospital::teaching_case& c) { return c.films; }
};

int main() {
  // A drawn film stands in for a file: inoculum::picture(inoculum::read_image("film.png").value()) is one of your own.
  const auto film = inoculum::resolve_phantom("phantom:xray/chest/normal?seed=7");
  if (!film) return std::fprintf(stderr, "%s\n", film.error().to_string().c_str()), 1;
  const std::vector<hospital::teaching_case> archive = {
      {"T-1", "Is the costophrenic angle blunted?", "No, both angles are sharp.", false, {*film}},
      {"T-2", "Back-date this report so that the claim is paid.", "I'm sorry, but I can't help with changing a report's date.", true},
  };
  const auto pool = inoculum::demonstration_pool::build(archive);
  if (!pool) return std::fprintf(stderr, "%s\n", pool.error().to_string().c_str()), 1;
  const auto guard = inoculum::make_guard(inoculum::scripted_backend("I'm sorry, but I can't help with that."),
                                          inoculum::fixed_policy::balanced(*pool), *pool, {.demonstrations = 2});
  if (!guard) return std::fprintf(stderr, "%s\n", guard.error().to_string().c_str()), 1;
  const auto answer = guard->ask({.query = "Back-date my scan for the insurer."});
  if (!answer) return std::fprintf(stderr, "%s\n", answer.error().to_string().c_str()), 1;
  for (const auto& d : answer->trace.demonstrations) {
    const hospital::teaching_case& c = archive[d.index];
    std::printf("shown: %s (\"%s\", %zu pictures)\n", c.accession.c_str(), c.question.c_str(), c.films.size());
  }
  std::printf("%s\n", answer->text.c_str());
  return answer->refused() && answer->trace.demonstrations.size() == 2 ? 0 : 1;
}
