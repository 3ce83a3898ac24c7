# SPDX-License-Identifier: Apache-2.0
# Every file under version control: no path of the machine it was written on, the licence's line first,
# and no header longer than the 800 lines past which it must split.
import re
import sys

import house

# Written so that this file does not match itself.
machine_path = re.compile(r"(?<![\w./-])/(?:wor[k]/|tm[p]/\w|roo[t]/|hom[e]/\w)")
text_suffixes = {".hpp", ".cpp", ".h", ".py", ".sh", ".cmake", ".md", ".txt", ".json", ".jsonl", ".in", ".html", ".yml", ".log", ".pc", ""}
needs_licence = {".hpp", ".cpp", ".h", ".py", ".sh", ".cmake"}
exempt = {"LICENSE"}


def check(name, text, suffix):
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        if machine_path.search(line):
            problems.append(f"{name}:{number}: a path of one machine: {line.strip()[:120]}")
    if suffix in needs_licence and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:3]):
        problems.append(f"{name}:1: no SPDX-License-Identifier line")
    if suffix == ".hpp" and name.startswith("include/") and text.count("\n") > 800:
        problems.append(f"{name}: {text.count(chr(10))} lines; past 800 a header splits")
    return problems


problems = []
for bad in ("see /wor" + "k/x", "(/tm" + "p/build)", "a = '/roo" + "t/x'", "/hom" + "e/someone"):
    if not check("x.md", bad, ".md"):
        problems.append(f"self-test: not caught: {bad}")
if not check("x.cpp", "int x;", ".cpp") or check("x.md", "the/yard/goes on, https://a.org/home/", ".md"):
    problems.append("self-test: the licence or a harmless path")
checked = 0
for path in house.tracked():
    name = path.relative_to(house.root).as_posix()
    if path.suffix in text_suffixes and name not in exempt and not name.startswith("tests/fuzz/corpus/"):
        checked += 1
        problems += check(name, path.read_text(errors="replace"), path.suffix)
sys.exit(house.report("files", problems, checked))
