# SPDX-License-Identifier: Apache-2.0
# What the checks share.
import pathlib
import re
import subprocess

root = pathlib.Path(__file__).resolve().parents[2]
include = root / "include"


def headers(base=include):
    return sorted((base / "inoculum").rglob("*.hpp"))


def tracked():
    """The files under version control; without git (an unpacked archive) every file outside the build folders."""
    try:
        out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=root, capture_output=True, check=True)
        return [root / name for name in out.stdout.decode().split("\0") if name and (root / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [p for p in sorted(root.rglob("*")) if p.is_file() and not p.relative_to(root).parts[0].startswith(("build", ".git", ".cache"))]


def without_comments(code):
    """C++ with comments and the insides of strings blanked; line numbers stay. A quote inside a raw string would fool it."""
    token = re.compile(r'R"\((?:.|\n)*?\)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), code)


def report(name, problems, checked):
    for problem in problems:
        print(problem)
    print(f"{name}: {checked} checked, {len(problems)} problems")
    return 1 if problems or checked == 0 else 0
