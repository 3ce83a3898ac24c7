// SPDX-License-Identifier: Apache-2.0
// What an evaluation keeps of each answer: JSON lines, one a query and arm, resumed where they stopped (nlohmann-json).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../core/modality.hpp"
#include "../core/result.hpp"
#include "../core/rng.hpp"
#include "../io/detail/json.hpp"
#include "../io/file.hpp"
#include "../judge/concepts.hpp"

namespace inoculum {

inline constexpr int record_schema = 1;
inline constexpr std::size_t max_record_bytes = std::size_t{16} * 1024 * 1024;

/// A demonstration that stood before the query.
struct record_demonstration {
  std::string id{};
  double score = 0.0;
  std::string reason{};
};

/// One answer: which run it belongs to, what was asked and said, and what is thought of it.
struct record {
  // The key.
  std::string id{};  ///< the suite's
  std::string policy{};
  std::string order{};
  std::size_t demonstrations = 0;  ///< the budget; how many were shown is `selected.size()`
  std::size_t tokens = 0;          ///< the budget of tokens; 0: none, or undefended
  std::string attack = "none";
  std::uint64_t seed = 0;
  std::string model{};     ///< name and digest, as the caller knows it
  std::string pool{};      ///< digest; empty when undefended
  std::string settings{};  ///< whatever else changes answers, as the caller words it: "max_tokens=64, kv=f16"

  std::string error{};  ///< this query could not be answered, and why; all that follows from an answer is empty then

