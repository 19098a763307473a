#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Links one simulated libxenlight, or libxlutil, of one release.
#
# usage: link.sh FOLDER LIBRARY RELEASE VERSION-SCRIPT COMPILER-AND-LINKER ARCHIVE...
# COMPILER-AND-LINKER is a command with its options; of the first ARCHIVE everything is taken.
set -eu

into=$1 soname=$2.so.$3 minor=${3#4.} script=$4 compile=$5 whole=$6
release=$into/$2-$3.c
shift 6
mkdir -p "$into"
echo "const int sim_minor = $minor;" >"$release"
# shellcheck disable=SC2086 # a command with its options
$compile -shared -fPIC -o "$into/$soname" "$release" "-Wl,-soname,$soname" \
    "-Wl,--version-script=$script" -Wl,--whole-archive "$whole" -Wl,--no-whole-archive "$@" \
    $LIBS -lpthread
rm "$release"
