#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process that has more rights than its user must not let that user choose the library it loads.
# Needs root or sudo, to make such a program and to run it as somebody else. Without that nothing is
# tested and that is said; under CI=true it is a failure.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0"
set -euo pipefail

if [[ $(id -u) != 0 ]] && sudo -n true 2>/dev/null; then
    exec sudo -n env "builddir=$builddir" "CI=${CI:-}" bash "$0"
fi

program=$builddir/tests/unit/print_environment
export XLSTABLE_XEN=4.99 XLSTABLE_LIBXENLIGHT=/no/such/library XLSTABLE_DEBUG=1

# expect NAME WANTED COMMAND...: lines of output that must be there.
expect() {
    local name=$1 wanted=$2 output line
    shift 2
    output=$("$@" 2>&1) || { echo "$name: exit status $?: $output"; exit 1; }
    while read -r line; do
        grep -qxF -e "$line" <<<"$output" && continue
        printf "%s: no line '%s' in:\n%s\n" "$name" "$line" "$output"
        exit 1
    done <<<"$wanted"
    echo "$name: as expected"
}

cannot() {
    echo "not tested: $1"
    [[ ${CI:-} != true ]] || exit 1
    exit 77
}

expect "with the rights of its user" \
    $'XLSTABLE_XEN=4.99\nXLSTABLE_LIBXENLIGHT=/no/such/library\nstatus=14' "$program"

[[ $(id -u) == 0 ]] || cannot "only root can make a setuid program of root's and run it as nobody"
command -v setpriv >/dev/null || cannot "setpriv is missing (Debian: util-linux)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# What is left after that is the machine: 11 without Xen, 4.99 and its library are not asked for.
for rights in 4755 2755; do
    install -m "$rights" -o root -g root "$program" "$folder/program"
    if [[ $("${as_nobody[@]}" "$folder/program" | grep -c =) != 3 ]]; then
        cannot "a setuid program does not run in $folder"
    fi
    # On a file system mounted nosuid the bit has no effect.
    if findmnt -no OPTIONS -T "$folder" 2>/dev/null | tr , '\n' | grep -qx nosuid; then
        cannot "$folder is on a file system without setuid programs"
    fi
    expect "mode $rights, run by nobody" $'XLSTABLE_XEN=\nXLSTABLE_LIBXENLIGHT=' \
        "${as_nobody[@]}" "$folder/program"
    if "${as_nobody[@]}" "$folder/program" | grep -qx status=14; then
        echo "mode $rights: the library of the environment was asked for"
        exit 1
    fi
    if [[ -n $("${as_nobody[@]}" "$folder/program" 2>&1 >/dev/null) ]]; then
        echo "mode $rights: XLSTABLE_DEBUG was obeyed"
        exit 1
    fi
done
chmod 755 "$folder/program"
expect "mode 755, run by nobody" $'XLSTABLE_XEN=4.99\nstatus=14' "${as_nobody[@]}" "$folder/program"
