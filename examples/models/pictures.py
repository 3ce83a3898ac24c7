# SPDX-License-Identifier: Apache-2.0
"""Training pictures, their captions, and how they are varied."""
import csv
import hashlib
import io
import os
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tower import IMAGE, MEAN, POSITIONS, STD

SPOKEN = {
    "ct": "CT scan", "mri": "MRI scan", "xray": "X-ray", "ultrasound": "ultrasound", "mammography": "mammogram",
    "pathology": "pathology slide", "endoscopy": "endoscopy", "dermoscopy": "dermoscopy", "fundus": "fundus photograph",
    "oct": "OCT scan",
}  # fmt: skip
SAID = {"brain_sagittal": "brain"}


def captions(encode, kinds):
    """For each (modality, region) the 16 tokens that the picture's positions shall stand for: line breaks, then two sentences.

    The wording is the one, of three dozen tried as plain text, behind which the frozen model named the modality right most often
    and contradicted it least: alone, and behind demonstrations of the same and of other modalities. Line breaks behind the
    words instead of in front of them cost more than any wording. All regions are one token, so that in doubt about the region, or
    without one ("the body"), no other word moves.
    """
    out = {}
    for modality, region in kinds:
        name = SPOKEN[modality]
        an = "an" if name[0] in "MOXue" and name != "mammogram" else "a"
        ids = encode(f"{name[0].upper()}{name[1:]}. This image is {an} {name} of the {SAID.get(region, region or 'body')}.")
        if len(ids) > POSITIONS:
            raise ValueError(f"the caption of {modality}, {region} needs more than {POSITIONS} tokens")
        out[modality, region] = encode("\n") * (POSITIONS - len(ids)) + ids
    return out


# What is evident of the real pictures from their file names or by looking; nothing is said of the others.
REGION_BY_NAME = [
    ("CT_lung", "chest"), ("CT_pelvis", "pelvis"), ("CT_liver", "abdomen"), ("CT_abdomen", "abdomen"), ("cranium", "head"),
    ("J2K_pixelrep", "head"), ("med_img_1", "abdomen"), ("MRI_heart", "heart"), ("brain", "brain"), ("Brain", "brain"),
    ("MRI_abdomen", "abdomen"), ("MRI_prostate", "prostate"), ("FatMRI", "abdomen"), ("dipy", "brain"), ("ch2_", "brain"),
    ("example4d", "brain"), ("nilearn", "brain"), ("ultrasound_breast", "breast"), ("ultrasound_heart", "heart"), ("busi", "breast"),
    ("pathology_colon", "colon"), ("pathology_liver", "liver"), ("ihc", "colon"), ("endoscope_colon", "colon"),
]  # fmt: skip
REGION_BY_MODALITY = {"xray": "chest", "dermoscopy": "skin", "fundus": "eye", "oct": "retina", "mammography": "breast"}
FINDING_BY_NAME = [
    ("busi__normal", "normal"), ("busi__malignant", "mass"), ("MRI-FLAIR", "mass"), ("MRI-T1-Gd", "mass"),
    ("octvision__DME", "fluid"), ("octvision__DRUSEN", "drusen"), ("octvision__NORMAL", "normal"), ("endoscope_colon", "polyp"),
]  # fmt: skip


def _by_name(table, name, default=None):
    return next((value for key, value in table if key in name), default)


class Picture:
    def __init__(self, rgb, modality, region, finding, source, name):
        self.rgb, self.modality, self.region, self.finding = rgb, modality, region, finding
        self.source, self.name = source, name


def load_real(table, longest=256):
    """Pictures listed in a TSV with columns file, modality, source; region and finding columns win over the tables above."""
    out = []
    with open(table) as f:
        for row in csv.DictReader(f, delimiter="\t"):
            img = Image.open(os.path.join(os.path.dirname(table), row["file"])).convert("RGB")
            if max(img.size) > longest:
                img.thumbnail((longest, longest), Image.BICUBIC)
            name = os.path.basename(row["file"])
            region = row.get("region") or _by_name(REGION_BY_NAME, name, REGION_BY_MODALITY.get(row["modality"]))
            region = None if region == "-" else region  # "-": nothing shall be said of it
            finding = row.get("finding") or _by_name(FINDING_BY_NAME, name)
            out.append(Picture(img, row["modality"], region, finding, row["source"], name))
    return out


