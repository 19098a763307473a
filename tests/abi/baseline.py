# SPDX-License-Identifier: LGPL-2.1-or-later
"""abi/baselines: the ABI as it was with each version of the library, frozen when that is released.

VERSION/ARCHITECTURE/ has the texts of view.py and abi.xml.xz, which libabigail made. A version with
a file `candidate` beside them is not released, and may still change. `released` has the checksums of
all that is: it cannot be altered unseen.
"""

import contextlib
import difflib
import hashlib
import lzma
import pathlib
import platform
import re
import subprocess
import tempfile

from abi_case import INCLUDE, LIBRARY, SOURCE, lines
import nodes
import view

FOLDER = SOURCE / "abi" / "baselines"
RELEASED = FOLDER / "released"
CALLERS = SOURCE / "tests" / "abi" / "old-callers"
DEBIAN = SOURCE / "symbols" / "libxlstable1.symbols"
MACHINE = platform.machine()


def package():
    """The version as configure.ac has it, and the version whose baseline belongs to it."""
    text = (SOURCE / "configure.ac").read_text()
    version = re.search(r"AC_INIT\(\[libxlstable\], \[([^]]*)\]\)", text).group(1)
    major, minor = re.match(r"(\d+)\.(\d+)", version).groups()
    return version, f"{major}.{minor}.0"


class Baseline:
    def __init__(self, version):
        self.version, self.folder = version, FOLDER / version
        self.here = self.folder / MACHINE

    @property
    def candidate(self):
        return (self.folder / "candidate").exists()

    def read(self, name):
        return (self.here / name).read_text()

    def nodes(self):
        return {line.split()[0] for line in self.read("symbols").splitlines()}

    def files(self):
        """With the old callers, which are frozen with it."""
        return sorted(path for folder in (self.folder, CALLERS / self.version)
                      for path in folder.rglob("*") if path.is_file())

    @contextlib.contextmanager
    def xml(self):
        """The path of the unpacked ABI, for libabigail."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "abi.xml")
            path.write_bytes(lzma.decompress((self.here / "abi.xml.xz").read_bytes()))
            yield path


def all_baselines():
    """Oldest first."""
    versions = [path.name for path in FOLDER.iterdir() if path.is_dir()]
    return [Baseline(version) for version in sorted(versions, key=nodes.key)]


def sums(baseline):
    return [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(SOURCE)}"
            for path in baseline.files()]


def recorded():
    return lines(RELEASED) if RELEASED.exists() else []


def difference(old, new, name):
    return "\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), f"{name}, baseline",
                                          f"{name}, now", lineterm="", n=0))


def lacking(old, new, kept=lambda line: True):
    """The lines of the baseline that are no more, with what is there now instead."""
    there = set(new.splitlines())
    return [line for line in old.splitlines() if kept(line) and line not in there]


def abidiff(baseline, exact):
    """What libabigail reports, or "". Any change is one, also where it calls it harmless."""
    view.require_debug_info()
    options = [] if exact else ["--no-added-syms"]
    with baseline.xml() as xml:
        done = subprocess.run(["abidiff", "--harmless", *options, "--headers-dir2", str(INCLUDE),
                               str(xml), str(LIBRARY)], capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stdout + done.stderr or f"abidiff: exit status {done.returncode}"
    return ""


def gensymbols(*options):
    """dpkg-gensymbols wants to be in a source package."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "debian").mkdir()
        pathlib.Path(folder, "debian", "control").write_text(
            "Source: libxlstable\n\nPackage: libxlstable1\nArchitecture: any\n")
        done = subprocess.run(["dpkg-gensymbols", "-plibxlstable1", f"-e{LIBRARY.resolve()}",
                               *options], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
