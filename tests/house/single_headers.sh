#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The single headers are what the generator writes; each compiles without include/ beside it, in two units of
# one program, and runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 single_include/generate.py --check
folder=build/single_headers
mkdir -p "$folder"
flags=$(tests/house/flags.sh g++ | sed "s|-I$PWD/include|-I$PWD/single_include|")
libs=$(tests/house/flags.sh --libs)
for header in single_include/inoculum/*.hpp; do
  name=$(basename "$header" .hpp)
  echo "#include <inoculum/$name.hpp>" >"$folder/$name.second.cpp"
  # shellcheck disable=SC2086
  g++ $flags "tests/house/consumers/$name.cpp" "$folder/$name.second.cpp" -o "$folder/$name" $libs
  "$folder/$name"
done
# All of them together, in one unit.
for header in single_include/inoculum/*.hpp; do echo "#include <inoculum/$(basename "$header")>"; done >"$folder/all.cpp"
# shellcheck disable=SC2086
g++ $flags -fsyntax-only "$folder/all.cpp"
echo "COUNT $(($(ls single_include/inoculum/*.hpp | wc -l) + 2)) 0"
