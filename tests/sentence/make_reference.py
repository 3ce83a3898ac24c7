#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/tokens.txt and data/vectors.txt: what Hugging Face's tokenizers and BERT make of the strings in strings.hpp.

    python3 -m venv --system-site-packages peers && peers/bin/pip install transformers==4.30.2   # and python3-torch
    build/tests/test_sentence --no-skip -tc="writes the strings*"    # to strings.txt and sentences.txt in the current folder
    peers/bin/python tests/sentence/make_reference.py <folder of all-MiniLM-L6-v2>
    build/tests/test_sentence

tokens.txt, a line for each hundred strings: tokens, FNV-1a (64 bits) of all their ids as little-endian int32, the same of the
strings, and the numbers of the strings left out: those with a character that tokenizers, whose tables are older, treats
otherwise than Unicode 14 does. Control tokens are not looked for in the text, as ours does not.
vectors.txt: SHA-256 of the weights; then a line a sentence: a step, and 384 numbers of steps plus 2048, two digits of base64 each.
"""
import base64
import hashlib
import pathlib
import struct
import sys
import unicodedata

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertModel, BertTokenizerFast

model = pathlib.Path(sys.argv[1])
data = pathlib.Path(__file__).resolve().parent / "data"
normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
splitter = pre_tokenizers.BertPreTokenizer()
tokenizer = Tokenizer(models.WordPiece.from_file(str(model / "vocab.txt"), unk_token="[UNK]", max_input_chars_per_word=100))
tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter

CJK = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF),
       (0x2F800, 0x2FA1F)]


def defined(c):
    """One character between two letters as BERT's own code would clean and split it, by this Python's Unicode."""
    category = unicodedata.category(c)
    if c in "\t\n\r" or category[0] == "Z":
        return ["a", "a"]
    if c in "\0\ufffd" or category in ("Cc", "Cf", "Co"):
        return ["aa"]
    text = f" {c} " if any(a <= ord(c) <= b for a, b in CJK) else c
    text = "".join(d.lower() for d in unicodedata.normalize("NFD", f"a{text}a") if unicodedata.category(d) != "Mn")
    out = [""]
    for d in text:
        if d == " ":
            out.append("")
        elif unicodedata.category(d)[0] == "P" or (33 <= ord(d) <= 126 and not d.isalnum()):
            out += [d, ""]
        else:
            out[-1] += d
    return [word for word in out if word]


known = {}


def agreed(c):
    if c not in known:
        known[c] = [w for w, _ in splitter.pre_tokenize_str(normalizer.normalize_str(f"a{c}a"))] == defined(c)
    return known[c]


def fnv1a(raw):
    h = 0xCBF29CE484222325
    for b in raw:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


strings = [base64.b64decode(line) for line in open("strings.txt")]
left_out = 0
with open(data / "tokens.txt", "w") as out:
    for begin in range(0, len(strings), 100):
        ids, skipped = [], []
        for i, raw in enumerate(strings[begin:begin + 100], begin):
            text = raw.decode()
            if all(map(agreed, text)):
                ids += tokenizer.encode(text, add_special_tokens=False).ids
            else:
                skipped.append(i)
        left_out += len(skipped)
        print(len(ids), f"{fnv1a(struct.pack(f'<{len(ids)}i', *ids)):016x}", f"{fnv1a(b''.join(strings[begin:begin + 100])):016x}", *skipped, file=out)
print(f"{len(strings)} strings, {left_out} left out")

sentences = [base64.b64decode(line).decode() for line in open("sentences.txt")]
bert = BertModel.from_pretrained(str(model), add_pooling_layer=False).eval()
reading = BertTokenizerFast(vocab_file=str(model / "vocab.txt"), do_lower_case=True)
digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
cls, sep = reading.cls_token_id, reading.sep_token_id
with open(data / "vectors.txt", "w") as out, torch.no_grad():
    print(hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(), file=out)
    for text in sentences:
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:254]
        state = bert(input_ids=torch.tensor([[cls, *ids, sep]])).last_hidden_state[0].mean(0)
        vector = (state / state.norm()).tolist()
        step = max(map(abs, vector)) / 2047
        steps = [round(x / step) + 2048 for x in vector]
        print(f"{step:.9f}", "".join(digits[n >> 6] + digits[n & 63] for n in steps), file=out)
print(f"{len(sentences)} sentences")
