#!/usr/bin/env python3
"""The same program over the simulated and the real libxenlight of one release: where the simulation
says otherwise is listed here, with the reason. What no longer differs has to go from the list."""

import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import root             # noqa: E402
import texts            # noqa: E402  (it knows where the generator is)
import schema           # noqa: E402
from exceptions import without      # noqa: E402

PROGRAM = "tests/differential/public_api"

# What of the results, and why.
DIFFERENT = {
    r"cpuid (parse|length|of) ": "a simulated policy is the list of its settings, none of which is "
                                 "looked up; only the real one knows leaves and names",
    r"disk ": "the simulated libxlutil knows disks in their short form only",
    r"pci ": "it does not parse PCI devices",
    r"rate ": "nor rates",
    r"cfg ": "nor configuration files",
    r"need_memory ": "there is a hypervisor in the simulation, and none in this test's real run",
    r"disk_add |console_add_xenstore": "the same",
}


def told(text):
    found = {}
    for line in text.decode().splitlines():
        what, _, result = line.partition(" = ")
        if what != "log":
            found[what.strip()] = " ".join(result.split())
    return found


def simulated(release, stdin):
    done = subprocess.run([root.BUILD / PROGRAM], input=stdin, capture_output=True,
                          env={**os.environ, "XLSTABLE_LIBXENLIGHT":
                               str(root.BUILD / "sim" / f"libxenlight.so.{release}")})
    if done.returncode:
        raise root.Failed(f"{PROGRAM} on simulated Xen {release}: {done.returncode}\n"
                          + done.stderr.decode(errors="replace"))
    return told(done.stdout)


def compare(real, sim, used):
    for what in sorted({*real, *sim}):
        if real.get(what) == sim.get(what):
            continue
        pattern = next((p for p in DIFFERENT if re.match(p, what)), None)
        if pattern:
            used.add(pattern)
        else:
            yield f"{what}: {sim.get(what)} in the simulation, {real.get(what)} in reality"


def main():
    model = schema.load(root.SOURCE / "abi" / "libxl")
    configs = [text for text in texts.Texts(model, "4.14").all()
               if text.type == "libxl_domain_config" and "%full" in text.name]
    # Without the policies: the simulation has its own, see above.
    stdin = "".join(without(lambda key, value: key == "cpuid", text.body) + "\n"
                    for text in configs).encode()
    used, checks = set(), []
    for release in root.RELEASES:
        real = told(root.run(release, PROGRAM, stdin=stdin)[0])
        sim = simulated(release, stdin)
        equal = sum(real.get(what) == sim.get(what) for what in real)
        checks.append((f"Xen {release}: {equal} of {len(real)} results are the real ones",
                       list(compare(real, sim, used))))
    checks.append(("each listed difference is one",
                   [f"{p} no longer differs" for p in DIFFERENT if p not in used]))
    for number, (what, wrong) in enumerate(checks, 1):
        for line in wrong:
            print(f"# {line}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {what}")
    print(f"1..{len(checks)}")
    return 1 if any(wrong for _, wrong in checks) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except root.Failed as failure:
        sys.exit(f"Bail out! {failure}")
