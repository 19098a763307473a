"""Reads the hand-written part of libxl's public headers into the model of schema.py.

The headers go through the C preprocessor without any other header, so that what comes out is
libxl's own text alone, for any architecture and LIBXL_API_VERSION. The declarations in it are
simple enough to be taken apart as text. Knows nothing of the IDL or of our schema.
"""

import dataclasses
import functools
import os
import pathlib
import re
import subprocess
import tempfile

from schema import Constant, Enum, Function, Parameter, Redirect, SchemaError, Value

HEADERS = ("libxl_uuid.h", "libxl.h", "libxl_event.h", "libxl_utils.h", "libxlutil.h")
FOLDERS = ("tools/include", "tools/libxl", "tools/libs/light", "tools/libs/util")

ARCHITECTURES = {"x86": "__x86_64__", "arm": "__aarch64__"}

# Macros of xen_list.h that a public type uses; the schema has what they stand for.
LIST_MACROS = [f"{prefix}_TAILQ_ENTRY(type)=struct {{ type *tqe_next; type **tqe_prev; }}"
               for prefix in ("XEN", "LIBXL")]

# What the headers define for their own use: include guards, and a mark that says nothing to us.
NOT_API = re.compile(r"_*LIBXL\w*_H_*|LIBXLUTIL_H|LIBXL_EXTERNAL_CALLERS_ONLY|LIBXL_API_VERSION")

# Types whose inside nobody sees, and the type of a function: our headers declare them by hand.
OPAQUE = {"libxl_ctx", "libxl_xen_console_reader", "libxl_evgen_domain_death",
          "libxl_evgen_disk_eject", "libxl_event_predicate",
          "XLU_Config", "XLU_ConfigList", "XLU_ConfigValue"}

TYPE_WORDS = {"char", "short", "int", "long", "unsigned", "signed", "float", "double", "void"}


@dataclasses.dataclass
class Declarations:
    functions: dict = dataclasses.field(default_factory=dict)
    bodies: dict = dataclasses.field(default_factory=dict)      # of inline functions
    constants: dict = dataclasses.field(default_factory=dict)
    enums: dict = dataclasses.field(default_factory=dict)       # that the IDL does not have
    typedefs: dict = dataclasses.field(default_factory=dict)    # C text without the name
    redirects: list = dataclasses.field(default_factory=list)   # of older LIBXL_API_VERSIONs


def read(source, headers=None):
    """Everything that the headers declare, on any architecture."""
    paths = find_headers(source, headers)
    views = {arch: View(preprocess(paths, arch)).result for arch in ARCHITECTURES}
    result = views["x86"]
    for attribute in ("functions", "constants"):
        merge(getattr(result, attribute), getattr(views["arm"], attribute))
    result.typedefs |= views["arm"].typedefs
    result.redirects = read_redirects(paths, result)
    return result


def merge(everywhere, arm):
    for name, item in everywhere.items():
        item.arch = None if name in arm else "x86"
    for name, item in arm.items():
        if name not in everywhere:
            item.arch = "arm"
            everywhere[name] = item


def find_headers(source, headers):
    folders = [pathlib.Path(headers)] if headers else [pathlib.Path(source) / f for f in FOLDERS]
    paths = {}
    for name in HEADERS:
        path = next((f / name for f in folders if (f / name).is_file()), None)
        if path is None:
            raise SchemaError(f"{headers or source}: no {name}")
        paths[name] = path
    return paths


def private_constants(source):
    """Macros of libxl_internal.h, which a default in the IDL may name."""
    path = next((pathlib.Path(source) / f / "libxl_internal.h" for f in FOLDERS
                 if (pathlib.Path(source) / f / "libxl_internal.h").is_file()), None)
    text = path.read_text() if path else ""
    found = re.findall(r"^#define[ \t]+(LIBXL_\w+)[ \t]+(\S[^\n]*?)[ \t]*(?:/\*.*)?$", text, re.M)
    return {name: value for name, value in found if not value.endswith("\\")}


