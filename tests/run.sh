#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, tests. `--full` adds the second compiler, clang-tidy, the sanitizers,
# the build without exceptions, every header alone, the kernels on aarch64, the fuzzers, formatting and the documentation's code.
# Logs: build/logs. The last line counts; the exit code is 0 only when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.."

full=false
case "${1:-}" in
  "") ;;
  --full) full=true ;;
  *) echo "usage: $0 [--full]" >&2; exit 2 ;;
esac
jobs=${INOCULUM_JOBS:-2}
logs=build/logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0
tested=${INOCULUM_TESTED:-} # .ci/run: what ./tests/run.sh alone does has passed here just now
everything=(-DINOCULUM_WERROR=ON -DINOCULUM_BUILD_TESTS=ON -DINOCULUM_BUILD_EXAMPLES=ON -DINOCULUM_BUILD_BENCH=ON) # the quick start leaves some out
[ -n "${HOME:-}" ] || export HOME=$PWD/build INOCULUM_CACHE=${INOCULUM_CACHE:-$PWD/build/cache}

# step <name> <command…>: runs it into a log and counts it. A command whose log has lines
# "COUNT <passed> <failed>" counts as those; lines that begin with SKIPPED are shown and counted.
step() {
  local name=$1 log=$logs/${1//[^a-zA-Z0-9]/_}.log from=$SECONDS code=0 p=0 f=0 a b
  shift
  printf '%5ds  %-34s ' "$SECONDS" "$name"
  "$@" >"$log" 2>&1 </dev/null || code=$?
  while read -r _ a b; do p=$((p + a)) f=$((f + b)); done < <(grep -a '^COUNT [0-9]* [0-9]*$' "$log")
  if [ $((p + f)) = 0 ]; then p=1; fi
  if [ $code != 0 ]; then
    if [ $f = 0 ]; then f=1 p=$((p - 1)); fi
    printf 'FAILED (%ds, %d passed, %d failed); the end of %s:\n' $((SECONDS - from)) $p $f "$log"
    tail -n 60 "$log" | cut -c1-400 | sed 's/^/    | /'
  else
    printf 'ok (%ds, %d passed)\n' $((SECONDS - from)) $p
  fi
  grep -a '^SKIPPED' "$log" | sort -u | cut -c1-200 | sed 's/^/         /'
  skipped=$((skipped + $(grep -a '^SKIPPED' "$log" | sort -u | wc -l)))
  passed=$((passed + p)) failed=$((failed + f))
  return $code
}

configure() { # <preset> [cmake arguments…]
  local preset=$1 launcher=()
  shift
  command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake --preset "$preset" "${launcher[@]}" "$@"
}
# llama.cpp's server for tests/program/real_server.py, in a Python of its own.
fetch_server() {
  local python=$PWD/build/server/bin/python3
  [ -x "$python" ] || python3 -m venv build/server || { echo "SKIPPED real server: no venv"; return 0; }
  "$python" -m pip install -q xllamacpp && return 0
  echo "SKIPPED real server: xllamacpp could not be installed; no network?"
}

build() { cmake --build "$1" -j "$jobs" -- -k 0; }

# Runs a build's tests and counts doctest's cases; a test without cases counts as one.
run_tests() { # <folder> [ctest arguments…]
  local folder=$1 code=0
  shift
  ctest --test-dir "$folder" -j 1 --verbose --no-tests=error "$@" >"$folder/ctest.log" 2>&1 || code=$?
  python3 tests/house/count_tests.py "$folder/ctest.log" || code=1
  return $code
}

fetch_weights() {
  [ -x examples/fetch_weights.sh ] || { echo "SKIPPED weights: no examples/fetch_weights.sh"; return 0; }
  examples/fetch_weights.sh --embedder && return 0
  echo "SKIPPED tests on real weights: they could not be fetched"
  [ -z "${INOCULUM_DEMAND_WEIGHTS:-}" ] # continuous integration must not pass without what they show
}

echo "inoculum: ./tests/run.sh ${1:-}   ($(nproc) cores, $jobs jobs)"
step "packages" examples/install_packages.sh "$($full && echo full || echo test)" || { echo "$passed passed, $failed failed"; exit 1; }
step "weights" fetch_weights
if $full && [ -z "${INOCULUM_TEST_SERVER_PYTHON:-}" ]; then
  step "a real server" fetch_server
  export INOCULUM_TEST_SERVER_PYTHON=$PWD/build/server/bin/python3
fi
step "configure (g++, release)" configure release "${everything[@]}"
step "build (g++, release)" build build
if [ -n "$tested" ]; then
  step "tests with a real server" run_tests build -R real_server
else
  step "tests (g++, release)" run_tests build
  for check in tests/house/check_*.py; do
    step "$(basename "$check" .py | tr _ ' ')" python3 "$check"
  done
  step "must not compile (g++)" tests/house/must_fail.sh g++
  step "single headers" tests/house/single_headers.sh
  step "installed package" tests/house/consumers.sh
  step "include cost" tests/house/include_cost.sh
  grep -a 'front door' "$logs/include_cost.log" 2>/dev/null | sed 's/^/         /'
fi

if $full; then
  # The second compiler and the sanitizers in one build: apart they were most of the time, and on slow machines more than there is.
  step "configure (clang++, asan+ubsan)" configure asan+ubsan -DINOCULUM_WERROR=ON -DCMAKE_CXX_COMPILER=clang++
  step "build (clang++, asan+ubsan)" build build-sanitized
  step "tests (clang++, asan+ubsan)" run_tests build-sanitized
  step "must not compile (clang++)" tests/house/must_fail.sh clang++
  step "every header alone (g++)" tests/house/headers_alone.sh g++ "$jobs"
  step "every header alone (clang++)" tests/house/headers_alone.sh clang++ "$jobs"
  step "configure (no exceptions)" configure no-exceptions -DINOCULUM_WERROR=ON
  step "build (no exceptions)" build build-no-exceptions
  step "tests (no exceptions)" run_tests build-no-exceptions
  step "aarch64" tests/house/aarch64.sh
  step "fuzzers" tests/house/fuzz.sh "$jobs"
  step "clang-format" tests/house/format.sh
  step "clang-tidy" tests/house/tidy.sh
  step "the documentation's code" python3 tests/house/docs_code.py --jobs "$jobs"
fi

echo "${SECONDS}s in all"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
