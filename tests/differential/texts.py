"""Makes JSON texts from the schema: every struct empty, full, and with each field alone.

A field's values are such that they differ from any default, reach the limits of its type, or both.
"""

import dataclasses
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src" / "generator"))
sys.dont_write_bytecode = True

import schema       # noqa: E402
import tables       # noqa: E402

NUMBERS = {"int": (7, -7, 0, 2**31 - 1, -2**31), "uint8": (7, 255), "uint16": (7, 0xffff),
           "uint32": (7, 0, 2**31, 2**32 - 1),
           "uint64": (7, 0, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1),
           "libxl_domid": (7, 2**32 - 1), "libxl_devid": (7, 0, -1, 2**31 - 1),
           "libxl_ev_user": (7, 2**63)}
WORDS = {
    "bool": (True, False),
    "string": ("text", "", "a \"quoted\" back\\slash /path\tand\n\u00fc \u001f"),
    "libxl_defbool": ("True", "False", "<default>"),
    "libxl_bitmap": ([0, 3, 17], [], [63], [200]),
    "libxl_uuid": ("01234567-89ab-cdef-0123-456789abcdef", "00000000-0000-0000-0000-000000000000"),
    "libxl_mac": ("00:16:3e:ff:7f:80", "00:00:00:00:00:00"),
    "libxl_ms_vm_genid": (list(range(240, 256)), [0] * 16),
    "libxl_hwcap": ([1, 0, 2**31, 2**32 - 1], [0] * 4),
    "libxl_string_list": (["one", "", "three"], []),
    "libxl_key_value_list": ({"key": "value", "other": None, "": ""}, {}),
    "libxl_cpuid_policy_list": (
        [{"leaf": 7, "subleaf": 0, "ebx": "x" * 31 + "1"}],
        {"cpuid": [{"leaf": 1, "eax": "x" * 32, "ecx": "0" * 16 + "k" * 8 + "s" * 8},
                   {"leaf": 2**31 + 1, "edx": "1" * 32}], "msr": []},
        {"cpuid": [{"leaf": 7, "subleaf": 0, "ebx": "x" * 31 + "1"}],
         "msr": [{"index": 0x10a, "policy": "x" * 62 + "10"}]},
        {"cpuid": [], "msr": []}, []),
}


@dataclasses.dataclass
class Text:
    type: str
    name: str
    body: str
    since: str = None       # the newest thing in it; None: every release has it all


def newer(*releases):
    known = [r for r in releases if r]
    return max(known, key=schema.release_key) if known else None


class Texts:
    def __init__(self, model, release):
        self.model, self.release = model, release

    def knows(self, thing):
        """A group of later things only is none: C has no empty struct."""
        if getattr(thing, "form", None) == "struct":
            return any(self.knows(member) for member in thing.members)
        return self.model.known(thing, self.release)

    def all(self):
        for item in self.model.declarations:
            if not self.knows(item):
                continue
            if item.name in self.model.enums:
                yield from self.of_enum(item)
            else:
                yield from self.of_struct(item)

    def of_enum(self, enum):
        for value in enum.values:
            if self.knows(value):
                label = tables.label(enum, value)
                for spelling in (label, label.upper()):
                    yield Text(enum.name, f"{enum.name}/{spelling}", json.dumps(spelling),
                               newer(enum.since, value.since))
        yield Text(enum.name, f"{enum.name}/%none", '"no such value"', enum.since)

    def of_struct(self, struct):
        def text(name, value, since):
            return Text(struct.name, f"{struct.name}/{name}",
                        json.dumps(value, ensure_ascii=False), newer(since, struct.since))

        yield text("%empty", {}, None)
        for turn in range(self.turns(struct)):
            value, since = self.full(struct.fields, turn)
            yield text(f"%full{turn}@{self.release}", value, since)
        yield text("%unknown", {"no such field": [{}, 1, None]}, None)
        yield from self.odd(struct, text)
        for path, value, since in self.alone(struct.fields, True):
            yield text(path, value, since)

    def odd(self, struct, text):
        """What libxl does not mind, and we do."""
        for field in self.plain(struct.fields):
            if field.form == "value" and field.type in ("int", "uint32", "bool"):
                yield text(f"{field.name}=%kind", {field.name: "7"}, field.since)
            if field.type == "libxl_hwcap":
                yield text(f"{field.name}=%words", {field.name: list(range(1, 9))}, field.since)

    # everything at once; `turn` picks the arms of unions

    def turns(self, struct):
        own = [len(self.arms(f, dict(struct.walk())[f.key]))
               for _, f in struct.keyed_unions()]
        inner = [self.turns(self.model.structs[f.type]) for _, f in struct.walk()
                 if f.type in self.model.structs]
        return max(own + inner, default=1)

    def full(self, fields, turn):
        result, since = {}, None
        for field in self.plain(fields):
            if field.form == "union":
                key = next(f for f in fields if f.name == field.key)
                arms = self.arms(field, key)
                name, arm, arm_since = arms[turn % len(arms)]
                value, inner = self.full(arm.members if arm else [], turn)
                since = newer(since, arm_since)
            else:
                name, (value, inner) = field.name, self.full_value(field, turn)
            result[name] = value
            since = newer(since, inner, field.since)
        return result, since

    def full_value(self, field, turn):
        if field.form == "struct":
            return self.full(field.members, turn)
        if field.type in self.model.structs:
            value, since = self.full(self.model.structs[field.type].fields, turn)
            return ([value, value] if field.form == "array" else value), since
        values = list(self.values(field))
        # The last two CPUID policies are empty, and not every libxl accepts that.
        value, since = values[turn % (len(values) - 2)] \
            if field.type == "libxl_cpuid_policy_list" else self.telling(field, values)
        return ([value, value, value] if field.form == "array" else value), since

    def telling(self, field, values):
        """The first value that is not the default."""
        default = self.default(field)
        return next((v for v in values if v[0] != default), values[0])

    def default(self, field):
        enum = self.model.enums.get(field.type)
        text = field.default or (enum.default if enum else None)
        if enum:
            number = self.model.constant_value(text) if text else 0
            return next((tables.label(enum, v) for v in enum.values if v.number == number), None)
        return self.model.constant_value(text) if text else 0

    # one at a time; deep down, the first values are enough

    def alone(self, fields, thorough):
        for field in self.plain(fields):
            if field.form == "union":
                yield from self.alone_arms(field, fields)
                continue
            if field.form == "struct":
                inner = self.alone(field.members, thorough)
            elif field.type in self.model.structs:
                inner = self.alone(self.model.structs[field.type].fields, False)
            else:
                inner = self.alone_values(field, thorough)
            array = field.form == "array"
            for path, value, since in inner:
                yield (f"{field.name}{'[0]' if array else ''}{path}" if path.startswith("=")
                       else f"{field.name}{'[0]' if array else ''}.{path}",
                       {field.name: [value] if array else value}, newer(since, field.since))
            if array:
                yield f"{field.name}=[]", {field.name: []}, field.since

    def alone_values(self, field, thorough):
        values = list(self.values(field))
        if not thorough:
            telling = self.telling(field, values)
            values = [telling] if field.type == "libxl_cpuid_policy_list" \
                else [telling, *(v for v in values[1:2] if v != telling)]
        for number, (value, since) in enumerate(values):
            yield f"={number}", value, since

    def alone_arms(self, union, fields):
        key = next(f for f in fields if f.name == union.key)
        for name, arm, since in self.arms(union, key):
            yield f"{name}={{}}", {name: {}}, since
            for path, value, inner in self.alone(arm.members if arm else [], True):
                yield f"{name}.{path}", {name: value}, newer(since, inner)

    def arms(self, union, key):
        """Every value of the key, with its arm or None: an arm without fields is an empty map."""
        enum = self.model.enums[key.type]
        return [(f"{key.name}.{tables.label(enum, value)}",
                 next((a for a in union.members if a.when == value.name), None), value.since)
                for value in enum.values if self.knows(value)]

    def plain(self, fields):
        """Without counts and keys, which JSON does not have, nor libxl's own link."""
        implied = {f.count for f in fields} | {f.key for f in fields}
        return [f for f in fields if self.knows(f) and f.name not in implied
                and f.type != "libxl_ev_link"]

    def values(self, field):
        if field.type in self.model.enums:
            enum = self.model.enums[field.type]
            return [(tables.label(enum, v), v.since) for v in enum.values if self.knows(v)]
        if field.bits:
            bits = [v for v in self.model.enums[field.bits].values if self.knows(v)]
            return [([bits[0].number, bits[3].number], None),
                    *(([v.number], v.since) for v in bits)]
        return [(v, None) for v in (NUMBERS | WORDS)[field.type]]


