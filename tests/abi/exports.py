#!/usr/bin/env python3
"""The library exports what the headers declare and the version script lists, and needs no Xen."""

import json
import re
import struct
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


def listed():
    """(name, version node) of the version script, spelled as the default version of a symbol."""
    return {f"{name}@@{node}" for node, names in nodes.read_map(SOURCE).items() for name in names}


def declared():
    """The same of what the headers declare: symbols/nodes says which node a header belongs to."""
    of = {header: node.name for node in nodes.read_nodes(SOURCE).values() for header in node.headers}
    found = {}
    for header, name in view.declarations():
        # A header that includes another one declares what belongs to the other one's node.
        if name not in found or nodes.key(of[header].removeprefix("XLSTABLE_")) \
                > nodes.key(found[name].removeprefix("XLSTABLE_")):
            found[name] = of[header]
    return {f"{name}@@{node}" for name, node in found.items()}


class Exports(unittest.TestCase):
    maxDiff = None

    def test_elf_equals_map(self):
        self.assertEqual(sorted(exported() - listed()), [], "exported, but not listed")
        self.assertEqual(sorted(listed() - exported()), [], "listed, but not exported")

    def test_map_equals_headers(self):
        self.assertEqual(sorted(listed() - declared()), [], "listed, but not declared")
        self.assertEqual(sorted(declared() - listed()), [], "declared, but not listed")

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
