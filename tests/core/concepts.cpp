// SPDX-License-Identifier: Apache-2.0
// What each concept accepts, and that taking any one thing away makes it reject. All of it at compile time;
// tests/static/must_fail holds the messages that a user then sees.
#include <doctest/doctest.h>

#include <cstdint>
#include <inoculum/backend/concepts.hpp>
#include <inoculum/backend/token_engine.hpp>
#include <inoculum/core/demonstration.hpp>
#include <inoculum/prompt/chat_format.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ino = inoculum;

// ---- demonstration

namespace {
struct full_case {};
struct no_id {};
struct no_query {};
struct no_response {};
struct no_intent {};
struct intent_is_bool {};
struct query_is_number {};
struct no_traits {};

struct id_part {
  template <class D>
  static std::string_view id(const D&) {
    return "1";
  }
};
struct query_part {
  template <class D>
  static std::string_view query(const D&) {
    return "q";
  }
};
struct response_part {
  template <class D>
  static std::string response(const D&) {
    return "r";
  }
};
struct intent_part {
  template <class D>
  static ino::intent intent_of(const D&) {
    return ino::intent::harmful;
  }
};
}  // namespace

template <>
struct inoculum::demonstration_traits<full_case> : id_part, query_part, response_part, intent_part {};
template <>
struct inoculum::demonstration_traits<no_id> : query_part, response_part, intent_part {};
template <>
struct inoculum::demonstration_traits<no_query> : id_part, response_part, intent_part {};
template <>
struct inoculum::demonstration_traits<no_response> : id_part, query_part, intent_part {};
template <>
struct inoculum::demonstration_traits<no_intent> : id_part, query_part, response_part {};
template <>
struct inoculum::demonstration_traits<intent_is_bool> : id_part, query_part, response_part {
  static bool intent_of(const intent_is_bool&) { return true; }
};
template <>
struct inoculum::demonstration_traits<query_is_number> : id_part, response_part, intent_part {
  static int query(const query_is_number&) { return 1; }
};

static_assert(ino::demonstration<ino::basic_demonstration>);
static_assert(ino::demonstration<full_case>);
static_assert(!ino::demonstration<no_traits>);
static_assert(!ino::demonstration<std::string>);
static_assert(!ino::demonstration<no_id>);
static_assert(!ino::demonstration<no_query>);
static_assert(!ino::demonstration<no_response>);
static_assert(!ino::demonstration<no_intent>);
static_assert(!ino::demonstration<intent_is_bool>);
static_assert(!ino::demonstration<query_is_number>);

TEST_CASE("to_basic copies what the traits expose and leaves the rest at its default") {
  const ino::basic_demonstration d = ino::to_basic(full_case{});
  CHECK(d.id == "1");
  CHECK(d.query == "q");
  CHECK(d.response == "r");
  CHECK(d.label == ino::intent::harmful);
  CHECK(d.mode == ino::modality::unknown);
  CHECK(d.images.empty());
  CHECK(d.source.empty());
}

// ---- backend and its refinements

namespace {
using talk = ino::conversation;
using options = ino::generate_options;
using answer = ino::result<ino::completion>;

struct plain {
  answer generate(const talk&, const options&) { return ino::completion{}; }
};
struct streams : plain {
  using plain::generate;
  template <class Sink>
  answer generate(const talk&, const options&, Sink&&) {
    return ino::completion{};
  }
};
struct scores : plain {
  ino::result<double> score(const talk&, std::string_view) { return -1.0; }
};
struct prepares : plain {
  ino::result<void> prepare(const talk&) { return {}; }
};
struct batches : plain {
  std::vector<answer> generate_batch(std::span<const talk>, const options&) { return {}; }
};
struct counts : plain {
  ino::result<std::size_t> count_tokens(const talk&) const { return std::size_t{1}; }
};
struct counts_only_when_mutable : plain {
  ino::result<std::size_t> count_tokens(const talk&) { return std::size_t{1}; }
};
struct throws_instead {
  ino::completion generate(const talk&, const options&) { return {}; }
};
struct takes_text {
  answer generate(std::string_view, const options&) { return ino::completion{}; }
};
struct streams_only {
  answer generate(const talk&, const options&, bool (*)(std::string_view)) { return ino::completion{}; }
};
struct scores_a_float : plain {
  ino::result<float> score(const talk&, std::string_view) { return -1.0f; }
};
}  // namespace

