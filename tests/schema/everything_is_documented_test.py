#!/usr/bin/env python3
"""Every type, field, function, enum and constant of the schema has a text in our own words: the
headers and the manual have no other source."""

import os
import pathlib
import sys
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "src" / "generator"))

import schema       # noqa: E402


def missing(model):
    for kind in (model.enums, model.structs, model.builtins, model.records, model.functions):
        for item in kind.values():
            if not item.doc:
                yield item.name
    for struct in model.structs.values():
        counts = {f.count for _, f in struct.walk() if f.form == "array"}
        for path, field in struct.walk():
            # A count is told by its array, a union by its key, an old place by the new one.
            told = field.doc or field.deprecated or field.name in counts
            if field.form in ("value", "array") and not told:
                yield f"{struct.name}.{path}"


class Documented(unittest.TestCase):
    def test_everything_has_a_text(self):
        self.assertEqual(list(missing(schema.load(TOP / "abi" / "libxl"))), [])

    def test_a_field_without_one_is_named(self):
        model = schema.load(TOP / "abi" / "libxl")
        dict(model.structs["libxl_dominfo"].walk())["domid"].doc = ""
        model.functions["libxl_domain_pause"].doc = ""
        self.assertEqual(list(missing(model)), ["libxl_domain_pause", "libxl_dominfo.domid"])


if __name__ == "__main__":
    unittest.main()
