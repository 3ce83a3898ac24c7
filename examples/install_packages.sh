#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 / Ubuntu 24.04 packages that are missing, and nothing when all are there.
#   install_packages.sh build   what the library, the program and the weights need
#   install_packages.sh test    also what ./tests/run.sh needs
#   install_packages.sh full    also what ./tests/run.sh --full needs
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config ccache python3 python3-pip ca-certificates
  libeigen3-dev libxtensor-dev libxsimd-dev libstb-dev nlohmann-json3-dev libcpp-httplib-dev libssl-dev libcli11-dev libutf8proc-dev)
test_packages=(git doctest-dev libbenchmark-dev librapidcheck-dev)
full_packages=(clang clang-tidy clang-format g++-aarch64-linux-gnu qemu-user)
case "${1:-}" in
  build) ;;
  test) packages+=("${test_packages[@]}") ;;
  full) packages+=("${test_packages[@]}" "${full_packages[@]}") ;;
  *) echo "usage: $0 build|test|full" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "this is neither Debian nor Ubuntu: install the equivalents of: ${packages[*]}" >&2
  exit 0  # they may well be there; the build will say what it misses
fi
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo)
  [ -t 0 ] || as_root+=(-n)  # nobody there to type a password
  if ! command -v sudo >/dev/null || ! "${as_root[@]}" true; then
    echo "packages are missing, and this user is neither root nor allowed to sudo. Have them installed:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}"
