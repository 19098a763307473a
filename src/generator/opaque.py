"""What <xlstable.h> offers, derived from the schema: handles, accessors, operations.

Shared by the header, the C code and the tests of the opaque surface; writes no file itself.
"""

import dataclasses
import re

# Value types that are plain C in the API: everything else is a handle, or has its own accessors.
NUMBERS = {"bool": "bool", "int": "int", "uint8": "uint8_t", "uint16": "uint16_t",
           "uint32": "uint32_t", "uint64": "uint64_t", "libxl_domid": "uint32_t",
           "libxl_devid": "int", "libxl_ev_user": "uint64_t"}
# Values of a fixed size, copied out and in.
BYTES = {"libxl_uuid": ("uint8_t", 16), "libxl_mac": ("uint8_t", 6),
         "libxl_ms_vm_genid": ("uint8_t", 16), "libxl_hwcap": ("uint32_t", 8)}

# Written by hand in src/opaque: opening, events, the event loop, asynchronous operations.
BY_HAND = {"libxl_ctx_alloc", "libxl_ctx_free", "libxl_ao_abort", "libxl_event_check",
           "libxl_event_wait", "libxl_event_free", "libxl_event_register_callbacks",
           "libxl_childproc_setmode", "libxl_osevent_afterpoll", "libxl_osevent_beforepoll",
           "libxl_osevent_occurred_fd", "libxl_osevent_occurred_timeout",
           "libxl_osevent_register_hooks"}
# Not operations of Xen: they are conveniences for C callers, or work on what is an accessor here.
HELPERS = {"libxl_cpuid_dispose", "libxl_cpuid_parse_config", "libxl_cpuid_parse_config_xend",
           "libxl_cpuid_policy_list_copy", "libxl_cpuid_policy_list_length", "libxl_pipe",
           "libxl_read_exactly", "libxl_write_exactly", "libxl_read_file_contents",
           "libxl_report_child_exitstatus", "libxl_string_to_backend", "libxl_fd_set_cloexec",
           "libxl_fd_set_nonblock"}
# "After an error do not dispose" of what these were to fill in.
UNDEFINED_AFTER_ERROR = {"libxl_device_disk_getinfo"}

TOPICS = [
    ("Domains: life and death", r"domain_(create|destroy|pause|unpause|reboot|shutdown|resume|"
     r"suspend|soft_reset|core_dump|preserve|rename|remus|info$)|list_(domain|vm)$|"
     r"retrieve_domain|send_|domid_to|name_to_domid|domain_qualifier|stubdom|vm_get_start|"
     r"clear_domid|userdata|qemu_monitor"),
    ("Memory", r"memory|maxmem|tmem"),
    ("CPUs, pools and scheduling", r"cpupool|sched|vcpu|cpu|nodeaffinity"),
    ("Devices", r"device|cdrom|devid|ctrlport|vdev|mac_to|pci"),
    ("Consoles", r"console|vncviewer|logfile"),
    ("The host", r"physinfo|numainfo|version|node|socket|debug_keys|parameters|xs_quota|dt_overlay|"
     r"ms_vm"),
    ("Cache and memory bandwidth", r"psr"),
    ("Security labels", r"flask"),
    ("Events that are asked for", r"evenable|evdisable"),
    ("Child processes", r"childproc|postfork"),
    ("Other", r""),
]


def public(name):
    """libxl_device_disk -> xls_device_disk; LIBXL_DISK_FORMAT_RAW -> XLS_DISK_FORMAT_RAW."""
    for old, new in (("libxl_", "xls_"), ("LIBXL_", "XLS_"), ("ERROR_", "XLS_ERROR_")):
        if name.startswith(old):
            return new + name[len(old):]
    return name.replace("INVALID_DOMID", "XLS_INVALID_DOMID").replace(
        "RANDOM_DOMID", "XLS_RANDOM_DOMID")


# What has another name here than its name without libxl.
RENAMED = {"libxl_ctx_alloc": "xls_open", "libxl_ctx_free": "xls_close",
           "libxl_ao_abort": "xls_cancel"}


