#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The engine for aarch64, with NEON through xsimd: its kernels, a model of random weights with all its caches, and each architecture
# against llama.cpp's numbers. Built by a cross compiler, run by qemu's user mode. Slow, so only the tests that need no weights.
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler=aarch64-linux-gnu-g++ runner=qemu-aarch64
for tool in $compiler $runner; do
  command -v $tool >/dev/null || { echo "SKIPPED aarch64: no $tool"; exit 0; }
done
folder=build/aarch64
mkdir -p "$folder"
# The characters' classes are asked of utf8proc, which is seldom there for another machine; these tests do not care which they are.
cat >"$folder/classes.cpp" <<'CPP'
#include <utf8proc.h>
extern "C" utf8proc_category_t utf8proc_category(utf8proc_int32_t c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z' ? UTF8PROC_CATEGORY_LL : UTF8PROC_CATEGORY_PO;
}
CPP
for test in kernels side_by_side architectures; do
  $compiler -std=c++20 -O2 -Wall -Wextra -static -Iinclude -isystem /usr/include/stb tests/main.cpp "$folder/classes.cpp" "tests/engine/$test.cpp" -o "$folder/$test" -pthread
  $runner "$folder/$test" | tee "$folder/$test.log" | tail -n 3
  sed -n 's/.*test cases: *[0-9]* | *\([0-9]*\) passed | *\([0-9]*\) failed.*/COUNT \1 \2/p' "$folder/$test.log"
done
