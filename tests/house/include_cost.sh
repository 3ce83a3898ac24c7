#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What #include <inoculum/inoculum.hpp> costs over an empty file: median of nine compilations each, g++ -O0.
# Printed, not asserted: machines differ, and shared ones from minute to minute.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
: >"$folder/empty.cpp"
[ -f include/inoculum/inoculum.hpp ] || { echo "SKIPPED include cost: no front door"; exit 0; }
echo '#include <inoculum/inoculum.hpp>' >"$folder/front_door.cpp"
median() {
  for _ in 1 2 3 4 5 6 7 8 9; do
    local from=$EPOCHREALTIME
    g++ -std=c++20 -O0 -c -Iinclude "$folder/$1.cpp" -o "$folder/$1.o"
    echo $(((${EPOCHREALTIME/./} - ${from/./}) / 1000))
  done | sort -n | sed -n 5p
}
empty=$(median empty)
door=$(median front_door)
echo "front door: $door ms, empty file: $empty ms, difference: $((door - empty)) ms (aim: 450; n = 9, median)"
