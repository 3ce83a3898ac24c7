// SPDX-License-Identifier: Apache-2.0
// A file as bytes in memory, read only. POSIX maps it, so that opening a model costs nothing and
// processes share its pages; elsewhere it is read.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "../../core/result.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <cstdio>
#include <vector>
#endif

namespace inoculum {

/// Owns the bytes of one regular file. Whoever shortens the file meanwhile makes reading it a bus
/// error (that is how mmap works): replace model files by renaming, never in place.
class mapped_file {
 public:
  /// Errors: `not_found`, `io`; `invalid_argument` for what is not a regular file (a folder, a pipe).
  [[nodiscard]] static result<mapped_file> open(const std::string& path);

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// Gives the memory back that the bytes take; they are read from the file again when needed.
  void drop_pages() const noexcept {
#if defined(__linux__)
    if (!bytes_.empty()) (void)::madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
#endif
  }

  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
#if defined(__unix__) || defined(__APPLE__)
  mapped_file(mapped_file&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  mapped_file& operator=(mapped_file&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~mapped_file() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }

 private:
  explicit mapped_file(std::span<const std::byte> bytes) : bytes_(bytes) {}
#else
  mapped_file(mapped_file&&) noexcept = default;
  mapped_file& operator=(mapped_file&&) noexcept = default;
  ~mapped_file() = default;

 private:
  explicit mapped_file(std::vector<std::byte> storage) : storage_(std::move(storage)), bytes_(storage_) {}
  std::vector<std::byte> storage_{};
#endif
  std::span<const std::byte> bytes_{};
};

#if defined(__unix__) || defined(__APPLE__)
inline result<mapped_file> mapped_file::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // O_NONBLOCK: a pipe must not hang us
  if (fd < 0) {
    const int why = errno;
    return failure{why == ENOENT ? errc::not_found : errc::io, std::string("cannot open the file: ") + std::strerror(why), path};
  }
  struct stat info {};
  void* address = MAP_FAILED;
  int why = ::fstat(fd, &info) != 0 ? errno : 0;
  const bool regular = why == 0 && S_ISREG(info.st_mode);
  const auto size = regular ? static_cast<std::size_t>(info.st_size) : 0;
  if (size != 0) {
    address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) why = errno;
  }
  ::close(fd);
  if (why != 0) return failure{errc::io, std::string("cannot map the file: ") + std::strerror(why), path};
  if (!regular) return failure{errc::invalid_argument, "not a regular file", path};
  if (size == 0) return mapped_file({});
  return mapped_file(std::span(static_cast<const std::byte*>(address), size));
}
#else
inline result<mapped_file> mapped_file::open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return failure{errno == ENOENT ? errc::not_found : errc::io, std::string("cannot open the file: ") + std::strerror(errno), path};
  }
  std::vector<std::byte> storage;
  std::byte chunk[65536];
  for (std::size_t n; (n = std::fread(chunk, 1, sizeof chunk, file)) != 0;) storage.insert(storage.end(), chunk, chunk + n);
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) return failure{errc::io, "cannot read the file", path};
  return mapped_file(std::move(storage));
}
#endif

}  // namespace inoculum
