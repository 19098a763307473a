"""Writes <xlstable.h>: the hand-written frame of src/opaque/xlstable.h.in, filled from the schema."""

import pathlib
import re
import textwrap

import c
import opaque
from opaque import declare, documented, public, sentence

FRAME = pathlib.Path(__file__).resolve().parents[1] / "opaque" / "xlstable.h.in"


def wrapped(text):
    """A long prototype, broken after a comma and aligned with the first parameter."""
    if len(text) <= 100:
        return text
    lead = " " * (text.index("(") + 1)
    if max(len(piece) for piece in text.split(", ")[1:] or [text[len(lead):]]) + len(lead) > 100 \
            or ", " not in text:
        return text.replace("(", "(\n    ", 1)
    lines = [""]
    for piece in re.split(r"(?<=,) ", text):
        candidate = f"{lines[-1]} {piece}" if lines[-1] else piece
        if len(candidate) <= 100 or not lines[-1]:
            lines[-1] = candidate
        else:
            lines.append(lead + piece)
    return "\n".join(lines)


class Header:
    def __init__(self, schema):
        self.surface = opaque.Surface(schema)
        self.schema = self.surface.schema
        self.listed = self.surface.listed_types()

    def files(self):
        parts = {"OLDEST": self.surface.whole.releases[0], "NEWEST": self.surface.whole.releases[-1],
                 "ERRORS": self.errors(), "CONSTANTS": self.constants(), "ENUMS": self.enums(),
                 "HANDLES": self.handles(), "OBJECTS": self.objects(),
                 "OPERATIONS": self.operations()}
        text = FRAME.read_text()
        text = text.replace("*/\n", "*/\n" + c.BANNER, 1)
        yield "xlstable.h", re.sub(r"@([A-Z]+)@", lambda match: parts[match.group(1)], text)

    # values

    @staticmethod
    def enumerators(values):
        rows = []
        for value in values:
            notes = [documented(value.doc)] if value.doc else []
            if value.since:
                notes.append(f"since Xen {value.since}")
            row = f"    {public(value.name)} = {value.number},"
            rows.append(row + (f" /* {'; '.join(notes)} */" if notes else ""))
        return "\n".join(rows)

    def errors(self):
        return self.enumerators(self.schema.enums["libxl_error"].values)

    def constants(self):
        out = []
        for item in self.schema.constants.values():
            if item.macro or not item.value or item.header == "private" or '"' in item.value or \
                    "_HAVE_" in item.name or item.header not in ("libxl.h",) or \
                    item.name in ("LIBXL_VERSION",) or item.name.endswith("LEN"):
                continue
            out.append(c.comment(sentence(item.doc) + self.since(item))
                       + f"#define {public(item.name)} {self.number(item.name)}\n\n")
        return "".join(out)

    def number(self, name):
        value = self.schema.constants[name].value
        number = self.schema.constant_value("INVALID_DOMID") - 1 if "RANDOM" in name else \
            self.schema.constant_value(name) if "*" not in value else 2048 * 1024
        if "ULL" in value:
            return "UINT64_MAX"
        if number < 0 and ("uint32_t" in value or "~" in value or "DOMID" in name):
            return f"UINT32_C({number & 0xffffffff:#x})"
        return f"({number})" if number < 0 else str(number)

    def enums(self):
        out = []
        for enum in self.surface.enums():
            if enum.name == "libxl_error":
                continue
            name = public(enum.name)
            out.append(c.comment(sentence(enum.doc) + self.since(enum))
                       + f"enum {name} {{\n{self.enumerators(enum.values)}\n}};\n\n"
                       + c.comment(f'The name of a value, such as "{self.label(enum)}", or NULL; and '
                                   "the value of a name.")
                       + f"const char *{name}_to_string(int value);\n"
                       + f"int {name}_from_string(const char *text, int *value);\n\n")
        return "".join(out)

    @staticmethod
    def label(enum):
        from tables import label
        return label(enum, enum.values[-1])

    @staticmethod
    def since(item):
        return f" Since Xen {item.since}." if getattr(item, "since", None) else ""

    # objects

    def handles(self):
        names = [public(s.name) for s in self.surface.structs() if s.name != "libxl_event"]
        names += ["xls_evgen_domain_death", "xls_evgen_disk_eject", "xls_xen_console_reader"]
        return "".join(f"typedef struct {name} {name};\n" for name in names)

    def objects(self):
        return "".join(self.object(struct) for struct in self.surface.structs())

    def object(self, struct):
        name = public(struct.name)
        rule = "-" * max(3, 90 - len(name))
        out = [f"/*\n * -- {name} {rule}\n *\n"
               + "".join(f" * {line}\n" for line in
                         textwrap.wrap(sentence(struct.doc) + self.since(struct), 96)) + " */\n\n"]
        if struct.name == "libxl_event":
            out.append(f"typedef struct {name} {name};\n\n")
        for function in self.surface.common(struct):
            out.append(c.comment(function.doc) + wrapped(function.prototype() + ";") + "\n\n")
        for accessor in self.surface.accessors(struct):
            out.append(c.comment(self.accessor_doc(accessor)))
            out += [wrapped(f.prototype() + ";") + "\n" for f in accessor.functions]
            out.append("\n")
        out += self.list_of(struct)
        return "".join(out)

    def list_of(self, struct):
        if struct.name not in self.listed:
            return []
        name = public(struct.name)
        lines = [f"typedef struct {name}_array {name}_array;",
                 f"size_t {name}_array_count(const {name}_array *array);",
                 f"{name} *{name}_array_at(const {name}_array *array, size_t index);",
                 f"void {name}_array_free({name}_array *array);"]
        return ["/* An array of them, as operations return it. Its elements are borrowed from it. */\n",
                *(wrapped(line) + "\n" for line in lines), "\n"]

    def accessor_doc(self, a):
        field = a.field
        parts = []
        if a.arm:
            parts.append(f"If {a.key} is {public(a.arm.when)}:")
        text = sentence(field.doc) or field.name.replace("_", " ").capitalize() + "."
        parts.append(text)
        if a.family == "enum" or (field.form == "array" and field.type in self.schema.enums):
            parts.append(f"An enum {public(field.type)}.")
        if field.bits:
            parts.append(f"Bits: enum {public(field.bits)}.")
        default = field.default
        if default is not None and a.family != "enum":
            parts.append(f"Default {self.default(default)}.")
        elif a.family == "enum" and self.surface.has_default(a):
            parts.append(f"Default {public(default or self.schema.enums[field.type].default)}.")
        if field.deprecated:
            parts.append(f"Deprecated: use {field.deprecated} instead.")
        more = {"string": "", "defbool": "A boolean that may be left open.",
                "string_list": "Strings, borrowed by at.", "string_array": "Strings.",
                "pairs": "Pairs of strings; set with a NULL value keeps the key alone.",
                "policy": "CPUID and MSR settings, in the notation of xl and of xend; clear drops "
                          "them. Needs a libxenlight."}.get(a.family)
        if a.family == "handle":
            more = "Borrowed by get, copied by set."
        if a.family == "handle_array":
            more = "append makes a new element and lends it."
        if more:
            parts.append(more)
        if field.since:
            parts.append(f"Since Xen {field.since}.")
        return " ".join(parts)

    def default(self, text):
        constant = self.schema.constants.get(text)
        if constant and constant.header == "private":
            return "all bits set"
        return public(text) if constant else text

    # operations

    def operations(self):
        out = []
        for title, operations in self.surface.operations():
            out.append(f"/* -- {title} {'-' * max(3, 90 - len(title))} */\n\n")
            for operation in operations:
                out.append(self.operation_doc(operation)
                           + wrapped(operation.prototype() + ";") + "\n\n")
        return "".join(out)

    def operation_doc(self, operation):
        lines = textwrap.wrap(operation.doc, 96)
        rows = [(name, doc) for name, doc in operation.notes if doc]
        if rows:
            lines.append("")
            width = max(len(name) for name, _ in rows) + 2
            for name, doc in rows:
                body = textwrap.wrap(doc, 94 - width)
                lines.append(f"  {name.ljust(width)}{body[0]}")
                lines += [" " * (width + 2) + line for line in body[1:]]
        if len(lines) == 1 and len(lines[0]) <= 94:
            return f"/* {lines[0]} */\n"
        return "/*\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"
