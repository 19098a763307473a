"""Where libxl and we differ, or libxl itself loses something: each by name, with the reason.

An exception covers a difference only if it explains all of it. One that no longer occurs in any
release that it names fails the test: then it has to go.
"""

import dataclasses
import re
import typing

import records


@dataclasses.dataclass
class Exception_:
    name: str
    reason: str
    ways: tuple                     # of differential_test.py
    releases: tuple                 # in which it must occur: "4.14", or "4.17 -> 4.14"
    explains: typing.Callable       # (text, expected, got): whether this is the whole difference

    def fits(self, releases, text, way, expected, got):
        return (" -> ".join(releases) in self.releases and way in self.ways
                and expected is not None and got is not None
                and self.explains(text, expected, got))


def without(drop, text):
    """A JSON text without the members that `drop` says."""
    def visit(value):
        if isinstance(value, records.Map):
            return records.Map((k, visit(v)) for k, v in value if not drop(k, v))
        return [visit(v) for v in value] if isinstance(value, list) else value
    return records.dump(visit(records.parse(text)))


def above_int64(key, value):
    return isinstance(value, records.Number) and int(value) > 2**63 - 1


def is_nr_spis(number):
    return lambda key, value: key == "nr_spis" and value == str(number)


ALL = ("4.14", "4.17", "4.20")

EXCEPTIONS = [
    Exception_(
        "a uint64 above INT64_MAX", "libxl's parser holds integers in a long long and drops a "
        "field that does not fit, without a word. We read it.",
        ("read",), ALL,
        lambda text, expected, got: got[0] == "{" and without(above_int64, got) == expected),
    Exception_(
        "a field of the wrong JSON kind", "libxl passes over {\"port\": \"7\"} as if the key were "
        "unknown. We refuse it: nobody writes it on purpose.",
        ("read",), ALL,
        lambda text, expected, got: "%kind" in text.name and got == "!refused"),
    Exception_(
        "more words of hw_cap", "libxl reads and writes four of the eight words, and passes over "
        "further ones. We write four, and refuse a text that has another number.",
        ("read",), ALL,
        lambda text, expected, got: "%words" in text.name and got == "!refused"),
    Exception_(
        "nr_spis of 4294967295 below 4.21", "It is the default of the level, and 0 that of the "
        "release: the one becomes the other. 4294967295 interrupts cannot be had anyway.",
        ("level", "lent", "given"), ("4.20",),
        lambda text, expected, got: without(is_nr_spis(2**32 - 1), expected) == got != expected),
    Exception_(
        "nr_spis of 0 below 4.21", "The release's 0 is its default and becomes the level's. The "
        "same text read at the level means 0.",
        ("read",), ("4.20",),
        lambda text, expected, got: without(is_nr_spis(0), got) == expected != got),
    Exception_(
        "an empty array of CPUID leaves in 4.14", "Its parser goes on to look for \"msr\" in the "
        "array, and fails. Later releases accept it.",
        ("own",), ("4.14",),
        lambda text, expected, got: text.body == '{"cpuid": []}' and got == "!refused"),
    Exception_(
        "an empty array of CPUID leaves towards 4.14", "The same seen from a newer release, whose "
        "JSON does not have an empty policy at all.",
        ("lent", "given"), ("4.17 -> 4.14", "4.20 -> 4.14"),
        lambda text, expected, got: text.body == '{"cpuid": []}' and expected == "!refused"),
    Exception_(
        "the constant field of PV guests", "libxl has u.pv.features neither in its writer nor in "
        "its reader, and so have we.",
        ("kept",), ALL,
        lambda text, expected, got: re.fullmatch(r"(b_info\.)?type\.pv\.features", got)),
    Exception_(
        "the old form of a CPUID policy", "libxl reads an array of leaves, and writes a map with "
        "\"cpuid\" and \"msr\".",
        ("kept",), ALL,
        lambda text, expected, got: re.fullmatch(r"(b_info\.)?cpuid", got)
        and '"cpuid": [{' in text.body),
]
