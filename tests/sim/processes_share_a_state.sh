#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Processes that name the same state see the same Xen; others do not. One that is killed holds nothing.
set -eu

client=$builddir/tests/sim/client
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
XLSTABLE_SIM_DIR=$builddir/sim
export XLSTABLE_SIM_DIR

for release in 4.14 4.22; do
    XLSTABLE_XEN=sim-$release
    XLSTABLE_SIM_STATE=$scratch/$release
    export XLSTABLE_XEN XLSTABLE_SIM_STATE
    # This one stops for long after its guest is made, and is killed there.
    XLSTABLE_SIM_FAULTS='libxl_domain_unpause=delay:60000' "$client" life >"$scratch/out" 2>&1 &
    pid=$!
    n=0
    until "$client" list | grep -q ' life$'; do
        n=$((n + 1))
        test $n -lt 100 || { echo "the guest of another process is not seen"; exit 1; }
        sleep 0.1
    done
    if XLSTABLE_SIM_STATE='' "$client" list | grep ' life$'; then
        echo "a process that names no state sees it"
        exit 1
    fi
    kill -9 $pid
    wait $pid 2>/dev/null || true
    "$client" list | grep -q ' life$' || { echo "the guest died with its process"; exit 1; }
done
