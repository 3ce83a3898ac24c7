// SPDX-License-Identifier: Apache-2.0
// A folder of one test's own, gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

struct test_folder {
  std::string path;
  test_folder() {
    path = (std::filesystem::temp_directory_path() / "inoculum_eval_XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
  }
  test_folder(const test_folder&) = delete;
  test_folder& operator=(const test_folder&) = delete;
  ~test_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};
