# SPDX-License-Identifier: Apache-2.0
"""Makes the positions' words surer: sharpen.py EYES.gguf OUT.gguf PICTURES.tsv [0.25]

The graph has no bias before its squared ReLU. But a linear form of the normalised tokens is 1 almost everywhere (least squares on
training pictures), so subtracting it from every word's row subtracts a threshold: doubtful words vanish, and the sure ones are
scaled back to 1. Every caption loses the same, so which one scores highest stays.
"""
import csv
import os
import random
import sys

import numpy as np
import torch
from PIL import Image

import pictures
from smollm2 import Gguf
from tower import MERGE, IMAGE, PATCH, WIDTH, Tower, load_mmproj, save_mmproj


def main(source, target, table, threshold=0.25):
    gguf, tower = Gguf(source), Tower()
    words = torch.from_numpy(gguf.tensor("mm.model.mlp.3.weight")).T.contiguous()
    used = int((words.abs().sum(1) > 0).sum())
    load_mmproj(tower, gguf, words[:used])
    tower.speak(words[:used])
    tower.eval()
    with open(table) as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    some, half = random.Random(1).sample(rows, 360), IMAGE // PATCH // MERGE
    with torch.no_grad():
        views = [Image.open(os.path.join(os.path.dirname(table), r["file"])).convert("RGB") for r in some]
        x = tower.tokens(torch.from_numpy(np.stack([pictures.normalise(pictures.fit_square(v)) for v in views])))
        x = x.reshape(-1, half, MERGE, half, MERGE, WIDTH).permute(0, 1, 3, 2, 4, 5).reshape(-1, WIDTH * MERGE * MERGE)
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * tower.norm
        ridge = 0.02 * len(x) * x.pow(2).mean() * torch.eye(x.shape[1])
        one = torch.linalg.solve(x.T @ x + ridge, x.T @ torch.ones(len(x)))
        print(f"the form's mean {(x @ one).mean():.4f}, deviation {(x @ one).std():.4f}")
        tower.fc1.weight[:used] = (tower.fc1.weight[:used] - threshold * one) / (1 - threshold)
    save_mmproj(tower, target, f"{gguf.fields['general.description']} Sharpened by {threshold}.")


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(float, sys.argv[4:]))
