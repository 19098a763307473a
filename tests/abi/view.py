# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library and its public headers are today, as the texts that a baseline is made of."""

import os
import pathlib
import re
import shlex
import tempfile
import xml.etree.ElementTree as ElementTree

from abi_case import BUILD, INCLUDE, LIBRARY, SCHEMA, SOURCE, run
import c
import nodes
import schema

COMPILER = shlex.split(os.environ.get("CC") or "gcc")
ABIDW = ["abidw", "--no-corpus-path", "--no-comp-dir-path"]


def headers():
    """Every public header, in the order of the nodes."""
    found = {}
    for node in nodes.read_nodes(SOURCE).values():
        found.update(dict.fromkeys(node.headers))
    return list(found)


def including():
    return "#define XLS_ALL_ARCHITECTURES\n" + "".join(f"#include <{h}>\n" for h in headers())


def text(lines):
    return "".join(f"{line}\n" for line in lines)


# The binary


def symbols():
    """'NODE SYMBOL KIND SIZE'; the size of a table only, as callers may have copied it."""
    found = []
    for line in run("readelf", "--dyn-syms", "--wide", LIBRARY).splitlines():
        words = line.split()
        if len(words) == 8 and words[4] in ("GLOBAL", "WEAK") and words[6] not in ("UND", "ABS"):
            name, at, node = words[7].partition("@")
            default = "" if node.startswith("@") else " old"
            size = f" {words[2]}" if words[3] == "OBJECT" else ""
            found.append(f"{node.lstrip('@') or '(none)'} {name} {words[3]}{size}{default}")
    return text(sorted(found))


def has_debug_info(library=LIBRARY):
    return re.search(r"\.debug_info\s", run("readelf", "--sections", "--wide", library)) is not None


def require_debug_info(library=LIBRARY):
    """abidiff calls libraries without debug information equal: it would see no type."""
    if not has_debug_info(library):
        raise AssertionError(f"{library} has no debug information: build it with -g")


def abixml():
    require_debug_info()
    made = run(*ABIDW, "--no-show-locs", "--exported-interfaces-only", "--type-id-style", "hash",
               "--headers-dir", INCLUDE, LIBRARY)
    return re.sub(r" path='[^']*/((?:src|gen)/[^']*)'", r" path='\1'", made)


# The headers, as the compiler sees them


class Types:
    """The types that the public headers define, by what libabigail reads of a probe."""

    def __init__(self):
        with tempfile.TemporaryDirectory() as folder:
            source, probe = pathlib.Path(folder, "probe.c"), pathlib.Path(folder, "probe.so")
            source.write_text(including() + "int probe(void);\nint probe(void) { return 0; }\n")
            run(*COMPILER, "-g", "-fno-eliminate-unused-debug-types", "-shared", "-fPIC",
                f"-I{INCLUDE}", source, "-o", probe)
            require_debug_info(probe)
            tree = ElementTree.fromstring(run(*ABIDW, "--load-all-types", probe))
        self.by_id = {item.get("id"): item for item in tree.iter() if item.get("id")}
        self.ours = [item for item in self.by_id.values()
                     if item.get("filepath", "").startswith(f"{INCLUDE.resolve()}/")]
        self.typedefs = {item.get("name"): item for item in self.ours if item.tag == "typedef-decl"}

    def spelled(self, item):
        name = item.get("name")
        if name in self.typedefs:
            return name
        return ("union " if item.tag == "union-decl" else "struct ") + name

    def records(self):
        for item in self.ours:
            if item.tag in ("class-decl", "union-decl") and not item.get("is-anonymous") \
                    and not item.get("is-declaration-only"):
                yield self.spelled(item), list(self.members(item, ""))

    def members(self, item, prefix):
        for member in item.findall("data-member/var-decl"):
            path = prefix + member.get("name")
            yield path
            inner = self.by_id.get(member.get("type-id"))
            if inner is not None and inner.get("is-anonymous"):
                yield from self.members(inner, path + ".")

    def scalars(self):
        """Typedefs of pointers, arrays and the like, whose size is a promise as well."""
        for name, item in self.typedefs.items():
            target = self.by_id.get(item.get("type-id"))
            while target is not None and target.tag == "typedef-decl":
                target = self.by_id.get(target.get("type-id"))
            if target is None or target.tag not in ("class-decl", "union-decl", "function-type"):
                yield name

    def enumerators(self):
        for item in self.ours:
            if item.tag == "enum-decl":
                for value in item.findall("enumerator"):
                    yield value.get("name"), value.get("value")


