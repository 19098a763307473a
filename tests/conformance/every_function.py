#!/usr/bin/env python3
"""Writes a program that calls every function of the schema, for every_function.c.

usage: every_function.py SCHEMA-DIR OUTPUT-FILE

Most calls follow from the types and roles of the parameters: a struct that goes in is initialised
and given what every guest has (prepare_TYPE in every_function.c, where there is one), what comes out
is told as JSON, and what the caller owns is released. The others are by hand, there, too.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "src" / "generator"))

import schema          # noqa: E402

# A C type that is no struct: what goes in.
PLAIN = {
    "libxl_ctx *": "ctx", "const char *": '"text"', "bool": "true", "char": "'s'",
    "libxl_defbool": "some_defbool", "libxl_uuid": "some_uuid", "libxl_bitmap": "some_cpus",
    "libxl_scheduler": "LIBXL_SCHEDULER_CREDIT", "struct timeval": "(struct timeval) { 1, 0 }",
    "libxl_trigger": "LIBXL_TRIGGER_POWER", "libxl_console_type": "LIBXL_CONSOLE_TYPE_PV",
}
BUILTINS = {"libxl_bitmap", "libxl_uuid", "libxl_mac", "libxl_defbool", "libxl_hwcap",
            "libxl_ms_vm_genid", "libxl_string_list", "libxl_key_value_list",
            "libxl_cpuid_policy_list"}
DISPOSED = {"libxl_bitmap": "libxl_bitmap_dispose", "libxl_string_list": "libxl_string_list_dispose",
            "libxl_key_value_list": "libxl_key_value_list_dispose",
            "libxl_cpuid_policy_list": "libxl_cpuid_dispose"}


def by_hand():
    """The functions that every_function.c calls itself: each is named where that is told."""
    return set(re.findall(r'^\s*(?:told\("|ASK\()(\w+)', (HERE / "every_function.c").read_text(), re.M))


class Call:
    def __init__(self, model, function):
        self.model, self.function = model, function
        self.locals, self.before, self.names, self.after = [], [], [], []
        for parameter in function.parameters:
            self.add(parameter)

    def add(self, p):
        base, stars = p.type.replace("const ", "").rstrip(" *"), p.type.count("*")
        if p.type in PLAIN:
            value = PLAIN[p.type]
        elif p.role in ("how", "progress", "match"):
            value = "NULL"
        elif not stars:
            value = self.number(p)
        elif base in self.model.structs and stars == 1:
            value = self.struct(p, base)
        elif base in BUILTINS and stars == 1:
            value = self.builtin(p, base)
        elif p.role in ("out", "inout") and base in ("char", "uint8_t", "void") and stars == 2:
            value = self.block(p, base)
        elif stars == 2 and base.startswith("libxl_psr"):
            value = self.block(p, base)     # never there: the simulation has no cache allocation
        elif p.role in ("out", "inout") and stars == 1:
            self.locals.append(f"{base} {p.name} = 0;")
            self.after.append(f'tell_number("{p.name}", {p.name});')
            value = f"&{p.name}"
        elif p.type in ("char *", "void *", "const void *", "const uint8_t *"):
            value = "(void *)some_bytes"
        else:
            raise ValueError(f"{self.function.name}: no way to call it with {p.type} {p.name}")
        self.names.append(value)

    @staticmethod
    def number(p):
        if "domid" in p.name:
            return "domid"
        if re.search(r"fd$|^fd|_fd", p.name):
            return "some_fd"
        if "memkb" in p.name or "mem_kb" in p.name:
            return "65536"
        return "1" if p.name in ("count", "nr", "num", "len", "datalen") else "0"

    def struct(self, p, base):
        self.locals.append(f"{base} {p.name};")
        self.before.append(f"{base}_init(&{p.name});")
        if p.role != "out":
            self.before.append(f"prepare({p.name}, {base});")
        if p.role in ("out", "inout"):
            self.after.append(f'tell("{p.name}", "{base}", {base}_to_json(ctx, &{p.name}));')
        if not self.model.structs[base].no_dispose:
            self.after.append(f"{base}_dispose(&{p.name});")
        return f"&{p.name}"

    def builtin(self, p, base):
        self.locals.append(f"{base} {p.name} = {{ 0 }};")
        if base == "libxl_bitmap" and (p.role != "out" or not self.allocates()):
            self.before.append(f"libxl_bitmap_alloc(ctx, &{p.name}, 8);")
        if base in DISPOSED:
            self.after.append(f"{DISPOSED[base]}(&{p.name});")
        return f"&{p.name}"

    def allocates(self):
        return self.function.name in ("libxl_get_freecpus", "libxl_bitmap_alloc",
                                      "libxl_cpu_bitmap_alloc", "libxl_node_bitmap_alloc",
                                      "libxl_socket_bitmap_alloc", "libxl_bitmap_or",
                                      "libxl_bitmap_and", "libxl_bitmap_copy_alloc",
                                      "libxl_bitmap_init")

    def block(self, p, base):
        self.locals.append(f"{base} *{p.name} = NULL;")
        if base == "char":
            self.after.append(f'tell_text("{p.name}", {p.name});')
        self.after.append(f"free({p.name});")
        return f"&{p.name}"

    def result(self):
        f, call = self.function, f"{self.function.name}({', '.join(self.names)})"
        if f.returns == "void":
            return f"{call};\n    told(\"{f.name}\");"
        if f.list_count:
            base = f.returns.rstrip(" *")
            count = f.list_count
            free = next((g.name for g in self.model.functions.values() if g.local and g.parameters
                         and g.name.endswith("_list_free") and g.parameters[0].type == f.returns
                         and ("assignable" in g.name) == ("assignable" in f.name)), None)
            freed = (f"{free}(list, {count});\n    told_more(\"{free}\");" if free else
                     f"for (int i = 0; i < {count}; i++)\n        {base}_dispose(&list[i]);\n    free(list);")
            return (f"{base} *list = {call};\n\n    told(\"{f.name}\");\n"
                    f"    for (int i = 0; i < {count}; i++)\n"
                    f"        tell(\"element\", \"{base}\", {base}_to_json(ctx, &list[i]));\n    {freed}")
        if f.returns.endswith("char *"):
            free = "    free((char *)text);\n" if f.owned else ""
            return (f"const char *text = {call};\n\n    told(\"{f.name}\");\n"
                    f"    tell_text(\"result\", text);\n{free}")
        if f.returns.endswith("*"):
            return f"const void *pointer = {call};\n\n    told(\"{f.name}\");\n    tell_number(\"result\", pointer != NULL);"
        return f"long long rc = {call};\n\n    told(\"{f.name}\");\n    tell_number(\"result\", rc);"

    def text(self):
        lines = [*self.locals, *self.before, "{", self.result(), *self.after, "}"]
        body = "".join(f"    {line}\n" for line in lines)
        return f"static void call_{self.function.name}(void)\n{{\n{body}}}\n\n"


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    model = schema.load(arguments[0])
    hand = by_hand()
    functions = [f for f in model.functions.values()
                 if not f.inline and f.name not in hand and not f.name.endswith("_list_free")
                 and f.arch in (None, "x86")]
    out = ["/* Made by every_function.py. */\n\n"]
    out += [Call(model, f).text() for f in functions]
    out.append("static const struct call calls[] = {\n")
    out += [f'    {{ "{f.name}", call_{f.name} }},\n' for f in functions]
    out.append("};\n")
    pathlib.Path(arguments[1]).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(arguments[1]).write_text("".join(out))


if __name__ == "__main__":
    main(sys.argv[1:])
