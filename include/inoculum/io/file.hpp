// SPDX-License-Identifier: Apache-2.0
// Files, std and POSIX only: read one whole with a limit, replace one atomically, append records that
// survive kill -9.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../core/result.hpp"
#include "../core/utf8.hpp"

namespace inoculum {

namespace detail {

/// A file descriptor that closes itself.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// "cannot open: No such file or directory", with the path as the place.
[[nodiscard]] inline failure system_failure(const std::string& what, const std::string& path) {
  const int code = errno;
  return {code == ENOENT ? errc::not_found : errc::io, "cannot " + what + ": " + std::generic_category().message(code), path};
}

[[nodiscard]] inline bool write_all(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ::ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// A text inside an error message: quoted, printable, and not a megabyte long.
[[nodiscard]] inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 120;
  const std::string_view shown = text.size() > most ? text.substr(0, complete_utf8(text.substr(0, most))) : text;
  std::string out = "\"";
  for (const char c : shown) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (shown.size() < text.size() ? "...\"" : "\"");
}

/// The folder of a path with its slash, "" when it has none.
[[nodiscard]] inline std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash + 1));
}

}  // namespace detail

/// The bytes of a file as they are. Errors: not_found, invalid_argument (a folder), io, too_large (more than `limit` bytes; noticed
/// before they are read).
[[nodiscard]] inline result<std::string> read_file(const std::string& path, std::size_t limit) {
  // A named pipe that nobody writes (an unpacked archive may hold one) would hold up a blocking open for ever.
  const detail::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return detail::system_failure("open", path);
  if (const int flags = ::fcntl(file.get(), F_GETFL); flags < 0 || ::fcntl(file.get(), F_SETFL, flags & ~O_NONBLOCK) < 0)
    return detail::system_failure("open", path);
  const auto over = [&] { return failure{errc::too_large, "file is over the limit of " + std::to_string(limit) + " bytes", path}; };
  struct ::stat info {};
  if (::fstat(file.get(), &info) != 0) return detail::system_failure("read", path);
  if (S_ISDIR(info.st_mode)) return failure{errc::invalid_argument, "is a folder, not a file", path};
  if (S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) > limit) return over();

  std::string out;
  if (S_ISREG(info.st_mode)) out.reserve(static_cast<std::size_t>(info.st_size) + 1);  // + 1: see the end without growing
  for (;;) {  // a pipe, or a file that grows meanwhile, has no size to trust
    const std::size_t had = out.size();
    const std::size_t chunk = out.capacity() > had ? out.capacity() - had : std::size_t{65536};
    out.resize(had + chunk);
    const ::ssize_t n = ::read(file.get(), out.data() + had, chunk);
    if (n < 0 && errno != EINTR) return detail::system_failure("read", path);
    out.resize(had + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0) return out;
    if (out.size() > limit) return over();
  }
}

/// Puts `bytes` where `path` is, or leaves what was there: written beside it, synced, renamed over it. A symbolic link stays,
/// and what it points to is replaced. Errors: not_found (its folder), io (also for a device or a pipe: renaming would replace it).
[[nodiscard]] inline result<void> write_file(const std::string& path_given, std::string_view bytes) {
  std::string path = path_given;
  struct ::stat there {};
  if (::stat(path.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return failure{errc::io, "is a folder, not a file", path};
    if (!S_ISREG(there.st_mode)) return failure{errc::io, "is not a regular file, and would be replaced by one", path};
    if (char* target = ::realpath(path.c_str(), nullptr); target != nullptr) {
      path = target;
      std::free(target);
    }
  }
  std::string part;
  detail::descriptor file;
  for (int attempt = 0; !file; ++attempt) {  // O_EXCL: two writers, or a leftover, never share a part file
    part = path + ".part" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    file = detail::descriptor(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file && (errno != EEXIST || attempt == 100)) return detail::system_failure("write", path);
  }
  if (!detail::write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || std::rename(part.c_str(), path.c_str()) != 0) {
    failure why = detail::system_failure("write", path);
    ::unlink(part.c_str());
    return why;
  }
  // The rename itself reaches the disk with the folder; where that cannot be synced the file is still whole.
  const std::string folder = detail::folder_of(path);
  if (const detail::descriptor handle(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC)); handle) {
    (void)::fsync(handle.get());
  }
  return {};
}
[[nodiscard]] inline result<void> write_file(const std::string& path, std::span<const std::uint8_t> bytes) {
  return write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// Appends lines to a file so that each is either wholly there or not at all. A line is on the disk
/// when `append` returns. Opening takes an exclusive lock and cuts off the half line that a killed
/// writer left. One writer is used by one thread at a time.
class record_writer {
 public:
  /// Opens or creates. Errors: not_found (its folder), io, invalid_argument (another process writes it).
  [[nodiscard]] static result<record_writer> open(const std::string& path) {
    record_writer out;
    out.path_ = path;
    out.file_ = detail::descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!out.file_) return detail::system_failure("open", path);
    if (::flock(out.file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return failure{errc::invalid_argument, "another program is writing this file", path};
      return detail::system_failure("lock", path);
    }
    const ::off_t size = ::lseek(out.file_.get(), 0, SEEK_END);
    if (size < 0) return detail::system_failure("read", path);
    if (auto whole = out.whole_lines(size); !whole) return whole.error();
    else out.size_ = *whole;
    out.repaired_ = static_cast<std::size_t>(size - out.size_);
    if (out.repaired_ != 0 && ::ftruncate(out.file_.get(), out.size_) != 0) return detail::system_failure("repair", path);
    return out;
  }

  /// Writes `line` and a newline, and waits for the disk. After an error nothing of it is left in the
  /// file. Errors: invalid_argument (a newline in the line), io.
  [[nodiscard]] result<void> append(std::string_view line) {
    if (line.find('\n') != std::string_view::npos) return failure{errc::invalid_argument, "a record holds a newline", path_};
    std::string record(line);
    record += '\n';
    if (::lseek(file_.get(), size_, SEEK_SET) < 0 || !detail::write_all(file_.get(), record) || ::fsync(file_.get()) != 0) {
      failure why = detail::system_failure("append", path_);
      if (::ftruncate(file_.get(), size_) != 0) why.message += " (and the half record could not be removed)";
      return why;
    }
    size_ += static_cast<::off_t>(record.size());
    return {};
  }

  /// Bytes of a half last line that opening removed.
  [[nodiscard]] std::size_t repaired_bytes() const noexcept { return repaired_; }

 private:
  record_writer() = default;

  /// Where the last whole line ends, looking backwards from `size`.
  [[nodiscard]] result<::off_t> whole_lines(::off_t size) const {
    char block[4096];
    while (size > 0) {
      const std::size_t n = size < static_cast<::off_t>(sizeof block) ? static_cast<std::size_t>(size) : sizeof block;
      const ::off_t start = size - static_cast<::off_t>(n);
      if (::pread(file_.get(), block, n, start) != static_cast<::ssize_t>(n)) return detail::system_failure("read", path_);
      const std::size_t newline = std::string_view(block, n).rfind('\n');
      if (newline != std::string_view::npos) return start + static_cast<::off_t>(newline) + 1;
      size = start;
    }
    return ::off_t{0};
  }

  std::string path_;
  detail::descriptor file_;
  ::off_t size_ = 0;
  std::size_t repaired_ = 0;
};

}  // namespace inoculum
