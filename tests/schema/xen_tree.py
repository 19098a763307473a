"""Writes a Xen source tree, as far as the importer reads one, that declares what a schema says.

It is not Xen's text: the IDL, the idl.py that it needs and the headers are made from the model, so
that the importer can be tested without Xen's sources and for every release of the schema.
"""

import pathlib

IDL_PY = '''
DIR_NONE, DIR_IN, DIR_OUT, DIR_BOTH = range(4)


class Type:
    def __init__(self, name, private=False, dir=DIR_BOTH, init_val=None, prefix="libxl_", **more):
        self.rawname, self.typename = name, None if name is None else prefix + name
        self.private, self.dir, self.init_val = private, dir, init_val
        self.dispose_fn = more.get("dispose_fn", f"{self.typename}_dispose" if name else None)
        self.copy_fn = self.typename and self.typename + "_copy"
        self.json_gen_fn = self.json_parse_fn = self.typename

    def hidden(self):
        return ""


class Builtin(Type):
    pass


class Number(Builtin):
    def __init__(self, name, **more):
        super().__init__(name, prefix="", **more)


class Value:
    def __init__(self, name, value):
        self.name, self.value = name, value


class Enumeration(Type):
    def __init__(self, name, values, value_namespace="LIBXL_", **more):
        super().__init__(name, **more)
        self.prefix = value_namespace + name.upper() + "_"
        self.values = [Value(self.prefix + word.upper(), number) for number, word in values]


class Field:
    def __init__(self, type, name, const=False, init_val=None, deprecated_by=None, enumname=None):
        self.type, self.name, self.const, self.init_val = type, name, const, init_val
        self.deprecated_by, self.enumname = deprecated_by, enumname


class Aggregate(Type):
    fields = ()


class Struct(Aggregate):
    def __init__(self, name, fields, **more):
        super().__init__(name, **more)
        self.init_fn = self.typename and self.typename + "_init"
        self.fields = [Field(f[1], f[0], **(f[2] if len(f) > 2 else {})) for f in fields]


class KeyedUnion(Aggregate):
    def __init__(self, name, key_type, key, arms, keyvar_init_val=None):
        super().__init__(name)
        self.keyvar = Field(key_type, key, init_val=keyvar_init_val)
        self.fields = [Field(t, n, enumname=key_type.prefix + n.upper()) for n, t in arms]


class Array(Type):
    def __init__(self, element, count):
        super().__init__(element.typename + " *", prefix="")
        self.elem_type, self.lenvar = element, Field(integer, count)


def namespace(prefix):
    pass


bool, integer, string = Builtin("bool", prefix=""), Number("int"), Builtin("char *", prefix="")
uint8, uint16, uint32, uint64 = (Number("uint%d_t" % bits) for bits in (8, 16, 32, 64))


def parse(path):
    found = {}
    exec(compile(open(path).read(), path, "exec"), dict(globals()), found)
    types = [t for t in found.values() if isinstance(t, Type)]
    return ([t for t in types if isinstance(t, Builtin)],
            [t for t in types if not isinstance(t, Builtin)])
'''

# Xen lists every value that it accepts; the oldest is in no redirect.
API_CHECK = """#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040200
#error
#endif"""


def write(folder, model):
    folder = pathlib.Path(folder)
    light, include = folder / "tools" / "libs" / "light", folder / "tools" / "include"
    for path in (light, include):
        path.mkdir(parents=True)
    (light / "idl.py").write_text(IDL_PY)
    (light / "libxl_types.idl").write_text(idl_text(model))
    (light / "libxl_internal.h").write_text(defines(model, "private"))
    for header in ("libxl_uuid.h", "libxl.h", "libxl_event.h", "libxl_utils.h", "libxlutil.h"):
        (include / header).write_text(header_text(model, header))


# The IDL

def idl_text(model):
    lines = ['namespace("libxl_")']
    for name in model.builtins:
        # Another name of a number is no type of its own for the IDL.
        lines.append("libxl_ev_user = uint64" if name == "libxl_ev_user"
                     else f'{name} = Builtin("{short(name)}")')
    for item in model.declarations:
        text = enum_text(item) if item.name in model.enums else struct_text(item, model)
        lines.append(f"{item.name} = {text}")
    return "\n".join(lines) + "\n"


def short(name):
    return name.removeprefix("libxl_")


def enum_text(enum):
    prefix = "" if enum.name == "libxl_error" else "LIBXL_"
    start = len(prefix + short(enum.name) + "_")
    lines = [f'    ({value.number}, "{value.name[start:]}"),' for value in enum.values]
    more = f', init_val="{enum.default}"' if enum.default else ""
    return "\n".join([f'Enumeration("{short(enum.name)}", [', *lines,
                      f'    ], value_namespace="{prefix}"{more})'])


