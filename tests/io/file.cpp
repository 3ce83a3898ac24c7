// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <inoculum/io/file.hpp>

#include "folder.hpp"

namespace ino = inoculum;

TEST_CASE("read_file reads whole files up to a limit") {
  const scratch_folder folder;
  folder.put("a", "hello");
  CHECK(ino::read_file(folder / "a", 5).value() == "hello");
  CHECK(ino::read_file(folder / "a", 4).error().code == ino::errc::too_large);
  folder.put("empty", "");
  CHECK(ino::read_file(folder / "empty", 0).value().empty());
  CHECK(ino::read_file(folder / "none", 9).error().code == ino::errc::not_found);
  CHECK(ino::read_file(folder / "none", 9).error().where == folder / "none");
  CHECK(ino::read_file(folder.path(), 9).error().code == ino::errc::invalid_argument);
  CHECK(ino::read_file("/dev/zero", 1000).error().code == ino::errc::too_large);  // a size cannot be trusted
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(ino::read_file(folder / "pipe", 9).value().empty());  // nobody writes it: no waiting
}

TEST_CASE("write_file replaces all or nothing and leaves nothing beside") {
  const scratch_folder folder;
  REQUIRE(ino::write_file(folder / "a", "one").has_value());
  REQUIRE(ino::write_file(folder / "a", "two").has_value());
  CHECK(folder.get("a") == "two");
  CHECK(folder.count() == 1);
  CHECK(ino::write_file(folder / "no/such", "x").error().code == ino::errc::not_found);
  std::filesystem::create_directory(folder / "taken");
  CHECK_FALSE(ino::write_file(folder / "taken", "x").has_value());
  CHECK(folder.count() == 2);  // the part file is gone
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(ino::write_file(folder / "pipe", "x").error().code == ino::errc::io);
  CHECK(std::filesystem::is_fifo(folder / "pipe"));
  std::filesystem::create_symlink(folder / "a", folder / "link");
  REQUIRE(ino::write_file(folder / "link", "three").has_value());
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(folder.get("a") == "three");
}

TEST_CASE("a record is whole or not there") {
  const scratch_folder folder;
  folder.put("r", "one\ntwo\nthr");
  {
    auto writer = ino::record_writer::open(folder / "r").value();
    CHECK(writer.repaired_bytes() == 3);
    CHECK(writer.append("three").has_value());
    CHECK(writer.append("fo\nur").error().code == ino::errc::invalid_argument);
    CHECK(ino::record_writer::open(folder / "r").error().code == ino::errc::invalid_argument);  // locked
  }
  CHECK(folder.get("r") == "one\ntwo\nthree\n");
  folder.put("half", std::string(10000, 'x'));
  CHECK(ino::record_writer::open(folder / "half").value().repaired_bytes() == 10000);
  CHECK(folder.get("half").empty());
  folder.put("long", "first\n" + std::string(9000, 'x'));
  CHECK(ino::record_writer::open(folder / "long").value().repaired_bytes() == 9000);
  CHECK(folder.get("long") == "first\n");
  CHECK(ino::record_writer::open(folder / "no/such").error().code == ino::errc::not_found);
}

TEST_CASE("kill -9 while appending costs at most the record being written") {
  const scratch_folder folder;
  const std::string path = folder / "r";
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const ::pid_t child = ::fork();
  if (child == 0) {
    auto writer = ino::record_writer::open(path).value();
    for (char n = 0;; ++n) {
      if (!writer.append(std::string(3000, 'r'))) ::_exit(1);
      if (::write(ends[1], &n, 1) != 1) ::_exit(1);
    }
  }
  char n = 0;
  for (int i = 0; i < 10; ++i) REQUIRE(::read(ends[0], &n, 1) == 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  auto writer = ino::record_writer::open(path);  // the lock died with its holder
  REQUIRE(writer.has_value());
  const std::string left = folder.get("r");
  CHECK(left.size() % 3001 == 0);
  CHECK(left.size() >= 10 * 3001);  // whatever was reported is there
}
