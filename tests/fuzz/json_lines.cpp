// SPDX-License-Identifier: Apache-2.0
// Any text as a pool, a suite, a record and what a server says: refused with a reason, or read, and a record comes back as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <inoculum/backend/detail/openai_wire.hpp>
#include <inoculum/eval/records.hpp>
#include <inoculum/io/pool.hpp>
#include <inoculum/io/suite.hpp>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inoculum;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto told = [](const auto& r) {
    if (!r && r.error().message.empty()) std::abort();
    return r.has_value();
  };
  (void)told(parse_pool(text, "pool.jsonl", "nowhere/"));
  (void)told(parse_suite(text, "suite.jsonl", "nowhere/"));
  if (const auto r = parse_record(text); told(r)) {
    const auto again = parse_record(to_json_line(*r));
    if (!told(again) || record_key(*again) != record_key(*r)) std::abort();
  }
  const std::string key = "key";  // a collector refers to it
  detail::reply_collector whole(key), streamed(key);
  (void)told(whole.add(std::string(text), false));
  detail::event_reader events;
  const auto take = [&](const std::string& event) { return told(streamed.add(event, true)); };
  if (events.feed(text.substr(0, size / 2), take) && events.feed(text.substr(size / 2), take)) (void)events.finish(take);
  return 0;
}
