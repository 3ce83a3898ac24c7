// SPDX-License-Identifier: Apache-2.0
// The bundled CPU engine: a GGUF model, and optionally eyes for it, behind the `token_engine` concept.
// Third parties: xtensor and xsimd (through the rooms below).
//
//   auto engine = inoculum::cpu_engine::load("model.gguf", {.mmproj = "eyes.gguf"}).value();
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../backend/token_engine.hpp"
#include "../core/digest.hpp"
#include "../core/image.hpp"
#include "../core/result.hpp"
#include "../prompt/turn_format.hpp"
#include "cache/input_keys.hpp"
#include "cache/picture_store.hpp"
#include "cache/prefix_file.hpp"
#include "cache/prefix_tree.hpp"
#include "cache/stretch_store.hpp"
#include "chat_format_of.hpp"
#include "gguf/gguf.hpp"
#include "input_rows.hpp"
#include "kernels/select.hpp"
#include "kernels/thread_team.hpp"
#include "memory.hpp"
#include "model/decoder.hpp"
#include "tokenizer/tokenizer.hpp"
#include "vision/vision_tower.hpp"

namespace inoculum {

struct engine_options {
  std::string mmproj{};                            ///< a vision tower's GGUF; empty: no eyes
  int threads = 0;                                 ///< 0: as many as there are processors, 16 at most
  std::size_t context = 0;                         ///< positions; 0: what the model was trained for, 8,192 at most
  std::size_t cache_bytes = 256u << 20;            ///< for keys and values of earlier sequences; pinned ones may exceed it
  std::size_t demonstration_bytes = 512u << 20;    ///< for those of demonstrations that were read side by side
  engine::kv_type kv_type = engine::kv_type::q16;  ///< of keys and values: q8 takes half the memory, for what docs/engine.md says
  engine::activation_type activations = engine::activation_type::q8;  ///< f32: what the file means, unrounded; slow, weights of 32 bits
  const engine::kernel_table* kernels = nullptr;                      ///< for tests and benchmarks; null: the best that runs here
};

class cpu_engine {
 public:
  /// Loads and packs the weights (about as long as reading the file twice). Errors: those of the readers;
  /// `mismatch` for eyes made for a model of another width, `invalid_argument` for options out of range.
  [[nodiscard]] static result<cpu_engine> load(const std::string& model_path, const engine_options& options = {}) {
    if (options.threads < 0 || options.threads > 1024) {
      return failure{errc::invalid_argument, std::to_string(options.threads) + " threads; 0 (automatic) … 1024 can be", {}};
    }
    auto file = gguf_file::open(model_path);
    if (!file) return std::move(file).error();
    auto words = tokenizer::load(*file);
    if (!words) return std::move(words).error();
    engine::thread_team team(options.threads);
    if (options.threads > 0 && team.size() < static_cast<std::size_t>(options.threads)) {
      return failure{
          errc::too_large, "the system started " + std::to_string(team.size()) + " threads of " + std::to_string(options.threads), {}};
    }
    auto weights = engine::decoder_weights::load(*file, team, options.activations);
    if (!weights) return std::move(weights).error();
    const engine::decoder_config& config = weights->config();
    if (words->size() != config.vocabulary) {
      return failure{errc::mismatch,
                     "the tokenizer has " + std::to_string(words->size()) + " tokens, the embedding " + std::to_string(config.vocabulary),
                     model_path};
    }
    if (options.context > config.context) {
      return failure{
          errc::invalid_argument,
          "a context of " + std::to_string(options.context) + " positions; the model was trained for " + std::to_string(config.context),
          model_path};
    }
    const std::size_t context = options.context != 0 ? options.context : std::min<std::size_t>(config.context, 8192);
    const engine::kernel_table& kernels = options.kernels != nullptr ? *options.kernels : *engine::usable_kernels().front();
    if (options.kv_type == engine::kv_type::q8 && config.head_width % engine::block_columns != 0) {
      return failure{errc::unsupported, "heads of " + std::to_string(config.head_width) + " components in q8, which takes multiples of 32",
                     model_path};
    }
    const engine::kv_cache shape(config.layers, config.kv_heads, config.head_width, options.kv_type);
    if (auto fits = engine::check_scratch(engine::decoder::scratch_bytes(config, context, shape), *file); !fits) {
      return std::move(fits).error();
    }
    auto format = chat_format_of(*file, *words);
    cpu_engine out(std::move(*words), std::move(format), engine::decoder(std::move(*weights), kernels, std::move(team), options.kv_type),
                   context, options);
    if (!options.mmproj.empty()) {
      if (auto done = out.open_eyes(options.mmproj); !done) return std::move(done).error();
    }
    return out;
  }

