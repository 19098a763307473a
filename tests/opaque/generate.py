#!/usr/bin/env python3
"""Writes the tests that the schema says are needed, so that none is missing.

usage: generate.py SCHEMA-DIR OUTPUT-DIR

operations_reach_libxl.c: every operation calls its function of libxl, where the release has it.
accessors_agree_with_structs.c: for each field the accessor sets it in an object, plain C sets it in libxl's struct, and the JSON of
both must be equal. A function of the surface that no test calls ends the run.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src" / "generator"))

import opaque     # noqa: E402
import schema     # noqa: E402
from opaque import NUMBERS, public     # noqa: E402

FOREIGN = {"xls_evgen_domain_death", "xls_evgen_disk_eject", "xls_xen_console_reader"}

SAMPLES = {"bool": ("true", "false"), "int": ("7", "-3"), "uint8_t": ("200", "1"),
           "uint16_t": ("60000", "1"), "uint32_t": ("4000000000u", "1"),
           "uint64_t": ("UINT64_C(0x8877665544332211)", "1")}


class Test:
    def __init__(self, surface, struct):
        self.surface, self.struct = surface, struct
        self.name = public(struct.name)
        self.lines = []

    def say(self, *lines):
        self.lines += lines

    def write(self):
        accessors = list(self.surface.accessors(self.struct))
        self.common()
        # Keys first: the arms of a union can then be reached one after the other.
        for a in [a for a in accessors if not a.arm]:
            self.field(a)
        keys = {}
        for a in accessors:
            if a.arm:
                keys.setdefault((a.key, a.arm.when), []).append(a)
        for (key, when), inside in keys.items():
            self.variant(key, when, inside)
        body = "".join(f"    {line}\n" if line else "\n" for line in self.lines)
        dispose = "" if self.struct.no_dispose else f"    {self.struct.name}_dispose(&y);\n"
        return (f"static void test_{self.name}(void **state)\n{{\n"
                f"    {self.name} *x = {self.name}_new(), *other = {self.name}_new();\n"
                f"    {self.struct.name} y;\n\n    assert_non_null(x);\n    assert_non_null(other);\n"
                f"    {self.struct.name}_init(&y);\n{body}"
                f"    {self.name}_free(other);\n    {self.name}_free(x);\n{dispose}}}\n\n")

    def same(self):
        self.say(f"SAME({self.name}, x, {self.struct.name}, &y);")

    def common(self):
        n = self.name
        self.same()
        self.say(f"assert_int_equal({n}_from_json(x, \"{{}}\", 0), 0);", )
        self.same()
        self.say(f"assert_int_equal({n}_from_json(x, \"{{ \\\"no such\\\": 1 }}\", 0), "
                 "XLS_ERROR_UNKNOWN_KEY);",
                 f"assert_int_equal({n}_copy(other, NULL), XLS_ERROR_INVAL);",
                 f"assert_null({n}_to_json(NULL));", f"{n}_free(NULL);")

    def round_trip(self):
        """Object, JSON, object; and a copy."""
        self.say(f"ROUND_TRIP({self.name}, x, other);")

    def variant(self, key, when, inside):
        n = self.name
        self.say("", f"assert_int_equal({n}_from_json(other, \"{{}}\", 0), 0);")
        for a in inside:
            getter = next(f for f in a.functions if re.search(r"_get_|_count$|_at$", f.name))
            self.say(f"WRONG_VARIANT({self.call(getter, 'other', ['0'] * 9)});")
            for f in a.functions:
                if "_set_" in f.name:
                    null = ["NULL" if "*" in t or "[" in t else "0" for t, _ in f.parameters[1:]]
                    self.say(f"WRONG_VARIANT({self.call(f, 'other', null)});")
        self.say(f"assert_int_equal({n}_set_{key}(x, {public(when)}), 0);",
                 f"{self.struct.name}_dispose(&y);",
                 f"COPY_BACK({n}, x, {self.struct.name}, &y);")
        self.same()
        for a in inside:
            self.field(a)
        # Another value of the key releases all that; the same one again keeps it.
        self.say(f"assert_int_equal({n}_set_{key}(x, {public(when)}), 0);")
        self.same()
        other = self.other_value(key, when)
        if not other:
            return
        self.say(f"assert_int_equal({n}_copy(other, x), 0);",
                 f"assert_int_equal({n}_set_{key}(other, {other}), 0);",
                 f"assert_int_equal({n}_get_{key}(other), {other});",
                 f"assert_int_equal({n}_set_{key}(x, {other}), 0);",
                 f"{self.struct.name}_dispose(&y);", f"COPY_BACK({n}, x, {self.struct.name}, &y);")

    def other_value(self, key, when):
        field = next(f for f in self.struct.fields if f.name == key)
        values = self.surface.schema.enums[field.type].values
        return next((public(v.name) for v in values if v.name != when), None)

    @staticmethod
    def call(function, handle, arguments):
        needed = len(function.parameters) - 1
        return f"{function.name}({', '.join([handle, *arguments[:needed]])})"

    def field(self, a):
        self.say("", f"/* {a.path} */")
        getattr(self, "field_" + a.family)(a, f"y.{a.path}")
        self.same()
        self.round_trip()

    def fn(self, a, verb, suffix=False):
        return f"{self.name}_{a.name}_{verb}" if suffix else f"{self.name}_{verb}_{a.name}"

    def check_get(self, a, c_type, value):
        if a.arm:
            self.say(f"GET_THROUGH({c_type}, {self.fn(a, 'get')}, x, {value});")
        else:
            self.say(f"assert_true({self.fn(a, 'get')}(x) == ({c_type}){value});")

    def number(self, a, y, c_type, values, assign):
        for value in values:
            self.say(f"assert_int_equal({self.fn(a, 'set')}(x, {value}), 0);", assign(value))
            self.check_get(a, c_type, value)
            self.same()
        if self.surface.has_default(a):
            self.say(f"assert_int_equal({self.fn(a, 'clear')}(x), 0);",
                     f"assert_false({self.fn(a, 'has')}(x));",
                     f"assert_int_equal({self.fn(a, 'set')}(x, {values[0]}), 0);", assign(values[0]))

    def field_number(self, a, y):
        c_type = NUMBERS[a.field.type]
        self.number(a, y, c_type, SAMPLES[c_type], lambda v: f"{y} = {v};")
        if self.surface.has_default(a):
            self.say(f"assert_true({self.fn(a, 'has')}(x));")

    def field_enum(self, a, y):
        enum = self.surface.schema.enums[a.field.type]
        key = any(b.key == a.path for b in self.surface.accessors(self.struct) if b.arm)
        values = [public(v.name) for v in (enum.values[-1], enum.values[0])]
        name = {public(v.name): v.name for v in enum.values}
        init = f"{self.struct.name}_init_{a.name}"
        assign = (lambda v: f"{self.struct.name}_dispose(&y); {self.struct.name}_init(&y); "
                  f"COPY_BACK({self.name}, x, {self.struct.name}, &y); (void)&{init};") if key else \
            (lambda v: f"{y} = {name[v]};")
        self.number(a, y, "int", values, assign)
        self.say(f"assert_int_equal({self.fn(a, 'set')}(x, 123456), XLS_ERROR_INVAL);",
                 "assert_non_null(strstr(xls_error_text(), \"123456\"));")

    def field_defbool(self, a, y):
        self.number(a, y, "bool", ("true", "false"), lambda v: f"libxl_defbool_set(&{y}, {v});")
        self.say(f"assert_true({self.fn(a, 'has')}(x));")

    def field_string(self, a, y):
        if a.field.const:
            self.say(f"assert_null({self.fn(a, 'get')}(x));")
            return
        self.say(f"assert_null({self.fn(a, 'get')}(x));")
        for text in ('"first \\"text\\""', '"second"'):
            self.say(f"assert_int_equal({self.fn(a, 'set')}(x, {text}), 0);",
                     f"free({y});", f"{y} = strdup({text});",
                     f"assert_string_equal({self.fn(a, 'get')}(x), {text});")
            self.same()
        self.say(f"assert_int_equal({self.fn(a, 'set')}(other, NULL), 0);" if not a.arm else
                 f"assert_int_equal({self.fn(a, 'set')}(NULL, NULL), XLS_ERROR_INVAL);")

    def field_bytes(self, a, y):
        self.say(f"BYTES({self.fn(a, 'get')}, {self.fn(a, 'set')}, x, {y});",
                 f"assert_int_equal({self.fn(a, 'get')}(x, NULL), XLS_ERROR_INVAL);")

    def field_handle(self, a, y):
        nested = public(a.field.type)
        self.say(f"assert_non_null({self.fn(a, 'get')}(x));")
        if a.field.type == "libxl_bitmap":
            self.say(f"assert_int_equal(xls_bitmap_set({self.fn(a, 'get')}(x), 9), 0);",
                     f"libxl_bitmap_alloc(NULL, &{y}, 16);", f"libxl_bitmap_set(&{y}, 9);")
            self.same()
        self.say("{", f"    {nested} *one = {nested}_new();", "",
                 f"    assert_int_equal({nested}_copy(one, {self.fn(a, 'get')}(x)), 0);",
                 f"    assert_int_equal({self.fn(a, 'set')}(x, one), 0);",
                 f"    assert_int_equal({self.fn(a, 'set')}(x, {self.fn(a, 'get')}(x)), 0);",
                 f"    {nested}_free(one);", "}",
                 f"assert_int_equal({self.fn(a, 'set')}(x, NULL), XLS_ERROR_INVAL);")

    def array(self, a, y, element, init):
        prefix = a.path.rpartition(".")[0]
        count = f"y.{prefix + '.' if prefix else ''}{a.field.count}"
        self.say(f"{y} = calloc(1, sizeof(*{y}));", f"{count} = 1;", init(f"{y}[0]"))

    def field_handle_array(self, a, y):
        count, at, append, remove = (self.fn(a, v, True) for v in
                                     ("count", "at", "append", "remove"))
        self.say(f"assert_int_equal({count}(x), 0);", f"assert_null({at}(x, 0));",
                 "assert_int_equal(xls_last_error(), XLS_ERROR_OUT_OF_RANGE);",
                 f"assert_non_null({append}(x));", f"assert_non_null({append}(x));",
                 f"assert_int_equal({count}(x), 2);", f"assert_non_null({at}(x, 1));",
                 f"assert_int_equal({remove}(x, 2), XLS_ERROR_OUT_OF_RANGE);",
                 f"assert_int_equal({remove}(x, 0), 0);", f"assert_int_equal({count}(x), 1);",
                 f"assert_int_equal({remove}(x, 0), 0);", f"assert_int_equal({count}(x), 0);",
                 f"assert_non_null({append}(x));")
        self.array(a, y, None, lambda e: f"{a.field.type}_init(&{e});")

    def field_number_array(self, a, y):
        enum = self.surface.schema.enums.get(a.field.type)
        c_type = "int" if enum else NUMBERS[a.field.type]
        first, second = [public(v.name) for v in (enum.values[-1], enum.values[0])] if enum else \
            SAMPLES[c_type]
        raw = enum.values[-1].name if enum else first
        count, at, append, replace, remove = (self.fn(a, v, True) for v in
                                              ("count", "at", "append", "replace", "remove"))
        self.say(f"assert_int_equal({append}(x, {second}), 0);",
                 f"assert_int_equal({append}(x, {second}), 0);",
                 f"assert_int_equal({replace}(x, 1, {first}), 0);",
                 f"assert_int_equal({replace}(x, 2, {first}), XLS_ERROR_OUT_OF_RANGE);",
                 f"assert_int_equal({count}(x), 2);", f"assert_int_equal({remove}(x, 0), 0);",
                 f"NUMBER_AT({c_type}, {at}, x, 0, {first});",
                 f"assert_int_equal({remove}(x, 1), XLS_ERROR_OUT_OF_RANGE);")
        self.array(a, y, None, lambda e: f"{e} = {raw};")

    def field_string_list(self, a, y):
        count, at, append, remove = (self.fn(a, v, True) for v in
                                     ("count", "at", "append", "remove"))
        self.say(f"assert_int_equal({append}(x, \"gone\"), 0);",
                 f"assert_int_equal({append}(x, \"one\"), 0);",
                 f"assert_int_equal({append}(x, NULL), XLS_ERROR_INVAL);",
                 f"assert_int_equal({count}(x), 2);", f"assert_int_equal({remove}(x, 0), 0);",
                 f"assert_string_equal({at}(x, 0), \"one\");", f"assert_null({at}(x, 1));",
                 f"{y} = calloc(2, sizeof(char *));", f"{y}[0] = strdup(\"one\");")

    def field_pairs(self, a, y):
        count, key, value, remove = (self.fn(a, v, True) for v in
                                     ("count", "key_at", "value_at", "remove"))
        get, set_ = self.fn(a, "get"), self.fn(a, "set")
        self.say(f"assert_int_equal({set_}(x, \"gone\", \"1\"), 0);",
                 f"assert_int_equal({set_}(x, \"key\", \"old\"), 0);",
                 f"assert_int_equal({set_}(x, \"key\", \"new\"), 0);",
                 f"assert_int_equal({count}(x), 2);", f"assert_int_equal({remove}(x, 0), 0);",
                 f"assert_string_equal({key}(x, 0), \"key\");",
                 f"assert_string_equal({value}(x, 0), \"new\");",
                 f"assert_string_equal({get}(x, \"key\"), \"new\");",
                 f"assert_null({get}(x, \"gone\"));", f"{y} = calloc(3, sizeof(char *));",
                 f"{y}[0] = strdup(\"key\");", f"{y}[1] = strdup(\"new\");")

    def field_policy(self, a, y):
        """Only a libxenlight knows them: operations_reach_libxl.c parses some."""
        self.say(f"assert_int_equal({self.fn(a, 'count', True)}(x), 0);",
                 f"assert_int_equal({self.fn(a, 'clear')}(x), 0);",
                 f"assert_int_equal({self.fn(a, 'parse', True)}(NULL, \"host\"), XLS_ERROR_INVAL);",
                 f"assert_int_equal({self.fn(a, 'parse_xend', True)}(x, NULL), XLS_ERROR_INVAL);")


def enum_test(enum):
    name = public(enum.name)
    rows = "".join(f"    ENUM_VALUE({name}, {enum.name}, {public(v.name)}, {v.name});\n"
                   for v in enum.values)
    return (f"static void test_{name}(void **state)\n{{\n    int value;\n\n{rows}"
            f"    assert_null({name}_to_string(123456));\n"
            f"    assert_int_equal({name}_from_string(\"no such\", &value), XLS_ERROR_INVAL);\n}}\n\n")


# What has to be set before libxl is reached at all.
NEEDED = {"xls_device_usbctrl": ["xls_device_usbctrl_set_type({}, XLS_USBCTRL_TYPE_PV);"]}


class OperationTest:
    """Calls an operation with something in every argument."""

    def __init__(self, operation):
        self.operation, self.locals, self.frees, self.arguments = operation, [], [], []
        self.needed = []
        newer = {p.name for p in operation.function.parameters if p.since}
        for c_type, name in operation.parameters:
            self.arguments.append("NULL" if name in newer else self.argument(c_type, name))

    def argument(self, c_type, name):
        base = c_type.replace("const ", "")
        handle = re.fullmatch(r"(xls_\w+) \*", base)
        array = re.fullmatch(r"(\w+)\[(\d+)\]", base)
        if c_type == "xls_ctx *":
            return "xen"
        if c_type == "const struct xls_async *":
            return "NULL"
        if handle and handle.group(1) in FOREIGN:
            return f"({base})&placeholder"
        if handle:
            self.locals.append(f"{base}{name} = {handle.group(1)}_new();")
            self.frees.append(f"{handle.group(1)}_free({name});")
            self.needed += [line.format(name) for line in NEEDED.get(handle.group(1), [])]
            return name
        if base.endswith("_array **"):
            self.locals.append(f"{base[:-1]}{name} = NULL;")
            self.frees.append(f"{base[:-3]}_free({name});")
            return f"&{name}"
        if base.endswith("**"):
            self.locals.append(f"{base[:-1]}{name} = NULL;")
            if not base.startswith("xls_"):
                self.frees.append(f"free({name});" if self.owned(name) else f"(void){name};")
            return f"&{name}"
        if array:
            self.locals.append(f"{array.group(1)} {name}[{array.group(2)}] = {{ 1 }};")
            return name
        if c_type in ("const char *", "const void *"):
            return '"text"'
        if c_type == "const uint8_t *":
            return '(const uint8_t *)"text"'
        if base.endswith("*"):
            self.locals.append(f"{base[:-2]} {name}[2] = {{ 1, 1 }};")
            return name
        return "1"

    def owned(self, name):
        return self.operation.function.parameter(name).owned

    def write(self):
        o, f = self.operation, self.operation.function
        since = f.since.partition(".")[2] if f.since else "0"
        there = "false" if f.arch == "arm" else "true"
        call = f"{o.name}({', '.join(self.arguments)})"
        statement = f"free({call})" if o.returns == "char *" and f.owned else f"(void){call}"
        lines = [*self.locals, *([""] if self.locals else []), *self.needed]
        if "xen" in self.arguments:
            without = call.replace("(xen", "(NULL", 1)
            lines.append(f"NEEDS_CTX({statement.replace(call, without)});")
        lines.append(f"REACHES({f.name}, {since}, {there}, {statement});")
        body = "".join(f"    {line}\n" if line else "\n" for line in [*lines, *self.frees])
        return f"static void test_{o.name}(void **state)\n{{\n{body}}}\n\n"


HEAD = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n/* Made by tests/opaque/generate.py. */\n\n"


def accessors(surface):
    structs = surface.structs()
    enums = [e for e in surface.enums() if e.name != "libxl_error"]
    out = [HEAD, '#include "accessors.h"\n\n']
    out += [Test(surface, struct).write() for struct in structs]
    out += [enum_test(enum) for enum in enums]
    rows = "".join(f"        cmocka_unit_test(test_{public(item.name)}),\n"
                   for item in [*structs, *enums])
    out.append(f"int main(void)\n{{\n    const struct CMUnitTest tests[] = {{\n{rows}    }};\n\n"
               "    return cmocka_run_group_tests(tests, NULL, NULL);\n}\n")
    text = "".join(out)
    missing = [f.name for struct in structs for a in surface.accessors(struct) for f in a.functions
               if not re.search(rf"\b{f.name}\b", text)]
    if missing:
        sys.exit(f"generate.py: no test of {', '.join(missing)}")
    return text


def operations(surface):
    made = [operation for _, group in surface.operations() for operation in group]
    tests = "".join(OperationTest(operation).write() for operation in made)
    rows = "".join(f"        xen_test(test_{operation.name}),\n" for operation in made)
    return (f'{HEAD}#include "operations.h"\n\n{tests}int main(void)\n{{\n'
            f"    const struct CMUnitTest tests[] = {{\n{rows}    }};\n\n"
            "    return run_over_every_release(tests, false);\n}\n")


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    surface = opaque.Surface(schema.load(arguments[0]))
    target = pathlib.Path(arguments[1])
    target.mkdir(parents=True, exist_ok=True)
    (target / "accessors_agree_with_structs.c").write_text(accessors(surface))
    (target / "operations_reach_libxl.c").write_text(operations(surface))


if __name__ == "__main__":
    main(sys.argv[1:])