def struct_text(struct, model):
    more = "" if struct.direction == "both" else f", dir=DIR_{struct.direction.upper()}"
    if struct.no_dispose:
        more += ", dispose_fn=None"
    return "\n".join([f'Struct("{short(struct.name)}", [', *fields_text(struct.fields, model),
                      f"    ]{more})"])


def fields_text(fields, model):
    """A count stands in its array, a key in its union."""
    inside = {f.count for f in fields} | {f.key for f in fields}
    by_name = {f.name: f for f in fields}
    for field in fields:
        if field.name not in inside:
            yield f'    ("{field.name}", {field_text(field, by_name, model)}),'


def field_text(field, siblings, model):
    if field.form == "array":
        return f'Array({type_text(field.type)}, "{field.count}")'
    if field.form in ("struct", "arm"):
        return "\n".join(["Struct(None, [", *fields_text(field.members, model), "    ])"])
    if field.form == "union":
        return union_text(field, siblings[field.key], model)
    more = {"init_val": field.default, "deprecated_by": field.deprecated,
            "const": field.const or None}
    more = {name: value for name, value in more.items() if value is not None}
    return type_text(field.type) + (f", {more}" if more else "")


def union_text(field, key, model):
    arms = {arm.when: arm for arm in field.members}
    lines = [f'KeyedUnion(None, {key.type}, "{key.name}", [']
    for value in model.enums[key.type].values:
        arm = arms.get(value.name)
        name = value.name[len(key.type) + 1:].lower()
        lines.append(f'    ("{name}", {field_text(arm, {}, model) if arm else None}),')
    default = f', keyvar_init_val="{key.default}"' if key.default else ""
    return "\n".join([*lines, f"    ]{default})"])


def type_text(name):
    return "integer" if name == "int" else name


# The headers

def header_text(model, header):
    guard = header.upper().replace(".", "_")
    parts = [f"#ifndef {guard}", f"#define {guard}"]
    if header == "libxl.h":
        parts += ["#include <stdint.h>", "#include <libxl_uuid.h>", API_CHECK, *hand_types(model)]
    parts.append(defines(model, header))
    parts += [f"{prototype(f)}" for f in model.functions.values() if f.header == header]
    if header == "libxl.h":
        parts += [redirect_text(r) for r in model.redirects]
    elif header == "libxlutil.h":
        parts += [f"enum {e.name} {{ {values_text(e)} }};" for e in model.enums.values()
                  if e.plain and e.name.startswith("XLU_")]
    return "\n".join([*parts, "#endif", ""])


def hand_types(model):
    for builtin in model.builtins.values():
        yield f"typedef {builtin.c};"
    for alias in model.aliases:
        yield f"typedef enum {alias.type} {alias.name};"
    for enum in model.enums.values():
        if enum.plain and enum.name.startswith("libxl_"):
            yield f"typedef enum {{ {values_text(enum)} }} {enum.name};"
    for record in model.records.values():
        members = " ".join(member_text(name, c) for name, c in record.members)
        yield f"typedef struct {{ {members} }} {record.name};"


def values_text(enum):
    return ", ".join(f"{value.name} = {value.number}" for value in enum.values)


def member_text(name, c):
    c = c.replace("LIBXL_EVENT_OCCURS_CONST ", "")
    return (c.replace("(*)", f"(*{name})", 1) if "(*)" in c else f"{c} {name}") + ";"


def on(arch, text):
    macro = {"x86": "__x86_64__", "arm": "__aarch64__"}.get(arch)
    return f"#if defined({macro})\n{text}\n#endif" if macro else text


def defines(model, header):
    return "\n".join(on(c.arch, f"#define {c.name} {c.value}")
                     for c in model.constants.values() if c.header == header) + "\n"


def prototype(function):
    text = f"{function.returns} {function.name}({parameters_text(function)})"
    text = f"static inline {text} {{ }}" if function.inline else f"{text};"
    return on(function.arch, text)


def parameters_text(item):
    return ", ".join(f"{p.type} {p.name}" for p in item.parameters)


def version(release):
    major, minor = release.split(".")
    return f"0x{int(major):02}{int(minor):02}00"


def redirect_text(redirect):
    test = f"LIBXL_API_VERSION < {version(redirect.below)}"
    if redirect.lower:
        test += f" && LIBXL_API_VERSION >= {version(redirect.lower)}"
    substitute, inline = redirect.target, []
    if redirect.kind == "redirect":
        substitute = f"{redirect.name}_{version(redirect.below)}"
        local = f"{redirect.local[1]} {redirect.local[0]}; " if redirect.local else ""
        inline = [f"static inline {redirect.returns} {substitute}({parameters_text(redirect)})",
                  f"{{ {local}return {redirect.name}({redirect.call}); }}"]
    return "\n".join([f"#if defined(LIBXL_API_VERSION) && {test}", *inline,
                      f"#define {redirect.name} {substitute}", "#endif"])
