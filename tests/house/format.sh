#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every C++ file is as clang-format 14 writes it. Other versions differ in details and are not asked.
# `format.sh --fix` rewrites them.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$tool" ] && "$tool" --version | grep -q 'version 14\.' || { echo "SKIPPED clang-format: version 14 is not here"; exit 0; }
mapfile -t files < <(find include tests examples bench -name '*.hpp' -o -name '*.cpp' | sort)
if [ "${1:-}" = --fix ]; then
  "$tool" -i "${files[@]}"
else
  "$tool" --dry-run -Werror "${files[@]}"
  echo "${#files[@]} files"
fi
