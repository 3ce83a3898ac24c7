// SPDX-License-Identifier: Apache-2.0
// What turns a request into an adversarial one, to measure a defence with.
#pragma once

#include <concepts>
#include <cstddef>

#include "../backend/concepts.hpp"
#include "../core/pool.hpp"
#include "../core/request.hpp"
#include "../core/result.hpp"
#include "../core/rng.hpp"

namespace inoculum {

/// Rewrites a request, knowing nothing of the model or the defence.
///
/// Requirements:
///  1. The goal stays: who complies with the result has complied with the original query.
///  2. All randomness comes from `random`: the same attack, request and state of it give the same request.
///  3. Whatever the attack does not speak of (history, system prompt, further pictures) stays as it was.
///  4. Const and callable from several threads.
///
///   struct politely {
///     result<request> apply(request r, rng&) const { r.query += " Please."; return r; }
///   };
template <class A>
concept attack = requires(const A& a, const request& r, rng& random) {
  { a.apply(r, random) } -> std::same_as<result<request>>;
};

/// Also tries its rewritings on the model before it settles for one. `queries` is how often it may ask the
/// backend; the pool is what the defence could show, since a defence must hold when that is known.
template <class A, class B>
concept adaptive_attack = backend<B> &&
    requires(const A& a, const request& r, rng& random, B& target, const demonstration_pool& pool, std::size_t queries) {
  { a.apply(r, random, target, pool, queries) } -> std::same_as<result<request>>;
};

}  // namespace inoculum
