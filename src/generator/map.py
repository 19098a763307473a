"""Writes the version script of the library: every function and table of the level, by name, and
every function of <xlstable.h>."""

import pathlib
import re

import c
import nodes
import opaque_header

SOURCE = pathlib.Path(__file__).resolve().parents[2]


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


HEAD = """/*
 * The exported symbols. A node is never changed once it is released: what is new goes into a new
 * node, named after the version of libxlstable that brings it, as XLSTABLE_1.0 is, which holds the
 * opaque surface. The newest node is the package's version: the build stops otherwise
 * (symbols/nodes). A node named after a Xen release is a level: XLSTABLE_{level} holds the
 * source-compatible surface at the level of Xen {level}, and symbols/nodes says which version of
 * libxlstable brought it. doc/adding-a-symbol.md is the recipe.
 */
"""


class Map:
    """A name stays in the nodes that have it; a new one goes into the newest of its header's."""

    def __init__(self, schema):
        self.level = schema.levels[-1]
        self.wanted = {"libxl.h": {f"xls_{name}" for name in names(schema.at(self.level))},
                       "xlstable.h": set(opaque_names(schema))}

    def files(self):
        known, listed = nodes.read_nodes(SOURCE), nodes.read_map(SOURCE)
        every = set().union(*self.wanted.values())
        held = {node: set(listed.get(node, ())) & every for node in known}
        placed = set().union(*held.values())
        for header, wanted in self.wanted.items():
            newest = [node.name for node in known.values() if header in node.headers][-1]
            held[newest] |= wanted - placed
        rows = [f"{node} {{\nglobal:\n" + "".join(f"    {name};\n" for name in sorted(held[node]))
                for node in known]
        rows[0] += "local:\n    *;\n"
        yield "libxlstable.map", HEAD.format(level=self.level) + "\n".join(r + "};\n" for r in rows)
