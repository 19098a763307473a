#!/usr/bin/env python3
"""Each public header compiles alone: in C and C++, with gcc and clang, for every API version."""

import concurrent.futures
import itertools
import os
import unittest

from abi_case import ALL_HEADERS, HEADERS, compile_text

COMPILERS = {"gcc": "-std=c11", "clang": "-std=c11", "g++": "-std=c++17", "clang++": "-std=c++17"}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

# What Xen 4.22's own libxl.h accepts; none means the newest.
ACCEPTED = [None, "0x040200", "0x040300", "0x040400", "0x040500", "0x040700", "0x040800",
            "0x041300", "0x041400", "0x041800"]
UNKNOWN = ["0x040600", "0x041200", "0x042200", "0", "418"]


def options(compiler, version):
    return [COMPILERS[compiler], *WARNINGS,
            *([f"-DLIBXL_API_VERSION={version}"] if version is not None else [])]


def including(header):
    return f"#include <{header}>\n#include <{header}>\n"


class Headers(unittest.TestCase):
    def check(self, cases, judge):
        """Compiles (compiler, version, source) side by side; judge says what is wrong."""
        def one(case):
            compiler, version, text = case
            complaints = judge(compile_text(compiler, options(compiler, version), text))
            return complaints and f"{compiler}, LIBXL_API_VERSION {version}: {text}{complaints}"

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            wrong = [text for text in pool.map(one, cases) if text]
        self.assertEqual(wrong[:3], [], f"{len(wrong)} of {len(cases)} cases")

    def test_each_alone(self):
        self.check([(compiler, version, including(header)) for compiler, version, header
                    in itertools.product(COMPILERS, ACCEPTED, ALL_HEADERS)], lambda text: text)

    def test_all_in_any_order(self):
        forward = "".join(map(including, ALL_HEADERS))
        backward = "".join(map(including, reversed(ALL_HEADERS)))
        self.check([(compiler, None, text) for compiler in COMPILERS
                    for text in (forward, backward)], lambda text: text)

    def test_an_unknown_version_is_an_error(self):
        self.check([(compiler, version, including(header)) for compiler, version, header
                    in itertools.product(COMPILERS, UNKNOWN, ("libxl.h", "libxl_uuid.h"))],
                   lambda text: "" if "Unknown LIBXL_API_VERSION" in text else "accepted: " + text)

    def test_old_callers_compile(self):
        """What a caller of each version writes for a function that has changed since."""
        def caller(*statements):
            return ("#include <libxl.h>\n#include <libxl_utils.h>\n"
                    "int f(libxl_ctx *ctx, libxl_domain_config *config, libxl_bitmap *map,\n"
                    "      libxl_domain_restore_params *params, libxl_uuid *uuid);\n"
                    "int f(libxl_ctx *ctx, libxl_domain_config *config, libxl_bitmap *map,\n"
                    "      libxl_domain_restore_params *params, libxl_uuid *uuid)\n"
                    "{\n    uint32_t number = 0; uint64_t large = 0;\n"
                    "    (void)number; (void)large; (void)map; (void)params; (void)uuid;\n"
                    + "".join(f"    if ({s}) return 1;\n" for s in statements)
                    + "    return config != 0 && ctx != 0;\n}\n")

        restore = "libxl_domain_create_restore(ctx, config, &number, 0, {}NULL, NULL)"
        new = ["libxl_domain_pause(ctx, 1, NULL)",
               "libxl_console_exec(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV, -1, NULL)",
               "libxl_get_free_memory(ctx, &large)", restore.format("-1, params, "),
               "libxl_domain_need_memory(ctx, config, 1, &large)",
               "libxl_set_vcpuaffinity(ctx, 1, 0, map, NULL)",
               "(libxl_uuid_copy(ctx, uuid, uuid), 0)"]
        mid = [*new[2:4], "libxl_domain_need_memory(ctx, &config->b_info, &large)", *new[5:],
               "libxl_domain_pause(ctx, 1)", "libxl_send_trigger(ctx, 1, LIBXL_TRIGGER_NMI, 0)",
               "libxl_console_exec(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV, -1)"]
        old = ["libxl_domain_pause(ctx, 1)", "libxl_console_exec(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV)",
               "libxl_get_free_memory(ctx, &number)", restore.format(""),
               "libxl_domain_need_memory(ctx, &config->b_info, &number)",
               "libxl_set_vcpuaffinity(ctx, 1, 0, map)", "(libxl_uuid_copy(uuid, uuid), 0)"]
        versions = [(None, new), ("0x041800", new), ("0x040800", mid), ("0x040300", old),
                    ("0x040400", [restore.format("params, "), old[5]])]
        self.check([(compiler, version, caller(*statements)) for compiler in COMPILERS
                    for version, statements in versions], lambda text: text)


if __name__ == "__main__":
    unittest.main()
