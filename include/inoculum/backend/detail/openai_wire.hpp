// SPDX-License-Identifier: Apache-2.0
// What goes over the wire of /v1/chat/completions, without the wire: URLs, request bodies, replies whole
// and streamed, waiting times (nlohmann-json by way of io/detail/json.hpp). openai.hpp adds the HTTP.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../../core/image.hpp"
#include "../../core/request.hpp"
#include "../../core/result.hpp"
#include "../../io/detail/json.hpp"
#include "../../io/image.hpp"

namespace inoculum::detail {

// ---- where to ----------------------------------------------------------------------------------------

/// A base URL taken apart: what to connect to, and the path of the call.
struct openai_endpoint {
  std::string origin{};  ///< "https://host:port"
  std::string path{};    ///< "/prefix/v1/chat/completions"
  bool tls = false;
  [[nodiscard]] std::string url() const { return origin + path; }
};

/// Accepts "http://host", with a port, a path prefix and a trailing "/v1". Errors: invalid_argument; a URL
/// with credentials is not repeated in the message.
[[nodiscard]] inline result<openai_endpoint> parse_endpoint(std::string_view base) {
  const auto bad = [](std::string why) { return failure{errc::invalid_argument, "server URL: " + std::move(why), {}}; };
  const std::size_t scheme_end = base.find("://");
  const std::string_view scheme = base.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) return bad("it must begin with http:// or https://");
  const std::string_view rest = base.substr(scheme_end + 3);
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.find('@') != std::string_view::npos) return bad("it holds credentials; put the API key into the environment instead");
  if (host.empty() || host.front() == ':') return bad("it has no host");
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {  // not one inside [::1]
    const std::string_view port = host.substr(colon + 1);
    unsigned value = 0;
    for (const char c : port) value = c >= '0' && c <= '9' && value <= 65535 ? value * 10 + static_cast<unsigned>(c - '0') : 65536;
    if (value == 0 || value > 65535) return bad("its port is not a number from 1 to 65535");
  }
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '?' || c == '#') return bad("it holds a space, '?' or '#'");
  }
  std::string_view prefix = rest.substr(host.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.ends_with("/v1")) prefix.remove_suffix(3);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return openai_endpoint{std::string(scheme) + "://" + std::string(host), std::string(prefix) + "/v1/chat/completions", scheme == "https"};
}

// ---- what is said ------------------------------------------------------------------------------------

/// A server tokenises by its own rules, often with special tokens on. Here the control strings of the
/// common formats lose their shape: a space goes in after their first character. (Not a zero-width
/// character: some tokenizers normalise those away, and the control string stands again.)
[[nodiscard]] inline std::string break_up_control(std::string_view text) {
  static constexpr std::string_view control[] = {
      "<|",             // ChatML, Llama 3, Phi, Qwen's vision tokens: all of <|...|>
      "<\xef\xbd\x9c",  // DeepSeek's full-width bar
      "<s>",
      "</s>",
      "<bos>",
      "<eos>",
      "<pad>",
      "<unk>",
      "<mask>",  // SentencePiece vocabularies
      "<start_of_turn>",
      "<end_of_turn>",
      "<start_of_image>",
      "<end_of_image>",
      "<image_soft_token>",  // Gemma
      "[INST]",
      "[/INST]",
      "[SYSTEM_PROMPT]",
      "[/SYSTEM_PROMPT]",
      "[IMG",
      "[TOOL_CALLS]",
      "[TOOL_RESULTS]",
      "[/TOOL_RESULTS]",
      "[AVAILABLE_TOOLS]",
      "[/AVAILABLE_TOOLS]",
      "<<SYS>>",
      "<</SYS>>",  // Llama 2, Mistral
      "<image>",
      "</image>",
      "<image_placeholder>",
      "<__media__>",
      "<__image__>",
      "<fake_token_around_image>",
      "<global-img>",
      "<row_",
      "<end_of_utterance>",
      "<im_start>",
      "<im_end>",
      "<im_patch>",
      "<video>",  // LLaVA, SmolVLM, llama.cpp's markers
      "<think>",
      "</think>",
      "<tool_call>",
      "</tool_call>",
      "<tool_response>",
      "</tool_response>",
  };
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '<' && text[i] != '[') continue;
    for (const std::string_view c : control) {
      if (text.substr(i).starts_with(c)) {
        out += ' ';
        break;
      }
    }
  }
  return out;
}

[[nodiscard]] inline std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const unsigned n = static_cast<unsigned>(bytes[i]) << 16 | (left > 1 ? static_cast<unsigned>(bytes[i + 1]) << 8 : 0u) |
                       (left > 2 ? static_cast<unsigned>(bytes[i + 2]) : 0u);
    out += digits[n >> 18];
    out += digits[n >> 12 & 63];
    out += left > 1 ? digits[n >> 6 & 63] : '=';
    out += left > 2 ? digits[n & 63] : '=';
  }
  return out;
}

