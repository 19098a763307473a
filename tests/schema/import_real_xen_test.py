#!/usr/bin/env python3
"""Holds the schema and the importer against the sources of real Xen releases.

They are what tests/debian/fetch has put into $XEN_RELEASES (default .cache); without them the
tests fail. The mirror may lack the source of the newest one: the fetch then leaves a file
source/xen-RELEASE.absent, and the tests hold for the others.
"""

import os
import pathlib
import shutil
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from importer_case import ROOT, SCHEMA, ImporterCase    # noqa: E402
import import_text      # noqa: E402
import schema           # noqa: E402

CACHE = pathlib.Path(os.environ.get("XEN_RELEASES") or ROOT / ".cache")


def source(release):
    return CACHE / "source" / f"xen-{release}"


class RealXen(ImporterCase):
    RELEASES = tuple(release for release in ("4.14", "4.17", "4.20")
                     if not source(release).with_name(f"xen-{release}.absent").exists())
    NEWEST = RELEASES[-1]
    NEXT = schema.load(SCHEMA).releases[schema.load(SCHEMA).releases.index(NEWEST) + 1]

    def setUp(self):
        super().setUp()
        self.assertGreaterEqual(len(self.RELEASES), 2)
        for release in self.RELEASES:
            if not source(release).is_dir():
                self.fail(f"no Xen {release} in {CACHE}; run tests/debian/fetch")

    def as_of(self, release, folder=None):
        import_text.filtered(SCHEMA, release).write(folder or self.schema)

    def test_schema_says_what_xen_has(self):
        shutil.copytree(SCHEMA, self.schema)
        for release in self.RELEASES:
            headers = CACHE / "headers" / release
            for more in ((), ("--headers", headers)) if headers.is_dir() else ((),):
                with self.subTest(release, headers=bool(more)):
                    run = self.importer(release, source(release), "--check", *more)
                    self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)

    def test_importing_releases_in_turn_makes_the_schema(self):
        """From 4.14 on, the importer finds all by itself: all but since, roles and words."""
        self.as_of("4.14")
        for release in self.RELEASES[1:]:
            self.tree = source(release)
            self.imported(release)
        self.as_of(self.NEWEST, self.folder / "want")
        got, want = (facts(schema.load(f)) for f in (self.schema, self.folder / "want"))
        for part in want:
            self.assertEqual(got[part], want[part], part)

    def test_edited_tree(self):
        self.as_of(self.NEWEST)
        shutil.copytree(source(self.NEWEST), self.tree)
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", integer), ("speed", uint32),')
        self.edit("libxl_types.idl", '(4, "STANDALONE"),', '(4, "STANDALONE"), (5, "CLOUD"),')
        self.edit("libxl.h", "int libxl_get_max_cpus(",
                  "#define LIBXL_HAVE_MOODS 1\nint libxl_get_moods(libxl_ctx *ctx, int *num);\n"
                  "int libxl_get_max_cpus(")
        gone, come = self.imported(self.NEXT)
        self.assertEqual(gone, [])
        self.assertEqual([" ".join(line.split()) for line in come], [
            f"constant LIBXL_HAVE_MOODS : 1 since {self.NEXT}",
            f"function libxl_get_moods : int since {self.NEXT}",
            f"-- (new in {self.NEXT}: review roles)",
            "ctx libxl_ctx *", "num int * out", self.NEXT,
            f"LIBXL_DISK_BACKEND_CLOUD 5 since {self.NEXT}", f"speed uint32 since {self.NEXT}"])

    def test_edited_tree_is_refused(self):
        self.as_of(self.NEWEST)
        shutil.copytree(source(self.NEWEST), self.tree)
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", uint64),')
        self.edit("libxl_types.idl", '(4, "STANDALONE"),', '(5, "STANDALONE"),')
        self.edit("libxl.h", "int libxl_send_sysrq(libxl_ctx *ctx, uint32_t domid, char sysrq);",
                  "int libxl_send_sysrq(libxl_ctx *ctx, uint32_t domid, int sysrq);")
        self.refused(self.NEXT, "libxl_device_nic.mtu", "LIBXL_DISK_BACKEND_STANDALONE",
                     "libxl_send_sysrq")


def facts(model):
    """What the headers and the IDL say, without what only we say."""
    return {
        "enums": {e.name: (e.default, [(v.name, v.number) for v in e.values])
                  for e in model.enums.values()},
        "structs": {s.name: (s.direction, s.no_dispose, [
            (path, f.form, f.type, f.count, f.key, f.when, f.default, f.const, f.deprecated)
            for path, f in s.walk()]) for s in model.structs.values()},
        "order": [d.name for d in model.declarations],
        "functions": {f.name: (f.returns, f.header, f.inline, f.arch,
                               [(p.type, p.default) for p in f.parameters])
                      for f in model.functions.values()},
        "constants": {c.name: (c.value, c.header, c.macro, c.arch)
                      for c in model.constants.values()},
        "redirects": sorted((r.kind, r.name, r.lower or "", r.below, r.call or r.target)
                            for r in model.redirects)}


if __name__ == "__main__":
    unittest.main()
