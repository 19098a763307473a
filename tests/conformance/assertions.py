"""Writes what the schema says of a release as C++ that compiles only if the real headers agree.

C++, because its types are exact: for C an enum and an unsigned int are compatible. The numbers of
the layout are what src/core computes (print_layout), not written down anywhere.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src" / "generator"))
sys.dont_write_bytecode = True

import c            # noqa: E402
import headers      # noqa: E402
import map as version_map       # noqa: E402
import schema       # noqa: E402

HEAD = """#include <cstddef>
#include <string_view>
#include <type_traits>
%s
template <typename A, typename B> constexpr bool same = std::is_same<A, B>::value;
"""


class Assertions:
    def __init__(self, model, release, layout, api=None):
        self.whole, self.release, self.api = model, release, api
        self.model = model.at(release)
        self.layout = layout            # what print_layout printed: {"TYPE.PATH": (numbers)}
        self.family = c.Family(self.model)
        self.lines, self.count = [], 0

    def text(self, includes):
        self.functions()
        self.constants()
        if not self.api:                # the rest does not depend on it
            self.sizes()
            self.values()
            self.structs()
            self.records()
        return HEAD % includes + "\n".join(self.lines) + "\n"

    # one line each

    def say(self, condition, message):
        escaped = message.replace('"', "'").replace("\\", "/")
        self.lines.append(f'static_assert({condition}, "{escaped}");')
        self.count += 1

    def defined(self, name, wanted, only_if_not="#ifndef", only_if="#ifdef"):
        """A macro that must be there, or must not."""
        self.lines.append(f"{only_if_not if wanted else only_if} {name}\n#error {name} is "
                          f"{'missing' if wanted else 'there'}\n#endif")
        self.count += 1

    # types

    def sizes(self):
        for name, numbers in self.layout.items():
            if "." not in name and name.startswith("libxl_"):
                self.say(f"sizeof({name}) == {numbers[0]}", f"{name} has {numbers[0]} bytes")
                self.say(f"alignof({name}) == {numbers[1]}", f"{name} has alignment {numbers[1]}")
        for name, builtin in self.model.builtins.items():
            self.builtin(name, builtin)
        for alias in self.model.aliases:
            self.say(f"same<{alias.name}, {alias.type}>", f"{alias.name} is {alias.type}")

    def builtin(self, name, builtin):
        inside = re.match(r"struct \{(.*)\} ", builtin.c)
        if inside:
            for member in filter(None, map(str.strip, inside.group(1).split(";"))):
                self.member(name, *split(member))
        elif "struct" not in builtin.c:     # what a policy points to is libxl's own
            self.lines.append(f"typedef {builtin.c.replace(name, 'our_' + name)};")
            self.say(f"same<{name}, our_{name}>", f"{name} is {builtin.c}")

    def member(self, struct, path, type_text):
        self.say(f"same<decltype((({struct} *)nullptr)->{path}), {type_text}>",
                 f"{struct}.{path} is {type_text}")

    def structs(self):
        for struct in self.model.structs.values():
            for path, field in struct.walk():
                if f"{struct.name}.{path}" not in self.layout:
                    continue                # a group of nothing yet
                offset, = self.layout[f"{struct.name}.{path}"]
                self.say(f"offsetof({struct.name}, {path}) == {offset}",
                         f"{struct.name}.{path} is at {offset}")
                if field.form in ("value", "array"):
                    self.member(struct.name, path, c.field_type(field))

    def records(self):
        for record in self.model.records.values():
            for name, type_text in record.members:
                inside = re.match(r"union \{(.*)\}", type_text)
                if inside:
                    for member in filter(None, map(str.strip, inside.group(1).split(";"))):
                        path, inner = split(member)
                        self.member(record.name, f"{name}.{path}", inner)
                else:
                    self.member(record.name, name,
                                type_text.replace("LIBXL_EVENT_OCCURS_CONST ", ""))

    def values(self):
        for enum in self.model.enums.values():
            for value in enum.values:
                self.say(f"{value.name} == {value.number}", f"{value.name} is {value.number}")
                self.say(f"same<decltype({value.name}), {enum.name}>",
                         f"{value.name} is a {enum.name}")

    # functions

    def functions(self):
        for name, returns, parameters in self.prototypes():
            parameters = ", ".join(p.type for p in parameters
                                   if self.model.known(p, self.release))
            self.say(f"same<decltype(&{name}), {pointer(returns, parameters)}>",
                     f"{returns} {name}({parameters})")

    def prototypes(self):
        for item in self.model.declarations:
            made = self.family.of_enum if item.name in self.model.enums else self.family.of_struct
            for _, name, returns, parameters in made(item):
                yield name, returns, parameters
        for name in sorted(gen_json(self.model)):
            yield self.family.gen_json(name.removesuffix("_gen_json"))
        for function in self.model.functions.values():
            if function.arch == "arm" or self.is_gone(function):
                continue
            yield self.as_redirected(function)

    def is_gone(self, function):
        below = headers.INLINE_BELOW.get(function.name)
        return bool(self.api and below and not less(self.api, below))

    def as_redirected(self, function):
        """What a caller with this LIBXL_API_VERSION sees under the name."""
        returns = function.returns
        if function.name == "libxl_basename" and self.api and less(self.api, "4.5"):
            returns = "const " + returns
        for redirect in self.redirects():
            if redirect.name != function.name:
                continue
            if redirect.kind == "redirect":
                return function.name, redirect.returns, redirect.parameters
            if redirect.kind == "rename":
                return (function.name, returns,
                        self.model.functions[redirect.target].parameters)
        return function.name, returns, function.parameters

    def redirects(self):
        if not self.api:
            return []
        return [r for r in self.whole.redirects
                if not (r.lower and less(self.api, r.lower)) and less(self.api, r.below)
                and not less(self.release, r.below)]

    # constants

    def constants(self):
        for constant in self.whole.constants.values():
            name = constant.name.partition("(")[0]
            wanted = (constant.name in self.model.constants and constant.arch != "arm"
                      and constant.header != "private" and self.has_api(constant))
            self.defined(name, wanted)
            if wanted and constant.value and not constant.macro:
                self.constant(constant)
        for redirect in self.redirects():
            if redirect.kind == "macro":
                self.defined(redirect.name.partition("(")[0], True)

    def has_api(self, constant):
        if not self.api:
            return True
        return not (constant.api_from and less(self.api, constant.api_from)
                    or constant.api_except == self.api)

    def constant(self, constant):
        name, value = constant.name, constant.value
        if value.startswith('"'):
            self.say(f"std::string_view({name}) == std::string_view({value})", f"{name} is {value}")
            return
        self.say(f"({name}) == ({value})", f"{name} is {value}")
        self.say(f"same<decltype({name}), decltype({value})>", f"{name} has the type of {value}")


def less(a, b):
    return schema.release_key(a) < schema.release_key(b)


def gen_json(model):
    """The yajl functions of all types that have one."""
    return {name for name in version_map.names(model) if name.endswith("_gen_json")} \
        - {"libxl__uint64_gen_json"}


def split(member):
    """'unsigned char uuid[16]' -> ('uuid', 'unsigned char [16]')"""
    declarator = re.fullmatch(r"(.*?)(\w+)(\[\d+\])?", member)
    return declarator.group(2), f"{declarator.group(1).strip()} {declarator.group(3) or ''}".strip()


def pointer(returns, parameters):
    return f"{returns} (*)({parameters})"


def accepted(release):
    """The values of LIBXL_API_VERSION that the headers of a release take."""
    return [api for api in headers.ACCEPTED_API if not less(release, api)]


def names(model, release):
    """The functions that the headers of a release are to declare on x86."""
    known = model.at(release)
    inline = {f.name for f in known.functions.values() if f.inline}
    arm = {f.name for f in known.functions.values() if f.arch == "arm"}
    tables = {f"{name}_string_table" for name in known.enums}
    return (set(version_map.names(known)) | inline) - arm - tables
