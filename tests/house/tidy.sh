#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over one unit that includes every header (.clang-tidy says what it looks for), after proving on a
# made-up header that a wrong name is noticed. Concepts are checked by check_names.py: clang-tidy 14 cannot.
set -uo pipefail
cd "$(dirname "$0")/../.."
tool=$(command -v clang-tidy-14 || command -v clang-tidy || true)
[ -n "$tool" ] || { echo "SKIPPED clang-tidy: it is not here"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
read -ra flags <<<"$(tests/house/flags.sh clang++)"

mkdir -p "$folder/include/inoculum"
cat >"$folder/include/inoculum/wrong.hpp" <<'CODE'
namespace Wrong {}
struct BadStruct {};
template <class t> void badFunction(t BadParameter) { int badVariable = BadParameter; (void)badVariable; }
class fine { int no_suffix = 0; };
CODE
echo '#include <inoculum/wrong.hpp>' >"$folder/wrong.cpp"
noticed=$("$tool" --quiet --config-file=.clang-tidy "$folder/wrong.cpp" -- -std=c++20 "-I$folder/include" 2>/dev/null)
for name in Wrong BadStruct "'t'" badFunction BadParameter badVariable no_suffix; do
  grep -qF "${name//\'/}" <<<"$noticed" || { echo "self-test: $name was not noticed"; echo "$noticed"; exit 1; }
done

(cd include && find inoculum -name '*.hpp' | sort | sed 's/.*/#include <&>/') >"$folder/every_header.cpp"
"$tool" --quiet --config-file=.clang-tidy --warnings-as-errors='*' "$folder/every_header.cpp" -- "${flags[@]}"
