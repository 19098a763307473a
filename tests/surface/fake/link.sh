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

# library FOLDER LIBRARY RELEASE SCRIPT ARCHIVE...
library() {
    into=$1 soname=$2.so.$3 minor=${3#4.} script=$4
    shift 4
    mkdir -p "$into"
    echo "const int fake_minor = $minor;" >"$into/release.c"
    # shellcheck disable=SC2086 # a command with its options
    $compile -shared -fPIC -o "$into/$soname" "$into/release.c" "-Wl,-soname,$soname" \
        "-Wl,--version-script=$script" -Wl,--whole-archive "$1" -Wl,--no-whole-archive "$2" \
        $YAJL_LIBS -lpthread
    rm "$into/release.c"
}

for release in $releases 4.99; do
    for name in libxenlight libxlutil; do
        library "$folder/$release" $name "$release" "$folder/$name-$release.map" "$@"
    done
    grep -v libxl_domain_rename "$folder/libxenlight-$release.map" >"$folder/incomplete.map"
    library "$folder/$release/incomplete" libxenlight "$release" "$folder/incomplete.map" "$@"
done
