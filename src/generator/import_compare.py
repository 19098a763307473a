"""Compares a Xen release, as import_idl and import_headers read it, with the schema.

Each difference is a Finding: what differs in words, and the edit of the schema's text that settles
it, or none where the notation cannot say it and a human must look. Writes nothing.
"""

import dataclasses
import re

from import_headers import canonical, parse_parameter, split_arguments
from import_text import enum_lines, field_type, struct_lines
from schema import release_key

# The role of a pointer to a type that serves one purpose only.
ROLE_OF_TYPE = {"const libxl_asyncop_how *": "how", "const libxl_asyncprogress_how *": "progress"}


@dataclasses.dataclass
class Finding:
    text: str
    edit: object = None         # called with a SchemaText


class Comparison:
    def __init__(self, schema, release, types, declarations, private):
        self.schema, self.release = schema, release
        self.types, self.declarations, self.private = types, declarations, private
        self.known = release in schema.releases
        self.findings, self.counts = [], {}
        self.settled = {*schema.constants, *declarations.constants,     # what a default may name
                        *(v.name for e in types.enums.values() for v in e.values)}

    def run(self):
        self.compare_types()
        self.compare_typedefs()
        self.compare_functions()
        self.compare_constants()
        self.compare_redirects()
        if not self.known:
            self.found(f"releases: Xen {self.release} is not in the list",
                       lambda text: text.releases.append(self.release))
        return self.findings

    def found(self, text, edit=None):
        self.findings.append(Finding(text, edit))

    def here(self, item):
        """Whether the schema says that the release has it."""
        return item.since is None or release_key(item.since) <= release_key(self.release)

    def too_late(self, what, item, line_of):
        """The schema dates a thing later than a release that has it."""
        def edit(text):
            line_of(text).set_since(text.since(self.release))
        self.found(f"{what}: the schema says since {item.since}, Xen {self.release} has it already",
                   edit)

    def same(self, what, ours, theirs):
        """Two spellings of a thing that no edit may change."""
        if ours != theirs:
            self.found(f"{what}: the schema has '{ours}', Xen {self.release} has '{theirs}'")

    def gone(self, what):
        why = "its since is too early, or it was removed" if self.known else "removed or renamed"
        self.found(f"{what}: the schema has it, Xen {self.release} does not: {why}")

    # types

    def compare_types(self):
        schema, previous = self.schema, None
        for name in self.types.order:
            enum, struct = self.types.enums.get(name), self.types.structs.get(name)
            ours = (schema.enums if enum else schema.structs).get(name)
            if name in (schema.structs if enum else schema.enums):
                self.found(f"{name}: the schema has a {'struct' if enum else 'enum'}, "
                           f"Xen {self.release} has a {'enum' if enum else 'struct'}")
            elif ours is None:
                self.new_type(enum or struct, previous)
            else:
                if not self.here(ours):
                    self.too_late(name, ours, lambda text, name=name: text.block(name).head)
                (self.compare_enum if enum else self.compare_struct)(ours, enum or struct)
            previous = name
        for name in self.types.builtins:
            if name not in schema.builtins:
                self.found(f"{name}: a new builtin type, whose size and alignment must be written "
                           "into the schema by hand")
        ours = [d for d in schema.declarations if self.here(d)]
        for item in ours:
            if item.name not in self.types.order:
                self.gone(item.name)
        self.counts["types"] = len(self.types.order)

    def new_type(self, item, previous):
        lines = enum_lines if item.name in self.types.enums else struct_lines

        def edit(text):
            text.add_type(lines(item, text.since(self.release)), previous)
        self.found(f"{item.name}: new {'enum' if lines is enum_lines else 'struct'}", edit)
        if lines is struct_lines:
            for field in item.fields:
                self.settle_defaults(f"{item.name}.{field.name}", field)

    def compare_enum(self, ours, theirs):
        self.same(f"{ours.name}: default", ours.default, theirs.default)
        known, previous = {v.name: v for v in ours.values}, None
        for value in theirs.values:
            old = known.pop(value.name, None)
            if old is None:
                self.new_value(ours, value, previous)
            else:
                self.same(f"{ours.name}: {value.name}", old.number, value.number)
                if not self.here(old):
                    self.too_late(value.name, old,
                                  lambda text, v=value.name: text.block(ours.name).items[v])
            previous = value.name
        for value in known.values():
            if self.here(value):
                self.gone(f"{ours.name}: {value.name}")

    def new_value(self, enum, value, previous):
        for old in enum.values:
            if old.number == value.number:
                self.found(f"{enum.name}: the schema has '{old.name}' for {value.number}, "
                           f"Xen {self.release} has '{value.name}'")
                return
        self.found(f"{enum.name}: new value {value.name} = {value.number}",
                   lambda text: text.add_value(enum.name, value, previous, self.release))

    def compare_struct(self, ours, theirs):
        self.same(f"{ours.name}: direction", ours.direction, theirs.direction)
        self.same(f"{ours.name}: no-dispose", ours.no_dispose, theirs.no_dispose)
        self.compare_fields(ours, "", ours.fields, theirs.fields)

    def compare_fields(self, struct, parent, ours, theirs, ordered=True):
        path_of = f"{parent}.{{}}".format if parent else str
        known, previous = {f.name: f for f in ours}, None
        for field in theirs:
            old = known.get(field.name)
            if old is None:
                self.new_field(struct, parent, path_of(field.name), field, previous)
            else:
                self.compare_field(struct, path_of(field.name), old, field)
            previous = field.name
        names = [f.name for f in theirs]
        for field in ours:
            if field.name not in names and self.field_here(field):
                self.gone(f"{struct.name}.{path_of(field.name)}")
        mine = [f.name for f in ours if f.name in names]
        common = [name for name in names if name in known]
        if ordered and mine != common:
            moved = next(a for a, b in zip(common, mine) if a != b)
            self.found(f"{struct.name}.{path_of(moved)}: another order: the schema has "
                       f"'{', '.join(mine)}', Xen {self.release} has '{', '.join(common)}'")

    def field_here(self, field):
        """A group exists as soon as one of its members does."""
        if field.members:
            return self.here(field) and any(map(self.field_here, field.members))
        return self.here(field)

    def new_field(self, struct, parent, path, field, previous):
        text = field_type(field) + (f" = {field.default}" if field.default is not None else "")
        self.found(f"{struct.name}.{path}: new field, {text}",
                   lambda text: text.add_field(struct.name, parent, field, previous, self.release))
        self.settle_defaults(f"{struct.name}.{path}", field)

    def compare_field(self, struct, path, ours, theirs):
        what = f"{struct.name}.{path}"
        self.same(what, field_type(ours), field_type(theirs))
        self.same(f"{what}: deprecated", ours.deprecated, theirs.deprecated)
        if not self.here(ours):
            self.too_late(what, ours, lambda text: text.block(struct.name).items[path])
        if ours.members or theirs.members:
            self.compare_fields(struct, path, ours.members, theirs.members,
                                ordered=ours.form != "union")
        else:
            self.compare_default(struct, path, ours, theirs)

    def compare_default(self, struct, path, ours, theirs):
        what = f"{struct.name}.{path}: default"
        later = ours.default_from and release_key(ours.default_from) > release_key(self.release)
        if later and theirs.default == ours.default:
            self.found(f"{what}: the schema has it from {ours.default_from}, Xen {self.release} "
                       "has it already",
                       lambda text: set_from(text.block(struct.name).items[path], self.release))
        elif later or ours.default == theirs.default:
            self.same(what, None if later else ours.default, theirs.default)
        elif ours.default is None and not self.known:
            self.found(f"{what}: {theirs.default}",
                       lambda text: text.add_default(struct.name, path, theirs.default,
                                                     self.release))
            self.settle_defaults(what, theirs)
        else:
            self.same(what, ours.default, theirs.default)

    def settle_defaults(self, what, field):
        """A default may name a macro that no public header has."""
        for member in field.members:
            self.settle_defaults(f"{what}.{member.name}", member)
        default = field.default
        if default is None or not re.match(r"[A-Za-z_]", default) or default in self.settled:
            return
        self.settled.add(default)
        if default not in self.private:
            self.found(f"{what}: '{default}' is defined in no header of Xen {self.release}")
            return
        constant = dataclasses.replace(next(iter(self.schema.constants.values())), name=default,
                                       value=self.private[default], header="private", macro=False,
                                       since=None, doc="")
        self.found(f"{default}: new private constant {constant.value}",
                   lambda text: text.add_constant(constant, self.release))

    # types that the headers declare by hand

    def compare_typedefs(self):
        theirs = dict(self.declarations.typedefs)
        for builtin in self.schema.builtins.values():
            self.same(builtin.name, canonical(builtin.c), theirs.pop(builtin.name, None))
        for alias in self.schema.aliases:
            c = theirs.pop(alias.name, "")
            self.same(alias.name, f"{alias.type} {alias.name}", c.removeprefix("enum "))
        for record in self.schema.records.values():
            c = theirs.pop(record.name, None)
            if c is None:
                self.gone(record.name)
            else:
                self.compare_record(record, c)
        for name, c in theirs.items():
            self.found(f"{name}: '{c}' is a new type of the headers; write it into the schema or "
                       "import_headers.OPAQUE by hand")
        for enum in (e for e in self.schema.enums.values() if e.plain):
            if enum.name in self.declarations.enums:
                self.compare_enum(enum, self.declarations.enums[enum.name])
            else:
                self.gone(enum.name)
        for name in self.declarations.enums:
            if name not in self.schema.enums:
                self.found(f"{name}: a new enum of the headers; write it into the schema by hand")

    def compare_record(self, record, c):
        body = c[c.index("{") + 1:c.rindex("}")]
        theirs = [record_member(member) for member in split_members(body)]
        for (name, ours), (their_name, their_type) in zip(record.members, theirs):
            self.same(f"{record.name}.{name}: name", name, their_name)
            self.same(f"{record.name}.{name}", record_type(ours), their_type)
        self.same(f"{record.name}: number of members", len(record.members), len(theirs))

    # functions

    def compare_functions(self):
        theirs = {name: function for name, function in self.declarations.functions.items()
                  if name not in self.types.generated}
        for name, function in theirs.items():
            ours = self.schema.functions.get(name)
            if ours is None:
                self.new_function(function)
                continue
            if not self.here(ours):
                self.too_late(name, ours, lambda text, name=name: text.block(name).head)
            self.compare_function(ours, function)
        for ours in self.schema.functions.values():
            if self.here(ours) and ours.name not in theirs:
                self.gone(ours.name)
        self.counts["functions"] = len(theirs)

    def new_function(self, function):
        give_roles(function)
        self.found(f"{function.name}: new, '{prototype(function, function.parameters)}'",
                   lambda text: text.add_function(function, self.release))

    def compare_function(self, ours, theirs):
        name = ours.name
        self.same(f"{name}: header", ours.header, theirs.header)
        self.same(f"{name}: inline", ours.inline, theirs.inline)
        self.same(f"{name}: only on", ours.arch, theirs.arch)
        count = len(theirs.parameters)
        old = [p for p in ours.parameters if self.here(p)]
        later = ours.parameters[len(old):count]
        if not same_types(ours.parameters[:count], theirs.parameters) or reordered(ours, theirs):
            self.changed_prototype(ours, old, theirs)
        elif len(old) > count or canonical(ours.returns) != theirs.returns:
            self.changed_prototype(ours, old, theirs)
        else:
            for parameter in later:
                self.too_late(f"{name}({parameter.name})", parameter,
                              lambda text, p=parameter.name: text.block(name).items[p])
            for parameter in theirs.parameters[len(ours.parameters):]:
                self.new_parameter(ours, parameter)

    def changed_prototype(self, ours, visible, theirs):
        self.found(f"{ours.name}: the schema has '{prototype(ours, visible)}', Xen {self.release} "
                   f"has '{prototype(theirs, theirs.parameters)}'")

    def new_parameter(self, function, parameter):
        parameter.name = parameter.name or unnamed(parameter)
        parameter.role = role(function.name, parameter)
        parameter.default = "NULL" if parameter.type.endswith("*") else "0"
        self.found(f"{function.name}: new last parameter '{spelled(parameter)}'",
                   lambda text: text.add_parameter(function.name, parameter, self.release))

    # constants

    def compare_constants(self):
        theirs = self.declarations.constants
        for name, constant in theirs.items():
            ours = self.schema.constants.get(name)
            if ours is None:
                self.found(f"{name}: new {'macro' if constant.macro else 'constant'} "
                           f"{constant.value}".rstrip(),
                           lambda text, c=constant: text.add_constant(c, self.release))
                continue
            if not self.here(ours):
                self.too_late(name, ours, lambda text, name=name: text.block(name).head)
            self.same(f"{name}: header", ours.header, constant.header)
            self.same(f"{name}: only on", ours.arch, constant.arch)
            spelling = bare if ours.macro else canonical
            if spelling(ours.value) != spelling(constant.value):
                self.same(name, ours.value, constant.value)
        for ours in self.schema.constants.values():
            if ours.header == "private":
                self.compare_private(ours)
            elif self.here(ours) and ours.name not in theirs:
                self.gone(ours.name)
        self.counts["constants"] = len(theirs)

    def compare_private(self, ours):
        value = self.private.get(ours.name)
        if value is None:
            if self.here(ours):
                self.gone(ours.name)
        elif not self.here(ours):
            self.too_late(ours.name, ours, lambda text: text.block(ours.name).head)
        elif self.schema.constant_value(value) != self.schema.constant_value(ours.value):
            self.same(ours.name, ours.value, value)

    # redirects

    def compare_redirects(self):
        ours = {redirect_key(r): r for r in self.schema.redirects
                if release_key(r.below) <= release_key(self.release)}
        theirs = {redirect_key(r): r for r in self.declarations.redirects}
        for key, redirect in theirs.items():
            if key in ours:
                self.same(redirect_name(redirect), redirect_text(ours[key]),
                          redirect_text(redirect))
            elif redirect.kind == "redirect" and redirect.call is None:
                self.found(f"{redirect_name(redirect)}: a new redirect that does more than call; "
                           "write it into the schema by hand")
            else:
                self.found(f"{redirect_name(redirect)}: new {redirect.kind}",
                           lambda text, r=redirect: text.add_redirect(r))
        for key, redirect in ours.items():
            if key not in theirs:
                self.gone(redirect_name(redirect))


