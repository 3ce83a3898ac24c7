// SPDX-License-Identifier: Apache-2.0
// What the commands of the program share: options, exit codes, defaults.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <inoculum/backend/any_backend.hpp>
#include <inoculum/core/pool.hpp>
#include <inoculum/core/result.hpp>
#include <inoculum/io/suite.hpp>
#include <inoculum/select/any_policy.hpp>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace cli {

/// Documented in --help and in docs/program.md.
enum exit_code : int {
  exit_ok = 0,
  exit_failed = 1,   ///< the work was tried and did not succeed
  exit_usage = 2,    ///< the command line, or a file it names, is wrong
  exit_weights = 3,  ///< no model: the default weights are not there
  exit_server = 4,   ///< the server could not be reached or answered with an error
  exit_interrupted = 130,
};

/// The `mixed` of `demo`.
inline constexpr const char* default_policy = "similarity";
inline constexpr const char* default_mixed = "mixed(0.5*similarity, 0.5*random)";
inline constexpr std::size_t default_demonstrations = 8;

struct model_options {
  std::string model{};     ///< a GGUF; with an endpoint, the name that the server knows
  std::string mmproj{};    ///< "none": no eyes
  std::string endpoint{};  ///< an OpenAI-compatible server, instead of the bundled engine
  std::string prefixes{};  ///< a file of what the bundled engine makes of demonstrations; empty: none
  int threads = 0;
  std::string kv_type = "q16";     ///< of the bundled engine's keys and values; or "q8"
  std::string activations = "q8";  ///< that meet quantised weights; or "f32"
};

struct defence_options {
  std::string pool{};  ///< empty: the synthetic pool
  std::vector<std::string> policies{};
  std::size_t demonstrations = 0;  ///< 0: eight, or the whole of a smaller pool
  std::size_t tokens = 4096;
  std::uint64_t seed = 0;
};

/// A backend and the name by which records know its model.
struct opened_backend {
  inoculum::any_backend backend;
  std::string name;
};

/// Set by Ctrl-C.
inline std::atomic<bool> interrupted{false};

/// The weights that are used when --model is not given: $INOCULUM_MODEL, or the cache that
/// examples/fetch_weights.sh fills. Errors: not_found, saying how to get them.
[[nodiscard]] inoculum::result<std::string> find_weights();
/// $INOCULUM_CACHE, else inoculum in $XDG_CACHE_HOME, else in ~/.cache: what examples/fetch_weights.sh fills.
[[nodiscard]] std::string cache_folder();
/// all-MiniLM-L6-v2 in the cache, where examples/fetch_weights.sh --embedder puts it.
[[nodiscard]] std::string encoder_folder();
/// The eyes that are used when --mmproj is not given: $INOCULUM_MMPROJ, or beside the program. Empty: none.
[[nodiscard]] std::string find_eyes();
/// The eyes that these options mean; empty: none.
[[nodiscard]] inline std::string eyes_of(const model_options& options) {
  return options.mmproj.empty() ? find_eyes() : options.mmproj == "none" ? std::string() : options.mmproj;
}

[[nodiscard]] inoculum::result<opened_backend> open_backend(const model_options& options);
[[nodiscard]] inoculum::result<opened_backend> open_engine(const model_options& options);  // engine_backend.cpp
[[nodiscard]] inoculum::result<opened_backend> open_server(const model_options& options);  // server_backend.cpp

/// The pool in a file; without a name the synthetic one, made anew. Errors: those of `load_pool`.
[[nodiscard]] inoculum::result<inoculum::demonstration_pool> open_pool(const std::string& path);
/// The synthetic pool of a seed; `count` 0: as many as usual, 8,000.
[[nodiscard]] inoculum::result<inoculum::demonstration_pool> make_pool(std::uint64_t seed, std::size_t count);
/// The queries of a suite file, which may name phantoms.
[[nodiscard]] inoculum::result<std::vector<inoculum::suite_entry>> open_suite(const std::string& path);
/// The picture of a phantom, "phantom:ct/chest/mass?seed=7".
[[nodiscard]] inoculum::result<inoculum::image> draw(const std::string& phantom);
/// The policies that texts describe. `eyes`: the mmproj by which similarity prefers what shows a picture's modality; empty: by words only.
[[nodiscard]] inoculum::result<std::vector<inoculum::any_policy>> open_policies(std::span<const std::string> texts,
                                                                                const inoculum::demonstration_pool& pool,
                                                                                std::uint64_t seed, const std::string& eyes);

/// The order that a policy's text asks for; empty when the text cannot be read.
[[nodiscard]] std::string order_in(const std::string& policy);

/// Whether a policy shows the same demonstrations again and again, one behind the other: what `--prefixes` is for.
[[nodiscard]] bool repeats(const std::string& policy);

