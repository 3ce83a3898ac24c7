#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers_alone.sh <compiler> [jobs]: each header is the only thing a translation unit includes, warnings as errors; the benchmarks too, which
# only g++ builds.
set -uo pipefail
cd "$(dirname "$0")/../.."
export compiler=${1:-g++}
jobs=${2:-2}
flags=$(tests/house/flags.sh "$compiler")
export flags
compile() { # shellcheck disable=SC2086
  if $compiler $flags -fsyntax-only -x c++ -include "$1" /dev/null; then echo "ok $1"; else echo "FAILED $1"; fi
}
export -f compile
results=$({ find include -name '*.hpp' | sort && ls bench/*.hpp bench/*.cpp; } | xargs -P "$jobs" -I{} bash -c 'compile {}' 2>&1)
grep -v '^ok ' <<<"$results"
passed=$(grep -c '^ok ' <<<"$results") failed=$(grep -c '^FAILED ' <<<"$results")
echo "COUNT $passed $failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
