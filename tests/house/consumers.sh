#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Four ways to use the library from outside, each built and run: find_package (once more where pkg-config finds nothing) and
# pkg-config after an install into a folder that was moved since, add_subdirectory, and a plain -I.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/build/consumers
rm -rf "$work"
mkdir -p "$work"
generator=(-G Ninja)
passed=3 # the plain one, pkg-config's without and with Eigen
run_all() {
  for program in "$1"/consumer*; do
    if [ -f "$program" ] && [ -x "$program" ]; then "$program"; passed=$((passed + 1)); fi
  done
}

echo "-- plain -I"
g++ -std=c++20 -I "$root/include" tests/house/consumers/inoculum.cpp -o "$work/plain"
"$work/plain"

echo "-- install"
cmake -S . -B "$work/library" "${generator[@]}" -DCMAKE_INSTALL_PREFIX="$work/first" \
  -DINOCULUM_BUILD_TESTS=OFF -DINOCULUM_BUILD_EXAMPLES=OFF -DINOCULUM_BUILD_BENCH=OFF >"$work/library.log" 2>&1 || { cat "$work/library.log"; exit 1; }
cmake --install "$work/library" >>"$work/library.log"
mv "$work/first" "$work/prefix" # an installed package must not remember where it was

echo "-- find_package"
cmake -S tests/house/consumers/find_package -B "$work/find_package" "${generator[@]}" -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/find_package" -j 1
run_all "$work/find_package"

echo "-- pkg-config"
export PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
# shellcheck disable=SC2046
g++ -std=c++20 tests/house/consumers/inoculum.cpp $(pkg-config --cflags --libs inoculum) -o "$work/pkg_config"
"$work/pkg_config"
# shellcheck disable=SC2046
g++ -std=c++20 tests/house/consumers/inoculum_eigen.cpp $(pkg-config --cflags --libs inoculum-eigen) -o "$work/pkg_config_eigen"
"$work/pkg_config_eigen"
while read -r component header use; do
  printf '#include <inoculum/%s>\nint main() { return %s; }\n' "$header" "$use" >"$work/$component.cpp"
  # shellcheck disable=SC2046
  g++ -std=c++20 "$work/$component.cpp" $(pkg-config --cflags --libs inoculum-"$component") -o "$work/pkg_config_$component"
  "$work/pkg_config_$component"
  passed=$((passed + 1))
done <<'COMPONENTS'
json eval/records.hpp inoculum::parse_record("{}").has_value()
image io/image.hpp inoculum::read_image("nowhere.png").has_value()
openai backend/openai.hpp !inoculum::openai_backend("http://127.0.0.1:1").usable()
engine engine/engine.hpp inoculum::cpu_engine::load("nowhere.gguf").has_value()
COMPONENTS

echo "-- find_package, where pkg-config finds nothing: stb by its header, httplib by a CMake package"
mkdir -p "$work/without/lib/cmake/httplib"
cat >"$work/without/lib/cmake/httplib/httplibConfig.cmake" <<PACKAGE
add_library(httplib::httplib INTERFACE IMPORTED)
target_compile_options(httplib::httplib INTERFACE $(pkg-config --cflags cpp-httplib))
target_link_libraries(httplib::httplib INTERFACE $(pkg-config --libs cpp-httplib))
PACKAGE
cat >"$work/without/CMakeLists.txt" <<'PROJECT'
cmake_minimum_required(VERSION 3.24)
project(consumer LANGUAGES CXX)
find_package(inoculum REQUIRED COMPONENTS image openai)
add_executable(consumer_image ../image.cpp)
target_link_libraries(consumer_image PRIVATE inoculum::image)
add_executable(consumer_openai ../openai.cpp)
target_link_libraries(consumer_openai PRIVATE inoculum::openai)
PROJECT
PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=/nowhere cmake -S "$work/without" -B "$work/without/build" "${generator[@]}" \
  -DCMAKE_PREFIX_PATH="$work/prefix;$work/without"
cmake --build "$work/without/build" -j 1
run_all "$work/without/build"

echo "-- add_subdirectory"
cmake -S tests/house/consumers/add_subdirectory -B "$work/add_subdirectory" "${generator[@]}" -DINOCULUM_ROOT="$root"
cmake --build "$work/add_subdirectory" -j 1
run_all "$work/add_subdirectory"
echo "COUNT $passed 0"