def set_from(line, release):
    line.code = re.sub(r"( = \S+ from )\d+\.\d+", rf"\g<1>{release}", line.code)


def bare(c):
    """Our macros have parentheses that Xen's lack."""
    return re.sub(r"[\s()]", "", c)


# Records

def split_members(body):
    depth, current = 0, ""
    for character in body:
        depth += (character in "({") - (character in ")}")
        if character == ";" and depth == 0:
            yield current.strip()
            current = ""
        else:
            current += character


def record_member(c):
    """The name and the type, without the names of a callback's parameters."""
    pointer = re.fullmatch(r"(.*?) ?\( \* (\w+) \) \((.*)\)", c)
    if pointer:
        return pointer.group(2), record_type(f"{pointer.group(1)} (*)({pointer.group(3)})")
    name = re.search(r"(\w+)$", c).group(1)
    return name, record_type(c[:-len(name)])


def record_type(c):
    match = re.fullmatch(r"(.*?)\s*\(\*\)\((.*)\)", c)
    if not match:
        return canonical(c)
    # Only LIBXL_API_VERSION 4.2 sees this const; see LIBXL_HAVE_NONCONST_EVENT_OCCURS_EVENT_ARG.
    arguments = match.group(2).replace("LIBXL_EVENT_OCCURS_CONST ", "")
    types = [parse_parameter(a)[1] for a in split_arguments(arguments)]
    return f"{canonical(match.group(1))} (*)({', '.join(types)})"


