#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that were built against the headers of an earlier version work with today's library.

old-callers/VERSION/ has sources, ARCHITECTURE/ their objects as they were built then (`built` says
how), and NAME.expected what each prints. They are linked as then, too: against a library that has
only the symbols of that version's baseline.
"""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from abi_case import BUILD, INCLUDE, LIBRARY, SCHEMA, SOURCE, lines, run
import baseline
import nodes

FOLDER = SOURCE / "tests" / "abi" / "old-callers"
COMPILER = shlex.split(os.environ.get("CC") or "gcc")
RELEASES = [line.split()[0] for line in lines(SCHEMA / "releases")]


def callers():
    return sorted(FOLDER.glob("*/*.c"))


def link_library(version, folder):
    """libxlstable.so.1 with the symbols of a baseline and nothing behind them."""
    by_node, source = {}, []
    for line in baseline.Baseline(version).read("symbols").splitlines():
        node, name, kind, *size = line.split()
        by_node.setdefault(node, []).append(name)
        if kind == "OBJECT":
            source.append(f"char {name}[{size[0]}] = {{ 1 }};\n")
        else:
            source.append(f"void {name}(void) {{}}\n")
    text = "".join(f"{node} {{ global: {' '.join(f'{name};' for name in names)} }};\n"
                   for node, names in by_node.items())
    (folder / "then.map").write_text(text)
    (folder / "then.c").write_text("".join(source))
    library = folder / "libxlstable.so.1"
    run(*COMPILER, "-w", "-shared", "-fPIC", folder / "then.c", "-o", library,
        "-Wl,-soname,libxlstable.so.1", f"-Wl,--version-script={folder / 'then.map'}")
    return library


class OldCallers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.assertTrue(callers())

    def link(self, source):
        """The program as it was linked then."""
        made = source.parent / baseline.MACHINE / source.with_suffix(".o").name
        self.assertTrue(made.exists(), f"{made} is missing: make update-abi on such a machine")
        version = source.parent.name
        folder = self.folder / version
        folder.mkdir(exist_ok=True)
        program = folder / source.stem
        run(*COMPILER, made, link_library(version, folder), "-o", program)
        return program

    def output(self, program, release):
        environment = {**os.environ, "LD_LIBRARY_PATH": str(LIBRARY.parent.resolve()),
                       "XLSTABLE_XEN": f"sim-{release}",
                       "XLSTABLE_SIM_DIR": str((BUILD / "sim").resolve())}
        done = subprocess.run([*shlex.split(os.environ.get("VALGRIND", "")), str(program)],
                              env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr + f"exit status {done.returncode}\n"

    def test_they_print_what_they_printed(self):
        for source in callers():
            program, expected = self.link(source), source.with_suffix(".expected").read_text()
            self.assertIn("exit status 0\n", expected)
            for release in RELEASES:
                with self.subTest(f"{source.parent.name}, {source.stem}, Xen {release}"):
                    self.assertEqual(self.output(program, release), expected)

    def test_their_sources_still_compile_and_do_the_same(self):
        for source in callers():
            with self.subTest(source.name):
                program = self.folder / source.stem
                run(*COMPILER, "-std=gnu11", "-Wall", "-Werror", f"-I{INCLUDE}", source, LIBRARY,
                    "-o", program)
                self.assertEqual(self.output(program, RELEASES[-1]),
                                 source.with_suffix(".expected").read_text())

    def test_every_node_has_a_caller(self):
        needed = set()
        for source in callers():
            said = run("readelf", "--version-info", "--wide", self.link(source))
            needed |= set(re.findall(r"Name: (XLSTABLE_\S+)", said))
        self.assertEqual(set(nodes.read_nodes(SOURCE)) - needed, set(), "nodes that no caller needs")

    def test_every_version_has_callers(self):
        self.assertEqual({one.version for one in baseline.all_baselines()},
                         {source.parent.name for source in callers()})

    def test_copied_tables_are_there(self):
        """A program may have a copy of a table; then the library uses that one."""
        for source in callers():
            if "string_table" in source.read_text():
                relocations = run("readelf", "--relocs", "--wide", self.link(source))
                self.assertRegex(relocations, r"string_table@XLSTABLE_")


if __name__ == "__main__":
    unittest.main()
