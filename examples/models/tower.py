# SPDX-License-Identifier: Apache-2.0
"""The vision tower and projector, and their file.

The graph is the one that llama.cpp runs for its projector type "nemotron_v2_vl": a pre-norm ViT with one register
token, 2x2 pixel shuffle, RMS norm, squared-ReLU MLP. It was chosen among llama.cpp's projectors because it takes a
picture of fixed size, merges patches 2x2 (64 patches become 16 positions), puts no text of its own around the picture and
keeps attention causal. (MobileVLM's ldpv2, which promises the same, has its 24x24 grid written into the graph.)
"""
import struct

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

IMAGE = 128
PATCH = 16
WIDTH = 192
LAYERS = 9
HEADS = 3
HIDDEN = 768
MERGE = 2
POSITIONS = (IMAGE // PATCH // MERGE) ** 2
TEXT_WIDTH = 576
EPS = 1e-5
MEAN, STD = 0.5, 0.25  # of every channel, after scaling to 0..1


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(WIDTH, EPS)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.ln2 = nn.LayerNorm(WIDTH, EPS)
        self.up = nn.Linear(WIDTH, HIDDEN)
        self.down = nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(b, n, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5, -1)
        x = x + self.out((a @ v).transpose(1, 2).reshape(b, n, WIDTH))
        return x + self.down(F.silu(self.up(self.ln2(x))))


class Tower(nn.Module):
    """Pictures, batch x 3 x 128 x 128 (normalised), to batch x 16 x 576."""

    def __init__(self, words=128):
        """`words`: token embeddings that the last matrix may hold."""
        super().__init__()
        side = IMAGE // PATCH
        self.patch = nn.Linear(3 * PATCH * PATCH, WIDTH)
        self.register = nn.Parameter(torch.randn(1, WIDTH) * 0.02)
        self.place = nn.Parameter(torch.randn(side * side, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        merged = WIDTH * MERGE * MERGE
        self.norm = nn.Parameter(torch.ones(merged))
        self.fc1 = nn.Linear(merged, words, bias=False)
        self.fc2 = nn.Linear(words, TEXT_WIDTH, bias=False)
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.trunc_normal_(m.weight, std=m.in_features**-0.5 * 0.8)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
        for b in self.blocks:  # residual branches start small, as is usual
            b.out.weight.data *= (2 * LAYERS) ** -0.5
            b.down.weight.data *= (2 * LAYERS) ** -0.5

    def speak(self, table):
        """Fixes the last matrix: each of its columns is the embedding of one of the captions' tokens, so that a picture's
        positions are sums of token embeddings. A free last matrix was tried first: its output lay so far inside the
        token embeddings (cosine 0.5 to 0.7) that the language model made nothing of it."""
        self.fc2.weight.data.zero_()
        self.fc2.weight.data[:, : table.shape[0]] = table.T
        self.fc2.weight.requires_grad_(False)

    def tokens(self, x):
        """Batch x 64 x width: what the ViT says of each patch."""
        b, side = x.shape[0], IMAGE // PATCH
        # Cutting into patches and one GEMM is what a stride-16 convolution computes, and faster on these machines.
        x = x.view(b, 3, side, PATCH, side, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(b, side * side, -1)
        x = self.patch(x) + self.place
        x = torch.cat([self.register.expand(b, 1, WIDTH), x], 1)
        for block in self.blocks:
            x = block(x)
        return x[:, 1:]

    def project(self, x):
        """Tokens to batch x 16 x words: 1 where a position stands for that word, 0 elsewhere, before the squared ReLU."""
        b, half = x.shape[0], IMAGE // PATCH // MERGE
        x = x.reshape(b, half, MERGE, half, MERGE, WIDTH).permute(0, 1, 3, 2, 4, 5).reshape(b, half * half, -1)
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.norm
        return self.fc1(x)

    def words(self, x):
        return self.project(self.tokens(x))

    def forward(self, x):
        return self.fc2(F.relu(self.words(x)).square())


def _text(s):
    b = s.encode()
    return struct.pack("<Q", len(b)) + b


def _field(name, value):
    if isinstance(value, bool):
        return _text(name) + struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return _text(name) + struct.pack("<II", 4, value)
    if isinstance(value, float):
        return _text(name) + struct.pack("<If", 6, value)
    if isinstance(value, str):
        return _text(name) + struct.pack("<I", 8) + _text(value)
    return _text(name) + struct.pack("<IIQ", 9, 6, len(value)) + struct.pack(f"<{len(value)}f", *value)


def load_mmproj(tower, gguf, table):
    """Sets the tower to what `save_mmproj` wrote. `table`: the embeddings that its words stand for now; a word that the
    file does not have starts at zero. A tower of more layers than the file adds nothing in them yet, so it sees the same."""
    parts = {"patch.weight": "v.patch_embd.weight", "patch.bias": "v.patch_embd.bias", "register": "v.class_embd",
             "place": "v.position_embd.weight", "norm": "mm.model.mlp.0.weight"}  # fmt: skip
    stored = gguf.fields["clip.vision.block_count"]
    for i in range(LAYERS):
        if i >= stored:
            for part in (tower.blocks[i].out, tower.blocks[i].down):
                part.weight.data.zero_()
            continue
        for ours, theirs in (("ln1", "ln1"), ("qkv", "attn_qkv"), ("out", "attn_out"), ("ln2", "ln2"), ("up", "ffn_up"), ("down", "ffn_down")):
            for kind in ("weight", "bias"):
                parts[f"blocks.{i}.{ours}.{kind}"] = f"v.blk.{i}.{theirs}.{kind}"
    state = tower.state_dict()
    for ours, theirs in parts.items():
        state[ours].copy_(torch.from_numpy(gguf.tensor(theirs).reshape(state[ours].shape)))
    rows, columns = (torch.from_numpy(gguf.tensor(f"mm.model.mlp.{i}.weight")) for i in (1, 3))
    alike = F.normalize(table, dim=1) @ F.normalize(columns, dim=0)
    state["fc1.weight"].zero_()
    known = 0
    for word, column in enumerate(alike.argmax(1).tolist()):
        if alike[word, column] > 0.999:
            state["fc1.weight"][word] = rows[column]
            known += 1
    return known


def save_mmproj(tower, path, description):
    """Writes the GGUF file: matrices in half precision, vectors and places in single."""
    fields = {
        "general.architecture": "clip",
        "general.name": "inoculum eyes for SmolLM2-135M-Instruct",
        "general.description": description,
        "general.license": "apache-2.0",
        "clip.has_vision_encoder": True,
        "clip.projector_type": "nemotron_v2_vl",
        "clip.use_silu": True,
        "clip.vision.image_size": IMAGE,
        "clip.vision.patch_size": PATCH,
        "clip.vision.embedding_length": WIDTH,
        "clip.vision.feed_forward_length": HIDDEN,
        "clip.vision.block_count": LAYERS,
        "clip.vision.projection_dim": TEXT_WIDTH,
        "clip.vision.attention.head_count": HEADS,
        "clip.vision.attention.layer_norm_epsilon": EPS,
        "clip.vision.image_mean": [MEAN] * 3,
        "clip.vision.image_std": [STD] * 3,
        "clip.vision.projector.scale_factor": MERGE,
    }
    tensors = {
        "v.class_embd": tower.register,
        "v.patch_embd.weight": tower.patch.weight.view(WIDTH, 3, PATCH, PATCH),
        "v.patch_embd.bias": tower.patch.bias,
        "v.position_embd.weight": tower.place,
        "mm.model.mlp.0.weight": tower.norm,
        "mm.model.mlp.1.weight": tower.fc1.weight,
        "mm.model.mlp.3.weight": tower.fc2.weight,
    }
    for i, b in enumerate(tower.blocks):
        parts = {"ln1": b.ln1, "attn_qkv": b.qkv, "attn_out": b.out, "ln2": b.ln2, "ffn_up": b.up, "ffn_down": b.down}
        for name, part in parts.items():
            tensors[f"v.blk.{i}.{name}.weight"] = part.weight
            tensors[f"v.blk.{i}.{name}.bias"] = part.bias
    single = {"v.class_embd", "v.position_embd.weight"}
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(fields)) + b"".join(_field(k, v) for k, v in fields.items())
    body = b""
    for name, t in tensors.items():
        half = t.dim() > 1 and name not in single
        data = t.detach().numpy().astype(np.float16 if half else np.float32)
        dims = data.shape[::-1]
        head += _text(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        head += struct.pack("<IQ", 1 if half else 0, len(body))
        body += data.tobytes() + b"\0" * (-data.nbytes % 32)
    with open(path, "wb") as f:
        f.write(head + b"\0" * (-len(head) % 32) + body)
