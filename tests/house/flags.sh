#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# flags.sh <compiler>: what a plain command line needs for any of our headers. `--libs`: what it links.
set -euo pipefail
modules="eigen3 nlohmann_json cpp-httplib openssl xtensor xsimd libutf8proc"
if [ "${1:-}" = --libs ]; then
  echo "$(pkg-config --libs $modules) -pthread"
  exit
fi
cd "$(dirname "$0")/../.."
echo "-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I$PWD/include $(pkg-config --cflags $modules | sed 's/-I/-isystem /g')"
