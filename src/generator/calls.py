"""Writes the functions of the source-compatible surface: calls.h, calls.c and families.c."""

import c
from tables import label, release

# Written by hand in src/surface, for what the schema cannot say: who owns an event, what completes
# an operation, what a policy is.
BY_HAND = {"libxl_ctx_alloc", "libxl_ctx_free", "libxl_ao_abort", "libxl_event_check",
           "libxl_event_wait", "libxl_event_free", "libxl_event_register_callbacks",
           "libxl_cpuid_dispose", "libxl_cpuid_policy_list_length", "libxl_cpuid_policy_list_copy",
           "libxl_get_version_info"}

# Looked at in quirks.c before libxl sees it, and so never passed straight through.
QUIRKS = {"libxl_domain_config": "xls_quirk_config({ctx}, \"{function}\", {name})",
          "libxl_domain_build_info":
              "xls_quirk_build_info({ctx}, \"{function}\", &{name}, &shadow)"}

# The same for single functions, whatever of their arguments changes between releases.
FUNCTION_QUIRKS = {
    f"libxl_device_usbctrl_{action}":
        f"xls_quirk_usbctrl({{ctx}}, \"{{function}}\", usbctrl, {may_choose})"
    for action, may_choose in (("add", "true"), ("remove", "false"), ("destroy", "false"))}

DIRECTIONS = {"in": "XLS_IN", "": "XLS_IN", "inout": "XLS_INOUT", "out": "XLS_OUT"}


