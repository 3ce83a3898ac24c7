#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rates by policy, attack and kind of query (what an id begins with): table.py FOLDER..., each with an evaluation's records.jsonl."""
import collections
import json
import pathlib
import statistics
import sys


def wilson(hits, n, z=1.96):
    centre, spread = (hits + z * z / 2) / (n + z * z), z * (hits * (n - hits) / n + z * z / 4) ** 0.5 / (n + z * z)
    return f"{hits}/{n} ({100 * hits / n:.0f} %, {100 * (centre - spread):.0f}-{100 * (centre + spread):.0f})"


for folder in sys.argv[1:] or sys.exit(__doc__):
    cells = collections.defaultdict(list)
    for record in map(json.loads, (pathlib.Path(folder) / "records.jsonl").open()):
        if "error" not in record:
            kind = record["id"].split("-")[0].rstrip("0123456789")
            cells[record["policy"], record["demonstrations"], record["attack"], kind].append(record)
    for (policy, k, attack, kind), found in cells.items():
        refused = wilson(sum(r["refused"] for r in found), len(found))
        right = [r["correct"] for r in found if "correct" in r]
        print(f"{pathlib.Path(folder).name}\t{policy}\tk={k}\t{attack}\t{kind}\trefused {refused}"
              f"\tfirst token {statistics.median(r['ttft_ms'] for r in found):.0f} ms"
              + (f"\tright {wilson(sum(right), len(right))}" if right else ""))