# Prototypes

def prototype(function, parameters):
    return f"{function.returns} {function.name}({', '.join(map(spelled, parameters))})"


def spelled(parameter):
    gap = "" if parameter.type.endswith("*") else " "
    return f"{canonical(parameter.type)}{gap}{parameter.name or ''}".strip()


def same_types(ours, theirs):
    return all(canonical(a.type) == b.type for a, b in zip(ours, theirs))


def reordered(ours, theirs):
    """Names are the headers' own affair, unless two of them change places."""
    names = [p.name for p in ours.parameters]
    return any(p.name in names and names.index(p.name) != i and names[i] in
               [q.name for q in theirs.parameters] for i, p in enumerate(theirs.parameters))


def unnamed(parameter):
    word = re.findall(r"\w+", parameter.type)[-1]
    return "ctx" if word == "libxl_ctx" else word.removeprefix("libxl_")


def give_roles(function):
    """The roles that existing functions of the kind have: a proposal for the reviewer."""
    for parameter in function.parameters:
        parameter.name = parameter.name or unnamed(parameter)
        parameter.role = role(function.name, parameter)
        parameter.owned = bool(re.search(r"\b(char|void|uint8_t) \*\*$", parameter.type)
                               and parameter.role == "out")
    counts = [p.name for p in function.parameters if p.role == "out" and p.type == "int *"]
    if function.name.endswith("_list_free"):
        function.local = True
    elif function.returns.startswith("const ") and function.returns.endswith("*"):
        function.borrowed = True
    elif function.returns == "char *":
        function.owned = True
    elif function.returns.endswith("*") and counts:
        function.list_count = counts[0]


