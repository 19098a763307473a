"""Reads abi/libxl/*.schema into a model of libxl. Knows the notation, and nothing of C output.

abi/README.md explains the notation. A line that does not fit it ends the run with its place.
"""

import copy
import dataclasses
import pathlib
import re

RELEASE = re.compile(r"^\d+\.\d+$")


class SchemaError(Exception):
    pass


def release_key(release):
    """'4.9' < '4.14': releases compare by number, never as text."""
    return tuple(int(part) for part in release.split("."))


@dataclasses.dataclass
class Value:
    name: str
    number: int
    since: str = None
    doc: str = ""


@dataclasses.dataclass
class Enum:
    name: str
    default: str = None
    since: str = None
    plain: bool = False
    doc: str = ""
    values: list = dataclasses.field(default_factory=list)

    def value(self, name):
        return next(v for v in self.values if v.name == name)


@dataclasses.dataclass
class Field:
    name: str
    form: str                   # value, array, struct, union or arm
    type: str = None            # of a value, or of an array's elements
    count: str = None           # of an array: the field that holds its length
    key: str = None             # of a union: the field that selects the arm
    when: str = None            # of an arm: the value of the key
    bits: str = None            # of a bitmap: the enum that its bits stand for
    default: str = None
    default_from: str = None    # before this release the default was zero
    since: str = None
    deprecated: str = None
    const: bool = False
    doc: str = ""
    members: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Struct:
    name: str
    since: str = None
    direction: str = "both"
    no_dispose: bool = False    # libxl has no _dispose for it
    doc: str = ""
    fields: list = dataclasses.field(default_factory=list)

    def walk(self):
        """Every field in declaration order, groups before their members, with its dotted path."""
        def visit(fields, prefix):
            for field in fields:
                path = prefix + field.name
                yield path, field
                yield from visit(field.members, path + ".")
        yield from visit(self.fields, "")

    def keyed_unions(self):
        return [(path, field) for path, field in self.walk() if field.form == "union"]


@dataclasses.dataclass
class Builtin:
    name: str
    size: int
    align: int
    c: str
    doc: str = ""


@dataclasses.dataclass
class Alias:
    """A second name for a type."""
    name: str
    type: str
    doc: str = ""


@dataclasses.dataclass
class Record:
    """A C struct outside the IDL, passed through unchanged."""
    name: str
    doc: str = ""
    members: list = dataclasses.field(default_factory=list)    # (name, C type)


@dataclasses.dataclass
class Parameter:
    name: str
    type: str
    role: str = ""              # in, out, inout, how, progress, match
    callee_inits: bool = False
    kept: bool = False
    owned: bool = False
    borrowed: bool = False
    since: str = None
    default: str = None
    doc: str = ""


@dataclasses.dataclass
class Function:
    name: str
    returns: str
    header: str
    inline: bool = False
    local: bool = False
    list_count: str = None
    owned: bool = False
    borrowed: bool = False
    since: str = None
    arch: str = None
    doc: str = ""
    parameters: list = dataclasses.field(default_factory=list)

    def parameter(self, name):
        return next(p for p in self.parameters if p.name == name)


@dataclasses.dataclass
class Redirect:
    """What an older LIBXL_API_VERSION sees instead of the newest function."""
    kind: str                   # redirect, rename or macro
    name: str
    below: str
    lower: str = None
    returns: str = None
    target: str = None
    call: str = None
    local: tuple = None
    parameters: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Constant:
    name: str
    value: str
    header: str
    macro: bool = False
    since: str = None
    arch: str = None
    api_from: str = None
    api_except: str = None
    doc: str = ""