def documented(text):
    """Documentation of the schema, with the names that callers of this surface know."""
    for name, own in RENAMED.items():
        text = re.sub(rf"\b{name}\b", own, text)
    text = text.replace("did not get LIBXL_VERSION", "got a wrong version")
    text = re.sub(r"\blibxl_error\b", "XLS_ERROR_*", text)
    text = re.sub(r"\blibxl_(?=[a-z])", "xls_", text)
    text = re.sub(r"\bLIBXL_", "XLS_", text)
    text = re.sub(r"(?<!XLS_)\bERROR_", "XLS_ERROR_", text)
    return re.sub(r"(?<!XLS_)\b(INVALID|RANDOM)_DOMID", r"XLS_\1_DOMID", text)


def sentence(text):
    text = documented(text)
    if text and not re.match(r"\w*_", text):   # a name stays as it is spelled
        text = text[0].upper() + text[1:]
    return text and text + ("" if text.endswith((".", ":")) else ".")


@dataclasses.dataclass
class Function:
    """A public function; `body` is what the C code of it does."""
    name: str
    returns: str
    parameters: list            # (C type, name)
    body: str = ""
    doc: str = ""

    def prototype(self):
        parameters = ", ".join(declare(t, n) for t, n in self.parameters) or "void"
        return f"{declare(self.returns, self.name)}({parameters})"


def declare(type_text, name):
    array = re.fullmatch(r"(.*)(\[\d+\])", type_text)
    if array:
        return f"{array.group(1)} {name}{array.group(2)}"
    return type_text + ("" if type_text.endswith("*") else " ") + name


@dataclasses.dataclass
class Accessor:
    """One field, and the functions that reach it."""
    struct: object
    field: object
    path: str                   # u.hvm.boot
    name: str                   # hvm_boot
    index: int                  # in the tables of the schema
    family: str
    arm: object = None          # the arm that it lies in
    arm_index: int = 0
    key: object = None          # its key
    functions: list = dataclasses.field(default_factory=list)


