#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xlstable-abi over the real libxenlights of Debian: they fit, and one thing changed is named."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from abi_case import BUILD, SCHEMA, SOURCE
import schema
import tool_case

XEN = pathlib.Path(os.environ.get("XEN_RELEASES") or SOURCE / ".cache").resolve()
LIBRARIES = "usr/lib/x86_64-linux-gnu"
RELEASES = ("4.14", "4.17", "4.20")


def tool(*arguments):
    """(exit status, stdout, stderr), in the root."""
    command = [SOURCE / "tests" / "debian" / "enter", "--root", XEN / "root", "--bind", BUILD.resolve(),
               "--bind", SOURCE.resolve(), "--", BUILD.resolve() / "xlstable-abi", *arguments]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


class Real(unittest.TestCase):
    maxDiff = None

    def test_what_debian_ships_fits(self):
        for release in RELEASES:
            with self.subTest(release):
                status, out, err = tool("check", f"/{LIBRARIES}/libxenlight.so.{release}")
                self.assertEqual((status, err), (0, ""), out)
                self.assertRegex(out, rf"^Xen {release}: 1\d\d\d checks, 0 differences")

    def test_what_is_changed_is_named(self):
        for release in RELEASES:
            real = XEN / "root" / LIBRARIES / f"libxenlight.so.{release}"
            for what, options, expected in tool_case.alterations(release):
                with self.subTest(f"{release}: {what}"), \
                        tempfile.TemporaryDirectory(dir=BUILD.resolve()) as folder:
                    altered = tool_case.alter(pathlib.Path(folder), release, real,
                                              f"/{LIBRARIES}/libxlutil.so.{release}", *options)
                    status, out, err = tool("--json", "check", altered)
                    self.assertEqual((status, err), (1, ""))
                    self.assertEqual(tool_case.as_said(expected, tool_case.found(out), what), [])

    def test_the_functions_of_a_diff_are_those_of_the_headers(self):
        """A name that the headers of 4.20 declare, and those of 4.14 nowhere mention, came between."""
        def words(release):
            folder = XEN / "headers" / release
            files = [path for path in folder.rglob("libxl*.h")] or self.fail(f"nothing in {folder}")
            text = "\n".join(path.read_text(errors="replace") for path in files)
            return set(re.findall(r"\w+", re.sub(r"/\*.*?\*/", " ", text, flags=re.S)))

        old, new = words("4.14"), words("4.20")
        described = {f.name for f in schema.load(SCHEMA).functions.values()}
        came = (described & new) - old
        status, out, _ = tool("--json", "diff", "4.14", "4.20")
        self.assertEqual(status, 1)
        self.assertGreater(len(came), 4)
        self.assertEqual({name for kind, name in tool_case.found(out) if kind == "function"}, came)


if __name__ == "__main__":
    unittest.main()
