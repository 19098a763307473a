"""The text of abi/libxl: finds the line of each declaration, adds and changes lines, filters.

Every edit touches the fewest lines possible, so that an import reads well as a diff: order,
comments, documentation and the columns of the lines around stay as they are. Knows the shape of
the notation, and nothing of Xen.
"""

import pathlib
import re

from schema import SchemaError, listed, release_key

FILES = ("types", "constants", "functions")


class Line:
    """Known by identity: its place moves as lines are added."""

    def __init__(self, text):
        self.text = text

    @property
    def code(self):
        return self.text.partition(" -- ")[0]

    @code.setter
    def code(self, code):
        _, mark, doc = self.text.partition(" -- ")
        self.text = code + mark + doc

    def since(self):
        match = re.search(r"\ssince (\d+\.\d+)", self.code)
        return match.group(1) if match else None

    def set_since(self, release):
        """None: since the first release that the schema knows."""
        if release is None:
            self.code = re.sub(r"\s+since \d+\.\d+", "", self.code)
        elif self.since():
            self.code = re.sub(r"(\ssince )\d+\.\d+", rf"\g<1>{release}", self.code)
        else:
            self.code += f" since {release}"


class Block:
    """A declaration: its head, and below it the lines of its items by name or dotted path."""

    def __init__(self, kind, name, section, head):
        self.kind, self.name, self.section, self.head = kind, name, section, head
        self.lines, self.items, self.stack = [head], {}, []

    def add(self, line):
        self.lines.append(line)
        code = line.code
        if code.lstrip().startswith("--") or not code.strip():
            return
        depth, name = (len(code) - len(code.lstrip())) // 4, code.split()[0]
        self.stack = self.stack[:depth - 1] + [name]
        self.items[".".join(self.stack)] = line

    def arch(self):
        match = re.search(r"\son (x86|arm)\b", self.head.code)
        return match.group(1) if match else None

    def members(self, path):
        return {p: line for p, line in self.items.items() if p.startswith(path + ".")}

    def last_line_of(self, path):
        return list(self.members(path).values() or [self.items[path]])[-1]

    def column(self, pattern):
        """Where the first group of the pattern starts in most items; 0 if it is in none."""
        starts = [match.start(1) for line in self.items.values()
                  if (match := re.match(pattern, line.code))]
        return max(starts, key=starts.count, default=0)


class File:
    def __init__(self, path):
        self.path = path
        self.lines = [Line(text) for text in path.read_text().splitlines()]
        self.find_blocks()

    def find_blocks(self):
        self.blocks, section, block = [], None, None
        for line in self.lines:
            text = line.text
            if text.startswith(" "):
                if block and not text.lstrip().startswith("#"):
                    block.add(line)
            elif text.startswith("["):
                section, block = text.strip("[] "), None
            elif text.strip() and not text.startswith("#"):
                words = text.split()
                name = words[2] if words[0] == "plain" else words[1]
                if words[0] == "macro":
                    name = re.match(r"macro (\w+(?:\([^)]*\))?)", text).group(1)
                block = Block(words[0], name, section, line)
                self.blocks.append(block)

    def index(self, line):
        return next(i for i, other in enumerate(self.lines) if other is line)

    def insert(self, texts, after=None, before=None):
        index = self.index(after) + 1 if after else self.index(before)
        self.lines[index:index] = [Line(text) for text in texts]
        self.find_blocks()

    def drop(self, lines):
        dropped = {id(line) for line in lines}
        self.lines = [line for line in self.lines if id(line) not in dropped]

    def text(self):
        return "".join(line.text.rstrip() + "\n" for line in self.lines)


