// SPDX-License-Identifier: Apache-2.0
// inoculum inspect: a pool, a model, a selection.
#include <algorithm>
#include <cstdio>
#include <inoculum/core/utf8.hpp>
#include <inoculum/engine/gguf/gguf.hpp>
#include <inoculum/guard.hpp>
#include <inoculum/io/image.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "options.hpp"

namespace cli {

using namespace inoculum;

namespace {
std::string pictures_of(const basic_demonstration& d) {
  std::string out;
  for (const picture& p : d.images) out += (out.empty() ? "" : ", ") + (p.name().empty() ? std::string("(a picture)") : p.name());
  return out;
}

/// Stands in for a model that is not there.
struct uncounted {
  [[nodiscard]] static result<completion> generate(const conversation&, const generate_options&) {
    return failure{errc::unsupported, "no model", "inspect selection"};
  }
};
}  // namespace

int inspect_pool(const inspect_options& options) {
  const auto pool = open_pool(options.defence.pool);
  if (!pool) return report(pool.error(), options.json);
  if (!options.id.empty()) {
    const auto items = pool->items();
    const auto hit = std::find_if(items.begin(), items.end(), [&](const basic_demonstration& d) { return d.id == options.id; });
    if (hit == items.end())
      return report({errc::not_found, "the pool has no demonstration \"" + options.id + "\"", "inspect"}, options.json);
    if (options.json) {
      print_json({{"id", hit->id},
                  {"intent", to_string(hit->label)},
                  {"modality", to_string(hit->mode)},
                  {"query", hit->query},
                  {"response", hit->response},
                  {"images", pictures_of(*hit)},
                  {"source", hit->source}});
    } else {
      std::printf("%s (%s, %s)\npictures: %s\n\n%s\n\n%s\n", hit->id.c_str(), std::string(to_string(hit->label)).c_str(),
                  std::string(to_string(hit->mode)).c_str(), pictures_of(*hit).c_str(), hit->query.c_str(), hit->response.c_str());
    }
    return exit_ok;
  }
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_modality;  // benign, harmful
  std::size_t harmful = 0, with_picture = 0;
  for (const basic_demonstration& d : pool->items()) {
    auto& row = by_modality[std::string(to_string(d.mode))];
    (d.label == intent::harmful ? row.second : row.first) += 1;
    harmful += d.label == intent::harmful ? 1 : 0;
    with_picture += d.images.empty() ? 0 : 1;
  }
  if (options.json) {
    nlohmann::json modalities = nlohmann::json::object();
    for (const auto& [name, counts] : by_modality) modalities[name] = {{"benign", counts.first}, {"harmful", counts.second}};
    print_json({{"demonstrations", pool->size()},
                {"benign", pool->size() - harmful},
                {"harmful", harmful},
                {"with_picture", with_picture},
                {"digest", pool->content_digest().hex()},
                {"modalities", modalities}});
    return exit_ok;
  }
  std::printf("%zu demonstrations: %zu benign, %zu harmful; %zu with a picture\ndigest %s\n\n%-12s %8s %8s\n", pool->size(),
              pool->size() - harmful, harmful, with_picture, pool->content_digest().hex().c_str(), "modality", "benign", "harmful");
  for (const auto& [name, counts] : by_modality) std::printf("%-12s %8zu %8zu\n", name.c_str(), counts.first, counts.second);
  return exit_ok;
}

int inspect_model(const inspect_options& options) {
  std::string path = options.model.model;
  if (path.empty()) {
    const auto found = find_weights();
    if (!found) {
      (void)report(found.error(), options.json);
      return exit_weights;
    }
    path = *found;
  }
  const auto file = gguf_file::open(path);
  if (!file) return report(file.error(), options.json);
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_type;  // tensors, bytes
  for (const gguf_tensor& t : file->tensors()) {
    auto& row = by_type[std::string(to_string(t.type))];
    row.first += 1;
    row.second += t.data.size();
  }
  const std::string architecture(file->text("general.architecture").value_or("?"));
  const std::string name(file->text("general.name").value_or("?"));
  const auto number = [&](const std::string& key) { return file->number(architecture + "." + key).value_or(0); };
  if (options.json) {
    nlohmann::json types = nlohmann::json::object();
    for (const auto& [type, row] : by_type) types[type] = {{"tensors", row.first}, {"bytes", row.second}};
    print_json({{"file", path},
                {"architecture", architecture},
                {"name", name},
                {"layers", number("block_count")},
                {"width", number("embedding_length")},
                {"context", number("context_length")},
                {"types", types}});
    return exit_ok;
  }
  std::printf("%s\n%s, architecture %s: %llu layers, width %llu, context %llu\n", path.c_str(), name.c_str(), architecture.c_str(),
              static_cast<unsigned long long>(number("block_count")), static_cast<unsigned long long>(number("embedding_length")),
              static_cast<unsigned long long>(number("context_length")));
  for (const auto& [type, row] : by_type) std::printf("  %-6s %4zu tensors %12zu bytes\n", type.c_str(), row.first, row.second);
  return exit_ok;
}

int inspect_selection(const inspect_options& options) {
  auto query = read_query(options.query);
  if (!query) return report(query.error(), options.json);
  request r{.query = std::move(*query)};
  for (const std::string& path : options.images) {
    auto scan = read_image(path);
    if (!scan) return report(scan.error(), options.json);
    r.images.push_back(std::move(*scan));
  }
  if (r.query.empty() && r.images.empty())
    return report({errc::invalid_argument, "give a --query or an --image", "inspect selection"}, options.json);
  if (const std::size_t bad = find_invalid_utf8(r.query); bad != std::string::npos)
    return report({errc::invalid_argument, "the query is not valid UTF-8", "byte " + std::to_string(bad)}, options.json);
  const auto pool = open_pool(options.defence.pool);
  if (!pool) return report(pool.error(), options.json);
  const std::string text = options.defence.policies.empty() ? default_policy : options.defence.policies.back();
  auto policies = open_policies({&text, 1}, *pool, options.defence.seed, r.images.empty() ? std::string() : eyes_of(options.model));
  if (!policies) return report(policies.error(), options.json);
  // Chosen by the guard that `ask` would ask, so nothing can differ. Only the default weights may be missing: then lengths are estimated.
  auto opened = open_backend(options.model);
  if (!opened && (!options.model.endpoint.empty() || !options.model.model.empty() || find_weights()))
    return report_model(opened.error(), options.model, options.json);
  const inoculum::any_backend backend = opened ? std::move(opened->backend) : inoculum::any_backend(uncounted{});
  const auto defended =
      make_guard(backend, std::move(policies->front()), *pool,
                 guard_options{.demonstrations = demonstrations_for(options.defence, *pool), .tokens = options.defence.tokens});
  if (!defended) return report(defended.error(), options.json);
  const auto picked = defended->choose(r);
  if (!picked) return report(picked.error(), options.json);
  if (options.json) {
    nlohmann::json shown = nlohmann::json::array(), dropped_ones = nlohmann::json::array();
    for (const selected& s : picked->chosen) {
      const basic_demonstration& d = (*pool)[s.index];
      shown.push_back({{"id", d.id},
                       {"intent", to_string(d.label)},
                       {"score", s.score},
                       {"reason", s.reason},
                       {"tokens", s.tokens},
                       {"query", d.query},
                       {"response", d.response}});
    }
    for (const dropped& d : picked->left_out) dropped_ones.push_back({{"id", (*pool)[d.index].id}, {"reason", d.reason}});
    print_json({{"policy", text},
                {"gate_closed", picked->gate_closed},
                {"costs_estimated", defended->costs_estimated()},
                {"demonstration_tokens", picked->tokens},
                {"demonstrations", shown},
                {"dropped", dropped_ones},
                {"dropped_in_all", picked->left_out_in_all}});
    return exit_ok;
  }
  std::printf("policy %s%s, %zu tokens%s, in the order in which the model reads them:\n", text.c_str(),
              picked->gate_closed ? " (gate closed)" : "", picked->tokens, defended->costs_estimated() ? " (estimated)" : "");
  for (const selected& s : picked->chosen) {
    const basic_demonstration& d = (*pool)[s.index];
    std::printf("  %5.3f %-8s %-8s %-28s %s\n", static_cast<double>(s.score), std::string(s.reason).c_str(),
                std::string(to_string(d.label)).c_str(), d.id.c_str(), d.query.c_str());
  }
  for (const dropped& d : picked->left_out) std::printf("  dropped %s: %s\n", (*pool)[d.index].id.c_str(), d.reason.c_str());
  if (picked->left_out_in_all > picked->left_out.size())
    std::printf("  %zu more would not have fitted\n", picked->left_out_in_all - picked->left_out.size());
  return exit_ok;
}

}  // namespace cli
