// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>
#include <inoculum/backend/openai.hpp>

#include "../io/folder.hpp"
#include "scripted_server.hpp"

namespace ino = inoculum;
using namespace std::chrono_literals;

namespace {

ino::conversation ask(std::string text) {
  ino::conversation out;
  out.messages.push_back({ino::role::user, {{ino::origin::user, std::move(text), {}}}});
  return out;
}

/// Impatient, so that the tests are quick.
ino::openai_options quick() {
  return {.key_variable = "INOCULUM_TEST_KEY", .connect_seconds = 2.0, .silence_seconds = 0.3, .total_seconds = 5.0, .retry_seconds = 0.01};
}

ino::result<ino::completion> answer_of(const scripted_server& server, const ino::openai_options& options = quick(),
                                       const ino::generate_options& decoding = {}) {
  return ino::openai_backend(server.url(), "m", options).generate(ask("Is there a fracture?"), decoding);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr auto plain_answer =
    R"({"choices":[{"message":{"content":"No."},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}})";

scripted_server::script_function always(std::string bytes) {
  return [bytes = std::move(bytes)](const connection& c, int) { c.send(bytes); };
}

}  // namespace

TEST_CASE("a streamed answer, with its tokens and times") {
  scripted_server server([](const connection& c, int) {
    c.send(stream_head);
    c.send(event(R"({"choices":[{"delta":{"role":"assistant","content":null}}]})"));
    std::this_thread::sleep_for(30ms);
    c.send(words("No ") + words("fracture."));
    std::this_thread::sleep_for(30ms);
    c.send(finish("length") +
           event(R"({"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":32}}})"));
    c.send(event("[DONE]"));
    c.hang();  // not waited for
  });
  std::vector<std::string> pieces;
  auto patient = quick();
  patient.silence_seconds = 20.0;
  patient.total_seconds = 60.0;
  const auto got = ino::openai_backend(server.url() + "/v1/", "llava-med", patient)
                       .generate(ask("Is there a fracture?"), {}, [&](std::string_view text) { return pieces.emplace_back(text), true; });
  REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
  CHECK(got->text == "No fracture.");
  CHECK(pieces == std::vector<std::string>{"No ", "fracture."});
  CHECK(got->finish == ino::finish_reason::length);
  CHECK(got->prompt_tokens == 40);
  CHECK(got->cached_tokens == 32);
  CHECK(got->completion_tokens == 2);
  CHECK(got->ttft_ms >= 29.0);
  CHECK(got->ttft_ms <= got->total_ms);
  CHECK(got->total_ms >= 59.0);  // no less after the first token: a busy client may see that late
  CHECK(got->total_ms < 1e3 * patient.silence_seconds);
  CHECK(server.requests().at(0).starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK_FALSE(contains(server.requests().at(0), "Authorization"));
  CHECK(contains(server.body(), "\"model\":\"llava-med\""));
}

TEST_CASE("a server that cannot stream") {
  scripted_server server(always(response("200 OK", "application/json; charset=utf-8", plain_answer)));
  const auto got = answer_of(server);
  REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
  CHECK(got->text == "No.");
  CHECK(got->prompt_tokens == 5);
  CHECK(got->ttft_ms > 0.0);
}

TEST_CASE("any cut of the stream gives the same text, whole characters at a time") {
  const std::string all = std::string(stream_head) + words("caf\xc3\xa9 ") + words("\xf0\x9f\xa6\xb4") + finish() + event("[DONE]");
  for (const std::size_t size : {1u, 2u, 3u, 7u}) {
    scripted_server server([&](const connection& c, int) {
      for (std::size_t at = 0; at < all.size(); at += size) {
        if (at > stream_head.size() && at % 5 == 0) std::this_thread::sleep_for(100us);
        c.send(std::string_view(all).substr(at, size));
      }
    });
    std::string seen;
    const auto got = ino::openai_backend(server.url(), "m", quick()).generate(ask("q"), {}, [&](std::string_view text) {
      CHECK(ino::find_invalid_utf8(text) == std::string_view::npos);
      seen += text;
      return true;
    });
    REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
    CHECK(got->text == "caf\xc3\xa9 \xf0\x9f\xa6\xb4");
    CHECK(seen == got->text);
  }
}

TEST_CASE("a server that hangs") {
  const auto start = std::chrono::steady_clock::now();
  SUBCASE("before the header: silence") {
    scripted_server server([](const connection& c, int) { c.hang(); });
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::timeout);
    CHECK(contains(got.error().to_string(), server.url() + "/v1/chat/completions: nothing came for"));
  }
  SUBCASE("midway: silence") {
    scripted_server server([](const connection& c, int) {
      c.send(std::string(stream_head) + words("No"));
      c.hang();
    });
    CHECK(answer_of(server).error().code == ino::errc::timeout);
  }
  SUBCASE("midway, not streamed, without a length: silence") {
    scripted_server server([](const connection& c, int) {
      c.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"choices\":");
      c.hang();
    });
    CHECK(answer_of(server).error().code == ino::errc::timeout);
  }
  SUBCASE("slowly: a byte now and then, against the time for everything") {
    scripted_server server([](const connection& c, int) {
      c.send("HTTP/1.1 200 OK\r\nX-Slow: ");
      while (c.send("x")) std::this_thread::sleep_for(20ms);
    });
    const auto got = answer_of(server, quick(), {.timeout_seconds = 0.4});
    CHECK(got.error().code == ino::errc::timeout);
    CHECK(contains(got.error().message, "no answer within"));
  }
  CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("a server that closes midway") {
  SUBCASE("before the header: tried again, then told") {
    scripted_server server([](const connection&, int) {});
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::network);
    CHECK(contains(got.error().message, "tried 3 times"));
    CHECK(server.requests().size() == 3);
  }
  SUBCASE("in the stream, after words: not tried again") {
    scripted_server server(always(std::string(stream_head) + words("No")));
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::network);
    CHECK(contains(got.error().message, "stream ended"));
    CHECK(server.requests().size() == 1);
  }
  SUBCASE("in a chunk") {
    scripted_server server(
        always("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + words("No")));
    CHECK(answer_of(server).error().code == ino::errc::network);
  }
  SUBCASE("in a body of known length, then whole") {
    scripted_server server([](const connection& c, int n) {
      const std::string all = response("200 OK", "application/json", plain_answer);
      c.send(n == 0 ? all.substr(0, all.size() - 9) : all);
    });
    CHECK(answer_of(server).value().text == "No.");
  }
  SUBCASE("after the reason to finish: nothing is missing") {
    scripted_server server(always(std::string(stream_head) + words("No.") + finish()));
    CHECK(answer_of(server).value().text == "No.");
  }
}

TEST_CASE("answers that are none") {
  const auto error_of = [](std::string bytes) {
    scripted_server server(always(std::move(bytes)));
    const auto got = answer_of(server);
    REQUIRE_FALSE(got.has_value());
    CHECK(server.requests().size() == 1);  // the same again would not be better
    CHECK(got.error().where == server.url() + "/v1/chat/completions");
    return got.error();
  };
  const auto html = error_of(response("200 OK", "text/html", "<html><body>Welcome</body></html>"));
  CHECK(html.code == ino::errc::parse);
  CHECK(contains(html.message, "content type \"text/html\""));
  CHECK(contains(html.message, "Welcome"));
  CHECK(error_of(response("200 OK", "application/json", "{\"choices\":[{\"mess")).code == ino::errc::parse);
  CHECK(contains(error_of(response("200 OK", "application/json", "{\"choices\":[]}")).message, "no choices"));
  CHECK(error_of(response("200 OK", "application/json", "[]")).code == ino::errc::parse);
  CHECK(error_of(response("200 OK", "application/json", "{\"choices\":[7]}")).code == ino::errc::parse);
  CHECK(error_of(std::string(stream_head) + event("{\"choices\":[{\"del") + event("[DONE]")).code == ino::errc::parse);
  CHECK(contains(error_of(std::string(stream_head) + event("{\"choices\":[]}") + event("[DONE]")).message, "no choices"));
  const auto inside = error_of(std::string(stream_head) + event(R"({"error":{"message":"out of memory"}})"));
  CHECK(inside.code == ino::errc::server);
  CHECK(contains(inside.message, "out of memory"));
  const auto missing = error_of(response("404 Not Found", "application/json", R"({"error":{"message":"no model \"m\""}})"));
  CHECK(missing.code == ino::errc::server);
  CHECK(contains(missing.message, "HTTP status 404: \"no model"));
  CHECK(contains(error_of(response("302 Found", "text/plain", "", "Location: http://127.0.0.1:1/\r\n")).message, "302"));
}