class Schema:
    def __init__(self):
        self.builtins, self.enums, self.structs, self.records = {}, {}, {}, {}
        self.declarations = []      # enums and structs in C order
        self.functions, self.redirects, self.constants, self.aliases = {}, [], {}, []
        self.releases, self.levels = [], []     # oldest first

    def known(self, item, release):
        return not item.since or release_key(item.since) <= release_key(release)

    def at(self, release):
        """The schema as of a release: without what came later."""
        def prune(fields):
            fields[:] = [f for f in fields if model.known(f, release)]
            for field in fields:
                prune(field.members)

        model = copy.deepcopy(self)
        for group in (model.enums, model.structs, model.functions, model.constants):
            for name in [n for n, item in group.items()
                         if not model.known(item, release)]:
                del group[name]
        model.declarations = [d for d in model.declarations
                              if d.name in model.enums or d.name in model.structs]
        for enum in model.enums.values():
            enum.values = [v for v in enum.values if model.known(v, release)]
        for struct in model.structs.values():
            prune(struct.fields)
        model.releases = [r for r in self.releases if release_key(r) <= release_key(release)]
        return model

    def type_names(self):
        return [*self.builtins, *(d.name for d in self.declarations)]

    def constant_value(self, text):
        """The number that a default stands for: a C constant, an enum value or a literal."""
        for enum in self.enums.values():
            for value in enum.values:
                if value.name == text:
                    return value.number
        if text in self.constants:
            return self.constant_value(self.constants[text].value)
        literal = re.sub(r"\((?:u?int\d+_t|unsigned long)\)", "", text).strip()
        while literal.startswith("(") and literal.endswith(")"):
            literal = literal[1:-1].strip()
        match = re.fullmatch(r"(~?)(-?(?:0x[0-9a-fA-F]+|\d+))[uUlL]*", literal)
        if not match:
            raise SchemaError(f"'{text}' is not a constant of the schema")
        number = int(match.group(2), 0)
        return ~number if match.group(1) else number


def clean(line):
    """The line without its comment, and its documentation."""
    text, _, doc = line.partition(" -- ")
    return text.rstrip(), doc.strip()


