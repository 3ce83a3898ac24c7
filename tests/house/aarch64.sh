#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The engine's portable kernels, quantised panels and prefix tree for aarch64, with NEON through xsimd: built by a cross compiler, run by
# qemu's user mode. Slow, so only the tests that need no weights.
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler=aarch64-linux-gnu-g++ runner=qemu-aarch64
for tool in $compiler $runner; do
  command -v $tool >/dev/null || { echo "SKIPPED aarch64: no $tool"; exit 0; }
done
folder=build/aarch64
mkdir -p "$folder"
$compiler -std=c++20 -O2 -Wall -Wextra -static -Iinclude -isystem /usr/include/stb tests/main.cpp tests/engine/kernels.cpp -o "$folder/kernels"
$runner "$folder/kernels" | tail -n 3
echo "COUNT 1 0"
