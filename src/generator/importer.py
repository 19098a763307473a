#!/usr/bin/env python3
"""Brings a Xen release into the schema, or checks that the schema describes it.

usage: importer.py RELEASE XEN-SOURCE-DIR [--schema DIR] [--headers DIR] [--check]
       importer.py RELEASE --filtered DIR [--schema DIR]

  RELEASE         such as 4.20; a new one gets a line in the schema's list of releases
  XEN-SOURCE-DIR  Xen's tree, or its tools/ folder's part of it. Its idl.py and libxl_types.idl
                  are executed: take a tree that you would also build.
  --schema DIR    default abi/libxl
  --headers DIR   take the public headers from here, such as Debian's libxen-dev
  --check         write nothing; print the differences, and exit with 1 if there are any
  --filtered DIR  write the schema as of RELEASE into DIR

What the notation of the schema cannot say (a field that is gone, another prototype) is an error:
it is printed, the exit status is 1, and no file is touched.
"""

import argparse
import pathlib
import sys
import tempfile

import import_compare
import import_headers
import import_idl
import import_text
import schema
from schema import RELEASE, SchemaError, release_key

DEFAULT_SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "abi" / "libxl"


class Release:
    """What the importer reads of a Xen release; the schema to compare it with may vary."""

    def __init__(self, name, source, headers=None):
        self.name = name
        self.types = import_idl.read(source)
        self.declarations = import_headers.read(source, headers)
        self.private = import_headers.private_constants(source)

    def compare(self, folder):
        model = schema.load(folder)
        oldest, newest = model.releases[0], model.releases[-1]
        if self.name not in model.releases and release_key(self.name) < release_key(newest):
            raise SchemaError(f"{folder} begins with Xen {oldest} and does not know {self.name}")
        comparison = import_compare.Comparison(model, self.name, self.types, self.declarations,
                                               self.private)
        return comparison.run(), comparison.counts


def edited(folder, findings):
    text = import_text.SchemaText(folder)
    for finding in findings:
        finding.edit(text)
    return text


def check_result(text, release):
    """The edits must have said what they meant, before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        text.write(folder)
        left, _ = release.compare(folder)
    if left:
        raise SchemaError("after the edits the schema still differs:\n"
                          + "\n".join(finding.text for finding in left))


def report(name, counts):
    what = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    print(f"Xen {name}: {what}: the schema says the same")


def run(arguments):
    if arguments.filtered:
        import_text.filtered(arguments.schema, arguments.release).write(arguments.filtered)
        return 0
    release = Release(arguments.release, arguments.source, arguments.headers)
    findings, counts = release.compare(arguments.schema)
    if not findings:
        report(release.name, counts)
        return 0
    if arguments.check:
        print("\n".join(finding.text for finding in findings))
        return 1
    beyond = [finding for finding in findings if finding.edit is None]
    if beyond:
        for finding in beyond:
            print(f"importer.py: error: {finding.text}", file=sys.stderr)
        return 1
    text = edited(arguments.schema, findings)
    check_result(text, release)
    text.write(arguments.schema)
    print("\n".join(finding.text for finding in findings))
    return 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.partition("usage: ")[2])
    parser.add_argument("release")
    parser.add_argument("source", nargs="?")
    parser.add_argument("--schema", default=DEFAULT_SCHEMA)
    parser.add_argument("--headers")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--filtered")
    arguments = parser.parse_args()
    if not RELEASE.match(arguments.release):
        parser.error(f"'{arguments.release}' is not a release such as 4.20")
    if (arguments.source is None) != (arguments.filtered is not None):
        parser.error("either XEN-SOURCE-DIR or --filtered DIR")
    try:
        return run(arguments)
    except (SchemaError, OSError) as error:
        print(f"importer.py: error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
