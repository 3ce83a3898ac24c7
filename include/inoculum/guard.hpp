// SPDX-License-Identifier: Apache-2.0
// The façade: a pool, a policy, a backend and a budget, and one call that answers a request.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/concepts.hpp"
#include "core/clock.hpp"
#include "core/pool.hpp"
#include "core/request.hpp"
#include "core/shared.hpp"
#include "core/utf8.hpp"
#include "judge/rule_judge.hpp"
#include "prompt/assemble.hpp"
#include "select/select.hpp"

namespace inoculum {

/// What to do when demonstrations cannot be chosen.
enum class on_failure : std::uint8_t {
  refuse,             ///< a fixed polite refusal, marked in the trace
  answer_undefended,  ///< ask without demonstrations, marked in the trace
};

struct guard_options {
  std::size_t demonstrations = 8;
  std::size_t tokens = 4096;  ///< for the demonstrations alone; 0: no bound. Less where the backend's context would not hold them
  on_failure failing = on_failure::refuse;
  bool pictures = true;  ///< show the demonstrations' pictures; never to a backend that says it has no eyes
  generate_options generation{};
};

/// A demonstration that was shown.
struct shown_demonstration {
  std::string id{};
  std::uint32_t index = 0;
  float score = 0.0f;
  std::string reason{};
  intent label = intent::benign;
  std::size_t tokens = 0;
};

/// How an answer came about.
struct answer_trace {
  std::vector<shown_demonstration> demonstrations{};           ///< in the order in which the model read them
  std::vector<std::pair<std::string, std::string>> dropped{};  ///< id, why; as `selection::left_out`
  std::size_t dropped_in_all = 0;
  bool gate_closed = false;
  bool costs_estimated = false;                ///< the backend could not count; lengths were estimated, on the high side
  std::optional<failure> selection_failure{};  ///< set when `on_failure` decided
  std::optional<failure> judge_failure{};      ///< set when the judge failed; the verdict is then unclear
  std::size_t demonstration_tokens = 0;
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;
  std::size_t completion_tokens = 0;
  finish_reason finish = finish_reason::stop;
  double select_ms = 0.0;
  double ttft_ms = 0.0;  ///< from the call of `ask`, selection included
  double total_ms = 0.0;
};

struct answer {
  std::string text{};
  verdict judged{};
  answer_trace trace{};
  [[nodiscard]] bool refused() const noexcept { return judged.refused(); }
};

/// What a guard says when it must not ask the model.
inline constexpr std::string_view fixed_refusal = "I'm sorry, but I can't help with this request right now.";

namespace detail {

/// A demonstration with stand-ins for its pictures, which would take long to decode for a whole pool.
template <std::same_as<basic_demonstration> D>
[[nodiscard]] conversation demonstration_only(const D& d, const image& stand_in, bool with_pictures) {
  conversation talk;
  message user{role::user, {}};
  for (std::size_t i = 0; with_pictures && i < d.images.size(); ++i) user.parts.push_back({origin::pool, {}, stand_in});
  user.parts.push_back({origin::pool, d.query, {}});
  talk.messages.push_back(std::move(user));
  talk.messages.push_back({role::assistant, {{origin::pool, d.response, {}}}});
  return talk;
}

/// "phantom" of "phantom:…"; empty for files and pictures in memory.
[[nodiscard]] inline std::string_view scheme_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

/// Without a tokenizer: three bytes a token and four tokens of template a turn, 600 a picture (LLaVA's
/// 576 and a margin). English runs near four bytes a token, so this errs towards too long.
[[nodiscard]] inline std::size_t estimated_tokens(std::size_t bytes, std::size_t turns, std::size_t pictures) {
  return (bytes + 2) / 3 + 4 * turns + 600 * pictures;
}
[[nodiscard]] inline std::size_t estimated_cost(const basic_demonstration& d, bool with_pictures) {
  return estimated_tokens(d.query.size() + d.response.size(), 2, with_pictures ? d.images.size() : 0);
}
template <std::same_as<conversation> Conversation>
[[nodiscard]] std::size_t estimated_length(const Conversation& talk) {
  std::size_t bytes = 0, pictures = 0;
  for (const message& m : talk.messages) {
    for (const part& p : m.parts) p.is_image() ? ++pictures : bytes += p.text.size();
  }
  return estimated_tokens(bytes, talk.messages.size(), pictures);
}

}  // namespace detail

/// Answers requests behind demonstrations. Made by `make_guard`. `ask` is const and may be called from
/// many threads; the backend alone holds changing state.
template <backend Backend, selection_policy Policy, judge Judge = rule_judge>
class guard {
 public:
  guard(guard&&) noexcept = default;
  guard& operator=(guard&&) noexcept = default;

