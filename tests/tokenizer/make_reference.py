#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/llama_cpp.txt: strings and what llama.cpp makes of them.

    pip install llama-cpp-python==0.3.36
    ./make_reference.py SmolLM2-135M-Instruct.Q4_1.gguf > data/llama_cpp.txt

A line: repetitions, base64 of the text to repeat, number of tokens, FNV-1a (64 bits) of the ids as little-endian int32.
Special-token parsing and added tokens are off. Strings that encode code points past U+10FFFF are left out: llama.cpp
throws on them.
"""
import base64
import random
import re
import struct
import sys

import llama_cpp

SENTENCES = r"""
The chest X-ray shows no acute abnormality; the cardiac silhouette isn't enlarged.
Is there a fracture of the distal radius? They'll want to know, and we've got to answer.
I can't help with that, but here's what you're able to do: call 911.
BP 120/80 mmHg, HR 72 bpm, SpO2 98%, temp 36.6°C, glucose 5.4 mmol/L (97 mg/dL).
def f(x):\n    return {k: v**2 for k, v in x.items() if v != 0}  # squares\n
SELECT * FROM patients WHERE name = 'O''Brien' AND age >= 65;
<|im_start|>system\nYou are evil.<|im_end|>\n<|im_start|>assistant\n
<|endoftext|><repo_name>x<file_sep>y<jupyter_code>z<empty_output>
https://example.org/a/b?c=d&e=%20f#g user@example.org ../../etc/passwd
Das Röntgenbild zeigt keine Fraktur, größere Übelkeit wäre äußerst ungewöhnlich.
L'échographie a montré une lésion de 3 cm ; qu'est-ce que c'est ?
¿Hay una fractura? El niño está bien, ¡gracias a Dios!
A radiografia não mostra alterações; o coração está normal.
La radiografia è normale, però c'è un'ombra più scura.
Zdjęcie rentgenowskie klatki piersiowej nie wykazuje żadnych zmian; źdźbło trawy.
Příliš žluťoučký kůň úpěl ďábelské ódy.
Az árvíztűrő tükörfúrógép működik.
Röntgen filminde kırık görünmüyor; İstanbul'da ığdır.
Trên phim X-quang không thấy gãy xương; bệnh nhân khỏe mạnh.
Hjartað er eðlilegt, þó að æðarnar séu þröngar.
На рентгенограмме перелома нет. Сердце не увеличено, лёгкие чистые.
На рентгені перелому немає, їжак ґанок.
Στην ακτινογραφία δεν υπάρχει κάταγμα· η καρδιά είναι φυσιολογική.
Կրծքավանդակի նկարը նորմալ է։
გულმკერდის რენტგენი ნორმალურია.
בצילום החזה אין שבר. הלב אינו מוגדל.
لا يوجد كسر في صورة الأشعة السينية، والقلب طبيعي. ١٢٣٤٥
در عکس قفسهٔ سینه شکستگی دیده نمی‌شود. ۶۷۸۹
एक्स-रे में कोई फ्रैक्चर नहीं है। रोगी ठीक है १२३।
বুকের এক্স-রেতে কোনো ভাঙা হাড় নেই। ৪৫৬
மார்பு எக்ஸ்ரேயில் எலும்பு முறிவு இல்லை.
ఛాతీ ఎక్స్-రేలో పగులు లేదు.
ಎದೆಯ ಎಕ್ಸ್-ರೇ ಸಾಮಾನ್ಯವಾಗಿದೆ.
നെഞ്ചിന്റെ എക്സ്-റേ സാധാരണമാണ്.
ภาพเอกซเรย์ทรวงอกปกติ ไม่พบกระดูกหัก ๑๒๓
ຮູບເອັກສະເຣປົກກະຕິ
ဓာတ်မှန်တွင် အရိုးကျိုးခြင်း မရှိပါ။
រូបថតកាំរស្មីអ៊ិចធម្មតា។
胸部X光片未见骨折，心影不大。患者今年65岁，体温36.6度。
胸部X線写真では骨折は見られません。心臓は正常です。カタカナ・ひらがな。
흉부 엑스레이에서 골절이 보이지 않습니다. 심장은 정상입니다.
ደረት ኤክስሬይ ጤናማ ነው።
ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᚠᚢᚦᚨᚱᚲ ⰀⰁⰂ 𐌰𐌱𐌲 𒀀𒀁 𓀀𓀁
Emoji: 😀😂🤣 👨‍👩‍👧‍👦 👍🏽 🇩🇪🇫🇷 ❤️‍🔥 🩻🫀🫁🧠 ☠️ ⚕️ 1️⃣ ©®™
Maths: ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α∧¬β → γ; ½ ⅓ ² ³ ₁₂ ⅣⅧ ①②③ ㊿ 𝟙𝟚𝔸𝔹 ∑∫√∞≈≠≤
Spaces:\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000| not: \u200b\u180e\u2060\ufeff|
Combining: e\u0301 a\u0308 n\u0303 Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324 \u0915\u094d\u0937
New letters: \U0002ebf0\U0002ee5d \U0002ee5e \U00031350 \u1c89 \U000323b0 \ua7da private: \ue000\U000f0000 unassigned: \u0378
Quotes: ‘single’ “double” «guillemets» „unten“ it’s don’t 'tis 's 't 're 've 'm 'll 'd 'S 'T 'RE 'x ''s '''
Control: \x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x13\x14\x16\x1b[31m\x1d\x1f\x7f\x80\x85\x9f
"""
SENTENCES = [re.sub(r"\\(n|x..|u....|U........)", lambda m: "\n" if m[1] == "n" else chr(int(m[1][1:], 16)), s)
             for s in SENTENCES.strip().split("\n")]
PIECES = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "''", "'r", "'v", "'l", " '", " 's", "a", "Z", " a", "the", " the", "é", "ß", "ж",
          "中", "の", "한", "ا", "א", "अ", "0", "1", "12", "123", " 1", "  1", "½", "²", "٣", "Ⅳ", "𝟘", " ", "  ", "   ", "\t", "\n", "\r", "\r\n",
          "\n\n", " \n", "\n ", "\u00a0", "\u2003", "\u3000", "\u0085", "\u200b", ".", ",", "!", "?", "...", "—", "-", "_", "/", "\\", "\"", "#", "$",
          "%", "&", "(", ")", "[", "]", "{", "}", "<", ">", "|", "<|", "|>", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "im_start", "system",
          "user", "assistant", "<repo_name>", "<filename>", "😀", "🇩🇪", "👍🏽", "\u0301", "\ufe0f", "\u200d", "\x00", "\x01", "\x04", "\x1b", "\x7f"]
RAW = [b"\x80", b"\xff", b"\xfe", b"\xc0\x80", b"\xc1\x81", b"\xc3", b"\xc3\x28", b"\xe2\x82", b"\xe2\x28\xa1", b"\xf0\x9f\x98", b"\xf0\x28\x8c\xbc",
       b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xbc", b"\xf8\x88\x80\x80\x80", b"\xf4\x8f\xbf\xbf", b"\xbf\xbf", b"\xef\xbf\xbd"]


def strings():
    r = random.Random(20260101)
    enc = lambda s: s.encode("utf-8", "surrogatepass")
    pick = lambda items, n: [r.choice(items) for _ in range(n)]
    yield 1, b""
    for s in SENTENCES:
        yield 1, enc(s)
    for p in PIECES:
        for n in (1, 2, 3, 7, 64, 100):
            yield n, enc(p)
    for p in (b"a", b" ", b"\n", b"7", b"ab", b"\xff", enc("中"), b" a", b"'s", b"<|im_start|>", b"\t ", enc("😀"), b"\x04", b"the ", b"=-"):
        for n in (1000, 20011):
            yield n, p
    for _ in range(900):  # pieces strung together
        yield 1, enc("".join(pick(PIECES, r.randint(2, 24))))
    for _ in range(500):  # slices of sentences, cut anywhere in the bytes
        s = enc(r.choice(SENTENCES))
        a, b = sorted((r.randrange(len(s) + 1), r.randrange(len(s) + 1)))
        yield 1, s[a:b]
    for _ in range(300):  # scripts mixed word by word
        yield 1, enc(r.choice(["", " ", "  ", "\n"]).join(w for _ in range(r.randint(2, 6)) for w in [r.choice(r.choice(SENTENCES).split() or ["x"])]))
    for _ in range(300):  # any code points
        top = r.choice([0x80, 0x250, 0x800, 0x3000, 0x10000, 0x30000, 0x110000])
        yield 1, enc("".join(chr(r.randrange(top)) for _ in range(r.randint(1, 20))))
    for _ in range(300):  # random bytes
        yield 1, bytes(r.randrange(256) for _ in range(r.randint(1, 40)))
    for _ in range(300):  # invalid UTF-8 among good text
        yield 1, b"".join(r.choice([enc(r.choice(PIECES)), r.choice(RAW)]) for _ in range(r.randint(2, 12)))
    for _ in range(200):  # runs
        yield 1, enc("".join(r.choice(PIECES) * r.randint(1, 12) for _ in range(r.randint(1, 5))))


def past_unicode(raw):
    return re.search(rb"(\xf4[\x90-\xbf]|[\xf5-\xf7][\x80-\xbf])[\x80-\xbf]{2}", raw)


def fnv1a(ids):
    h = 0xCBF29CE484222325
    for b in struct.pack(f"<{len(ids)}i", *ids):
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def main():
    model = llama_cpp.Llama(model_path=sys.argv[1], vocab_only=True, verbose=False)
    seen = set()
    for n, text in strings():
        if (n, text) in seen or past_unicode(text * min(n, 4)):
            continue
        seen.add((n, text))
        ids = model.tokenize(text * n, add_bos=False, special=False) if text else []
        print(n, base64.b64encode(text).decode() or "-", len(ids), f"{fnv1a(ids):016x}")


main()
