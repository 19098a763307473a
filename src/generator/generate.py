#!/usr/bin/env python3
"""Makes every generated file of the build from the schema in abi/libxl.

usage: generate.py headers|tables|calls|map|simulation|uses|opaque-header|opaque SCHEMA-DIR
                   OUTPUT-DIR
"""

import pathlib
import sys

import calls
import headers
import map as version_map
import opaque_code
import opaque_header
import schema
import simulation
import tables
import uses


def write(folder, files):
    """Leaves alone what stays the same, so that make does not build it again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files:
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__.strip())
    what, source, target = arguments
    model = schema.load(source)
    makers = {"headers": headers.Headers, "tables": tables.Tables, "calls": calls.Calls,
              "map": version_map.Map, "simulation": simulation.Simulation, "uses": uses.Uses,
              "opaque-header": opaque_header.Header, "opaque": opaque_code.Code}
    if what not in makers:
        sys.exit(f"generate.py: cannot make '{what}'")
    write(pathlib.Path(target), makers[what](model).files())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except schema.SchemaError as error:
        sys.exit(f"generate.py: {error}")
