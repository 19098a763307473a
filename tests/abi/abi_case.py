"""What the tests of the ABI share: where things are, and how a header is compiled."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

SOURCE = pathlib.Path(os.environ.get("srcdir", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("builddir", "."))
INCLUDE = BUILD / "include"
LIBRARY = BUILD / ".libs" / "libxlstable.so.1"
SCHEMA = SOURCE / "abi" / "libxl"

sys.path.insert(0, str(SOURCE / "src" / "generator"))

import nodes     # noqa: E402

# Those of the level, which a caller includes; _libxl_base.h and _libxl_types.h come with them.
HEADERS = next(node.headers for node in nodes.read_nodes(SOURCE).values())
# And those of every node.
ALL_HEADERS = [header for node in nodes.read_nodes(SOURCE).values() for header in node.headers]


def lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def level():
    """The Xen release whose API the headers have."""
    return lines(SCHEMA / "levels")[-1].split()[0]


def run(*command, text=None):
    """What a command prints; it may not fail. A missing tool is a failure, never a skip."""
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}")
    return done.stdout


def compile_text(compiler, options, text):
    """The compiler's complaints about a source, or "". Nothing is written."""
    language = "c++" if "++" in compiler else "c"
    done = subprocess.run([compiler, "-x", language, "-fsyntax-only", f"-I{INCLUDE}", *options, "-"],
                          input=text, capture_output=True, text=True, check=False)
    if done.returncode and not done.stderr:
        return f"{compiler}: exit status {done.returncode}"
    return done.stderr


if __name__ == "__main__":
    unittest.main()
