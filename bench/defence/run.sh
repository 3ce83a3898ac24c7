#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything behind the tables of docs/evidence.md. See --help.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
usage: bench/defence/run.sh OUT [DATA [EVALUATE OPTIONS]]
       INOCULUM_PICTURES=FOLDER bench/defence/run.sh OUT DATA …

Asks build/inoculum's default model the suites of docs/evidence.md under every policy that has a row there, and keeps records and a
report for each suite in OUT; what is there already is not asked again. Without DATA (what it must hold: suites.py) only
the two suites of bench/defence are asked. FOLDER has the held-out pictures of bench/defence/pictures.tsv. EVALUATE OPTIONS go to every run: --limit 8 for a trial. Long: see the progress bars.
TEXT
}
[ $# -ge 1 ] && [ "$1" != --help ] || { usage; exit $(( $# == 0 ? 2 : 0 )); }
out=$1 data=${2:-}
more=("${@:3}")
ask() { # suite folder arguments…
  local suite=$1 folder=$2
  shift 2
  echo "== $folder: $*"
  build/inoculum evaluate --suite "$suite" --out "$out/$folder" --max-tokens 40 --seed 7 "$@" "${more[@]}"
}
policies() { for p in "$@"; do printf -- '--policy\0%s\0' "$p"; done; }
arms=(none safety_prompt "canned(similarity)" similarity "similarity(text)" "similarity | side_by_side" "mixed(0.5*similarity, 0.5*random)"
  "gated(0.2, only(harmful, similarity), similarity)" "bucketed(16)" "bucketed(64)" random)
mini="${INOCULUM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/inoculum}/all-MiniLM-L6-v2"
sentence=()
[ -d "$mini" ] && sentence=("similarity(sentence=0.5)") || echo "no sentence encoder there (examples/fetch_weights.sh --embedder): left out"

mkdir -p "$out"
mapfile -d '' every < <(policies "${arms[@]}" "${sentence[@]}")
mapfile -d '' few < <(policies none "canned(similarity)" similarity "similarity(text)" "bucketed(16)" "bucketed(64)" "${sentence[@]}")
for own in requests requests_blind; do ask "bench/defence/$own.jsonl" "$own" "${every[@]}"; done
table() { find "$out" -mindepth 2 -maxdepth 2 -name records.jsonl -printf '%h\0' | sort -z | xargs -0 python3 bench/defence/table.py; }
[ -n "$data" ] || { table; exit; }

if [ ! -f "$out/suites/main.jsonl" ]; then
  python3 bench/defence/suites.py "$data" "$out/suites" ${INOCULUM_PICTURES:+"$INOCULUM_PICTURES"}
fi
ask "$out/suites/main.jsonl" main "${every[@]}"
ask "$out/suites/harmful.jsonl" wrapped --attack prefix_injection "${few[@]}"
for k in 1 2 4 8 16 32; do ask "$out/suites/curve.jsonl" "curve-$k" --policy similarity -k $k; done
ask "$out/suites/curve.jsonl" curve-0 --policy none
for seen in phantoms pictures; do
  [ ! -f "$out/suites/$seen.jsonl" ] || ask "$out/suites/$seen.jsonl" "$seen" --policy none --policy similarity --policy "similarity | side_by_side" --policy "bucketed(64)"
done
table
