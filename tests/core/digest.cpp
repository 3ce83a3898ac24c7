// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <inoculum/core/digest.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ino = inoculum;
using ino::digest_of;
using ino::sha256;

TEST_CASE("SHA-256 of FIPS 180-4's examples") {
  CHECK(digest_of("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest_of("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest_of(std::string(1000000, 'a')).hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("padding around the block's edges") {  // values from another implementation
  const std::vector<std::pair<std::size_t, std::string_view>> known = {
      {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
      {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
      {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
      {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
      {65, "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"},
  };
  for (const auto& k : known) {
    const std::size_t length = k.first;
    CAPTURE(length);
    CHECK(digest_of(std::string(length, 'x')).hex() == k.second);
  }
}

TEST_CASE("the digest does not depend on how the text was split") {
  const std::string text(200, 'q');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view all = text;
    REQUIRE(sha256{}.update(all.substr(0, cut)).update(all.substr(cut)).finish() == digest_of(text));
  }
}

TEST_CASE("fields are framed") {
  CHECK(sha256{}.update_field("ab").update_field("c").finish() != sha256{}.update_field("a").update_field("bc").finish());
  // A number is eight bytes, the lowest first.
  CHECK(sha256{}.update_number(0x0102).finish() == digest_of(std::string_view("\x02\x01\0\0\0\0\0\0", 8)));
}
