#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/peers/run.sh [--reference] [threads] [rounds]: builds llama.cpp (from the pinned llama-cpp-python sdist) in the cache, outside
# the tree, and prints the bundled engine beside it. --reference also rewrites tests/engine/data and tests/tokenizer/data. The first run takes 10 to 30 minutes.
# A Gemma 3 270M file in the cache, or named by INOCULUM_GEMMA, is compared too. The same model requantised to Q4_0 and Q8_0 is compared, too, or to each of INOCULUM_TYPES="q4_0 q8_0 q4_K".
set -euo pipefail
cd "$(dirname "$0")/../.."
renew=false
if [ "${1:-}" = --reference ]; then renew=true; shift; fi
threads=${1:-2} rounds=${2:-5} jobs=${INOCULUM_JOBS:-2}
cache=${INOCULUM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/inoculum}
version=0.3.36 sha256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
peers=$cache/peers source=$cache/peers/llama_cpp_python-$version/vendor/llama.cpp
build=${INOCULUM_LLAMA_BUILD:-$peers/build-openmp}
model=${INOCULUM_MODEL:-$cache/SmolLM2-135M-Instruct.Q4_1.gguf}
eyes=${INOCULUM_MMPROJ:-examples/models/smollm2-eyes-mmproj.gguf}
[ -f "$model" ] || examples/fetch_weights.sh
mkdir -p "$peers"

if [ ! -d "$source" ]; then
  # The sdist's build system is wanted by pip only to read the name; nothing is built here.
  python3 -m pip install -q --target "$peers/pip" scikit-build-core
  PYTHONPATH=$peers/pip python3 -m pip download -q --no-deps --no-build-isolation --no-binary :all: -d "$peers" "llama-cpp-python==$version"
  echo "$sha256  $peers/llama_cpp_python-$version.tar.gz" | sha256sum -c --quiet
  tar -C "$peers" -xf "$peers/llama_cpp_python-$version.tar.gz"
fi
# gcc 12 stores only 8 of the 64 bytes of ggml's tile shapes before it loads them: AMX machines crash. A barrier helps, and is not compiled elsewhere.
amx=$source/ggml/src/ggml-cpu/amx/mmq.cpp
grep -q 'asm volatile.*_tile_loadconfig' "$amx" || sed -i 's|_tile_loadconfig(&tc);|asm volatile("" : : "r"(\&tc) : "memory"); &|' "$amx"
build_peer() { # <folder> [cmake arguments…]
  [ ! -e "$1/bin/libmtmd.so" ] || return 0
  cmake -S "$source" -B "$@" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_OPENMP=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_TOOLS=ON -DLLAMA_CURL=OFF -DLLAMA_SUBPROCESS=OFF >"$peers/build.log"
  ninja -C "$1" -j "$jobs" llama mtmd >>"$peers/build.log"
}
build_program() { # <name> <llama.cpp's build> <output>
  # shellcheck disable=SC2046
  ${CXX:-g++} -std=c++20 -O2 -Iinclude -isystem "$source/include" -isystem "$source/ggml/include" -isystem "$source/tools/mtmd" \
    -isystem /usr/include/stb "bench/peers/$1.cpp" -o "$3" -L"$2/bin" -Wl,-rpath,"$2/bin" \
    -lmtmd -lllama -lggml -lggml-base -lggml-cpu -pthread $(pkg-config --libs libutf8proc)
}
build_peer "$build" -DGGML_NATIVE=ON
for program in reference compare parity tokens wordpiece blocks requantise eyes; do build_program "$program" "$build" "$peers/$program"; done
blas=$peers/build-blas-openmp # multiplies floats, where the other rounds activations to 8 bits
if pkg-config --exists openblas; then
  build_peer "$blas" -DGGML_NATIVE=ON -DGGML_BLAS=ON -DGGML_BLAS_VENDOR=OpenBLAS
  for program in parity reference; do build_program $program "$blas" "$peers/$program-unrounded"; done
  build_program compare "$blas" "$peers/compare-blas"
