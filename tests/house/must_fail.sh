#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# must_fail.sh <compiler>: every tests/static/must_fail/*.cpp must not compile, and the errors must name the
# concept of its line "// expect: <concept>", in quotes as compilers do, so that neither a file's name nor an
# echoed line of code counts. With -DINOCULUM_FIXED it must compile: the mistake it shows is its only one.
set -uo pipefail
cd "$(dirname "$0")/../.."
compiler=${1:-g++}
export LC_ALL=C # plain quotes
passed=0 failed=0
for file in tests/static/must_fail/*.cpp; do
  expect=$(sed -n '1,3s,^// expect: ,,p' "$file")
  compile=("$compiler" -std=c++20 -fsyntax-only -Iinclude -isystem /usr/include/eigen3)
  if [ -z "$expect" ]; then
    echo "$file: no line // expect:"
  elif ! errors=$("${compile[@]}" -DINOCULUM_FIXED "$file" 2>&1); then
    echo "$file: does not compile with INOCULUM_FIXED either:"; head -n 20 <<<"$errors"
  elif errors=$("${compile[@]}" "$file" 2>&1); then
    echo "$file: compiled, and must not"
  elif ! grep -qE "'$expect(<[^']*>)?'" <<<"$errors"; then
    echo "$file: the errors do not name the concept $expect:"; head -n 40 <<<"$errors"
  else
    passed=$((passed + 1))
    continue
  fi
  failed=$((failed + 1))
done
echo "COUNT $passed $failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