  [[nodiscard]] std::vector<token_id> tokenize(std::string_view text) const { return tokenizer_.encode(text); }
  [[nodiscard]] std::optional<token_id> control_token(std::string_view text) const { return tokenizer_.control_token(text); }
  [[nodiscard]] std::string_view token_bytes(token_id id) const { return tokenizer_.token_bytes(id); }
  [[nodiscard]] bool is_end(token_id id) const { return std::find(ends_.begin(), ends_.end(), id) != ends_.end(); }
  [[nodiscard]] std::size_t context_size() const noexcept { return context_; }
  [[nodiscard]] std::size_t vocabulary_size() const noexcept { return decoder_.config().vocabulary; }
  /// Positions now in the sequence.
  [[nodiscard]] std::size_t size() const noexcept { return current_.keys.size(); }

  /// Positions that a picture takes, with the words of the model's own around it and between its tiles.
  [[nodiscard]] std::size_t picture_positions(const image& picture) const {
    std::size_t count = 0;
    for (const segment& s : eyes_ ? eyes_->layout(picture) : std::vector<segment>()) {
      count += s.what == segment::kind::image ? eyes_->positions() : words_of(s).size();
    }
    return count;
  }

  /// What the model reads in a picture's place. The last ones (`picture_store`) are kept by content and salt, so
  /// that the same demonstrations cost nothing the second time. Errors: `unsupported` without eyes.
  [[nodiscard]] result<image_embedding> encode_image(const image& picture, std::string_view salt = {}) {
    if (!eyes_) return failure{errc::unsupported, "this model has no eyes: load it with an mmproj", {}};
    if (picture.empty()) return failure{errc::invalid_argument, "an empty image cannot be encoded", {}};
    const digest content = picture.content_digest();
    const digest key = sha256{}.update_field(salt).update(content.bytes).finish();
    if (const image_embedding* known = pictures_.find(key); known != nullptr) return *known;
    auto rows = eyes_->encode(picture);
    if (!rows) return std::move(rows).error();
    if (!engine::all_finite(*rows)) return failure{errc::invalid_argument, "the eyes gave a value that is not finite for the picture", {}};
    const std::size_t width = eyes_->width();
    if (const auto layout = eyes_->layout(picture); layout.size() > 1) rows = laid_out(layout, *rows);
    const image_embedding out{rows->size() / width, width, std::make_shared<const std::vector<float>>(std::move(*rows)), content};
    pictures_.insert(key, picture, out);
    return out;
  }

  /// Drops everything after the first `keep` positions, appends the inputs, returns the logits after the
  /// last one, valid until the next call. Errors, before any work: `budget` (says how many positions too
  /// many), `invalid_argument` (nothing to evaluate, `keep` past the end, a token or picture that does not fit);
  /// after it `internal`: logits that are not finite, which damaged weights give.
  [[nodiscard]] result<std::span<const float>> evaluate(std::size_t keep, std::span<const engine_input> inputs) {
    return run(keep, inputs, false);
  }
  /// The same with the logits after every appended position, row by row (`vocabulary_size()` floats each).
  [[nodiscard]] result<std::span<const float>> evaluate_all(std::size_t keep, std::span<const engine_input> inputs) {
    return run(keep, inputs, true);
  }

