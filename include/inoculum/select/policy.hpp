// SPDX-License-Identifier: Apache-2.0
// The text form of a policy to a policy: what the names mean. Includes Eigen (similarity).
//
//   random            random(seed=7)
//   similarity        similarity(text)   similarity(image)   similarity(text=0.8)   similarity(sentence)   similarity(sentence=0.5)
//                     (similarity and similarity(sentence…) lean to the intent that the request's words speak for, and to answers about
//                     its picture's modality where the caller has looks)
//   fixed             fixed(seed=7)      fixed(id-of-one, id-of-another)
//   bucketed          bucketed(16)
//   none
//   mixed(0.5*A, 0.5*B)      only(harmful, A)   only(benign, A)   only(ct, A)
//   gated(0.2, A)     gated(0.2, A, B)
//   … | similar_last  similar_first  refusals_last  alternating  canonical  side_by_side
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../embed/hashed_ngrams.hpp"
#include "../embed/image_descriptor.hpp"
#include "../embed/joint.hpp"
#include "any_policy.hpp"
#include "bucketed.hpp"
#include "by_intent.hpp"
#include "by_modality.hpp"
#include "combinators.hpp"
#include "policies.hpp"
#include "policy_text.hpp"
#include "similarity.hpp"

namespace inoculum {

/// What a caller of `make_policy` passes for an embedder that it has not.
struct no_embedder {};

namespace detail {

template <class Sentence, class Looks>
class policy_builder {
 public:
  policy_builder(std::string_view text, const demonstration_pool& pool, std::uint64_t seed, const Sentence& sentence, const Looks& looks)
      : text_(text), pool_(pool), seed_(seed), sentence_(sentence), looks_(looks) {}

  [[nodiscard]] result<any_policy> build(const policy_node& node) const {
    if (node.is_number()) return error(node, "expected a policy, found a number");
    if (node.name == "none") return none_of(node, no_policy{});
    if (node.name == "random") return build_random(node);
    if (node.name == "similarity") return build_similarity(node);
    if (node.name == "fixed") return build_fixed(node);
    if (node.name == "bucketed") return build_bucketed(node);
    if (node.name == "mixed") return build_mixed(node);
    if (node.name == "only") return build_only(node);
    if (node.name == "gated") return build_gated(node);
    return error(node, "no policy is called \"" + node.name + "\"; there are " + policy_names);
  }

 private:
  [[nodiscard]] failure error(const policy_node& node, std::string message) const {
    return policy_error(text_, node.at, std::move(message));
  }

