#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xlstable-abi says what differs, over simulated libxenlights; and what changed between releases."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from abi_case import BUILD, SCHEMA, SOURCE, lines
import tool_case

TOOL = BUILD / "xlstable-abi"
SIMULATED = (BUILD / "sim").resolve()
FAKES = (BUILD / "tests" / "surface" / "fake").resolve()
RELEASES = [line.split()[0] for line in lines(SCHEMA / "releases")]
RELEASE = "4.17"


def tool(*arguments):
    """(exit status, stdout, stderr)"""
    done = subprocess.run([*shlex.split(os.environ.get("VALGRIND", "")), str(TOOL),
                           *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def simulated(release, name="libxenlight"):
    return SIMULATED / f"{name}.so.{release}"


def incomplete():
    """A fake that lacks a function, and leaves the strings of enums to libxlstable."""
    return FAKES / RELEASE / "incomplete" / f"libxenlight.so.{RELEASE}"


class Check(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def findings(self, path, expected_status=1):
        status, out, err = tool("--json", "check", path)
        self.assertEqual((status, err), (expected_status, ""))
        return tool_case.found(out)

    def test_every_simulated_one_fits(self):
        for release in RELEASES:
            with self.subTest(release):
                self.assertEqual(self.findings(simulated(release), 0), {})

    def test_what_is_changed_is_named(self):
        for number, (what, options, expected) in enumerate(tool_case.alterations(RELEASE)):
            with self.subTest(what):
                folder = self.path / str(number)
                folder.mkdir()
                altered = tool_case.alter(folder, RELEASE, simulated(RELEASE),
                                          simulated(RELEASE, "libxlutil"), *options)
                self.assertEqual(tool_case.as_said(expected, self.findings(altered), what), [])

    def test_a_missing_function_is_named(self):
        findings = {name: text for name, text in self.findings(incomplete()).items()
                    if not text.endswith("nothing there")}
        self.assertEqual(findings.get(("function", "libxl_domain_rename")), "is missing")
        self.assertIn(("library", "libxlutil"), findings)
        self.assertEqual(len(findings), 2)

    def test_text_and_tap_and_json_agree(self):
        path = incomplete()
        found = tool_case.found(tool("--json", "check", path)[1])
        text = tool("check", path)[1].splitlines()
        tap = tool("--tap", "check", path)[1].splitlines()
        self.assertEqual(len(text), len(found) + 1)
        self.assertIn("function  libxl_domain_rename: is missing", text)
        count = int(re.fullmatch(r"1\.\.(\d+)", tap[0]).group(1))
        results = [line for line in tap if line.startswith(("ok ", "not ok "))]
        self.assertEqual(len(results), count)
        self.assertEqual(sum(line.startswith("not ") for line in results), len(found))
        self.assertRegex(text[-1], rf"^Xen {RELEASE}: {count} checks, {len(found)} differences")
        self.assertIn(f"# {text[-1]}", tap)

    def test_what_is_no_libxenlight_cannot_be_judged(self):
        empty, unknown = self.path / "empty", self.path / "libxenlight.so.4.98"
        empty.write_bytes(b"")
        image = simulated("4.17").read_bytes()
        unknown.write_bytes(image.replace(b"libxenlight.so.4.17\0", b"libxenlight.so.4.98\0"))
        for path, said in ((empty, "an empty file"), (self.path / "none", "No such file"),
                           (BUILD / ".libs" / "libxlstable.so.1", "its SONAME is libxlstable.so.1"),
                           (unknown, "of Xen 4.98, which the schema does not have")):
            with self.subTest(path.name):
                status, out, err = tool("check", path)
                self.assertEqual((status, out), (3, ""))
                self.assertIn(said, err)
                self.assertIn(str(path), err)


class Diff(unittest.TestCase):
    maxDiff = None

    def diff(self, *arguments):
        status, out, err = tool("--json", "diff", *arguments)
        self.assertEqual(err, "")
        return status, tool_case.found(out)

    def named(self, found, *kinds):
        return {name for kind, name in found if kind in kinds}

    def test_types_fields_and_sizes_equal_what_was_measured(self):
        """For every pair of releases: the tool reads the schema, the figures come from Xen's DWARF."""
        for number, old in enumerate(RELEASES):
            for new in RELEASES[number + 1:]:
                with self.subTest(f"{old} {new}"):
                    _, found = self.diff(old, new)
                    before, after = tool_case.measured(old), tool_case.measured(new)
                    came = set(after) - set(before)
                    types = {name for name in came if "." not in name}
                    fields = {name for name in came if "." in name
                              and name.partition(".")[0] not in types}
                    self.assertEqual(self.named(found, "struct", "enum"), types)
                    self.assertEqual(self.named(found, "field"), fields)
                    sizes = {name: f"{size} becomes {after[name]}" for name, size in before.items()
                             if "." not in name and after[name] != size}
                    self.assertEqual({name: text for (kind, name), text in found.items()
                                      if kind == "size"}, sizes)

    def test_4_14_to_4_20(self):
        """As the headers of both differ, and, for defaults, Xen's IDL (libxl_types.idl)."""
        status, found = self.diff("4.14", "4.20")
        self.assertEqual(status, 1)
        self.assertEqual(self.named(found, "function"), {
            "libxl_console_add_xenstore", "libxl_dt_overlay", "libxl_dt_overlay_domain",
            "libxl_device_9pfs_add", "libxl_device_disk_safe_remove",
            "libxl_device_pci_assignable_list_free", "libxl_device_pci_list_free",
            "xlu_pci_parse_spec_string"})
        self.assertEqual(self.named(found, "parameter"), {
            "libxl_console_exec.escape_character", "libxl_primary_console_exec.escape_character"})
        self.assertEqual(self.named(found, "default"), set())
        touched = self.named(found, "touches")
        self.assertLessEqual({"libxl_domain_info", "libxl_domain_create_new", "libxl_list_domain",
                              "libxl_device_disk_add", "libxl_get_physinfo", "libxl_event_wait",
                              "libxl_event_register_callbacks", "libxl_device_nic_list"}, touched)
        self.assertFalse({"libxl_domain_pause", "libxl_get_numainfo", "libxl_list_vcpu",
                          "libxl_device_vfb_add", "libxl_console_exec"} & touched)

    def test_a_default(self):
        """nr_spis of libxl_types.idl: 0 in 4.20, LIBXL_NR_SPIS_DEFAULT (all ones) since 4.21."""
        _, found = self.diff("4.20", "4.21")
        name = ("default", "libxl_domain_build_info.arch_arm.nr_spis")
        self.assertEqual(found[name], f"0 becomes {2 ** 32 - 1}")
        self.assertEqual(self.named(found, "default"), {name[1]})

    def test_backwards_says_what_goes(self):
        forwards, backwards = self.diff("4.14", "4.20")[1], self.diff("4.20", "4.14")[1]
        self.assertEqual(set(forwards), set(backwards))
        self.assertEqual(backwards["size", "libxl_dominfo"], "120 becomes 112")
        self.assertEqual(backwards["field", "libxl_dominfo.gpaddr_bits"], "not before Xen 4.16")

    def test_a_release_and_itself(self):
        self.assertEqual(self.diff("4.17", "4.17"), (0, {}))

    def test_the_touched_functions_are_those_with_changed_types(self):
        """The same from the schema, another way: which types changed, and who is handed them."""
        model = tool_case.model()
        old, new = model.at("4.14"), model.at("4.20")

        def changed(name, seen={}):
            if name not in seen:
                if name in old.enums:
                    seen[name] = len(old.enums[name].values) != len(new.enums[name].values)
                elif name in old.structs:
                    fields = [[(path, f.default, f.default_from) for path, f in m.structs[name].walk()]
                              for m in (old, new)]
                    seen[name] = fields[0] != fields[1] or any(
                        changed(f.type) for _, f in old.structs[name].walk() if f.type)
                else:
                    seen[name] = any(changed(word) for _, text in old.records[name].members
                                     for word in re.findall(r"\w+", text)
                                     if word in old.records or word in old.structs) \
                        if name in old.records else name == "libxl_event_predicate" \
                        and changed("libxl_event")
            return seen[name]

        expected = {f.name for f in old.functions.values()
                    if any(changed(word) for text in (f.returns, *(p.type for p in f.parameters))
                           for word in re.findall(r"libxl_\w+", text))}
        self.assertGreater(len(expected), 20)
        self.assertEqual(self.named(self.diff("4.14", "4.20")[1], "touches"), expected)


class Words(unittest.TestCase):
    def test_list(self):
        status, out, _ = tool("list")
        self.assertEqual(status, 0)
        self.assertEqual(re.findall(r"^release +([\d.]+): libxenlight\.so\.\1, \d+ types", out, re.M),
                         RELEASES)
        self.assertEqual(len(json.loads(tool("-j", "list")[1])["findings"]), len(RELEASES))

    def test_wrong_usage(self):
        for arguments in ([], ["check"], ["check", "a", "b"], ["diff", "4.17"], ["list", "4.17"],
                          ["-t", "-j", "list"], ["-t", "list"], ["--tap", "diff", "4.14", "4.17"],
                          ["--wrong"], ["judge", "a"]):
            with self.subTest(arguments):
                status, out, err = tool(*arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("Usage: xlstable-abi", err)

    def test_an_unknown_release(self):
        for release, said in (("4.13", "not in the schema"), ("4.17.1", "not a Xen release"),
                              ("four", "not a Xen release")):
            status, out, err = tool("diff", "4.17", release)
            self.assertEqual((status, out), (3, ""))
            self.assertIn(f"{release} is {said}", err)

    def test_help_and_manual_name_every_option(self):
        status, out, _ = tool("--help")
        manual = (SOURCE / "doc" / "xlstable-abi.1").read_text().replace("\\-", "-")
        self.assertEqual(status, 0)
        for word in ("--tap", "--json", "--help", "--version", "check", "diff", "list"):
            self.assertIn(word, out)
            self.assertIn(word, manual)
        self.assertRegex(tool("-V")[1], r"^xlstable-abi \d+\.\d+\.\d+")

    def test_completion(self):
        def completed(*words):
            script = (f'source "{SOURCE}/src/tool/completion/xlstable-abi"; COMP_WORDS=("$@"); '
                      'COMP_CWORD=$(($# - 1)); _xlstable_abi; printf "%s\\n" "${COMPREPLY[@]}"')
            return subprocess.run(["bash", "-ec", script, "-", str(TOOL.resolve()), *words],
                                  capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(completed(""), ["check", "diff", "list"])
        self.assertEqual(completed("--j"), ["--json"])
        self.assertEqual(completed("diff", ""), RELEASES)
        self.assertEqual(completed("-j", "diff", "4.14", "4.2"),
                         [release for release in RELEASES if release.startswith("4.2")])
        self.assertIn(f"{SOURCE}/configure.ac", completed("check", f"{SOURCE}/configure."))


if __name__ == "__main__":
    unittest.main()