class Surface:
    def __init__(self, schema):
        self.whole = schema
        self.schema = schema.at(schema.levels[-1])

    # types

    def structs(self):
        return [d for d in self.schema.declarations if d.name in self.schema.structs]

    def enums(self):
        return [d for d in self.schema.declarations if d.name in self.schema.enums]

    @staticmethod
    def variable(name):
        return name.rpartition("_")[2] if name != "libxl_bitmap" else "bitmap"

    def family(self, field):
        if field.form == "array":
            kind = "string" if field.type == "string" else \
                "handle" if self.is_handle(field.type) else "number"
            return f"{kind}_array"
        if field.type in NUMBERS:
            return "number"
        if field.type in self.schema.enums:
            return "enum"
        if field.type in BYTES:
            return "bytes"
        return {"string": "string", "libxl_defbool": "defbool", "libxl_bitmap": "handle",
                "libxl_string_list": "string_list", "libxl_key_value_list": "pairs",
                "libxl_cpuid_policy_list": "policy", "libxl_ev_link": None}.get(field.type, "handle")

    def is_handle(self, type_name):
        return type_name in self.schema.structs or type_name == "libxl_bitmap"

    def accessors(self, struct):
        """In the order of the fields. A count has none: it belongs to its array."""
        whole = self.whole.structs[struct.name]
        counts = set()
        for path, field in whole.walk():
            if field.form == "array":
                counts.add(f"{path.rpartition('.')[0]}.{field.count}".lstrip("."))
        fields = dict(whole.walk())
        for index, (path, field) in enumerate(whole.walk()):
            if field.form not in ("value", "array") or path in counts:
                continue
            family = self.family(field)
            if not family or not self.schema.known(field, self.schema.levels[-1]):
                continue
            name = self.flat(fields, path)
            accessor = Accessor(struct, field, path, name, index, family)
            accessor.arm, accessor.key, arm_path = self.arm_of(fields, path)
            accessor.arm_index = list(fields).index(arm_path) if arm_path else 0
            accessor.functions = list(getattr(self, "make_" + family)(accessor))
            yield accessor

    @staticmethod
    def flat(fields, path):
        """u.hvm.boot is hvm_boot: the union has no name of its own here."""
        parts = path.split(".")
        return "_".join(part for i, part in enumerate(parts)
                        if fields[".".join(parts[:i + 1])].form != "union")

    @staticmethod
    def arm_of(fields, path):
        """The innermost arm around a field, with its union's key."""
        while path:
            path = path.rpartition(".")[0]
            if path and fields[path].form == "arm":
                union = fields[path.rpartition(".")[0]]
                return fields[path], union.key, path
        return None, None, None

    # the functions of each family

    def make(self, a, verb, returns, parameters, call, const=False, suffix=False):
        """xls_TYPE_VERB_FIELD, or xls_TYPE_FIELD_VERB for lists, over xls_access_CALL()."""
        prefix = public(a.struct.name)
        name = f"{prefix}_{a.name}_{verb}" if suffix else f"{prefix}_{verb}_{a.name}"
        variable = self.variable(a.struct.name)
        taken = {n for _, n in parameters}
        if variable in taken:
            variable = "object"
        handle = ("const " if const else "") + f"{prefix} *"
        arguments = "".join(f", {n}" for _, n in parameters)
        place = f"XLS_IN_ARM({a.arm_index}, {a.index})" if a.arm else a.index
        expression = f"xls_access_{call}(XLS_TYPE_{a.struct.name}, {place}, {variable}{arguments})"
        if returns not in ("void",):
            expression = "return " + expression
        return Function(name, returns, [(handle, variable), *parameters], expression + ";")

    def has_default(self, a):
        return a.family == "defbool" or a.field.default is not None or (
            a.family == "enum" and self.schema.enums[a.field.type].default is not None) or (
            a.field.type == "libxl_devid")

    def has_and_clear(self, a):
        if self.has_default(a):
            yield self.make(a, "has", "bool", [], "has", const=True)
            yield self.make(a, "clear", "int", [], "clear")

    def make_number(self, a):
        c_type = "int" if a.family == "enum" else \
            "bool" if a.family == "defbool" else NUMBERS[a.field.type]
        kind = {"defbool": "defbool"}.get(a.family, "number")
        if a.arm:
            typed = "bool" if c_type == "bool" else c_type.replace("_t", "")
            yield self.make(a, "get", "int", [(c_type + " *", "value")], f"read_{typed}", const=True)
        else:
            yield self.make(a, "get", c_type, [], f"get_{kind}", const=True)
        unsigned = c_type.startswith("uint")
        f = self.make(a, "set", "int", [(c_type, "value")], f"set_{kind}")
        if unsigned and c_type == "uint64_t":
            f.body = f.body.replace(", value)", ", (int64_t)value)")
        yield f
        yield from self.has_and_clear(a)

    make_enum = make_defbool = make_number

    def make_string(self, a):
        yield self.make(a, "get", "const char *", [], "get_string", const=True)
        if not a.field.const:
            yield self.make(a, "set", "int", [("const char *", "value")], "set_string")

    def make_bytes(self, a):
        c_type, length = BYTES[a.field.type]
        yield self.make(a, "get", "int", [(f"{c_type}[{length}]", "value")], "get_bytes", const=True)
        yield self.make(a, "set", "int", [(f"const {c_type}[{length}]", "value")], "set_bytes")

    def make_handle(self, a):
        handle = public(a.field.type)
        yield self.make(a, "get", f"{handle} *", [], "get_handle")
        yield self.make(a, "set", "int", [(f"const {handle} *", "value")], "set_handle")

    def make_number_array(self, a):
        c_type = NUMBERS.get(a.field.type, "int")
        yield self.make(a, "count", "size_t", [], "count", const=True, suffix=True)
        typed = c_type.replace("_t", "")
        yield self.make(a, "at", "int", [("size_t", "index"), (c_type + " *", "value")],
                        f"read_{typed}_at", const=True, suffix=True)
        for verb, extra in (("append", []), ("replace", [("size_t", "index")])):
            yield self.make(a, verb, "int", [*extra, (c_type, "value")], f"{verb}_number",
                            suffix=True)
        yield self.make(a, "remove", "int", [("size_t", "index")], "remove", suffix=True)

    def make_string_array(self, a):
        yield self.make(a, "count", "size_t", [], "count", const=True, suffix=True)
        yield self.make(a, "at", "const char *", [("size_t", "index")], "string_at", const=True,
                        suffix=True)
        yield self.make(a, "append", "int", [("const char *", "value")], "append_string",
                        suffix=True)
        yield self.make(a, "remove", "int", [("size_t", "index")], "remove", suffix=True)

    make_string_list = make_string_array

    def make_handle_array(self, a):
        handle = public(a.field.type)
        yield self.make(a, "count", "size_t", [], "count", const=True, suffix=True)
        yield self.make(a, "at", f"{handle} *", [("size_t", "index")], "handle_at", suffix=True)
        yield self.make(a, "append", f"{handle} *", [], "append_handle", suffix=True)
        yield self.make(a, "remove", "int", [("size_t", "index")], "remove", suffix=True)

    def make_pairs(self, a):
        yield self.make(a, "count", "size_t", [], "count", const=True, suffix=True)
        for verb in ("key_at", "value_at"):
            yield self.make(a, verb, "const char *", [("size_t", "index")], "pair_" + verb,
                            const=True, suffix=True)
        yield self.make(a, "get", "const char *", [("const char *", "key")], "get_pair",
                        const=True)
        yield self.make(a, "set", "int", [("const char *", "key"), ("const char *", "value")],
                        "set_pair")
        yield self.make(a, "remove", "int", [("size_t", "index")], "remove", suffix=True)

    def make_policy(self, a):
        yield self.make(a, "count", "int", [], "policy_count", const=True, suffix=True)
        yield self.make(a, "parse", "int", [("const char *", "text")], "policy_parse", suffix=True)
        yield self.make(a, "parse_xend", "int", [("const char *", "text")], "policy_parse_xend",
                        suffix=True)
        yield self.make(a, "clear", "int", [], "clear")

    # what every struct has

    def common(self, struct):
        name, t = public(struct.name), f"XLS_TYPE_{struct.name}"
        v = self.variable(struct.name)
        yield Function(f"{name}_new", f"{name} *", [], f"return xls_handle_new({t});",
                       "A new object, every field at its default. NULL without memory. The caller "
                       f"frees it with {name}_free().")
        yield Function(f"{name}_free", "void", [(f"{name} *", v)], f"xls_handle_free({t}, {v});",
                       "Frees an object that the caller owns, with all that it holds; never a "
                       "borrowed one. NULL is accepted.")
        yield Function(f"{name}_copy", "int", [(f"{name} *", "to"), (f"const {name} *", "from")],
                       f"return xls_handle_copy({t}, to, from);",
                       "Makes `to` an equal of `from`, of which it shares nothing. After an error "
                       "`to` is unchanged.")
        yield Function(f"{name}_to_json", "char *", [(f"const {name} *", v)],
                       f"return xls_handle_to_json({t}, {v});",
                       "The object as JSON, in libxl's form. The caller frees it; NULL on error.")
        yield Function(f"{name}_from_json", "int",
                       [(f"{name} *", v), ("const char *", "text"), ("unsigned", "flags")],
                       f"return xls_handle_from_json({t}, {v}, text, flags);",
                       "Replaces the object by what the text says. Flags: XLS_JSON_*. After an "
                       "error it is unchanged, and xls_error_text() names line, key and value.")

    # operations

    def operations(self):
        """By topic: (title, [Operation])."""
        from opaque_operation import Maker
        maker = Maker(self.schema)
        made = {title: [] for title, _ in TOPICS}
        for function in self.schema.functions.values():
            if self.is_operation(function):
                title = next(t for t, pattern in TOPICS if re.search(pattern, function.name[6:]))
                made[title].append(maker.make(function))
        return [(title, made[title]) for title, _ in TOPICS if made[title]]

    def listed_types(self):
        return {o.listed for _, operations in self.operations() for o in operations if o.listed}

    @staticmethod
    def is_operation(function):
        return not (function.inline or function.local or function.name in BY_HAND
                    or function.name in HELPERS or function.name.startswith("xlu_")
                    or re.search(r"_0x\d+$", function.name))

