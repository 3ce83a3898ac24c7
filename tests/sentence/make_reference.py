#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/tokens.txt and data/vectors.txt: what Hugging Face's tokenizers and BERT make of the strings in strings.hpp.

    python3 -m venv --system-site-packages peers && peers/bin/pip install transformers==4.30.2   # and python3-torch
    build/tests/test_sentence --no-skip -tc="writes the strings*"    # to strings.txt and sentences.txt in the current folder
    peers/bin/python tests/sentence/make_reference.py <folder of all-MiniLM-L6-v2>
    build/tests/test_sentence

tokens.txt, a line for each hundred strings: tokens, FNV-1a (64 bits) of all their ids as little-endian int32, the same of the
strings, and the numbers of the strings for which the library tokenizers (BertTokenizerFast) gives other ids, for its tables are
older: there, too, the ids are those of BertTokenizer's own code, by this Python's Unicode. In two things it is told to do as
tokenizers does, which sentence-transformers runs: characters that are not assigned are kept, and letters become small one by
one, without the rule for a sigma that ends a word. Control tokens are not looked for in the text, as ours does not.
vectors.txt: SHA-256 of the weights; then a line a sentence: a step, and 384 numbers of steps plus 2048, two digits of base64 each.
"""
import base64
import hashlib
import pathlib
import struct
import sys
import unicodedata

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers.models.bert import tokenization_bert

model = pathlib.Path(sys.argv[1])
data = pathlib.Path(__file__).resolve().parent / "data"
normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
splitter = pre_tokenizers.BertPreTokenizer()
tokenizer = Tokenizer(models.WordPiece.from_file(str(model / "vocab.txt"), unk_token="[UNK]", max_input_chars_per_word=100))
tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter

tokenization_bert._is_control = lambda c: c not in "\t\n\r" and unicodedata.category(c) in ("Cc", "Cf", "Co")
vocabulary = tokenization_bert.load_vocab(str(model / "vocab.txt"))
words = tokenization_bert.BasicTokenizer(do_lower_case=True)
pieces = tokenization_bert.WordpieceTokenizer(vocabulary, "[UNK]", 100)


def bert_ids(text):
    small = "".join(map(str.lower, text))
    return [vocabulary[piece] for word in words.tokenize(small) for piece in pieces.tokenize(word)]


def fnv1a(raw):
    h = 0xCBF29CE484222325
    for b in raw:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


strings = [base64.b64decode(line) for line in open("strings.txt")]
others = 0
with open(data / "tokens.txt", "w") as out:
    for begin in range(0, len(strings), 100):
        ids, other = [], []
        for i, raw in enumerate(strings[begin:begin + 100], begin):
            text = raw.decode()
            own = bert_ids(text)
            ids += own
            if own != tokenizer.encode(text, add_special_tokens=False).ids:
                other.append(i)
        others += len(other)
        print(len(ids), f"{fnv1a(struct.pack(f'<{len(ids)}i', *ids)):016x}", f"{fnv1a(b''.join(strings[begin:begin + 100])):016x}", *other, file=out)
print(f"{len(strings)} strings, Unicode {unicodedata.unidata_version}; the library tokenizers differs in {others}")

import torch  # noqa: E402 only the vectors want it
from transformers import BertModel, BertTokenizerFast  # noqa: E402

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
