"""Runs programs of the build in the root that holds the real libxenlights (tests/debian/enter)."""

import os
import pathlib
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("srcdir") or HERE.parents[1]).resolve()
BUILD = pathlib.Path(os.environ.get("builddir") or SOURCE / "build").resolve()
XEN = pathlib.Path(os.environ.get("XEN_RELEASES") or SOURCE / ".cache").resolve()
RELEASES = ("4.14", "4.17", "4.20")

STUB = BUILD / "tests" / "differential" / ".libs" / "nohypervisor.so"

# What is still reachable at the end is kept on purpose: a library stays open until exit.
LEAKS = "definite,indirect,possible"


def valgrind():
    """The command of $VALGRIND, so that every program of the test runs under it.

    Nothing is suppressed: what the tests use of libxl does not leak.
    """
    command = shlex.split(os.environ.get("VALGRIND", ""))
    return command and [*command, "-q", "--error-exitcode=99", "--leak-check=full",
                        f"--show-leak-kinds={LEAKS}", f"--errors-for-leak-kinds={LEAKS}"]


class Failed(Exception):
    pass


def run(release, program, *arguments, stdin=b"", preload=STUB):
    """(stdout, stderr). Failed has what the program says of an error, and what valgrind found."""
    variables = {"LD_PRELOAD": preload} if preload else {}
    command = [SOURCE / "tests" / "debian" / "enter", "--root", XEN / "root", "--release", release,
               "--bind", BUILD, "--bind", SOURCE, "--",
               "env", *(f"{name}={value}" for name, value in variables.items()),
               *valgrind(), BUILD / program, *arguments]
    done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True)
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        wrong = [line for line in done.stdout.decode(errors="replace").splitlines()
                 if line.startswith(("not ok", "#"))]
        raise Failed(f"{program} {' '.join(arguments)} on Xen {release}: exit status "
                     f"{done.returncode}\n" + "\n".join([*wrong, said[-6000:]]))
    return done.stdout, said