class SchemaText:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for name in FILES:
            setattr(self, name, File(self.folder / f"{name}.schema"))
        self.releases = listed(self.folder / "releases")
        self.levels = listed(self.folder / "levels")

    def write(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.texts().items():
            path = folder / name
            if not path.exists() or path.read_text() != text:
                path.write_text(text)

    def texts(self):
        return {**{f"{name}.schema": getattr(self, name).text() for name in FILES},
                "releases": "".join(release + "\n" for release in self.releases),
                "levels": "".join(level + "\n" for level in self.levels)}

    def since(self, release):
        """What to write for a thing that exists since then: the first release needs no word."""
        return None if release == self.releases[0] else release

    def block(self, name):
        for file in (self.types, self.constants, self.functions):
            for block in file.blocks:
                if block.name == name and block.section != "redirects":
                    return block
        raise SchemaError(f"{self.folder}: no declaration of {name}")

    # types

    def add_type(self, texts, after):
        """A new enum or struct, below the declaration that it follows in the IDL."""
        if after:
            self.types.insert(["", *texts], after=self.block(after).lines[-1])
        else:
            first = next(b for b in self.types.blocks if b.kind in ("enum", "struct"))
            self.types.insert([*texts, ""], before=first.head)

    def add_field(self, struct, parent, field, after, release):
        """A field with all below it, after its sibling or at the start of its group."""
        block = self.block(struct)
        prefix = parent + "." if parent else ""
        if after:
            place = block.last_line_of(prefix + after)
        else:
            place = block.items[parent] if parent else last_doc_line(block)
        name_column = block.column(r"^ +\S+ +(\S)")
        default_column = block.column(r"^.*? (= )")
        self.types.insert(field_lines(field, parent.count(".") + 2 if parent else 1,
                                      name_column, default_column, self.since(release)),
                          after=place)

    def add_default(self, struct, path, default, release):
        """A field that was zero before has a default from this release on."""
        block = self.block(struct)
        line = block.items[path]
        match = re.match(r"( +\S+ +(?:const )?\S+)\s*(.*)$", line.code)
        text = place(match.group(1), block.column(r"^.*? (= )"), f"= {default} from {release}")
        line.code = f"{text} {match.group(2)}".rstrip()

    def add_value(self, enum, value, after, release):
        block = self.block(enum)
        line = options(place(f"    {value.name}", block.column(r"^ +\S+ +(\S)"),
                             str(value.number)), release=self.since(release))
        self.types.insert([line], after=block.items[after] if after else last_doc_line(block))

    # functions

    def add_function(self, function, release):
        texts = [function_head(function, self.since(release)),
                 f"    -- (new in {release}: review roles)",
                 *parameter_lines(function.parameters)]
        self.add_sorted(self.functions, function.header, function.name, texts)

    def add_parameter(self, function, parameter, release):
        block = self.block(function)
        line = parameter_line(parameter, block.column(r"^ +\S+ +(\S)"),
                              block.column(r"^ +\S+  +\S+(?: \S+)*  +(\S)"), self.since(release))
        self.functions.insert([line], after=block.lines[-1])
        for redirect in self.redirects_of(function):
            call = redirect.items.get("call")
            if call:
                call.code += f", {parameter.default}"

    def redirects_of(self, function):
        return [b for b in self.functions.blocks
                if b.section == "redirects" and b.name.partition("(")[0] == function]

    def add_redirect(self, redirect):
        head = f"{redirect.kind} {redirect.name}"
        if redirect.lower:
            head += f" from {redirect.lower}"
        texts = [f"{head} below {redirect.below} : {redirect.returns or redirect.target}"]
        if redirect.kind == "redirect":
            texts += [*parameter_lines(redirect.parameters), f"    call {redirect.call}"]
        same = self.redirects_of(redirect.name.partition("(")[0])
        previous = same or [b for b in self.functions.blocks if b.kind == redirect.kind
                            and b.section == "redirects"]
        gap = [""] if redirect.kind == "redirect" else []
        self.functions.insert(gap + texts, after=previous[-1].lines[-1])

    # constants

    def add_constant(self, constant, release):
        text = f"{'macro' if constant.macro else 'constant'} {constant.name}"
        if constant.value:
            text += f" : {constant.value}"
        tail = [f"on {constant.arch}"] if constant.arch else []
        if self.since(release):
            tail.append(f"since {release}")
        group = constant_group(constant.name, constant.arch)
        self.add_sorted(self.constants, constant.header, constant.name, ["  ".join([text, *tail])],
                        lambda block: group == constant_group(block.name, block.arch()))

    def add_sorted(self, file, section, name, texts, alike=lambda block: True):
        """In alphabetical order among the declarations alike in the section."""
        inside = [b for b in file.blocks if b.section == section]
        blocks = [b for b in inside if alike(b)]
        gap = [""] if len(texts) > 1 or not blocks else []
        following = next((b for b in blocks if b.name > name), None)
        if following:
            file.insert(texts + gap, before=following.head)
        elif inside:
            file.insert(gap + texts, after=(blocks or inside)[-1].lines[-1])
        else:
            raise SchemaError(f"{file.path}: no section [{section}] for {name}")


def constant_group(name, arch):
    """The constants of a header stand in groups, each in alphabetical order."""
    if name.startswith("LIBXL_HAVE_"):
        return "features"
    return "of one architecture" if arch else "of all"


def last_doc_line(block):
    last = block.head
    for line in block.lines[1:]:
        if not line.text.lstrip().startswith("--"):
            break
        last = line
    return last


# Lines in the notation.

def place(text, column, more):
    return text + " " * max(2, column - len(text)) + more


def options(text, release=None, gap="  ", **words):
    tail = [f"{word} {value}" for word, value in words.items() if value]
    if release:
        tail.append(f"since {release}")
    return text + gap + " ".join(tail) if tail else text


def field_type(field):
    if field.form == "struct":
        return "struct"
    if field.form == "union":
        return f"union {field.key}"
    if field.form == "arm":
        return f"when {field.when}"
    text = f"{field.type}[{field.count}]" if field.form == "array" else field.type
    return f"const {text}" if field.const else text


def field_lines(field, depth, name_column, default_column, release):
    """A group carries no `since`: it exists from the release of its first member on."""
    text = place("    " * depth + field.name, name_column, field_type(field))
    if field.default is not None:
        text = place(text, default_column, f"= {field.default}")
    group = field.form in ("struct", "union", "arm")
    lines = [options(text, None if group else release, " " if field.default is not None else "  ",
                     deprecated=field.deprecated)]
    for member in field.members:
        lines += field_lines(member, depth + 1, name_column, default_column, release)
    return lines


def struct_lines(struct, release):
    head = f"struct {struct.name}"
    if struct.direction != "both":
        head += f" {struct.direction}"
    if struct.no_dispose:
        head += " no-dispose"
    paths = list(struct.walk())
    name_column = max(4 * (p.count(".") + 1) + len(f.name) for p, f in paths) + 2
    widths = [len(field_type(f)) for _, f in paths if f.default is not None]
    default_column = name_column + max(widths, default=0) + 2
    lines = [options(head, release, " ")]
    for field in struct.fields:
        lines += field_lines(field, 1, name_column, default_column, None)
    return lines


def enum_lines(enum, release):
    head = f"enum {enum.name}" + (f" = {enum.default}" if enum.default else "")
    column = max(len(v.name) for v in enum.values) + 6
    return [options(head, release, " "),
            *(place(f"    {v.name}", column, str(v.number)) for v in enum.values)]


def function_head(function, release):
    text = f"function {function.name} : {function.returns}"
    for word in ("inline", "local"):
        if getattr(function, word):
            text += f" {word}"
    if function.list_count:
        text += f" list {function.list_count}"
    for word in ("owned", "borrowed"):
        if getattr(function, word):
            text += f" {word}"
    if release:
        text += f" since {release}"
    return text + (f" on {function.arch}" if function.arch else "")


def parameter_lines(parameters):
    name_column = max((len(p.name) for p in parameters), default=0) + 6
    role_column = name_column + max((len(p.type) for p in parameters), default=0) + 2
    return [parameter_line(p, name_column, role_column) for p in parameters]


def parameter_line(parameter, name_column, role_column, release=None):
    text = place(f"    {parameter.name}", name_column, parameter.type)
    words = [parameter.role, "init" if parameter.callee_inits else "",
             "owned" if parameter.owned else "",
             f"= {parameter.default}" if parameter.default else "",
             f"since {release}" if release else ""]
    words = " ".join(word for word in words if word)
    return place(text, role_column, words) if words else text


# The schema as of a release.

def filtered(folder, release):
    """The text of the schema without what is newer than the release."""
    text = SchemaText(folder)
    if release not in text.releases:
        raise SchemaError(f"{folder} does not know Xen {release}")
    text.releases = text.releases[:text.releases.index(release) + 1]
    text.levels = [release]
    for name in FILES:
        file = getattr(text, name)
        file.drop([line for block in file.blocks for line in newer_lines(block, release)])
        squeeze(file)
        file.find_blocks()
    for block in text.functions.blocks:
        if block.kind == "redirect":
            shorten_call(block, len(text.block(block.name).items))
    return text


def newer(release, than):
    return release is not None and release_key(release) > release_key(than)


def newer_lines(block, release):
    below = re.search(r"\sbelow (\d+\.\d+) :", block.head.code)
    if newer(block.head.since(), release) or (below and newer(below.group(1), release)):
        return block.lines
    dropped = [line for line in block.items.values() if newer(line.since(), release)]
    for path, line in block.items.items():
        members = block.members(path)
        leaves = [m for p, m in members.items() if not block.members(p)]
        if newer(line.since(), release):
            dropped += members.values()
        elif leaves and all(newer(leaf.since(), release) for leaf in leaves):
            dropped.append(line)
        start = re.search(r"\s+= \S+ from (\d+\.\d+)", line.code)
        if start and newer(start.group(1), release):
            line.code = line.code[:start.start()].rstrip() + " " + line.code[start.end():]
    return dropped


def shorten_call(block, count):
    """The call names every argument of the newest prototype; the trailing ones may be newer."""
    call = block.items["call"]
    arguments = call.code.strip()[len("call "):].split(", ")
    call.code = "    call " + ", ".join(arguments[:count])


def squeeze(file):
    """One empty line at a time, where a declaration has gone."""
    kept = []
    for line in file.lines:
        if line.text.strip() or (kept and kept[-1].text.strip()):
            kept.append(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    file.lines = kept
