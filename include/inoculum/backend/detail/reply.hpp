// SPDX-License-Identifier: Apache-2.0
// An answer on its way from tokens to its caller: whether it is still wanted, and what of its text may be handed out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/request.hpp"
#include "../../core/result.hpp"
#include "../../core/rng.hpp"
#include "../../core/utf8.hpp"
#include "../token_engine.hpp"

namespace inoculum::detail {

/// A caller's patience, from the call on.
class stop_watch {
 public:
  using clock = std::chrono::steady_clock;
  stop_watch() = default;  ///< never to stop
  explicit stop_watch(const generate_options& options) : cancel_(options.cancel), seconds_(options.timeout_seconds) {}

  [[nodiscard]] bool may_stop() const { return cancel_ || seconds_ > 0.0; }
  /// Errors: `cancelled`, `timeout`.
  [[nodiscard]] result<void> go_on(std::size_t tokens = 0) const {
    if (cancel_.raised()) return failure{errc::cancelled, "the caller asked to stop", "generate"};
    if (seconds_ > 0.0 && elapsed_ms() > seconds_ * 1000.0) {
      return failure{errc::timeout,
                     "no complete answer within " + std::to_string(seconds_) + " s (" + std::to_string(tokens) + " tokens so far)",
                     "generate"};
    }
    return {};
  }
  [[nodiscard]] double elapsed_ms() const { return std::chrono::duration<double, std::milli>(clock::now() - start_).count(); }

 private:
  clock::time_point start_ = clock::now();
  cancel_flag cancel_{};
  double seconds_ = 0.0;
};

struct reply {
  reply(const generate_options& options, const stop_watch& since) : watch(since), draw(options.seed) { out.finish = finish_reason::length; }
  completion out{};
  stop_watch watch;
  rng draw;
  std::set<token_id> said{};
  std::vector<float> penalised{};
  std::string held{};    // generated but not yet handed out: half a character, or what may become a stop string
  std::size_t room = 0;  // tokens that may still come
  bool finished = false;

  void end(finish_reason why) {
    out.finish = why;
    finished = true;
  }
  /// Whether this failure is that the caller stopped: then what there is is the answer.
  [[nodiscard]] bool ends_by(const failure& f) {
    if (f.code == errc::cancelled) end(finish_reason::cancelled);
    return f.code == errc::cancelled;
  }

  /// Takes a token's bytes and hands out what cannot become a stop string any more, in whole characters.
  template <class Sink>
  void add(std::string_view bytes, std::span<const std::string> stops, Sink& sink) {
    held += bytes;
    if (const auto stop = first_stop(held, stops)) {
      held.resize(*stop);
      return end(finish_reason::stop);
    }
    if (hand_out(held.size() - longest_stop_start(held, stops), sink)) return;
    held.clear();  // whoever says stop hears no more
    end(finish_reason::cancelled);
  }
  /// The rest. A character cut by the length limit is dropped rather than handed out in half.
  template <class Sink>
  void finish(Sink& sink) {
    (void)hand_out(held.size(), sink);
    out.total_ms = watch.elapsed_ms();
  }

 private:
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
  [[nodiscard]] bool hand_out(std::size_t ready, Sink& sink) {
    const std::size_t whole = complete_utf8(std::string_view(held).substr(0, ready));
    if (whole == 0) return true;
    const std::string text = held.substr(0, whole);
    held.erase(0, whole);
    out.text += text;
    return static_cast<bool>(sink(std::string_view(text)));
  }
};

}  // namespace inoculum::detail