/// Pictures as data URIs. The pool's come again with every request and deflating one of 256x256 takes
/// tens of milliseconds, so they are kept, by content, up to 64 MB; then all go, which needs no bookkeeping.
class data_uri_cache {
 public:
  [[nodiscard]] result<std::shared_ptr<const std::string>> get(const image& picture) {
    const std::string key = picture.content_digest().hex();
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
    }
    const auto png = encode_png(picture);  // outside the lock: two threads may do the same work once
    if (!png) return png.error();
    auto uri = std::make_shared<const std::string>("data:image/png;base64," + base64(*png));
    const std::lock_guard lock(mutex_);
    if (bytes_ + uri->size() > most_bytes) {
      kept_.clear();
      bytes_ = 0;
    }
    if (uri->size() <= most_bytes && kept_.emplace(key, uri).second) bytes_ += uri->size();
    return uri;
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{64} << 20;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> kept_;
  std::size_t bytes_ = 0;
};

/// One message: a plain string where there is only text, since some servers know nothing else.
[[nodiscard]] inline result<json> message_json(const message& m, data_uri_cache& uris) {
  json content = json::array();
  std::string text;
  bool images = false;
  const auto flush = [&] {
    if (!text.empty()) content.push_back({{"type", "text"}, {"text", std::exchange(text, {})}});
  };
  for (const part& p : m.parts) {
    if (!p.is_image()) {
      text += p.from == origin::template_text ? p.text : break_up_control(p.text);
      continue;
    }
    flush();
    const auto uri = uris.get(p.pixels);
    if (!uri) return uri.error();
    content.push_back({{"type", "image_url"}, {"image_url", {{"url", **uri}}}});
    images = true;
  }
  json out = {{"role", to_string(m.who)}};
  if (images) {
    flush();
    out["content"] = std::move(content);
  } else {
    out["content"] = std::move(text);
  }
  return out;
}

/// The request body. Always streamed: only so is the time to the first token seen, and cancelling is
/// noticed by the server. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] inline result<std::string> request_body(const std::string& model, const conversation& talk, const generate_options& options,
                                                      data_uri_cache& uris) {
  if (talk.messages.empty()) return failure{errc::invalid_argument, "an empty conversation cannot be answered", {}};
  json body = json::object();
  if (!model.empty()) body["model"] = model;
  body["messages"] = json::array();
  for (const message& m : talk.messages) {
    auto one = message_json(m, uris);
    if (!one) return one.error();
    body["messages"].push_back(std::move(*one));
  }
  body["max_tokens"] = options.max_tokens;
  body["temperature"] = options.temperature;
  if (options.top_p < 1.0) body["top_p"] = options.top_p;
  // Not OpenAI's own, but llama.cpp's, vLLM's and others'; sent only when asked for.
  if (options.min_p > 0.0) body["min_p"] = options.min_p;
  if (options.repetition_penalty != 1.0) {
    body["repeat_penalty"] = options.repetition_penalty;      // llama.cpp
    body["repetition_penalty"] = options.repetition_penalty;  // vLLM
  }
  if (options.top_k != 0) body["top_k"] = options.top_k;  // not OpenAI's, but vLLM, SGLang and llama.cpp know it
  body["seed"] = options.seed & 0x7fffffff;               // what all of them take
  if (!options.stop.empty()) body["stop"] = options.stop;
  if (talk.messages.back().who == role::assistant) {  // a prefill; vLLM must be told, llama.cpp guesses it
    body["add_generation_prompt"] = false;
    body["continue_final_message"] = true;
  }
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

// ---- what comes back ---------------------------------------------------------------------------------

/// A server's words inside an error message: without the key, printable, short.
[[nodiscard]] inline std::string excerpt(std::string text, const std::string& key) {
  if (!key.empty()) {
    // On behind what was put in, which may hold the key again: "key" is one that people choose.
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos; at += 5) text.replace(at, key.size(), "[key]");
  }
  std::string out;
  for (const char c : text) {
    const bool plain = c > 0x20 && c < 0x7f;
    if (plain || (!out.empty() && out.back() != ' ')) out += plain ? c : static_cast<unsigned char>(c) >= 0x80 ? '?' : ' ';
  }
  return in_quotes(out);
}

/// A member of an object; null when there is none, or no object.
[[nodiscard]] inline const json* member(const json* value, const char* name) {
  if (value == nullptr || !value->is_object()) return nullptr;
  const auto found = value->find(name);
  return found == value->end() || found->is_null() ? nullptr : &*found;
}
[[nodiscard]] inline std::string text_of(const json* value) {
  const auto* text = value == nullptr ? nullptr : value->get_ptr<const std::string*>();
  return text == nullptr ? std::string() : *text;
}
[[nodiscard]] inline std::size_t count_of(const json* value) {
  return value != nullptr && value->is_number_unsigned() ? value->get<std::size_t>() : 0;
}

