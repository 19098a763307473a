#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the baseline of this version from what was built, or freezes it.

usage: update.py          make update-abi: adds, or renews while the version is a candidate
       update.py release  make release-abi: what the candidate says holds from now on
"""

import lzma
import re
import sys

from abi_case import INCLUDE, SOURCE, run
import baseline
import nodes
import view


def refuse(text):
    sys.exit(f"update.py: {text}")


def write_debian(own):
    """The entries of released versions stay as they are; those of this one are made anew."""
    version = own.version.rpartition(".")[0]
    kept = ""
    if baseline.DEBIAN.exists():
        kept = "".join(line for line in baseline.DEBIAN.read_text().splitlines(keepends=True)
                       if not own.candidate or not line.endswith(f" {version}\n"))
    if " " in kept.partition("\n")[2]:
        baseline.DEBIAN.write_text(kept)
        options = [f"-I{baseline.DEBIAN.resolve()}"]
    else:
        options = []
    status, said = baseline.gensymbols(f"-v{version}", "-c0", *options,
                                       f"-O{baseline.DEBIAN.resolve()}")
    if status:
        refuse(said)


def update():
    _, version = baseline.package()
    own = baseline.Baseline(version)
    made = {name: make() for name, make in view.VIEWS.items()}
    xml = view.abixml()
    if own.here.exists() and not own.candidate:
        wrong = [baseline.difference(own.read(name), text, name) for name, text in made.items()]
        wrong.append(baseline.abidiff(own, True))
        if any(wrong):
            refuse(f"{version} is released and stays what it is; what is new needs a new node and "
                   f"version, see doc/adding-a-symbol.md\n" + "\n".join(filter(None, wrong)))
        return
    added = not own.folder.exists()
    own.here.mkdir(parents=True, exist_ok=True)
    if added:
        (own.folder / "candidate").write_text("Not released: this may still change.\n")
    for name, text in made.items():
        (own.here / name).write_text(text)
    (own.here / "abi.xml.xz").write_bytes(lzma.compress(xml.encode(), preset=9))
    build_callers(own)
    if not own.candidate:
        record(own)     # another architecture of what is released
    write_debian(own)
    print(f"abi/baselines/{version}/{baseline.MACHINE}: written; look at the difference, commit it")


def build_callers(own):
    """The objects of old-callers: of a candidate anew, else only what this architecture lacks."""
    for source in sorted((baseline.CALLERS / own.version).glob("*.c")):
        target = source.parent / baseline.MACHINE / source.with_suffix(".o").name
        if target.exists() and not own.candidate:
            continue
        target.parent.mkdir(exist_ok=True)
        command = [*view.COMPILER, "-std=gnu11", "-O2", "-fPIE", "-Wall", "-Werror"]
        run(*command, f"-I{INCLUDE}", "-c", source, "-o", target)
        (target.parent / "built").write_text(
            f"{' '.join(command)} -I(the headers of libxlstable {own.version}) -c NAME.c\n"
            f"{run(view.COMPILER[0], '--version').splitlines()[0]}\n")


def record(own):
    kept = [line for line in baseline.recorded() if f"/{own.version}/" not in line]
    baseline.RELEASED.write_text("# What is released stays as it is. make release-abi writes this.\n"
                                 + view.text([*kept, *baseline.sums(own)]))


def release():
    version, name = baseline.package()
    own = baseline.Baseline(name)
    if not own.candidate:
        refuse(f"abi/baselines/{name} is no candidate")
    for path in own.folder.iterdir():
        if path.is_dir() and path.name == baseline.MACHINE:
            break
    else:
        refuse(f"abi/baselines/{name} has nothing of {baseline.MACHINE}: make update-abi")
    nodes.check(version, SOURCE)
    (own.folder / "candidate").unlink()
    record(own)
    configure = SOURCE / "configure.ac"
    configure.write_text(re.sub(r"(AC_INIT\(\[libxlstable\], \[)[^]]*", rf"\g<1>{name}",
                                configure.read_text(), count=1))
    print(f"{name} is frozen. Commit it, and tag it v{name}.")


if __name__ == "__main__":
    if sys.argv[1:] == ["release"]:
        release()
    elif not sys.argv[1:]:
        update()
    else:
        sys.exit(__doc__.strip())
