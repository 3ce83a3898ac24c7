#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# include_cost.sh [n]: what #include <inoculum/inoculum.hpp> costs over an empty file, and what <string>, <vector> and <span> alone
# cost, which any such library needs: medians of n (nine) compilations each, by turns, processor time of g++ -O0.
# Printed, not asserted: machines differ, and shared ones from minute to minute; the ratio differs least.
set -euo pipefail
cd "$(dirname "$0")/../.."
n=${1:-9}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -f include/inoculum/inoculum.hpp ] || { echo "SKIPPED include cost: no front door"; exit 0; }
: >"$folder/empty.cpp"
printf '#include <%s>\n' string vector span >"$folder/three.cpp"
echo '#include <inoculum/inoculum.hpp>' >"$folder/door.cpp"
TIMEFORMAT='%3U %3S'
for _ in $(seq "$n"); do
  for file in empty three door; do
    { time g++ -std=c++20 -O0 -c -Iinclude "$folder/$file.cpp" -o "$folder/$file.o"; } 2>>"$folder/$file.times"
  done
done
median() { awk '{printf "%.0f\n", 1000 * ($1 + $2)}' "$folder/$1.times" | sort -n | sed -n "$(((n + 1) / 2))p"; }
empty=$(median empty)
door=$(($(median door) - empty)) three=$(($(median three) - empty))
echo "front door: $door ms over an empty file (aim: 450); <string>, <vector>, <span>: $three ms;" \
  "ratio $(awk "BEGIN {printf \"%.2f\", $door / $three}") (n = $n, medians)"
