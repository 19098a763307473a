#!/usr/bin/env python3
"""Runs library_fits_schema over each real libxenlight, and sums up. $VALGRIND runs it under it."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "differential"))

import root     # noqa: E402


def main():
    wrong = 0
    for number, release in enumerate(root.RELEASES, 1):
        try:
            out, _ = root.run(release, "tests/conformance/library_fits_schema", preload=None)
            lines = out.decode().splitlines()
            passed = sum(line.startswith("ok ") for line in lines)
            if lines[-1] != f"1..{passed}":
                raise root.Failed("\n".join(line for line in lines if not line.startswith("ok ")))
            print(f"ok {number} - Xen {release}: {passed} results")
        except root.Failed as failure:
            wrong += 1
            print("\n".join(f"# {line}" for line in str(failure).splitlines()))
            print(f"not ok {number} - Xen {release}")
    print(f"1..{len(root.RELEASES)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
