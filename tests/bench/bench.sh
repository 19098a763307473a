#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the figures of doc/performance.md. Run by `make bench`; needs the real Xen releases.
set -euo pipefail

srcdir=${srcdir:?} builddir=${builddir:?}
: "${XEN_RELEASES:?configure --with-xen-releases first: make bench measures real libxenlights}"
lib=/usr/lib/x86_64-linux-gnu
# The real programs, not libtool's wrappers.
bench=$builddir/tests/bench/bench
[[ -x $builddir/tests/bench/.libs/bench ]] && bench=$builddir/tests/bench/.libs/bench
ours=$builddir/.libs/libxlstable.so.1
config=$srcdir/tests/bench/full-config.json
log=$(mktemp)
trap 'rm -f "$log"' EXIT

inside() {
    local release=$1
    shift
    XLSTABLE_CACHE=$XEN_RELEASES "$srcdir/tests/debian/enter" --bind "$builddir" --bind "$srcdir" \
        --release "$release" -- "$@"
}

# instructions RELEASE MODE ARGUMENT...: of one round, from the difference of two counts.
instructions() {
    local release=$1 rounds total=()
    shift
    for rounds in 1000 11000; do
        inside "$release" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$@" \
            "$rounds" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
        total+=("$(sed -n 's/.*Collected : //p' "$log")")
    done
    echo $(((total[1] - total[0] + 5000) / 10000))
}

# median COUNT COMMAND...: the median of each column.
median() {
    local count=$1 i
    shift
    for ((i = 0; i < count; i++)); do "$@"; done >"$log"
    awk '{ for (c = 1; c <= NF; c++) v[c, NR] = $c; n = NF }
         END { for (c = 1; c <= n; c++) { for (i = 1; i <= NR; i++) a[i] = v[c, i]; asort_(NR)
                   printf "%s%s", (c > 1 ? " " : ""), a[int((NR + 1) / 2)] } print "" }
         function asort_(m,  i, j, t) { for (i = 2; i <= m; i++) { t = a[i]
             for (j = i - 1; j > 0 && a[j] + 0 > t + 0; j--) a[j + 1] = a[j]; a[j + 1] = t } }' "$log"
}

# compare NAME RELEASE DIRECT-ARGUMENTS -- ARGUMENTS: a call as it is, and through us.
compare() {
    local name=$1 release=$2 direct through first=()
    shift 2
    while [[ $1 != -- ]]; do first+=("$1"); shift; done
    shift
    direct=$(instructions "$release" "${first[@]}")
    through=$(instructions "$release" "$@")
    printf '  Xen %s, %s: direct %d, through libxlstable %d: %+d (%+.2f %%)\n' "$release" "$name" \
        "$direct" "$through" $((through - direct)) \
        "$(awk "BEGIN { print ($through - $direct) * 100 / $direct }")"
}

# allocations RELEASE MODE ARGUMENT...: of one round.
allocations() {
    local release=$1 rounds total=()
    shift
    for rounds in 1000 2000; do
        inside "$release" valgrind --leak-check=no "$bench" "$@" "$rounds" >"$log" 2>&1
        total+=("$(sed -n 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' "$log" | tr -d ,)")
    done
    echo $(((total[1] - total[0]) / 1000))
}

echo "pass-through: instructions of one round, its loop included"
for release in 4.14 4.17 4.20; do
    light=$lib/libxenlight.so.$release
    compare "the smallest function (libxl_get_required_shadow_memory)" "$release" \
        call "$light" libxl_get_required_shadow_memory -- \
        call "$ours" xls_libxl_get_required_shadow_memory
    compare "two calls (libxl_cpuid_parse_config, libxl_cpuid_dispose)" "$release" \
        policy "$light" "" -- policy "$ours" xls_
    printf '  Xen %s: %s allocations by the first, %s more than direct by the others\n' "$release" \
        "$(allocations "$release" call "$ours" xls_libxl_get_required_shadow_memory)" \
        $(($(allocations "$release" policy "$ours" xls_) -
            $(allocations "$release" policy "$light" "")))
done

echo "translation: a full domain_config checked, lent to the release and restored"
for release in 4.14 4.17 4.20; do
    count=$(instructions "$release" translate "$release" "$config")
    time=$(median 9 inside "$release" "$bench" translate "$release" "$config" 200000)
    printf '  Xen %s: %d instructions, %s us\n' "$release" "$count" "$time"
done

echo "loading: milliseconds, median of 15 processes"
for release in 4.14 4.17 4.20; do
    read -r whole backend < <(median 15 inside "$release" "$bench" load)
    plain=$(median 15 inside "$release" "$bench" open "$lib/libxenlight.so.$release" \
        "$lib/libxlutil.so.$release")
    printf '  Xen %s: found, opened, verified and planned %s (plans excluded %s); dlopen alone %s\n' \
        "$release" "$whole" "$backend" "$plain"
done

echo "memory: KiB of RSS that libxlstable adds to a process that has libxenlight open"
for release in 4.14 4.17 4.20; do
    printf '  Xen %s: %s KiB\n' "$release" "$(median 5 inside "$release" "$bench" memory \
        "$lib/libxenlight.so.$release" "$lib/libxlutil.so.$release" "$ours")"
done

# opaque RELEASE MODE: instructions of one round on a simulated libxenlight.
opaque() {
    local release=$1 mode=$2 rounds total=()
    for rounds in 1000 11000; do
        XLSTABLE_XEN=sim-$release XLSTABLE_SIM_DIR=$builddir/sim valgrind --tool=callgrind \
            --callgrind-out-file=/dev/null "$opaque" "$mode" "$rounds" >"$log" 2>&1 ||
            { cat "$log" >&2; return 1; }
        total+=("$(sed -n 's/.*Collected : //p' "$log")")
    done
    echo $(((total[1] - total[0] + 5000) / 10000))
}

echo "opaque: instructions of one round by a struct of <libxl.h>, and by an object of <xlstable.h>"
opaque=$builddir/tests/bench/opaque
[[ -x $builddir/tests/bench/.libs/opaque ]] && opaque=$builddir/tests/bench/.libs/opaque
export LD_LIBRARY_PATH=$builddir/.libs
for what in number variant string whole; do
    printf '  %s: %s, %s\n' "$what" "$(opaque 4.22 "${what}_struct")" "$(opaque 4.22 "${what}_object")"
done
for release in 4.14 4.22; do
    printf '  operation (domain_info) on a simulated Xen %s: %s, %s\n' "$release" \
        "$(opaque "$release" operation_struct)" "$(opaque "$release" operation_object)"
done