class Calls:
    def __init__(self, schema):
        self.releases = schema      # all of them: they decide what needs translating
        schema = schema.at(schema.levels[-1])
        self.schema = schema
        self.family = c.Family(schema)
        self.bound = [f for f in schema.functions.values() if not f.inline and not f.local]

    def files(self):
        yield "calls.h", self.header()
        yield "calls.c", self.calls()
        yield "families.c", self.families()

    def header(self):
        ids = "".join(f"    XLS_FN_{f.name},\n" for f in self.bound)
        return f"""{c.LICENCE}{c.BANNER}#ifndef XLS_CALLS_H
#define XLS_CALLS_H

#include "runtime.h"

/* The functions that only a real libxenlight or libxlutil can do. */
enum xls_function {{
{ids}    XLS_FN_COUNT
}};

struct xls_function_info {{
    const char *name;
    xls_release since;
    bool util; /* in libxlutil */
}};

extern const struct xls_function_info xls_functions[XLS_FN_COUNT];

/* Their addresses; until a library is open, and for what it lacks, functions of ours that call
 * xls_late(). */
extern void *xls_real[XLS_FN_COUNT];

#define XLS_REAL(name) \\
    ((__typeof__(&name))__atomic_load_n(&xls_real[XLS_FN_##name], __ATOMIC_ACQUIRE))

/* Which of them the open library has; all false until one is open. */
extern bool xls_bound[XLS_FN_COUNT];

/* Opens the library if none is open. 0 if the function is there then, else an ERROR_*, logged. */
int xls_late(libxl_ctx *ctx, enum xls_function function);

#endif
"""

    # changed types

    def changed(self, name, seen=None):
        """Whether a type differs between any two releases that have it."""
        seen = seen or set()
        if name in seen:
            return False
        if name in self.releases.enums:
            enum = self.releases.enums[name]
            return any(v.since and v.since != enum.since for v in enum.values)
        if name not in self.releases.structs:
            return False
        struct = self.releases.structs[name]
        return any((f.since and f.since != struct.since) or f.default_from
                   or (f.bits and self.changed(f.bits))
                   or (f.type and self.changed(f.type, seen | {name}))
                   for _, f in struct.walk())

    def changed_pointer(self, parameter):
        base = parameter.type.replace("const ", "").rstrip(" *")
        stars = parameter.type.count("*")
        if not self.changed(base):
            return None
        if stars != 1:
            raise ValueError(f"{parameter.name}: {parameter.type} changes between releases, and "
                             "only a pointer to it can be translated")
        return base

    # calls

    def calls(self):
        out = [c.LICENCE, c.BANNER,
               "/* The functions that a real libxenlight does: passed on, or translated. */\n\n",
               '#include "call.h"\n#include "calls.h"\n#include "quirks.h"\n\n']
        out += [self.late(f) for f in self.bound]
        out.append("void *xls_real[XLS_FN_COUNT] = {\n")
        out += [f"    [XLS_FN_{f.name}] = late_{f.name},\n" for f in self.bound]
        out.append("};\n\nconst struct xls_function_info xls_functions[XLS_FN_COUNT] = {\n")
        for f in self.bound:
            util = "true" if f.header == "libxlutil.h" else "false"
            out.append(f'    [XLS_FN_{f.name}] = {{ "{f.name}", {release(f.since)}, {util} }},\n')
        out.append("};\n\n")
        out += [self.public(f) for f in self.bound if f.name not in BY_HAND]
        return "".join(out)

    @staticmethod
    def ctx_of(function):
        first = function.parameters[0] if function.parameters else None
        return "ctx" if first and first.type == "libxl_ctx *" else "NULL"

    @staticmethod
    def failure(function):
        """What a function returns that could not be called: rc where it can tell an error."""
        if function.returns == "void":
            return ""
        if function.returns == "int":
            return " rc"
        if function.returns.endswith("*"):
            return " NULL"
        return {"uint32_t": " (uint32_t)-1"}.get(function.returns, " 0")

    def late(self, function):
        names = ", ".join(p.name for p in function.parameters)
        returns = "" if function.returns == "void" else "return "
        body = c.wrapped(f"    {returns}{function.name}({names});") + "\n"
        return (f"static {c.wrapped(c.prototype(function.returns, 'late_' + function.name, function.parameters))}\n"
                f"{{\n    int rc = xls_late({self.ctx_of(function)}, XLS_FN_{function.name});\n\n"
                f"    if (rc)\n        return{self.failure(function)};\n{body}}}\n\n")

    def public(self, function):
        head = c.wrapped(c.prototype(function.returns, function.name, function.parameters))
        translated = [p for p in function.parameters if self.changed_pointer(p)]
        newer = [p for p in function.parameters if p.since]
        if function.list_count:
            body = self.list_body(function)
        elif translated:
            body = self.translated_body(function, translated)
        elif newer:
            body = self.newer_body(function, newer)
        else:
            body = self.checked_body(function)
        return f"{head}\n{{\n{body}}}\n\n"

    def checked_body(self, function):
        passed_on = c.wrapped(f"    {self.passed_on(function)}") + "\n"
        if function.name not in FUNCTION_QUIRKS:
            return passed_on
        check = FUNCTION_QUIRKS[function.name].format(ctx=self.ctx_of(function),
                                                      function=function.name)
        return c.wrapped(f"    int rc = {check};") + f"\n\n    if (rc)\n        return rc;\n{passed_on}"

    @staticmethod
    def passed_on(function, names=None):
        names = names or [p.name for p in function.parameters]
        returns = "" if function.returns == "void" else "return "
        return f"{returns}XLS_REAL({function.name})({', '.join(names)});"

    def list_body(self, function):
        base = function.returns.rstrip(" *")
        names = ", ".join(p.name for p in function.parameters)
        ctx = self.ctx_of(function)
        translate = ""
        if self.changed(base):
            translate = f"""    if (list && !xls_same(XLS_TYPE_{base}))
        list = xls_call_list({ctx}, "{function.name}", XLS_TYPE_{base}, list,
                             *{function.list_count});
"""
        return f"""    void *list = XLS_REAL({function.name})({names});

{translate}    if (!list)
        *{function.list_count} = 0;
    return list;
"""

    def translated_body(self, function, translated):
        if function.returns != "int":
            raise ValueError(f"{function.name}: only int can report what cannot be translated")
        how = next((p.name for p in function.parameters if p.role == "how"), None)
        progress = next((p.name for p in function.parameters if p.role == "progress"), None)
        bases = {self.changed_pointer(p) for p in translated}
        same = " && ".join(f"xls_same(XLS_TYPE_{base})" for base in sorted(bases))
        names = []
        for p in function.parameters:
            if p in translated:
                names.append(f"real_{p.name}")
            elif p.role == "how":
                names.append("xls_call_how(call)")
            elif p.role == "progress":
                names.append("xls_call_progress(call)")
            else:
                names.append(p.name)
        rc = "int rc;\n\n"
        if self.ctx_of(function) == "NULL":     # whoever has a ctx has opened the library
            rc = "int rc = xls_runtime_open(NULL);\n\n    if (rc)\n        return rc;\n"
        quirky = [p for p in translated if self.changed_pointer(p) in QUIRKS and p.role != "out"]
        shortcut = f"    if ({same})\n" + c.wrapped(f"        {self.passed_on(function)}") + "\n"
        out = ["    libxl_domain_build_info shadow;\n" if "libxl_domain_build_info" in bases else "",
               "    struct xls_call *call;\n    void "
               + ", ".join(f"*real_{p.name}" for p in translated) + f";\n    {rc}",
               "" if quirky else shortcut,
               *(self.quirk(function, p) for p in quirky),
               c.wrapped(f'    call = xls_call_begin({self.ctx_of(function)}, "{function.name}", '
                         f'{how or "NULL"}, {progress or "NULL"});'), "\n"]
        for p in translated:
            direction = DIRECTIONS[p.role] + ("_INIT" if p.callee_inits else "")
            out.append(c.wrapped(f"    real_{p.name} = xls_call_argument(call, "
                                 f"XLS_TYPE_{self.changed_pointer(p)}, {direction}, {p.name});")
                       + "\n")
        out.append("    if (!xls_call_ready(call))\n        return xls_call_refuse(call);\n")
        out.append(c.wrapped(f"    rc = XLS_REAL({function.name})({', '.join(names)});") + "\n")
        out.append(f"    return xls_call_end(call, {how or 'NULL'}, rc);\n")
        return "".join(out)

    def quirk(self, function, parameter):
        base = self.changed_pointer(parameter)
        check = QUIRKS[base].format(ctx=self.ctx_of(function), function=function.name,
                                    name=parameter.name)
        return c.wrapped(f"    rc = {check};") + "\n    if (rc)\n        return rc;\n"

    def newer_body(self, function, newer):
        """A parameter that older releases lack may only have its default there."""
        passed_on = c.wrapped(f"        {self.passed_on(function)}")
        since = newer[0].since
        older = [p for p in function.parameters if not p.since]
        types = ", ".join(p.type for p in older)
        names = ", ".join(p.name for p in older)
        set_ = " || ".join(f"{p.name} != {p.default}" for p in newer)
        return f"""    typedef {function.returns} older({types});

    if (xls_runs({release(since)}))
{passed_on}
    if ({set_}) {{
        xls_log(ctx, XTL_ERROR,
                "{function.name}: {newer[0].name} is set, which Xen has since {since}; Xen "
                XLS_RELEASE_FORMAT " runs",
                XLS_RELEASE_ARGS(xls_runtime()->backend.layout.release));
        return ERROR_INVAL;
    }}
    return ((older *)(void (*)(void))XLS_REAL({function.name}))({names});
"""

    # families

    def families(self):
        out = [c.LICENCE, c.BANNER, "/* The functions of each type. */\n\n",
               '#include "family.h"\n\n']
        for item in self.schema.declarations:
            if item.name in self.schema.enums:
                made = self.family.of_enum(item)
                out.append(self.string_table(item))
            else:
                made = self.family.of_struct(item)
            for kind, name, returns, parameters in made:
                out.append(self.member(item, kind, name, returns, parameters))
        for name in [*self.schema.builtins, *(d.name for d in self.schema.declarations)]:
            if name not in ("libxl_domid", "libxl_devid", "libxl_ev_user", "libxl_ev_link"):
                out.append(self.gen_json(name))
        out += [self.list_free(f) for f in self.schema.functions.values()
                if f.local and f.name.endswith("_list_free")]
        return "".join(out)

    @staticmethod
    def define(name, returns, parameters, statement):
        head = c.wrapped(c.prototype(returns, name, parameters))
        return f"{head}\n{{\n{c.wrapped('    ' + statement)}\n}}\n\n"

    @staticmethod
    def string_table(enum):
        rows = "".join(f'    {{ "{label(enum, v)}", {v.name} }},\n' for v in enum.values)
        return (f"libxl_enum_string_table {enum.name}_string_table[] = {{\n{rows}"
                f"    {{ NULL, -1 }},\n}};\n\n")

    def member(self, item, kind, name, returns, parameters):
        t = f"XLS_TYPE_{item.name}"
        enum = item.name in self.schema.enums
        statement = {
            "init": f"xls_object_init(xls_level_layout(), {t}, p);",
            "init_key": f"xls_object_init_arm(xls_level_layout(), {t}, p, {parameters[-1].name});",
            "dispose": f"if (p)\n        xls_object_dispose(xls_level_layout(), {t}, p);",
            "copy": f"xls_family_copy(ctx, {t}, dst, src);",
            "to_json": f"return xls_family_to_json(ctx, {t}, {'&e' if enum else 'p'});",
            "from_json": f"return xls_family_from_json(ctx, {t}, {'e' if enum else 'p'}, s);",
            "to_string": f"return xls_family_to_string({t}, e);",
            "from_string": f"return xls_family_from_string({t}, s, e);",
        }[kind]
        if kind == "dispose":
            return f"{c.prototype(returns, name, parameters)}\n{{\n    {statement}\n}}\n\n"
        return self.define(name, returns, parameters, statement)

    def gen_json(self, name):
        function, returns, parameters = self.family.gen_json(name)
        return self.define(function, returns, parameters,
                           f"return xls_json_write(xls_level_layout(), hand, XLS_TYPE_{name}, NULL, p);")

    def list_free(self, function):
        items, count = function.parameters
        base = items.type.rstrip(" *")
        return self.define(function.name, "void", function.parameters,
                           f"xls_family_list_free(XLS_TYPE_{base}, {items.name}, {count.name});")
