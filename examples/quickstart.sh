#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a clean clone to a defended answer: packages, build, weights, then the demonstration itself.
# Exit codes: 1 packages or build, 3 no weights (no network, or a wrong checksum), else the demonstration's own.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }
quietly() { # the output of a step matters only when it fails
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

say "packages"
examples/install_packages.sh build
say "build (two minutes or so on two slow cores)"
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
[ -f build/build.ninja ] || quietly cmake --preset release "${launcher[@]}" -DINOCULUM_BUILD_TESTS=OFF -DINOCULUM_BUILD_BENCH=OFF
quietly cmake --build build --target inoculum_cli -j "${INOCULUM_JOBS:-2}"
say "weights and pictures"
if ! examples/fetch_weights.sh --pictures; then
  echo "The language weights could not be fetched; without them there is nothing to defend." >&2
  echo "With a network, run this again: what is done is kept." >&2
  exit 3
fi
say "a defended model, beside itself undefended"
exec build/inoculum demo --out build/demo "$@"
