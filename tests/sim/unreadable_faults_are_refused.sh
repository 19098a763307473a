#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A list of faults, a state or a folder that cannot be what is meant is refused by name.
set -u

client=$builddir/tests/sim/client
XLSTABLE_SIM_DIR=$builddir/sim
export XLSTABLE_SIM_DIR
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# refused TEXT VARIABLE=VALUE...
refused() {
    text=$1
    shift
    if said=$(env XLSTABLE_XEN=sim-4.17 "$@" "$client" list 2>&1); then
        echo "not refused: $*"
        failed=1
    elif ! printf '%s\n' "$said" | grep -qF -- "$text"; then
        echo "$*: no '$text' in: $said"
        failed=1
    fi
}

for fault in nonsense libxl_x=ERROR_NONE libxl_x#0=ERROR_FAIL libxl_x#1x=ERROR_FAIL \
    libxl_x=delay: libxl_x=late: libxl_x=late:ERROR_NONE libxl_x=ERROR_FAIL%0 =ERROR_FAIL; do
    refused "cannot read '$fault'" "XLSTABLE_SIM_FAULTS=libxl_y=ERROR_FAIL $fault"
done
refused 'No such file or directory' XLSTABLE_SIM_STATE="$scratch/none/state"
echo 'something else' >"$scratch/other"
refused 'is no state of the simulation' XLSTABLE_SIM_STATE="$scratch/other"
env XLSTABLE_XEN=sim-4.20 XLSTABLE_SIM_STATE="$scratch/state" "$client" list >/dev/null || failed=1
refused 'is of Xen 4.20, this is Xen 4.17' XLSTABLE_SIM_STATE="$scratch/state"
refused "no simulation of Xen 4.17 is installed in $scratch" XLSTABLE_SIM_DIR="$scratch"
exit $failed
