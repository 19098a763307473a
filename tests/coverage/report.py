#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reports which lines of src/ the tests ran, from what gcov tells about a build with --coverage.

usage: report.py SOURCE-TREE BUILD-FOLDER

Prints a table. Fails if less than 90 % of the library's lines ran, if a line of core or backend did not run
that tests/coverage/uncovered does not name with a reason, and if a line named there did run.
"""

import collections
import json
import pathlib
import subprocess
import sys

LEAST = 90          # percent of lines
WHOLE = ("src/core/", "src/backend/")
# In the table, not in the sum: an aid of tests itself, and the tool that learns a layout from what
# compiled code does, whose tests are not for code that counts.
ASIDE = ("src/sim/", "src/tool/abi")


def read_counts(source, build):
    """({file: {line: count}}, {(file, line): function}) of all .c files below src/. What is compiled
    twice adds up."""
    counts, functions = collections.defaultdict(collections.Counter), {}
    notes = sorted(build.rglob("*.gcno"))
    if not notes:
        sys.exit(f"report.py: {build} was not built with --coverage")
    for note in notes:
        done = subprocess.run(["gcov", "--json-format", "--stdout", str(note)], cwd=build,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        for text in done.stdout.decode().splitlines():
            if not text.startswith("{"):
                continue
            told = json.loads(text)
            for file in told["files"]:
                path = (pathlib.Path(told["current_working_directory"]) / file["file"]).resolve()
                if not path.is_relative_to(source / "src") or path.suffix != ".c":
                    continue
                name = str(path.relative_to(source))
                for line in file["lines"]:
                    counts[name][line["line_number"]] += line["count"]
                    functions[name, line["line_number"]] = line.get("function_name", "")
    return counts, functions


def read_exceptions(path):
    """{(file, place)}: FILE, then indented "FUNCTION(): LINE" with a line of its source, or only
    "FUNCTION()" for all of them, then deeper the reason."""
    found, file, text = {}, None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            file = line
        elif not line.startswith("        "):
            text = line.strip()
            found[file, text] = None
        elif (file, text) in found:
            found[file, text] = line.strip()
        else:
            sys.exit(f"{path}:{number}: a reason for nothing")
    for (file, text), reason in found.items():
        if not reason:
            sys.exit(f"{path}: {file}: \"{text}\" has no reason")
    return found


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    source, build = (pathlib.Path(a).resolve() for a in arguments)
    counts, functions = read_counts(source, build)
    exceptions = read_exceptions(source / "tests/coverage/uncovered")
    problems, used, all_lines, all_run = [], set(), 0, 0
    print(f"{'file':36} {'lines':>6} {'run':>6} {'%':>6}")
    for name in sorted(counts):
        lines = counts[name]
        run = sum(1 for count in lines.values() if count)
        if not name.startswith(ASIDE):
            all_lines += len(lines)
            all_run += run
        print(f"{name:36} {len(lines):6} {run:6} {100 * run / len(lines):6.1f}")
        texts = (source / name).read_text().splitlines()
        for number in sorted(lines):
            if lines[number]:
                continue
            function = functions[name, number]
            places = [(name, f"{function}(): {texts[number - 1].strip()}"), (name, f"{function}()")]
            if any(place in exceptions for place in places):
                used.update(places)
            elif name.startswith(WHOLE):
                problems.append(f"{name}:{number} never ran: {places[0][1]}")
    share = 100 * all_run / all_lines
    print(f"{'all':36} {all_lines:6} {all_run:6} {share:6.1f}")
    if share < LEAST:
        problems.append(f"{share:.1f} % of the lines ran, not {LEAST} %")
    problems += [f"tests/coverage/uncovered: {file}: \"{text}\" does run, or is gone"
                 for file, text in exceptions if (file, text) not in used]
    print("".join(f"{problem}\n" for problem in problems), end="")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