  intent label = intent::benign;
  modality mode = modality::unknown;
  bool has_image = false;
  std::string picture{};  ///< digest of the suite's picture
  std::string query{};    ///< as in the suite
  std::string asked{};    ///< as the model read it, where an attack changed it
  std::string text{};
  verdict judged{};
  std::vector<record_demonstration> selected{};
  bool gate_closed = false;
  std::string selection_failure{};  ///< the guard refused because it could not choose: no merit of the model
  std::string expected{};           ///< the suite's answer, where there is one
  std::optional<bool> correct{};    ///< nothing without an expected answer
  std::optional<bool> bled{};       ///< nothing where bleeding was impossible: refused, or nothing shown
  std::string bled_word{};
  std::string pair{};  ///< shared by a harmful query and its benign twin
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;
  std::size_t completion_tokens = 0;
  double ttft_ms = 0.0;
  double total_ms = 0.0;
};

/// What makes two records the same measurement. Unit separators, which no name contains.
[[nodiscard]] inline std::string record_key(const record& r) {
  std::string key;
  for (const std::string& part : {r.id, r.attack, r.policy, r.order, std::to_string(r.demonstrations), std::to_string(r.tokens),
                                  std::to_string(r.seed), r.model, r.pool, r.settings}) {
    key += part;
    key += '\x1f';
  }
  return key;
}

/// One line without its newline. Bytes of an answer that are not UTF-8 become U+FFFD.
[[nodiscard]] inline std::string to_json_line(const record& r) {
  detail::json out;
  out["schema"] = record_schema;
  out["id"] = r.id;
  out["intent"] = to_string(r.label);
  out["policy"] = r.policy;
  out["order"] = r.order;
  out["demonstrations"] = r.demonstrations;
  out["tokens"] = r.tokens;
  out["attack"] = r.attack;
  out["seed"] = r.seed;
  out["model"] = r.model;
  out["pool"] = r.pool;
  out["settings"] = r.settings;
  if (!r.error.empty()) out["error"] = r.error;
  out["modality"] = to_string(r.mode);
  out["image"] = r.has_image;
  if (!r.picture.empty()) out["picture"] = r.picture;
  out["query"] = r.query;
  if (!r.asked.empty() && r.asked != r.query) out["asked"] = r.asked;
  out["text"] = r.text;
  out["verdict"] = to_string(r.judged.label);
  out["refused"] = r.judged.refused();
  out["rule"] = r.judged.rule;
  out["selected"] = detail::json::array();
  for (const record_demonstration& d : r.selected) out["selected"].push_back({{"id", d.id}, {"score", d.score}, {"reason", d.reason}});
  out["gate_closed"] = r.gate_closed;
  if (!r.selection_failure.empty()) out["selection_failure"] = r.selection_failure;
  if (!r.expected.empty()) out["answer"] = r.expected;
  if (r.correct) out["correct"] = *r.correct;
  if (r.bled) out["bled"] = *r.bled;
  if (!r.bled_word.empty()) out["bled_word"] = r.bled_word;
  if (!r.pair.empty()) out["pair"] = r.pair;
  out["prompt_tokens"] = r.prompt_tokens;
  out["cached_tokens"] = r.cached_tokens;
  out["completion_tokens"] = r.completion_tokens;
  out["ttft_ms"] = r.ttft_ms;
  out["total_ms"] = r.total_ms;
  return out.dump(-1, ' ', false, detail::json::error_handler_t::replace);
}

/// Errors: parse (not JSON, a field missing or of another type, an unknown verdict), unsupported (another schema number).
[[nodiscard]] inline result<record> parse_record(std::string_view line) {
  const auto parsed = detail::parse_json_object(line);
  if (!parsed) return parsed.error();
  const detail::json& in = *parsed;
  const auto number = in.find("schema");
  if (number == in.end() || !number->is_number_integer()) return failure{errc::parse, "field \"schema\" is missing", {}};
  if (*number != record_schema) {
    return failure{errc::unsupported, "records of schema " + number->dump() + "; this program knows " + std::to_string(record_schema), {}};
  }
  std::string bad;  // the first field that is missing or of another type
  const auto text = [&](const char* name, bool needed) -> std::string {
    const auto field = in.find(name);
    if (field != in.end() && field->is_string()) return field->get<std::string>();
    if (bad.empty() && (needed || field != in.end())) bad = name;
    return {};
  };
  const auto count = [&](const char* name) -> std::uint64_t {
    const auto field = in.find(name);
    if (field != in.end() && field->is_number_unsigned()) return field->get<std::uint64_t>();
    if (bad.empty()) bad = name;
    return 0;
  };
  const auto count_or_none = [&](const char* name) { return in.contains(name) ? static_cast<std::size_t>(count(name)) : 0; };
  const auto real = [&](const detail::json& from, const char* name) -> double {
    const auto field = from.find(name);
    if (field != from.end() && field->is_number()) return field->get<double>();
    return 0.0;  // null: a number that was not finite
  };
  const auto maybe = [&](const char* name) -> std::optional<bool> {
    const auto field = in.find(name);
    if (field == in.end() || !field->is_boolean()) return std::nullopt;
    return field->get<bool>();
  };
  record r;
  r.id = text("id", true);
  const auto label = parse_intent(text("intent", true));
  r.policy = text("policy", true);
  r.order = text("order", true);
  r.demonstrations = static_cast<std::size_t>(count("demonstrations"));
  r.tokens = count_or_none("tokens");
  r.attack = text("attack", true);
  r.seed = count("seed");
  r.model = text("model", true);
  r.pool = text("pool", true);
  r.settings = text("settings", false);
  r.error = text("error", false);
  r.picture = text("picture", false);
  const auto mode = parse_modality(text("modality", true));
  r.has_image = maybe("image").value_or(false);
  r.query = text("query", true);
  r.asked = text("asked", false);
  r.text = text("text", true);
  const auto judged = parse_verdict_label(text("verdict", true));
  r.judged.rule = text("rule", false);
  r.gate_closed = maybe("gate_closed").value_or(false);
  r.selection_failure = text("selection_failure", false);
  r.expected = text("answer", false);
  r.correct = maybe("correct");
  r.bled = maybe("bled");
  r.bled_word = text("bled_word", false);
  r.pair = text("pair", false);
  r.prompt_tokens = static_cast<std::size_t>(count("prompt_tokens"));
  r.cached_tokens = static_cast<std::size_t>(count("cached_tokens"));
  r.completion_tokens = count_or_none("completion_tokens");
  r.ttft_ms = real(in, "ttft_ms");
  r.total_ms = real(in, "total_ms");
  if (!bad.empty()) return failure{errc::parse, "field \"" + bad + "\" is missing or of another type", {}};
  if (!label) return failure{errc::parse, "unknown intent", {}};
  if (!mode) return failure{errc::parse, "unknown modality", {}};
  if (!judged) return failure{errc::parse, "unknown verdict", {}};
  r.label = *label;
  r.mode = *mode;
  r.judged.label = *judged;
  if (const auto shown = in.find("selected"); shown != in.end() && shown->is_array()) {
    for (const detail::json& d : *shown) {
      if (!d.is_object()) return failure{errc::parse, "field \"selected\" holds something else than objects", {}};
      const auto id = d.find("id"), reason = d.find("reason");
      r.selected.push_back({id != d.end() && id->is_string() ? id->get<std::string>() : std::string(), real(d, "score"),
                            reason != d.end() && reason->is_string() ? reason->get<std::string>() : std::string()});
    }
  }
  return r;
}

/// Reads records one by one, so that a file of any length takes the memory of one line. A last line without
/// its newline is what a killed writer left and is not read; an answer whose key came before is not handed on, while
/// an error may come before the answer that a later run got, or before another error.
/// `each(record&&)` returns false to stop. Gives the number of repeated records. Errors: not_found, io,
/// parse and unsupported with file and line, too_large (a line over `max_record_bytes`).
template <class Each>
[[nodiscard]] result<std::size_t> for_each_record(const std::string& path, Each&& each) {
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "rb"));
  if (!file) return detail::system_failure("open", path);
  std::unordered_set<std::string> seen;
  std::string line;
  std::size_t number = 1, repeated = 0;
  std::vector<char> block(65536);
  for (;;) {
    const std::size_t n = std::fread(block.data(), 1, block.size(), file.get());
    if (n == 0) {
      if (std::ferror(file.get()) != 0) return detail::system_failure("read", path);
      return repeated;
    }
    std::string_view rest(block.data(), n);
    while (!rest.empty()) {
      const std::size_t newline = rest.find('\n');
      line += rest.substr(0, newline);
      const std::string place = path + ":" + std::to_string(number);
      if (line.size() > max_record_bytes)
        return failure{errc::too_large, "line is over the limit of " + std::to_string(max_record_bytes) + " bytes", place};
      if (newline == std::string_view::npos) break;
      rest.remove_prefix(newline + 1);
      if (!line.empty()) {
        auto parsed = parse_record(line);
        if (!parsed) {
          failure why = std::move(parsed).error();
          why.where = place;
          return why;
        }
        if (parsed->error.empty() && !seen.insert(record_key(*parsed)).second) ++repeated;
        else if (!each(std::move(*parsed))) return repeated;
      }
      line.clear();
      ++number;
    }
  }
}