  /// What one conversation left behind. Cheap to move; made by `take_sequence`.
  struct sequence {
    engine::kv_cache cache;
    std::vector<engine::position_key> keys{};
    std::vector<std::size_t> blocks{};  ///< where each block begins, then where the last one ends; empty: there are none
  };

  /// Goes on from the longest beginning of `inputs` that any sequence under this salt had, and says how many positions that
  /// is: fewer than all, ending between units. The present sequence is remembered first.
  [[nodiscard]] std::size_t resume(std::span<const engine_input> inputs, std::string_view salt = {}) {
    remember();
    salt_ = salt;
    current_.blocks.clear();
    const std::vector<engine::position_key> wanted = engine::keys_of(inputs, strangers_);
    auto found = tree_.find(salt, wanted);
    current_.cache.adopt(std::move(found.pages));
    current_.keys.assign(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(found.positions));
    return found.positions;
  }
  /// Keeps the present sequence for later; pinned, beyond any limit, until `forget`. Of one with blocks, each block for itself.
  void remember(bool pinned = false) {
    if (current_.keys.empty()) return;
    if (current_.blocks.empty()) return tree_.insert(salt_, current_.keys, current_.cache.pages(), pinned);
    if (!pinned) return;  // the stretches are in their store already, as long as it has room
    for (const engine::stretch_range& s : engine::stretches_of(current_.keys, current_.blocks, salt_)) {
      auto stretch = stretches_.find(s.name);
      if (!stretch) stretch = std::make_shared<const engine::kv_stretch>(decoder_.copy(current_.cache, s.first, s.positions));
      stretches_.insert(s.name, std::move(stretch), true);
    }
  }
  /// Drops all that is remembered, pinned or not, and the present sequence. Pictures too.
  void forget() noexcept {
    current_.keys.clear();
    current_.blocks.clear();
    current_.cache.adopt({});
    pictures_.clear();
    tree_.clear();
    stretches_.clear();
  }
  /// Bytes of keys and values that are remembered.
  [[nodiscard]] std::size_t remembered_bytes() const noexcept { return tree_.pages() * current_.cache.page_bytes() + stretches_.bytes(); }

