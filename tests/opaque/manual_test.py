#!/usr/bin/env python3
"""The manual holds every function of <xlstable.h>, has no dead link, and groff finds no fault in it."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
BUILD = pathlib.Path(os.environ.get("builddir") or TOP / "build")
GENERATOR = TOP / "src" / "generator" / "manual.py"


def declared():
    """What the version script promises under the nodes of this header."""
    text = (TOP / "symbols" / "libxlstable.map").read_text()
    names = set()
    for node, body in re.findall(r"^(XLSTABLE_[\d.]+) \{(.*?)^\}", text, re.M | re.S):
        names |= set(re.findall(r"^    (xls_\w+);", body, re.M))
    return {name for name in names if not name.startswith(("xls_libxl_", "xls_xlu_"))}


class Manual(unittest.TestCase):
    pages = {name: (BUILD / "man" / name).read_text()
             for name in (BUILD / "man" / "pages").read_text().split()}

    def test_every_function_is_on_a_page(self):
        code = "".join(block for text in self.pages.values()
                       for block in re.findall(r"^\.nf$(.*?)^\.fi$", text, re.M | re.S))
        self.assertGreater(len(declared()), 2000)
        self.assertEqual(declared() - set(re.findall(r"\b(xls_\w+)\(", code)), set())

    def test_links_lead_to_pages(self):
        links = {name: text.split()[1] for name, text in self.pages.items()
                 if text.startswith(".so")}
        self.assertGreater(len(links), 200)
        for name, target in links.items():
            page = target.removeprefix("man3/")
            self.assertIn(f"{name.removesuffix('.3')}(", self.pages[page], name)
        for name, text in self.pages.items():
            for other, section in re.findall(r"^\.BR (\S+) \((\d)\)", text, re.M):
                if section != "1":
                    self.assertIn(f"{other}.{section}", self.pages, name)

    def test_groff_finds_no_fault(self):
        faults = []
        for name, text in self.pages.items():
            if not text.startswith(".so"):
                run = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8"], input=text, text=True,
                                     capture_output=True, check=True)
                faults += [f"{name}: {line}" for line in run.stderr.splitlines()]
        self.assertEqual(faults, [])

    def test_a_new_function_gets_its_page(self):
        header = (BUILD / "include" / "xlstable.h").read_text()
        mark = "/* -- Memory -"
        self.assertIn(mark, header)
        new = "/* Sings. */\nint xls_domain_sing(xls_ctx *ctx);\n\n"
        with tempfile.TemporaryDirectory() as folder:
            changed = pathlib.Path(folder, "xlstable.h")
            changed.write_text(header.replace(mark, new + mark, 1))
            subprocess.run([sys.executable, "-B", GENERATOR, changed, "9", folder], check=True)
            link = pathlib.Path(folder, "xls_domain_sing.3").read_text()
            self.assertEqual(link, ".so man3/xlstable_domains_life_and_death.3\n")


if __name__ == "__main__":
    unittest.main()
