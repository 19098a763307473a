"""Writes the source-compatible headers of one level: <libxl.h> and its companions."""

import c

# libxl's inline helpers, as C. Their behaviour is libxl's; the words are ours.
INLINE = {
    "libxl_bitmap_set_any": "memset(bitmap->map, 0xff, bitmap->size);",
    "libxl_bitmap_set_none": "memset(bitmap->map, 0, bitmap->size);",
    "libxl_bitmap_cpu_valid": "return bit >= 0 && (uint32_t)bit < bitmap->size * 8;",
    "libxl_bitmap_equal": """int bit, bits = nr_bits;

    if (bits == 0)
        bits = (int)((ba->size > bb->size ? ba->size : bb->size) * 8);
    for (bit = 0; bit < bits; bit++) {
        if (libxl_bitmap_test(ba, bit) != libxl_bitmap_test(bb, bit))
            return 0;
    }
    return 1;""",
    "libxl__sizekb_to_mb": "return s / 1024 + (s % 1024 != 0);",
    "libxl_cpuid_apply_policy": "(void)ctx;\n    (void)domid;",
    "libxl_cpuid_set": "(void)ctx;\n    (void)domid;\n    (void)cpuid;",
}

# These two went in 4.14 and stayed as no-ops, also where no LIBXL_API_VERSION is given.
INLINE_BELOW = {"libxl_cpuid_apply_policy": "4.14", "libxl_cpuid_set": "4.14"}

ACCEPTED_API = ["4.2", "4.3", "4.4", "4.5", "4.7", "4.8", "4.13", "4.14", "4.18"]