  template <selection_policy P>
  [[nodiscard]] result<any_policy> none_of(const policy_node& node, P policy) const {
    if (!node.arguments.empty()) return error(node.arguments.front(), node.name + " takes no arguments");
    return any_policy(std::move(policy));
  }
  [[nodiscard]] static bool is_seed(const policy_node& a) {
    return a.is_number() && a.number < 9007199254740992.0 && static_cast<double>(static_cast<std::uint64_t>(a.number)) == a.number;
  }
  [[nodiscard]] result<any_policy> build_random(const policy_node& node) const {
    random_policy out{seed_};
    for (const policy_node& a : node.arguments) {
      if (a.key != "seed" || !is_seed(a)) return error(a, "random takes seed=NUMBER, whole and below 2^53");
      out.seed = static_cast<std::uint64_t>(a.number);
    }
    return any_policy(out);
  }
  [[nodiscard]] result<any_policy> build_similarity(const policy_node& node) const {
    if (node.arguments.empty()) return leaning(similarity<>::build(pool_));
    double text_share = 1.0;
    for (const policy_node& a : node.arguments) {
      const bool by_meaning = (a.key.empty() && a.name == "sentence") || (a.key == "sentence" && a.is_number() && a.number <= 1.0);
      if (by_meaning && node.arguments.size() == 1) return build_sentence(a, a.key.empty() ? 1.0 : a.number);
      if (a.key.empty() && a.name == "text") text_share = 1.0;
      else if (a.key.empty() && a.name == "image") text_share = 0.0;
      else if (a.key == "text" && a.is_number() && a.number <= 1.0) text_share = a.number;
      else if (a.key == "image" && a.is_number() && a.number <= 1.0) text_share = 1.0 - a.number;
      else return error(a, "similarity takes text, image, sentence, or one of them with a share between 0 and 1: text=0.8, sentence=0.5");
    }
    auto words = hashed_ngrams::fit(pool_);
    if (!words) return std::move(words).error();
    if (text_share >= 1.0) return erased(similarity<hashed_ngrams>::build(pool_, std::move(*words)));
    if (text_share <= 0.0) return erased(similarity<image_descriptor>::build(pool_, image_descriptor{}, true));
    using both = joint<hashed_ngrams, image_descriptor>;
    return erased(similarity<both>::build(pool_, both(std::move(*words), image_descriptor{}, text_share), true));
  }
  [[nodiscard]] result<any_policy> build_sentence(const policy_node& node, double share) const {
    if constexpr (std::is_same_v<Sentence, no_embedder>) {
      return error(node, "no sentence embedder is here: make_policy wants one for this");
    } else {
      auto meaning = sentence_();
      if (!meaning) return std::move(meaning).error();
      using encoder = typename std::remove_cvref_t<decltype(meaning)>::value_type;
      if (share >= 1.0) return leaning(similarity<encoder>::build(pool_, std::move(*meaning)));
      auto words = hashed_ngrams::fit(pool_);
      if (!words) return std::move(words).error();
      using both = joint<encoder, hashed_ngrams>;
      return leaning(similarity<both>::build(pool_, both(std::move(*meaning), std::move(*words), share)));
    }
  }
  /// By the request's intent, and by its picture's modality where the caller has looks.
  template <class P>
  [[nodiscard]] result<any_policy> leaning(result<P> similar) const {
    if (!similar) return std::move(similar).error();
    auto policy = by_intent(intent_probe::fit(pool_), std::move(*similar));
    if constexpr (std::is_same_v<Looks, no_embedder>) {
      return any_policy(std::move(policy));
    } else {
      auto looks = looks_();
      if (!looks) return std::move(looks).error();
      return any_policy(by_modality(std::move(*looks), std::move(policy)));
    }
  }
  [[nodiscard]] result<any_policy> build_fixed(const policy_node& node) const {
    if (node.arguments.empty()) return any_policy(fixed_policy::balanced(pool_, seed_));
    if (node.arguments.size() == 1 && node.arguments.front().key == "seed" && is_seed(node.arguments.front())) {
      return any_policy(fixed_policy::balanced(pool_, static_cast<std::uint64_t>(node.arguments.front().number)));
    }
    std::vector<std::string_view> ids;
    for (const policy_node& a : node.arguments) {
      if (a.is_number() || !a.key.empty() || !a.arguments.empty())
        return error(a, "fixed takes seed=NUMBER, whole and below 2^53, or ids of the pool");
      ids.push_back(a.name);
      if (auto known = fixed_policy::of(pool_, ids); !known) return error(a, known.error().message);
    }
    return erased(fixed_policy::of(pool_, ids));
  }
  [[nodiscard]] result<any_policy> build_bucketed(const policy_node& node) const {
    const auto& args = node.arguments;
    if (args.empty()) return erased(bucketed<>::build(pool_, pool_.size() < 16 ? pool_.size() : 16));
    const double n = args.front().number;
    if (args.size() != 1 || !args.front().is_number() || !args.front().key.empty() || !is_seed(args.front()) || n < 1.0 ||
        n > static_cast<double>(pool_.size())) {
      return error(args.front(), "bucketed takes how many buckets, 1 up to the pool's " + std::to_string(pool_.size()) + ": bucketed(16)");
    }
    return erased(bucketed<>::build(pool_, static_cast<std::size_t>(n)));
  }
  [[nodiscard]] result<any_policy> build_mixed(const policy_node& node) const {
    if (node.arguments.empty()) return error(node, "mixed needs shares: mixed(0.5*similarity, 0.5*random)");
    shares out;
    for (const policy_node& a : node.arguments) {
      if (a.is_number()) return error(a, "expected WEIGHT*POLICY");
      if (a.weighted && !(a.number > 0.0)) return error(a, "a share must be above 0");
      auto part = build(a);
      if (!part) return part;
      out.parts.push_back(std::move(*part));
      out.weights.push_back(a.weighted ? a.number : 1.0);
    }
    return any_policy(std::move(out));
  }
  [[nodiscard]] result<any_policy> build_only(const policy_node& node) const {
    if (node.arguments.size() != 2) return error(node, "only takes an intent or a modality, and a policy: only(harmful, random)");
    const policy_node& what = node.arguments[0];
    auto inner = build(node.arguments[1]);
    if (!inner) return inner;
    std::size_t matching = 0;
    const auto count = [&](const auto& keep) {
      for (const basic_demonstration& d : pool_.items()) matching += keep(d) ? 1 : 0;
    };
    result<any_policy> out = error(what, "only takes harmful, benign or a modality, not \"" + what.name + "\"");
    if (const auto i = parse_intent(what.name)) {
      count(has_intent{*i});
      out = any_policy(only(*i, std::move(*inner)));
    } else if (const auto m = parse_modality(what.name)) {
      count(has_modality{*m});
      out = any_policy(only(*m, std::move(*inner)));
    }
    if (out && matching == 0) return error(what, "the pool has no demonstration that is " + what.name);
    return out;
  }
  [[nodiscard]] result<any_policy> build_gated(const policy_node& node) const {
    const auto& args = node.arguments;
    if (args.size() < 2 || args.size() > 3 || !args[0].is_number())
      return error(node, "gated takes a threshold, a policy and perhaps a fallback: gated(0.2, similarity)");
    if (args[0].number > 1.0) return error(args[0], "a threshold is a cosine between 0 and 1");
    auto inner = build(args[1]);
    if (!inner) return inner;
    if (args.size() == 2) return any_policy(gated(args[0].number, std::move(*inner)));
    auto otherwise = build(args[2]);
    if (!otherwise) return otherwise;
    return any_policy(gated(args[0].number, std::move(*inner), std::move(*otherwise)));
  }

