# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mistakes that the checks of the ABI must catch: each as a change of a copy of the tree.

The first thirteen are those of which no single one of the usual tools sees all.
"""

import dataclasses
import os
import re
import shutil
import subprocess

TYPES, FUNCTIONS = "abi/libxl/types.schema", "abi/libxl/functions.schema"
CONSTANTS, MAP = "abi/libxl/constants.schema", "symbols/libxlstable.map"
BUILD, SILENT = "the build", "nothing, as it must be"


@dataclasses.dataclass
class Mistake:
    name: str
    caught_by: str          # "script Class.test", BUILD or SILENT
    edits: tuple            # of (file, pattern, replacement), or functions of the tree
    after: object = None    # done when it is built; it may return an environment for the checks


def apply(tree, edit):
    if callable(edit):
        edit(tree)
        return
    path, pattern, replacement = edit
    file = tree / path
    old = file.read_text()
    new, count = re.subn(pattern, replacement, old, count=1, flags=re.M)
    if not count or new == old:
        raise AssertionError(f"{path} has no '{pattern}' to change")
    file.write_text(new)


def listed(*names, node="XLSTABLE_4.22"):
    """Puts names into a node of the map."""
    rows = "".join(f"    {name};\\n" for name in names)
    return (MAP, rf"^{re.escape(node)} \{{\nglobal:\n", rf"{node} {{\nglobal:\n{rows}")


def unlisted(name):
    return (MAP, rf"^    {name};\n", "")


def declared(text):
    """In a generated header, as if the generator had made a mistake."""
    return ("build/include/libxl_utils.h", r"\n#endif /\* LIBXL_UTILS_H", rf"\n{text}\g<0>")


def defined(text):
    def append(tree):
        with (tree / "src/surface/bitmap.c").open("a") as file:
            file.write(f"\n{text}\n")
    return append


def make_variable(name, pattern, replacement):
    return ("build/Makefile", rf"^({name} = (?:.*\\\n)*.*?){pattern}", rf"\g<1>{replacement}")


EXTRA = 'int libxl_extra(void) __asm__("xls_libxl_extra") __attribute__((visibility("default")));'
EXTRA_BODY = f"{EXTRA}\nint libxl_extra(void)\n{{\n    return 0;\n}}"


def strip(tree):
    subprocess.run(["strip", "--strip-debug", tree / "build/.libs/libxlstable.so.1"], check=True)


def other_soname(tree):
    """In the finished library, as libtool has the last word on it."""
    library = (tree / "build/.libs/libxlstable.so.1").resolve()
    library.write_bytes(library.read_bytes().replace(b"\0libxlstable.so.1\0",
                                                     b"\0libxlstable.so.2\0"))


def without(tool):
    """An environment in which a tool is not installed."""
    def hide(tree):
        folder = tree / "bin"
        folder.mkdir()
        for path in reversed(os.environ["PATH"].split(":")):
            for entry in os.scandir(path) if os.path.isdir(path) else ():
                link = folder / entry.name
                if link.is_symlink():
                    link.unlink()
                if entry.name != tool:
                    link.symlink_to(entry.path)
        return {"PATH": str(folder)}
    return hide


def foreign_library(tree):
    """A library of Xen's that ours would need."""
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", tree / "build/libxenfoo.so",
                    "-Wl,-soname,libxenfoo.so.1"], check=True, text=True,
                   input="int foo(void) { return 0; }")
    with (tree / "src/note.c").open("a") as file:
        file.write("\nextern int foo(void);\n"
                   "int (*const needed)(void) __attribute__((used)) = foo;\n")
    apply(tree, linked(f"-L{tree}/build -lxenfoo"))


def linked(options):
    return ("build/Makefile", r"^libxlstable_la_LDFLAGS = ", rf"\g<0>{options} ")


def baseline_altered(tree):
    """A value changed, and the frozen baseline with it."""
    apply(tree, (CONSTANTS, r"LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT : 1024", r"LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT : 512"))
    for name in ("constants",):
        for path in tree.glob(f"abi/baselines/*/*/{name}"):
            path.write_text(path.read_text().replace("MAX_MAPTRACK_FRAMES_DEFAULT 1024",
                                                     "MAX_MAPTRACK_FRAMES_DEFAULT 512"))


def caller_lost(tree):
    for folder in tree.glob("tests/abi/old-callers/*/*/"):
        shutil.rmtree(folder)


def callers_of_a_node_lost(tree):
    for path in tree.glob("tests/abi/old-callers/*/opaque.*"):
        path.unlink()


