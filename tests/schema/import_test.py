#!/usr/bin/env python3
"""Proves that the importer brings a Xen release into the schema, and refuses what it cannot.

The Xen tree is made from the schema itself (xen_tree.py), edited as Xen's developers would, and
imported. import_real_xen_test.py does the like with Xen's own sources.
"""

import pathlib
import re
import shutil
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from importer_case import SCHEMA, ImporterCase    # noqa: E402
import import_text      # noqa: E402
import schema           # noqa: E402
import xen_tree         # noqa: E402


def following(release):
    major, minor = release.split(".")
    return f"{major}.{int(minor) + 1}"


class NewRelease(ImporterCase):
    """A fictional release on top of the newest one of the schema."""

    def setUp(self):
        super().setUp()
        shutil.copytree(SCHEMA, self.schema)
        model = schema.load(self.schema)
        self.release = following(model.releases[-1])
        xen_tree.write(self.tree, model)

    def imported_lines(self):
        gone, come = self.imported(self.release)
        self.assertEqual(gone, [])
        self.assertEqual(come.count(self.release), 1)      # in the list of releases
        come.remove(self.release)
        return come

    def refused_after(self, name, old, new, *words):
        path = next(self.tree.rglob(name))
        text = path.read_text()
        try:
            self.edit(name, old, new)
            self.refused(self.release, *words)
        finally:
            path.write_text(text)

    def test_release_without_changes_is_one_line(self):
        self.assertEqual(self.imported_lines(), [])

    def test_second_import_changes_nothing(self):
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", integer), ("speed", uint32),')
        self.imported_lines()
        self.assertEqual(self.imported(self.release), ([], []))
        run = self.importer(self.release, self.tree, "--check")
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stdout, rf"^Xen {self.release}: \d+ types, \d+ functions, "
                                     r"\d+ constants: the schema says the same$")

    def test_check_reports_and_writes_nothing(self):
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", integer), ("speed", uint32),')
        before = self.contents()
        run = self.importer(self.release, self.tree, "--check")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stdout.splitlines(), [
            "libxl_device_nic.speed: new field, uint32",
            f"releases: Xen {self.release} is not in the list"])
        self.assertEqual(self.contents(), before)

    def test_field_in_mid_struct(self):
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", integer), ("speed", uint32),')
        line = f"    speed                               uint32  since {self.release}"
        self.assertEqual(self.imported_lines(), [line])
        self.assertEqual(self.line_before("types.schema", line), "mtu")

    def test_array_and_default_in_a_union_arm(self):
        self.edit("libxl_types.idl", '("pvshim_path", string),', '("pvshim_path", string),'
                  '("moods", Array(libxl_hdtype, "num_moods")),'
                  '("mood", libxl_hdtype, {"init_val": "LIBXL_HDTYPE_AHCI"}),')
        start = "            "
        self.assertEqual([line.split() for line in self.imported_lines()], [
            ["num_moods", "int", "since", self.release],
            ["moods", "libxl_hdtype[num_moods]", "since", self.release],
            ["mood", "libxl_hdtype", "=", "LIBXL_HDTYPE_AHCI", "since", self.release]])
        text = self.contents()["types.schema"]
        self.assertIn(f"\n{start}num_moods                int  since {self.release}\n", text)

    def test_new_union_arm(self):
        self.edit("libxl_types.idl", '("unknown", None),\n'
                  '    ("pty", None),', '("unknown", Struct(None, [("hint", string)])),\n'
                  '    ("pty", None),')
        self.assertEqual([line.split() for line in self.imported_lines()], [
            ["unknown", "when", "LIBXL_CHANNEL_CONNECTION_UNKNOWN"],
            ["hint", "string", "since", self.release]])

    def test_enum_value(self):
        self.edit("libxl_types.idl", '(4, "STANDALONE"),', '(4, "STANDALONE"), (5, "CLOUD"),')
        line = f"    LIBXL_DISK_BACKEND_CLOUD       5  since {self.release}"
        self.assertEqual(self.imported_lines(), [line])
        self.assertEqual(self.line_before("types.schema", line), "LIBXL_DISK_BACKEND_STANDALONE")

    def test_new_types_stand_where_the_idl_has_them(self):
        self.edit("libxl_types.idl", "libxl_nic_type = ", 'libxl_mood = Enumeration("mood", ['
                  '(0, "calm"), (1, "tense")], init_val="LIBXL_MOOD_CALM")\n'
                  'libxl_temper = Struct("temper", [("mood", libxl_mood), ("since", uint64)],'
                  ' dir=DIR_OUT)\nlibxl_nic_type = ')
        head = f"enum libxl_mood = LIBXL_MOOD_CALM since {self.release}"
        self.assertEqual(self.imported_lines(), [
            head, "    LIBXL_MOOD_CALM   0", "    LIBXL_MOOD_TENSE  1",
            f"struct libxl_temper out since {self.release}",
            "    mood   libxl_mood  = LIBXL_MOOD_CALM", "    since  uint64"])
        text = self.contents()["types.schema"]
        self.assertLess(text.index("libxl_disk_backend\n"), text.index(head))
        self.assertLess(text.index(head), text.index("enum libxl_nic_type"))

    def test_default_that_was_zero(self):
        self.edit("libxl_types.idl", '("tsc_mode", libxl_tsc_mode),',
                  '("tsc_mode", libxl_tsc_mode, {"init_val": "LIBXL_TSC_MODE_NATIVE"}),')
        gone, come = self.imported(self.release)
        self.assertEqual([line.split() for line in gone], [["tsc_mode", "libxl_tsc_mode"]])
        self.assertEqual([line.split() for line in come if line != self.release], [
            ["tsc_mode", "libxl_tsc_mode", "=", "LIBXL_TSC_MODE_NATIVE", "from", self.release]])

    def test_private_default_comes_with_its_constant(self):
        self.edit("libxl_types.idl", '("mtu", integer),',
                  '("mtu", integer), ("speed", uint32, {"init_val": "LIBXL_SPEED_DEFAULT"}),')
        internal = next(self.tree.rglob("libxl_internal.h"))
        internal.write_text(internal.read_text() + "#define LIBXL_SPEED_DEFAULT 0x10U\n")
        lines = self.imported_lines()
        self.assertEqual(lines[0], f"constant LIBXL_SPEED_DEFAULT : 0x10U  since {self.release}")
        self.assertEqual(lines[1].split()[2:], ["=", "LIBXL_SPEED_DEFAULT", "since", self.release])

    def test_function_with_inferred_roles(self):
        self.edit("libxl.h", "int libxl_get_max_cpus(", "libxl_bitmap *libxl_get_moods(libxl_ctx *,"
                  " const char *name, int *num);\n"
                  "int libxl_mood_set(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *mood,\n"
                  "                   char **was, const libxl_asyncop_how *ao_how)\n"
                  "                   LIBXL_EXTERNAL_CALLERS_ONLY;\nint libxl_get_max_cpus(")
        # Xen's own macro says nothing about the interface.
        self.edit("libxl.h", "#define LIBXL_H\n",
                  "#define LIBXL_H\n#define LIBXL_EXTERNAL_CALLERS_ONLY\n")
        self.assertEqual(self.imported_lines(), [
            f"function libxl_get_moods : libxl_bitmap * list num since {self.release}",
            f"    -- (new in {self.release}: review roles)",
            "    ctx   libxl_ctx *", "    name  const char *", "    num   int *         out",
            f"function libxl_mood_set : int since {self.release}",
            f"    -- (new in {self.release}: review roles)",
            "    ctx     libxl_ctx *", "    domid   uint32_t",
            "    mood    libxl_bitmap *             in",
            "    was     char **                    out owned",
            "    ao_how  const libxl_asyncop_how *  how"])

    def test_function_of_one_architecture(self):
        self.edit("libxl.h", "int libxl_get_max_cpus(", "#if defined(__aarch64__)\n"
                  "int libxl_arm_mood(libxl_ctx *ctx);\n#endif\nint libxl_get_max_cpus(")
        self.assertEqual(self.imported_lines()[0],
                         f"function libxl_arm_mood : int since {self.release} on arm")

    def test_trailing_parameter_with_its_redirect(self):
        below = xen_tree.version(self.release)
        self.edit("libxl.h", "int libxl_console_exec(libxl_ctx * ctx, uint32_t domid, int cons_num,"
                  " libxl_console_type type, int notify_fd, char * escape_character);",
                  "int libxl_console_exec(libxl_ctx * ctx, uint32_t domid, int cons_num,"
                  " libxl_console_type type, int notify_fd, char * escape_character, int speed);")
        header = next(self.tree.rglob("libxl.h"))
        redirect = (f"#if LIBXL_API_VERSION >= 0x041800 && LIBXL_API_VERSION < {below}\n"
                    "static inline int libxl_console_exec_old(libxl_ctx *ctx, uint32_t domid,"
                    " int cons_num, libxl_console_type type, int notify_fd, char *escape_character)"
                    " { return libxl_console_exec(ctx, domid, cons_num, type, notify_fd,"
                    " escape_character, 0); }\n"
                    "#define libxl_console_exec libxl_console_exec_old\n#endif\n#endif\n")
        header.write_text(header.read_text().removesuffix("#endif\n") + redirect)
        gone, come = self.imported(self.release)
        old = [line for line in gone if line.startswith("    call")]
        self.assertEqual(gone, old)
        self.assertEqual([line.split() for line in come if line not in
                          [call + ", 0" for call in old] + [self.release]], [
            ["speed", "int", "=", "0", "since", self.release],
            ["redirect", "libxl_console_exec", "from", "4.18", "below", self.release, ":", "int"],
            ["ctx", "libxl_ctx", "*"], ["domid", "uint32_t"], ["cons_num", "int"],
            ["type", "libxl_console_type"], ["notify_fd", "int"],
            ["escape_character", "char", "*"],
            "call ctx, domid, cons_num, type, notify_fd, escape_character, 0".split()])

    def test_constants(self):
        self.edit("libxl.h", "#define LIBXL_HAVE_P9S 1", "#define LIBXL_HAVE_P9S 1\n"
                  "#define LIBXL_HAVE_MOODS 1\n#define LIBXL_MOOD_DEFAULT (~(uint32_t)0)")
        lines = [f"constant LIBXL_MOOD_DEFAULT : (~(uint32_t)0)  since {self.release}",
                 f"constant LIBXL_HAVE_MOODS : 1  since {self.release}"]
        self.assertEqual(self.imported_lines(), lines)
        names = [line.split()[1] for line in self.contents()["constants.schema"].splitlines()
                 if line.startswith("constant LIBXL_HAVE_")]
        place = names.index("LIBXL_HAVE_MOODS")
        self.assertLess(names[place - 1], "LIBXL_HAVE_MOODS")
        self.assertLess("LIBXL_HAVE_MOODS", names[place + 1])

    def test_refuses_a_removed_field(self):
        self.edit("libxl_types.idl", '    ("mtu", integer),\n', "")
        self.refused(self.release, "libxl_device_nic.mtu: the schema has it", "removed or renamed")

    def test_refuses_a_retyped_field(self):
        self.edit("libxl_types.idl", '("mtu", integer)', '("mtu", uint64)')
        self.refused(self.release, "libxl_device_nic.mtu: the schema has 'int'", "has 'uint64'")

    def test_refuses_reordered_fields(self):
        self.edit("libxl_types.idl", '    ("mtu", integer),\n    ("vlan", string),\n',
                  '    ("vlan", string),\n    ("mtu", integer),\n')
        self.refused(self.release, "libxl_device_nic.vlan: another order")

    def test_refuses_another_default(self):
        self.edit("libxl_types.idl", "(\"stream_version\", uint32, {'init_val': '1'})",
                  "(\"stream_version\", uint32, {'init_val': '2'})")
        self.refused(self.release, "libxl_domain_restore_params.stream_version: default: the "
                     "schema has '1'", "has '2'")

    def test_refuses_other_properties_of_types(self):
        for old, new, message in (
                ('("features", string, {\'const\': True})', '("features", string)',
                 "u.pv.features: the schema has 'const string'"),
                ("\"acpi\", libxl_defbool),\n    (\"acpi_s3\"",
                 "\"acpi\", libxl_defbool, {'deprecated_by': 'acpi'}),\n    (\"acpi_s3\"",
                 "u.hvm.acpi: deprecated: the schema has 'None'"),
                ('Array(libxl_device_nic, "num_nics")', 'Array(libxl_device_nic, "count_nics")',
                 "libxl_domain_config.nics: the schema has 'libxl_device_nic[num_nics]'"),
                ('KeyedUnion(None, libxl_event_type, "type"',
                 'KeyedUnion(None, libxl_event_type, "kind"',
                 "libxl_event.u: the schema has 'union type'"),
                ('    ("ratelimit_us", integer),\n    ], dispose_fn=None)',
                 '    ("ratelimit_us", integer),\n    ])', "no-dispose: the schema has 'True'"),
                ('("build_id", string),\n    ], dir=DIR_OUT)', '("build_id", string),\n    ])',
                 "libxl_version_info: direction: the schema has 'out'")):
            with self.subTest(message):
                self.refused_after("libxl_types.idl", old, new, message)

    def test_refuses_a_renumbered_enum_value(self):
        self.edit("libxl_types.idl", '(4, "STANDALONE"),', '(5, "STANDALONE"),')
        self.refused(self.release, "libxl_disk_backend: LIBXL_DISK_BACKEND_STANDALONE: the schema "
                     "has '4'", "has '5'")

    def test_refuses_a_renamed_enum_value(self):
        self.edit("libxl_types.idl", '(4, "STANDALONE"),', '(4, "ALONE"),')
        self.refused(self.release, "the schema has 'LIBXL_DISK_BACKEND_STANDALONE' for 4",
                     "has 'LIBXL_DISK_BACKEND_ALONE'")

    def test_refuses_a_changed_parameter(self):
        self.edit("libxl.h", "int libxl_send_sysrq(libxl_ctx * ctx, uint32_t domid, char sysrq);",
                  "int libxl_send_sysrq(libxl_ctx * ctx, uint64_t domid, char sysrq);")
        self.refused(self.release, "libxl_send_sysrq: the schema has 'int libxl_send_sysrq("
                     "libxl_ctx *ctx, uint32_t domid, char sysrq)'", "uint64_t domid")

    def test_refuses_swapped_parameters_of_one_type(self):
        self.edit("libxl.h", "uint32_t domid, const char * old_name, const char * new_name);",
                  "uint32_t domid, const char * new_name, const char * old_name);")
        self.refused(self.release, "libxl_domain_rename", "const char *new_name, const char *old")

    def test_refuses_a_removed_function(self):
        self.edit("libxl.h", "int libxl_get_max_cpus(libxl_ctx * ctx);\n", "")
        self.refused(self.release, "libxl_get_max_cpus: the schema has it")

    def test_refuses_a_changed_constant(self):
        self.edit("libxl.h", "#define LIBXL_VERSION 0", "#define LIBXL_VERSION 1")
        self.refused(self.release, "LIBXL_VERSION: the schema has '0'", "has '1'")

    def test_refuses_a_changed_callback(self):
        self.edit("libxl.h", "(*fork_replacement)(void *user)", "(*fork_replacement)(int user)")
        self.refused(self.release, "libxl_childproc_hooks.fork_replacement")

    def test_refuses_what_the_notation_lacks(self):
        idl, libxl = "libxl_types.idl", "libxl.h"
        for name, old, new, message in (
                (idl, "libxl_nic_type = ", 'libxl_x = Builtin("x")\nlibxl_nic_type = ',
                 "libxl_x: a new builtin type"),
                (idl, '("build_id", string),\n    ], dir=DIR_OUT)',
                 '("build_id", string),\n    ], dir=DIR_NONE)', "neither in nor out"),
                (idl, '("build_id", string),\n    ], dir=DIR_OUT)',
                 '("build_id", string),\n    ], private=True)', "libxl_version_info: private"),
                (idl, '("unknown", None),\n    ("pty", None),',
                 '("unknown", libxl_vnc_info),\n    ("pty", None),',
                 "no notation for an arm of the type libxl_vnc_info"),
                (idl, '("mtu", integer)', '("mtu", intege)', "libxl_types.idl: name 'intege'"),
                (idl, '("mtu", integer)', '("mtu", integer), ("x", Struct)',
                 "libxl_device_nic.x: the schema has no notation"),
                (idl, '("mtu", integer),',
                 '("mtu", integer), ("x", Array(Array(uint8, "n"), "m")),',
                 "no notation for a Array"),
                (idl, '("mtu", integer),',
                 '("mtu", integer), ("x", uint8, {"init_val": "NOWHERE"}),',
                 "'NOWHERE' is defined in no header"),
                (libxl, "int libxl_get_max_cpus(", "void libxl_x(void (*f)(int));\n"
                 "int libxl_get_max_cpus(", "libxl_x: the schema has no notation for 'void (*f)"),
                (libxl, "int libxl_get_max_cpus(", "int x;\nint libxl_get_max_cpus(",
                 "libxl.h: cannot read 'int x'"),
                (libxl, "int libxl_get_max_cpus(", "#error gone\nint libxl_get_max_cpus(",
                 "the C preprocessor fails"),
                (libxl, "int libxl_get_max_cpus(", "typedef struct x x;\nint libxl_get_max_cpus(",
                 "x: 'struct x x' is a new type of the headers"),
                (libxl, "int libxl_get_max_cpus(", "enum x { Y };\nint libxl_get_max_cpus(",
                 "x: a new enum of the headers"),
                (libxl, "int libxl_get_max_cpus(libxl_ctx * ctx);",
                 "static inline int libxl_get_max_cpus(libxl_ctx * ctx) { return 1; }",
                 "libxl_get_max_cpus: inline: the schema has 'False'"),
                (libxl, "typedef uint32_t libxl_domid;", "typedef uint64_t libxl_domid;",
                 "libxl_domid: the schema has 'uint32_t libxl_domid'")):
            with self.subTest(message):
                self.refused_after(name, old, new, message)

    def test_refuses_a_redirect_that_does_more_than_call(self):
        header = next(self.tree.rglob("libxl.h"))
        text = ("#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300\n"
                "static inline int old(libxl_ctx *ctx) { ctx++; return libxl_get_max_cpus(ctx); }\n"
                "#define libxl_get_max_cpus old\n#endif\n#endif\n")
        header.write_text(header.read_text().removesuffix("#endif\n") + text)
        self.refused(self.release, "libxl_get_max_cpus below 4.13: a new redirect that does more")

    def test_refuses_an_incomplete_tree(self):
        next(self.tree.rglob("libxl_utils.h")).unlink()
        self.refused(self.release, "no libxl_utils.h")
        next(self.tree.rglob("libxl_types.idl")).unlink()
        self.refused(self.release, "no libxl_types.idl in tools/libs/light or tools/libxl")

    def test_refusal_leaves_expressible_changes_out_too(self):
        self.edit("libxl_types.idl", '("mtu", integer),', '("mtu", uint64), ("speed", uint32),')
        self.refused(self.release, "libxl_device_nic.mtu")