# What a release cannot say

def beyond(model, type_name, value, release):
    """(the value without what came after the release, the C paths of what was set of that)"""
    found = []
    if type_name not in model.structs:
        return value, found
    return Beyond(model, release, found).map(model.structs[type_name].fields, value, ""), found


class Beyond:
    def __init__(self, model, release, found):
        self.model, self.release, self.found = model, schema.release_key(release), found

    def later(self, thing):
        """As Texts.knows, for the release that the text is to go to."""
        if getattr(thing, "form", None) == "struct":
            return all(self.later(member) for member in thing.members)
        return bool(thing.since) and schema.release_key(thing.since) > self.release

    def map(self, fields, pairs, prefix):
        by_name = {f.name: f for f in fields}
        kept = []
        for name, value in pairs:
            field = by_name.get(name)
            if field is None and "." in name:
                kept.append((name, self.arm(fields, name, value, prefix)))
            elif field is None:
                kept.append((name, value))
            elif self.later(field):
                self.lost(field, value, prefix)
            else:
                kept.append((name, self.value(field, value, prefix + field.name)))
        return type(pairs)(kept)

    def lost(self, field, value, prefix):
        if field.form == "struct" or field.form == "value" and field.type in self.model.structs:
            members = field.members or self.model.structs[field.type].fields
            by_name = {f.name: f for f in members}
            for name, inner in value:
                self.lost(by_name[name], inner, f"{prefix}{field.name}.")
        else:
            self.found.append(prefix + (field.count or field.name))

    def arm(self, fields, name, value, prefix):
        key = next(f for f in fields if f.name == name.split(".")[0])
        union = next(f for f in fields if f.key == key.name)
        enum = self.model.enums[key.type]
        for arm in union.members:
            if tables.label(enum, enum.value(arm.when)) == name.split(".")[1]:
                return self.map(arm.members, value, f"{prefix}{union.name}.{arm.name}.")
        return value

    def value(self, field, value, path):
        if field.form == "array":
            return [self.one(field, v, f"{path}[{i}]") for i, v in enumerate(value)]
        if field.form == "struct":
            return self.map(field.members, value, path + ".")
        return self.one(field, value, path)

    def one(self, field, value, path):
        if field.type in self.model.structs:
            return self.map(self.model.structs[field.type].fields, value, path + ".")
        enum = self.model.enums.get(field.type)
        if enum and any(self.later(v) and tables.label(enum, v) == value for v in enum.values):
            self.found.append(path)
        if field.bits and any(self.later(v) and str(v.number) in value
                              for v in self.model.enums[field.bits].values):
            self.found.append(path)
        return value