def preprocess(paths, arch, api=None):
    """Lines of the preprocessed headers as (header, line); definitions stay among them."""
    options = ["-undef", "-nostdinc", "-D__linux__", f"-D{ARCHITECTURES[arch]}",
               *(f"-D{macro}" for macro in LIST_MACROS)]
    if api:
        options.append(f"-DLIBXL_API_VERSION={api}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for header, path in paths.items():
            text = path.read_text()
            (folder / header).write_text(text)
            for included in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M):
                if included not in paths:
                    stub = folder / included
                    stub.parent.mkdir(parents=True, exist_ok=True)
                    stub.write_text("")
        (folder / "all.c").write_text("".join(f'#include "{h}"\n' for h in HEADERS[1:]))
        run = subprocess.run([*os.environ.get("CC", "cc").split(), "-E", "-dD", *options, "-I",
                              ".", "all.c"], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        raise SchemaError(f"the C preprocessor fails on {paths['libxl.h']}:\n{run.stderr.strip()}")
    return list(attribute_lines(run.stdout))


def attribute_lines(text):
    header = None
    for line in text.splitlines():
        marker = re.match(r'#\s+\d+ "([^"]*)"', line)
        if marker:
            name = os.path.basename(marker.group(1))
            header = name if name in HEADERS else None
        elif header:
            yield header, line


@functools.cache
def canonical(c):
    """C text in one spelling: 'char*const *' becomes 'char * const *'."""
    tokens = re.findall(r'"[^"]*"|\w+|\S', c)
    text = " ".join(tokens)
    return re.sub(r"\*(?: \*)+", lambda match: match.group().replace(" ", ""), text)


def split_arguments(text):
    """'int a, void (*f)(int, int)' has two."""
    arguments, depth, current = [], 0, ""
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            arguments.append(current.strip())
            current = ""
        else:
            current += character
    return arguments + [current.strip()] if current.strip() else arguments


@functools.cache
def parse_parameter(text):
    """The name, None if it has none, and the type in its canonical spelling."""
    array = re.search(r"\s*\[\w*\]$", text)
    text = text[:array.start()] if array else text
    tokens = re.findall(r"\w+|\S", text)
    before = [t for t in tokens[:-1] if t not in ("const", "struct", "enum")]
    name = None
    if before and re.match(r"\w", tokens[-1]) and tokens[-1] not in TYPE_WORDS:
        name = tokens.pop()
    return name, canonical(" ".join(tokens) + (" *" if array else ""))


def parameters_of(text, function):
    if text.strip() in ("void", ""):
        return []
    result = []
    for argument in split_arguments(text):
        if "(" in argument or argument == "...":
            raise SchemaError(f"{function}: the schema has no notation for '{argument}'")
        name, c = parse_parameter(argument)
        result.append(Parameter(name, c))
    return result


class View:
    """What one run of the preprocessor shows."""

    def __init__(self, lines):
        self.result, self.macros = Declarations(), {}
        texts = {}
        for header, line in lines:
            if line.startswith("#"):
                self.directive(header, line)
            else:
                texts.setdefault(header, []).append(line)
        for header, text in texts.items():
            for statement in statements("\n".join(text)):
                self.statement(header, statement)

    def directive(self, header, line):
        match = re.match(r"#\s*define (\w+)(\(([^)]*)\))? ?(.*)$", line)
        if match:
            name, arguments, value = match.group(1), match.group(3), match.group(4).strip()
            self.macros[name] = (arguments, value)
            if NOT_API.fullmatch(name):
                return
            if arguments is not None:
                name = name + "(" + ", ".join(split_arguments(arguments)) + ")"
            self.result.constants[name] = Constant(name, value, header,
                                                   macro=arguments is not None)

    def statement(self, header, text):
        text = re.sub(r"__attribute__ ?\(\((?:\w|\s|\([^)]*\))*\)\)", "", text).strip()
        if text.startswith("typedef "):
            self.typedef(text)
        elif text.startswith("enum ") and "{" in text:
            name, _, body = text[len("enum "):].partition("{")
            self.enum(name.strip(), body)
        elif re.fullmatch(r"(struct|enum) \w+", text):
            pass
        else:
            self.function(header, text)

    def typedef(self, text):
        match = (re.search(r"(\w+)\s*(?:\[\w+\])?$", text)
                 or re.search(r"(\w+)\s*\)?\s*\([^()]*\)$", text))       # of a function
        name = match.group(1)
        body = re.fullmatch(r"typedef enum \w*\s*\{(.*)\}\s*\w+", text, re.S)
        if body:
            self.enum(name, body.group(1))
        elif name not in OPAQUE:
            self.result.typedefs[name] = canonical(text[len("typedef "):])

    def enum(self, name, body):
        enum, number = Enum(name, plain=True), -1
        for item in split_arguments(body.rpartition("}")[0] or body):
            value, _, given = item.partition("=")
            number = int(given, 0) if given else number + 1
            enum.values.append(Value(value.strip(), number))
        self.result.enums[name] = enum

    def function(self, header, text):
        match = re.match(r"((?:static )?(?:inline )?)([\w\s*]*?)(\w+)\s*"
                         r"\(([^{]*)\)\s*(?:\{(.*)\})?$", text, re.S)
        if not match:
            raise SchemaError(f"{header}: cannot read '{' '.join(text.split())}'")
        prefix, returns, name, arguments, body = match.groups()
        self.result.functions[name] = Function(
            name, canonical(returns), header, inline="inline" in prefix,
            parameters=parameters_of(arguments, name))
        if body is not None:
            self.result.bodies[name] = body.strip()


def statements(text):
    """Declarations without their ';', and inline functions with their bodies."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += (character in "({") - (character in ")}")
        if depth:
            continue
        statement = text[start:position + 1].strip()
        if character == ";" and statement != ";":
            yield statement[:-1].strip()
        elif not (character == "}" and re.match(r"[^{]*\)\s*\{", statement)):
            if character != ";":
                continue
        else:
            yield statement
        start = position + 1


# What older API versions see.

def api_versions(paths):
    """Every LIBXL_API_VERSION that the headers speak of, oldest first, with its release."""
    text = "".join(path.read_text() for path in paths.values())
    found = sorted(set(re.findall(r"LIBXL_API_VERSION\s*[<>!=]=?\s*(0x[0-9a-f]{6})", text)))
    return {api: f"{int(api[2:4])}.{int(api[4:6])}" for api in found}


def read_redirects(paths, newest):
    """One redirect for each run of API versions that see the same substitute of a function."""
    versions = api_versions(paths)
    releases, redirects, current = list(versions.values()), [], {}
    for position, (api, release) in enumerate(versions.items()):
        view = View(preprocess(paths, "x86", api))
        seen = {}
        for name, macro in view.macros.items():
            if redirects_something(name, newest, view):
                seen[name] = current.get(name) or Range(name, *macro, view, release)
                if seen[name].value != macro[1]:
                    seen[name] = Range(name, *macro, view, release)
        for name, item in current.items():
            if seen.get(name) is not item:
                redirects.append(item.redirect(release, releases[0]))
        current = seen
    if current:
        raise SchemaError(f"{', '.join(current)}: redirected also at the newest LIBXL_API_VERSION")
    return redirects


def redirects_something(name, newest, view):
    if NOT_API.fullmatch(name):
        return False
    return name in newest.functions or (name not in newest.constants
                                        and view.macros[name][0] is None)


class Range:
    """A substitute, from the API version at which it was first seen."""

    def __init__(self, name, arguments, value, view, first):
        self.name, self.arguments, self.value, self.first = name, arguments, value, first
        self.function = view.result.functions.get(value)
        self.body = view.result.bodies.get(value)

    def redirect(self, below, oldest):
        item = Redirect("macro", self.name, below,
                        lower=None if self.first == oldest else self.first)
        if self.arguments is not None:
            item.name += "(" + ", ".join(split_arguments(self.arguments)) + ")"
            item.target = self.value
        elif self.function is None:
            item.target = self.value
        elif self.body is None:
            item.kind, item.target = "rename", self.value
        else:
            item.kind, item.returns = "redirect", self.function.returns
            item.parameters = self.function.parameters
            item.call = self.call()
        return item

    def call(self):
        """The arguments, if the body does nothing but call."""
        match = re.fullmatch(rf"(?:return )?{self.name}\s*\((.*)\);", self.body, re.S)
        return ", ".join(split_arguments(match.group(1))) if match else None