TEST_CASE("an answer that is too large") {
  SUBCASE("in one body of 100 MB") {
    std::atomic<std::size_t> sent{0};
    scripted_server server([&](const connection& c, int) {
      c.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n");
      const std::string block(1 << 20, 'x');
      for (int i = 0; i < 100 && c.send(block); ++i) sent += block.size();
    });
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::too_large);
    CHECK(contains(got.error().message, "8388608"));
    CHECK(sent < 40u << 20);
  }
  SUBCASE("in one endless line of a stream") {
    scripted_server server([](const connection& c, int) {
      c.send(std::string(stream_head) + "data: ");
      while (c.send(std::string(65536, 'x'))) {
      }
    });
    CHECK(answer_of(server).error().code == ino::errc::too_large);
  }
}

TEST_CASE("429 and 5xx are tried again, the way the server asks") {
  SUBCASE("429 with Retry-After, then an answer") {
    scripted_server server([](const connection& c, int n) {
      c.send(n == 0 ? response("429 Too Many Requests", "text/plain", "slow down", "Retry-After: 1\r\n")
                    : response("200 OK", "application/json", plain_answer));
    });
    const auto got = answer_of(server);
    REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
    CHECK(got->total_ms >= 1000.0);
    CHECK(server.requests().size() == 2);
  }
  SUBCASE("a longer wait than we have is not begun") {
    scripted_server server(always(response("429 Too Many Requests", "text/plain", "slow down", "Retry-After: 3600\r\n")));
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::server);
    CHECK(contains(got.error().message, "the wait would be 3600 s"));
    CHECK(server.requests().size() == 1);
  }
  SUBCASE("500 forever") {
    scripted_server server(always(response("500 Internal Server Error", "text/html", "<h1>Oops</h1>")));
    const auto got = answer_of(server);
    CHECK(got.error().code == ino::errc::server);
    CHECK(contains(got.error().message, "HTTP status 500"));
    CHECK(contains(got.error().message, "tried 3 times"));
    CHECK(server.requests().size() == 3);
  }
  SUBCASE("400 is not tried again") {
    scripted_server server(always(response("400 Bad Request", "application/json", R"({"error":"context too long"})")));
    const auto got = answer_of(server);
    CHECK(contains(got.error().message, "context too long"));
    CHECK(ino::concerns_one_request(got.error()));  // an evaluation goes on to the next
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("nobody there, or nobody who speaks HTTP") {
  std::string closed;
  {
    const scripted_server server([](const connection&, int) {});
    closed = server.url();
  }
  const auto got = ino::openai_backend(closed, "m", quick()).generate(ask("q"), {});
  CHECK(got.error().code == ino::errc::network);
  CHECK(contains(got.error().message, "cannot connect"));
  scripted_server ssh(always("SSH-2.0-OpenSSH_9.2\r\n"));
  CHECK(answer_of(ssh).error().code == ino::errc::network);
  CHECK(ino::openai_backend("127.0.0.1:8000").generate(ask("q"), {}).error().code == ino::errc::invalid_argument);
}

TEST_CASE("cancelling gives what has come") {
  std::atomic<bool> cancel{false};
  SUBCASE("midway") {
    scripted_server server([&](const connection& c, int) {
      c.send(std::string(stream_head) + words("No "));
      std::this_thread::sleep_for(50ms);
      cancel = true;
      c.hang();
    });
    ino::openai_options patient = quick();
    patient.silence_seconds = 5.0;
    const auto got = answer_of(server, patient, {.cancel = &cancel});
    REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
    CHECK(got->text == "No ");
    CHECK(got->finish == ino::finish_reason::cancelled);
    CHECK(got->total_ms < 2000.0);
  }
  SUBCASE("while waiting to try again") {
    scripted_server server([&](const connection& c, int) {
      c.send(response("503 Service Unavailable", "text/plain", "", "Retry-After: 3\r\n"));
      cancel = true;
    });
    const auto got = answer_of(server, quick(), {.cancel = &cancel});
    REQUIRE(got.has_value());
    CHECK(got->finish == ino::finish_reason::cancelled);
    CHECK(got->total_ms < 2000.0);
  }
  SUBCASE("by the sink") {
    scripted_server server([](const connection& c, int) {
      c.send(std::string(stream_head) + words("one") + words("two") + words("three"));
      c.hang();
    });
    int seen = 0;
    const auto got = ino::openai_backend(server.url(), "m", quick()).generate(ask("q"), {}, [&](std::string_view) { return ++seen < 2; });
    REQUIRE_MESSAGE(got.has_value(), got.error().to_string());
    CHECK(got->text == "onetwo");
    CHECK(got->finish == ino::finish_reason::cancelled);
  }
}

TEST_CASE("the key is sent, and is in no error, whatever the server does with it") {
  const std::string key = "sk-verysecret0123456789";
  ::setenv("INOCULUM_TEST_KEY", (key + "\n").c_str(), 1);
  const std::string status = response("401 Unauthorized", "application/json", R"({"error":{"message":"Incorrect API key: )" + key + "\"}}");
  for (const std::string& reply :
       {status, response("200 OK", "text/html", key), response("200 OK", "text/" + key, "x"),
        response("200 OK", "application/json", "{\"" + key), std::string(stream_head) + event("{" + key),
        std::string(stream_head) + event("{\"error\":\"" + key + "\"}"),
        response("200 OK", "application/json", "{\"choices\":[],\"x\":\"" + std::string(60, 'y') + key + "\"}")}) {
    scripted_server server(always(reply));
    const auto got = answer_of(server);
    REQUIRE_FALSE(got.has_value());
    CHECK_MESSAGE(!contains(got.error().to_string(), "verysecret"), got.error().to_string());
    CHECK(contains(server.requests().at(0), "Authorization: Bearer " + key + "\r\n"));
  }
  ::setenv("INOCULUM_TEST_KEY", "a\r\nX-Injected: 1", 1);
  scripted_server server(always(status));
  CHECK(answer_of(server).error().code == ino::errc::invalid_argument);
  CHECK(server.requests().empty());
  ::unsetenv("INOCULUM_TEST_KEY");
}

