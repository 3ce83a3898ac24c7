// SPDX-License-Identifier: Apache-2.0
// A backend from a token engine and a chat format: prompts, sampling, streaming, reuse of a common prefix.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../prompt/chat_format.hpp"
#include "concepts.hpp"
#include "detail/reply.hpp"
#include "sampling.hpp"
#include "token_engine.hpp"

namespace inoculum {

/// Models backend, streaming_backend, scoring_backend, prefix_backend and token_counting_backend over
/// any `token_engine`; over a `batching_engine` also batch_backend, over a `composing_engine` it reads side by side. Calls take turns,
/// since the engine has one sequence. What the next prompt has in common with the last one, or with any that a `caching_engine` remembers,
/// is not computed again, picture by picture and token by token, if it comes under the same salt.
template <token_engine Engine, chat_format Format = chatml>
class token_backend {
 public:
  explicit token_backend(Engine engine, Format format = {})
      : state_(std::make_unique<state>(std::move(engine))), format_(std::move(format)) {}

  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) {
    return generate(talk, options, nobody);
  }

  /// `sink(text)` sees whole UTF-8 characters as they come, and bytes that make none as the model said them; false stops, and then it is
  /// not called again. Errors: what the engine says;
  /// `invalid_argument` for options out of range, `budget` before any work, `timeout` (waiting for other calls counts),
  /// `unsupported` for what the model has not.
  template <class Sink>
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options, Sink&& sink) {
    if (auto fine = check_sampling(options); !fine) return std::move(fine).error();
    detail::reply r(options, detail::stop_watch(options));
    const auto lock = take_turn(r.watch);
    auto logits = lock ? begin(talk, options, r) : result<std::span<const float>>(lock.error());
    while (logits && !r.finished) {
      const auto next = say(r, *logits, options, sink);
      if (!next) return next.error();
      if (!r.finished) logits = append(*next);
    }
    if (!logits && !r.ends_by(logits.error())) return std::move(logits).error();
    r.finish(sink);
    return std::move(r.out);
  }

  /// Answers several conversations, `batch_width` at a time: their prompts one after the other, then one token each in turn.
  /// Answer i is what `generate` gives for conversation i; its time begins with that of the `batch_width` that it is one of, of the
  /// first ones with the call. Cancelled, what is answered by then stays, and the others have what they have.
  [[nodiscard]] std::vector<result<completion>> generate_batch(std::span<const conversation> talks,
                                                               const generate_options& options) requires batching_engine<Engine> {
    if (const auto fine = check_sampling(options); !fine) return std::vector<result<completion>>(talks.size(), fine.error());
    detail::stop_watch watch(options);
    std::vector<result<completion>> out;
    const auto lock = take_turn(watch);
    if (!lock) {
      detail::reply r(options, watch);
      if (!r.ends_by(lock.error())) return std::vector<result<completion>>(talks.size(), lock.error());
      r.finish(nobody);
      return std::vector<result<completion>>(talks.size(), std::move(r.out));
    }
    for (std::size_t from = 0; from < talks.size(); from += batch_width, watch = detail::stop_watch(options)) {
      answer_together(talks.subspan(from, std::min(batch_width, talks.size() - from)), options, watch, out);
    }
    return out;
  }

  /// Natural log of the probability of `continuation` as the assistant's next words, summed over its tokens. Waits its turn however
  /// long that takes. Errors: as of `generate`.
  [[nodiscard]] result<double> score(const conversation& talk, std::string_view continuation, std::string_view salt = {}) {
    const std::lock_guard lock(state_->busy);
    auto prompt = lay_out(talk, true);
    if (!prompt) return std::move(prompt).error();
    const std::vector<token_id> words = state_->engine.tokenize(continuation);
    if (words.empty()) return 0.0;
    // After the last one nothing is asked.
    if (auto fits = check_fit(positions_of(*prompt) + words.size() - 1); !fits) return std::move(fits).error();
    std::size_t cached = 0;
    auto logits = advance(*prompt, cached, salt, {});
    double sum = 0.0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i > 0) logits = append(words[i - 1]);
      if (!logits) return std::move(logits).error();
      if (!can_draw_from(*logits)) return not_numbers();
      sum += log_probability(*logits, words[i]);
    }
    return sum;
  }

  /// Computes the beginning of conversations ahead of time, for those under this salt. It must consist of whole messages.
  /// Waits its turn however long that takes. Errors: as of `generate`.
  [[nodiscard]] result<void> prepare(conversation beginning, std::string_view salt = {}) {
    const std::lock_guard lock(state_->busy);
    // Something has to stand behind demonstrations that stand side by side.
    if (beginning.side_by_side) beginning.messages.push_back({role::user, {}});
    auto prompt = lay_out(beginning, false);
    if (!prompt) return std::move(prompt).error();
    if (auto fits = check_fit(positions_of(*prompt)); !fits) return fits;
    std::size_t cached = 0;
    auto logits = advance(*prompt, cached, salt, {});
    if (!logits) return std::move(logits).error();
    if constexpr (caching_engine<Engine>) state_->engine.remember(true);
    return {};
  }

  /// Positions in the context, pictures included; the model is not run.
  [[nodiscard]] result<std::size_t> count_tokens(const conversation& talk) const {
    std::size_t count = 0;
    for (const segment& s : format_.render(talk, true)) {
      if (s.what == segment::kind::control) ++count;
      else if (s.what == segment::kind::image) count += state_->engine.picture_positions(s.pixels);
      else count += state_->engine.tokenize(s.text).size();
    }
    return count;
  }

  /// Whether demonstrations can stand side by side.
  [[nodiscard]] bool reads_side_by_side() const {
    if constexpr (composing_engine<Engine>) return state_->engine.can_compose();
    else return false;
  }

  /// False for a model without eyes.
  [[nodiscard]] bool accepts_pictures() const { return state_->engine.picture_positions(image()) > 0; }

  [[nodiscard]] std::size_t context_size() const { return state_->engine.context_size(); }

  [[nodiscard]] Engine& engine() noexcept { return state_->engine; }
  [[nodiscard]] const Engine& engine() const noexcept { return state_->engine; }

  /// Conversations that `generate_batch` holds in memory at once.
  static constexpr std::size_t batch_width = 16;

 private:
  static constexpr auto nobody = [](std::string_view) { return true; };
  /// Positions that are computed between two looks at the clock and the cancel flag, where there is either.
  static constexpr std::size_t piece = 256;

  /// A token, or a whole picture: what a prefix is compared by.
  struct unit {
    token_id token = -1;
    std::size_t positions = 1;
    image picture{};  // held, so that the same demonstration need not be decoded for the next prompt
    image_embedding embedding{};
    std::uint32_t block = 0;
    [[nodiscard]] bool same(const unit& other) const {
      return token == other.token && block == other.block && (token >= 0 || picture.content_digest() == other.picture.content_digest());
    }
  };
  struct state {
    explicit state(Engine e) : engine(std::move(e)) {}
    Engine engine;
    std::timed_mutex busy;
    std::vector<unit> sequence;  // what the engine holds now
    std::string salt;            // whose it is, where the engine itself does not ask
  };

  /// Waits for the calls before this one, but no longer than the caller wants to. Errors: `cancelled`, `timeout`.
  [[nodiscard]] result<std::unique_lock<std::timed_mutex>> take_turn(const detail::stop_watch& watch) {
    if (!watch.may_stop()) return std::unique_lock(state_->busy);
    std::unique_lock lock(state_->busy, std::defer_lock);
    do {
      if (auto wanted = watch.go_on(); !wanted) return std::move(wanted).error();
    } while (!lock.try_lock_for(std::chrono::milliseconds(10)));
    return lock;
  }

  [[nodiscard]] static failure not_numbers() {
    return {errc::internal, "the model gave logits that are not finite: its weights are damaged or too large for this arithmetic",
            "logits"};
  }

  /// Errors: `budget`.
  [[nodiscard]] result<void> check_fit(std::size_t positions) const {
    const std::size_t limit = state_->engine.context_size();
    if (positions <= limit) return {};
    return failure{errc::budget,
                   std::to_string(positions) + " tokens are wanted and the model's context holds " + std::to_string(limit) + ": " +
                       std::to_string(positions - limit) + " too many",
                   "context"};
  }

  /// The prompt; gives the logits of the first token.
  [[nodiscard]] result<std::span<const float>> begin(const conversation& talk, const generate_options& options, detail::reply& r) {
    auto prompt = lay_out(talk, true);
    if (!prompt) return std::move(prompt).error();
    r.out.prompt_tokens = positions_of(*prompt);
    if (auto fits = check_fit(r.out.prompt_tokens + 1); !fits) return std::move(fits).error();
    r.room = std::min(options.max_tokens, state_->engine.context_size() - r.out.prompt_tokens);
    return advance(*prompt, r.out.cached_tokens, options.cache_salt, r.watch);
  }

  /// Takes the next token from its logits, and hands out what is ready. The token is to be appended unless `r.finished`.
  template <class Sink>
  [[nodiscard]] result<token_id> say(detail::reply& r, std::span<const float> logits, const generate_options& options, Sink& sink) {
    const auto finish = [&](finish_reason why) {
      r.end(why);
      return token_id{-1};
    };
    if (r.room == 0) return finish(finish_reason::length);
    if (auto wanted = r.watch.go_on(r.out.completion_tokens); !wanted) {
      if (r.ends_by(wanted.error())) return token_id{-1};
      return std::move(wanted).error();
    }
    if (!can_draw_from(logits)) return not_numbers();
    if (options.repetition_penalty != 1.0) {
      r.penalised.assign(logits.begin(), logits.end());
      penalise(r.penalised, r.said, options.repetition_penalty);
      logits = r.penalised;
    }
    const token_id next = sample(logits, options, r.draw);
    if (r.out.completion_tokens == 0) r.out.ttft_ms = r.watch.elapsed_ms();
    if (state_->engine.is_end(next)) return finish(finish_reason::stop);
    ++r.out.completion_tokens;
    r.said.insert(next);
    r.add(state_->engine.token_bytes(next), options.stop, sink);
    if (--r.room == 0 && !r.finished) return finish(finish_reason::length);
    return next;
  }

  void answer_together(std::span<const conversation> talks, const generate_options& options, const detail::stop_watch& watch,
                       std::vector<result<completion>>& out) {
    const std::size_t first = out.size();
    std::vector<detail::reply> replies(talks.size(), detail::reply(options, watch));
    std::vector<typename Engine::sequence> sequences;  // of those not finished, and
    std::vector<std::size_t> whose;                    // whose they are, and
    std::vector<token_id> next;                        // what they say next
    for (std::size_t i = 0; i < talks.size(); ++i) {
      out.emplace_back(completion{});
      const auto logits = begin(talks[i], options, replies[i]);
      if (!logits && replies[i].ends_by(logits.error())) continue;
      const auto said = logits ? say(replies[i], *logits, options, nobody) : result<token_id>(logits.error());
      if (!said) out[first + i] = said.error();
      if (!said || replies[i].finished) continue;
      sequences.push_back(state_->engine.take_sequence());
      state_->sequence.clear();
      whose.push_back(i);
      next.push_back(*said);
    }
    while (!whose.empty()) {
      const auto logits = state_->engine.step(std::span(sequences), std::span<const token_id>(next));
      std::size_t left = 0;
      for (std::size_t j = 0; j < whose.size(); ++j) {
        const std::size_t row = state_->engine.vocabulary_size();
        const auto said =
            logits ? say(replies[whose[j]], logits->subspan(j * row, row), options, nobody) : result<token_id>(logits.error());
        if (!said) out[first + whose[j]] = said.error();
        if (!said || replies[whose[j]].finished) continue;
        if (left != j) sequences[left] = std::move(sequences[j]);
        whose[left] = whose[j];
        next[left++] = *said;
      }
      sequences.erase(sequences.begin() + static_cast<std::ptrdiff_t>(left), sequences.end());
      whose.resize(left);
      next.resize(left);
    }
    for (std::size_t i = 0; i < talks.size(); ++i) {
      if (!out[first + i]) continue;
      replies[i].finish(nobody);
      out[first + i] = std::move(replies[i].out);
    }
  }

  [[nodiscard]] static std::size_t positions_of(std::span<const unit> units) {
    std::size_t sum = 0;
    for (const unit& u : units) sum += u.positions;
    return sum;
  }

  /// The prompt. Pictures are counted and not yet encoded, so that what does not fit costs nothing.
  [[nodiscard]] result<std::vector<unit>> lay_out(const conversation& talk, bool open_reply) const {
    if (talk.side_by_side && !reads_side_by_side()) {
      return failure{errc::unsupported, "this engine, or this model, cannot read demonstrations side by side", "side_by_side"};
    }
    std::vector<unit> out;
    for (const segment& s : format_.render(talk, open_reply)) {
      const std::uint32_t block = talk.side_by_side ? s.demonstration : 0;
      if (s.what == segment::kind::control) {
        const auto id = state_->engine.control_token(s.text);
        if (!id)
          return failure{errc::unsupported, "the model has no control token " + s.text + "; it wants another chat format", "chat format"};
        out.push_back({*id, 1, {}, {}, block});
      } else if (s.what == segment::kind::image) {
        if (!accepts_pictures()) {
          return failure{errc::unsupported, "the request has a picture and the model no eyes; load an mmproj with it", "image"};
        }
        out.push_back({-1, state_->engine.picture_positions(s.pixels), s.pixels, {}, block});
      } else {
        for (const token_id id : state_->engine.tokenize(s.text)) out.push_back({id, 1, {}, {}, block});
      }
    }
    if (out.empty()) return failure{errc::invalid_argument, "the conversation renders to nothing", "prompt"};
    return out;
  }

  /// Encodes the pictures. An engine that keeps them is told under which salt. Errors say which picture of the conversation it is,
  /// demonstrations' counted.
  [[nodiscard]] result<void> see(std::span<unit> units, [[maybe_unused]] std::string_view salt, const detail::stop_watch& watch) {
    std::size_t nth = 0;
    for (unit& u : units) {
      if (u.token >= 0) continue;
      ++nth;
      if (auto wanted = watch.go_on(); !wanted) return wanted;
      auto seen = [&] {
        if constexpr (caching_engine<Engine>) return state_->engine.encode_image(u.picture, salt);
        else return state_->engine.encode_image(u.picture);
      }();
      if (!seen) {
        failure why = std::move(seen).error();
        const auto all = std::count_if(units.begin(), units.end(), [](const unit& one) { return one.token < 0; });
        why.where = "picture " + std::to_string(nth) + " of " + std::to_string(all) + (why.where.empty() ? "" : ", " + why.where);
        return why;
      }
      u.positions = seen->rows;
      u.embedding = std::move(*seen);
    }
    return {};
  }

  /// Units as an engine takes them; `tokens` is what the inputs point into.
  [[nodiscard]] static std::vector<engine_input> inputs_of(std::span<const unit> units, std::vector<token_id>& tokens) {
    tokens.clear();
    tokens.reserve(units.size());
    std::vector<engine_input> inputs;
    for (std::size_t i = 0; i < units.size();) {
      if (units[i].token < 0) {
        inputs.push_back({{}, &units[i].embedding, units[i].block});
        ++i;
        continue;
      }
      const std::size_t first = tokens.size();
      const std::uint32_t block = units[i].block;
      for (; i < units.size() && units[i].token >= 0 && units[i].block == block; ++i) tokens.push_back(units[i].token);
      inputs.push_back({std::span<const token_id>(tokens).subspan(first), nullptr, block});
    }
    return inputs;
  }

  /// Makes the engine hold exactly these units; `cached` says how many positions were there already.
  [[nodiscard]] result<std::span<const float>> advance(std::vector<unit>& units, std::size_t& cached, std::string_view salt,
                                                       const detail::stop_watch& watch) {
    if (auto seen = see(units, salt, watch); !seen) return std::move(seen).error();
    if (auto wanted = watch.go_on(); !wanted) return std::move(wanted).error();
    std::vector<unit>& held = state_->sequence;
    std::vector<token_id> tokens;
    std::size_t common = 0, kept = 0;
    if constexpr (composing_engine<Engine>) {
      if (std::any_of(units.begin(), units.end(), [](const unit& u) { return u.block != 0; })) {
        const auto composed = state_->engine.compose(inputs_of(units, tokens), salt);
        if (!composed) {
          held.clear();
          return composed.error();
        }
        kept = composed->positions;
        cached = kept - composed->computed;
      }
    }
    if constexpr (caching_engine<Engine>) {
      if (kept == 0) kept = cached = state_->engine.resume(inputs_of(units, tokens), salt);
      for (std::size_t at = 0; at < kept; ++common) at += units[common].positions;
    } else {
      if (salt != state_->salt) held.clear();  // a quick answer must not tell one tenant what another asked
      state_->salt = salt;
      while (common < held.size() && common < units.size() && held[common].same(units[common])) ++common;
      if (common == units.size()) --common;  // the last unit's logits are needed
      kept = cached = positions_of(std::span<const unit>(units).first(common));
    }
    while (true) {
      std::size_t end = units.size();
      if (watch.may_stop()) {
        end = common;
        for (std::size_t n = 0; end < units.size() && n < piece; ++end) n += units[end].positions;
      }
      const auto next = std::span<const unit>(units).subspan(common, end - common);
      auto logits = state_->engine.evaluate(kept, inputs_of(next, tokens));
      if (logits && end == units.size()) {
        held = std::move(units);
        for (unit& u : held) u.embedding = {};
        return logits;
      }
      if (auto wanted = watch.go_on(); logits && !wanted) logits = std::move(wanted).error();
      if (!logits) {
        held.clear();  // what a failed call left behind is not trusted
        return logits;
      }
      kept += positions_of(next);
      common = end;
    }
  }
  [[nodiscard]] result<std::span<const float>> append(token_id id) {
    const engine_input one{std::span<const token_id>(&id, 1), nullptr};
    auto logits = state_->engine.evaluate(positions_of(state_->sequence), std::span<const engine_input>(&one, 1));
    if (logits) state_->sequence.push_back({id, 1, {}, {}, 0});
    return logits;
  }

  [[nodiscard]] static double log_probability(std::span<const float> logits, token_id id) {
    const float top = *std::max_element(logits.begin(), logits.end());
    double sum = 0.0;
    for (const float l : logits) sum += std::exp(static_cast<double>(l) - static_cast<double>(top));
    return static_cast<double>(logits[static_cast<std::size_t>(id)]) - static_cast<double>(top) - std::log(sum);
  }

  std::unique_ptr<state> state_;  // so that a backend can be moved
  Format format_;
};

}  // namespace inoculum
