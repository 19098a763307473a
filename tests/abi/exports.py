#!/usr/bin/env python3
"""The library exports what the headers declare and the version script lists, and needs no Xen."""

import json
import re
import struct
import unittest

from abi_case import HEADERS, INCLUDE, LIBRARY, SCHEMA, SOURCE, level, lines, run


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
    text = re.sub(r"/\*.*?\*/", "", (SOURCE / "symbols" / "libxlstable.map").read_text(), flags=re.S)
    found = set()
    for node, body in re.findall(r"(\w[\w.]*)\s*\{(.*?)\}", text, flags=re.S):
        for name in re.findall(r"^\s*(\w+);", body.partition("local:")[0], flags=re.M):
            found.add(f"{name}@@{node}")
    return found


def declared():
    """The ELF names of all that the headers declare, on every machine."""
    found = set()
    for header in HEADERS:
        text = run("gcc", "-E", "-P", f"-I{INCLUDE}", "-DXLS_ALL_ARCHITECTURES", "-x", "c", "-",
                   text=f"#include <{header}>\n")
        found |= {"".join(re.findall(r'"(\w+)"', label))
                  for label in re.findall(r"__asm__\s*\(([^()]*)\)", text)}
    return {name for name in found if name.startswith("xls_")} | opaque()


def opaque():
    """The functions of <xlstable.h>, which have their own names."""
    text = run("gcc", "-E", "-P", f"-I{INCLUDE}", "-x", "c", "-", text="#include <xlstable.h>\n")
    text = re.sub(r"typedef [^;{]*;|\{[^}]*\}", "", text)
    return set(re.findall(r"\b(xls_\w+) ?\(", text))


class Exports(unittest.TestCase):
    maxDiff = None

    def test_elf_equals_map(self):
        self.assertEqual(sorted(exported() - listed()), [], "exported, but not listed")
        self.assertEqual(sorted(listed() - exported()), [], "listed, but not exported")

    def test_map_equals_headers(self):
        names = {symbol.partition("@")[0] for symbol in listed()}
        self.assertEqual(sorted(names - declared()), [], "listed, but not declared")
        self.assertEqual(sorted(declared() - names), [], "declared, but not listed")

    def test_there_is_something_to_compare(self):
        self.assertGreater(len(exported() - opaque()), 800)
        self.assertGreater(len(opaque()), 2000)

    def test_the_node_is_that_of_the_surface(self):
        """The source-compatible one has a node for each level, the opaque one for each version."""
        own = opaque()
        for symbol in exported():
            name, _, node = symbol.partition("@@")
            self.assertEqual(node, "XLSTABLE_1.0" if name in own else f"XLSTABLE_{level()}", name)

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
