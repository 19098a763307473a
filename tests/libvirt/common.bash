# shellcheck shell=bash disable=SC2034 # the variables are for the scripts that source this
# What build, run and without-us share: the names and numbers of libvirt's Xen tests, and how one
# of them is run over one release's libxenlight. Says nothing of how libxl gets into libvirt.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cache=$(realpath -ms "${XLSTABLE_CACHE:-$checkout/.cache}")
versions=(9.0.0 11.3.0)
releases=(4.14 4.17 4.20)
programs=(libxlxml2domconfigtest xlconfigtest xmconfigtest domaincapstest)
# The files that matter here, under the names that ninja has for them.
driver=src/libvirt_driver_libxl.so
mocks=(tests/libxlmock.so tests/libvirpcimock.so tests/libdomaincapsmock.so)
daemon_programs=(src/virtxend tools/virsh)
test_driver=tests/libtest_xen_driver.so # the driver once more, as the tests link it

# cases VERSION PROGRAM: how many cases the program has; fewer is a failure.
cases() {
    case $2 in
    libxlxml2domconfigtest) [[ $1 = 9.0.0 ]] && echo 12 || echo 18 ;;
    xlconfigtest) echo 84 ;;
    xmconfigtest) echo 68 ;;
    domaincapstest) echo 3 ;;
    esac
}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "error: $*"; exit 1; }

source_of() { echo "$cache/source/libvirt-$1"; }
build_root=$cache/build
build_of() { echo "$build_root/libvirt-$1"; }

# A figure for the whole tree: every file's content, every link's target, every name.
# .pc is what dpkg-source notes about the patches.
tree_checksum() {
    (cd "$1" && {
        find . -path ./.pc -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
        find . -path ./.pc -prune -o ! -type f -printf '%y %p %l\n' | LC_ALL=C sort
    } | sha256sum | cut -d' ' -f1)
}

# needed FILE: the libraries that it is linked with.
needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p'; }

# needs FILE PATTERN: whether one of these is like PATTERN.
needs() { grep -q "$2" <<<"$(needed "$1")"; }

# run_program BUILD VERSION RELEASE PROGRAM LOGS [VARIABLE=VALUE...]: runs one test program in the
# trixie root. Sets $status, $passed and $failed (the numbers of cases); leaves in LOGS
# PROGRAM.output, and PROGRAM.libraries: what the dynamic loader says that it has loaded.
run_program() {
    local build=$1 version=$2 release=$3 program=$4 logs=$5 source name show=()
    shift 5
    source=$(source_of "$version")
    mkdir -p "$logs"
    rm -f "$logs/$program".*
    for name in "$build" "$source" "$logs" "${visible[@]}"; do
        show+=(--bind "$name")
    done
    status=0
    # The variables of the dynamic loader are for the test program alone, so its env comes last.
    # The outer shell's own remark on a program that crashed is not part of the output.
    {
        (
            exec >"$logs/$program.output" 2>&1 </dev/null
            cd "$build/tests"
            exec "$checkout/tests/debian/enter" --release "$release" "${show[@]}" -- \
                timeout --kill-after=5 "${XLSTABLE_TIMEOUT:-60}" \
                env -u VIR_TEST_RANGE -u VIR_TEST_REGENERATE_OUTPUT -u LD_PRELOAD -u LD_BIND_NOW \
                LC_ALL=C VIR_TEST_DEBUG=1 VIR_TEST_EXPENSIVE=0 LIBVIRT_AUTOSTART=0 \
                abs_srcdir="$source/tests" abs_builddir="$build/tests" \
                abs_top_srcdir="$source" abs_top_builddir="$build" \
                LD_DEBUG=libs LD_DEBUG_OUTPUT="$logs/$program.loader" "$@" "./$program"
        )
    } 2>/dev/null || status=$?
    passed=$(grep -acE '\.\.\. OK$' "$logs/$program.output" || true)
    failed=$(grep -acE '\.\.\. FAILED$' "$logs/$program.output" || true)
    awk '/calling init: / { print $NF }' "$logs/$program".loader.* 2>/dev/null |
        LC_ALL=C sort -u >"$logs/$program.libraries"
}
visible=() # further trees that the test programs have to see

# outcome: in words, how the last program ended.
outcome() {
    case $status in
    0) echo "exit 0" ;;
    124 | 137) echo "time limit" ;;
    129 | 1[3-5][0-9]) echo "signal $((status - 128))" ;;
    *) echo "exit $status" ;;
    esac
}