TEST = {
    "elf": "exports Exports.test_elf_equals_map", "map": "exports Exports.test_map_equals_headers",
    "symbols": "baselines Baselines.test_symbols", "types": "baselines Baselines.test_types",
    "constants": "baselines Baselines.test_constants", "layout": "baselines Baselines.test_layout",
    "contract": "baselines Baselines.test_contract",
    "released": "baselines Baselines.test_what_is_released_is_unaltered",
    "debian": "baselines Debian.test_symbols_file",
    "soname": "exports Dynamic.test_soname", "path": "exports Dynamic.test_no_path_is_compiled_in",
    "needed": "exports Dynamic.test_no_library_of_xen_is_needed", "note": "exports Note.test_form",
    "captured": "exports Exports.test_nothing_of_libxl_is_captured",
    "alone": "headers Headers.test_each_alone",
    "output": "old_callers OldCallers.test_they_print_what_they_printed",
    "callers": "old_callers OldCallers.test_every_node_has_a_caller",
}

MISTAKES = [
    Mistake("a name in the map that nothing defines", BUILD, (listed("xls_libxl_no_such_thing"),)),
    Mistake("a function declared, and not in the map", TEST["map"], (declared(EXTRA),)),
    Mistake("a symbol moved to a newer node", TEST["symbols"],
            (unlisted("xls_libxl_uuid_copy"), listed("xls_libxl_uuid_copy", node="XLSTABLE_1.0"))),
    Mistake("a new symbol in a released node", TEST["symbols"],
            (listed("xls_libxl_extra"), declared(EXTRA), defined(EXTRA_BODY))),
    Mistake("a parameter widened, uint32_t to uint64_t", TEST["types"],
            ((FUNCTIONS, r"^(function libxl_domain_pause .*\n(?:.*\n){2}    domid +)uint32_t",
              r"\1uint64_t"),)),
    Mistake("an enum value renumbered", TEST["constants"],
            ((TYPES, r"LIBXL_TRIGGER_RESET( +)5", r"LIBXL_TRIGGER_RESET\g<1>15"),)),
    Mistake("a field appended to a struct", TEST["layout"],
            ((TYPES, r"^(record libxl_childproc_hooks\n(?:.*\n)*?    reaped_callback .*\n)",
              r"\1    later  void *\n"),)),
    Mistake("a private struct changed (no mistake)", SILENT,
            (("src/surface/ctx.h", r"    void \*user;\n", "    void *user;\n    int more;\n"),)),
    Mistake("a symbol removed, everywhere", TEST["symbols"],
            (unlisted("xls_libxl_vncviewer_exec"), unlisted("xls_vncviewer_exec"),
             (FUNCTIONS, r"^function libxl_vncviewer_exec (?:.*\n)+?\n", "\n"))),
    Mistake("a .symver with a typo in the local name", BUILD,
            ((MAP, r"^XLSTABLE_4.22 \{", r"XLSTABLE_0.9 {\nglobal:\n    xls_libxl_ao_abort;\n};\n\n\g<0>"),
             ("symbols/nodes", r"^XLSTABLE_4.22 ", r"XLSTABLE_0.9  0.9  libxl.h\n\g<0>"),
             ("src/note.c", r"\Z",
              r'\n__asm__(".symver xls_libxl_ao_abrot, xls_libxl_ao_abort@XLSTABLE_0.9");\n'),)),
    Mistake("an error code changed", TEST["constants"],
            ((TYPES, r"ERROR_QEMU_API( +)-32", r"ERROR_QEMU_API\g<1>-42"),)),
    Mistake("a parameter's sign changed, int to uint32_t", TEST["types"],
            ((FUNCTIONS, r"^    cons_num  int     ", r"    cons_num  uint32_t"),)),
    Mistake("the value of a public #define changed", TEST["constants"],
            ((CONSTANTS, r"LIBXL_MAX_GRANT_FRAMES_DEFAULT : 32", r"LIBXL_MAX_GRANT_FRAMES_DEFAULT : 64"),)),

    Mistake("a field inserted into a frozen struct", TEST["layout"],
            ((TYPES, r"^    ssidref            uint32", r"    inserted  uint32\n\g<0>"),)),
    Mistake("a level struct resized", TEST["layout"],
            ((TYPES, r"^    ssidref            uint32", r"    ssidref            uint64"),)),
    Mistake("a default changed", TEST["layout"],
            ((TYPES, r"^(    shutdown_reason    libxl_shutdown_reason  )= LIBXL_SHUTDOWN_REASON_UNKNOWN",
              r"\1= LIBXL_SHUTDOWN_REASON_CRASH"),)),
    Mistake("an enum renumbered in the generated header only", TEST["constants"],
            (("build/include/_libxl_types.h", r"LIBXL_TRIGGER_NMI = 3", r"LIBXL_TRIGGER_NMI = 13"),)),
    Mistake("a const dropped from a public function", TEST["types"],
            ((FUNCTIONS, r"^(function libxl_domain_pause (?:.*\n)+?    ao_how  )const (libxl_asyncop_how)",
              r"\1\2"),)),
    Mistake("a role changed in the schema, in to out", TEST["contract"],
            ((FUNCTIONS, r"^(function libxl_domain_info (?:.*\n)+?.*libxl_dominfo \*  )out",
              r"\1inout"),)),

    Mistake("a name in the map that nothing defines, and a linker that does not look", TEST["elf"],
            (("build/Makefile", r" -Wl,--no-undefined-version", ""),
             listed("xls_libxl_no_such_thing"))),
    Mistake("a symbol exported outside the map", TEST["elf"],
            (("build/Makefile", r"-Wl,--version-script=\S+", ""),)),
    Mistake("the map does not keep the rest local", BUILD, ((MAP, r"local:\n    \*;\n", ""),)),
    Mistake("a pattern in the map", BUILD, (listed(r"xls_*"),)),
    Mistake("a symbol that libxl itself has", TEST["captured"],
            (listed("libxl_extra"),
             defined(EXTRA_BODY.replace("xls_libxl_extra", "libxl_extra")))),
    Mistake("a newest node that is not the package's version", BUILD,
            (("symbols/nodes", r"^(XLSTABLE_1.0 +)1.0", r"\g<1>1.1"),)),
    Mistake("a node of the map that symbols/nodes lacks", BUILD,
            (("symbols/nodes", r"^XLSTABLE_1.0 .*\n", ""),)),
    Mistake("an enum value removed", TEST["constants"],
            ((TYPES, r"^    LIBXL_TRIGGER_S3RESUME .*\n", ""),)),
    Mistake("a LIBXL_HAVE_ macro removed", TEST["constants"],
            ((CONSTANTS, r"^constant LIBXL_HAVE_VMTRACE_BUF_KB.*\n|^constant LIBXL_HAVE_PHYSINFO_CAP_VMTRACE.*\n", ""),)),
    Mistake("a type of an array of bytes resized", TEST["layout"],
            (("build/include/libxl.h", r"libxl_mac\[6\]", r"libxl_mac[8]"),)),
    Mistake("members of a struct of callbacks swapped", TEST["layout"],
            ((TYPES, r"^(    fork_replacement .*\n)(    reaped_callback .*\n)", r"\2\1"),)),
    Mistake("a return type changed", TEST["types"],
            ((FUNCTIONS, r"^function libxl_domain_pause : int", r"function libxl_domain_pause : int64_t"),)),
    Mistake("who frees a result changed", TEST["contract"],
            ((FUNCTIONS, r"^(function libxl_console_get_tty (?:.*\n)+?    path .*out) owned", r"\1"),)),
    Mistake("a struct of options changed in <xlstable.h>", TEST["layout"],
            (("build/include/xlstable.h", r"^    void \*log_user;", r"    int log_user;"),)),
    Mistake("an error code changed in <xlstable.h>", TEST["constants"],
            (("build/include/xlstable.h", r"XLS_ERROR_BAD_OPTION = -103", r"XLS_ERROR_BAD_OPTION = -113"),)),
    Mistake("a frozen baseline altered to fit", TEST["released"], (baseline_altered,)),
    Mistake("a library of Xen's linked", TEST["needed"], (foreign_library,)),
    Mistake("another SONAME", TEST["soname"], (), other_soname),
    Mistake("a path compiled in", TEST["path"], (linked("-Wl,-rpath,/opt/xen/lib"),)),
    Mistake(".note.dlopen lost", TEST["note"],
            (("src/note.c", r'section\("\.note\.dlopen"\)', r'section(".note.other")'),)),
    Mistake("a library without debug information", TEST["types"], (), strip),
    Mistake("libabigail not installed", TEST["types"], (), without("abidiff")),
    Mistake("dpkg-gensymbols not installed", TEST["debian"], (), without("dpkg-gensymbols")),
    Mistake("a symbol lost from Debian's symbols file", TEST["debian"],
            (("symbols/libxlstable1.symbols", r"^ xls_libxl_ao_abort@.*\n", ""),)),
    Mistake("a header that does not compile alone", TEST["alone"],
            (("build/include/libxlutil.h", r"#include <libxl.h>\n", ""),)),
    Mistake("a function that does something else", TEST["output"],
            (("src/surface/bitmap.c", r"^(int libxl_bitmap_count_set\(.*\n\{\n(?:.*\n)*?    return )",
              r"\g<1>1 + "),)),
    Mistake("the objects of old callers lost", TEST["output"], (caller_lost,)),
    Mistake("a node that no old caller needs", TEST["callers"], (callers_of_a_node_lost,)),
]
