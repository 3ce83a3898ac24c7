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
  std::size_t kept = 0;       ///< the author failed or was wrong; the grammar's response stayed
};

/// Lets a backend rewrite the responses of a pool. A harmful query's new response must be a full refusal
/// and a benign one's full compliance by the judge, else the old response stays: the pool never gets worse
/// than it was. Pictures are decoded only here. Errors: those of decoding a picture, and cancellation.
template <backend Author, judge Judge>
[[nodiscard]] result<authored_pool> rewrite(const demonstration_pool& pool, Author& author, const Judge& critic,
                                            const generate_options& options = {}) {
  authored_pool out;
  std::vector<basic_demonstration> items(pool.items().begin(), pool.items().end());
  for (basic_demonstration& d : items) {
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
    if (!written && written.error().code == errc::cancelled) return written.error();
    bool good = false;
    if (written && written->finish == finish_reason::stop) {
      const result<verdict> said = critic.judge(asked, *written);
      const verdict_label needed = d.label == intent::harmful ? verdict_label::full_refusal : verdict_label::full_compliance;
      good = said && said->label == needed;
    }
    if (good) d.response = written->text;
    ++(good ? out.rewritten : out.kept);
  }
  auto built = demonstration_pool::build(std::move(items));
  if (!built) return built.error();
  out.pool = std::move(*built);
  return out;
}

}  // namespace inoculum
