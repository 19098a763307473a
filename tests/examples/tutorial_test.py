#!/usr/bin/env python3
"""Every program of doc/tutorial.md compiles without a warning, and prints what the tutorial says."""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
BUILD = pathlib.Path(os.environ.get("builddir") or TOP / "build")
PROGRAM = re.compile(r"^`(\w+\.c)`:\n\n```c\n(.*?)^```\n\nprints\n\n```\n(.*?)^```$", re.M | re.S)


class Tutorial(unittest.TestCase):
    text = (TOP / "doc" / "tutorial.md").read_text()

    def test_programs(self):
        programs = PROGRAM.findall(self.text)
        self.assertGreaterEqual(len(programs), 4)
        self.assertEqual(len(programs), self.text.count("```c\n"), "a program that is not run")
        for name, source, printed in programs:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                file, program = pathlib.Path(folder, name), pathlib.Path(folder, "program")
                file.write_text(source)
                compiler = shlex.split(os.environ.get("CC") or "cc")
                subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", f"-I{BUILD}/include", file,
                                "-o", program, f"-L{BUILD}/.libs", "-lxlstable",
                                f"-Wl,-rpath,{BUILD}/.libs"], check=True)
                run = subprocess.run([program], capture_output=True, text=True, timeout=60, env={
                    **os.environ, "XLSTABLE_XEN": "sim-4.17", "XLSTABLE_SIM_DIR": str(BUILD / "sim")})
                self.assertEqual((run.returncode, run.stderr, run.stdout), (0, "", printed))


if __name__ == "__main__":
    unittest.main()
