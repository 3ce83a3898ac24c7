// SPDX-License-Identifier: Apache-2.0
// Runs a suite of queries under every arm and every attack, one record at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../attack/any.hpp"
#include "../core/rng.hpp"
#include "../guard.hpp"
#include "../io/detail/json.hpp"
#include "../io/suite.hpp"
#include "bleed.hpp"
#include "records.hpp"
#include "utility.hpp"

namespace inoculum {

/// One way to answer, as records name it. The undefended model is {"none", "", 0, ""}.
struct sweep_arm {
  std::string policy{};  ///< a policy's text, "none", or a baseline's name
  std::string order{};
  std::size_t demonstrations = 0;
  std::string pool{};      ///< digest
  std::size_t tokens = 0;  ///< the budget
  friend bool operator==(const sweep_arm&, const sweep_arm&) = default;
};

/// What an arm said to one request.
struct sweep_answer {
  answer given{};
  /// The answers (not the refusals) among the demonstrations shown, for bleed.
  std::vector<std::string> shown_responses{};
};

/// From a guard's answer; looks the shown demonstrations up in the pool that the guard holds.
[[nodiscard]] inline sweep_answer to_sweep_answer(answer given, const demonstration_pool& pool) {
  sweep_answer out{std::move(given), {}};
  for (const shown_demonstration& d : out.given.trace.demonstrations) {
    if (d.label == intent::benign && d.index < pool.size()) out.shown_responses.push_back(pool[d.index].response);
  }
  return out;
}

/// Answers a request under arm number `arm`. May be a lambda over guards, baselines, or anything else.
template <class F>
concept sweep_target = requires(F& f, std::size_t arm, const request& r) {
  { f(arm, r) } -> std::convertible_to<result<sweep_answer>>;
};

struct sweep_options {
  std::uint64_t seed = 0;                     ///< of the attacks' randomness, and part of the key
  std::string model{};                        ///< name and digest, part of the key
  std::string settings{};                     ///< whatever else changes answers, part of the key
  bool attack_benign = false;                 ///< an attack on a harmless query has no goal
  std::size_t limit = 0;                      ///< queries of the suite; 0: all
  const std::atomic<bool>* cancel = nullptr;  ///< set it (from a signal handler, say) to stop before the next query
};

/// Where a sweep stands. Records that an earlier run made are done from the start.
struct sweep_progress {
  std::size_t done = 0;
  std::size_t total = 0;
  std::size_t resumed = 0;
  double seconds = 0.0;  ///< since the start of this run
  std::string_view policy{};
  std::string_view attack{};
};

struct sweep_result {
  std::size_t made = 0;     ///< answers of this run
  std::size_t failed = 0;   ///< queries that could not be answered
  std::size_t resumed = 0;  ///< there already
  bool cancelled = false;
};

namespace detail {

/// A field of the suite's unknown ones: {"pair": "7"} ties a harmful query to its benign twin.
[[nodiscard]] inline std::string extra_text(const suite_entry& entry, const char* name) {
  if (entry.extra.empty()) return {};
  auto object = parse_json_object(entry.extra);
  if (!object) return {};
  const auto field = object->find(name);
  return field != object->end() && field->is_string() ? field->get<std::string>() : std::string();
}

/// Whether another query may be answered after this failure of an arm: also after one that took too long, and after one for which a
/// baseline without a model finds no demonstration.
[[nodiscard]] inline bool may_be_passed_over(const failure& why) noexcept {
  return concerns_one_request(why) || why.code == errc::timeout || why.code == errc::not_found;
}

[[nodiscard]] inline record to_record(record named, const request& asked, sweep_answer said) {
  answer& given = said.given;
  record& r = named;
  r.has_image = !asked.images.empty();
  r.asked = asked.query;
  r.gate_closed = given.trace.gate_closed;
  if (given.trace.selection_failure) r.selection_failure = given.trace.selection_failure->to_string();
  for (const shown_demonstration& d : given.trace.demonstrations) r.selected.push_back({d.id, static_cast<double>(d.score), d.reason});
  if (!r.expected.empty()) r.correct = !given.refused() && answer_matches(given.text, r.expected, r.query);
  if (!said.shown_responses.empty() && !given.refused()) {
    r.bled_word = bled_finding(given.text, r.query, r.expected, said.shown_responses);
    r.bled = !r.bled_word.empty();
  }
  r.prompt_tokens = given.trace.prompt_tokens;
  r.cached_tokens = given.trace.cached_tokens;
  r.completion_tokens = given.trace.completion_tokens;
  r.ttft_ms = given.trace.ttft_ms;
  r.total_ms = given.trace.total_ms;
  r.judged = std::move(given.judged);
  r.text = std::move(given.text);
  return named;
}

}  // namespace detail

/// Asks every query of the suite under every arm, first as it is and then under each attack (without "none", nothing is asked as it is),
/// and appends a record for each; what `log` holds already is not asked again. Arm by arm, so that a backend's prefix cache stays warm.
/// One query is in memory at a time. `progress(const sweep_progress&)` is called before every query and at the end.
/// A query that cannot be answered (its picture is broken, it is too long, it takes too long) is recorded with its
/// error, and asked again by the next run. Any other failure of an arm would be the next query's too, and stops the sweep, naming query
/// and arm: what is done is kept, and the next run goes on.
/// Errors: invalid_argument (no queries, arms or attacks, or one twice; a suite that has changed), those of arms, io.
template <sweep_target AnswerOf, class Progress>
[[nodiscard]] result<sweep_result> sweep(std::span<const suite_entry> suite, std::span<const sweep_arm> arms,
                                         std::span<const any_attack> attacks, AnswerOf&& answer_of, record_log& log,
                                         const sweep_options& options, Progress&& progress) {
  if (suite.empty()) return failure{errc::invalid_argument, "the suite has no queries", "evaluate"};
  if (arms.empty()) return failure{errc::invalid_argument, "nothing to evaluate: no policy is given", "evaluate"};
  if (attacks.empty()) return failure{errc::invalid_argument, "nothing to evaluate: not even the attack \"none\"", "evaluate"};
  const auto twice = [](const auto& list, const auto& same) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (same(list[i], list[j])) return true;
      }
    }
    return false;
  };
  if (twice(arms, std::equal_to<>()) || twice(attacks, [](const any_attack& a, const any_attack& b) { return a.name() == b.name(); }))
    return failure{errc::invalid_argument, "a policy or an attack is given twice", "evaluate"};
  if (options.limit != 0 && options.limit < suite.size()) suite = suite.first(options.limit);

  const auto applies = [&](const any_attack& a, const suite_entry& e) {
    return a.name() == "none" || options.attack_benign || e.label == intent::harmful;
  };
  const auto named = [&](const suite_entry& e, const sweep_arm& arm, const any_attack& a) {
    record r;
    r.id = e.id;
    r.label = e.label;
    r.mode = e.mode;
    r.query = e.query;
    r.expected = e.answer;
    r.pair = detail::extra_text(e, "pair");
    r.policy = arm.policy;
    r.order = arm.order;
    r.demonstrations = arm.demonstrations;
    r.attack = a.name();
    r.seed = options.seed;
    r.tokens = arm.tokens;
    r.model = options.model;
    r.pool = arm.pool;
    r.settings = options.settings;
    return r;
  };

  sweep_progress at;
  for (const suite_entry& e : suite) {
    std::string picture;  // decoded only to compare it with what was answered
    for (const any_attack& a : attacks) {
      if (!applies(a, e)) continue;
      for (const sweep_arm& arm : arms) {
        ++at.total;
        record r = named(e, arm, a);
        if (picture.empty() && !e.image.empty() && log.contains(r)) {
          const auto pixels = e.image.decode();
          picture = pixels ? pixels->content_digest().hex() : "unreadable";
        }
        r.picture = picture;
        if (auto same = log.agrees(r); !same) return std::move(same).error();
        at.resumed += log.contains(r) ? 1 : 0;
      }
    }
  }
  at.done = at.resumed;
  sweep_result out{0, at.resumed, false};
  const auto start = std::chrono::steady_clock::now();

  for (const any_attack& a : attacks) {
    for (std::size_t n = 0; n < arms.size(); ++n) {
      for (const suite_entry& e : suite) {
        if (!applies(a, e)) continue;
        record r = named(e, arms[n], a);
        if (log.contains(r)) continue;
        at.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        at.policy = arms[n].policy;
        at.attack = a.name();
        progress(static_cast<const sweep_progress&>(at));
        if (options.cancel != nullptr && options.cancel->load()) {
          out.cancelled = true;
          return out;
        }
        const auto cannot = [&](const failure& why) -> result<void> {
          ++out.failed;
          ++at.done;
          r.error = why.to_string();
          return log.append(r);
        };
        request plain;
        plain.query = e.query;
        if (!e.image.empty()) {
          auto pixels = e.image.decode();
          if (!pixels) {
            if (auto kept = cannot(pixels.error()); !kept) return std::move(kept).error();
            continue;
          }
          r.picture = pixels->content_digest().hex();
          plain.images.push_back(std::move(*pixels));
        }
        // Its own stream for each query and attack, so that a resumed run draws what an unbroken one would have drawn.
        rng random = rng(options.seed).fork(hash_bytes(e.id)).fork(hash_bytes(a.name()));
        auto asked = a.apply(plain, random);
        if (!asked) {
          if (auto kept = cannot(asked.error()); !kept) return std::move(kept).error();
          continue;
        }
        result<sweep_answer> said = answer_of(n, static_cast<const request&>(*asked));
        // A half answer is no answer: the next run asks again.
        if (said ? said->given.trace.finish == finish_reason::cancelled : said.error().code == errc::cancelled) {
          out.cancelled = true;
          return out;
        }
        if (said) {
          if (auto kept = log.append(detail::to_record(std::move(r), *asked, std::move(*said))); !kept) return std::move(kept).error();
          ++out.made;
          ++at.done;
        } else if (detail::may_be_passed_over(said.error())) {
          if (auto kept = cannot(said.error()); !kept) return std::move(kept).error();
        } else {
          failure why = std::move(said).error();
          why.where =
              "query \"" + e.id + "\", policy " + arms[n].policy + ", attack " + a.name() + (why.where.empty() ? "" : ", " + why.where);
          return why;
        }
      }
    }
  }
  at.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress(static_cast<const sweep_progress&>(at));
  return out;
}

}  // namespace inoculum