static_assert(ino::backend<plain>);
static_assert(ino::backend<streams> && ino::streaming_backend<streams>);
static_assert(ino::scoring_backend<scores>);
static_assert(ino::prefix_backend<prepares>);
static_assert(ino::batch_backend<batches>);
static_assert(ino::token_counting_backend<counts>);

static_assert(!ino::backend<int>);
static_assert(!ino::backend<throws_instead>);
static_assert(!ino::backend<takes_text>);
static_assert(!ino::backend<streams_only> && !ino::streaming_backend<streams_only>);
static_assert(!ino::streaming_backend<plain> && !ino::scoring_backend<plain> && !ino::prefix_backend<plain>);
static_assert(!ino::batch_backend<plain> && !ino::token_counting_backend<plain>);
static_assert(!ino::token_counting_backend<counts_only_when_mutable>);
static_assert(!ino::scoring_backend<scores_a_float>);

// ---- token_engine

namespace {
struct engine {
  std::vector<ino::token_id> tokenize(std::string_view) const { return {}; }
  std::optional<ino::token_id> control_token(std::string_view) const { return std::nullopt; }
  std::string_view token_bytes(ino::token_id) const { return ""; }
  bool is_end(ino::token_id) const { return true; }
  std::size_t context_size() const { return 1; }
  std::size_t vocabulary_size() const { return 1; }
  std::size_t picture_positions(const ino::image&) const { return 0; }
  ino::result<ino::image_embedding> encode_image(const ino::image&) { return ino::image_embedding{}; }
  ino::result<std::span<const float>> evaluate(std::size_t, std::span<const ino::engine_input>) { return std::span<const float>(); }
};
// Hiding a base's member by one of another type takes it away.
struct no_tokenize : engine {
  int tokenize = 0;
};
struct no_control_token : engine {
  int control_token = 0;
};
struct no_token_bytes : engine {
  int token_bytes = 0;
};
struct no_is_end : engine {
  int is_end = 0;
};
struct no_context_size : engine {
  int context_size = 0;
};
struct no_vocabulary_size : engine {
  int vocabulary_size = 0;
};
struct no_picture_positions : engine {
  int picture_positions = 0;
};
struct no_encode_image : engine {
  int encode_image = 0;
};
struct no_evaluate : engine {
  int evaluate = 0;
};
struct is_end_says_int : engine {
  int is_end(ino::token_id) const { return 1; }
};
}  // namespace

static_assert(ino::token_engine<engine>);
static_assert(!ino::token_engine<int>);
static_assert(!ino::token_engine<no_tokenize>);
static_assert(!ino::token_engine<no_control_token>);
static_assert(!ino::token_engine<no_token_bytes>);
static_assert(!ino::token_engine<no_is_end>);
static_assert(!ino::token_engine<no_context_size>);
static_assert(!ino::token_engine<no_vocabulary_size>);
static_assert(!ino::token_engine<no_picture_positions>);
static_assert(!ino::token_engine<no_encode_image>);
static_assert(!ino::token_engine<no_evaluate>);
static_assert(!ino::token_engine<is_end_says_int>);

// ---- chat_format

namespace {
struct format {
  std::vector<ino::segment> render(const talk&, bool) const { return {}; }
  std::string end_of_turn() const { return "<end>"; }
};
struct no_end_of_turn {
  std::vector<ino::segment> render(const talk&, bool) const { return {}; }
};
struct renders_a_string {
  std::string render(const talk&, bool) const { return {}; }
  std::string end_of_turn() const { return {}; }
};
struct renders_when_mutable {
  std::vector<ino::segment> render(const talk&, bool) { return {}; }
  std::string end_of_turn() const { return {}; }
};
}  // namespace

static_assert(ino::chat_format<ino::chatml>);
static_assert(ino::chat_format<format>);
static_assert(!ino::chat_format<no_end_of_turn>);
static_assert(!ino::chat_format<renders_a_string>);
static_assert(!ino::chat_format<renders_when_mutable>);
static_assert(!ino::chat_format<std::string>);
