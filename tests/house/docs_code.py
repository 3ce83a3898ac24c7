# SPDX-License-Identifier: Apache-2.0
# Compiles and runs every ```cpp block of README.md and docs/*.md that is a whole program (has a main), in an
# empty folder. A block after the line <!-- compile only --> is compiled and not run: it needs a server or files.
import argparse
import concurrent.futures
import re
import shutil
import subprocess
import sys

import house

block = re.compile(r"^(<!-- compile only -->\n+)?```cpp\n(.*?)^```", re.M | re.S)
parser = argparse.ArgumentParser()
parser.add_argument("--jobs", type=int, default=2)
parser.add_argument("--compiler", default="g++")
options = parser.parse_args()


def sh(*args):
    return subprocess.run([house.root / "tests/house/flags.sh", *args], capture_output=True, text=True, check=True).stdout.split()


flags, libs = sh(options.compiler), sh("--libs")
flags.remove("-Werror")  # an example is written to be read
work = house.root / "build/docs_code"
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)


def attempt(item):
    where, code, run = item
    name = re.sub(r"\W", "_", where)
    source, program, empty = work / f"{name}.cpp", work / name, work / f"{name}.cwd"
    source.write_text(code)
    empty.mkdir()
    built = subprocess.run([options.compiler, *flags, "-O1", source, "-o", program, *libs], capture_output=True, text=True)
    if built.returncode:
        return f"{where}: does not compile\n{built.stderr[:3000]}"
    if run:
        try:
            ran = subprocess.run([program], capture_output=True, text=True, timeout=120, cwd=empty)
        except subprocess.TimeoutExpired:
            return f"{where}: ran longer than 120 s"
        if ran.returncode:
            return f"{where}: exit code {ran.returncode}\n{ran.stdout[-1500:]}{ran.stderr[-1500:]}"
    return None


items = []
for page in [house.root / "README.md", *sorted((house.root / "docs").glob("*.md"))]:
    if page.exists():
        text = page.read_text()
        for match in block.finditer(text):
            if "int main(" in match[2]:
                line = text.count("\n", 0, match.start(2)) + 1
                items.append((f"{page.relative_to(house.root)}:{line}", match[2], match[1] is None))
with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    problems = [p for p in pool.map(attempt, items) if p]
for problem in problems:
    print(problem)
print(f"COUNT {len(items) - len(problems)} {len(problems)}")
sys.exit(1 if problems else 0)