class Headers:
    def __init__(self, schema):
        self.level = schema.levels[-1]
        schema = schema.at(self.level)
        self.schema = schema
        self.family = c.Family(schema)

    def files(self):
        yield "_libxl_base.h", self.guard("_LIBXL_BASE_H", self.base())
        yield "_libxl_types.h", self.guard("_LIBXL_TYPES_H", self.types())
        yield "libxl_uuid.h", self.guard("LIBXL_UUID_H", self.uuid())
        yield "libxl.h", self.guard("LIBXL_H", self.libxl())
        yield "libxl_event.h", self.guard("LIBXL_EVENT_H", self.event())
        yield "libxl_utils.h", self.guard("LIBXL_UTILS_H", self.utils())
        yield "libxl_json.h", self.guard("LIBXL_JSON_H", self.json())
        yield "libxlutil.h", self.guard("LIBXLUTIL_H", self.xlutil())

    @staticmethod
    def guard(name, body):
        return (f"{c.LICENCE}{c.BANNER}\n#ifndef {name}\n#define {name}\n\n{body}\n"
                f"#endif /* {name} */\n")

    @staticmethod
    def extern_c(body):
        return ('#ifdef __cplusplus\nextern "C" {\n#endif\n\n' + body +
                '\n#ifdef __cplusplus\n}\n#endif\n')

    def base(self):
        unknown = " && \\\n    ".join(f"LIBXL_API_VERSION != {c.api_number(r)}"
                                      for r in ACCEPTED_API)
        return f"""{c.comment("Every function of libxl is declared here under its own name, and bound "
                  "to a symbol with the prefix xls_: a library that exported libxl_* itself "
                  "would capture calls that the real libxenlight makes to its own functions.")}\
#ifndef XLS_SYMBOL
#define XLS_SYMBOL(name) __asm__("xls_" #name)
#endif

#ifdef LIBXL_API_VERSION
#if {unknown}
#error Unknown LIBXL_API_VERSION
#endif
#endif

typedef struct libxl__ctx libxl_ctx;
"""

    # constants

    def constants(self, header):
        out = []
        for constant in self.schema.constants.values():
            if constant.header != header:
                continue
            text = f"#define {constant.name} {constant.value}".rstrip()
            if len(text) > 100:
                text = text.replace(f"#define {constant.name} ", f"#define {constant.name} \\\n    ")
            text = c.comment(constant.doc) + text
            condition = None
            if constant.arch:
                condition = c.ARCH[constant.arch]
            elif constant.api_from:
                condition = ("!defined(LIBXL_API_VERSION) || LIBXL_API_VERSION >= "
                             + c.api_number(constant.api_from))
            elif constant.api_except:
                condition = ("!defined(LIBXL_API_VERSION) || LIBXL_API_VERSION != "
                             + c.api_number(constant.api_except))
            out.append(f"#if {condition}\n{text}\n#endif" if condition else text)
        return "\n".join(out) + "\n\n"

    # types

    def builtin(self, name):
        item = self.schema.builtins[name]
        return c.comment(item.doc) + f"typedef {item.c};\n"

    def types(self):
        body = []
        for declaration in self.schema.declarations:
            if declaration.name in self.schema.enums:
                body.append(self.enum(declaration))
            else:
                body.append(self.struct(declaration))
        body += [f"typedef {alias.type} {alias.name};\n" for alias in self.schema.aliases]
        return self.extern_c("\n".join(body))

    def enum(self, enum):
        lines = [c.comment(enum.doc) + f"typedef enum {enum.name} {{"]
        for value in enum.values:
            lines.append(c.comment(value.doc, "    ") + f"    {value.name} = {value.number},")
        lines.append(f"}} {enum.name};\n")
        for _, name, returns, parameters in self.family.of_enum(enum):
            lines.append(self.declaration(returns, name, parameters))
        lines.append(f"extern libxl_enum_string_table {enum.name}_string_table[] "
                     f"XLS_SYMBOL({enum.name}_string_table);\n")
        return "\n".join(lines)

    def plain_enum(self, enum):
        typedef = not enum.name.startswith("XLU_")
        rows = "".join(f"    {v.name} = {v.number},\n" for v in enum.values)
        head = "typedef enum" if typedef else f"enum {enum.name}"
        return c.comment(enum.doc) + f"{head} {{\n{rows}}}{' ' + enum.name if typedef else ''};\n"

    def struct(self, struct):
        lines = [c.comment(struct.doc) + f"typedef struct {struct.name} {{"]
        self.members(lines, struct.fields, "    ")
        lines.append(f"}} {struct.name};\n")
        for _, name, returns, parameters in self.family.of_struct(struct):
            lines.append(self.declaration(returns, name, parameters))
        return "\n".join(lines) + "\n"

    def members(self, lines, fields, indent):
        for field in fields:
            since = f"since Xen {field.since}" if field.since else ""
            deprecated = f"deprecated by {field.deprecated}" if field.deprecated else ""
            doc = "; ".join(part for part in (field.doc, since, deprecated) if part)
            if field.form in ("value", "array"):
                lines.append(c.comment(doc, indent) + indent
                             + c.declare(c.field_type(field), field.name) + ";")
                continue
            kind = "union" if field.form == "union" else "struct"
            lines.append(f"{c.comment(doc, indent)}{indent}{kind} {{")
            self.members(lines, field.members, indent + "    ")
            lines.append(f"{indent}}} {field.name};")

    def record(self, name):
        record = self.schema.records[name]
        tag = f" {name}" if name.endswith("_hooks") else ""
        rows = "".join(c.wrapped(f"    {c.declare(type_text, member)};") + "\n"
                       for member, type_text in record.members)
        return c.comment(record.doc) + f"typedef struct{tag} {{\n{rows}}} {name};\n"

    # functions

    def declaration(self, returns, name, parameters):
        text = c.wrapped(c.prototype(returns, name, parameters))
        line = f"{text} XLS_SYMBOL({name});"
        if len(line.rpartition("\n")[2]) > 100:
            line = f"{text}\n    XLS_SYMBOL({name});"
        return line

    def ownership(self, function):
        """Who frees what a function returns, unless its own text says so."""
        if "free" in function.doc:
            return ""
        if function.list_count:
            element = function.returns.rstrip(" *")
            free = next((f.name for f in self.schema.functions.values()
                         if f.name.endswith("_list_free")
                         and f.parameters[0].type.rstrip(" *") == element), None)
            with_what = f"with {free}" if free else "by disposing of each element, then with free"
            return f" Free the array of *{function.list_count} elements {with_what}."
        if function.owned:
            return " Free the result with free."
        return " The result is not to be freed." if function.borrowed else ""

    def function(self, function):
        doc = f"{function.doc}{self.ownership(function)}"
        details = [f"{p.name}: {p.doc}" for p in function.parameters if p.doc]
        if details:
            doc = f"{doc} [{'; '.join(details)}]"
        if function.since:
            doc = f"{doc} Since Xen {function.since}.".strip()
        returns = function.returns
        if function.name == "libxl_basename":
            returns = "LIBXL_BASENAME_CONST char *"
        if function.inline:
            text = (f"static inline {c.wrapped(c.prototype(returns, function.name, function.parameters))}"
                    f"\n{{\n    {INLINE[function.name]}\n}}\n")
        else:
            text = self.declaration(returns, function.name, function.parameters) + "\n"
        text = c.comment(doc) + text
        if function.name in INLINE_BELOW:
            text = f"#if LIBXL_API_VERSION < {c.api_number(INLINE_BELOW[function.name])}\n{text}#endif\n"
        if function.arch:
            text = f"#if {c.ARCH[function.arch]}\n{text}#endif\n"
        return text

    def functions(self, header):
        chosen = [f for f in self.schema.functions.values() if f.header == header]
        chosen.sort(key=lambda function: function.inline)   # they call the others
        text = "\n".join(self.function(f) for f in chosen) + "\n"
        names = {f.name for f in chosen}
        redirects = [r for r in self.schema.redirects
                     if r.name.partition("(")[0] in names or r.kind == "macro" and
                     header == "libxl.h" and r.name.startswith("ERROR_")]
        return text + "\n".join(self.redirect(r) for r in redirects)

    def redirect(self, redirect):
        name = redirect.name
        target = redirect.target
        body = ""
        if redirect.kind == "redirect":
            target = f"{name}_before_{c.api_number(redirect.below)}"
            setup = ""
            if redirect.local:
                variable, type_name = redirect.local
                setup = f"    {type_name} {variable};\n\n    {type_name}_init(&{variable});\n"
            result = "" if redirect.returns == "void" else "return "
            proto = c.wrapped(c.prototype(redirect.returns, target, redirect.parameters))
            call = c.wrapped(f"    {result}{name}({redirect.call});")
            body = f"static inline {proto}\n{{\n{setup}{call}\n}}\n"
        return (f"#if {c.api_condition(redirect.lower, redirect.below)}\n{body}"
                f"#define {name} {target}\n#endif\n")

    # the files

    def uuid(self):
        old = c.api_condition(None, "4.7")
        return (f"#include <stdint.h>\n\n#include <_libxl_base.h>\n\n"
                f"#if {old}\n#if defined(__linux__)\n#include <uuid/uuid.h>\n"
                f"#else\n#include <uuid.h>\n#endif\n#endif\n\n"
                + self.constants("libxl_uuid.h") + self.builtin("libxl_uuid") + "\n"
                + self.extern_c(self.functions("libxl_uuid.h")))

    def libxl(self):
        level = self.level
        builtins = "\n".join(self.builtin(name) for name in self.schema.builtins
                             if name != "libxl_uuid")
        after = "\n".join(self.record(name) for name in
                          ("libxl_asyncop_how", "libxl_asyncprogress_how"))
        return f"""{c.comment(f"The libxl API of Xen {level}, source-compatible, with a layout "
                 "that never changes: libxlstable finds the libxenlight of the running hypervisor "
                 "and translates. A ctx may be used by many threads, unless a function says "
                 "otherwise. Functions that return int return 0 or a negative ERROR_*; one that "
                 "the running Xen lacks returns ERROR_NI, and a field set to what it lacks gives "
                 "ERROR_INVAL, both with a line in the log.")}\
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <xentoollog.h>

#include <_libxl_base.h>
#include <libxl_uuid.h>

{self.constants("libxl.h")}{builtins}
{self.record("libxl_enum_string_table")}
#include <_libxl_types.h>

{after}
typedef struct libxl__xen_console_reader libxl_xen_console_reader;

#if !defined(LIBXL_HAVE_NONCONST_LIBXL_BASENAME_RETURN_VALUE)
#define LIBXL_BASENAME_CONST const
#else
#define LIBXL_BASENAME_CONST
#endif

{self.extern_c(self.functions("libxl.h"))}
#include <libxl_event.h>

{c.comment("So that whoever defines a libxl function, as test doubles do, gets its symbol right "
           "with this header alone.")}\
#include <libxl_utils.h>
"""

    def event(self):
        enum = self.plain_enum(self.schema.enums["libxl_sigchld_owner"])
        records = "\n".join(self.record(name) for name in
                            ("libxl_event_hooks", "libxl_osevent_hooks", "libxl_childproc_hooks"))
        return f"""#include <libxl.h>
#include <poll.h>
#include <sys/time.h>

{self.constants("libxl_event.h")}\
#ifdef LIBXL_HAVE_NONCONST_EVENT_OCCURS_EVENT_ARG
#define LIBXL_EVENT_OCCURS_CONST
#else
#define LIBXL_EVENT_OCCURS_CONST const
#endif

{c.comment("Chooses among events: not 0 if the event is wanted. It may not fail.")}\
typedef int libxl_event_predicate(const libxl_event *event, void *user);
typedef struct libxl__evgen_domain_death libxl_evgen_domain_death;
typedef struct libxl__evgen_disk_eject libxl_evgen_disk_eject;

{enum}
{records}
{self.extern_c(self.functions("libxl_event.h"))}"""

    def utils(self):
        return (f"#include <libxl.h>\n\n{self.constants('libxl_utils.h')}"
                + self.extern_c(self.functions("libxl_utils.h")))

    def json(self):
        lines = []
        special = ["libxl_defbool", "libxl_uuid", "libxl_mac", "libxl_bitmap",
                   "libxl_cpuid_policy_list", "libxl_string_list", "libxl_key_value_list",
                   "libxl_hwcap", "libxl_ms_vm_genid"]
        for name in special + [d.name for d in self.schema.declarations]:
            lines.append(self.declaration(*[self.family.gen_json(name)[i] for i in (1, 0, 2)]))
        text = "\n".join(lines) + "\n"
        return f"""#include <libxl.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

typedef size_t libxl_yajl_length;

{c.comment("A yajl parser as libxl sets it up: it accepts text behind the first value.")}\
static inline yajl_handle libxl__yajl_alloc(const yajl_callbacks *callbacks,
                                            yajl_alloc_funcs *funcs, void *ctx)
{{
    yajl_handle hand = yajl_alloc(callbacks, funcs, ctx);

    if (hand)
        yajl_config(hand, yajl_allow_trailing_garbage, 1);
    return hand;
}}

{c.comment("A yajl generator as libxl sets it up: it indents.")}\
static inline yajl_gen libxl_yajl_gen_alloc(const yajl_alloc_funcs *funcs)
{{
    yajl_gen hand = yajl_gen_alloc(funcs);

    if (hand)
        yajl_gen_config(hand, yajl_gen_beautify, 1);
    return hand;
}}

{self.extern_c(self.declaration("yajl_gen_status", "libxl__uint64_gen_json",
               [c.Family.parameter("hand", "yajl_gen"), c.Family.parameter("val", "uint64_t")])
               + chr(10) + text)}"""

    def xlutil(self):
        enums = "\n".join(self.plain_enum(self.schema.enums[name])
                          for name in ("XLU_ConfigValueType", "XLU_Operation"))
        return f"""#include <stdio.h>

#include <libxl.h>

{enums}
typedef struct XLU_Config XLU_Config;
typedef struct XLU_ConfigList XLU_ConfigList;
typedef struct XLU_ConfigValue XLU_ConfigValue;

{self.extern_c(self.functions("libxlutil.h"))}"""