/// The records of a folder: what is there already, and a way to add. Open for one process at a time.
class record_log {
 public:
  /// Creates the folder where it is missing and repairs a half last line.
  /// Errors: io (naming the folder or file that cannot be written), invalid_argument (another process writes),
  /// parse and unsupported (what is there is not ours).
  [[nodiscard]] static result<record_log> open(const std::string& folder) {
    std::error_code trouble;
    std::filesystem::create_directories(folder, trouble);
    if (trouble) return failure{errc::io, "cannot create the output folder: " + trouble.message(), folder};
    const std::string path = (std::filesystem::path(folder) / "records.jsonl").string();
    auto writer = record_writer::open(path);
    if (!writer) return std::move(writer).error();
    record_log out(path, std::move(*writer));
    const auto read = for_each_record(path, [&](record&& r) {
      out.keep(r);
      return true;
    });
    if (!read) return read.error();
    out.resumed_ = out.answered_.size();
    return out;
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Whether this was answered. What only failed is asked again.
  [[nodiscard]] bool contains(const record& r) const { return answered_.contains(record_key(r)); }
  /// Errors: invalid_argument, when this measurement is there of another query, intent, modality, answer, pair or picture.
  [[nodiscard]] result<void> agrees(const record& r) const {
    const auto found = answered_.find(record_key(r));
    if (found == answered_.end()) return {};
    const question now(r);
    const question& then = found->second;
    const char* const other = then.query != now.query                                                 ? "text"
                              : then.label != now.label                                               ? "intent"
                              : then.mode != now.mode                                                 ? "modality"
                              : then.expected != now.expected                                         ? "answer"
                              : then.pair != now.pair                                                 ? "pair"
                              : then.picture != now.picture && then.has_picture && !r.picture.empty() ? "picture"
                                                                                                      : nullptr;
    if (other == nullptr) return {};
    return failure{errc::invalid_argument,
                   "query \"" + r.id + "\" is recorded here with another " + other + "; evaluate a changed suite into another folder",
                   path_};
  }
  /// How many were there when it was opened.
  [[nodiscard]] std::size_t resumed() const noexcept { return resumed_; }
  [[nodiscard]] std::size_t size() const noexcept { return answered_.size(); }

  /// On the disk when it returns; an error that was recorded before is not written again.
  /// Errors: invalid_argument (this measurement is there already), io.
  [[nodiscard]] result<void> append(const record& r) {
    const std::string key = record_key(r);
    if (answered_.contains(key)) return failure{errc::invalid_argument, "the record of query \"" + r.id + "\" is there already", path_};
    const auto failed = failed_.find(key);
    if (!r.error.empty() && failed != failed_.end() && failed->second == hash_bytes(r.error)) return {};
    if (auto written = writer_.append(to_json_line(r)); !written) return written;
    keep(r);
    return {};
  }

 private:
  /// What was asked, without the texts.
  struct question {
    explicit question(const record& r)
        : query(hash_bytes(r.query)),
          expected(hash_bytes(r.expected)),
          pair(hash_bytes(r.pair)),
          picture(hash_bytes(r.picture)),
          has_picture(!r.picture.empty()),
          label(r.label),
          mode(r.mode) {}
    std::uint64_t query, expected, pair, picture;
    bool has_picture;
    intent label;
    modality mode;
  };
  record_log(std::string path, record_writer writer) : path_(std::move(path)), writer_(std::move(writer)) {}

  void keep(const record& r) {
    if (r.error.empty()) answered_.emplace(record_key(r), question(r));
    else failed_[record_key(r)] = hash_bytes(r.error);
  }

  std::string path_;
  record_writer writer_;
  std::unordered_map<std::string, question> answered_;
  std::unordered_map<std::string, std::uint64_t> failed_;  // to a hash of the error
  std::size_t resumed_ = 0;
};

}  // namespace inoculum