def layout():
    """What a program prints that was compiled against the headers and linked with the library.

    Sizes, alignments and offsets of every struct, and what its _init leaves that is not zero.
    """
    types, body = Types(), []
    initial = {line.split()[1] for line in symbols().splitlines()}
    for name in sorted(types.scalars()):
        body.append(f'    printf("type {name} %zu %zu\\n", sizeof({name}), _Alignof({name}));\n')
    for name, members in sorted(types.records()):
        body.append(f'    printf("struct {name} %zu %zu\\n", sizeof({name}), _Alignof({name}));\n')
        for path in members:
            body.append(f'    printf("field {name}.{path} %zu %zu\\n", offsetof({name}, {path}), '
                        f"sizeof((({name} *)0)->{path}));\n")
        if f"xls_{name}_init" in initial:
            body.append(f"    {name}_init((void *)image);\n"
                        f'    print_image("{name}", sizeof({name}));\n')
    program = (including() + "#include <stddef.h>\n#include <stdio.h>\n\n"
               "static unsigned char image[1 << 16];\n\n"
               "static void print_image(const char *name, size_t size)\n{\n"
               "    for (size_t i = 0; i < size; i++)\n"
               "        if (image[i])\n"
               '            printf("default %s byte %zu %02x\\n", name, i, image[i]);\n}\n\n'
               "int main(void)\n{\n" + "".join(body) + "    return 0;\n}\n")
    with tempfile.TemporaryDirectory() as folder:
        source, binary = pathlib.Path(folder, "layout.c"), pathlib.Path(folder, "layout")
        source.write_text(program)
        run(*COMPILER, "-std=gnu11", f"-I{INCLUDE}", source, "-o", binary, LIBRARY,
            f"-Wl,-rpath,{LIBRARY.parent.resolve()}")
        return run(binary)


def macros():
    found, file = {}, ""
    folder = str(INCLUDE.resolve())
    for line in run(*COMPILER, "-E", "-dD", f"-I{folder}", "-x", "c", "-",
                    text=including()).splitlines():
        marker = re.match(r'# \d+ "(.*?)"', line)
        define = re.match(r"#define (\w+(?:\([^)]*\))?)(.*)", line)
        undefine = re.match(r"#undef (\w+)", line)
        if marker:
            file = marker.group(1)
        elif undefine:
            found.pop(undefine.group(1), None)
        elif define and file.startswith(f"{folder}/"):
            name, value = define.group(1), " ".join(define.group(2).split())
            if value or not name.endswith("_H"):
                found[name] = value
    return found


def constants():
    """Every macro, enum value and error code of the public headers."""
    rows = [f"macro {name} {value}".rstrip() for name, value in macros().items()]
    rows += [f"enum {name} {value}" for name, value in Types().enumerators()]
    return text(sorted(rows))


# What C cannot say


def contract():
    """Who reads, writes, keeps and frees what, and the defaults, at the levels: by the schema."""
    model = schema.load(SCHEMA)
    rows = []
    for level in model.levels:
        at = model.at(level)
        for function in at.functions.values():
            words = [word for word in ("inline", "local", "owned", "borrowed")
                     if getattr(function, word)]
            if function.list_count:
                words.append(f"list {function.list_count}")
            rows.append(f"{level} {function.name} : {' '.join(words)}".rstrip())
            for p in function.parameters:
                words = [p.role or "in", *(word for word in ("callee_inits", "kept", "owned",
                                                             "borrowed") if getattr(p, word))]
                rows.append(f"{level} {function.name} {p.name} {p.type} : {' '.join(words)}")
        for struct in at.structs.values():
            for path, field in struct.walk():
                default = field.default
                if default is None and field.type in at.enums:
                    default = at.enums[field.type].default
                if field.form == "value" and default is not None:
                    rows.append(f"{level} {struct.name}.{path} = {at.constant_value(default)}")
    return text(sorted(rows))


def own_text(header):
    """What the preprocessor makes of a header, without what comes from the system's headers."""
    out, file = [], ""
    folder = str(INCLUDE.resolve())
    for line in run(*COMPILER, "-E", f"-I{folder}", "-DXLS_ALL_ARCHITECTURES", "-x", "c", "-",
                    text=f"#include <{header}>\n").splitlines():
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            file = marker.group(1)
        elif file.startswith(f"{folder}/"):
            out.append(line)
    return "\n".join(out)


def declarations():
    """(header, ELF name) of all that each node's headers declare, on every machine.

    The names of libxl have an asm label with the symbol; those of our own, xls_..., are the symbol.
    """
    for header in headers():
        source = re.sub(r"\btypedef\b[^;{}]*;", "", own_text(header))
        found = {"".join(re.findall(r'"(\w+)"', label))
                 for label in re.findall(r"__asm__\s*\(([^()]*)\)", source)}
        inline = set(re.findall(r"static inline[^;{}]*?\b(xls_\w+)\s*\(", source))
        found |= set(re.findall(r"\b(xls_\w+)\s*\((?!\s*\*)", source)) - inline
        yield from ((header, name) for name in found if name.startswith("xls_"))


VIEWS = {"symbols": symbols, "constants": constants, "layout": layout, "contract": contract}
