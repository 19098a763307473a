#!/usr/bin/env python3
"""<xlstable.h> compiles alone in C11 and C++17, and a client needs nothing of Xen."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

BUILD = pathlib.Path(os.environ.get("builddir", "."))
HEADER = BUILD / "include" / "xlstable.h"
LIBRARY = BUILD / ".libs" / "libxlstable.so"
COMPILERS = {"gcc": "-std=c11", "clang": "-std=c11", "g++": "-std=c++17", "clang++": "-std=c++17"}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

CLIENT = """\
#include <string.h>
#include <xlstable.h>

int main(void)
{
    struct xls_open_opts opts;
    xls_domain_config *config = xls_domain_config_new();
    xls_ctx *ctx;
    int rc;

    memset(&opts, 0, sizeof(opts));
    opts.sz = sizeof(opts);
    rc = xls_open(&ctx, &opts);
    if (!rc)
        rc = xls_domain_pause(ctx, 1, NULL);
    xls_domain_config_free(config);
    return xls_strerror(rc) == NULL;
}
"""


class Header(unittest.TestCase):
    """Only the one header can be seen: it lies in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        (pathlib.Path(self.folder.name) / "xlstable.h").write_text(HEADER.read_text())

    def tearDown(self):
        self.folder.cleanup()

    def compile(self, compiler, text, *options):
        language = "c++" if "++" in compiler else "c"
        return subprocess.run(
            [compiler, COMPILERS[compiler], *WARNINGS, f"-I{self.folder.name}", "-x", language, "-",
             *options], input=text, capture_output=True, text=True, check=False)

    def test_alone(self):
        for compiler in COMPILERS:
            with self.subTest(compiler):
                done = self.compile(compiler, "#include <xlstable.h>\n#include <xlstable.h>\n",
                                    "-fsyntax-only")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_client_is_built_and_linked(self):
        for compiler in COMPILERS:
            with self.subTest(compiler):
                done = self.compile(compiler, CLIENT, "-o",
                                    f"{self.folder.name}/client", "-x", "none", str(LIBRARY))
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_no_header_of_xen_is_read(self):
        done = self.compile("gcc", "#include <xlstable.h>\n", "-fsyntax-only", "-H")
        read = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith(".")]
        self.assertIn(f"{self.folder.name}/xlstable.h", read)
        self.assertEqual([path for path in read if re.search(r"libxl|xen", path)], [])

    def test_no_name_of_libxl_is_declared(self):
        done = self.compile("gcc", "#include <xlstable.h>\n", "-E", "-P")
        self.assertEqual(re.findall(r"\b(?:libxl_|LIBXL_|xlu_|XLU_|xentoollog)\w*", done.stdout), [])

    def test_no_line_is_longer_than_the_style_allows(self):
        long = [line for line in HEADER.read_text().splitlines() if len(line) > 100]
        self.assertEqual(long, [])

    def test_texts_name_what_there_is(self):
        text = HEADER.read_text()
        known = set(re.findall(r"\b(?:xls|XLS)_\w+", re.sub(r"/\*.*?\*/", "", text, flags=re.S)))
        named = {name for comment in re.findall(r"/\*.*?\*/", text, flags=re.S)
                 for name in re.findall(r"\b(?:xls|XLS)_\w+", comment)}
        # Of these the texts speak in general: xls_TYPE_new(), XLS_ERROR_*.
        general = {"xls_TYPE_new", "xls_TYPE_free"} | {name for name in named if name.endswith("_")}
        self.assertGreater(len(named), 100)
        self.assertEqual(sorted(named - known - general), [])

    def test_everything_has_a_text(self):
        """A comment stands above every group of declarations."""
        before = None
        for number, line in enumerate(HEADER.read_text().splitlines(), 1):
            if re.match(r"(?:[\w ]+\*?)\bxls_\w+\(", line) and not line.startswith(("typedef", " ")):
                self.assertTrue(before == "code" or before == "comment", f"line {number}: {line}")
            if not line.strip():
                before = None
            elif line.startswith(("/*", " *")):
                before = "comment"
            elif before:
                before = "code"


if __name__ == "__main__":
    unittest.main()
