"""Writes the schema as constant C tables for src/core: schema_ids.h and schema_tables.c."""

import c

SCALARS = {"bool": ("BOOL", 1), "int": ("SIGNED", 4), "uint8": ("UNSIGNED", 1),
           "uint16": ("UNSIGNED", 2), "uint32": ("UNSIGNED", 4), "uint64": ("UNSIGNED", 8),
           "string": ("STRING", 8)}


def release(text):
    return "XLS_RELEASE({}, {})".format(*text.split(".")) if text else "0"


class Tables:
    def __init__(self, schema):
        self.schema = schema
        self.names = [*SCALARS, *schema.type_names()]

    def files(self):
        symbols = list(self.symbols())
        fields = sum(1 for s in self.schema.structs.values() for _ in s.walk())
        ids = "".join(f"    XLS_TYPE_{name},\n" for name in self.names)
        yield "schema_ids.h", (
            f"{c.LICENCE}{c.BANNER}#ifndef XLS_SCHEMA_IDS_H\n#define XLS_SCHEMA_IDS_H\n\n"
            f"/* A type stands behind those that it contains. */\n"
            f"enum xls_type_id {{\n{ids}    XLS_TYPE_COUNT\n}};\n\n"
            f"#define XLS_FIELD_COUNT {fields}\n#define XLS_SYMBOL_COUNT {len(symbols)}\n"
            f"#define XLS_RELEASE_COUNT {len(self.schema.releases)}\n\n"
            f"/* The release whose API callers see, with structs that never change. */\n"
            f"#define XLS_LEVEL {release(self.schema.levels[-1])}\n\n"
            f"/* The SONAMEs of all releases, newest first, as the elements of a JSON array. */\n"
            f"{self.sonames('libxenlight')}\n{self.sonames('libxlutil')}\n#endif\n")
        yield "schema_tables.c", (f'{c.LICENCE}{c.BANNER}#include <stddef.h>\n\n#include "schema.h"\n\n'
                                  + self.members() + self.types() + self.releases()
                                  + self.symbol_table(symbols))

    def sonames(self, library):
        names = ['"\\"%s.so.%s\\""' % (library, r) for r in reversed(self.schema.releases)]
        joined = ' "," \\\n    '.join(names)
        return f"#define XLS_{library.upper()}_SONAMES \\\n    {joined}\n"

    # types

    def members(self):
        out = []
        for declaration in self.schema.declarations:
            if declaration.name in self.schema.enums:
                rows = "".join(self.value(declaration, v) for v in declaration.values)
                kind = "value"
            else:
                rows = "".join(self.fields(declaration))
                kind = "field"
            out.append(f"static const struct xls_{kind} {declaration.name}_{kind}s[] = {{\n"
                       f"{rows}}};\n\n")
        return "".join(out)

    @staticmethod
    def value(enum, value):
        return (f'    {{ "{value.name}", "{label(enum, value)}", {value.number}, '
                f"{release(value.since)} }},\n")

    def fields(self, struct):
        paths = [path for path, _ in struct.walk()]
        for path, field in struct.walk():
            prefix = path.rpartition(".")[0]
            form, parts = field.form, []
            if form in ("value", "array"):
                parts.append(f".type = XLS_TYPE_{field.type}")
            parts.append(".form = XLS_FORM_" + ("GROUP" if form == "struct" else form.upper()))
            if field.const or field.type == "libxl_ev_link":
                parts.append(".hidden = true")
            if form == "array":
                parts.append(f".related = {self.sibling(paths, prefix, field.count)}")
            if form == "arm":
                union = dict(struct.walk())[prefix]
                outer = prefix.rpartition(".")[0]
                parts.append(f".related = {self.sibling(paths, outer, union.key)}")
                parts.append(f".number = {self.schema.constant_value(field.when)}")
            inside = sum(1 for other in paths if other.startswith(path + "."))
            if inside:
                parts.append(f".span = {inside}")
                assert not field.since, f"{struct.name}.{path}: a group is in every release"
            if field.bits:
                parts.append(f".bits = XLS_TYPE_{field.bits}")
            if field.since:
                parts.append(f".since = {release(field.since)}")
            if field.default_from:
                parts.append(f".default_from = {release(field.default_from)}")
            number = self.default(field) if form == "value" else 0
            if number:
                parts.append(f".number = {number}")
            yield c.wrapped(f'    {{ .name = "{field.name}", {", ".join(parts)} }},') + "\n"

    def default(self, field):
        text = field.default
        if text is None and field.type in self.schema.enums:
            text = self.schema.enums[field.type].default
        return self.schema.constant_value(text) if text is not None else 0

    @staticmethod
    def sibling(paths, prefix, name):
        return paths.index(f"{prefix}.{name}" if prefix else name)

    def types(self):
        rows, first = [], 0
        for name, (kind, size) in SCALARS.items():
            rows.append(f'"{name}", XLS_KIND_{kind}, {size}, {size}, 0, 0, 0, {{ NULL }}')
        for item in self.schema.builtins.values():
            rows.append(f'"{item.name}", XLS_KIND_BUILTIN, {item.size}, {item.align}, '
                        "0, 0, 0, { NULL }")
        for item in self.schema.declarations:
            if item.name in self.schema.enums:
                rows.append(f'"{item.name}", XLS_KIND_ENUM, 4, 4, {release(item.since)}, 0, '
                            f"{len(item.values)}, {{ .values = {item.name}_values }}")
            else:
                count = sum(1 for _ in item.walk())
                rows.append(f'"{item.name}", XLS_KIND_STRUCT, 0, 0, {release(item.since)}, '
                            f"{first}, {count}, {{ .fields = {item.name}_fields }}")
                first += count
        body = "".join(c.wrapped(f"    {{ {row} }},") + "\n" for row in rows)
        return f"const struct xls_type xls_types[XLS_TYPE_COUNT] = {{\n{body}}};\n\n"

    def releases(self):
        rows = "".join(f"    {release(r)},\n" for r in self.schema.releases)
        return f"const xls_release xls_releases[XLS_RELEASE_COUNT] = {{\n{rows}}};\n\n"

    # what a library must export

    def symbols(self):
        family = c.Family(self.schema)
        for item in self.schema.declarations:
            made = family.of_enum(item) if item.name in self.schema.enums else family.of_struct(item)
            for _, name, _, _ in made:
                yield name, item.since, False, None
        for function in self.schema.functions.values():
            if not function.inline:
                yield (function.name, function.since, function.header == "libxlutil.h",
                       function.arch)

    @staticmethod
    def symbol_table(symbols):
        rows = ""
        for name, since, util, arch in symbols:
            row = f'    {{ "{name}", {release(since)}, {"true" if util else "false"} }},\n'
            # Elsewhere nobody promises it: no release has it.
            other = row.replace(release(since) + ",", "UINT16_MAX,", 1)
            rows += f"#if {c.ARCH[arch].rpartition(' || ')[0]}\n{row}#else\n{other}#endif\n" if arch else row
        return f"const struct xls_symbol xls_symbols[XLS_SYMBOL_COUNT] = {{\n{rows}}};\n"


def label(enum, value):
    """What strings and JSON call a value: LIBXL_DOMAIN_TYPE_PV is 'pv'."""
    prefix = "ERROR_" if enum.name == "libxl_error" else enum.name.upper() + "_"
    if not value.name.startswith(prefix):
        raise ValueError(f"{value.name} does not begin with {prefix}")
    return value.name[len(prefix):].lower()