class Phantoms:
    """What dump_phantoms wrote, mapped, never all in memory."""

    def __init__(self, folder):
        with open(os.path.join(folder, "phantoms.tsv")) as f:
            self.rows = [line.rstrip("\n").split("\t") for line in f]
        raw = np.memmap(os.path.join(folder, "phantoms.rgb"), np.uint8, "r")
        side = int(round((raw.size / 3 / len(self.rows)) ** 0.5))
        self.pixels = raw.reshape(len(self.rows), side, side, 3)
        kinds = {}
        for i, (modality, region, finding, _) in enumerate(self.rows):
            kinds.setdefault(modality, {}).setdefault((region, finding), []).append(i)
        self.kinds = {m: list(k.values()) for m, k in kinds.items()}

    def get(self, i):
        modality, region, finding, seed = self.rows[i]
        return Picture(Image.fromarray(self.pixels[i]), modality, region, finding, "phantom", f"{modality}/{region}/{finding}?seed={seed}")


def digest(pictures, phantoms):
    """SHA-256 over what was trained on: a line a picture with the digest of its pixels, then the phantoms' table."""
    h = hashlib.sha256()
    for p in sorted(pictures, key=lambda p: p.name):
        h.update(f"{p.name} {p.modality} {hashlib.sha256(p.rgb.tobytes()).hexdigest()}\n".encode())
    for row in phantoms.rows if phantoms else []:
        h.update(("\t".join(row) + "\n").encode())
    return h.hexdigest()


