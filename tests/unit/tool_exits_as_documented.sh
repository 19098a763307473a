#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tool xlstable: its options, its exit statuses, and one line that says why.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0"
set -uo pipefail
unset XLSTABLE_XEN XLSTABLE_LIBXENLIGHT XLSTABLE_DEBUG LD_LIBRARY_PATH

tool=$builddir/xlstable
libraries=$builddir/tests/unit/lib
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
checked=0

# expect STATUS WHERE TEXT ARGUMENT...: TEXT is on std WHERE (out or err), and the other is empty.
expect() {
    local wanted=$1 where=$2 text=$3 status=0 other
    shift 3
    "$tool" "$@" >"$folder/out" 2>"$folder/err" </dev/null || status=$?
    other=$([[ $where == out ]] && echo err || echo out)
    checked=$((checked + 1))
    [[ $status == "$wanted" && ! -s $folder/$other ]] &&
        grep -qF -e "$text" "$folder/$where" && return
    failed=$((failed + 1))
    echo "xlstable $*: exit status $status, wanted $wanted and '$text' on std$where; it said:"
    cat "$folder/out" "$folder/err"
}

# The same with the reason on one line.
expect_line() {
    expect "$1" err "$2" "${@:3}"
    [[ $(wc -l <"$folder/err") == 1 ]] && grep -q '^xlstable: ' "$folder/err" && return
    failed=$((failed + 1))
    echo "xlstable ${*:3}: not one line:"
    cat "$folder/err"
}

expect 0 out "Usage: xlstable" --help
expect 0 out "Usage: xlstable" -h
expect 0 out "xlstable " --version
expect 0 out "xlstable " -V
grep -qxE 'xlstable [0-9]+\.[0-9]+\.[0-9]+(-rc[0-9]+)?' "$folder/out" || { failed=1; cat "$folder/out"; }

# wrong usage
expect 2 err "Usage: xlstable"
expect 2 err "Usage: xlstable" nothing
expect 2 err "Usage: xlstable" status status
expect 2 err "Usage: xlstable" ""
expect 2 err "Usage: xlstable" --no-such-option status
expect 2 err "Usage: xlstable" --xen
for release in garbage 4 4. .17 4.17.1 4.17x -4.17 260.17 4.300 0.0 "" 4.-1; do
    expect_line 2 "is not a Xen release" --xen "$release" status
    expect_line 2 "is not a Xen release" -x "$release" status
done

# 11, where no Xen runs
if [[ -e /dev/xen/privcmd || -e /proc/xen/privcmd ||
    $(cat /sys/hypervisor/type 2>/dev/null) == xen ]]; then
    echo "not tested: exit status 11, as Xen runs here"
    [[ ${CI:-} != true ]] || failed=$((failed + 1))
else
    expect_line 11 "no Xen hypervisor" status
fi

# 12
expect_line 12 "4.99" --xen 4.99 status
expect_line 12 "4.13" -x4.13 status
XLSTABLE_XEN=4.99 expect_line 12 "4.99" status
XLSTABLE_XEN=garbage expect_line 12 "garbage" status

# 13, for a release that this machine lacks: none has all nine
absent=
for release in $(cat "$srcdir/abi/libxl/releases"); do
    "$tool" -x "$release" status >/dev/null 2>&1
    [[ $? != 13 ]] || absent=$release
done
if [[ -n $absent ]]; then
    expect_line 13 "libxenlight.so.$absent" -x "$absent" status
    XLSTABLE_XEN=$absent expect_line 13 "libxenlight.so.$absent" status
else
    failed=$((failed + 1))
    echo "not tested: exit status 13, as every release is found here"
fi

# 14
echo "no library" >"$folder/text.so"
: >"$folder/empty.so"
head -c 2000 "$libraries/libxenlight.so.4.17" >"$folder/cut.so"
for file in no-such-file "$folder" "$folder/text.so" "$folder/empty.so" "$folder/cut.so" \
    "$libraries/nameless.so" "$libraries/needy/libxenlight.so.4.17"; do
    expect_line 14 "$file" --libxenlight "$file" status
    XLSTABLE_LIBXENLIGHT=$file expect_line 14 "$file" status
done

# 15, and what follows behind it
expect_line 15 "libother.so.1" -l "$libraries/other.so" status
expect_line 15 "libxenlight.so.4.16" -l "$libraries/libxenlight.so.4.17" -x 4.16 status
expect_line 12 "4.99" -l "$libraries/libxenlight.so.4.99" status
expect_line 16 "has no function" -l "$libraries/libxenlight.so.4.17" status

# The trace
XLSTABLE_DEBUG=0 expect_line 13 "libxenlight.so.$absent" -x "$absent" status
XLSTABLE_DEBUG=1 expect 13 err "xlstable: Xen $absent, says the caller's option" -x "$absent" status
grep -q "^xlstable: /.*libxenlight.so.$absent: No such file" "$folder/err" || {
    failed=$((failed + 1))
    echo "no trace of the paths"
}

echo "$checked calls, $failed failures"
[[ $failed == 0 ]]
