# shellcheck shell=bash disable=SC2034 # the variables are for the scripts that source this
# What image, boot, run and upgrade share: where things are, and what they are made of. It runs on
# the host; what runs inside dom0 shares dom0/library.bash instead.

# shellcheck source-path=SCRIPTDIR/../libvirt source=../libvirt/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/../libvirt/common.bash"

here=$checkout/tests/xen
xen=$cache/xen
libvirt_version=11.3.0
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)

# of TEXT...: a short name for content.
of() { printf '%s\n' "$@" | sha256sum | cut -c 1-16; }

# Which Debian packages the host needs, beyond those of tests/libvirt/build.
host_packages=(qemu-system-x86 e2fsprogs kmod cpio gzip xz-utils zstd binutils gcc libyajl-dev
    libxen-dev)

install_packages() {
    local name missing=() apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
    for name; do
        # shellcheck disable=SC2016 # the field is dpkg-query's
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true) = installed ]] ||
            missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    say "installing ${missing[*]}"
    ((EUID == 0)) || apt=(sudo "${apt[@]}")
    "${apt[@]}" install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
        die "apt-get cannot install them; are the package lists up to date (apt-get update)?"
}

# renumber: joins TAP streams that follow each other into one. It fails if a test has.
renumber() {
    local line all=0 bad=0
    while IFS= read -r line; do
        case $line in
        1..*) continue ;;
        'ok '[0-9]*) all=$((all + 1)); line="ok $all - ${line#ok * - }" ;;
        'not ok '[0-9]*) all=$((all + 1)); bad=$((bad + 1)); line="not ok $all - ${line#not ok * - }" ;;
        esac
        printf '%s\n' "$line"
    done
    echo "1..$all"
    ((all > 0 && bad == 0))
}
