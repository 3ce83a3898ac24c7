// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/backend/detail/openai_wire.hpp>

namespace ino = inoculum;
namespace d = inoculum::detail;

namespace {
ino::part said(std::string text, ino::origin from = ino::origin::user) { return {from, std::move(text), {}}; }
d::json body_of(const ino::conversation& talk, const ino::generate_options& options = {}) {
  d::data_uri_cache uris;
  return d::parse_json(d::request_body("m", talk, options, uris).value()).value();
}
}  // namespace

TEST_CASE("base URLs") {
  for (const char* base : {"http://h:8000", "http://h:8000/", "http://h:8000/v1", "http://h:8000/v1/"}) {
    CHECK(d::parse_endpoint(base).value().url() == "http://h:8000/v1/chat/completions");
  }
  CHECK(d::parse_endpoint("https://h/llm/eu/v1").value().url() == "https://h/llm/eu/v1/chat/completions");
  CHECK(d::parse_endpoint("https://h").value().tls);
  CHECK(d::parse_endpoint("http://[::1]:80").value().origin == "http://[::1]:80");
  for (const char* base : {"", "h:8000", "ftp://h", "http://", "http://:80", "http://h/?x=1", "http://h/a b", "http://h\n", "http://h#x",
                           "http://h:99999", "http://h:0", "http://h:", "http://h:8a", "http://[::1]:65536", "http://h:42949673041"}) {
    CHECK_MESSAGE(d::parse_endpoint(base).error().code == ino::errc::invalid_argument, base);
  }
  CHECK(d::parse_endpoint("http://[::1]").value().origin == "http://[::1]");
  CHECK(d::parse_endpoint("http://h:65535").value().origin == "http://h:65535");
  const auto secret = d::parse_endpoint("https://user:hunter2@h");
  CHECK(secret.error().to_string().find("hunter2") == std::string::npos);
}

TEST_CASE("a key is taken out of what is quoted, whatever it is") {
  CHECK(d::excerpt("bad key, key", "key") == "\"bad [key], [key]\"");
  CHECK(d::excerpt("bad sk-1", "sk-1") == "\"bad [key]\"");
}

TEST_CASE("control strings lose their shape, other text keeps it") {
  CHECK(d::break_up_control("<|im_start|>system") == "< |im_start|>system");
  CHECK(d::break_up_control("a</s>b[INST]c<start_of_turn>") == "a< /s>b[ INST]c< start_of_turn>");
  CHECK(d::break_up_control("<<|im_end|>|im_end|>") == "<< |im_end|>|im_end|>");
  CHECK(d::break_up_control("<<SYS>><image><__media__>") == "< <SYS>>< image>< __media__>");
  CHECK(d::break_up_control("<\xef\xbd\x9cUser") == "< \xef\xbd\x9cUser");
  const std::string plain = "pH < 7, [note] x<y, <b>dose</b> é";
  CHECK(d::break_up_control(plain) == plain);
  for (const char* c : {"<|im_start|>", "<|eot_id|>", "</s>", "<bos>", "[/INST]", "<image>", "<|image_pad|>"}) {
    const std::string once = d::break_up_control(std::string("x") + c + c);
    CHECK_MESSAGE(once.find(c) == std::string::npos, c);
    CHECK(d::break_up_control(once) == once);
  }
}

TEST_CASE("only the template's own text may hold control strings") {
  ino::conversation talk;
  talk.messages.push_back({ino::role::system, {said("<|x|>", ino::origin::template_text)}});
  for (const auto from : {ino::origin::pool, ino::origin::user, ino::origin::model}) {
    talk.messages.push_back({ino::role::user, {said("<|x|>", from)}});
  }
  const auto messages = body_of(talk)["messages"];
  CHECK(messages[0]["content"] == "<|x|>");
  for (std::size_t i = 1; i < 4; ++i) CHECK(messages[i]["content"] == "< |x|>");
}

