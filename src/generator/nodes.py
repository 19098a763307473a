#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the version nodes, and holds them to the rule: the newest is the package's version.

usage: nodes.py PACKAGE-VERSION SOURCE-DIR

The build runs it before it links. The tests of the ABI read nodes and map with it.
"""

import dataclasses
import pathlib
import re
import sys


class NodeError(Exception):
    pass


@dataclasses.dataclass
class Node:
    name: str
    since: str
    headers: list


def lines(path):
    return [line for line in path.read_text().splitlines()
            if line.strip() and not line.startswith("#")]


def read_nodes(source):
    nodes = {}
    for line in lines(source / "symbols" / "nodes"):
        name, since, *headers = line.split()
        if name in nodes:
            raise NodeError(f"symbols/nodes: {name} is there twice")
        if not re.fullmatch(r"\d+\.\d+", since) or not headers:
            raise NodeError(f"symbols/nodes: '{line}' is not NODE SINCE HEADER...")
        nodes[name] = Node(name, since, headers)
    return nodes


def read_map(source):
    """{node: names} of the version script. A pattern would let out what nobody promised."""
    text = re.sub(r"/\*.*?\*/", "", (source / "symbols" / "libxlstable.map").read_text(),
                  flags=re.S)
    found = {}
    for node, body in re.findall(r"(\w[\w.]*)\s*\{(.*?)\}", text, flags=re.S):
        names = re.findall(r"^\s*([^\s;]+);", body.partition("local:")[0], flags=re.M)
        for name in names:
            if not re.fullmatch(r"\w+", name):
                raise NodeError(f"symbols/libxlstable.map: '{name}' in {node} is no name")
        found[node] = names
    if not re.search(r"local:\s*\*;", text):
        raise NodeError("symbols/libxlstable.map does not keep the rest local")
    return found


def key(version):
    return tuple(int(part) for part in version.split("."))


def check(version, source):
    nodes, exported = read_nodes(source), read_map(source)
    levels = [line.split()[0] for line in lines(source / "abi" / "libxl" / "levels")]
    for name in [*nodes, *exported]:
        if name not in nodes:
            raise NodeError(f"symbols/nodes lacks {name}, which symbols/libxlstable.map has")
        if name not in exported:
            raise NodeError(f"symbols/libxlstable.map lacks {name}, which symbols/nodes has")
    for node in nodes.values():
        number = node.name.removeprefix("XLSTABLE_")
        if number not in (node.since, *levels):
            raise NodeError(f"symbols/nodes: {node.name} is neither a level of abi/libxl/levels nor "
                            f"named after {node.since}, the version that brings it")
    newest = max((node.since for node in nodes.values()), key=key)
    package = re.match(r"\d+\.\d+", version)
    if not package or package.group() != newest:
        raise NodeError(f"symbols/nodes: the newest node is of {newest}, and the package is "
                        f"{version} (AC_INIT in configure.ac); they must agree")


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    check(arguments[0], pathlib.Path(arguments[1]))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NodeError as error:
        sys.exit(f"nodes.py: {error}")
