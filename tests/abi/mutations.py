#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes each mistake of mistakes.py in a copy of the tree; the check that must catch it does.

usage: mutations.py [--write] [--only PATTERN]

Results are TAP. The last one holds the table in doc/abi.md against this run; --write renews it.
--only runs those whose name fits the pattern, and leaves the table out.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
from abi_case import SOURCE     # noqa: E402
import mistakes                 # noqa: E402

DOCUMENT = SOURCE / "doc" / "abi.md"
TABLE = re.compile(r"(<!-- mutations\.py writes this table -->\n)(.*?)(<!-- end -->)", re.S)
NOT_COPIED = shutil.ignore_patterns(".git", ".cache", "build", "build-*", "autom4te.cache",
                                    "__pycache__", "*~")
FAILED = re.compile(r"^(?:FAIL|ERROR): (\w+) \((?:\w+\.)?(\w+)", re.M)


def command(folder, *words, **environment):
    return subprocess.run([str(word) for word in words], cwd=folder, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **environment})


def must(folder, *words, **environment):
    done = command(folder, *words, **environment)
    if done.returncode:
        sys.exit(f"mutations.py: {' '.join(map(str, words))}:\n{done.stdout[-3000:]}")


def settings(tree):
    """configure is called by a relative path, so that a copy builds from itself."""
    return {"srcdir": str(tree), "builddir": str(tree / "build"), "CC": "gcc", "PYTHONPATH": ""}


def prepare(tree):
    """A built copy of this tree, as if what is a candidate here were released."""
    shutil.copytree(SOURCE, tree, ignore=NOT_COPIED, symlinks=True)
    if list(tree.glob("abi/baselines/*/candidate")):
        must(tree, sys.executable, "-B", "tests/abi/update.py", "release", **settings(tree))
    must(tree, "autoreconf", "-fi")
    (tree / "build").mkdir()
    must(tree / "build", "../configure", "CFLAGS=-g -O0")
    must(tree / "build", "make", "-s", "gen/stamp")
    must(tree / "build", "make", "-s", f"-j{os.cpu_count()}", "libxlstable.la", "sim/stamp")


def checks(tree, scripts, environment, tests=()):
    """The tests that fail, as 'script Class.test', of those named or of all."""
    failed = set()
    for script in scripts:
        done = command(tree, sys.executable, "-B", f"tests/abi/{script}.py", *tests,
                       **{**settings(tree), **environment})
        found = {f"{script} {group}.{test}" for test, group in FAILED.findall(done.stdout)}
        if (done.returncode != 0) != bool(found):
            raise AssertionError(f"{script}.py: exit status {done.returncode}:\n{done.stdout[-2000:]}")
        failed |= found
    return failed


def caught(base, mistake, number):
    """What catches the mistake."""
    tree = base.parent / str(number)
    subprocess.run(["cp", "-a", base, tree], check=True)
    try:
        for edit in mistake.edits:
            mistakes.apply(tree, edit)
        (tree / "build/libxlstable.la").unlink()     # it does not depend on the Makefile
        built = command(tree / "build", "make", "-s", "gen/stamp", "libxlstable.la")
        if built.returncode:
            return {mistakes.BUILD}
        environment = (mistake.after and mistake.after(tree)) or {}
        script, _, test = mistake.caught_by.partition(" ")
        if mistake.caught_by in (mistakes.BUILD, mistakes.SILENT):
            return checks(tree, ("exports", "baselines"), environment) or {mistakes.SILENT}
        return checks(tree, (script,), environment, (test,)) or {"not by that"}
    finally:
        shutil.rmtree(tree)


class Results:
    def __init__(self):
        self.count, self.failed, self.lock = 0, 0, threading.Lock()

    def tell(self, good, name, detail=""):
        with self.lock:
            self.count += 1
            self.failed += not good
            print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
            for line in detail.splitlines() if not good else ():
                print(f"# {line}", flush=True)


def row(mistake):
    script, _, test = mistake.caught_by.partition(" ")
    by = f"`{script}.py`, `{test}`" if test and mistake.caught_by in mistakes.TEST.values() \
        else mistake.caught_by
    return f"| {mistake.name} | {by} |\n"


def table():
    return "| mistake | caught by |\n| --- | --- |\n" + "".join(map(row, mistakes.MISTAKES))


def document(write, results):
    text = DOCUMENT.read_text()
    if write and not results.failed:
        DOCUMENT.write_text(TABLE.sub(lambda found: found[1] + table() + found[3], text))
    found = TABLE.search(DOCUMENT.read_text())
    results.tell(found is not None and found.group(2) == table(), "the table in doc/abi.md is this one",
                 "tests/abi/mutations.py --write renews it")


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("--write", action="store_true")
    options.add_argument("--only", default="")
    options = options.parse_args()
    chosen = [m for m in mistakes.MISTAKES if re.search(options.only, m.name)]
    results = Results()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        base = pathlib.Path(folder, "base")
        prepare(base)
        clean = checks(base, ("exports", "baselines", "old_callers"), {})
        results.tell(not clean, "without a mistake nothing complains", "\n".join(clean))

        def one(numbered):
            number, mistake = numbered
            try:
                by = caught(base, mistake, number)
            except (AssertionError, subprocess.SubprocessError) as failure:
                by = {str(failure)}
            good = by == {mistakes.SILENT} if mistake.caught_by == mistakes.SILENT \
                else mistake.caught_by in by
            results.tell(good, f"{mistake.name}: {mistake.caught_by}",
                         "caught by " + ", ".join(sorted(by)))

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(one, enumerate(chosen)))
    if not options.only:
        document(options.write, results)
    print(f"1..{results.count}")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
