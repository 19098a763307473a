#!/usr/bin/env python3
"""The same program over libxlstable.so and each real libxenlight: its results must be the same.

What must differ, because a release lacks something or Xen changed it, is listed here.
$VALGRIND runs the program under it.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import records          # noqa: E402
import root             # noqa: E402
import texts            # noqa: E402  (it knows where the generator is)
import schema           # noqa: E402
from differential_test import lost      # noqa: E402

PROGRAM = "tests/differential/public_api"
OPTIONS = "03:00.1@7,permissive=1,msitranslate=1,power_mgmt=1,seize=1"
SPEC = '"vdevfn": 56, "vfunc_mask": 1, "msitranslate": true, "power_mgmt": true, ' \
       '"permissive": true, "seize": true }'
ADDRESS = '"func": 1, "bus": 3, '
FAIL, NI, INVAL = "-3", "-4", "-6"
OLD, NEW = ("4.14",), ("4.17", "4.20")

# What depends on the release: {what: {releases: result}}. None: the line is not there.
DIFFERENT = {
    # virtio disks: since 4.17
    "disk parse vdev=xvda,specification=virtio,target=/z": {OLD: "22", NEW: "0"},
    "disk vdev=xvda,specification=virtio,target=/z": {
        OLD: None, NEW: '{ "pdev_path": "/z", "vdev": "xvda", "format": "raw", "readwrite": 1, '
                        '"specification": "virtio" }'},
    "disk_add virtio": {OLD: INVAL, NEW: FAIL},
    # since 4.15 xlu_pci_parse_bdf takes the address only, and spec_string came for the rest
    "pci 0000:03:00.0,rdm_policy=strict": {
        OLD: '{ "bus": 3, "vfunc_mask": 1, "rdm_policy": "strict" }',
        NEW: '{ "bus": 3, "vfunc_mask": 1 }'},
    f"pci {OPTIONS}": {OLD: "{ " + ADDRESS + SPEC, NEW: "{ " + ADDRESS + '"vfunc_mask": 1 }'},
    "pci spec_string 0000:03:1f.7": {OLD: NI, NEW: "0"},
    "pci spec_string 0000:03:00.0,rdm_policy=strict": {OLD: NI, NEW: "0"},
    f"pci spec_string {OPTIONS}": {OLD: NI, NEW: "0"},
    "pci spec_string nonsense": {OLD: NI, NEW: INVAL},
    "pci of spec_string 0000:03:1f.7": {
        OLD: "{ }", NEW: '{ "func": 7, "dev": 31, "bus": 3, "vfunc_mask": 1 }'},
    "pci of spec_string 0000:03:00.0,rdm_policy=strict": {
        OLD: "{ }", NEW: '{ "bus": 3, "vfunc_mask": 1, "rdm_policy": "strict" }'},
    f"pci of spec_string {OPTIONS}": {OLD: "{ }", NEW: "{ " + ADDRESS + SPEC},
    # vpmu: since 4.16; a release that has it fails later, without a hypervisor
    "need_memory with vpmu": {OLD: INVAL, NEW: FAIL},
    "console_add_xenstore": {("4.14", "4.17"): NI, ("4.20",): FAIL},
}

# The same in every release, and here to see that it is not nonsense everywhere.
EXACT = {
    "ctx_alloc": "0", "ctx_free": "0", "need_memory plain": FAIL, "need_memory name": "guest",
    "cpuid length of none": "0", "cpuid length of both": "3", "cpuid length of copy": "3",
    "cpuid disposed is NULL": "1", "cpuid parse nosuchname=1": "2", "cpuid parse tm": "1",
    "disk of two": '{ "pdev_path": "/dev/sda", "vdev": "xvda", "format": "raw", "readwrite": 1, '
                   '"discard_enable": "True" }',
    "pci 0000:03:1f.7": '{ "func": 7, "dev": 31, "bus": 3, "vfunc_mask": 1 }',
    "rate 250KB/s@20ms": '{ "model": "e1000", "rate_bytes_per_interval": 5000, '
                         '"rate_interval_usecs": 20000 }',
    "rate fast": '{ "model": "e1000" }', "cfg name": "guest", "cfg memory": "512",
    "cfg disk 0": "one,raw", "cfg disk 2": "(null)", "cfg flag": "True", "cfg missing": "3",
    "cfg no number": "22",
}

# Lines of the log, word by word.
LOG = {
    "libxl_domain_need_memory: libxl_domain_config.b_info.vpmu is set to true, which Xen has since "
    "4.16; Xen 4.14 runs": OLD,
    "libxl_device_disk_add: libxl_device_disk.specification is set to "
    "LIBXL_DISK_SPECIFICATION_VIRTIO, which Xen has since 4.17; Xen 4.14 runs": OLD,
    "libxl_console_add_xenstore: Xen has it since 4.18, and Xen 4.14 runs": OLD,
    "libxl_console_add_xenstore: Xen has it since 4.18, and Xen 4.17 runs": ("4.17",),
}


class Results:
    def __init__(self, release, configs):
        stdin = "".join(text.body + "\n" for text in configs).encode()
        out, self.stderr = root.run(release, PROGRAM, stdin=stdin)
        self.log, self.value, self.json = [], {}, {}
        for line in out.decode().splitlines():
            what, _, result = line.partition(" = ")
            # A key may hold " = " nowhere, and a text of JSON shall look the same everywhere.
            if what == "log":
                self.log.append(result)
            else:
                self.value[what.strip()] = " ".join(result.split())
                self.json[what.strip()] = result


def expected(what, release):
    if what in DIFFERENT:
        return next(v for releases, v in DIFFERENT[what].items() if release in releases)
    return EXACT[what]


def check_release(release, results, configs):
    for what in [*DIFFERENT, *EXACT]:
        if results.value.get(what) != expected(what, release):
            yield f"{what}: {results.value.get(what)}, and should be {expected(what, release)}"
    for line, releases in LOG.items():
        if (line in results.log) != (release in releases):
            yield f"log line: {line}"
    if ("xlu_pci_parse_spec_string: Xen has it since 4.15, and Xen 4.14 runs"
            in results.stderr) != (release in OLD):
        yield "stderr: xlu_pci_parse_spec_string, without a ctx"
    for number, text in enumerate(configs):
        yield from check_config(results, number, text)


def check_config(results, number, text):
    if results.value.get(f"config from_json {number}") != "0":
        yield f"{text.name}: from_json fails"
        return
    config = results.json[f"config {number}"]
    if results.json[f"config copy {number}"] != config:
        yield f"{text.name}: the copy differs"
    gone = set(lost(records.parse(text.body), records.parse(config)))
    gone.discard("b_info.type.pv.features")     # exceptions.py explains both
    if '"cpuid": [{' in text.body:
        gone.discard("b_info.cpuid")
    if gone or '"cpuid": {' not in config:
        yield f"{text.name}: lost {gone or 'the CPUID policy'}"


def check_equal(all_results):
    first = all_results["4.14"]
    compared = 0
    for release, results in list(all_results.items())[1:]:
        for what in sorted({*first.value, *results.value} - {*DIFFERENT}):
            compared += 1
            if first.value.get(what) != results.value.get(what):
                yield (f"{what}: {first.value.get(what)} on 4.14, {results.value.get(what)} on "
                       f"{release}")
    print(f"# {compared} results compared across releases")


def main():
    model = schema.load(root.SOURCE / "abi" / "libxl")
    configs = [text for text in texts.Texts(model, "4.14").all()
               if text.type == "libxl_domain_config" and "%full" in text.name]
    all_results = {release: Results(release, configs) for release in root.RELEASES}
    checks = [(f"Xen {release}: {len(results.value)} results",
               list(check_release(release, results, configs)))
              for release, results in all_results.items()]
    checks.append(("what does not depend on the release is equal", list(check_equal(all_results))))
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
