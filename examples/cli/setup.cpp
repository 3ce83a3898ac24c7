// SPDX-License-Identifier: Apache-2.0
// Defaults and reporting. Includes nlohmann-json.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <inoculum/core/digest.hpp>
#include <inoculum/engine/gguf/mapped_file.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "options.hpp"

namespace cli {

namespace fs = std::filesystem;
using inoculum::errc;
using inoculum::failure;

namespace {
std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}
}  // namespace

std::string cache_folder() {
  if (std::string named = from_environment("INOCULUM_CACHE"); !named.empty()) return named;
  const std::string xdg = from_environment("XDG_CACHE_HOME");
  return ((xdg.empty() ? fs::path(from_environment("HOME")) / ".cache" : fs::path(xdg)) / "inoculum").string();
}

inoculum::result<std::string> find_weights() {
  if (const std::string named = from_environment("INOCULUM_MODEL"); !named.empty()) return named;
  const fs::path file = fs::path(cache_folder()) / "SmolLM2-135M-Instruct.Q4_1.gguf";
  if (is_file(file)) return file.string();
  return failure{errc::not_found, "no weights there; run examples/fetch_weights.sh once, or name a model with --model or $INOCULUM_MODEL",
                 file.string()};
}

std::string encoder_folder() { return (fs::path(cache_folder()) / "all-MiniLM-L6-v2").string(); }

std::string find_eyes() {
  if (const std::string named = from_environment("INOCULUM_MMPROJ"); !named.empty()) return named;
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  if (failed) return {};
  const char* const name = "smollm2-eyes-mmproj.gguf";
  for (const fs::path& folder : {here, here / "../examples/models", here / "../../examples/models", here / "../share/inoculum"}) {
    if (is_file(folder / name)) return (folder / name).lexically_normal().string();
  }
  return {};
}

inoculum::result<opened_backend> open_backend(const model_options& options) {
  return options.endpoint.empty() ? open_engine(options) : open_server(options);
}

inoculum::result<std::string> read_query(const std::string& given) {
  if (given != "-") return given;
  std::string out;
  char block[65536];
  while (const std::size_t n = std::fread(block, 1, sizeof block, stdin)) {
    out.append(block, n);
    if (out.size() > inoculum::max_suite_line_bytes)
      return failure{errc::too_large, "the query is over the limit of " + std::to_string(inoculum::max_suite_line_bytes) + " bytes",
                     "stdin"};
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

int report(const failure& failed, bool json) {
  failure f = failed;  // where the library says a name of its own, the option stands
  if (f.where == "synthesis_options.count") f.where = "--count";
  if (f.where == "make_guard")
    f.where = f.code == errc::budget ? "--tokens" : f.code == errc::unsupported ? "--policy" : "--demonstrations";
  std::fprintf(stderr, "inoculum: %s\n", f.to_string().c_str());
  if (json) print_json({{"error", {{"code", to_string(f.code)}, {"message", f.message}, {"where", f.where}}}});
  // What is wrong there is the server's answer, and nothing of the caller's.
  if (f.code != errc::cancelled && f.where.ends_with("/v1/chat/completions")) return exit_server;
  switch (f.code) {
    case errc::cancelled: return exit_interrupted;
    case errc::network:
    case errc::server:
    case errc::timeout: return exit_server;
    case errc::parse:
    case errc::too_large:
    case errc::invalid_argument:
    case errc::not_found:
    case errc::unsupported:
    case errc::mismatch:
    case errc::budget: return exit_usage;
    case errc::io:
    case errc::internal: return exit_failed;
  }
  return exit_failed;
}

int report_model(const failure& f, const model_options& options, bool json) {
  const int code = report(f, json);
  if (!options.endpoint.empty() || !options.model.empty()) return code;
  const auto weights = find_weights();  // missing eyes are another matter
  return !weights || !is_file(*weights) ? exit_weights : code;
}

inoculum::result<std::string> model_identity(const model_options& options, const std::string& name) {
  if (!options.endpoint.empty()) return name;
  std::string path = options.model;
  if (path.empty()) {
    auto found = find_weights();
    if (!found) return found;
    path = std::move(*found);
  }
  inoculum::sha256 hash;
  for (const std::string& file : {path, eyes_of(options)}) {
    if (file.empty()) continue;
    const auto mapped = inoculum::mapped_file::open(file);
    if (!mapped) return mapped.error();
    const auto bytes = mapped->bytes();
    hash.update(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  return name + "@" + hash.finish().hex().substr(0, 16);
}

void print_json(const nlohmann::json& object) {
  std::cout << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

}  // namespace cli
