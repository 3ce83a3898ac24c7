// SPDX-License-Identifier: Apache-2.0
// A backend for any server that speaks OpenAI's chat completions: vLLM, SGLang, llama-server, OpenAI
// (cpp-httplib, with OpenSSL for https).
//
// Debian's cpp-httplib is a compiled library: take pkg-config's macros along (pkg-config --cflags --libs
// cpp-httplib), or the layouts of its classes silently differ from the library's.
#pragma once

#include <httplib.h>
#undef _res  // a macro of <resolv.h>, which httplib includes, and a name in Eigen

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "../core/request.hpp"
#include "../core/result.hpp"
#include "concepts.hpp"
#include "detail/openai_wire.hpp"

namespace inoculum {

/// How an `openai_backend` behaves when the server does not.
struct openai_options {
  /// The environment variable that holds the API key; unset or empty: no key is sent. The key is never
  /// part of an error or a trace.
  std::string key_variable = "OPENAI_API_KEY";
  std::string ca_file{};                  ///< PEM file of trusted certificates; empty: the system's
  double connect_seconds = 10.0;          ///< for one connection
  double silence_seconds = 120.0;         ///< the longest wait for the next byte
  double total_seconds = 600.0;           ///< for everything, retries included; generate_options can only shorten it
  int retries = 2;                        ///< after 429, 5xx and broken connections, as long as no text has come
  double retry_seconds = 0.5;             ///< before the first retry, then doubled; a server's Retry-After goes first
  double most_retry_seconds = 30.0;       ///< a server that asks for a longer wait is not asked again
  std::size_t response_bytes = 8u << 20;  ///< more is refused
  std::size_t context = 0;                ///< tokens that the served model reads; 0: unknown, then only the guard's budget bounds a prompt
};

namespace detail {

/// Ends a call from outside: httplib blocks in its socket, and its own time-outs are for one read.
class call_guard {
 public:
  enum class reason : std::uint8_t { none, timeout, cancelled };
  using clock = std::chrono::steady_clock;

  call_guard(httplib::Client& client, clock::time_point deadline, cancel_flag cancel)
      : client_(client), deadline_(deadline), cancel_(cancel), thread_([this] { watch(); }) {}
  call_guard(const call_guard&) = delete;
  call_guard& operator=(const call_guard&) = delete;
  ~call_guard() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  [[nodiscard]] reason fired() const noexcept { return fired_.load(); }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!done_) {
      if (cancel_.raised()) fired_ = reason::cancelled;
      else if (clock::now() >= deadline_) fired_ = reason::timeout;
      if (fired_ != reason::none) {
        lock.unlock();
        client_.stop();  // again and again: it has no effect before the socket exists
        lock.lock();
      }
      const bool poll = cancel_ || fired_ != reason::none;
      wake_.wait_until(lock, poll ? clock::now() + std::chrono::milliseconds(10) : deadline_, [this] { return done_; });
    }
  }

  httplib::Client& client_;
  clock::time_point deadline_;
  cancel_flag cancel_;
  std::atomic<reason> fired_{reason::none};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace detail

/// Answers conversations through a server. Models `backend` and `streaming_backend`; one object may be
/// used from any number of threads, each call has its own connection; copies share the cache of encoded pictures.
///
/// The server applies its own chat template and tokenises as it likes: all this adapter can do against
/// control strings in untrusted text is to break them up.
class openai_backend {
 public:
  /// `base_url` as in "http://127.0.0.1:8000", "https://host/prefix" or ".../v1"; an unusable one is the
  /// error of every call. `model` is sent as it is; empty: not sent.
  explicit openai_backend(std::string base_url, std::string model = {}, openai_options options = {})
      : endpoint_(detail::parse_endpoint(base_url)), model_(std::move(model)), options_(std::move(options)) {
    const char* key = options_.key_variable.empty() ? nullptr : std::getenv(options_.key_variable.c_str());
    if (key != nullptr) key_ = key;
    while (!key_.empty() && (key_.back() == '\n' || key_.back() == '\r' || key_.back() == ' ')) key_.pop_back();
  }

