# SPDX-License-Identifier: Apache-2.0
# Reads a `ctest --verbose` log; prints what was skipped, what failed, and "COUNT <passed> <failed>" in doctest's cases
# and in those of tests/program, which count in doctest's words.
import collections
import re
import sys

cases = re.compile(r"^(?:\[doctest\] )?test cases:.*?(\d+) passed \|\s*(\d+) failed")
outcome = re.compile(r"^\s*\d+/\d+ Test\s+#(\d+): (\S+) \.+\**\s*(.*)")

text = open(sys.argv[1], errors="replace").read().splitlines()
output = collections.defaultdict(list)
passed = failed = 0
broken = []
for line in text:
    if spoken := re.match(r"^(\d+): ?(.*)", line):
        output[spoken[1]].append(spoken[2])
    elif ended := outcome.match(line):
        number, name, verdict = ended.groups()
        p = f = 0
        for spoken in output[number]:
            if found := cases.match(spoken):
                p, f = p + int(found[1]), f + int(found[2])
        fine = verdict.startswith("Passed")
        if not fine:
            f = max(f, 1)  # a crash, a time-out or a leak at exit leaves no count
            broken.append((name, verdict, output[number]))
        elif p + f == 0:
            p = 1
        passed, failed = passed + p, failed + f
        print(f"{name}: {p} passed, {f} failed, {verdict.split()[-2] if fine else verdict}")

for line in sorted({l for lines in output.values() for l in lines if l.startswith("SKIPPED")}):
    print(line)
for name, verdict, lines in broken:
    print(f"---- {name}: {verdict}")
    print("\n".join(lines[-60:]))
print(f"COUNT {passed} {failed}")
sys.exit(1 if failed or passed == 0 else 0)
