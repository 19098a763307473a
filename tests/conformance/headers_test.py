#!/usr/bin/env python3
"""The schema against the real headers of Xen: all that it says is so there, and they say no more.

All that it says: assertions.py, compiled with the real headers, once for each LIBXL_API_VERSION.
No more: every function, field, value and macro that real_headers.py finds is in the schema. The
importer, which reads the source of Xen instead, has to agree, where tests/debian/fetch found one.
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import assertions       # noqa: E402  (it knows where the generator is)
import c                # noqa: E402
import real_headers     # noqa: E402
import schema           # noqa: E402

ROOT = assertions.ROOT
BUILD = pathlib.Path(os.environ.get("builddir") or ROOT / "build").resolve()
XEN = pathlib.Path(os.environ.get("XEN_RELEASES") or ROOT / ".cache").resolve()
CC = shlex.split(os.environ.get("CC") or "cc")
CXX = shlex.split(os.environ.get("CXX") or "c++")
RELEASES = ("4.14", "4.17", "4.20")

# Macros of the headers that are no interface: guards, the list macros behind libxl_event's link,
# and a mark that warns libxl's own code.
PRIVATE_MACROS = re.compile(r"LIBXL(_\w+|UTIL)?_H|LIBXL_[A-Z]*(LIST|TAILQ|CIRCLEQ)_\w+|"
                            r"LIBXL__(QMD|SYS|TRA)\w+|LIBXL_EXTERNAL_CALLERS_ONLY")
# Inline helpers around yajl that src/generator/headers.py writes without the schema.
YAJL_HELPERS = {"libxl__yajl_alloc", "libxl_yajl_gen_alloc"}
# Declared only to be called by what Xen generates.
INTERNAL = {"libxl__domain_build_info_copy_deprecated"}


def layout_of(release):
    program = BUILD / "tests" / "conformance" / "print_layout"
    out = subprocess.run([program, release], capture_output=True, text=True, check=True).stdout
    return {words[0]: tuple(map(int, words[1:])) for words in map(str.split, out.splitlines())}


def compiles(release, api, text):
    """None, or the compiler's first complaints."""
    options = [f"-DLIBXL_API_VERSION={c.api_number(api)}"] if api else []
    run = subprocess.run([*CXX, "-xc++", "-std=gnu++17", "-fsyntax-only", "-Wno-invalid-offsetof",
                          f"-I{XEN / 'headers' / release}", real_headers.YAJL, *options, "-"],
                         input=text, text=True, capture_output=True)
    return None if not run.returncode else "\n".join(run.stderr.splitlines()[:30])


def check_assertions(model, release, api, layout):
    made = assertions.Assertions(model, release, layout, api)
    complaint = compiles(release, api, made.text(real_headers.includes()))
    return made.count, complaint


def differences(what, schema_has, headers_have):
    for name in sorted(set(headers_have) - set(schema_has)):
        yield f"{what} {name}: in the headers, not in the schema"
    for name in sorted(set(schema_has) - set(headers_have)):
        yield f"{what} {name}: in the schema, not in the headers"


def check_nothing_more(model, release, layout):
    """(the number of names compared, differences)"""
    known = model.at(release)
    found = real_headers.Headers(CC, XEN / "headers" / release)
    wrong = list(differences("function", assertions.names(model, release) | YAJL_HELPERS | INTERNAL,
                             found.functions))
    fields = {s.name: [path for path, _ in s.walk() if f"{s.name}.{path}" in layout]
              for s in known.structs.values()}
    fields |= {r.name: list(record_paths(r)) for r in known.records.values()}
    fields |= {name: [assertions.split(m)[0] for m in builtin_members(b)]
               for name, b in known.builtins.items() if b.c.startswith("struct {")}
    wrong += differences("struct", fields, found.structs)
    for name in set(fields) & set(found.structs):
        if fields[name] != found.structs[name]:
            wrong.append(f"{name}: fields {found.structs[name]} in the headers, {fields[name]} in "
                         "the schema")
    values = {e.name: [v.name for v in e.values] for e in known.enums.values()}
    wrong += differences("enum", values, found.enums)
    for name in set(values) & set(found.enums):
        wrong += differences(f"value of {name}:", values[name], found.enums[name])
    macros = {name.partition("(")[0] for name, constant in known.constants.items()
              if constant.arch != "arm" and constant.header != "private"}
    public = {m for m in found.macros if m.startswith(("LIBXL_", "libxl_", "XLU_", "xlu_"))}
    wrong += differences("macro", {m for m in macros if m.startswith(("LIBXL_", "libxl_"))},
                         {m for m in public if not PRIVATE_MACROS.fullmatch(m)})
    count = len(found.functions) + len(public) + sum(
        len(v) for v in [*found.structs.values(), *found.enums.values()])
    return count, wrong


def builtin_members(builtin):
    inside = builtin.c.partition("{")[2].rpartition("}")[0]
    return [m.strip() for m in inside.split(";") if m.strip()]


def record_paths(record):
    for name, type_text in record.members:
        yield name
        if type_text.startswith("union {"):
            for member in type_text.partition("{")[2].rpartition("}")[0].split(";"):
                if member.strip():
                    yield f"{name}.{assertions.split(member.strip())[0]}"


def check_importer(release):
    run = subprocess.run([sys.executable, "-B", ROOT / "src" / "generator" / "importer.py", release,
                          XEN / "source" / f"xen-{release}", "--check", "--headers",
                          XEN / "headers" / release], capture_output=True, text=True)
    return (run.stdout + run.stderr).splitlines() if run.returncode or run.stderr else []


def main():
    model = schema.load(ROOT / "abi" / "libxl")
    number, failed = 0, 0

    def told(wrong, what):
        nonlocal number, failed
        number += 1
        failed += bool(wrong)
        for line in wrong[:40]:
            print(f"# {line}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {what}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        layouts = {release: layout_of(release) for release in RELEASES}
        jobs = [(release, api, pool.submit(check_assertions, model, release, api,
                                           layouts[release]))
                for release in RELEASES for api in (None, *assertions.accepted(release))]
        for release, api, job in jobs:
            count, complaint = job.result()
            told(complaint.splitlines() if complaint else [],
                 f"Xen {release}, LIBXL_API_VERSION {api or 'unset'}: {count} assertions")
    for release in RELEASES:
        complaint = compiles(release, "4.19", real_headers.includes())
        told([] if complaint and "#error" in complaint else ["LIBXL_API_VERSION 4.19 is taken"],
             f"Xen {release} refuses another LIBXL_API_VERSION")
        count, wrong = check_nothing_more(model, release, layouts[release])
        told(wrong, f"Xen {release}: {count} names in the headers, none of them new to the schema")
        if (XEN / "source" / f"xen-{release}.absent").exists():
            print(f"# Xen {release}: no source to be had, so the importer is not asked")
        else:
            told(check_importer(release), f"Xen {release}: the importer agrees with the schema")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
