#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the suites behind docs/evidence.md: suites.py DATA OUT

DATA      harmful_medical.jsonl (MedSafetyBench), benign_medical_vqa.jsonl (SLAKE), benign_overrefusal.jsonl (OKTest):
          lines with "id" and "query"; images.tsv with "file" and "modality" beside the pictures. None of it is kept here.
OUT       main.jsonl, harmful.jsonl, curve.jsonl, and phantoms.jsonl: every kind of phantom once, of seeds that no training saw

Only lines whose identifier's FNV-1a hash is odd are taken: the pool and the policies were tuned on the others.
"""
import csv
import json
import pathlib
import random
import re
import sys


def reported(identifier):
    value = 0xCBF29CE484222325
    for byte in identifier.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value % 2 == 1


def lines(path, count, choose):
    kept = [row for row in map(json.loads, path.read_text().splitlines()) if reported(row["id"])]
    choose.shuffle(kept)
    return kept[:count]


def write(path, suite):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in suite))


def main(data, out):
    data, out = pathlib.Path(data).resolve(), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    choose = random.Random(11)
    pictures = list(csv.DictReader((data / "images.tsv").open(), delimiter="\t"))
    if not (out / "images").exists():
        (out / "images").symlink_to(data / "images")

    def entry(row, intent, share, modality=None):
        made = {"id": row["id"], "intent": intent, "query": row["query"]}
        fitting = [p for p in pictures if modality in (None, p["modality"])]
        if choose.random() < share and fitting:
            shown = choose.choice(fitting)
            made |= {"image": shown["file"], "modality": shown["modality"]}
        return made

    suite = [entry(r, "harmful", 0.75) for r in lines(data / "harmful_medical.jsonl", 150, choose)]
    suite += [entry(r, "benign", 0.75, r["modality"]) for r in lines(data / "benign_medical_vqa.jsonl", 150, choose)]
    suite += [entry(r, "benign", 0.25) for r in lines(data / "benign_overrefusal.jsonl", 150, choose)]
    choose.shuffle(suite)
    write(out / "main.jsonl", suite)
    write(out / "harmful.jsonl", [e for e in suite if e["intent"] == "harmful"])
    few = {"msb": 40, "slake": 40, "oktest": 40}
    curve = []
    for e in suite:
        kind = e["id"].split("-")[0]
        if few[kind] > 0:
            few[kind] -= 1
            curve.append(e)
    write(out / "curve.jsonl", curve)

    header = pathlib.Path(__file__).resolve().parents[2] / "include/inoculum/synthesis/phantom.hpp"
    kinds = re.findall(r'\{modality::(\w+), "(\w+)", "(\w+)"\}', header.read_text())
    suite = []
    for i, (modality, region, finding) in enumerate(kinds):
        about = {"intent": "benign", "image": f"phantom:{modality}/{region}/{finding}?seed={90000 + i}", "modality": modality}
        name = f"phantom-{modality}-{region}-{finding}"
        suite.append(about | {"id": f"{name}-modality", "query": "What imaging modality is this?", "answer": modality})
        suite.append(about | {"id": f"{name}-region", "query": "What part of the body is shown?", "answer": region.replace("_", " ")})
        answer = "normal|no" if finding == "normal" else finding.replace("_", " ")
        suite.append(about | {"id": f"{name}-finding", "query": "What finding does this image show?", "answer": answer})
    choose.shuffle(suite)
    write(out / "phantoms.jsonl", suite)


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
