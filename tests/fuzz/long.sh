#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs every fuzz target under clang's libFuzzer with AddressSanitizer and UBSan.
#
# usage: SRCDIR=... BUILDDIR=... CPPFLAGS=... LIBS=... long.sh SECONDS
# What is found is kept in BUILDDIR/tests/fuzz/found/TARGET: new inputs beside the corpus, and
# crash-* for an input that fails, which is an error. Exit status: that of the first failed target.
set -eu

seconds=$1
into=$BUILDDIR/tests/fuzz/found
fuzz=$SRCDIR/tests/fuzz
command -v clang >/dev/null || { echo "long.sh: clang is missing" >&2; exit 3; }

# target NAME TABLES-FOLDER FLAGS SOURCE...
target() {
    name=$1 tables=$2 flags=$3
    shift 3
    mkdir -p "$into/$name"
    wrap=$(printf ',--wrap=%s' malloc calloc realloc free strdup strndup asprintf vasprintf)
    # shellcheck disable=SC2086 # flags are several
    clang -std=gnu11 -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -I"$BUILDDIR/$tables" -I"$SRCDIR/src/core" -I"$fuzz" \
        -I"$SRCDIR/tests/unit" $flags $CPPFLAGS -o "$into/$name/target" "$@" \
        "$SRCDIR"/src/core/*.c "$fuzz/source.c" "$SRCDIR/tests/unit/compared.c" \
        "$SRCDIR/tests/unit/allocations.c" "-Wl$wrap" $LIBS
    mkdir -p "$into/$name/inputs"
    "$into/$name/target" -max_total_time="$seconds" -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$into/$name/" "$into/$name/inputs" "$fuzz/corpus/$name"
}

random=$BUILDDIR/tests/fuzz/random
clang -c -D_GNU_SOURCE -DFUZZ_RANDOM -Dxls_types=fuzz_first_types -I"$random" \
    -I"$SRCDIR/src/core" -o "$random/first.o" "$random/schema_tables.c"
target schema tests/fuzz/random -DFUZZ_RANDOM "$fuzz/translate.c" "$fuzz/object.c" \
    "$fuzz/random_schema.c" "$random/first.o"
target libxl gen "" "$fuzz/translate.c" "$fuzz/object.c" "$BUILDDIR/gen/schema_tables.c"
target json gen "" "$fuzz/json.c" "$BUILDDIR/gen/schema_tables.c"
