#!/usr/bin/env python3
"""What a real libxenlight says of a text, against what comes out of it through the level.

For each release R: real from_json, up to the level, down again, real to_json; and what we write of
the level. For each ordered pair (A, B): real A from_json, up, our to_json; in another process our
from_json, down, real B to_json, against B's own round trip of the same text.
$VALGRIND runs every program under it.
"""

import collections
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import exceptions       # noqa: E402
import records          # noqa: E402
import root             # noqa: E402
import texts            # noqa: E402  (it knows where the generator is)
import schema           # noqa: E402

PROGRAM = "tests/differential/through_level"


class Comparison:
    """Counts what is equal, and finds the exception for what is not."""

    def __init__(self):
        self.equal, self.refused, self.wrong = 0, 0, []
        self.used = collections.Counter()   # by the number of the exception and the releases

    def same(self, releases, text, way, expected, got):
        if got == expected:
            self.equal += 1
            return
        for number, exception in enumerate(exceptions.EXCEPTIONS):
            if exception.fits(releases, text, way, expected, got):
                self.used[number, " -> ".join(releases)] += 1
                return
        self.wrong.append(f"{' -> '.join(releases)} {text.name} {way}\n  text: {text.body}\n"
                          f"  want: {shortened(expected)}\n  have: {shortened(got)}")


def shortened(text):
    return "nothing" if text is None else " ".join(text.split())[:600]


def lost(wanted, own, path=""):
    """The paths of what a text sets and libxl does not give back: so no field is tested in vain."""
    if isinstance(wanted, records.Map) and isinstance(own, records.Map):
        there = dict(own)
        for key, value in wanted:
            inner = f"{path}.{key}" if path else key
            if key in there:
                yield from lost(value, there[key], inner)
            else:
                yield inner
    elif wanted != own:
        if not (isinstance(wanted, list) and isinstance(own, list) and len(wanted) == len(own)):
            yield path
        else:
            for number, (a, b) in enumerate(zip(wanted, own)):
                yield from lost(a, b, f"{path}[{number}]")


def compare_release(comparison, model, release, wanted, results):
    for text in wanted:
        got = results[text.name]
        releases, own, level = (release,), got["own"], got["level"] if "level" in got else None

        def same(way, expected, value):
            comparison.same(releases, text, way, expected, value)

        if own.startswith("!"):
            same("own", "!refused" if "%none" in text.name else "a value", own)
            same("read", "!refused", got["read"])
            continue
        if not model.enums.get(text.type):
            same("dump", own, records.dump(records.parse(own)))
            if "%full" in text.name:
                same("kept", "", ", ".join(lost(records.parse(text.body), records.parse(own))))
            same("real-copy", own, got["real-copy"])
        same("level", own, records.dump(texts.beyond(model, text.type, records.parse(level),
                                                     release)[0]) if level[0] == "{" else level)
        same("read", level, got["read"])
        if model.enums.get(text.type):
            continue
        for way in ("copy", "undone", "restored"):
            same(way, level, got.get(way))
        for way in ("lent", "given", *(["direct"] if "direct" in got else [])):
            same(way, own, got.get(way))


def compare_pair(comparison, model, pair, text, level, got, own):
    """`level` is what A made of the text, `own` what B makes of it."""
    lost = texts.beyond(model, text.type, records.parse(level), pair[1])[1]
    if lost:
        comparison.refused += 1
        said = got.get("lent", "").split(" ")
        # A word of an enum is refused where it is read, as libxl does it; else on the way down.
        fine = (said[0] == "!refused" and said[1] in lost or
                said[0] == "!unread" and any(path.rpartition(".")[2] in got["lent"] for path in lost))
        fine = fine and "given" not in got
        comparison.same(pair, text, "refused", f"refused for {lost}",
                        f"refused for {lost}" if fine else got.get("lent"))
        return
    for way in ("lent", "given"):
        comparison.same(pair, text, way, own, got.get(way))


def knows(model, type_name, release):
    return model.known(model.structs.get(type_name) or model.enums[type_name], release)


def through_pair(comparison, model, pair, sources, owns):
    """Every text that A understands; what it says of things that B lacks must be refused."""
    a, b = pair
    wanted = [(text, owns[a][text.name]["level"]) for text in sources[a]
              if text.type in model.structs and "level" in owns[a][text.name]
              and knows(model, text.type, b)]
    carried = [texts.Text(text.type, text.name, level) for text, level in wanted]
    out, _ = root.run(b, PROGRAM, "level", stdin=records.write_texts(carried))
    results = records.read_results(out)
    for text, level in wanted:
        own = owns[b].get(text.name, {}).get("own")
        compare_pair(comparison, model, pair, text, level, results[text.name], own)
    return len(wanted)


def report(comparison):
    for line in comparison.wrong[:40]:
        print(f"# {line}")
    if len(comparison.wrong) > 40:
        print(f"# ... and {len(comparison.wrong) - 40} more")
    for number, exception in enumerate(exceptions.EXCEPTIONS):
        counts = {r: comparison.used[number, r] for r in exception.releases}
        print(f"# exception: {exception.name}: "
              + ", ".join(f"{count} times in {r}" for r, count in counts.items()))
        if not all(counts.values()):
            comparison.wrong.append(exception.name)
            print(f"# it occurs no longer, and must be taken out of exceptions.py: {counts}")


def main():
    model = schema.load(root.SOURCE / "abi" / "libxl")
    comparison = Comparison()
    sources, owns, number = {}, {}, 0
    results = []

    def told(what):
        nonlocal number
        number += 1
        results.append(len(comparison.wrong))
        fine = results[-1] == (results[-2] if len(results) > 1 else 0)
        print(f"{'ok' if fine else 'not ok'} {number} - {what}", flush=True)

    for release in root.RELEASES:
        sources[release] = list(texts.Texts(model, release).all())
    every = {text.name: text for release in root.RELEASES for text in sources[release]}
    for release in root.RELEASES:
        known = [text for text in every.values() if knows(model, text.type, release)]
        out, _ = root.run(release, PROGRAM, "release", stdin=records.write_texts(known))
        owns[release] = records.read_results(out)
        before = comparison.equal
        compare_release(comparison, model, release, sources[release], owns[release])
        told(f"Xen {release}: {len(sources[release])} texts, {comparison.equal - before} results "
             "are equal")
    for a in root.RELEASES:
        for b in root.RELEASES:
            if a != b:
                equal, refused = comparison.equal, comparison.refused
                count = through_pair(comparison, model, (a, b), sources, owns)
                told(f"Xen {a} -> {b}: {count} texts, {comparison.equal - equal} results are as "
                     f"they must be; {comparison.refused - refused} texts must be refused")
    report(comparison)
    told("no exception is left that occurs no longer")
    print(f"1..{number}")
    return 1 if comparison.wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except root.Failed as failure:
        sys.exit(f"Bail out! {failure}")