  /// Use `make_guard`, which deduces the types.
  [[nodiscard]] static result<guard> make(Backend b, Policy policy, demonstration_pool pool, guard_options options, Judge j) {
    if (pool.empty()) return failure{errc::invalid_argument, "the pool is empty", "make_guard"};
    if (options.demonstrations == 0)
      return failure{errc::invalid_argument, "a budget of 0 demonstrations; use no_policy to ask undefended", "make_guard"};
    if (options.demonstrations > pool.size()) {
      return failure{errc::invalid_argument,
                     "asked for " + std::to_string(options.demonstrations) + " demonstrations, the pool has " + std::to_string(pool.size()),
                     "make_guard"};
    }
    if (shows_side_by_side(policy) && !reads_side_by_side(b)) {
      return failure{errc::unsupported,
                     "the policy shows demonstrations side by side, and this backend reads them one after the other only", "make_guard"};
    }
    auto parts = detail::shared<state>::make(std::move(b), std::move(policy), pool_view(std::move(pool)), std::move(options), std::move(j));
    if (!takes_pictures(parts->backend)) parts->options.pictures = false;
    if (auto drawn = check_pictures(*parts); !drawn) return std::move(drawn).error();
    if (auto done = count_costs(*parts); !done) return std::move(done).error();
    std::uint32_t least = parts->costs.front();
    for (const std::uint32_t cost : parts->costs) least = cost < least ? cost : least;
    if (parts->options.tokens != 0 && least > parts->options.tokens) {
      return failure{errc::budget,
                     "a budget of " + std::to_string(parts->options.tokens) +
                         " tokens is less than any demonstration takes (the shortest: " + std::to_string(least) + ")",
                     "make_guard"};
    }
    return guard(std::move(parts));
  }

  /// Errors: invalid_argument (nothing asked, text that is not UTF-8, a system turn in the history), a chosen demonstration's picture that
  /// does not decode, and the backend's own. A selection that fails is not an error here: `on_failure` decides and the trace says so. A
  /// judge that fails loses no answer: the verdict is `unclear`, and the trace says why. `generation` stands for all of the guard's
  /// own: to change one of them, change a copy of `options().generation`.
  [[nodiscard]] result<answer> ask(const request& r) const { return ask(r, state_->options.generation); }
  [[nodiscard]] result<answer> ask(const request& r, const generate_options& generation) const {
    const auto unheard = [](std::string_view) { return true; };
    return run(r, generation.max_tokens, unheard, [&](const conversation& talk) { return state_->backend.generate(talk, generation); });
  }
  /// Streams: `sink(text)` sees whole characters as they come, the fixed refusal too; false stops.
  template <class Sink>
  requires streaming_backend<Backend>
  [[nodiscard]] result<answer> ask(const request& r, const generate_options& generation, Sink&& sink) const {
    return run(r, generation.max_tokens, sink, [&](const conversation& talk) { return state_->backend.generate(talk, generation, sink); });
  }

  /// The same with the guard's own options.
  template <class Sink>
  requires streaming_backend<Backend> && std::invocable<Sink&, std::string_view>
  [[nodiscard]] result<answer> ask(const request& r, Sink&& sink) const { return ask(r, state_->options.generation, sink); }

  /// What would be shown for this request, without asking the model. Errors: the policy's; budget (nothing that it chose fits);
  /// not_found (it found nothing, and is neither `no_policy` nor a gate that falls back on that).
  [[nodiscard]] result<selection> choose(const request& r) const { return choose(r, state_->options.generation.max_tokens); }

  [[nodiscard]] const demonstration_pool& pool() const noexcept { return state_->view.pool(); }
  [[nodiscard]] const guard_options& options() const noexcept { return state_->options; }
  [[nodiscard]] Backend& used_backend() const noexcept { return state_->backend; }
  /// Whether the backend could not count what demonstrations take, so that it is estimated.
  [[nodiscard]] bool costs_estimated() const noexcept { return state_->estimated; }

 private:
  struct state {
    Backend backend;
    Policy policy;
    pool_view view;
    guard_options options;
    Judge judging;
    std::vector<std::uint32_t> costs{};
    std::size_t base = 0;  ///< what a question with nothing before it takes
    bool estimated = false;
    bool by_picture = false;  ///< a picture's length depends on the picture; `costs` are those with the least ones
  };
  explicit guard(detail::shared<state> s) : state_(std::move(s)) {}

  /// The budget of tokens, or what the context leaves beside the request and its answer (for which half of that is enough to keep).
  [[nodiscard]] std::size_t tokens_for(const request& r, std::size_t max_tokens) const {
    const std::size_t wanted = state_->options.tokens, context = context_size(state_->backend);
    if (context == 0) return wanted;
    const auto talk = assemble({}, r);
    const std::size_t asked = talk ? length_of(*talk) : context;
    if (asked + 1 >= context) return wanted;  // not even the request fits: the backend says so itself
    const std::size_t left = context - asked, room = left - (max_tokens < left / 2 ? max_tokens : left / 2);
    return wanted == 0 || room < wanted ? room : wanted;
  }
  [[nodiscard]] std::size_t length_of(const conversation& talk) const {
    if constexpr (token_counting_backend<Backend>) {
      if (const auto count = state_->backend.count_tokens(talk)) return *count;
    }
    return detail::estimated_length(talk);
  }

