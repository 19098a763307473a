"""How an operation of libxl looks on the opaque surface, and the C code that calls libxl for it."""

import dataclasses

from opaque import BYTES, UNDEFINED_AFTER_ERROR, declare, public, sentence

PLAIN = {"int", "unsigned", "unsigned int", "unsigned long", "uint8_t", "uint32_t", "uint64_t",
         "int64_t", "char", "size_t", "pid_t", "bool", "void", "void *", "const char *", "char *",
         "uint32_t *", "uint64_t *", "int *", "char **", "uint8_t **", "const uint8_t *", "void **",
         "size_t *", "unsigned int *", "const void *"}
# What an operation hands out, beside the types of the schema: their pointers are libxl's own.
FOREIGN = {"libxl_evgen_domain_death", "libxl_evgen_disk_eject", "libxl_xen_console_reader"}


@dataclasses.dataclass
class Operation:
    name: str
    returns: str
    parameters: list            # (C type, name)
    doc: str
    notes: list                 # (parameter, text)
    function: object            # of the schema
    code: str = ""
    listed: str = None          # the type whose list it returns

    def prototype(self):
        parameters = ", ".join(declare(t, n) for t, n in self.parameters)
        return f"{declare(self.returns, self.name)}({parameters})"


class Maker:
    def __init__(self, schema):
        self.schema = schema
        self.aliases = {alias.name: alias.type for alias in schema.aliases}

    def make(self, function):
        self.function, self.parameters, self.arguments = function, [], []
        self.checks, self.after, self.notes, self.locals = [], [], [], []
        self.how = "NULL"
        self.listed = self.list_count = None
        if function.returns.endswith(" *") and function.list_count:
            self.listed, self.list_count = function.returns[:-2], function.list_count
        for p in function.parameters:
            if p.type in ("libxl_psr_cat_info **", "libxl_psr_hw_info **"):
                self.listed = p.type[:-3]
                self.list_count = "nr"
        for p in function.parameters:
            self.parameter(p)
        name = public(function.name)
        returns = "int" if self.listed else self.returned(function.returns)
        if self.listed:
            self.parameters.append((f"{public(self.listed)}_array **", "list"))
            self.notes.append(("list", "the caller frees it with "
                                       f"{public(self.listed)}_array_free(); NULL on failure"))
        doc = sentence(function.doc)
        if self.listed:
            doc = doc.replace("; NULL on error", "")
        if function.arch:
            doc += f" {'x86' if function.arch == 'x86' else 'Arm'} only."
        if function.since:
            doc += f" Since Xen {function.since}."
        if self.is_string(function.returns) and function.owned:
            doc += " The caller frees it."
        if any(p.role == "how" for p in function.parameters):
            self.notes.append(("async", "NULL waits for the end"))
        made = Operation(name, returns, self.parameters, doc, self.notes, function,
                         listed=self.listed)
        made.code = self.body(made)
        return made

    @staticmethod
    def is_string(text):
        return text in ("char *", "const char *")

    def returned(self, text):
        base = text.replace("const ", "").rstrip(" *")
        if base in self.schema.enums or base in self.aliases:
            return "int"
        if text in PLAIN:
            return text
        if base in self.schema.structs or base in FOREIGN:
            return text.replace("libxl_", "xls_")
        raise ValueError(f"{self.function.name} returns {text}")

    def parameter(self, p):
        base = p.type.replace("const ", "").rstrip(" *")
        base = self.aliases.get(base, base)
        stars = p.type.count("*")
        doc = self.note(p)
        if p.type == "libxl_ctx *":
            self.parameters.append(("xls_ctx *", "ctx"))
            self.arguments.append("op.libxl")
        elif p.role == "how":
            self.how = "async"
            self.parameters.append(("const struct xls_async *", "async"))
            self.arguments.append("op.how")
        elif p.role == "progress":
            self.arguments.append("op.progress")
        elif self.list_count == p.name:
            c_type = p.type[:-2]
            self.locals.append(f"{c_type} count = {'0' if 'unsigned' in c_type else '-1'};")
            self.arguments.append("&count")
        elif self.listed and p.type == self.listed + " **":
            self.locals.append(f"{self.listed} *elements = NULL;")
            self.arguments.append("&elements")
        elif base in self.schema.structs or base == "libxl_bitmap":
            self.handle(p, base, stars, doc)
        elif base in BYTES and base != "libxl_hwcap":
            c_type, length = BYTES[base]
            const = "" if p.role == "out" else "const "
            self.parameters.append((f"{const}{c_type}[{length}]", p.name))
            self.need(p)
            self.arguments.append(f"({base} *){p.name}" if stars else f"*(const {base} *){p.name}")
            self.notes.append((p.name, doc))
        elif base in self.schema.enums:
            if stars:
                raise ValueError(f"{self.function.name}: {p.name} {p.type}")
            self.parameters.append(("int", p.name))
            self.arguments.append(p.name)
            self.notes.append((p.name, "; ".join(filter(None, (f"an enum {public(base)}", doc)))))
        elif base in FOREIGN:
            self.parameters.append((p.type.replace("libxl_", "xls_"), p.name))
            self.arguments.append(f"({p.type}){p.name}")
            self.need(p)
            self.notes.append((p.name, doc))
        elif base == "libxl_ev_user":
            self.parameters.append(("uint64_t", p.name))
            self.arguments.append(p.name)
            self.notes.append((p.name, doc))
        elif p.type in PLAIN:
            self.plain(p, doc)
        else:
            raise ValueError(f"{self.function.name}: no rule for {p.name} {p.type}")

    def plain(self, p, doc):
        c_type = p.type
        if p.role == "in" and c_type in ("char *", "void *"):
            c_type = "const " + c_type
        self.parameters.append((c_type, p.name))
        self.arguments.append(p.name if c_type == p.type else f"({p.type}){p.name}")
        if "*" in c_type:
            self.need(p)
        if c_type in ("char **", "void **", "uint8_t **") and p.owned and "free" not in doc:
            doc = "; ".join(filter(None, (doc, "the caller frees it")))
        self.notes.append((p.name, doc))

    def handle(self, p, base, stars, doc):
        name = public(base)
        reads = p.role in ("", "in")
        self.parameters.append((f"{'const ' if reads else ''}{name} *", p.name))
        if p.role == "out":
            self.checks.append(f'xls_operation_out(&op, XLS_TYPE_{base}, {p.name}, "{p.name}");')
            dispose = "false" if self.function.name in UNDEFINED_AFTER_ERROR else "true"
            self.after.append(f"xls_operation_emptied(&op, XLS_TYPE_{base}, {p.name}, {dispose});")
        else:
            self.need(p)
        self.arguments.append(f"({base} *){p.name}" if stars else f"*(const {base} *){p.name}")
        self.notes.append((p.name, doc))

    def need(self, p):
        if "may be NULL" not in p.doc and "NULL:" not in p.doc and not p.default:
            self.checks.append(f'xls_operation_need(&op, {p.name}, "{p.name}");')

    @staticmethod
    def note(p):
        text = sentence(p.doc).rstrip(".")
        for gone in ("; caller disposes", "caller initialises and disposes", "initialised by libxl",
                     "caller initialises; after an error do not dispose", "; caller initialises"):
            text = text.replace(gone, "").replace(gone.capitalize(), "")
        text = text.replace("caller frees", "the caller frees it")
        parts = [text.strip("; ")]
        if p.kept and "until" not in text:
            parts.append("must stay valid until the end")
        if p.since:
            parts.append(f"since Xen {p.since}")
        text = "; ".join(filter(None, parts))
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    # the code

    def body(self, made):
        f = self.function
        call = f"{f.name}({', '.join(self.arguments)})"
        lines = ["struct xls_op op;", *self.locals]
        if self.listed:
            if f.returns != "int":
                lines.append(f"{self.listed} *elements = NULL;")
            target = f"XLS_TYPE_{self.listed}, elements, count, (void **)list"
            lines += ["", f"xls_operation_begin(&op, ctx, XLS_FN_{f.name}, {self.how});",
                      'xls_operation_need(&op, list, "list");', *self.checks, "if (!op.rc)",
                      f"    {'op.rc' if f.returns == 'int' else 'elements'} = {call};",
                      f"return xls_operation_list(&op, {target}, "
                      f"{'true' if 'device' in f.name and f.returns != 'int' else 'false'});"]
            return lines
        if made.returns == "void":
            store, tail = "", ["xls_operation_end(&op);"]
        elif made.returns == "int":
            store, tail = "op.rc = ", [*self.after, "return xls_operation_end(&op);"]
        else:
            initial = {"uint32_t": "UINT32_MAX"}.get(made.returns,
                                                     "NULL" if "*" in made.returns else "0")
            lines.append(f"{declare(made.returns, 'result')} = {initial};")
            cast = f"({made.returns})" if "xls_" in made.returns else ""
            store = f"result = {cast}"
            end = "xls_operation_pointer(&op, result);" if "*" in made.returns \
                else "xls_operation_end(&op);"
            tail = [end, "return result;"]
        begin = f"xls_operation_begin(&op, ctx, XLS_FN_{f.name}, {self.how});"
        if not any(name == "ctx" for _, name in self.parameters):
            begin = f"xls_operation_begin_alone(&op, XLS_FN_{f.name});"
        head = ["", begin]
        return [*lines, *head, *self.checks, "if (!op.rc)", f"    {store}{call};", *tail]
