// SPDX-License-Identifier: Apache-2.0
// The text form of a policy, `mixed(0.5*similarity, 0.5*only(harmful, random)) | similar_last`, as a tree.
// Only the grammar: policy.hpp gives the names their meaning.
//
//   policy := term [ '|' name ]
//   term   := name [ '(' arg { ',' arg } ')' ]
//   arg    := name '=' value | number '*' term | number | term
//   value  := number | name
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"

namespace inoculum {

/// A name with arguments, or a number; `at` is its first character in the text.
struct policy_node {
  std::string name{};     ///< empty for a bare number
  double number = 0.0;    ///< the number, or the weight before `*`
  bool weighted = false;  ///< written `number * name`
  std::string key{};      ///< written `key = …`
  std::vector<policy_node> arguments{};
  std::size_t at = 0;

  [[nodiscard]] bool is_number() const noexcept { return name.empty(); }
};

struct policy_text {
  policy_node root{};
  std::string order{};  ///< empty: the default
  std::size_t order_at = 0;
};

/// For messages; policy.hpp gives them their meaning.
inline constexpr const char* policy_names = "none, random, similarity, fixed, bucketed, mixed, only, gated";

/// A failure that points at a character of a policy's text with a caret on the next line.
[[nodiscard]] inline failure policy_error(std::string_view text, std::size_t at, std::string message) {
  if (at > text.size()) at = text.size();
  return {errc::parse, message + "\n  " + std::string(text) + "\n  " + std::string(at, ' ') + "^",
          "policy, character " + std::to_string(at + 1)};
}

namespace detail {

class policy_reader {
 public:
  explicit policy_reader(std::string_view text) : text_(text) {}

  [[nodiscard]] result<policy_text> read() {
    policy_text out;
    auto root = argument(0);
    if (!root) return std::move(root).error();
    if (root->is_number() || root->weighted || !root->key.empty()) return policy_error(text_, root->at, "a policy starts with its name");
    out.root = std::move(*root);
    if (peek() == '|') {
      ++at_;
      skip();
      out.order_at = at_;
      out.order = word();
      if (out.order.empty()) return policy_error(text_, at_, "expected the name of an order after '|'");
    }
    if (peek() != '\0' || at_ < text_.size()) return policy_error(text_, at_, "unexpected text after the policy");
    return out;
  }

 private:
  static constexpr int max_depth = 16;  // hostile nesting must not exhaust the stack

  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  [[nodiscard]] char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  [[nodiscard]] std::string word() {
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           ((text_[at_] >= 'a' && text_[at_] <= 'z') || (text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '_' || text_[at_] == '-'))
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }
  /// Digits with an optional fraction: no exponent, no locale.
  [[nodiscard]] bool number(double& out) {
    const std::size_t start = at_;
    double value = 0.0, scale = 1.0;
    bool any = false, fraction = false;
    for (; at_ < text_.size() && at_ - start < 18; ++at_) {
      const char c = text_[at_];
      if (c == '.' && !fraction) fraction = true;
      else if (c >= '0' && c <= '9') {
        any = true;
        value = value * 10.0 + (c - '0');
        if (fraction) scale *= 10.0;
      } else break;
    }
    if (!any) at_ = start;
    out = value / scale;
    return any;
  }
  [[nodiscard]] result<policy_node> argument(int depth) {
    if (depth > max_depth) return policy_error(text_, at_, "nested deeper than " + std::to_string(max_depth));
    policy_node node;
    const char first = peek();
    node.at = at_;
    if ((first >= '0' && first <= '9') || first == '.') {
      if (!number(node.number)) return policy_error(text_, at_, "expected a number");
      if (peek() != '*') return node;
      ++at_;
      node.weighted = true;
      skip();
    }
    node.name = word();
    if (node.name.empty())
      return policy_error(text_, at_,
                          (at_ < text_.size() ? "expected the name of a policy, in small letters; there are "
                                              : "the text ends where a policy should stand; there are ") +
                              std::string(policy_names));
    if (peek() == '=') {
      ++at_;
      auto value = argument(depth + 1);
      if (!value) return value;
      value->key = std::move(node.name);
      value->at = node.at;
      return value;
    }
    if (peek() == '(') {
      ++at_;
      if (peek() == ')') {
        ++at_;
        return node;
      }
      for (;;) {
        auto arg = argument(depth + 1);
        if (!arg) return arg;
        node.arguments.push_back(std::move(*arg));
        const char c = peek();
        if (c == ',') {
          ++at_;
          continue;
        }
        if (c != ')') return policy_error(text_, at_, "expected ',' or ')' in the arguments of " + node.name);
        ++at_;
        break;
      }
    }
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace detail

/// Errors: parse, pointing at the character.
[[nodiscard]] inline result<policy_text> parse_policy_text(std::string_view text) { return detail::policy_reader(text).read(); }

}  // namespace inoculum
