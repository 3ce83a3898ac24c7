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

#include "../core/utf8.hpp"
#include "../prompt/chat_format.hpp"
#include "concepts.hpp"
#include "sampling.hpp"
#include "token_engine.hpp"

namespace inoculum {

/// Models backend, streaming_backend, scoring_backend, prefix_backend and token_counting_backend over
/// any `token_engine`; over a `batching_engine` also batch_backend, over a `composing_engine` it reads side by side. Calls take turns,
/// since the engine has one sequence. What the next prompt has in common with the last one, or with any that a `caching_engine` remembers,
/// is not computed again, picture by picture and token by token.
template <token_engine Engine, chat_format Format = chatml>
class token_backend {
 public:
  explicit token_backend(Engine engine, Format format = {})
      : state_(std::make_unique<state>(std::move(engine))), format_(std::move(format)) {}

  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) {
    return generate(talk, options, nobody);
  }

  /// `sink(text)` sees whole UTF-8 characters as they come; false stops.
  template <class Sink>
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options, Sink&& sink) {
    const std::lock_guard lock(state_->busy);
    reply r(options);
    auto logits = begin(talk, options, r);
    if (!logits) return std::move(logits).error();
    while (true) {
      const auto next = say(r, *logits, options, sink);
      if (!next) return std::move(next).error();
      if (r.finished) break;
      logits = append(*next);
      if (!logits) return std::move(logits).error();
    }
    finish(r, sink);
    return std::move(r.out);
  }

  /// Answers several conversations, `batch_width` at a time: their prompts one after the other, then one token each in turn.
  /// Answer i is what `generate` gives for conversation i.
  [[nodiscard]] std::vector<result<completion>> generate_batch(std::span<const conversation> talks,
                                                               const generate_options& options) requires batching_engine<Engine> {
    const std::lock_guard lock(state_->busy);
    std::vector<result<completion>> out;
    for (std::size_t from = 0; from < talks.size(); from += batch_width) {
      answer_together(talks.subspan(from, std::min(batch_width, talks.size() - from)), options, out);
    }
    return out;
  }

  /// Natural log of the probability of `continuation` as the assistant's next words, summed over its tokens.
  [[nodiscard]] result<double> score(const conversation& talk, std::string_view continuation) {
    const std::lock_guard lock(state_->busy);
    auto prompt = encode(talk, true);
    if (!prompt) return std::move(prompt).error();
    std::size_t cached = 0;
    auto logits = advance(*prompt, cached, {});
    if (!logits) return std::move(logits).error();
    double sum = 0.0;
    for (const token_id id : state_->engine.tokenize(continuation)) {
      sum += log_probability(*logits, id);
      logits = append(id);
      if (!logits) return std::move(logits).error();
    }
    return sum;
  }

  /// Computes the beginning of conversations ahead of time. It must consist of whole messages.
  [[nodiscard]] result<void> prepare(const conversation& beginning) {
    const std::lock_guard lock(state_->busy);
    auto prompt = encode(beginning, false);
    if (!prompt) return std::move(prompt).error();
    std::size_t cached = 0;
    auto logits = advance(*prompt, cached, {});
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
  using clock = std::chrono::steady_clock;
  static constexpr auto nobody = [](std::string_view) { return true; };

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
    std::mutex busy;
    std::vector<unit> sequence;  // what the engine holds now
  };

  /// An answer on its way.
  struct reply {
    explicit reply(const generate_options& options) : draw(options.seed) { out.finish = finish_reason::length; }
    completion out{};
    clock::time_point start = clock::now();
    rng draw;
    std::vector<token_id> said{};
    std::vector<float> penalised{};
    std::string held{};    // generated but not yet handed out: half a character, or what may become a stop string
    std::size_t room = 0;  // tokens that may still come
    bool finished = false;
    [[nodiscard]] double elapsed_ms() const { return std::chrono::duration<double, std::milli>(clock::now() - start).count(); }
  };

  /// The prompt; gives the logits of the first token.
  [[nodiscard]] result<std::span<const float>> begin(const conversation& talk, const generate_options& options, reply& r) {
    auto prompt = encode(talk, true);
    if (!prompt) return std::move(prompt).error();
    r.out.prompt_tokens = positions_of(*prompt);
    const std::size_t limit = state_->engine.context_size();
    if (r.out.prompt_tokens + 1 > limit) {
      return failure{errc::budget,
                     "the prompt takes " + std::to_string(r.out.prompt_tokens) + " tokens and the model's context holds " +
                         std::to_string(limit) + ": " + std::to_string(r.out.prompt_tokens + 1 - limit) + " too many",
                     "context"};
    }
    r.room = std::min(options.max_tokens, limit - r.out.prompt_tokens);
    return advance(*prompt, r.out.cached_tokens, options.cache_salt);
  }

  /// Takes the next token from its logits, and hands out what is ready. The token is to be appended unless `r.finished`.
  template <class Sink>
  [[nodiscard]] result<token_id> say(reply& r, std::span<const float> logits, const generate_options& options, Sink& sink) {
    const auto finish = [&](finish_reason why) {
      r.out.finish = why;
      r.finished = true;
      return token_id{-1};
    };
    if (r.room == 0) return finish(finish_reason::length);
    if (options.cancel.raised()) return finish(finish_reason::cancelled);
    if (options.timeout_seconds > 0.0 && r.elapsed_ms() > options.timeout_seconds * 1000.0) {
      return failure{errc::timeout,
                     "no complete answer within " + std::to_string(options.timeout_seconds) + " s (" +
                         std::to_string(r.out.completion_tokens) + " tokens so far)",
                     "generate"};
    }
    if (options.repetition_penalty != 1.0) {
      r.penalised.assign(logits.begin(), logits.end());
      penalise(r.penalised, r.said, options.repetition_penalty);
      logits = r.penalised;
    }
    const token_id next = sample(logits, options, r.draw);
    if (r.said.empty()) r.out.ttft_ms = r.elapsed_ms();
    if (state_->engine.is_end(next)) return finish(finish_reason::stop);
    ++r.out.completion_tokens;
    r.said.push_back(next);
    r.held += state_->engine.token_bytes(next);
    if (const auto stop = first_stop(r.held, options.stop)) {
      r.held.resize(*stop);
      return finish(finish_reason::stop);
    }
    if (!flush(r.held, r.held.size() - longest_stop_start(r.held, options.stop), r.out.text, sink)) return finish(finish_reason::cancelled);
    if (--r.room == 0) return finish(finish_reason::length);
    return next;
  }

  template <class Sink>
  static void finish(reply& r, Sink& sink) {
    // A character cut by the length limit is dropped rather than handed out in half.
    const std::size_t whole = complete_utf8(r.held);
    if (whole > 0) {
      r.out.text.append(r.held, 0, whole);
      (void)sink(std::string_view(r.held).substr(0, whole));
    }
    r.out.total_ms = r.elapsed_ms();
  }

  void answer_together(std::span<const conversation> talks, const generate_options& options, std::vector<result<completion>>& out) {
    const std::size_t first = out.size();
    std::vector<reply> replies(talks.size(), reply(options));
    std::vector<typename Engine::sequence> sequences;  // of those not finished, and
    std::vector<std::size_t> whose;                    // whose they are, and
    std::vector<token_id> next;                        // what they say next
    for (std::size_t i = 0; i < talks.size(); ++i) {
      out.emplace_back(completion{});
      const auto logits = begin(talks[i], options, replies[i]);
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
      finish(replies[i], nobody);
      out[first + i] = std::move(replies[i].out);
    }
  }

  [[nodiscard]] static std::size_t positions_of(std::span<const unit> units) {
    std::size_t sum = 0;
    for (const unit& u : units) sum += u.positions;
    return sum;
  }

  [[nodiscard]] result<std::vector<unit>> encode(const conversation& talk, bool open_reply) {
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
        auto seen = state_->engine.encode_image(s.pixels);
        if (!seen) return std::move(seen).error();
        unit u;
        u.positions = seen->rows;
        u.picture = s.pixels;
        u.block = block;
        u.embedding = std::move(*seen);
        out.push_back(std::move(u));
      } else {
        for (const token_id id : state_->engine.tokenize(s.text)) out.push_back({id, 1, {}, {}, block});
      }
    }
    if (out.empty()) return failure{errc::invalid_argument, "the conversation renders to nothing", "prompt"};
    return out;
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
  [[nodiscard]] result<std::span<const float>> advance(std::vector<unit>& units, std::size_t& cached, std::string_view salt) {
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
      (void)salt;
      while (common < held.size() && common < units.size() && held[common].same(units[common])) ++common;
      if (common == units.size()) --common;  // the last unit's logits are needed
      kept = cached = positions_of(std::span<const unit>(units).first(common));
    }
    auto logits = state_->engine.evaluate(kept, inputs_of(std::span<const unit>(units).subspan(common), tokens));
    if (!logits) {
      held.clear();  // what a failed call left behind is not trusted
      return logits;
    }
    held = std::move(units);
    for (unit& u : held) u.embedding = {};
    return logits;
  }
  [[nodiscard]] result<std::span<const float>> append(token_id id) {
    const engine_input one{std::span<const token_id>(&id, 1), nullptr};
    auto logits = state_->engine.evaluate(positions_of(state_->sequence), std::span<const engine_input>(&one, 1));
    if (logits) state_->sequence.push_back({id, 1, {}, {}, 0});
    return logits;
  }

  [[nodiscard]] static std::optional<std::size_t> first_stop(std::string_view text, std::span<const std::string> stops) {
    std::optional<std::size_t> out;
    for (const std::string& s : stops) {
      const std::size_t at = s.empty() ? std::string_view::npos : text.find(s);
      if (at != std::string_view::npos && (!out || at < *out)) out = at;
    }
    return out;
  }
  /// How many bytes at the end could be the beginning of a stop string.
  [[nodiscard]] static std::size_t longest_stop_start(std::string_view text, std::span<const std::string> stops) {
    std::size_t longest = 0;
    for (const std::string& s : stops) {
      for (std::size_t n = std::min(s.size(), text.size()); n > longest; --n) {
        if (text.substr(text.size() - n) == std::string_view(s).substr(0, n)) {
          longest = n;
          break;
        }
      }
    }
    return longest;
  }
  template <class Sink>
  [[nodiscard]] static bool flush(std::string& held, std::size_t ready, std::string& text, Sink& sink) {
    const std::size_t whole = complete_utf8(std::string_view(held).substr(0, ready));
    if (whole == 0) return true;
    const std::string out = held.substr(0, whole);
    held.erase(0, whole);
    text += out;
    return static_cast<bool>(sink(std::string_view(out)));
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
