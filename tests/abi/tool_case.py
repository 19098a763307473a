# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of xlstable-abi share: a libxenlight with one thing changed, and the tool's words."""

import json
import pathlib

from abi_case import SCHEMA, SOURCE, lines, run
import schema

MARK = b"libxenlight.so."


def measured(release):
    """{type or type.field: bytes}, as measured in Xen's own build of the release."""
    head, *rows = (line.split("\t") for line in lines(SOURCE / "abi" / "measured" / "x86_64.tsv"))
    column = head.index(release)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def field_before(release, offset):
    """The field of libxl_dominfo that lies there."""
    return next(name for name, at in measured(release).items()
                if name.startswith("libxl_dominfo.") and at == offset)


def alter(folder, release, real, util, *options):
    """Builds altered.c in front of the library `real`, as a libxenlight.so.RELEASE in `folder`.

    The real one gets another SONAME of the same length, so that both can be in one process.
    """
    soname = MARK + release.encode()
    behind, front = folder / "behind.so", folder / soname.decode()
    image = real.read_bytes()
    assert soname + b"\0" in image
    behind.write_bytes(image.replace(soname + b"\0", soname.replace(b"light", b"other") + b"\0"))
    (folder / soname.decode().replace("light", "other")).write_bytes(behind.read_bytes())
    (folder / f"libxlutil.so.{release}").symlink_to(util)
    run("gcc", "-shared", "-fPIC", "-Wno-unused-function", SOURCE / "tests" / "abi" / "altered.c",
        "-o", front, f"-Wl,-soname,{soname.decode()}", f"-Wl,-rpath,{folder}",
        "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", behind, f'-DBEHIND="{behind}"',
        f"-DTYPE_SIZE={measured(release)['libxl_dominfo']}", *options)
    return front


def alterations(release):
    """(what, options for altered.c, what the tool must say: (kind, name) -> part of the text)."""
    at = measured(release)
    current = at["libxl_dominfo.current_memkb"]
    after = [name for name, offset in at.items()
             if name.startswith("libxl_dominfo.") and offset >= current]
    inserted = {("offset", name): f"at byte {at[name] + 8}, and at byte {at[name]}" for name in after}
    inserted["size", "libxl_dominfo"] = \
        f"{at['libxl_dominfo'] + 8} bytes, and {at['libxl_dominfo']} by"
    yield "a field inserted", ["-DINSERT", f"-DAT={current}"], inserted
    swapped = at["libxl_dominfo.vcpu_max_id"]
    yield "two fields swapped", ["-DSWAP", f"-DAT={swapped}"], {
        ("offset", "libxl_dominfo.vcpu_max_id"): f"at byte {swapped + 4}, and at byte {swapped}",
        ("offset", field_before(release, swapped + 4)): f"at byte {swapped}, and at byte"}
    reason = at["libxl_dominfo.shutdown_reason"]
    yield "another default", ["-DDEFAULT", f"-DAT={reason}"], {
        ("default", "libxl_dominfo.shutdown_reason"): f"leaves 0xfe at byte {reason}, and 0xff"}
    yield "a field that is not read", ['-DDEAF="cpupool"', "-DAT=0"], {
        ("offset", "libxl_dominfo.cpupool"): "knows no such field"}
    yield "an _init that dies", ["-DCRASH", "-DAT=0"], {("crash", "libxl_dominfo"): "Aborted"}
    yield "a value with another name", ["-DNAME", "-DAT=0"], {
        ("value", "LIBXL_SHUTDOWN_REASON_CRASH"): "3 is 'crashed' there"}


def found(text):
    """{(kind, name): text} of the tool's JSON."""
    return {(item["kind"], item["name"]): item["text"] for item in json.loads(text)["findings"]}


def model():
    return schema.load(SCHEMA)


def as_said(expected, findings, what):
    """Complaints, unless the findings are those and no others."""
    wrong = [f"{what}: not said: {name}: {text}" for name, text in expected.items()
             if text not in findings.get(name, "")]
    return wrong + [f"{what}: said as well: {name}: {text}" for name, text in findings.items()
                    if name not in expected]


__all__ = ["alter", "alterations", "as_said", "found", "measured", "model", "pathlib"]