class Reader:
    def __init__(self, schema, path):
        self.schema, self.path, self.number = schema, path, 0
        self.section = None

    def fail(self, what):
        raise SchemaError(f"{self.path}:{self.number}: {what}")

    def read(self):
        current = None
        for self.number, raw in enumerate(self.path.read_text().splitlines(), 1):
            line = raw.rstrip()
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if line.startswith("["):
                self.section = line.strip("[]")
            elif not line.startswith(" "):
                current = self.head(line)
            elif current is None:
                self.fail(f"'{line.strip()}' belongs to nothing")
            elif line.lstrip().startswith("-- "):
                more = line.lstrip()[3:].strip()
                current.doc = f"{current.doc} {more}".strip()
            else:
                self.body(current, line)

    def head(self, line):
        text, doc = clean(line)
        words = text.split()
        kind = words[0]
        try:
            maker = getattr(self, "head_" + kind)
        except AttributeError:
            self.fail(f"unknown declaration '{kind}'")
        item = maker(text, words)
        if doc:
            item.doc = doc
        return item

    def options(self, words, item, names):
        """Reads 'since 4.18', 'local' and the like from the tail of a line into item."""
        position = 0
        while position < len(words):
            word = words[position]
            if word not in names:
                self.fail(f"unexpected '{word}'")
            attribute, argument = names[word]
            if argument:
                position += 1
                if position >= len(words):
                    self.fail(f"'{word}' needs a value")
                value = words[position]
                if attribute in ("since", "api_from", "api_except", "default_from", "below",
                                 "lower") and not RELEASE.match(value):
                    self.fail(f"'{value}' is not a release")
            else:
                value = True
            setattr(item, attribute, value)
            position += 1

    # types

    def head_builtin(self, text, words):
        left, _, c = text.partition(" : ")
        name, size, align = left.split()[1:]
        item = Builtin(name, int(size), int(align), c.strip())
        self.schema.builtins[name] = item
        return item

    def head_plain(self, text, words):
        enum = Enum(words[2], plain=True)
        self.schema.enums[enum.name] = enum
        return enum

    def head_alias(self, text, words):
        alias = Alias(words[1], words[3])
        self.schema.aliases.append(alias)
        return alias

    def head_enum(self, text, words):
        enum = Enum(words[1])
        rest = words[2:]
        if rest[:1] == ["="]:
            enum.default, rest = rest[1], rest[2:]
        self.options(rest, enum, {"since": ("since", True)})
        self.schema.enums[enum.name] = enum
        self.schema.declarations.append(enum)
        return enum

    def head_struct(self, text, words):
        struct = Struct(words[1])
        rest = words[2:]
        if rest[:1] and rest[0] in ("in", "out"):
            struct.direction, rest = rest[0], rest[1:]
        self.options(rest, struct, {"since": ("since", True),
                                    "no-dispose": ("no_dispose", False)})
        self.schema.structs[struct.name] = struct
        self.schema.declarations.append(struct)
        self.stack = [(0, struct.fields)]
        return struct

    def head_record(self, text, words):
        record = Record(words[1])
        self.schema.records[record.name] = record
        return record

    # functions and constants

    def head_function(self, text, words):
        match = re.match(r"function (\w+) : (.*)$", text)
        if not match:
            self.fail("function NAME : RETURN-TYPE [attributes]")
        words = match.group(2).split()
        stop = next((i for i, word in enumerate(words) if word in
                     ("inline", "local", "list", "owned", "borrowed", "since", "on")), len(words))
        function = Function(match.group(1), " ".join(words[:stop]), self.section)
        self.options(words[stop:], function, {
            "inline": ("inline", False), "local": ("local", False), "list": ("list_count", True),
            "owned": ("owned", False), "borrowed": ("borrowed", False),
            "since": ("since", True), "on": ("arch", True)})
        self.schema.functions[function.name] = function
        return function

    def head_redirect(self, text, words):
        left, _, right = text.partition(" : ")
        words = left.split()
        item = Redirect("redirect", words[1], None, returns=right)
        self.options(words[2:], item, {"from": ("lower", True), "below": ("below", True)})
        self.schema.redirects.append(item)
        return item

    def head_rename(self, text, words):
        item = self.head_redirect(text, words)
        item.kind, item.target = "rename", item.returns
        return item

    def head_macro(self, text, words):
        left, _, right = text.partition(" : ")
        match = re.match(r"macro (\w+(?:\([^)]*\))?)(.*)$", left)
        if self.section == "redirects":
            item = Redirect("macro", match.group(1), None, target=right)
            self.options(match.group(2).split(), item,
                         {"from": ("lower", True), "below": ("below", True)})
            self.schema.redirects.append(item)
            return item
        value, _, tail = right.partition("  ")
        item = Constant(match.group(1), value, self.section, macro=True)
        self.options(tail.split(), item, {"since": ("since", True)})
        self.schema.constants[item.name] = item
        return item

    def head_constant(self, text, words):
        left, _, right = text.partition(" : ")
        if right:
            name, (value, _, tail) = left.split()[1], right.partition("  ")
        else:
            name, value, tail = words[1], "", " ".join(words[2:])
        item = Constant(name, value, self.section)
        self.options(tail.split(), item, {
            "since": ("since", True), "on": ("arch", True), "api": ("api_from", True),
            "unless-api": ("api_except", True)})
        self.schema.constants[name] = item
        return item

    # the lines below a head

    def body(self, item, line):
        text, doc = clean(line)
        getattr(self, "body_" + type(item).__name__.lower())(item, text, doc)

    def body_enum(self, enum, text, doc):
        words = text.split()
        value = Value(words[0], int(words[1]), doc=doc)
        self.options(words[2:], value, {"since": ("since", True)})
        enum.values.append(value)

    def body_record(self, record, text, doc):
        name, c = text.split(None, 1)
        record.members.append((name, c.strip()))

    def body_struct(self, struct, text, doc):
        depth = (len(text) - len(text.lstrip())) // 4
        name, *words = text.split()
        field = Field(name, "value", doc=doc)
        if words[0] == "const":
            field.const, words = True, words[1:]
        kind, rest = words[0], words[1:]
        array = re.fullmatch(r"(\w+)\[(\w+)\]", kind)
        if kind == "struct":
            field.form = "struct"
        elif kind == "union":
            field.form, field.key, rest = "union", rest[0], rest[1:]
        elif kind == "when":
            field.form, field.when, rest = "arm", rest[0], rest[1:]
        elif array:
            field.form, field.type, field.count = "array", array.group(1), array.group(2)
        else:
            field.type = kind
        if rest[:1] == ["="]:
            field.default, rest = rest[1], rest[2:]
        self.options(rest, field, {
            "since": ("since", True), "from": ("default_from", True),
            "deprecated": ("deprecated", True), "of": ("bits", True)})
        while self.stack[-1][0] >= depth:
            self.stack.pop()
        self.stack[-1][1].append(field)
        if field.form in ("struct", "union", "arm"):
            self.stack.append((depth, field.members))

    def parameter(self, item, text, doc):
        match = re.match(r"\s+(\w+)\s{2,}(.+?)(?:\s{2,}(.*))?$", text)
        if not match:
            self.fail(f"'{text.strip()}' is not a parameter: NAME  TYPE  [ROLES]")
        parameter = Parameter(match.group(1), match.group(2), doc=doc)
        words = (match.group(3) or "").split()
        if words[:1] and words[0] in ("in", "out", "inout", "how", "progress", "match"):
            parameter.role, words = words[0], words[1:]
        self.options(words, parameter, {
            "init": ("callee_inits", False), "kept": ("kept", False), "owned": ("owned", False),
            "borrowed": ("borrowed", False), "since": ("since", True), "=": ("default", True)})
        item.parameters.append(parameter)

    def body_function(self, function, text, doc):
        self.parameter(function, text, doc)

    def body_redirect(self, redirect, text, doc):
        words = text.split(None, 1)
        if words[0] == "call":
            redirect.call = words[1]
        elif words[0] == "default":
            redirect.local = tuple(words[1].split())
        else:
            self.parameter(redirect, text, doc)