TEST_CASE("several threads at once") {
  scripted_server server([](const connection& c, int) {
    std::this_thread::sleep_for(20ms);
    c.send(std::string(stream_head) + words("yes") + finish() + event("[DONE]"));
  });
  const ino::openai_backend shared(server.url(), "m", quick());
  const ino::image picture = ino::image::from_rgb(2, 2, std::vector<std::uint8_t>(12, 7)).value();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      ino::conversation talk = ask("q");
      talk.messages[0].parts.push_back({ino::origin::user, {}, picture});
      const auto got = shared.generate(talk, {});
      if (got && got->text == "yes") ++right;
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(right == 8);
}

namespace {

/// A certificate for 127.0.0.1 that nobody has signed but itself; its file also holds the key.
std::string self_signed(const scratch_folder& folder) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* host = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, host, -1);
  X509_EXTENSION_free(host);
  X509_sign(certificate, key, EVP_sha256());
  const std::string path = folder / "certificate.pem";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  PEM_write_X509(file, certificate);
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return path;
}

}  // namespace

TEST_CASE("TLS: a self-signed certificate is refused, unless it is the one we were given") {
  const scratch_folder folder;
  const std::string pem = self_signed(folder);
  httplib::SSLServer server(pem.c_str(), pem.c_str());
  REQUIRE(server.is_valid());
  server.Post("/v1/chat/completions",
              [](const httplib::Request&, httplib::Response& answer) { answer.set_content(plain_answer, "application/json"); });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread([&] { server.listen_after_bind(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(port);

  const auto stranger = ino::openai_backend(url, "m", quick()).generate(ask("q"), {});
  CHECK(stranger.error().code == ino::errc::network);
  CHECK(contains(stranger.error().message, "certificate is not trusted"));

  ino::openai_options trusting = quick();
  trusting.ca_file = pem;
  const auto friend_of_ours = ino::openai_backend(url, "m", trusting).generate(ask("q"), {});
  REQUIRE_MESSAGE(friend_of_ours.has_value(), friend_of_ours.error().to_string());
  CHECK(friend_of_ours->text == "No.");

  trusting.ca_file = folder / "none.pem";
  const auto no_file = ino::openai_backend(url, "m", trusting).generate(ask("q"), {});
  CHECK(no_file.error().code == ino::errc::invalid_argument);
  CHECK(contains(no_file.error().message, "CA file"));

  server.stop();
  thread.join();
}
