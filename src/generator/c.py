"""How the model is spelled in C. Shared by everything that writes C; writes no file itself."""

import re
import textwrap

SCALARS = {"bool": "bool", "int": "int", "uint8": "uint8_t", "uint16": "uint16_t",
           "uint32": "uint32_t", "uint64": "uint64_t", "string": "char *"}

BANNER = "/* Made from abi/libxl by src/generator/generate.py. Do not edit. */\n"
LICENCE = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"


def declare(type_text, name):
    """'char *' + 'p' -> 'char *p'; 'int (*)(void)' + 'f' -> 'int (*f)(void)'."""
    if "(*)" in type_text:
        return type_text.replace("(*)", f"(*{name})", 1)
    return type_text + ("" if type_text.endswith("*") else " ") + name


def field_type(field):
    base = SCALARS.get(field.type, field.type)
    if field.form == "array":
        return base + ("*" if base.endswith("*") else " *")
    return ("const " if field.const else "") + base


def comment(text, indent=""):
    """A block comment of at most 100 columns, or nothing for no text."""
    if not text:
        return ""
    width = 100 - len(indent)
    if len(text) + 6 <= width:
        return f"{indent}/* {text} */\n"
    lines = textwrap.wrap(text, width - 4)
    return f"{indent}/*\n" + "".join(f"{indent} * {line}\n" for line in lines) + f"{indent} */\n"


def api_number(release):
    """LIBXL_API_VERSION of a release: 4.13 is 0x041300, read as decimal digits."""
    major, minor = release.split(".")
    return f"0x{int(major):02d}{int(minor):02d}00"


def api_condition(lower, below):
    tests = ["defined(LIBXL_API_VERSION)"]
    if lower:
        tests.append(f"LIBXL_API_VERSION >= {api_number(lower)}")
    tests.append(f"LIBXL_API_VERSION < {api_number(below)}")
    return " && ".join(tests)


# The library itself has every function on every machine: one ABI.
ARCH = {"x86": "defined(__i386__) || defined(__x86_64__) || defined(XLS_ALL_ARCHITECTURES)",
        "arm": "defined(__arm__) || defined(__aarch64__) || defined(XLS_ALL_ARCHITECTURES)"}


def prototype(returns, name, parameters):
    arguments = ", ".join(declare(p.type, p.name) for p in parameters) or "void"
    return f"{declare(returns, name)}({arguments})"


def wrapped(text, width=100):
    """A long C line, broken after commas so that it stays within the width."""
    if len(text) <= width or "\n" in text:
        return text
    lead = text[:len(text) - len(text.lstrip())]
    lines = [""]
    for piece in re.split(r"(?<=,) ", text):
        candidate = f"{lines[-1]} {piece}" if lines[-1] else piece
        if len(candidate) <= width or not lines[-1]:
            lines[-1] = candidate
        else:
            lines.append(f"{lead}    {piece}")
    return "\n".join(lines)


def key_function(struct, union):
    """libxl_domain_build_info_init_type: the function that starts one arm of a keyed union."""
    return f"{struct.name}_init_{union.key}"


class Family:
    """The functions that Xen's own generator makes for a type, as (name, returns, parameters)."""

    def __init__(self, schema):
        self.schema = schema

    @staticmethod
    def parameter(name, type_text):
        from schema import Parameter
        return Parameter(name, type_text)

    def of_struct(self, struct):
        p, name = self.parameter, struct.name
        pointer = p("p", f"{name} *")
        ctx = p("ctx", "libxl_ctx *")
        yield "init", f"{name}_init", "void", [pointer]
        for path, union in struct.keyed_unions():
            key = next(f for f in struct.fields if f.name == union.key)
            yield ("init_key", key_function(struct, union), "void",
                   [pointer, p(union.key, key.type)])
        if not struct.no_dispose:
            yield "dispose", f"{name}_dispose", "void", [pointer]
        yield "copy", f"{name}_copy", "void", [ctx, p("dst", f"{name} *"),
                                               p("src", f"const {name} *")]
        yield "to_json", f"{name}_to_json", "char *", [ctx, pointer]
        yield "from_json", f"{name}_from_json", "int", [ctx, pointer, p("s", "const char *")]

    def of_enum(self, enum):
        p, name = self.parameter, enum.name
        ctx = p("ctx", "libxl_ctx *")
        yield "to_string", f"{name}_to_string", "const char *", [p("e", name)]
        yield "from_string", f"{name}_from_string", "int", [p("s", "const char *"),
                                                            p("e", f"{name} *")]
        yield "to_json", f"{name}_to_json", "char *", [ctx, p("e", name)]
        yield "from_json", f"{name}_from_json", "int", [ctx, p("e", f"{name} *"),
                                                        p("s", "const char *")]

    def gen_json(self, name):
        """The yajl form. libxl passes even an enum by pointer."""
        return (f"{name}_gen_json", "yajl_gen_status",
                [self.parameter("hand", "yajl_gen"), self.parameter("p", f"{name} *")])
