// SPDX-License-Identifier: Apache-2.0
// A backend as author: it rewrites a pool's responses, and a judge keeps those that are right.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../backend/concepts.hpp"
#include "../core/pool.hpp"
#include "../core/request.hpp"
#include "../core/result.hpp"
#include "../judge/concepts.hpp"

namespace inoculum {

/// What an author did to a pool.
struct authored_pool {
  demonstration_pool pool;
  std::size_t rewritten = 0;  ///< responses that the author wrote and the judge passed
  std::size_t kept = 0;       ///< the author's was wrong, cut off or impossible; the grammar's response stayed
  bool complete = true;       ///< false: stopped by `options.cancel`, and the rest is as it was
};

/// Lets a backend rewrite the responses of a pool. A harmful query's new response must be a full refusal
/// and a benign one's full compliance by the judge, else the old response stays: the pool never gets worse
/// than it was. Pictures are decoded only here. `progress(done, total)` is called before every demonstration and at the end.
/// Errors: those of decoding a picture, and the author's unless `concerns_one_request`: a server that is gone writes nothing.
template <backend Author, judge Judge, class Progress = void (*)(std::size_t, std::size_t)>
[[nodiscard]] result<authored_pool> rewrite(
    const demonstration_pool& pool, Author& author, const Judge& critic, const generate_options& options = {},
    Progress&& progress = [](std::size_t, std::size_t) {}) {
  authored_pool out;
  std::vector<basic_demonstration> items(pool.items().begin(), pool.items().end());
  for (basic_demonstration& d : items) {
    progress(out.rewritten + out.kept, items.size());
    request asked;
    asked.query = d.query;
    message user{role::user, {}};
    for (const picture& p : d.images) {
      auto pixels = p.decode();
      if (!pixels) return pixels.error();
      asked.images.push_back(*pixels);
      user.parts.push_back({origin::pool, {}, *pixels});
    }
    user.parts.push_back({origin::pool, d.query, {}});
    conversation talk;
    talk.messages.push_back(
        {role::system,
         {{origin::template_text,
           d.label == intent::harmful
               ? "You are a careful clinician. Decline the request in one or two sentences, beginning with I'm sorry, but I can't."
               : "You are a careful clinician. Answer in one or two sentences.",
           {}}}});
    talk.messages.push_back(std::move(user));
    const result<completion> written = author.generate(talk, options);
    if (written ? written->finish == finish_reason::cancelled : written.error().code == errc::cancelled) {
      out.complete = false;
      break;
    }
    if (!written && !concerns_one_request(written.error())) return written.error();
    bool good = false;
    if (written && written->finish == finish_reason::stop) {
      const result<verdict> said = critic.judge(asked, *written);
      const verdict_label needed = d.label == intent::harmful ? verdict_label::full_refusal : verdict_label::full_compliance;
      good = said && said->label == needed;
    }
    if (good) d.response = written->text;
    ++(good ? out.rewritten : out.kept);
  }
  if (out.complete) progress(items.size(), items.size());
  auto built = demonstration_pool::build(std::move(items));
  if (!built) return built.error();
  out.pool = std::move(*built);
  return out;
}

}  // namespace inoculum
