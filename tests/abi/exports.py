#!/usr/bin/env python3
"""The library exports what the headers declare and the version script lists, and needs no Xen."""

import json
import pathlib
import re
import struct
import sys
import tempfile
import unittest

from abi_case import LIBRARY, SCHEMA, SOURCE, lines, run
import nodes
import view


def exported():
    """(name, version node) of every symbol that the library defines."""
    found = set()
    for line in run("readelf", "--dyn-syms", "--wide", LIBRARY).splitlines():
        words = line.split()
        if len(words) == 8 and words[4] in ("GLOBAL", "WEAK") and words[6] not in ("UND", "ABS"):
            found.add(words[7])
    return found


def pairs(symbols):
    """The same, whether a version is the default one or an older one that is kept."""
    return {symbol.replace("@@", "@") for symbol in symbols}


def listed():
    """(name, version node) of the version script."""
    return {f"{name}@{node}" for node, names in nodes.read_map(SOURCE).items() for name in names}


def declared():
    """{name: nodes that it may be in}: those that symbols/nodes has for a header that declares it."""
    found = {}
    for header, name in view.declarations():
        found.setdefault(name, set()).update(
            node.name for node in nodes.read_nodes(SOURCE).values() if header in node.headers)
    return found


class Exports(unittest.TestCase):
    maxDiff = None

    def test_elf_equals_map(self):
        self.assertEqual(sorted(pairs(exported()) - listed()), [], "exported, but not listed")
        self.assertEqual(sorted(listed() - pairs(exported())), [], "listed, but not exported")

    def test_map_equals_headers(self):
        """Whoever is linked today gets the default version: that is what the headers declare."""
        promised = declared()
        default = dict(symbol.split("@@") for symbol in exported() if "@@" in symbol)
        older = {pair for pair in listed() if pair.partition("@")[0] in default
                 and pair.partition("@")[2] != default[pair.partition("@")[0]]}
        names = {pair.partition("@")[0] for pair in listed() - older}
        self.assertEqual(sorted(names - set(promised)), [], "listed, but not declared")
        self.assertEqual(sorted(set(promised) - names), [], "declared, but not listed")
        self.assertEqual([f"{name}@{default.get(name)}" for name, allowed in promised.items()
                          if default.get(name) not in allowed], [], "in a node of another header")

    def test_the_map_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            run(sys.executable, "-B", SOURCE / "src" / "generator" / "generate.py", "map", SCHEMA,
                folder)
            made = pathlib.Path(folder, "libxlstable.map").read_text()
        self.assertEqual((SOURCE / "symbols" / "libxlstable.map").read_text(), made)

    def test_there_is_something_to_compare(self):
        self.assertGreater(len(exported()), 800)

    def test_a_level_has_a_node(self):
        for level in (line.split()[0] for line in lines(SCHEMA / "levels")):
            self.assertIn(f"XLSTABLE_{level}", {symbol.partition("@@")[2] for symbol in exported()})

    def test_nothing_of_libxl_is_captured(self):
        self.assertEqual([s for s in exported() if not s.startswith("xls_")], [])

    def test_no_name_of_libxl_is_needed(self):
        for line in run("readelf", "--dyn-syms", "--wide", LIBRARY).splitlines():
            words = line.split()
            if len(words) >= 8 and words[6] == "UND":
                self.assertNotRegex(words[7], r"^(libxl|xlu|xc|xs|xen|xtl)_")


class Dynamic(unittest.TestCase):
    def entries(self, tag):
        return re.findall(rf"\({tag}\).*\[(.*)\]", run("readelf", "--dynamic", "--wide", LIBRARY))

    def test_soname(self):
        self.assertEqual(self.entries("SONAME"), ["libxlstable.so.1"])

    def test_no_library_of_xen_is_needed(self):
        needed = self.entries("NEEDED")
        self.assertIn("libc.so.6", needed)
        self.assertEqual([name for name in needed if name.startswith(("libxen", "libxl"))], [])

    def test_no_path_is_compiled_in(self):
        self.assertEqual(self.entries("RPATH") + self.entries("RUNPATH"), [])


class Note(unittest.TestCase):
    """.note.dlopen, as the UAPI group specifies it."""

    def setUp(self):
        section = re.search(r"\.note\.dlopen\s+NOTE\s+\w+\s+(\w+)\s+(\w+)\s+\w+\s+(\w*)\s.*?(\d+)$",
                            run("readelf", "--sections", "--wide", LIBRARY), flags=re.M)
        self.assertIsNotNone(section, "no section .note.dlopen")
        offset, size = (int(text, 16) for text in section.groups()[:2])
        self.assertEqual((section.group(3), section.group(4)), ("A", "4"), "flags and alignment")
        note = LIBRARY.read_bytes()[offset:offset + size]
        name_size, text_size, self.kind = struct.unpack_from("<III", note)
        self.owner = note[12:12 + name_size]
        self.text = note[16:16 + text_size]

    def test_form(self):
        self.assertEqual((self.owner, self.kind), (b"FDO\0", 0x407c0c0a))
        self.assertEqual(self.text[-1:], b"\0")

    def test_it_names_what_is_opened(self):
        features = json.loads(self.text.rstrip(b"\0"))
        releases = sorted((line.split()[0] for line in lines(SCHEMA / "releases")),
                          key=lambda release: [int(part) for part in release.split(".")])
        for feature, library in zip(features, ("libxenlight", "libxlutil")):
            self.assertEqual(feature["soname"],
                             [f"{library}.so.{release}" for release in reversed(releases)])
        self.assertEqual([feature["soname"] for feature in features[2:]], [["libxencall.so.1"]])
        for feature in features:
            self.assertIn(feature["priority"], ("required", "recommended", "suggested"))
            self.assertTrue(feature["feature"] and feature["description"])


if __name__ == "__main__":
    unittest.main()
