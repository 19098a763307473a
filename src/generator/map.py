"""Writes the version script of the library: every function and table of the level, by name, and
every function of <xlstable.h>."""

import re

import c
import opaque_header


def names(schema):
    """What the library exports, as ELF names."""
    family = c.Family(schema)
    for item in schema.declarations:
        if item.name in schema.enums:
            made = family.of_enum(item)
            yield f"{item.name}_string_table"
        else:
            made = family.of_struct(item)
        yield from (name for _, name, _, _ in made)
    for name in [*schema.builtins, *(d.name for d in schema.declarations)]:
        if name not in ("libxl_domid", "libxl_devid", "libxl_ev_user", "libxl_ev_link"):
            yield family.gen_json(name)[0]
    yield "libxl__uint64_gen_json"
    yield from (f.name for f in schema.functions.values() if not f.inline)


def opaque_names(schema):
    """What <xlstable.h> declares."""
    header = dict(opaque_header.Header(schema).files())["xlstable.h"]
    header = header.replace('extern "C" {', "")
    code = re.sub(r"/\*.*?\*/|^#.*?$|^typedef .*?;|\{.*?\}", "", header, flags=re.S | re.M)
    return re.findall(r"\b(xls_\w+)\(", code)


class Map:
    def __init__(self, schema):
        self.opaque = sorted(opaque_names(schema))
        self.level = schema.levels[-1]
        self.schema = schema.at(self.level)

    def files(self):
        rows = "".join(f"    xls_{name};\n" for name in sorted(names(self.schema)))
        level = self.level
        opaque = "".join(f"    {name};\n" for name in self.opaque)
        yield "libxlstable.map", f"""/*
 * The exported symbols. A node is never changed once it is released: what is new goes into a new
 * node, named after the version of libxlstable that brings it, as XLSTABLE_1.0 is, which holds the
 * opaque surface. The newest node is the package's version: the build stops otherwise
 * (symbols/nodes). A node named after a Xen release is a level: XLSTABLE_{level} holds the
 * source-compatible surface at the level of Xen {level}, and symbols/nodes says which version of
 * libxlstable brought it. doc/adding-a-symbol.md is the recipe.
 */
XLSTABLE_{level} {{
global:
{rows}local:
    *;
}};

XLSTABLE_1.0 {{
global:
{opaque}}};
"""