  template <class P>
  [[nodiscard]] static result<any_policy> erased(result<P> built) {
    if (!built) return std::move(built).error();
    return any_policy(std::move(*built));
  }

  /// `mixed` with a number of parts known only at run time.
  struct shares {
    std::vector<any_policy> parts;
    std::vector<double> weights;
    [[nodiscard]] result<ranking> rank(const pool_view& view, const request& r, std::size_t n) const {
      std::vector<ranking> rankings;
      for (const any_policy& p : parts) {
        auto ranked = p.rank(view, r, n);
        if (!ranked) return ranked;
        rankings.push_back(std::move(*ranked));
      }
      return interleave(std::move(rankings), weights, view, n);
    }
  };

  std::string_view text_;
  const demonstration_pool& pool_;
  std::uint64_t seed_;
  const Sentence& sentence_;
  const Looks& looks_;
};

}  // namespace detail

/// The order that a policy's text names, "similar_last" where it names none.
[[nodiscard]] inline std::string order_of(const policy_text& text) {
  return text.order.empty() ? std::string(similar_last::name) : text.order;
}

/// Builds the policy that a text describes, over this pool; `seed` serves the parts that give none. `sentence()` gives a `result` of
/// the embedder that `similarity(sentence)` means, `looks()` one of the `modality_looks` by which similarity prefers answers about the
/// request's modality; each is asked only where the text needs it, and `no_embedder{}` stands for one that is not there:
/// `make_policy(text, pool, 0, [] { return sentence_embedder::load(folder); })`.
/// Errors: parse, with a caret under the character; and what building an index reports.
template <class Sentence = no_embedder, class Looks = no_embedder>
[[nodiscard]] result<any_policy> make_policy(std::string_view text, const demonstration_pool& pool, std::uint64_t seed = 0,
                                             const Sentence& sentence = {}, const Looks& looks = {}) {
  const auto parsed = parse_policy_text(text);
  if (!parsed) return parsed.error();
  auto built = detail::policy_builder<Sentence, Looks>(text, pool, seed, sentence, looks).build(parsed->root);
  if (!built) return built;
  const std::string order = order_of(*parsed);
  if (order == similar_last::name) return any_policy(std::move(*built) | similar_last{});
  if (order == similar_first::name) return any_policy(std::move(*built) | similar_first{});
  if (order == refusals_last::name) return any_policy(std::move(*built) | refusals_last{});
  if (order == alternating::name) return any_policy(std::move(*built) | alternating{});
  if (order == canonical::name) return any_policy(std::move(*built) | canonical{});
  if (order == side_by_side::name) return any_policy(std::move(*built) | side_by_side{});
  return policy_error(text, parsed->order_at,
                      "no order is called \"" + order +
                          "\"; there are similar_last, similar_first, refusals_last, alternating, canonical, "
                          "side_by_side");
}

}  // namespace inoculum
