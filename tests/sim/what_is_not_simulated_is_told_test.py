#!/usr/bin/env python3
"""Every function of the schema is simulated, or doc/simulation.md says that it is not; and a
simulated library exports what its release has, and nothing else."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
BUILD = pathlib.Path(os.environ.get("builddir") or TOP / "build")
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "src" / "generator"))

import schema       # noqa: E402
import simulation   # noqa: E402


def symbols(*arguments):
    run = subprocess.run(["nm", *arguments], capture_output=True, text=True, check=True)
    return [line.split() for line in run.stdout.splitlines()]


class Simulated(unittest.TestCase):
    model = schema.load(TOP / "abi" / "libxl")

    def test_what_is_missing_is_documented(self):
        have = {row[-1].removeprefix("sim_") for row in symbols(BUILD / ".libs" / "libsim.a")
                if len(row) > 2 and row[-2] in "TW" and row[-1].startswith("sim_")}
        self.assertIn("libxl_domain_create_new", have)
        missing = {f.name for f in simulation.Simulation(self.model).wrapped()
                   if f.name not in have and f.arch != "arm"}
        text = (TOP / "doc" / "simulation.md").read_text().partition("## Not simulated")[2]
        told = set(re.findall(r"`(libxl_\w+|xlu_\w+)`", text))
        self.assertEqual(missing, told)

    def test_each_release_exports_what_it_has(self):
        for release in self.model.releases:
            for name, util in ("libxenlight", False), ("libxlutil", True):
                rows = symbols("-D", "--defined-only", "--with-symbol-versions",
                               BUILD / "sim" / f"{name}.so.{release}")
                node = simulation.node_of(name, release).strip()
                got = {row[-1].removesuffix(f"@@{node}") for row in rows if row[-2] != "A"}
                text = simulation.exported(self.model, release, util)
                want = set(re.findall(r"^    (\w+);", text, re.M))
                arm = {f.name for f in self.model.functions.values() if f.arch == "arm"}
                self.assertEqual(got, want - arm, f"{name} of Xen {release}")

    def test_symbol_versions_are_those_of_real_libraries(self):
        measured = {"4.14": "", "4.17": "VERS_4.17.0", "4.20": "libxenlight_4.20.0"}
        for release, node in measured.items():
            rows = symbols("-D", "--defined-only", "--with-symbol-versions",
                           BUILD / "sim" / f"libxenlight.so.{release}")
            nodes = {row[-1].partition("@@")[2] for row in rows if row[-2] == "T"}
            self.assertEqual(nodes, {node}, f"libxenlight of Xen {release}")


if __name__ == "__main__":
    unittest.main()