def check(schema):
    """What the notation cannot say by itself: every name means something."""
    known = set(schema.type_names()) | {"bool", "int", "uint8", "uint16", "uint32", "uint64",
                                        "string"}
    for struct in schema.structs.values():
        paths = dict(struct.walk())
        for path, field in paths.items():
            where = f"{struct.name}.{path}"
            prefix = path.rpartition(".")[0]
            sibling = (prefix + "." if prefix else "") + "{}"
            if field.form in ("value", "array") and field.type not in known:
                raise SchemaError(f"{where}: unknown type '{field.type}'")
            if field.form == "array" and sibling.format(field.count) not in paths:
                raise SchemaError(f"{where}: no count field '{field.count}'")
            if field.form == "union" and sibling.format(field.key) not in paths:
                raise SchemaError(f"{where}: no key field '{field.key}'")
            if field.bits and field.bits not in schema.enums:
                raise SchemaError(f"{where}: unknown enum '{field.bits}'")
            if field.default is not None:
                schema.constant_value(field.default)
    for redirect in schema.redirects:
        if redirect.kind != "macro" and redirect.name not in schema.functions:
            raise SchemaError(f"redirect of an unknown function '{redirect.name}'")


def listed(path):
    """The words of a file, without its comments."""
    lines = [line.partition("#")[0] for line in path.read_text().splitlines()]
    return [word for line in lines for word in line.split()]


def load(folder):
    folder = pathlib.Path(folder)
    schema = Schema()
    for name in ("types", "constants", "functions"):
        Reader(schema, folder / f"{name}.schema").read()
    schema.releases = listed(folder / "releases")
    schema.levels = listed(folder / "levels")
    check(schema)
    return schema