  /// Errors: invalid_argument, for a URL or a key that no call could be made with. Nothing is sent.
  [[nodiscard]] result<void> usable() const {
    if (!endpoint_) return endpoint_.error();
    for (const char c : key_) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        return failure{errc::invalid_argument, "not a usable key", "$" + options_.key_variable};
    }
    return {};
  }

  [[nodiscard]] std::size_t context_size() const noexcept { return options_.context; }

  /// Errors: network, server (a status that is not 200, an error for an answer), invalid_argument (a status of 400, 413 or 422), timeout,
  /// parse (not what the protocol says), too_large, invalid_argument; each names the URL. A cancelled call gives what it has.
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options) const {
    return run(talk, options, [](std::string_view) { return true; });
  }

  /// `sink(std::string_view) -> bool` gets the text as it comes, in whole characters; false stops, and the
  /// completion is marked `cancelled`.
  template <std::predicate<std::string_view> Sink>
  [[nodiscard]] result<completion> generate(const conversation& talk, const generate_options& options, Sink&& sink) const {
    return run(talk, options, [&sink](std::string_view text) { return static_cast<bool>(sink(text)); });
  }

 private:
  using clock = detail::call_guard::clock;
  using sink_function = std::function<bool(std::string_view)>;

  /// How one attempt ended.
  struct attempt {
    result<completion> value;
    bool retry = false;
    double wait_seconds = -1.0;  ///< what the server asked for
  };

  [[nodiscard]] result<completion> run(const conversation& talk, const generate_options& options, const sink_function& sink) const {
    if (auto done = usable(); !done) return std::move(done).error();
    if (talk.side_by_side) return fail(errc::unsupported, "a server reads demonstrations one after the other, not side by side");
    const auto start = clock::now();
    const auto body = detail::request_body(model_, talk, options, *uris_);
    if (!body) return body.error();

    double total = options_.total_seconds;
    if (options.timeout_seconds > 0.0) total = std::min(total, options.timeout_seconds);
    const auto deadline = start + to_duration(total);
    double wait = options_.retry_seconds;
    for (int tried = 1;; ++tried) {
      attempt got = once(*body, options, sink, start, deadline);
      if (got.value || !got.retry) return std::move(got.value);
      failure why = got.value.error();
      if (tried > options_.retries) {
        if (tried > 1) why.message += " (tried " + std::to_string(tried) + " times)";
        return why;
      }
      const double pause = got.wait_seconds >= 0.0 ? got.wait_seconds : std::min(wait, options_.most_retry_seconds);
      wait *= 2.0;
      if (pause > options_.most_retry_seconds || clock::now() + to_duration(pause) >= deadline) {
        why.message += " (not tried again: the wait would be " + std::to_string(static_cast<long>(pause + 0.5)) + " s)";
        return why;
      }
      for (const auto until = clock::now() + to_duration(pause); clock::now() < until;) {
        if (options.cancel.raised()) return stopped({}, start);
        std::this_thread::sleep_for(std::min<clock::duration>(until - clock::now(), std::chrono::milliseconds(10)));
      }
    }
  }

  [[nodiscard]] attempt once(const std::string& body, const generate_options& options, const sink_function& sink, clock::time_point start,
                             clock::time_point deadline) const {
    const double left = std::chrono::duration<double>(deadline - clock::now()).count();
    if (options.cancel.raised()) return {stopped({}, start)};
    if (left <= 0.0) return {timed_out(start)};
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
    if (endpoint_->tls) return {fail(errc::unsupported, "https needs cpp-httplib with OpenSSL")};
#endif
    httplib::Client client(endpoint_->origin);
    if (!client.is_valid()) return {fail(errc::invalid_argument, "server URL or CA file is not usable")};
    set_seconds(std::min(left, options_.connect_seconds), [&](auto s, auto us) { client.set_connection_timeout(s, us); });
    set_seconds(options_.silence_seconds, [&](auto s, auto us) { client.set_read_timeout(s, us); });
    set_seconds(options_.silence_seconds, [&](auto s, auto us) { client.set_write_timeout(s, us); });
    client.set_follow_location(false);  // the key goes nowhere else
    client.set_tcp_nodelay(true);
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (endpoint_->tls) {
      if (!options_.ca_file.empty()) client.set_ca_cert_path(options_.ca_file.c_str());
      client.enable_server_certificate_verification(true);
    }
#endif

    detail::reply_collector reply(key_);
    detail::event_reader events;
    std::string whole;  // a body that is not streamed, or an error's
    std::string type;
    std::string retry_after;
    int status = 0;
    std::size_t received = 0;
    bool finished = false;
    bool sink_stopped = false;
    result<void> trouble;
    auto last_byte = clock::now();

    const auto emit = [&](const std::string& text) {
      if (text.empty()) return true;
      if (reply.value.ttft_ms == 0.0) reply.value.ttft_ms = milliseconds_since(start);
      sink_stopped = !sink(text);
      return !sink_stopped;
    };
    const auto take_event = [&](const std::string& data) {
      if (data == "[DONE]") {
        finished = true;
        return false;  // a server that lingers now is not waited for
      }
      const auto added = reply.add(data, true);
      if (!added) trouble = added.error();
      return added && emit(*added);
    };

    httplib::Request request;
    request.method = "POST";
    request.path = endpoint_->path;
    request.set_header("Content-Type", "application/json");
    request.set_header("Accept", "text/event-stream, application/json");
    request.set_header("Accept-Encoding", "identity");
    if (!key_.empty()) request.set_header("Authorization", "Bearer " + key_);
    request.body = body;
    request.response_handler = [&](const httplib::Response& head) {
      last_byte = clock::now();
      status = head.status;
      type = head.get_header_value("Content-Type");
      retry_after = head.get_header_value("Retry-After");
      return true;
    };
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      last_byte = clock::now();
      received += size;
      if (received > options_.response_bytes) {
        trouble = failure{errc::too_large, "answer is over the limit of " + std::to_string(options_.response_bytes) + " bytes", {}};
        return false;
      }
      if (status == 200 && streamed(type)) return events.feed(std::string_view(data, size), take_event);
      whole.append(data, size);
      return true;
    };

    auto reason = detail::call_guard::reason::none;
    httplib::Error error = httplib::Error::Success;
    {
      const detail::call_guard guard(client, deadline, options.cancel);
      error = client.send(request).error();
      reason = guard.fired();
    }
    const bool began = !reply.value.text.empty();
    // Asked for even without an error: httplib 0.14 takes silence for the end of a body that does not say its length.
    const bool silent = clock::now() - last_byte >= to_duration(0.95 * options_.silence_seconds);

    if (sink_stopped || (reason == detail::call_guard::reason::cancelled && !finished)) return {stopped(std::move(reply.value), start)};
    if (!trouble) return {fail(trouble.error().code, trouble.error().message)};
    if (finished) return {complete(std::move(reply), start)};
    if (reason == detail::call_guard::reason::timeout) return {timed_out(start)};
    if (error != httplib::Error::Success) {
      if (reply.ended) return {complete(std::move(reply), start)};  // all of the answer, none of the farewell
      return broken(error, status, began, silent);
    }
    if (status != 200) return refused(status, whole, retry_after);
    if (streamed(type)) {
      if (!events.finish(take_event) && !finished) {
        if (sink_stopped) return {stopped(std::move(reply.value), start)};
        return {fail(trouble.error().code, trouble.error().message)};
      }
      if (finished || reply.ended) return {complete(std::move(reply), start)};
      if (silent) return {nothing_came()};
      return {fail(errc::network, "the stream ended before the answer did"), !began};
    }
    if (!type.starts_with("application/json")) {
      return {
          fail(errc::parse, "the server answered with content type " + detail::excerpt(type, key_) + ": " + detail::excerpt(whole, key_))};
    }
    const auto added = reply.add(whole, false);  // a server that cannot stream
    if (!added) return {silent ? nothing_came() : fail(added.error().code, added.error().message)};
    if (!emit(*added)) return {stopped(std::move(reply.value), start)};
    return {complete(std::move(reply), start)};
  }

  /// No answer came through, for httplib's reason. Only what may be different next time is tried again.
  [[nodiscard]] attempt broken(httplib::Error error, int status, bool began, bool silent) const {
    switch (error) {
      case httplib::Error::Connection: return {fail(errc::network, "cannot connect"), true};
      case httplib::Error::ConnectionTimeout: return {fail(errc::network, "connecting took too long"), true};
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
      case httplib::Error::SSLServerVerification: return {fail(errc::network, "the server's certificate is not trusted")};
      case httplib::Error::SSLLoadingCerts:
        return {fail(errc::invalid_argument, "CA file cannot be loaded: " + detail::in_quotes(options_.ca_file))};
      case httplib::Error::SSLConnection: return {fail(errc::network, "TLS handshake failed"), true};
#endif
      default: break;
    }
    if (silent) return {nothing_came()};
    return {fail(errc::network, status == 0 ? "the connection broke before an answer, or the answer is not HTTP"
                                            : "the connection broke in the middle of the answer"),
            !began};
  }

  /// A status that is not 200.
  [[nodiscard]] attempt refused(int status, const std::string& body, const std::string& retry_after) const {
    // These say that this very request cannot be answered: malformed, too long, of a kind that the model does not take.
    const bool ours = status == 400 || status == 413 || status == 422;
    attempt out{fail(ours ? errc::invalid_argument : errc::server,
                     "HTTP status " + std::to_string(status) + ": " + detail::excerpt(detail::error_text(body), key_))};
    out.retry = status == 429 || status >= 500;
    if (const auto wait = detail::retry_after_seconds(retry_after, std::chrono::system_clock::now()); wait) out.wait_seconds = *wait;
    return out;
  }

  [[nodiscard]] result<completion> complete(detail::reply_collector reply, clock::time_point start) const {
    if (!reply.answered) return fail(errc::parse, "the server's answer has no choices");
    reply.value.total_ms = milliseconds_since(start);
    return std::move(reply.value);
  }
  [[nodiscard]] static completion stopped(completion value, clock::time_point start) {
    value.finish = finish_reason::cancelled;
    value.total_ms = milliseconds_since(start);
    return value;
  }
  [[nodiscard]] failure timed_out(clock::time_point start) const {
    return fail(errc::timeout, "no answer within " + std::to_string(static_cast<long>(milliseconds_since(start))) + " ms");
  }
  [[nodiscard]] failure nothing_came() const {
    return fail(errc::timeout, "nothing came for " + std::to_string(static_cast<long>(options_.silence_seconds + 0.5)) + " s");
  }
  [[nodiscard]] failure fail(errc code, std::string message) const { return {code, std::move(message), endpoint_->url()}; }

  [[nodiscard]] static bool streamed(std::string_view type) { return type.starts_with("text/event-stream"); }
  [[nodiscard]] static double milliseconds_since(clock::time_point start) {
    return std::chrono::duration<double, std::milli>(clock::now() - start).count();
  }
  /// Bounded, so that "infinite" seconds do not overflow the clock.
  [[nodiscard]] static clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8)));
  }
  template <class Set>
  static void set_seconds(double seconds, const Set& set) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(to_duration(seconds)).count();
    set(static_cast<std::time_t>(us / 1000000), static_cast<std::time_t>(us % 1000000));
  }

  result<detail::openai_endpoint> endpoint_;
  std::string model_;
  openai_options options_;
  std::string key_;
  std::shared_ptr<detail::data_uri_cache> uris_ = std::make_shared<detail::data_uri_cache>();
};

static_assert(streaming_backend<openai_backend>);

}  // namespace inoculum
