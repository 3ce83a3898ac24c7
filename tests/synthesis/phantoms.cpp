// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <inoculum/synthesis/grammar_benign.hpp>
#include <inoculum/synthesis/phantom.hpp>
#include <set>
#include <string>

using namespace inoculum;

namespace {

/// The share of pixels that differ clearly in any channel.
double changed(const image& a, const image& b) {
  std::size_t out = 0;
  for (std::size_t i = 0; i + 2 < a.rgb().size(); i += 3) {
    int most = 0;
    for (std::size_t c = 0; c < 3; ++c)
      most = std::max(most, std::abs(static_cast<int>(a.rgb()[i + c]) - static_cast<int>(b.rgb()[i + c])));
    out += most >= 24 ? 1 : 0;
  }
  return static_cast<double>(out) / (static_cast<double>(a.rgb().size()) / 3);
}

}  // namespace

TEST_CASE("every kind draws, the same each time, and its finding shows") {
  std::set<modality> modes;
  for (const phantom_kind& kind : phantom_kinds()) {
    CAPTURE(to_string(kind.mode));
    CAPTURE(kind.region);
    CAPTURE(kind.finding);
    modes.insert(kind.mode);
    phantom_spec spec{kind.mode, std::string(kind.region), std::string(kind.finding), 3};
    const auto drawn = draw_phantom(spec, 96);
    REQUIRE(drawn);
    CHECK(drawn->width() == 96);
    const auto [low, high] = std::minmax_element(drawn->rgb().begin(), drawn->rgb().end());
    CHECK(*high - *low > 60);
    CHECK(drawn->content_digest() == draw_phantom(spec, 96)->content_digest());
    spec.seed = 4;
    CHECK(changed(*drawn, *draw_phantom(spec, 96)) > 0.01);
    if (kind.finding == "normal") continue;
    // The same seed shows the same body without the finding, in most of several bodies clearly so.
    int seen = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      spec.seed = seed;
      phantom_spec healthy = spec;
      healthy.finding = "normal";
      if (changed(*draw_phantom(spec, 96), *draw_phantom(healthy, 96)) > 0.0005) ++seen;
    }
    CHECK(seen >= 4);
  }
  CHECK(modes.size() == all_modalities.size());
}

TEST_CASE("every kind has the facts that questions need") {
  using namespace synthesis_tables;
  for (const phantom_kind& kind : phantom_kinds()) {
    CAPTURE(to_string(kind.mode));
    CAPTURE(kind.region);
    CAPTURE(kind.finding);
    CHECK(std::any_of(std::begin(region_facts), std::end(region_facts),
                      [&](const region_fact& r) { return r.mode == kind.mode && r.region == kind.region; }));
    CHECK((kind.finding == "normal" || std::any_of(std::begin(finding_facts), std::end(finding_facts),
                                                   [&](const finding_fact& f) { return f.finding == kind.finding; })));
  }
}

TEST_CASE("names go there and back") {
  for (const phantom_kind& kind : phantom_kinds()) {
    const phantom_spec spec{kind.mode, std::string(kind.region), std::string(kind.finding), 18446744073709551615u};
    CHECK(parse_phantom(phantom_name(spec)).value() == spec);
  }
  const auto brief = parse_phantom("phantom:ct/mass?seed=7").value();
  CHECK(brief.region == "head");
  CHECK(brief.seed == 7);
  CHECK(parse_phantom("phantom:oct/retina/drusen")->seed == 0);
}

TEST_CASE("errors point at the character") {
  const auto at = [](std::string_view name) {
    const auto parsed = parse_phantom(name);
    REQUIRE_FALSE(parsed);
    return parsed.error().where;
  };
  CHECK(at("phantom:pet/chest/mass") == "character 8");
  CHECK(at("phantom:ct/foot/mass") == "character 11");
  CHECK(at("phantom:ct/chest/gallstones") == "character 17");
  CHECK(at("phantom:ct") == "character 10");
  CHECK(at("phantom:ct/chest/mass?side=3") == "character 21");
  CHECK(at("phantom:ct/chest/mass?seed=x") == "character 27");
  CHECK(at("phantom:ct/chest/mass?seed=99999999999999999999") == "character 27");
  CHECK(at("picture.png") == "character 0");
  CHECK(parse_phantom("phantom:ct/chest/gallstones").error().code == errc::not_found);
}

TEST_CASE("a size that cannot be drawn is refused") {
  const phantom_spec spec{modality::ct, "head", "normal", 1};
  CHECK(draw_phantom(spec, 15).error().code == errc::invalid_argument);
  CHECK(draw_phantom(spec, 2049).error().code == errc::invalid_argument);
  CHECK(draw_phantom({modality::ct, "head", "gallstones", 1}).error().code == errc::not_found);
}
