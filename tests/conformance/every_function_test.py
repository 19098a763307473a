#!/usr/bin/env python3
"""Every function of the schema is called over every simulated release, and says the same there.

What depends on the release follows from the schema: a function or parameter that came later is
refused, a field that came later is not there. All else that differs is in EXCEPTIONS, with a reason.
$VALGRIND runs the program under it: then the oldest and the newest release only.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import unittest

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).parents[2])
BUILD = pathlib.Path(os.environ.get("builddir") or TOP / "build")
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "src" / "generator"))

import schema       # noqa: E402

NI, INVAL = "-4", "-6"

# (function, what): why it may differ. (Two runs may begin in the same second.)
EXCEPTIONS = {
    ("libxl_vm_get_start_time", "result"): "the guests of each run start when it runs",
}
CLOCKS = {"cpu_time", "vcpu_time"}      # the simulated guests run


def later(since, release):
    return since and schema.release_key(since) > schema.release_key(release)


def run(release):
    """{function: [(what, type or None, value)]}"""
    command = shlex.split(os.environ.get("VALGRIND", ""))
    if command:
        command += ["-q", "--error-exitcode=99", "--leak-check=full",
                    "--errors-for-leak-kinds=definite,indirect,possible",
                    "--show-leak-kinds=definite,indirect,possible"]
    done = subprocess.run([BUILD / "libtool", "--mode=execute", *command,
                           BUILD / "tests/conformance/every_function"], capture_output=True,
                          env={**os.environ, "XLSTABLE_LIBXENLIGHT":
                               str(BUILD / "sim" / f"libxenlight.so.{release}")})
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise AssertionError(f"Xen {release}: exit status {done.returncode}\n{said[-4000:]}")
    told, function = {}, None
    for line in done.stdout.decode().splitlines():
        if not line.startswith(" "):
            function = line
            assert function not in told, f"{function} is told twice"
            told[function] = []
            continue
        what, rest = line[1:].split(" ", 1)
        kind, _, value = rest.partition(" ")
        told[function].append((what, kind, value) if value else (what, None, kind))
    return told


class EveryFunction(unittest.TestCase):
    model = schema.load(TOP / "abi" / "libxl")
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        releases = list(cls.model.releases)
        cls.newest = releases[-1]
        if os.environ.get("VALGRIND"):
            releases = [releases[0], releases[-1]]
        cls.told = {release: run(release) for release in releases}

    def without_newer(self, name, value, release):
        """A JSON value of a struct without what came after the release, and without clocks."""
        struct = self.model.structs.get(name)
        if isinstance(value, list):
            return [self.without_newer(name, v, release) for v in value]
        if not struct or not isinstance(value, dict):
            return value
        fields = {f.name: f for _, f in struct.walk()}

        def keep(members):
            kept = {}
            for key, member in members.items():
                field = fields.get(key)
                if key in CLOCKS or (field and later(field.since, release)):
                    continue
                if field and field.type in self.model.structs:
                    member = self.without_newer(field.type, member, release)
                elif isinstance(member, dict):
                    member = keep(member)
                kept[key] = member
            return kept

        return keep(value)

    def comparable(self, results, release):
        return [(what, kind, self.without_newer(kind, json.loads(value), release)
                 if kind in self.model.structs and value.strip() != "none" else value)
                for what, kind, value in results]

    def refusal(self, function, release):
        """What a function must say on a release that lacks it, or lacks a parameter that is set."""
        if later(function.since, release) and not function.local:
            return NI
        if any(later(p.since, release) for p in function.parameters):
            return INVAL
        return None

    def test_each_is_called(self):
        wanted = {f.name for f in self.model.functions.values() if not f.inline and f.arch != "arm"}
        for release, told in self.told.items():
            self.assertEqual(wanted - set(told), set(), f"never called on Xen {release}")
            self.assertEqual(set(told) - wanted, set())

    def test_what_is_missing_is_refused(self):
        refused = 0
        for release, told in self.told.items():
            for name, results in told.items():
                wanted = self.refusal(self.model.functions[name], release)
                if wanted and self.model.functions[name].returns == "int":
                    self.assertIn(("result", None, wanted), results, f"{name} on Xen {release}")
                    refused += 1
        self.assertGreaterEqual(refused, 10)

    def test_releases_agree(self):
        compared = 0
        for release, told in self.told.items():
            for name, results in told.items():
                if self.refusal(self.model.functions[name], release):
                    continue
                newest = self.comparable(self.told[self.newest][name], release)
                own = self.comparable(results, release)
                for theirs, ours in zip(newest, own, strict=True):
                    compared += 1
                    if theirs != ours and (name, ours[0]) in EXCEPTIONS:
                        continue
                    self.assertEqual(theirs, ours, f"{name} on Xen {release}")
        self.assertGreater(compared, 300)

    def test_most_calls_succeed(self):
        """A suite of refusals would agree everywhere, too."""
        told = self.told[self.newest]
        good = [name for name, results in told.items()
                if ("result", None, "0") in results or any(kind for _, kind, _ in results)]
        self.assertGreater(len(good), 120, f"{len(good)} of {len(told)} calls did something")


if __name__ == "__main__":
    unittest.main()