/// What an error body says: {"error": {"message"}}, {"error"}, {"message"}, {"detail"}, or itself.
[[nodiscard]] inline std::string error_text(const std::string& body) {
  const auto parsed = parse_json(body);
  if (!parsed) return body;
  const json* error = member(&*parsed, "error");
  for (const json* candidate : {member(error, "message"), error, member(&*parsed, "message"), member(&*parsed, "detail")}) {
    if (std::string text = text_of(candidate); !text.empty()) return text;
  }
  return body;
}

/// Server-sent events (the WHATWG's, as far as they are used): bytes in, in any pieces; the data of each event out.
class event_reader {
 public:
  /// `take(data)` returns false to stop; so does this then.
  template <class Take>
  bool feed(std::string_view bytes, Take&& take) {
    for (const char c : bytes) {
      if (c == '\n' && std::exchange(after_return_, false)) continue;  // "\r\n" is one end
      after_return_ = c == '\r';
      if (c != '\n' && c != '\r') line_ += c;
      else if (!end_line(take)) return false;
    }
    return true;
  }
  /// The end of the stream; servers forget the last empty line.
  template <class Take>
  bool finish(Take&& take) {
    return end_line(take) && end_line(take);
  }

 private:
  template <class Take>
  bool end_line(Take& take) {
    const std::string line = std::exchange(line_, {});
    if (!line.empty()) {
      // "error:" is how llama.cpp once sent its errors; comments and other fields are of no interest.
      for (const std::string_view field : {std::string_view("data:"), std::string_view("error:")}) {
        if (!std::string_view(line).starts_with(field)) continue;
        std::string_view value = std::string_view(line).substr(field.size());
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (has_data_) data_ += '\n';
        data_ += value;
        has_data_ = true;
      }
      return true;
    }
    if (!std::exchange(has_data_, false)) return true;
    return take(std::exchange(data_, {}));
  }

  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;
};

/// Collects an answer from its JSON documents: one when whole, many when streamed.
class reply_collector {
 public:
  explicit reply_collector(const std::string& key) : key_(key) {}

  /// Gives the text that this document adds. Errors: parse, server (an error instead of an answer).
  [[nodiscard]] result<std::string> add(const std::string& document, bool streamed) {
    const auto parsed = parse_json(document);
    if (!parsed) return failure{errc::parse, "the server's answer is not JSON: " + excerpt(document, key_), {}};
    const json* root = &*parsed;
    if (member(root, "error") != nullptr) {
      return failure{errc::server, "the server reports an error: " + excerpt(error_text(document), key_), {}};
    }
    if (const json* usage = member(root, "usage"); usage != nullptr) {
      value.prompt_tokens = count_of(member(usage, "prompt_tokens"));
      value.completion_tokens = count_of(member(usage, "completion_tokens"));
      value.cached_tokens = count_of(member(member(usage, "prompt_tokens_details"), "cached_tokens"));
    }
    if (const json* timings = member(root, "timings"); timings != nullptr && value.cached_tokens == 0) {
      value.cached_tokens = count_of(member(timings, "cache_n"));  // llama.cpp's place for it
    }
    const json* choices = member(root, "choices");
    if (choices == nullptr || !choices->is_array() || choices->empty()) {
      if (streamed && member(root, "usage") != nullptr) return std::string();  // the closing chunk
      if (streamed && choices != nullptr && choices->is_array()) return std::string();
      return failure{errc::parse, "the server's answer has no choices: " + excerpt(document, key_), {}};
    }
    const json* choice = &choices->front();
    const json* words = member(choice, streamed ? "delta" : "message");
    if (words == nullptr && member(choice, "finish_reason") == nullptr) {
      return failure{errc::parse, "the server's answer has a choice without words: " + excerpt(document, key_), {}};
    }
    answered = true;
    if (const json* reason = member(choice, "finish_reason"); reason != nullptr) {
      ended = true;
      if (text_of(reason) == "length") value.finish = finish_reason::length;
    }
    std::string added = text_of(member(words, "content"));
    value.text += added;
    return added;
  }

  completion value{};
  bool answered = false;  ///< a choice was seen
  bool ended = false;     ///< the server said that it is done

 private:
  const std::string& key_;
};

/// Retry-After: whole seconds, or an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"), which is compared with
/// `now`. Nothing when it is neither.
[[nodiscard]] inline std::optional<double> retry_after_seconds(std::string_view text, std::chrono::system_clock::time_point now) {
  const auto number = [](std::string_view digits) -> std::optional<int> {
    int out = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      out = out < 100000000 ? out * 10 + (c - '0') : out;
    }
    return digits.empty() ? std::nullopt : std::optional(out);
  };
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (const auto seconds = number(text)) return *seconds;
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = months.find(text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == std::string_view::npos || month % 3 != 0 || !day || !year || !hour || !minute || !second) return std::nullopt;
  namespace ch = std::chrono;
  const ch::year_month_day date{ch::year(*year), ch::month(static_cast<unsigned>(month / 3 + 1)), ch::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto at = ch::sys_days(date) + ch::hours(*hour) + ch::minutes(*minute) + ch::seconds(*second);
  const double wait = ch::duration<double>(at - now).count();
  return wait > 0.0 ? wait : 0.0;
}

}  // namespace inoculum::detail
