#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples over every simulated release, and without a Xen.
set -u

examples=$builddir/examples
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
XLSTABLE_SIM_DIR=$builddir/sim
export XLSTABLE_SIM_DIR
unset XLSTABLE_LIBXENLIGHT XLSTABLE_SIM_STATE XLSTABLE_SIM_FAULTS
failed=0
checks=0

# expect STATUS TEXT COMMAND...: what it prints has the text.
expect() {
    status=$1 text=$2
    shift 2
    checks=$((checks + 1))
    said=$("$@" 2>&1)
    got=$?
    if [ $got != "$status" ] || ! printf '%s\n' "$said" | grep -q -- "$text"; then
        echo "$*: exit status $got, want $status; no '$text' in: $said"
        failed=1
    fi
}

for program in list lifecycle watch; do
    expect 0 "Usage: $program" "$examples/$program" --help
    expect 2 "Usage: $program" "$examples/$program" $(test $program = list && echo nonsense)
    XLSTABLE_XEN=9.99 expect 1 '9.99 is not known' "$examples/$program" $(
        case $program in lifecycle) echo pv /boot/vmlinuz ;; watch) echo 1 ;; esac)
done
for release in $(cat "$srcdir/abi/libxl/releases"); do
    XLSTABLE_XEN=sim-$release
    export XLSTABLE_XEN
    expect 0 "^Xen $release" "$examples/list"
    expect 0 'Domain-0' "$examples/list"
    for type in pv pvh hvm; do
        expect 0 'domain 1 is down: poweroff' "$examples/lifecycle" $type /boot/vmlinuz
    done
    expect 1 'nobody' "$examples/watch" nobody
    XLSTABLE_SIM_FAULTS=libxl_domain_unpause=ERROR_NOMEM \
        expect 1 'starting: ' "$examples/lifecycle" pv /boot/vmlinuz

    # One process has a guest, another one watches it.
    XLSTABLE_SIM_STATE=$scratch/$release
    export XLSTABLE_SIM_STATE
    "$examples/lifecycle" --seconds 2 pvh /boot/vmlinuz >"$scratch/life" 2>&1 &
    n=0
    until "$examples/list" | grep -q xls-lifecycle || [ $n = 50 ]; do
        n=$((n + 1))
        sleep 0.1
    done
    expect 0 'domain 1 is gone' "$examples/watch" xls-lifecycle
    wait || failed=1
    expect 0 'domain 1 is gone' cat "$scratch/life"
    unset XLSTABLE_SIM_STATE
done
echo "$checks checks"
exit $failed