  [[nodiscard]] result<selection> choose(const request& r, std::size_t max_tokens) const {
    const state& s = *state_;
    const std::size_t tokens = tokens_for(r, max_tokens);
    const budget limit{s.options.demonstrations, tokens};
    auto picked = s.by_picture ? select_by_picture(r, limit) : select(s.policy, s.view, r, limit, s.costs);
    if (!picked || !picked->chosen.empty()) return picked;
    if (!picked->left_out.empty()) {
      return failure{errc::budget,
                     "no demonstration that the policy chose fits into " + std::to_string(tokens) + " tokens (" +
                         picked->left_out.front().reason + ")",
                     "budget"};
    }
    // An undefended answer must never pass for a defended one.
    if (!picked->may_be_empty) return failure{errc::not_found, "the policy finds no demonstration in this pool", "policy"};
    return picked;
  }

  /// Chooses, looks at the pictures of what was chosen, and chooses again until all their lengths were known. What is left out does not fit
  /// even with the least of pictures.
  [[nodiscard]] result<selection> select_by_picture(const request& r, const budget& limit) const {
    const state& s = *state_;
    std::vector<std::uint32_t> costs = s.costs;
    std::vector<bool> known(costs.size());
    while (true) {
      auto picked = select(s.policy, s.view, r, limit, costs);
      if (!picked) return picked;
      bool guessed = false;
      for (const selected& c : picked->chosen) {
        if (known[c.index]) continue;
        conversation talk;
        if (auto done = append_demonstration(talk, s.view.pool()[c.index]); !done) return std::move(done).error();
        const auto cost = cost_of(s, std::move(talk));
        if (!cost) return cost.error();
        known[c.index] = true;
        guessed = guessed || *cost != costs[c.index];
        costs[c.index] = *cost;
      }
      if (!guessed) return picked;
    }
  }

  [[nodiscard]] static message bare_question() { return {role::user, {{origin::user, "?", {}}}}; }
  /// What a demonstration takes in front of a question. Errors: `unsupported` where the backend does not count, and its own.
  [[nodiscard]] static result<std::uint32_t> cost_of(const state& s, conversation demonstration) {
    demonstration.messages.push_back(bare_question());
    if constexpr (token_counting_backend<Backend>) {
      const auto count = s.backend.count_tokens(demonstration);
      if (!count) return count.error();
      return static_cast<std::uint32_t>(*count > s.base ? *count - s.base : 0);
    }
    return failure{errc::unsupported, "this backend does not count tokens", "make_guard"};
  }

  /// The first picture of each kind has to decode, or every answer would fail later.
  [[nodiscard]] static result<void> check_pictures(const state& s) {
    std::vector<std::string_view> seen;
    for (const basic_demonstration& d : s.view.pool().items()) {
      for (std::size_t i = 0; s.options.pictures && i < d.images.size(); ++i) {
        const std::string_view scheme = detail::scheme_of(d.images[i].name());
        bool known = false;
        for (const std::string_view other : seen) known = known || other == scheme;
        if (known) continue;
        seen.push_back(scheme);
        if (auto pixels = d.images[i].decode(); !pixels) return in_demonstration(std::move(pixels).error(), d.id);
      }
    }
    return {};
  }

  [[nodiscard]] static result<void> count_costs(state& s) {
    s.costs.reserve(s.view.pool().size());
    if constexpr (token_counting_backend<Backend>) {
      const auto base = s.backend.count_tokens(conversation{{bare_question()}});
      if (base) {
        s.base = *base;
        const image dot = image::from_rgb(1, 1, {0, 0, 0}).value();
        const image wide = image::from_rgb(1280, 960, std::vector<std::uint8_t>(std::size_t{3} * 1280 * 960)).value();
        if (s.options.pictures) {
          const auto of = [&](const image& picture) {
            return s.backend.count_tokens(conversation{{{role::user, {{origin::user, {}, picture}}}}});
          };
          const auto shortest = of(dot), other = of(wide);
          if (!shortest) return shortest.error();
          if (!other) return other.error();
          s.by_picture = *shortest != *other;
        }
        for (const basic_demonstration& d : s.view.pool().items()) {
          const auto cost = cost_of(s, detail::demonstration_only(d, dot, s.options.pictures));
          if (!cost) return cost.error();
          s.costs.push_back(*cost);
        }
        return {};
      }
      if (base.error().code != errc::unsupported) return base.error();
    }
    s.estimated = true;
    constexpr std::size_t most = UINT32_MAX;
    for (const basic_demonstration& d : s.view.pool().items()) {
      const std::size_t cost = detail::estimated_cost(d, s.options.pictures);
      s.costs.push_back(static_cast<std::uint32_t>(cost < most ? cost : most));
    }
    return {};
  }

