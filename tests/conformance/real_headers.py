"""What the real headers of a Xen release declare: functions, structs, enums and macros, by name.

Reads what the C preprocessor leaves of them, so that nothing hides behind a macro or a condition.
Knows C as far as libxl's headers use it, and no schema.
"""

import re
import subprocess

HEADERS = ("libxl.h", "libxl_event.h", "libxl_utils.h", "libxl_uuid.h", "libxl_json.h",
           "libxlutil.h")
# libxl_json.h asks for it, as yajl 2 is what libxl was built with.
YAJL = "-DHAVE_YAJL_YAJL_VERSION_H"
TOKEN = re.compile(r'[A-Za-z_]\w*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[0-9]\w*|\S')
OURS = re.compile(r"(libxl|xlu)_")


def includes(headers=HEADERS):
    return "".join(f"#include <{name}>\n" for name in headers)


def preprocess(cc, folder, *options, text=None):
    command = [*cc, "-xc", "-E", f"-I{folder}", YAJL, *options, "-"]
    return subprocess.run(command, input=includes() if text is None else text, text=True,
                          capture_output=True, check=True).stdout


class Headers:
    def __init__(self, cc, folder):
        self.functions, self.structs, self.enums = set(), {}, {}
        tokens = TOKEN.findall(self.own_lines(preprocess(cc, folder), str(folder)))
        for statement in statements(tokens):
            self.read(statement)
        mine = self.macro_names(preprocess(cc, folder, "-dM"))
        others = self.macro_names(preprocess(
            cc, folder, "-dM", text="#include <xentoollog.h>\n#include <yajl/yajl_gen.h>\n"))
        self.macros = mine - others

    @staticmethod
    def own_lines(text, folder):
        """Without the system's headers and Xen's other libraries."""
        kept, inside = [], False
        for line in text.splitlines():
            marker = re.match(r'# \d+ "([^"]*)"', line)
            if marker:
                name = marker.group(1)
                inside = name.startswith(folder) and "libxl" in name.rpartition("/")[2]
            elif inside:
                kept.append(line)
        return "\n".join(kept)

    @staticmethod
    def macro_names(text):
        return {re.match(r"#define (\w+)", line).group(1) for line in text.splitlines()}

    def read(self, tokens):
        if tokens[0] == "typedef" and "{" in tokens:
            self.read_type(tokens[1:])
        elif tokens[0] == "enum" and "{" in tokens:
            self.enums[tokens[1]] = enumerators(tokens)
        elif tokens[0] != "typedef":
            name = next((a for a, b in zip(tokens, tokens[1:]) if b == "(" and OURS.match(a)), None)
            if name:
                self.functions.add(name)

    def read_type(self, tokens):
        name = tokens[-2]       # before the semicolon
        if tokens[0] == "enum":
            self.enums[name] = enumerators(tokens)
        elif tokens[0] == "struct":
            self.structs[name] = list(members(body(tokens), ""))


def statements(tokens):
    """Top-level declarations, each with its body in braces."""
    current, depth = [], 0
    for token in tokens:
        current.append(token)
        depth += {"{": 1, "}": -1, "(": 1, ")": -1}.get(token, 0)
        # An inline function ends with its body, a type only with a semicolon.
        function = token == "}" and current[0] != "typedef" and "(" in current \
            and current.index("(") < current.index("{")
        if depth == 0 and (token == ";" or function):
            if current != [";"]:
                yield current
            current = []


def body(tokens):
    first = tokens.index("{")
    last = len(tokens) - 1 - tokens[::-1].index("}")
    return tokens[first + 1:last]


def enumerators(tokens):
    names, start = [], True
    for token in body(tokens):
        if start:
            names.append(token)
        start = token == ","
    return names


def members(tokens, prefix):
    """The dotted paths of a struct's members, groups before what is in them."""
    for statement in statements(tokens):
        if statement[0] in ("struct", "union") and "{" in statement:
            name = statement[-2]
            yield prefix + name
            yield from members(body(statement), f"{prefix}{name}.")
        elif "(" in statement:      # a pointer to a function: type ( * name ) ( ...
            yield prefix + statement[statement.index("(") + 2]
        else:
            end = statement.index("[") if "[" in statement else statement.index(";")
            yield prefix + statement[end - 1]