  /// A sliding window counts places, and blocks stand at the same ones: such models cannot. Nor can those that see pictures both ways.
  [[nodiscard]] bool can_compose() const noexcept { return decoder_.config().window == 0 && !decoder_.config().pictures_both_ways; }
  /// Makes the sequence the ordinary inputs in front, then the blocks, each read as if it stood alone behind those, all of them from the
  /// same position on; more, where the present sequence begins so too. Errors, before any work: `invalid_argument` (blocks that are not
  /// one run, nothing behind them, what `evaluate` refuses), `budget`, `unsupported`.
  [[nodiscard]] result<composition> compose(std::span<const engine_input> inputs, std::string_view salt = {}) {
    if (!can_compose()) return failure{errc::unsupported, "a model with a sliding window cannot read blocks side by side", {}};
    if (auto done = rows_.gather(0, inputs, context_, decoder_.config()); !done) return std::move(done).error();
    const auto blocks = engine::borders_of(inputs);
    if (!blocks) return blocks.error();
    std::vector<engine::position_key> wanted = engine::keys_of(inputs, strangers_);
    const std::size_t head = blocks->back();
    if (salt == salt_ && *blocks == current_.blocks) {
      std::size_t common = 0;
      while (common < wanted.size() && common < current_.keys.size() && wanted[common] == current_.keys[common]) ++common;
      if (common >= head) {
        current_.keys.resize(engine::cut_between_units(wanted, std::min(common, wanted.size() - 1)));
        return composition{current_.keys.size(), 0};
      }
    }
    remember();
    salt_ = salt;
    current_.keys.clear();
    current_.cache.adopt({});
    composition out{head, 0};
    const std::size_t lead = blocks->front();
    const std::vector<engine::stretch_range> ranges = engine::stretches_of(wanted, *blocks, salt);
    std::vector<std::shared_ptr<const engine::kv_stretch>> stretches(ranges.size());
    std::vector<std::size_t> unknown;  // read together, so that the weights pass once for several
    std::size_t unread = 0, longest = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const bool is_block = ranges[i].first >= lead;
      stretches[i] = stretches_.find(ranges[i].name);
      if (!stretches[i]) {
        unknown.push_back(i);
        unread += ranges[i].positions;
      }
      if (!is_block || unread >= most_unread || i + 1 == ranges.size()) {
        if (auto done = read_alone(ranges, unknown, lead, stretches); !done) return std::move(done).error();
        out.computed += std::exchange(unread, 0);
        unknown.clear();
      }
      if (is_block) longest = std::max(longest, ranges[i].positions);
      else if (auto done = decoder_.paste(current_.cache, 0, *stretches[i]); !done) return std::move(done).error();
    }
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (ranges[i].first < lead) continue;
      if (auto done = decoder_.paste(current_.cache, ranges[i].first, *stretches[i]); !done) return std::move(done).error();
    }
    current_.cache.overlap = head - lead - longest;
    current_.blocks = *blocks;
    wanted.resize(head);
    current_.keys = std::move(wanted);
    return out;
  }

  /// Writes what is remembered into a file, from which another process, with the same model, eyes and kernels, goes on
  /// to the bit: what is pinned, and nothing that was asked behind it, or `all`, the prompts of every user among it. Demonstrations that
  /// were read side by side are not written. Trust it as you trust the weights. Errors: those of `engine::save_prefixes` and
  /// `load_prefixes`.
  [[nodiscard]] result<void> save_prefixes(const std::string& path, bool all = false) const {
    return engine::save_prefixes(path, identity(), current_.cache, tree_, all);
  }
  [[nodiscard]] result<void> load_prefixes(const std::string& path) {
    return engine::load_prefixes(path, identity(), current_.cache, tree_);
  }

  /// Hands out the present sequence and leaves an empty one.
  [[nodiscard]] sequence take_sequence() {
    remember();
    return std::exchange(current_, sequence{decoder_.new_cache(), {}, {}});
  }
  /// Token i goes to sequence i; a row of logits each, valid until the next call. Errors, before any work: `invalid_argument`
  /// (different numbers, or none, or a token that does not exist), `budget` (a sequence is as long as the context). A row that is not
  /// finite (damaged weights) is for its reader to refuse: the others are none the worse.
  [[nodiscard]] result<std::span<const float>> step(std::span<sequence> sequences, std::span<const token_id> tokens) {
    if (sequences.empty() || sequences.size() != tokens.size()) {
      return failure{
          errc::invalid_argument, std::to_string(tokens.size()) + " tokens for " + std::to_string(sequences.size()) + " sequences", {}};
    }
    std::vector<engine::decoder::next_positions> next;
    next.reserve(sequences.size());
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      if (!exists(tokens[i])) return failure{errc::invalid_argument, "token " + std::to_string(tokens[i]) + " does not exist", {}};
      if (sequences[i].keys.size() >= context_) return failure{errc::budget, "sequence " + std::to_string(i) + " fills the context", {}};
      next.push_back({&sequences[i].cache, sequences[i].keys.size()});
    }
    const auto logits = room_for_logits(sequences.size());
    if (!logits) return logits.error();
    const auto fill = [&](std::size_t i, std::span<float> row) { decoder_.weights().embed(static_cast<std::size_t>(tokens[i]), row); };
    if (auto done = decoder_.step(next, fill, *logits); !done) return std::move(done).error();
    for (std::size_t i = 0; i < sequences.size(); ++i) sequences[i].keys.push_back({tokens[i], 0, {}});
    return std::span<const float>(*logits);
  }

  /// How the file wants conversations written, for `token_backend`. `unsupported` when no format here is the right one.
  [[nodiscard]] const result<turn_format>& format() const noexcept { return format_; }

  [[nodiscard]] const engine::decoder& decoder() const noexcept { return decoder_; }

 private:
  cpu_engine(tokenizer words, result<turn_format> format, engine::decoder decoder, std::size_t context, const engine_options& options)
      : tokenizer_(std::move(words)),
        format_(std::move(format)),
        decoder_(std::move(decoder)),
        context_(context),
        current_{decoder_.new_cache(), {}, {}},
        tree_(engine::key_block, options.cache_bytes / current_.cache.page_bytes()),
        stretches_(options.demonstration_bytes) {
    if (tokenizer_.eos()) ends_.push_back(*tokenizer_.eos());
    // Gemma declares <eos> and ends turns otherwise; Llama 3 has one end for text, for turns and for tool calls each.
    for (const char* name : {"<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>", "<end_of_turn>",
                             "<eos>", "</s>", "<end_of_utterance>"}) {
      if (const auto id = tokenizer_.control_token(name)) ends_.push_back(*id);
    }
  }

  static constexpr std::size_t most_unread = 1024;  ///< positions of blocks that are read together; their caches exist beside the rest
  /// Reads these stretches, the blocks among them as if each stood alone behind the lead that the present sequence has.
  result<void> read_alone(std::span<const engine::stretch_range> ranges, std::span<const std::size_t> which, std::size_t lead,
                          std::span<std::shared_ptr<const engine::kv_stretch>> out) {
    if (which.empty()) return {};
    std::vector<engine::kv_cache> alone;
    std::vector<engine::decoder::next_positions> next;
    std::vector<std::size_t> rows;
    alone.reserve(which.size());  // they stay where they are
    for (const std::size_t i : which) {
      const engine::stretch_range& s = ranges[i];
      alone.push_back(decoder_.new_cache());
      if (s.first >= lead) alone.back().adopt(current_.cache.pages());
      next.push_back({&alone.back(), s.first >= lead ? lead : 0, s.positions});
      for (std::size_t k = 0; k < s.positions; ++k) rows.push_back(s.first + k);
    }
    const auto source = rows_.from(0, decoder_.weights());
    const auto fill = [&](std::size_t i, std::span<float> row) { source(rows[i], row); };
    if (auto done = decoder_.step(next, fill, {}); !done) return std::move(done).error();
    for (std::size_t k = 0; k < which.size(); ++k) {
      auto read = std::make_shared<const engine::kv_stretch>(decoder_.copy(alone[k], next[k].first, next[k].count));
      stretches_.insert(ranges[which[k]].name, read);
      out[which[k]] = std::move(read);
    }
    return {};
  }

  result<void> open_eyes(const std::string& path) {
    auto file = gguf_file::open(path);
    if (!file) return std::move(file).error();
    auto tower = vision_tower::load(*file, static_cast<int>(decoder_.threads()), &decoder_.kernels());
    if (!tower) return std::move(tower).error();
    if (tower->width() != decoder_.config().width) {
      return failure{errc::mismatch,
                     "eyes that give " + std::to_string(tower->width()) + " values a position, for a model that reads " +
                         std::to_string(decoder_.config().width),
                     path};
    }
    eyes_.emplace(std::move(*tower));
    eyes_fingerprint_ = file->fingerprint();
    return {};
  }

  /// Tokens of a word that stands in a picture: a control token if the model has it, else plain text, as llama.cpp reads it.
  [[nodiscard]] std::vector<token_id> words_of(const segment& s) const {
    if (s.what == segment::kind::control) {
      if (const auto id = tokenizer_.control_token(s.text)) return {*id};
    }
    return tokenizer_.encode(s.text);
  }

  /// The squares' rows and between them the words' embeddings, which a picture's positions may be as well as any: so a picture is
  /// still one thing, that is shared whole or not at all.
  [[nodiscard]] std::vector<float> laid_out(std::span<const segment> layout, std::span<const float> squares) const {
    const std::size_t width = eyes_->width(), square = eyes_->positions() * width;
    std::vector<float> out;
    for (const segment& s : layout) {
      if (s.what == segment::kind::image) {
        out.insert(out.end(), squares.begin(), squares.begin() + static_cast<std::ptrdiff_t>(square));
        squares = squares.subspan(square);
        continue;
      }
      for (const token_id id : words_of(s)) {
        out.resize(out.size() + width);
        decoder_.weights().embed(static_cast<std::size_t>(id), std::span(out).last(width));
      }
    }
    return out;
  }

  [[nodiscard]] engine::prefix_identity identity() const {
    const digest weights = decoder_.weights().fingerprint();
    const digest all = sha256{}
                           .update(weights.bytes)
                           .update(eyes_fingerprint_.bytes)
                           .update_field(engine::arithmetic)
                           .update(std::string_view(decoder_.kernels().name))
                           .update(std::string_view(current_.cache.type() == engine::kv_type::q8 ? " q8" : ""))
                           .update(std::string_view(decoder_.weights().activations() == engine::activation_type::f32 ? " f32" : ""))
                           .finish();
    return {all, current_.cache.page_bytes(), engine::key_block};
  }

  [[nodiscard]] bool exists(token_id id) const noexcept { return id >= 0 && static_cast<std::size_t>(id) < vocabulary_size(); }

  /// Errors: `too_large` when the system has no such memory.
  result<std::span<float>> room_for_logits(std::size_t rows) {
    const std::size_t count = rows * vocabulary_size(), bytes = count * sizeof(float);
    if (logits_.size() < bytes) logits_ = engine::aligned_bytes(bytes);
    if (logits_.size() < bytes) return failure{errc::too_large, "no memory for " + std::to_string(rows) + " rows of logits", {}};
    return std::span(reinterpret_cast<float*>(logits_.data()), count);
  }

  result<std::span<const float>> run(std::size_t keep, std::span<const engine_input> inputs, bool all) {
    const std::size_t fixed = current_.blocks.empty() ? 0 : current_.blocks.back();
    if (keep > size() || (keep < fixed && keep > 0)) {
      return failure{errc::invalid_argument,
                     "cannot keep " + std::to_string(keep) + " positions of " + std::to_string(size()) +
                         (keep < fixed ? ", of which " + std::to_string(fixed) + " belong together" : std::string()),
                     {}};
    }
    if (decoder_.config().pictures_both_ways && engine::cut_between_units(current_.keys, keep) != keep) {
      return failure{errc::invalid_argument, "cannot keep a part of a picture, whose positions have seen all of it", {}};
    }
    if (auto done = rows_.gather(keep, inputs, context_, decoder_.config()); !done) return std::move(done).error();
    const std::size_t n = rows_.size();
    const auto logits = room_for_logits(all ? n : 1);
    if (!logits) return logits.error();
    std::vector<engine::position_key> appended = engine::keys_of(inputs, strangers_);
    if (keep == 0) {
      current_.blocks.clear();
      current_.cache.overlap = 0;
    }
    current_.keys.resize(keep);
    if (auto done = decoder_.run(current_.cache, keep, n, rows_.from(0, decoder_.weights()), *logits, all, rows_.pictures()); !done)
      return std::move(done).error();
    if (!engine::all_finite(*logits)) {
      return failure{errc::internal, "logits that are not finite: the weights are damaged, or too large for this arithmetic", {}};
    }
    current_.keys.insert(current_.keys.end(), appended.begin(), appended.end());
    return std::span<const float>(*logits);
  }

  tokenizer tokenizer_;
  result<turn_format> format_;
  engine::decoder decoder_;
  std::size_t context_;
  sequence current_;
  engine::prefix_tree<engine::kv_page> tree_;
  engine::stretch_store stretches_;
  std::string salt_{};
  std::uint64_t strangers_ = 0;
  std::vector<token_id> ends_{};
  engine::input_rows rows_{};
  engine::aligned_bytes logits_{};
  std::optional<vision_tower> eyes_{};
  digest eyes_fingerprint_{};
  engine::picture_store pictures_{};
};
static_assert(batching_engine<cpu_engine>);

}  // namespace inoculum
