// SPDX-License-Identifier: Apache-2.0
// Where the program's pool, policies and suites come from: alone in including Eigen, the grammar and the phantoms.
#include <cstdio>
#include <filesystem>
#include <inoculum/engine/cached_embedder.hpp>
#include <inoculum/engine/sentence/sentence_embedder.hpp>
#include <inoculum/engine/vision/vision_embedder.hpp>
#include <inoculum/io/pool.hpp>
#include <inoculum/select/policy.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <inoculum/synthesis/synthesize.hpp>
#include <optional>
#include <system_error>
#include <vector>

#include "options.hpp"

namespace cli {

using namespace inoculum;

inoculum::result<inoculum::demonstration_pool> open_pool(const std::string& path) {
  if (path.empty()) return inoculum::synthesize();
  return inoculum::load_pool(path, inoculum::resolve_phantom);
}

inoculum::result<inoculum::demonstration_pool> make_pool(std::uint64_t seed, std::size_t count) {
  inoculum::synthesis_options wanted;
  wanted.seed = seed;
  if (count != 0) wanted.count = count;
  return inoculum::synthesize(wanted);
}

inoculum::result<std::vector<inoculum::suite_entry>> open_suite(const std::string& path) {
  return inoculum::load_suite(path, inoculum::resolve_phantom);
}

inoculum::result<inoculum::image> draw(const std::string& phantom) {
  const auto named = inoculum::resolve_phantom(phantom);
  if (!named) return named.error();
  return named->decode();
}

result<std::vector<any_policy>> open_policies(std::span<const std::string> texts, const demonstration_pool& pool, std::uint64_t seed,
                                              const std::string& eyes) {
  const auto sentence = [&]() -> result<cached_embedder<sentence_embedder>> {
    auto minilm = sentence_embedder::load(encoder_folder());
    if (!minilm) {
      failure missing = std::move(minilm).error();
      if (missing.code == errc::not_found) missing.message += "; examples/fetch_weights.sh --embedder fetches the sentence embedder";
      return missing;
    }
    const std::string vectors = cache_folder() + "/pool-" + pool.content_digest().hex().substr(0, 16) + ".vectors";
    std::error_code unknown;
    if (!std::filesystem::exists(vectors, unknown))
      std::fprintf(stderr, "embedding the pool's %zu requests, for %s\n", pool.size(), vectors.c_str());
    // Some ten seconds for 6,000; a cache that cannot be written only means that every time takes as long.
    return cached_embedder<sentence_embedder>::build(std::move(*minilm), pool, vectors);
  };
  using modality_looks = inoculum::modality_looks<vision_embedder>;
  std::optional<modality_looks> known;  // sixty pictures are drawn and encoded for it: once for all policies
  const auto looks = [&]() -> result<modality_looks> {
    if (known) return *known;
    auto tower = vision_embedder::load(eyes);
    if (!tower) return std::move(tower).error();
    auto seen = modality_looks::build(pool, std::move(*tower));
    if (seen) known = *seen;
    return seen;
  };
  std::vector<any_policy> out;
  for (const std::string& text : texts) {
    auto policy = eyes.empty() ? make_policy(text, pool, seed, sentence) : make_policy(text, pool, seed, sentence, looks);
    if (!policy) return std::move(policy).error();
    out.push_back(std::move(*policy));
  }
  return out;
}

std::string order_in(const std::string& policy) {
  const auto parsed = inoculum::parse_policy_text(policy);
  return parsed ? inoculum::order_of(*parsed) : std::string();
}

bool repeats(const std::string& policy) {
  const auto parsed = inoculum::parse_policy_text(policy);
  return parsed && (parsed->root.name == "fixed" || parsed->root.name == "bucketed") && inoculum::order_of(*parsed) != "side_by_side";
}

}  // namespace cli
