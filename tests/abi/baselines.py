#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ABI is what each baseline says: nothing promised is gone or changed, only new nodes add."""

import ctypes
import unittest

from abi_case import LIBRARY
import baseline
import nodes
import view

HINT = "; if that is meant, 'make update-abi' (doc/adding-a-symbol.md)"


def today(name, made={}):
    if name not in made:
        made[name] = view.VIEWS[name]()
    return made[name]


class Baselines(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.version, cls.own = baseline.package()
        cls.all = baseline.all_baselines()

    def each(self):
        """(baseline, whether it is that of this version, which is compared both ways)."""
        self.assertIn(self.own, [b.version for b in self.all],
                      f"abi/baselines has no {self.own}: make update-abi")
        for one in self.all:
            with self.subTest(baseline=one.version):
                self.assertTrue(one.here.is_dir(),
                                f"abi/baselines/{one.version} has nothing of {baseline.MACHINE}: run "
                                "'make update-abi' on such a machine and commit what it adds")
                yield one, one.version == self.own

    def compare(self, name, kept=lambda one, line: True):
        for one, exact in self.each():
            old = one.read(name)
            self.assertTrue(old)
            if exact:
                self.assertEqual(baseline.difference(old, today(name), name), "", HINT)
            else:
                self.assertEqual(baseline.lacking(old, today(name), lambda line: kept(one, line)),
                                 [], f"{name} of {one.version} that are gone")

    def test_symbols(self):
        self.compare("symbols")
        for one, _ in self.each():
            known, old = one.nodes(), set(one.read("symbols").splitlines())
            added = [line for line in today("symbols").splitlines()
                     if line.split()[0] in known and line not in old]
            self.assertEqual(added, [], f"added to a node that {one.version} has")

    def test_constants(self):
        self.compare("constants")

    def test_layout(self):
        self.compare("layout")

    def test_contract(self):
        self.compare("contract")

    def test_types(self):
        for one, exact in self.each():
            self.assertEqual(baseline.abidiff(one, exact), "", HINT)

    def test_every_symbol_is_found_by_version(self):
        library = ctypes.CDLL(str(LIBRARY.resolve()))
        dlvsym = ctypes.CDLL(None).dlvsym
        dlvsym.restype = ctypes.c_void_p
        dlvsym.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
        for one, _ in self.each():
            pairs = [line.split()[:2] for line in one.read("symbols").splitlines()]
            self.assertGreater(len(pairs), 800)
            self.assertEqual([f"{name}@{node}" for node, name in pairs
                              if not dlvsym(library._handle, name.encode(), node.encode())], [])
        self.assertIsNone(dlvsym(library._handle, b"xls_libxl_no_such_thing", b"XLSTABLE_4.22"))

    def test_what_is_released_is_unaltered(self):
        released = [line for one in self.all if not one.candidate for line in baseline.sums(one)]
        self.assertEqual(sorted(released), sorted(baseline.recorded()),
                         "abi/baselines/released, which make release-abi writes")

    def test_only_the_newest_may_be_a_candidate(self):
        self.assertEqual([one.version for one in self.all[:-1] if one.candidate], [])
        self.assertEqual(self.all[-1].version, self.own)
        self.assertEqual(self.all[-1].candidate, "-" in self.version,
                         f"version {self.version}: a suffix means candidate, and no suffix released")


class Debian(unittest.TestCase):
    def test_symbols_file(self):
        """-v9999: with a version that is not newer it would not tell what is lost."""
        status, said = baseline.gensymbols("-v9999", "-c4", f"-I{baseline.DEBIAN.resolve()}",
                                           "-O/dev/null")
        self.assertEqual((status, [line for line in said.splitlines() if line[:1] in "+-"]), (0, []),
                         said)

    def test_it_says_when_each_symbol_came(self):
        rows = [line.split() for line in baseline.DEBIAN.read_text().splitlines()
                if line.startswith(" xls_")]
        since = {node.name: node.since for node in nodes.read_nodes(baseline.SOURCE).values()}
        wrong = [" ".join(row) for row in rows
                 if row[1] != since[row[0].partition("@")[2]]]
        self.assertGreater(len(rows), 800)
        self.assertEqual(wrong, [], "not the version of symbols/nodes")


if __name__ == "__main__":
    unittest.main()