class KnownRelease(ImporterCase):
    """Releases that the schema has already."""

    def setUp(self):
        super().setUp()
        shutil.copytree(SCHEMA, self.schema)

    def make_tree(self, release):
        import_text.filtered(SCHEMA, release).write(self.folder / "then")
        xen_tree.write(self.tree, schema.load(self.folder / "then"))

    def test_every_release_is_what_the_schema_says(self):
        for release in schema.load(SCHEMA).releases:
            with self.subTest(release):
                self.make_tree(release)
                self.assertEqual(self.imported(release), ([], []))
                shutil.rmtree(self.tree)

    def test_since_that_is_too_late_is_corrected(self):
        right = self.contents()
        for name, late in (("types.schema", r"(\n    trusted .* since )4.17"),
                           ("types.schema", r"(enum libxl_disk_transport since )4.17"),
                           ("types.schema", r"(_BACKEND_STANDALONE .* since )4.17"),
                           ("functions.schema", r"(function libxl_device_pci_list_free .* since )"
                            "4.15"),
                           ("constants.schema", r"(LIBXL_HAVE_DISK_TRUSTED .* since )4.17")):
            path = self.schema / name
            text, count = re.subn(late, r"\g<1>4.19", path.read_text())
            self.assertGreater(count, 0, late)
            path.write_text(text)
        self.make_tree("4.17")
        run = self.importer("4.17", self.tree, "--check")
        self.assertIn("libxl_device_nic.trusted: the schema says since 4.19, Xen 4.17 has it "
                      "already\n", run.stdout)
        self.imported("4.17")
        # 4.17 cannot tell that 4.15 had the function as well.
        now = self.contents()
        now["functions.schema"] = re.sub(r"(_device_pci_list_free .* since )4.17", r"\g<1>4.15",
                                         now["functions.schema"])
        self.assertEqual(now, right)

    def test_default_that_began_too_late_is_corrected(self):
        path = self.schema / "types.schema"
        right = path.read_text()
        path.write_text(right.replace("LIBXL_NR_SPIS_DEFAULT from 4.21",
                                      "LIBXL_NR_SPIS_DEFAULT from 4.22"))
        self.make_tree("4.21")
        self.assertEqual(len(self.imported("4.21")[1]), 1)
        self.assertEqual(path.read_text(), right)

    def test_first_release_needs_no_since(self):
        self.make_tree("4.14")
        path = self.schema / "types.schema"
        right = path.read_text()
        path.write_text(re.sub(r"\n    mtu +int", r"\g<0>  since 4.15", right))
        self.imported("4.14")
        self.assertEqual(path.read_text(), right)

    def test_since_that_is_too_early_is_an_error(self):
        self.make_tree("4.14")
        path = self.schema / "types.schema"
        path.write_text(re.sub(r"(\n    trusted .*) since 4.17", r"\1", path.read_text()))
        self.refused("4.14", "libxl_device_nic.trusted", "its since is too early")

    def test_unknown_older_release_is_an_error(self):
        self.make_tree("4.14")
        self.refused("4.9", "begins with Xen 4.14")

    def test_filtered_schema_of_an_unknown_release_is_an_error(self):
        target = self.folder / "then"
        self.assertEqual(self.importer("4.16", "--filtered", target).returncode, 0)
        self.assertEqual(schema.load(target).releases, ["4.14", "4.15", "4.16"])
        run = self.importer("4.9", "--filtered", target)
        self.assertEqual(run.returncode, 1)
        self.assertIn("does not know Xen 4.9", run.stderr)


if __name__ == "__main__":
    unittest.main()
