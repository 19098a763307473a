#!/usr/bin/env python3
"""Every type, field, function, parameter and value of an enum in the schema has a text in our own
words: the headers and the manual have no other source."""

import os
import pathlib
import sys
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "src" / "generator"))

import schema       # noqa: E402

# What these are is the same everywhere, and told once; abi/README.md lists them.
PARAMETERS_TOLD_ONCE = {("ctx", "libxl_ctx *"), ("domid", "uint32_t"),
                        ("ao_how", "const libxl_asyncop_how *")}
# Values whose name is the whole text, as it is another standard's word.
NAMED_BY_A_STANDARD = ("libxl_smbios_type", "libxl_sve_type", "libxl_vsnd_pcm_format",
                       "libxl_disk_format", "libxl_gic_version", "libxl_hdtype",
                       "libxl_checkpointed_stream")


def missing(model):
    for kind in (model.enums, model.structs, model.builtins, model.records, model.functions):
        for item in kind.values():
            if not item.doc:
                yield item.name
    for enum in model.enums.values():
        if enum.name not in NAMED_BY_A_STANDARD:
            yield from (value.name for value in enum.values if not value.doc)
    for function in model.functions.values():
        for parameter in function.parameters:
            if not parameter.doc and (parameter.name, parameter.type) not in PARAMETERS_TOLD_ONCE:
                yield f"{function.name}({parameter.name})"
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

    def test_what_has_none_is_named(self):
        model = schema.load(TOP / "abi" / "libxl")
        dict(model.structs["libxl_dominfo"].walk())["domid"].doc = ""
        model.functions["libxl_domain_pause"].doc = ""
        model.functions["libxl_domain_rename"].parameter("new_name").doc = ""
        model.enums["libxl_tsc_mode"].values[0].doc = ""
        self.assertEqual(list(missing(model)), [
            "libxl_domain_pause", "LIBXL_TSC_MODE_DEFAULT", "libxl_domain_rename(new_name)",
            "libxl_dominfo.domid"])


if __name__ == "__main__":
    unittest.main()