def role(function, parameter):
    c = parameter.type
    if c in ROLE_OF_TYPE:
        return ROLE_OF_TYPE[c]
    if not c.endswith("*") or c.startswith("const ") or c == "libxl_ctx *":
        return ""
    if c.endswith("**"):
        return "out"
    if c in ("char *", "void *", "FILE *", "XLU_Config *", "libxl_uuid *"):
        return "in"
    if not re.match(r"(libxl_|XLU_|xen)", c):
        return "out"
    if re.search(r"_(remove|destroy|set|free)$", function):
        return "in"
    if re.search(r"_(get|getinfo|info)$|_get_|_to_device_", function):
        return "out"
    return "inout"


# Redirects

def redirect_key(redirect):
    return redirect.name, redirect.below


def redirect_name(redirect):
    start = f" from {redirect.lower}" if redirect.lower else ""
    return f"{redirect.name}{start} below {redirect.below}"


def redirect_text(redirect):
    """What an older caller sees; `call` follows the newest prototype, so it is ours."""
    if redirect.kind == "redirect":
        return f"from {redirect.lower}: " + " ".join(
            [canonical(redirect.returns), *(canonical(p.type) for p in redirect.parameters)])
    return f"from {redirect.lower}: {redirect.kind} {bare(redirect.target)}"