TEST_CASE("the request body says what the conversation and the options say") {
  const ino::image pixel = ino::image::from_rgb(1, 1, {1, 2, 3}).value();
  ino::conversation talk;
  talk.messages.push_back({ino::role::user, {said("See "), said("this:"), {ino::origin::user, {}, pixel}, said("Fracture?")}});
  talk.messages.push_back({ino::role::assistant, {said("No")}});
  auto body = body_of(talk, {.max_tokens = 9, .temperature = 0.5, .top_k = 3, .top_p = 0.9, .seed = ~std::uint64_t{0}, .stop = {"\n"}});
  CHECK(body["model"] == "m");
  CHECK(body["max_tokens"] == 9);
  CHECK(body["temperature"] == 0.5);
  CHECK(body["top_k"] == 3);
  CHECK(body["top_p"] == 0.9);
  CHECK(!body.contains("min_p"));
  CHECK(!body.contains("repeat_penalty"));
  const auto unusual = body_of(talk, {.min_p = 0.05, .repetition_penalty = 1.5});
  CHECK(unusual["min_p"] == 0.05);
  CHECK(unusual["repeat_penalty"] == 1.5);
  CHECK(body["seed"] == 0x7fffffff);
  CHECK(body["stop"] == d::json::array({"\n"}));
  CHECK(body["stream"] == true);
  CHECK(body["continue_final_message"] == true);
  const auto content = body["messages"][0]["content"];
  REQUIRE(content.size() == 3);
  CHECK(content[0]["text"] == "See this:");
  const std::string uri = content[1]["image_url"]["url"];
  CHECK(uri == "data:image/png;base64," + d::base64(ino::encode_png(pixel).value()));
  CHECK(content[2]["text"] == "Fracture?");
  CHECK(body["messages"][1] == d::json({{"role", "assistant"}, {"content", "No"}}));

  talk.messages.pop_back();
  CHECK_FALSE(body_of(talk).contains("continue_final_message"));
  CHECK_FALSE(body_of(talk).contains("stop"));
  d::data_uri_cache uris;
  CHECK(d::request_body("", {}, {}, uris).error().code == ino::errc::invalid_argument);
  talk.messages[0].parts = {said("caf\xe9 " + std::string(1, '\0'))};
  CHECK(body_of(talk)["messages"][0]["content"] == "caf\xef\xbf\xbd " + std::string(1, '\0'));
}

TEST_CASE("base64") {
  const auto encode = [](std::string_view text) { return d::base64(std::vector<std::uint8_t>(text.begin(), text.end())); };
  CHECK(encode("") == "");
  CHECK(encode("f") == "Zg==");
  CHECK(encode("fo") == "Zm8=");
  CHECK(encode("foo") == "Zm9v");
  CHECK(encode("foobar\xff") == "Zm9vYmFy/w==");
}

TEST_CASE("events come out the same however the bytes come in") {
  const std::string stream =
      ": hello\r\ndata: one\r\n\r\ndata:two\ndata: more\n\nid: 7\nevent: x\n\n\ndata: \xc3\xa9\xf0\x9f\xa6\xb4\n\rdata: last\n";
  const std::vector<std::string> expected = {"one", "two\nmore", "\xc3\xa9\xf0\x9f\xa6\xb4", "last"};
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    std::vector<std::string> got;
    const auto take = [&](std::string data) { return got.push_back(std::move(data)), true; };
    d::event_reader reader;
    for (std::size_t at = 0; at < stream.size(); at += size) CHECK(reader.feed(std::string_view(stream).substr(at, size), take));
    CHECK(reader.finish(take));
    CHECK(got == expected);
  }
  d::event_reader reader;
  CHECK_FALSE(reader.feed("data: x\n\n", [](const std::string&) { return false; }));
}

TEST_CASE("Retry-After is seconds or a date") {
  const auto now = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + std::chrono::hours(8) + std::chrono::minutes(49);
  CHECK(d::retry_after_seconds("120", now) == 120.0);
  CHECK(d::retry_after_seconds(" 0 ", now) == 0.0);
  CHECK(d::retry_after_seconds("Sun, 06 Nov 1994 08:49:37 GMT", now) == 37.0);
  CHECK(d::retry_after_seconds("Sun, 06 Nov 1994 08:48:37 GMT", now) == 0.0);
  CHECK(d::retry_after_seconds("99999999999999999999", now).value() > 1e6);
  for (const char* bad : {"", "soon", "-1", "1.5", "Sun, 36 Nov 1994 08:49:37 GMT", "Sun, 06 Xov 1994 08:49:37 GMT"}) {
    CHECK_MESSAGE(!d::retry_after_seconds(bad, now), bad);
  }
}

TEST_CASE("a server's words in errors are short, printable and without the key") {
  CHECK(d::excerpt("a\n\tb\x01\xff sk-secret sk-secret", "sk-secret") == "\"a b [key] [key]\"");
  CHECK(d::excerpt(std::string(5000, 'x'), "").size() < 200);
  // The key is taken out before the text is cut, so that no half of it stays.
  CHECK(d::excerpt(std::string(115, 'x') + "sk-secret", "sk-secret").find("sk-") == std::string::npos);
  CHECK(d::error_text(R"({"error":{"message":"bad model"}})") == "bad model");
  CHECK(d::error_text(R"({"error":"bad"})") == "bad");
  CHECK(d::error_text(R"({"detail":"not here"})") == "not here");
  CHECK(d::error_text("<html>") == "<html>");
  CHECK(d::error_text("[1]") == "[1]");
}
