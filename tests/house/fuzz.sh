#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh [jobs] [seconds]: builds every tests/fuzz/*.cpp with libFuzzer and the sanitizers, and runs it from
# its corpus. What it finds stays in build/fuzz; the corpus in the repository is not touched.
set -uo pipefail
cd "$(dirname "$0")/../.."
export seconds=${2:-10}
[ "$(ls tests/fuzz/*.cpp 2>/dev/null | wc -l)" -gt 0 ] || { echo "SKIPPED fuzzers: there are none"; exit 0; }
mkdir -p build/fuzz
flags=$(tests/house/flags.sh clang++)
libs=$(tests/house/flags.sh --libs)
export flags libs
one() {
  local name log
  name=$(basename "$1" .cpp)
  log=build/fuzz/$name.log
  mkdir -p "build/fuzz/$name.found" "build/fuzz/$name.corpus"
  [ ! -d "tests/fuzz/corpus/$name" ] || cp -r "tests/fuzz/corpus/$name/." "build/fuzz/$name.corpus"
  # shellcheck disable=SC2086
  if { clang++ $flags -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all "$1" -o "build/fuzz/$name" $libs &&
    "build/fuzz/$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -malloc_limit_mb=256 -print_final_stats=1 -verbosity=0 \
      -artifact_prefix="build/fuzz/$name.found/" "build/fuzz/$name.corpus"; } >"$log" 2>&1; then
    echo "ok $1 $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  else
    echo "FAILED $1"
  fi
}
export -f one
results=$(printf '%s\n' tests/fuzz/*.cpp | xargs -P "${1:-2}" -I{} bash -c 'one {}' 2>&1)
echo "$results"
for file in $(sed -n 's/^FAILED //p' <<<"$results"); do # what was found, and the input itself, for whoever has only this log
  name=$(basename "$file" .cpp)
  grep -av '# Uses: ' "build/fuzz/$name.log" | tail -n 40
  for input in "build/fuzz/$name.found"/*; do [ ! -f "$input" ] || { echo "$input" && base64 -w 0 "$input" | head -c 2000 && echo; }; done
done
passed=$(grep -c '^ok ' <<<"$results") failed=$(grep -c '^FAILED ' <<<"$results")
echo "COUNT $passed $failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
