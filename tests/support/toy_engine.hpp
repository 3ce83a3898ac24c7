// SPDX-License-Identifier: Apache-2.0
// A token engine of one byte a token, and of words where it is given some, that wants to say one sentence: what the adapter does
// with an engine can then be checked exactly.
#pragma once

#include <functional>
#include <inoculum/backend/token_engine.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

class toy_engine {
 public:
  static constexpr std::size_t picture_rows = 5;
  static constexpr inoculum::token_id start = 256, end = 257, picture = -1;

  explicit toy_engine(std::string reply, std::size_t context = 4096) : reply_(std::move(reply)), context_(context) {
    for (int i = 0; i < 256; ++i) bytes_.push_back(std::string(1, static_cast<char>(i)));
  }
  bool has_eyes = true;
  bool knows_chatml = true;
  std::vector<std::string> words{};           ///< tokens of several bytes, from 258 on; the reply is said with them where one fits
  std::function<void()> before_evaluate{};    ///< called with every `evaluate`
  std::optional<float> every_logit{};         ///< instead of its own
  std::size_t blind_after = ~std::size_t{0};  ///< pictures; later ones fail
  std::size_t evaluated = 0, encoded = 0;     ///< positions and pictures so far

  [[nodiscard]] std::vector<inoculum::token_id> tokenize(std::string_view text) const {
    std::vector<inoculum::token_id> out;
    for (const char c : text) out.push_back(static_cast<unsigned char>(c));
    return out;
  }
  [[nodiscard]] std::optional<inoculum::token_id> control_token(std::string_view text) const {
    if (!knows_chatml) return std::nullopt;
    if (text == "<|im_start|>") return start;
    if (text == "<|im_end|>") return end;
    return std::nullopt;
  }
  [[nodiscard]] std::string_view token_bytes(inoculum::token_id id) const {
    if (id > end) return words[static_cast<std::size_t>(id - end - 1)];
    return id < 256 ? std::string_view(bytes_[static_cast<std::size_t>(id)]) : std::string_view();
  }
  [[nodiscard]] bool is_end(inoculum::token_id id) const { return id == end; }
  [[nodiscard]] std::size_t context_size() const { return context_; }
  [[nodiscard]] std::size_t vocabulary_size() const { return 258 + words.size(); }
  [[nodiscard]] std::size_t picture_positions(const inoculum::image&) const { return has_eyes ? picture_rows : 0; }
  [[nodiscard]] inoculum::result<inoculum::image_embedding> encode_image(const inoculum::image&) {
    if (encoded >= blind_after) return inoculum::failure{inoculum::errc::invalid_argument, "cannot be seen", "toy"};
    ++encoded;
    return inoculum::image_embedding{picture_rows, 1, std::make_shared<const std::vector<float>>(picture_rows, 0.5f)};
  }

  /// Follows the last "assistant\n": the byte of the reply that comes next has the highest logit.
  [[nodiscard]] inoculum::result<std::span<const float>> evaluate(std::size_t keep, std::span<const inoculum::engine_input> inputs) {
    if (before_evaluate) before_evaluate();
    held_.resize(keep);
    for (const inoculum::engine_input& in : inputs) {
      if (in.image != nullptr) held_.insert(held_.end(), in.image->rows, picture);
      else held_.insert(held_.end(), in.tokens.begin(), in.tokens.end());
    }
    if (held_.size() > context_) return inoculum::failure{inoculum::errc::budget, "the toy is full", {}};
    evaluated += held_.size() - keep;
    std::size_t reply_at = held_.size();
    while (reply_at > 0 && held_[reply_at - 1] != start) --reply_at;
    reply_at += std::string_view("assistant\n").size();
    std::size_t said = 0;
    for (std::size_t i = reply_at; i < held_.size(); ++i) said += token_bytes(held_[i]).size();
    const std::string_view rest = std::string_view(reply_).substr(std::min(said, reply_.size()));
    std::size_t next = rest.empty() ? static_cast<std::size_t>(end) : static_cast<unsigned char>(rest[0]);
    for (std::size_t w = 0; w < words.size(); ++w) {
      if (rest.starts_with(words[w])) next = 258 + w;
    }
    logits_.assign(vocabulary_size(), every_logit.value_or(0.0f));
    if (!every_logit) logits_[next] = 10.0f;
    return std::span<const float>(logits_);
  }

  [[nodiscard]] std::size_t controls_seen() const {
    std::size_t n = 0;
    for (const inoculum::token_id id : held_) n += id == start || id == end ? 1 : 0;
    return n;
  }

 private:
  std::string reply_;
  std::size_t context_;
  std::vector<std::string> bytes_;
  std::vector<inoculum::token_id> held_;
  std::vector<float> logits_;
};

}  // namespace test
