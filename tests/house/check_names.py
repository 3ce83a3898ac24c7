# SPDX-License-Identifier: Apache-2.0
# Names that clang-tidy 14 cannot check: concepts are snake_case (it has no ConceptCase), macros begin with
# INOCULUM_, and no identifier is one that Windows' headers define.
import re
import sys

import house

concept = re.compile(r"\bconcept\s+(\w+)")
macro = re.compile(r"^\s*#\s*define\s+(\w+)", re.M)
windows = re.compile(r"\b(near|far|min|max|small|interface)\s*(?:=|;|\{)")  # declared, not called or qualified
exceptional = re.compile(r"\b(throw|try|catch|dynamic_cast|typeid)\b")
foreign = {"STB_IMAGE_IMPLEMENTATION", "STB_IMAGE_WRITE_IMPLEMENTATION", "STB_IMAGE_STATIC", "STB_IMAGE_WRITE_STATIC", "STBIDEF", "STBIWDEF"}


def check(code):
    problems = []

    def found(match, text):
        problems.append((code.count("\n", 0, match.start()) + 1, text))

    for m in concept.finditer(code):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", m[1]):
            found(m, f"the concept {m[1]} is not in snake_case")
    for m in macro.finditer(code):
        if not re.fullmatch(r"INOCULUM_[A-Z0-9_]+", m[1]) and m[1] not in foreign and not m[1].startswith(("STBI_", "STBIW_")):
            found(m, f"the macro {m[1]} does not begin with INOCULUM_")
    for m in windows.finditer(code):
        found(m, f"{m[1]} is a macro in Windows' headers")
    for m in exceptional.finditer(code):
        found(m, f"{m[1]}: the library builds without exceptions and RTTI")
    return problems


problems = []
for bad in ("template <class T> concept Judge = true;", "#define GUARD 1", "int near = 3;", "throw 1;"):
    if not check(bad):
        problems.append(f"self-test: not caught: {bad}")
if check("template <class T> concept judge = true;\n#define INOCULUM_X 1\nauto n = std::min(a, b);"):
    problems.append("self-test: caught wrongly")
files = house.headers()
for path in files:
    for line, text in check(house.without_comments(path.read_text())):
        problems.append(f"{path.relative_to(house.root)}:{line}: {text}")
sys.exit(house.report("names", problems, len(files)))