/// How many demonstrations to show: what was asked for, or the default as far as the pool goes.
[[nodiscard]] inline std::size_t demonstrations_for(const defence_options& defence, const inoculum::demonstration_pool& pool) {
  if (defence.demonstrations != 0) return defence.demonstrations;
  return pool.size() < default_demonstrations ? pool.size() : default_demonstrations;
}

/// What --query means: "-" is all of stdin, without its last newline. Errors: too_large, over 4 MB as a line of a suite.
[[nodiscard]] inoculum::result<std::string> read_query(const std::string& given);
/// Reports a failure on stderr, and as {"error": …} on stdout with --json; gives the exit code for it.
[[nodiscard]] int report(const inoculum::failure& f, bool json);
/// As `report`, for a backend that could not be opened: missing default weights have an exit code of their own.
[[nodiscard]] int report_model(const inoculum::failure& f, const model_options& options, bool json);
/// A model's name with the digest of its files, by which records tell one model from another. A server keeps its bare name.
[[nodiscard]] inoculum::result<std::string> model_identity(const model_options& options, const std::string& name);
/// Prints one object on stdout. Text that is not UTF-8 (a garbled answer) is mended, not thrown on.
void print_json(const nlohmann::json& object);

struct ask_options {
  model_options model{};
  defence_options defence{};
  std::vector<std::string> images{};
  std::string query{};
  std::string system{};
  std::string attack{};
  std::size_t max_tokens = 128;
  double timeout = 0.0;
  bool no_defence = false;
  bool json = false;
};
[[nodiscard]] int ask(const ask_options& options);

struct evaluate_options {
  model_options model{};
  defence_options defence{};
  std::string suite{};
  std::string out{};
  std::string system{};
  std::vector<std::string> attacks{};
  std::size_t limit = 0;
  std::size_t max_tokens = 64;
  double timeout = 0.0;
  bool json = false;
};
[[nodiscard]] int evaluate(const evaluate_options& options);

struct demo_options {
  model_options model{};
  std::string pool{};
  std::string out = "demo";
  std::size_t demonstrations = 8;
  std::uint64_t seed = 0;
  bool json = false;
};
/// Real and drawn pictures, harmful and harmless queries, undefended and under three policies: a table and two conversations.
[[nodiscard]] int demo(const demo_options& options);

struct synthesize_options {
  std::string out{};
  std::uint64_t seed = 1;
  std::size_t count = 0;
  bool author = false;  ///< the model answers too, and the judge sifts
  model_options model{};
  bool json = false;
};
[[nodiscard]] int synthesize(const synthesize_options& options);

struct bench_options {
  model_options model{};
  std::vector<std::size_t> prompts{512};
  std::vector<std::size_t> generated{64};
  std::vector<std::size_t> depths{0};
  std::size_t repetitions = 5;
  bool json = false;
};
/// One thing that is timed: a prompt, tokens one by one, or a picture. One number of seconds a repetition.
struct bench_cell {
  std::size_t prompt = 0, generated = 0, depth = 0, images = 0;
  std::vector<double> seconds{};
  [[nodiscard]] std::size_t positions() const { return prompt + generated + images; }
  [[nodiscard]] std::string name() const {
    return (images > 0   ? std::string("one picture")
            : prompt > 0 ? "prompt of " + std::to_string(prompt)
                         : std::to_string(generated) + " tokens") +
           (depth > 0 ? " behind " + std::to_string(depth) : std::string());
  }
};
struct bench_result {
  std::string model{}, kernels{};
  int threads = 0;
  std::vector<bench_cell> cells{};
  std::size_t weight_bytes = 0;    ///< that one generated token reads
  std::size_t position_bytes = 0;  ///< of keys and values
  std::size_t scratch_bytes = 0;   ///< beside weights, keys and values, at most
  std::vector<double> reading{};   ///< bytes a second of a plain read by as many threads, once a repetition
  double load_seconds = 0.0;       ///< from the file's name to a loaded model
  double first_seconds = 0.0;      ///< and to the logits behind one token
  std::size_t peak_bytes = 0;      ///< of the process's memory until then, pages of the file among it; 0: the system does not say
};
/// Times the bundled engine, every cell in every round, so that a slow minute falls on all alike. `tell(cell, round)` before each;
/// false stops, and what is whole is kept. Errors: the engine's; invalid_argument for more positions than the model's context.
[[nodiscard]] inoculum::result<bench_result> measure_engine(const bench_options& options,
                                                            const std::function<bool(const bench_cell&, std::size_t)>& tell);
[[nodiscard]] int bench(const bench_options& options);

struct inspect_options {
  model_options model{};
  defence_options defence{};
  std::vector<std::string> images{};
  std::string query{};
  std::string id{};
  bool json = false;
};
[[nodiscard]] int inspect_pool(const inspect_options& options);
[[nodiscard]] int inspect_model(const inspect_options& options);
[[nodiscard]] int inspect_selection(const inspect_options& options);

}  // namespace cli
