#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Links the fake libraries of every release: fake/4.N/libxenlight.so.4.N and libxlutil beside it.
#
# usage: link.sh RELEASES-FILE FOLDER COMPILER-AND-LINKER ARCHIVE...
# FOLDER has the version scripts of generate.py; COMPILER-AND-LINKER is a command with its options.
set -eu

releases=$(cat "$1")
folder=$2
compile=$3
shift 3

link=${0%/*}/../../../src/sim/link.sh
for release in $releases 4.99; do
    for name in libxenlight libxlutil; do
        sh "$link" "$folder/$release" $name "$release" "$folder/$name-$release.map" "$compile" "$@"
    done
    grep -v libxl_domain_rename "$folder/libxenlight-$release.map" >"$folder/incomplete.map"
    sh "$link" "$folder/$release/incomplete" libxenlight "$release" "$folder/incomplete.map" \
        "$compile" "$@"
done
