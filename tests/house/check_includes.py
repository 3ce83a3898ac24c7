# SPDX-License-Identifier: Apache-2.0
# Enforces docs/architecture.md's two tables over include/inoculum: which room may include which, and
# which header may include which third party. First proves on made-up headers that it would notice.
import fnmatch
import pathlib
import re
import sys
import tempfile

import house

include_line = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# Slow or unusable with the compilers we support: DESIGN's include budget, and clang 14 with libstdc++ 12.
unwanted = {"iostream", "regex", "ranges", "source_location", "format", "expected"}
c_headers = {f"{name}.h" for name in ("assert", "errno", "limits", "math", "stdarg", "stddef", "stdint", "stdio", "stdlib", "string")}


def tables(text):
    """The rows of the Markdown tables headed `room` and `third party`."""
    found = {"room": {}, "third party": {}}
    current = None
    for line in text.splitlines():
        cells = [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            current = None
        elif cells[0] in found:
            current = found[cells[0]]
        elif current is not None and not set(cells[0]) <= set("-: "):
            for name in cells[0].split(","):
                current[name.strip()] = [] if cells[1] == "nobody" else [c.strip() for c in cells[1].split(",")]
    return found["room"], found["third party"]


def room_of(path):
    """core/image.hpp: core; guard.hpp: guard; inoculum.hpp: inoculum."""
    parts = pathlib.PurePosixPath(path).parts
    return parts[0] if len(parts) > 1 else pathlib.PurePosixPath(path).stem


def check(base, rooms, third_parties):
    problems = []
    unused = {(prefix, owner) for prefix, owners in third_parties.items() for owner in owners}
    headers = house.headers(base)
    for header in headers:
        name = header.relative_to(base / "inoculum").as_posix()
        room = room_of(name)
        if room not in rooms:
            problems.append(f"{name}: the room {room} is not in docs/architecture.md")
            continue
        allowed = {room, *rooms[room]}
        for number, line in enumerate(header.read_text().splitlines(), 1):
            if not (match := include_line.match(line)):
                continue
            where = f"{name}:{number}"
            quoted, angled = match.groups()
            if quoted or angled.startswith("inoculum/"):
                target = (header.parent / quoted).resolve() if quoted else (base / angled).resolve()
                if not target.is_relative_to((base / "inoculum").resolve()) or not target.exists():
                    problems.append(f"{where}: {quoted or angled} is no header of ours")
                elif room_of(target.relative_to((base / "inoculum").resolve()).as_posix()) not in allowed:
                    problems.append(f"{where}: {room} may not include {quoted or angled}")
            elif angled in unwanted:
                problems.append(f"{where}: <{angled}> is not used in headers")
            elif angled not in c_headers and ("/" in angled or angled.endswith((".h", ".hpp"))):
                prefix, owners = next((row for row in third_parties.items() if angled.startswith(row[0])), ("", None))
                unused -= {(prefix, owner) for owner in owners or () if fnmatch.fnmatch(name, owner)}
                if owners is None:
                    problems.append(f"{where}: <{angled}> belongs to no third party of docs/architecture.md")
                elif not any(fnmatch.fnmatch(name, owner) for owner in owners):
                    problems.append(f"{where}: <{angled}> belongs to {', '.join(owners)} alone")
    problems += [f"docs/architecture.md: no {owner} includes {prefix}" for prefix, owner in sorted(unused)]
    return problems, len(headers)


def self_test(rooms, third_parties):
    """Each of these must be caught, and the last one must not."""
    wrong = {
        "core/a.hpp": '#include "../select/b.hpp"',
        "core/c.hpp": "#include <inoculum/guard.hpp>",
        "core/d.hpp": "#include <Eigen/Core>",
        "core/e.hpp": "#  include <regex>",
        "core/f.hpp": '#include "../../outside.hpp"',
        "core/g.hpp": "#include <boost/any.hpp>",
        "shed/h.hpp": "",
    }
    unused = "docs/architecture.md"  # rows for headers that are not there, or do not include it
    right = {"select/b.hpp": '#include "../core/a.hpp"\n#include <string>', "guard.hpp": '#include "select/b.hpp"'}
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        for name, text in {**wrong, **right}.items():
            path = base / "inoculum" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        problems, _ = check(base, rooms, {"Eigen/": ["select/similarity.hpp"], "sys/": ["io/*"]})
    caught = {problem.split(":")[0] for problem in problems}
    return [f"self-test: {n} was not caught" for n in sorted({*wrong, unused} - caught)] + [
        f"self-test: {n} was caught wrongly" for n in sorted(caught - {*wrong, unused})]


rooms, third_parties = tables((house.root / "docs/architecture.md").read_text())
problems = self_test(rooms, third_parties)
found, checked = check(house.include, rooms, third_parties)
sys.exit(house.report("includes", problems + found, checked))
