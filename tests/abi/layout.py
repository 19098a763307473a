#!/usr/bin/env python3
"""The structs of the headers lie as in a real libxenlight of the level, on x86_64."""

import platform
import unittest

from abi_case import SCHEMA, SOURCE, compile_text, level, lines
import schema


def measured():
    """{type or type.field: bytes} of the level, as measured in Xen's own build."""
    head, *rows = (line.split("\t") for line in lines(SOURCE / "abi" / "measured" / "x86_64.tsv"))
    column = head.index(level())
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def described():
    """Each type of the level, and each of its fields that has a place of its own."""
    model = schema.load(SCHEMA).at(level())
    for struct in model.structs.values():
        yield struct.name
        for path, field in struct.walk():
            if field.form in ("value", "array"):
                yield f"{struct.name}.{path}"
    yield from model.enums
    yield from model.builtins


# Plain enums, which Xen's DWARF has without a name of libxl's.
UNMEASURED = {"libxl_sigchld_owner", "XLU_ConfigValueType", "XLU_Operation"}


class Layout(unittest.TestCase):
    maxDiff = None

    def test_every_field_is_measured(self):
        missing = [name for name in described() if name not in measured()]
        self.assertEqual([name for name in missing if name not in UNMEASURED], [])

    @unittest.skipUnless(platform.machine() == "x86_64", "the figures are those of x86_64")
    def test_headers_equal_measured(self):
        asserts = []
        for name, figure in measured().items():
            type_name, _, path = name.partition(".")
            actual = f"offsetof({type_name}, {path})" if path else f"sizeof({type_name})"
            asserts.append(f'_Static_assert({actual} == {figure}, "{name}: {figure}");\n')
        text = ("#include <stddef.h>\n#include <libxl.h>\n#include <libxl_event.h>\n"
                + "".join(asserts))
        for compiler in ("gcc", "clang"):
            with self.subTest(compiler):
                self.assertGreater(len(asserts), 700)
                self.assertEqual(compile_text(compiler, ["-std=c11", "-Werror"], text), "")


if __name__ == "__main__":
    unittest.main()