else
  echo "SKIPPED parity without rounding, and Gemma's reference: llama.cpp needs OpenBLAS for it (apt-get install libopenblas-dev)"
fi
parity() { # <model> <the same as floats>
  INOCULUM_PEER_NO_FLASH=1 "$peers/parity" "$1" tests/engine/data/texts.txt "$2" LICENSE tests/engine/data/prompts.txt 2>/dev/null
  [ ! -x "$peers/parity-unrounded" ] || INOCULUM_PEER_NO_FLASH=1 "$peers/parity-unrounded" --unrounded "$1" tests/engine/data/texts.txt LICENSE tests/engine/data/prompts.txt 2>/dev/null
}
if grep -q amx_int8 /proc/cpuinfo; then # llama.cpp with AMX; beside it the same without
  build_peer "$peers/build-avx512" -DGGML_NATIVE=OFF -DGGML_SSE42=ON -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_BMI2=ON -DGGML_FMA=ON \
    -DGGML_F16C=ON -DGGML_AVX512=ON -DGGML_AVX512_VBMI=ON -DGGML_AVX512_VNNI=ON -DGGML_AVX512_BF16=ON
  build_program compare "$peers/build-avx512" "$peers/compare-avx512"
fi
compare() { # as the program, beside llama.cpp in all the ways that it can go here, and which of them was the fastest at what
  local native="native" ways=()
  [ ! -x "$peers/compare-avx512" ] || native="with AMX"
  ways+=("$native, flash attention" "$native, no flash attention")
  [ ! -x "$peers/compare-avx512" ] || ways+=("AVX-512, flash attention")
  [ ! -x "$peers/compare-blas" ] || ways+=("OpenBLAS, flash attention" "OpenBLAS, no flash attention")
  rm -f "$peers"/way-*.txt
  local i=0 way program
  for way in "${ways[@]}"; do
    program=$peers/compare
    case $way in AVX-512*) program=$peers/compare-avx512 ;; OpenBLAS*) program=$peers/compare-blas ;; esac
    echo "-- llama.cpp: $way"
    i=$((i + 1))
    echo "$way" >"$peers/way-$i.txt"
    (case $way in OpenBLAS*) export INOCULUM_PEER_BLAS=1 ;; esac
     case $way in *", no flash"*) export INOCULUM_PEER_NO_FLASH=1 ;; esac
     "$program" "$@") | tee -a "$peers/way-$i.txt"
  done
  # A row's ratio is that of the run in which llama.cpp was at its fastest: both sides met the same minutes there.
  echo "-- against the fastest of these, row by row"
  awk -F '  +' 'FNR == 1 { way = $0 } / tokens\/s / { n = split(substr($0, 1, index($0, " tokens/s ")), figures, " ")
    if (!($1 in theirs)) order[++rows] = $1
    if (figures[n] + 0 > theirs[$1] + 0) { theirs[$1] = figures[n]; row[$1] = $0 "  (" way ")" } }
    END { for (r = 1; r <= rows; ++r) print row[order[r]] }' "$peers"/way-*.txt
}
gemma=${INOCULUM_GEMMA:-$cache/gemma-3-270m-q4_k_m.gguf}
if $renew; then
  "$peers/tokens" tests/tokenizer/data
  "$peers/tokens" tests/tokenizer/data "$source/models"
  "$peers/tokens" - "$model" >"$peers/tokens.txt" && mv "$peers/tokens.txt" tests/tokenizer/data/SmolLM2.txt
  [ ! -f "$gemma" ] || { "$peers/tokens" - "$gemma" >"$peers/tokens.txt" && mv "$peers/tokens.txt" tests/tokenizer/data/gemma-3.txt; }
  if [ -f "$gemma" ] && [ -x "$peers/reference-unrounded" ]; then
    "$peers/reference-unrounded" unrounded "$gemma" tests/engine/data/texts.txt >"$peers/gemma-3.txt" && mv "$peers/gemma-3.txt" tests/engine/data/gemma-3.txt
  fi
  "$peers/reference" architectures "$peers" >"$peers/architectures.txt" && mv "$peers/architectures.txt" tests/engine/data/architectures.txt
  "$peers/blocks" >tests/engine/data/blocks.txt
  "$peers/reference" text "$model" tests/engine/data/texts.txt tests/engine/data/prompts.txt >"$peers/llama_cpp.txt"
  mv "$peers/llama_cpp.txt" tests/engine/data/llama_cpp.txt
  "$peers/reference" eyes "$peers" >"$peers/eyes.txt" && mv "$peers/eyes.txt" tests/engine/data/eyes.txt
  "$peers/reference" both_ways "$peers" >"$peers/both_ways.txt" && mv "$peers/both_ways.txt" tests/engine/data/both_ways.txt
  if [ -f "$eyes" ]; then
    "$peers/reference" pictures "$model" "$eyes" >"$peers/mmproj.txt"
    mv "$peers/mmproj.txt" tests/engine/data/mmproj.txt
  fi
