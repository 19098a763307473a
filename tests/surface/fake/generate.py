#!/usr/bin/env python3
"""Writes what the schema promises of each release, for the fake libxenlight.

usage: generate.py SCHEMA-DIR OUTPUT-DIR

generated.c has every function, each as a weak symbol: what is written by hand stands before it.
counters.h has a counter for each. libxenlight-4.N.map and libxlutil-4.N.map export what Xen 4.N has,
and fake_control, which is how tests reach the fake.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "src" / "generator"))

import c          # noqa: E402
import schema     # noqa: E402
from simulation import exported, family    # noqa: E402

STATEMENTS = {
    "init": "fake_init({type}, p);",
    "init_key": "fake_init_arm({type}, p, {last});",
    "dispose": "fake_dispose({type}, p);",
    "copy": "fake_copy({type}, dst, src);",
    "to_json": "return fake_to_json({type}, {by_value}p);",
    "from_json": "return fake_from_json({type}, p, s);",
}


declared = set()    # what the headers of the level have


def generated(model):
    yield c.LICENCE + c.BANNER + '#include "counters.h"\n#include "family.h"\n\n'
    functions = list(model.functions.values())
    yield "struct fake_counter fake_counters[FAKE_COUNTERS] = {\n"
    yield "".join(f'    {{ "{f.name}", 0 }},\n' for f in functions if not f.inline) + "};\n\n"
    for item in model.declarations:
        for kind, name, returns, parameters in family(model, item):
            if item.name in model.enums:
                body = "return 0;"      # nobody asks: their strings are ours
            else:
                body = STATEMENTS[kind].format(type=f"XLS_TYPE_{item.name}", by_value="",
                                               last=parameters[-1].name)
            yield weak(name, returns, parameters, body)
    for f in functions:
        if f.inline:
            continue
        value = "" if f.returns == "void" else "    return 0;\n"
        if f.returns == "bool":
            value = "    return false;\n"
        text = weak(f.name, f.returns, f.parameters, f'fake_called("{f.name}");', value)
        arch = c.ARCH[f.arch].rpartition(" || ")[0] if f.arch else None
        yield f"#if {arch}\n{text}#endif\n" if arch else text


def weak(name, returns, parameters, statement, more=""):
    head = c.wrapped(c.prototype(returns, name, parameters))
    if name not in declared:
        # Newer than the level: no header of ours has it, nor its types. Pointers and numbers do.
        text = re.sub(r"\b(?:const )?(?!libxl_ctx)libxl_\w+ \*", "void *", head)
        text = re.sub(r"\blibxl_\w+ (?=\w+[,)])", "int ", text)
        return f"XLS_SYMBOL({name}) {text};\n__attribute__((weak)) {text}\n{{\n    {statement}\n{more}}}\n\n"
    return f"__attribute__((weak)) {head}\n{{\n    {statement}\n{more}}}\n\n"


def counters(model):
    count = sum(1 for f in model.functions.values() if not f.inline)
    return f"""{c.LICENCE}{c.BANNER}#ifndef FAKE_COUNTERS_H
#define FAKE_COUNTERS_H

#define FAKE_COUNTERS {count}

extern struct fake_counter {{
    const char *function;
    unsigned calls;
}} fake_counters[FAKE_COUNTERS];

#endif
"""


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    model, target = schema.load(arguments[0]), pathlib.Path(arguments[1])
    level = model.at(model.levels[-1])
    declared.update(level.functions)
    declared.update(name for item in level.declarations for _, name, _, _ in family(level, item))
    target.mkdir(parents=True, exist_ok=True)
    (target / "generated.c").write_text("".join(generated(model)))
    (target / "counters.h").write_text(counters(model))
    for release in [*model.releases, "4.99"]:
        for name, util in ("libxenlight", False), ("libxlutil", True):
            (target / f"{name}-{release}.map").write_text(exported(model, release, util, ["fake_control"]))


if __name__ == "__main__":
    main(sys.argv[1:])