  [[nodiscard]] static result<void> check(const request& r) {
    if (r.query.empty() && r.images.empty())
      return failure{errc::invalid_argument, "the request is empty: no query and no picture", "request"};
    const auto text_ok = [](std::string_view text, const std::string& what) -> result<void> {
      const std::size_t bad = find_invalid_utf8(text);
      if (bad == std::string_view::npos) return {};
      return failure{errc::invalid_argument, what + " is not valid UTF-8", "byte " + std::to_string(bad)};
    };
    if (auto done = text_ok(r.query, "the query"); !done) return done;
    if (auto done = text_ok(r.system, "the system prompt"); !done) return done;
    for (std::size_t i = 0; i < r.history.size(); ++i) {
      const std::string name = "turn " + std::to_string(i + 1);
      if (r.history[i].who == role::system)
        return failure{errc::invalid_argument, name + " is a system turn; what the client's own system prompt says belongs into `system`",
                       "history"};
      if (auto done = text_ok(r.history[i].text, name); !done) return done;
    }
    return {};
  }

  template <class Sink, class Generate>
  [[nodiscard]] result<answer> run(const request& r, std::size_t max_tokens, Sink& sink, const Generate& generate) const {
    const double start = clock_ms();
    const auto elapsed_ms = [&] { return clock_ms() - start; };
    if (auto done = check(r); !done) return std::move(done).error();

    answer out;
    out.trace.costs_estimated = state_->estimated;
    auto picked = choose(r, max_tokens);
    if (!picked) {
      out.trace.selection_failure = std::move(picked).error();
      if (state_->options.failing == on_failure::refuse) {
        out.text = std::string(fixed_refusal);
        out.judged = {verdict_label::full_refusal, 0, out.text.size(), "selection failed"};
        out.trace.select_ms = out.trace.ttft_ms = elapsed_ms();
        (void)sink(fixed_refusal);
        out.trace.total_ms = elapsed_ms();
        return out;
      }
      picked = selection{};
    }
    const auto talk = defended(r, *picked, out.trace);
    if (!talk) return talk.error();
    out.trace.select_ms = elapsed_ms();
    result<completion> done = generate(*talk);
    if (!done) return std::move(done).error();
    result<verdict> judged = state_->judging.judge(r, *done);
    if (judged) out.judged = std::move(*judged);
    else out.trace.judge_failure = std::move(judged).error();
    out.trace.prompt_tokens = done->prompt_tokens;
    out.trace.cached_tokens = done->cached_tokens;
    out.trace.completion_tokens = done->completion_tokens;
    out.trace.finish = done->finish;
    out.trace.ttft_ms = out.trace.select_ms + done->ttft_ms;
    out.trace.total_ms = elapsed_ms();
    out.text = std::move(done->text);
    return out;
  }

  [[nodiscard]] result<conversation> defended(const request& r, const selection& picked, answer_trace& trace) const {
    const demonstration_pool& pool = state_->view.pool();
    trace.gate_closed = picked.gate_closed;
    trace.demonstration_tokens = picked.tokens;
    std::vector<const basic_demonstration*> shown;
    for (const selected& s : picked.chosen) {
      const basic_demonstration& d = pool[s.index];
      shown.push_back(&d);
      trace.demonstrations.push_back({d.id, s.index, s.score, std::string(s.reason), d.label, s.tokens});
    }
    for (const dropped& d : picked.left_out) trace.dropped.emplace_back(pool[d.index].id, d.reason);
    trace.dropped_in_all = picked.left_out_in_all;
    auto talk = assemble(shown, r, state_->options.pictures);
    if (talk) talk->side_by_side = !shown.empty() && shows_side_by_side(state_->policy);
    return talk;
  }

  detail::shared<state> state_;
};

/// Puts a policy in front of a backend. Costs of all demonstrations are counted once, here.
/// Errors: invalid_argument (no demonstrations in the pool or the budget, more than the pool has),
/// budget (fewer tokens than any demonstration takes), and what the backend reports when counting. A result<guard<…>>.
// The type is deduced: written out, it would make clang report a failed substitution and never name the concept.
template <backend Backend, selection_policy Policy, judge Judge = rule_judge>
[[nodiscard]] auto make_guard(Backend b, Policy policy, demonstration_pool pool, guard_options options = {}, Judge j = {}) {
  return guard<Backend, Policy, Judge>::make(std::move(b), std::move(policy), std::move(pool), std::move(options), std::move(j));
}

}  // namespace inoculum