fi
echo "== tokens" # a line for each vocabulary
"$peers/tokens" - "$source/models" 2>&1
"$peers/wordpiece" "$source/models/ggml-vocab-bert-bge.gguf"
for file in "$model" "$gemma"; do [ ! -f "$file" ] || "$peers/tokens" - "$file" 2>&1 >/dev/null; done
grep -m 1 'model name' /proc/cpuinfo
parity "$model" "$peers/$(basename "$model" .gguf).f32.gguf"
[ -f "$eyes" ] || eyes=-
shopt -s nullglob
compare "$model" "$eyes" "$threads" "$rounds" "$cache"/pictures/*
${CXX:-g++} -std=c++20 -O2 -Iinclude bench/peers/tiny_models.cpp -o "$peers/tiny_models"
"$peers/tiny_models" "$peers"
for architecture in llama qwen2 gemma3; do
  echo "== $architecture, random weights as floats"
  INOCULUM_PEER_NO_FLASH=1 "$peers/parity" "$peers/tiny-$architecture.gguf" tests/engine/data/texts.txt "$peers/tiny-$architecture.gguf" 2>/dev/null | tail -n 1
done
if [ -f "$gemma" ]; then
  echo "== Gemma 3 270M"
  parity "$gemma" "$peers/$(basename "$gemma" .gguf).f32.gguf"
  compare "$gemma" - "$threads" "$rounds"
fi
"$peers/eyes" "$peers" "$threads" "$rounds"
[ "$eyes" = - ] || "$peers/eyes" "$peers" "$threads" "$((20 * rounds))" "$model" "$eyes"
for type in ${INOCULUM_TYPES-q4_0 q8_0}; do
  other=$peers/$(basename "$model" .gguf).$type.gguf
  [ -f "$other" ] || "$peers/requantise" "$type" "$model" "$other"
  echo "== $type"
  parity "$other" "$peers/floats.gguf"
  rm "$peers/floats.gguf"
  compare "$other" - "$threads" "$rounds"
done
# What has no counterpart: a defended answer, load to first token, memory.
if [ -x build/bench/bench_defended ] && [ -x build/inoculum ]; then
  build/bench/bench_defended "$model" "$eyes" "${INOCULUM_QUERIES:-200}" "$threads"
  for type in q8 q16; do build/bench/bench_defended 1.1b - 48 "$threads" "$type"; done
  for ((i = 0; i < rounds; ++i)); do build/inoculum bench --model "$model" -p 1 -n 1 -t "$threads"; done
else
  echo "SKIPPED the defended answer: build/bench/bench_defended and build/inoculum are not built (CONTRIBUTING.md)"
fi