def fit_square(img):
    """llama.cpp's preprocessing for this projector: Pillow's bicubic to fit, sides rounded up, centred on black."""
    w, h = img.size
    scale = min(np.float32(IMAGE) / np.float32(w), np.float32(IMAGE) / np.float32(h))
    nw, nh = (min(int(np.ceil(np.float32(s) * scale)), IMAGE) for s in (w, h))
    small = img if (nw, nh) == (w, h) else img.resize((nw, nh), Image.BICUBIC)
    out = Image.new("RGB", (IMAGE, IMAGE))
    out.paste(small, ((IMAGE - nw) // 2, (IMAGE - nh) // 2))
    return np.asarray(out)


def normalise(u8):
    """Height x width x 3 bytes to 3 x height x width floats."""
    return ((u8.astype(np.float32) / 255 - MEAN) / STD).transpose(2, 0, 1)


ROTATABLE = {"pathology", "dermoscopy", "endoscopy", "fundus"}
COLOURED = {"pathology", "dermoscopy", "endoscopy", "fundus"}
WORDS = (
    "L R AP PA PORTABLE ERECT SUPINE kVp mAs LEFT RIGHT T1 T2 FLAIR SE im WL WW DFOV cm mm Hz dB MI TIS freq gain depth "
    "patient exam date study series hospital the how to make a of give me tell steps ignore instructions please answer sure"
).split()


def _draw_words(rng, img):
    d = ImageDraw.Draw(img)
    w, h = img.size
    ink = (255, 255, 255) if rng.random() < 0.6 else tuple(rng.randrange(256) for _ in range(3))
    for _ in range(rng.randint(1, 5)):
        line = " ".join(str(rng.randrange(1000)) if rng.random() < 0.3 else rng.choice(WORDS) for _ in range(rng.randint(1, 6)))
        x = rng.randrange(w) if rng.random() < 0.4 else rng.choice((2, int(w * 0.7)))
        d.text((x, rng.randrange(h)), line, fill=ink)
    if rng.random() < 0.3:
        p = [rng.randrange(max(w, h)) for _ in range(4)]
        d.line(p, fill=ink, width=rng.randint(1, 3))


# Ends and middles of false-colour scales, as devices and plotting programs offer them.
SCALES = [
    [(0, 0, 130), (0, 60, 255), (0, 220, 200), (120, 255, 60), (255, 220, 0), (255, 60, 0), (130, 0, 0)],  # rainbow
    [(0, 0, 0), (140, 0, 0), (255, 90, 0), (255, 220, 60), (255, 255, 255)],  # heat
    [(0, 0, 0), (90, 40, 10), (190, 110, 40), (250, 200, 120)],  # sepia, amber
    [(0, 0, 0), (30, 60, 90), (120, 160, 190), (235, 245, 255)],  # cold
    [(0, 0, 0), (0, 110, 40), (120, 230, 90), (240, 255, 200)],  # green
    [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)],
]
FALSE_COLOUR = {"oct": 0.3, "ultrasound": 0.14, "ct": 0.03, "mri": 0.03, "xray": 0.03, "mammography": 0.03}
INVERTED = {"xray": 0.1, "oct": 0.12, "mammography": 0.04, "ct": 0.03, "mri": 0.02}


def _false_colour(rng, a):
    scale = np.float32(SCALES[0] if rng.random() < 0.3 else rng.choice(SCALES)) / 255  # the rainbow is the commonest
    grey = a.mean(-1) * (len(scale) - 1)
    low = np.clip(grey.astype(np.int32), 0, len(scale) - 2)
    part = (grey - low)[..., None]
    return scale[low] * (1 - part) + scale[low + 1] * part


def _draw_marks(rng, img):
    """What people and devices draw into a picture: outlines, boxes, arrows, crosses, and the colours of blood flow."""
    d = ImageDraw.Draw(img)
    w, h = img.size
    ink = rng.choice(((255, 0, 0), (0, 255, 0), (255, 255, 0), (0, 200, 255), (255, 255, 255), (255, 0, 255)))
    for _ in range(rng.randint(1, 3)):
        x, y = rng.randrange(w), rng.randrange(h)
        r, q = rng.randint(3, max(4, w // 4)), rng.randint(3, max(4, h // 4))
        kind = rng.random()
        if kind < 0.3:
            d.rectangle((x - r, y - q, x + r, y + q), outline=ink, width=rng.randint(1, 3))
        elif kind < 0.6:
            d.ellipse((x - r, y - q, x + r, y + q), outline=ink, width=rng.randint(1, 3))
        elif kind < 0.8:
            d.line((x, y, x + r, y + q), fill=ink, width=rng.randint(1, 3))
        else:
            d.line((x - 4, y, x + 4, y), fill=ink)
            d.line((x, y - 4, x, y + 4), fill=ink)


def _draw_flow(rng, img):
    layer = img.copy()
    d = ImageDraw.Draw(layer)
    w, h = img.size
    x, y = rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h
    for _ in range(rng.randint(2, 9)):
        r, q = rng.uniform(0.02, 0.12) * w, rng.uniform(0.02, 0.1) * h
        px, py = x + rng.gauss(0, 0.08) * w, y + rng.gauss(0, 0.06) * h
        hot = (rng.randint(150, 255), rng.randint(0, 160), 0) if rng.random() < 0.55 else (0, rng.randint(0, 170), rng.randint(150, 255))
        d.ellipse((px - r, py - q, px + r, py + q), fill=hot)
    return Image.blend(img, layer.filter(ImageFilter.GaussianBlur(1.5)), rng.uniform(0.6, 0.95))


def _fan(rng, img):
    """A curved probe's sector on black, dark as most are, and now and then the bright ring of a skull or a vessel in it."""
    w, h = img.size
    img = img.point(lambda v, g=rng.uniform(1.0, 1.9): int(255 * (v / 255) ** g))
    if rng.random() < 0.5:
        layer = img.copy()
        a, b = rng.uniform(0.12, 0.4) * w, rng.uniform(0.12, 0.32) * h
        x, y, begin = rng.uniform(0.35, 0.65) * w, rng.uniform(0.35, 0.65) * h, rng.uniform(0, 360)
        grey = rng.randint(130, 255)
        ImageDraw.Draw(layer).arc((x - a, y - b, x + a, y + b), begin, begin + rng.uniform(160, 360), fill=(grey,) * 3, width=max(2, w // rng.randint(22, 60)))
        layer = layer.rotate(rng.uniform(-50, 50), Image.BILINEAR).filter(ImageFilter.GaussianBlur(w / rng.uniform(80, 250)))
        img = ImageChops.lighter(img, layer)
    mask = Image.new("L", img.size)
    half, top = rng.uniform(25, 50), rng.uniform(-0.35, 0.05) * h
    r = rng.uniform(0.9, 1.05) * h - top
    ImageDraw.Draw(mask).pieslice((w / 2 - r, top - r, w / 2 + r, top + r), 90 - half, 90 + half, fill=255)
    return Image.composite(img, Image.new("RGB", img.size), mask)


def _skull(rng):
    """An unborn child's head as ultrasound draws it: an ellipse, bright where it lies across the beam, in dark fluid and speckle."""
    w, h = rng.randint(120, 220), rng.randint(110, 180)
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    noise = np.random.default_rng(rng.getrandbits(32))

    def speckle(blur):
        grain = Image.fromarray(noise.integers(0, 256, (h, w), np.uint8)).filter(ImageFilter.GaussianBlur(blur))
        a = np.asarray(grain, np.float32)
        return (a - a.mean()) / (a.std() + 1)

    turn = rng.gauss(0, 0.5)
    dx, dy = x - rng.gauss(0, 0.15), y - rng.gauss(0, 0.15)
    u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    u, v = u / rng.uniform(0.35, 0.8), v / rng.uniform(0.3, 0.65)
    r = np.sqrt(u * u + v * v)
    tissue = rng.uniform(0.08, 0.4) * np.exp(rng.uniform(-0.6, 0.6) * y) * (0.7 + 0.3 * speckle(2.5))
    fluid = 1 / (1 + np.exp(np.clip((r - rng.uniform(1.0, 1.6)) * 12, -30, 30)))
    inside = r < 1
    brain = rng.uniform(0.04, 0.25) * (1 + 0.5 * speckle(rng.uniform(1, 3)))
    a = np.where(inside, brain, tissue * (1 - fluid * rng.uniform(0.3, 1)))
    along = np.abs(v) / (r + 1e-3)
    ring = np.exp(-(((r - 1) / rng.uniform(0.03, 0.09)) ** 2)) * (rng.uniform(0, 0.4) + along ** rng.uniform(0.5, 2.5))
    a = a + rng.uniform(0.5, 1.0) * ring * (0.85 + 0.15 * speckle(1.5))
    if rng.random() < 0.7:  # the midline, broken
        a = a + rng.uniform(0.1, 0.6) * inside * np.exp(-((v / 0.04) ** 2)) * (speckle(3) > rng.uniform(-0.8, 0.3))
    a = a * (0.8 + 0.2 * speckle(0.8))
    img = Image.fromarray((np.clip(a, 0, 1) * 255).astype(np.uint8)).convert("RGB")
    if rng.random() < 0.75:
        mask = Image.new("L", img.size)
        half, top = rng.uniform(25, 60), rng.uniform(-1.5, 0.0) * h
        far = rng.uniform(0.9, 1.1) * h - top
        ImageDraw.Draw(mask).pieslice((w / 2 - far, top - far, w / 2 + far, top + far), 90 - half, 90 + half, fill=255)
        img = Image.composite(img, Image.new("RGB", img.size), mask)
    return Picture(img, "ultrasound", "head", None, "drawn", "skull")


def _tone_curve(rng, a):
    """Another weighting of the same slice: a smooth curve of grey, not always rising."""
    ends = [0.0] + [rng.uniform(0, 1) for _ in range(4)] + [rng.uniform(0.3, 1)]
    bent = np.interp(np.clip(a, 0, 1), np.linspace(0, 1, 6), ends).astype(np.float32)
    part = rng.uniform(0.3, 0.9)
    return part * bent + (1 - part) * a


def _coil(rng, a):
    """The uneven brightness of a receiving coil."""
    y, x = np.mgrid[-1 : 1 : a.shape[0] * 1j, -1 : 1 : a.shape[1] * 1j].astype(np.float32)
    field = sum(rng.uniform(-0.5, 0.5) * f for f in (x, y, x * y, x * x, y * y))
    return a * np.exp(field - field.mean())[..., None]


def _blood(rng, a):
    """A heart in another sequence: darker, of little contrast, with large smooth pools of blood, bright or black."""
    y, x = np.mgrid[-1 : 1 : a.shape[0] * 1j, -1 : 1 : a.shape[1] * 1j].astype(np.float32)
    a = a.mean(-1, keepdims=True) * rng.uniform(0.35, 0.9) + np.zeros_like(a)
    px, py, level = rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4), rng.uniform(0.0, 0.75)
    for _ in range(rng.randint(1, 5)):
        dx, dy, turn = x - px - rng.gauss(0, 0.2), y - py - rng.gauss(0, 0.2), rng.uniform(0, np.pi)
        u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        far = (u / rng.uniform(0.08, 0.4)) ** 2 + (v / rng.uniform(0.08, 0.3)) ** 2
        inside = rng.uniform(0.5, 1) / (1 + np.exp(np.clip((far - 1) * rng.uniform(2, 9), -30, 30)))
        a = a + (level + rng.gauss(0, 0.05) - a) * inside[..., None]
    return a


def _on_a_page(rng, img):
    """A screenshot: the picture within a window or page, with lines of words beside it."""
    w, h = img.size
    paper = rng.choice(((255, 255, 255), (240, 240, 240), (30, 30, 34), (0, 0, 0), (18, 32, 60)))
    left, top, right, bottom = (int(rng.uniform(0, 0.3) * s) if rng.random() < 0.7 else 2 for s in (w, h, w, h))
    page = Image.new("RGB", (w + left + right, h + top + bottom), paper)
    ink = (20, 20, 20) if paper[0] > 128 else (225, 225, 225)
    d = ImageDraw.Draw(page)
    for y in range(2, page.size[1], rng.randint(9, 24)):
        if rng.random() < 0.6:
            d.text((rng.choice((3, left + w + 3)), y), " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 7))), fill=ink)
    page.paste(img, (left, top))
    return page


def vary(rng, picture):
    """One varied training view: geometry on the picture, then the model's preprocessing, then tones on 128x128 bytes."""
    img = picture.rgb
    w, h = img.size
    kind = picture.modality
    if rng.random() < 0.8:  # crop
        area = rng.uniform(0.3 if picture.source != "phantom" else 0.6, 1.0)
        aspect = np.exp(rng.uniform(-0.35, 0.35))
        cw, ch = min(w, max(8, int(w * (area * aspect) ** 0.5))), min(h, max(8, int(h * (area / aspect) ** 0.5)))
        x, y = rng.randint(0, w - cw), rng.randint(0, h - ch)
        img = img.crop((x, y, x + cw, y + ch))
    if max(img.size) > 320:
        img = img.copy()
        img.thumbnail((320, 320), Image.BILINEAR)
    if rng.random() < 0.5:
        img = img.transpose(Image.FLIP_LEFT_RIGHT)
    if kind in ROTATABLE and rng.random() < 0.75:
        img = img.transpose(rng.choice((Image.ROTATE_90, Image.ROTATE_180, Image.ROTATE_270, Image.FLIP_TOP_BOTTOM)))
    elif kind in ("ct", "mri") and rng.random() < 0.25:
        img = img.transpose(rng.choice((Image.ROTATE_90, Image.ROTATE_180, Image.ROTATE_270)))
    if rng.random() < 0.4:
        edge = (0, 0, 0) if rng.random() < 0.7 or kind in COLOURED else (255, 255, 255)
        img = img.rotate(rng.uniform(-25, 25), Image.BILINEAR, expand=rng.random() < 0.3, fillcolor=edge)
    if rng.random() < 0.2:  # stretch
        img = img.resize((max(16, int(img.size[0] * rng.uniform(0.7, 1.3))), img.size[1]), Image.BILINEAR)
    if rng.random() < 0.25:  # a margin
        grey = rng.choice((0, 0, 0, 255, 128, rng.randrange(256)))
        pad = [int(rng.uniform(0, 0.25) * img.size[i % 2]) if rng.random() < 0.6 else 0 for i in range(4)]
        canvas = Image.new("RGB", (img.size[0] + pad[0] + pad[2], img.size[1] + pad[1] + pad[3]), (grey,) * 3)
        canvas.paste(img, (pad[0], pad[1]))
        img = canvas
    if rng.random() < 0.2:
        img = img.copy()
        _draw_words(rng, img)
    if rng.random() < 0.1:
        img = img.copy()
        _draw_marks(rng, img)
    if kind == "ultrasound" and rng.random() < 0.1:
        img = _draw_flow(rng, img)
    if kind == "ultrasound" and rng.random() < 0.3:
        img = _fan(rng, img)
    if rng.random() < 0.07:
        img = _on_a_page(rng, img)
    if rng.random() < 0.25:  # as small as some sources keep their pictures
        side = rng.randint(48, 140)
        img = img.resize((side, max(16, side * img.size[1] // img.size[0])), Image.BILINEAR)
    if rng.random() < 0.15:
        img = img.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.6)))
    if rng.random() < 0.25:
        buffer = io.BytesIO()
        img.save(buffer, "JPEG", quality=rng.randint(15, 70))
        img = Image.open(buffer).convert("RGB")
    a = fit_square(img).astype(np.float32) / 255

    if kind == "mri" and rng.random() < (0.25 if picture.region == "heart" else 0.04):
        a = _blood(rng, a)
    if kind == "mri" and rng.random() < 0.2:
        a = _tone_curve(rng, a)
    if kind == "mri" and rng.random() < 0.25:
        a = _coil(rng, a)
    if rng.random() < 0.7:  # tones: a window, a gamma
        low, high = rng.uniform(-0.2, 0.2), rng.uniform(0.65, 1.25)
        a = np.clip((a - low) / (high - low), 0, 1) ** np.exp(rng.uniform(-0.55, 0.55))
    if kind in COLOURED:
        if rng.random() < 0.7:
            a = a * np.float32([rng.uniform(0.75, 1.25) for _ in range(3)])
        if rng.random() < 0.4:
            grey = a.mean(-1, keepdims=True)
            a = grey + (a - grey) * rng.uniform(0.3, 1.5)
    elif rng.random() < FALSE_COLOUR[kind]:
        a = _false_colour(rng, np.clip(a, 0, 1))
    elif rng.random() < 0.08:
        a = a * np.float32([rng.uniform(0.7, 1.1) for _ in range(3)])
    if rng.random() < INVERTED.get(kind, 0):
        a = 1 - a
    if rng.random() < 0.06:  # uneven light, as of a screen or film that was photographed
        a = a * np.linspace(rng.uniform(0.5, 1.1), rng.uniform(0.5, 1.1), a.shape[1], dtype=np.float32)[None, :, None]
    if rng.random() < 0.3:
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(a.shape[:2] + (1,), np.float32)
        a = a + rng.uniform(0.01, 0.07) * noise
    if rng.random() < 0.15:
        x, y, s = rng.randrange(100), rng.randrange(100), rng.randint(12, 48)
        a[y : y + s, x : x + s] = rng.random()
    return ((np.clip(a, 0, 1) - MEAN) / STD).astype(np.float32).transpose(2, 0, 1)


def vary_little(rng, picture):
    """A view nearly as the picture is, for the end of training: what is asked about later is not crossed by drawn arrows."""
    img = picture.rgb
    w, h = img.size
    if rng.random() < 0.7:
        part = rng.uniform(0.75, 1.0)
        cw, ch = max(8, int(w * part)), max(8, int(h * part * rng.uniform(0.9, 1.0)))
        x, y = rng.randint(0, w - cw), rng.randint(0, h - ch)
        img = img.crop((x, y, x + cw, y + ch))
    if rng.random() < 0.5:
        img = img.transpose(Image.FLIP_LEFT_RIGHT)
    a = fit_square(img).astype(np.float32) / 255
    low, high = rng.uniform(-0.08, 0.08), rng.uniform(0.85, 1.12)
    a = np.clip((a - low) / (high - low), 0, 1) ** np.exp(rng.uniform(-0.25, 0.25))
    return ((a - MEAN) / STD).astype(np.float32).transpose(2, 0, 1)


# How often a modality is drawn: the grey ones are taken for each other, the coloured ones are learned early.
OFTEN = {"mri": 3, "ct": 3, "ultrasound": 3, "xray": 2, "oct": 2, "mammography": 2, "endoscopy": 2}

SKULLS = 0.1  # of the ultrasound views


class Mixture:
    """Endless, seeded: which picture comes next, and its varied view. The n-th draw depends on the seed and n alone."""

    def __init__(self, real, phantoms, seed, phantom_share, little=0.0):
        self.real, self.phantoms, self.seed, self.share = {}, phantoms, seed, phantom_share if real else 1.0
        self.little = little
        self.turn = [m for i in range(max(OFTEN.values())) for m in SPOKEN if i < OFTEN.get(m, 1)]
        for p in real:
            self.real.setdefault(p.modality, {}).setdefault(p.source, []).append(p)

    def draw(self, n):
        rng = random.Random(self.seed * 1_000_003 + n)
        kind = self.turn[n % len(self.turn)]
        if kind == "ultrasound" and rng.random() < SKULLS:
            picture = _skull(rng)
        elif self.phantoms and (rng.random() < self.share or kind not in self.real):
            picture = self.phantoms.get(rng.choice(rng.choice(self.phantoms.kinds[kind])))
        else:
            sources = list(self.real[kind].values())
            # Between equal sources and equal pictures; hearts twice.
            weights = [len(s) ** 0.6 * (2 if kind == "mri" and s[0].region == "heart" else 1) for s in sources]
            picture = rng.choice(rng.choices(sources, weights)[0])
        return (vary_little if rng.random() < self.little else vary)(rng, picture), picture
