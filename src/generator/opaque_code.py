"""Writes the generated functions of the opaque surface: one-line accessors, and operations."""

import c
import opaque
from opaque import public


class Code:
    def __init__(self, schema):
        self.surface = opaque.Surface(schema)
        self.schema = self.surface.schema

    def files(self):
        yield "opaque_tables.h", self.header()
        yield "opaque_tables.c", self.tables()
        yield "opaque_access.c", self.access()
        yield "opaque_operations.c", self.operations()

    def header(self):
        level = self.schema.levels[-1]
        return f"""{c.LICENCE}{c.BANNER}#ifndef XLS_OPAQUE_TABLES_H
#define XLS_OPAQUE_TABLES_H

#include <stdbool.h>

#include "calls.h"

/* The level as text, and the releases, in the order of xls_releases. */
#define XLS_LEVEL_TEXT "{level}"
extern const char *const xls_release_texts[XLS_RELEASE_COUNT];

/* Whether a function of libxl is an operation of the opaque surface. */
extern const bool xls_is_operation[XLS_FN_COUNT];

/* What an error of libxl means. */
const char *xls_error_meaning(int error);

#endif
"""

    def tables(self):
        texts = "".join(f'    "{r}",\n' for r in self.surface.whole.releases)
        operations = "".join(f"    [XLS_FN_{o.function.name}] = true,\n"
                             for _, group in self.surface.operations() for o in group)
        return f"""{c.LICENCE}{c.BANNER}#include "opaque_tables.h"

const char *const xls_release_texts[XLS_RELEASE_COUNT] = {{
{texts}}};

const bool xls_is_operation[XLS_FN_COUNT] = {{
{operations}}};

const char *xls_error_meaning(int error)
{{
    switch (error) {{
{self.meanings()}    default:
        return "an unknown error";
    }}
}}
"""

    def meanings(self):
        out = []
        for value in self.schema.enums["libxl_error"].values:
            text = opaque.documented(value.doc) or \
                value.name[len("ERROR_"):].replace("_", " ").lower()
            out.append(f'    case {value.number}:\n        return "{text}";\n')
        return "".join(out)

    # accessors

    @staticmethod
    def define(function, lines):
        body = "".join(f"    {line}\n" if line else "\n" for line in lines)
        return f"{c.wrapped(function.prototype())}\n{{\n{body}}}\n\n"

    def access(self):
        out = [c.LICENCE, c.BANNER, "/* The accessors of all types. */\n\n",
               '#include "access.h"\n#include "opaque_tables.h"\n\n']
        listed = self.surface.listed_types()
        for struct in self.surface.structs():
            for function in self.surface.common(struct):
                out.append(self.define(function, [function.body]))
            for accessor in self.surface.accessors(struct):
                for function in accessor.functions:
                    out.append(self.define(function, [c.wrapped("    " + function.body).strip()]))
            if struct.name in listed:
                out += self.array(public(struct.name))
        for enum in self.surface.enums():
            if enum.name != "libxl_error":
                out += self.enum(enum)
        return "".join(out)

    def array(self, name):
        handle = f"{name}_array"
        F = opaque.Function
        yield self.define(F(f"{handle}_count", "size_t", [(f"const {handle} *", "array")]),
                          ["return xls_array_count(array);"])
        yield self.define(F(f"{handle}_at", f"{name} *",
                            [(f"const {handle} *", "array"), ("size_t", "index")]),
                          ["return xls_array_at(array, index);"])
        yield self.define(F(f"{handle}_free", "void", [(f"{handle} *", "array")]),
                          ["xls_array_free(array);"])

    def enum(self, enum):
        name, t = public(enum.name), f"XLS_TYPE_{enum.name}"
        F = opaque.Function
        yield self.define(F(f"{name}_to_string", "const char *", [("int", "value")]),
                          [f"const struct xls_value *found = xls_value_by_number(&xls_types[{t}], "
                           "value);", "", "return found ? found->label : NULL;"])
        yield self.define(F(f"{name}_from_string", "int",
                            [("const char *", "text"), ("int *", "value")]),
                          [f"return xls_enum_from_string({t}, text, value);"])

    # operations

    def operations(self):
        out = [c.LICENCE, c.BANNER,
               "/* The operations: libxl's functions of the source-compatible surface. */\n\n",
               '#include "opaque.h"\n\n']
        for _, group in self.surface.operations():
            for operation in group:
                lines = [c.wrapped("    " + line)[4:] for line in operation.code]
                out.append(self.define(operation, lines))
        return "".join(out)
