# shellcheck shell=bash
# What scenarios are written with, inside dom0. A line on stdout is a line of TAP; what goes to
# stderr is shown only if a scenario does not come to its end.
# shellcheck disable=SC2034,SC2154 # init sets release and scenario

set -uo pipefail
ours=/opt/ours
export LD_LIBRARY_PATH=$ours/lib:/opt/libvirt/lib
export PATH=/opt/libvirt/bin:$PATH LIBVIRT_DRIVER_DIR=/opt/libvirt/lib LIBVIRT_DEFAULT_URI=xen:///system
work=/tmp/scenario
mkdir -p "$work"
daemon_log=/tmp/virtxend.log
# The guests that this run of the scenario is of.
case $scenario in *-pvh) type=pvh ;; *) type=pv ;; esac

comment() { printf '%s\n' "$*" | tr -cd '\11\12\40-\176' | cut -c 1-300 | sed 's/^/# /'; }
ok() { printf 'ok - %s\n' "$*"; }
not_ok() { printf 'not ok - %s\n' "$1"; shift; comment "$*"; }

virsh() { timeout 120 virsh "$@"; }

# check TEXT COMMAND...: the command succeeds.
check() {
    local text=$1 status=0
    shift
    output=$("$@" 2>&1) || status=$?
    if ((status == 0)); then ok "$text"; return 0; fi
    not_ok "$text" "exit status $status of: $*"$'\n'"$(tail -n 15 <<<"$output")"
    daemon_says
    return 1
}

# expect TEXT PATTERN COMMAND...: it succeeds and prints what matches the pattern (grep -E).
expect() {
    local text=$1 pattern=$2 status=0
    shift 2
    output=$("$@" 2>&1) || status=$?
    if ((status == 0)) && grep -qE -- "$pattern" <<<"$output"; then ok "$text"; return 0; fi
    not_ok "$text" "exit status $status of: $*; no '$pattern' in"$'\n'"$(tail -n 15 <<<"$output")"
    daemon_says
    return 1
}

# refused TEXT PATTERN COMMAND...: it fails, in words that match the pattern.
refused() {
    local text=$1 pattern=$2 status=0
    shift 2
    output=$("$@" 2>&1) || status=$?
    if ((status > 0 && status < 124)) && grep -qE -- "$pattern" <<<"$output"; then ok "$text"; return 0; fi
    not_ok "$text" "exit status $status of: $*; no '$pattern' in"$'\n'"$(tail -n 15 <<<"$output")"
    daemon_says
    return 1
}

# eventually TEXT SECONDS COMMAND...: succeeds within that time; tried twice a second.
eventually() {
    local text=$1 seconds=$2 begin=$SECONDS
    shift 2
    until output=$("$@" 2>&1); do
        if ((SECONDS - begin >= seconds)); then
            not_ok "$text" "not within $seconds s: $*"$'\n'"$(tail -n 15 <<<"$output")"
            daemon_says
            return 1
        fi
        sleep 0.5
    done
    ok "$text"
}

# What is new since the last failure in the logs of the daemon, of libxl, and of the guests' consoles.
declare -A log_seen=()
daemon_says() {
    local log new
    for log in "$daemon_log" /tmp/virtxend.stderr /var/log/xen/xen-hotplug.log /var/log/libvirt/libxl/*.log \
        /var/log/xen/console/guest-*.log; do
        [[ -s $log ]] || continue
        new=$(tail -c +$((${log_seen[$log]:-0} + 1)) "$log" | grep -avE ' debug : | info : |^ *[]{}"]|^\r*$' | tail -n 8)
        log_seen[$log]=$(stat -c %s "$log")
        [[ ! $new ]] || comment "$log:"$'\n'"$new"
    done
    new=$(own_xl list 2>&1) && comment "$new"
    comment "xl dmesg: $(own_xl dmesg 2>&1 | tail -n 4)"
}
# Xen's own xl, with which nothing of ours has to do.
own_xl() { LD_LIBRARY_PATH='' timeout 60 "/usr/lib/xen-$release/bin/xl" "$@"; }

# --- the daemon ------------------------------------------------------------------------------

daemon_pid() { cat /run/libvirt/virtxend.pid 2>/dev/null || cat /run/virtxend.pid; }
daemon_answers() { virsh -q connect "$LIBVIRT_DEFAULT_URI" && virsh version; }

start_daemon() {
    mkdir -p /var/log/libvirt/libxl /etc/libvirt
    XLSTABLE_DEBUG=1 LIBVIRT_LOG_FILTERS='1:libxl 3:rpc 3:event 3:util 3:object' \
        LIBVIRT_LOG_OUTPUTS="2:file:$daemon_log" \
        /opt/libvirt/bin/virtxend --daemon --pid-file /run/virtxend.pid 2>>/tmp/virtxend.stderr
}

stop_daemon() {
    local pid
    pid=$(daemon_pid) && kill "$pid" && for ((n = 0; n < 100; n++)); do
        [[ -d /proc/$pid ]] || return 0
        sleep 0.1
    done
    return 1
}

begin_scenario() {
    case $scenario in daemon | xl | examples | debian-*) return 0 ;; esac
    if ! daemon_pid >/dev/null 2>&1 || ! [[ -d /proc/$(daemon_pid) ]]; then
        start_daemon
        for ((n = 0; n < 60; n++)); do
            daemon_answers >/dev/null 2>&1 && break
            sleep 0.5
        done
    fi
    pid_before=$(daemon_pid)
    events_begin
}

end_scenario() {
    local name
    case $scenario in xl | examples | debian-*) return 0 ;; esac
    events_end
    for name in $(virsh -q list --all --name 2>/dev/null); do
        virsh -q destroy "$name" >/dev/null 2>&1
        # What an upgrade keeps, on its own disk, is for the next Xen.
        [[ $name = upgrade-* ]] || virsh -q undefine "$name" --managed-save >/dev/null 2>&1
    done
    if [[ $(daemon_pid) = "${pid_before:-$(daemon_pid)}" ]] && virsh version >/dev/null 2>&1; then
        ok "the daemon lives on"
    else
        not_ok "the daemon lives on" "$(tail -n 12 "$daemon_log"; tail -n 12 /tmp/virtxend.stderr; dmesg | tail -n 4)"
    fi
    return 0
}

# --- events ----------------------------------------------------------------------------------

events_begin() {
    : >"$work/events"
    stdbuf -oL timeout 1000 virsh event --all --loop >"$work/events" 2>&1 &
    events_pid=$!
    sleep 0.5
}
events_end() {
    [[ ! ${events_pid:-} ]] || kill "$events_pid" 2>/dev/null
}
# saw_event DOMAIN PATTERN
saw_event() { grep -E "domain '?$1'?:? .*$2|'$1'.*$2" "$work/events" || { tail "$work/events"; return 1; }; }

# --- guests ----------------------------------------------------------------------------------

# guest_xml NAME pv|pvh MIB VCPUS [DEVICES [FEATURES]]
guest_xml() {
    local machine="<type arch='x86_64' machine='xenpv'>linux</type>"
    [[ $2 = pv ]] || machine="<type arch='x86_64' machine='xenpvh'>xenpvh</type>"
    cat <<XML
<domain type='xen'>
  <name>$1</name>
  <memory unit='MiB'>$3</memory>
  <vcpu>$4</vcpu>
  <os>$machine
    <kernel>/boot/vmlinux</kernel><initrd>/opt/ours/guest.gz</initrd>
    <cmdline>console=hvc0 quiet mitigations=off panic=-1 ${guest_cmdline:-}</cmdline></os>
  ${6:-}
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot>
  <on_crash>${on_crash:-destroy}</on_crash>
  <devices>
    <console type='pty'><target type='xen' port='0'/></console>
    ${5:-}
  </devices>
</domain>
XML
}

state() { virsh -q domstate "$1"; }
is_state() { [[ $(state "$1") = "$2" ]]; }

# Of the PVH guests that QEMU 7.2 runs under Xen 4.17, two of ten do not come up, Xen's own xl or not:
# it mixes up host and guest as it enters one, and the guest hangs, panics, or is gone at once. A PVH
# guest gets several tries, each of which is told; a PV guest has to come up.
tries() { if [[ $type = pvh ]]; then echo 5; else echo 1; fi; }

# boot_guest LABEL NAME: starts a defined guest until its console answers.
boot_guest() {
    local label=$1 g=$2 try
    for ((try = 1; ; try++)); do
        check "$label: start" virsh start "$g" || return 1
        comes_up "$g" && break
        came_not "$label: the guest answers" "$try" || return 1
        off "$label" "$g"
    done
    ok "$label: the guest answers"
}

# reboot_guest LABEL NAME: reboots a guest that runs, until the new one's console answers.
reboot_guest() {
    local label=$1 g=$2 try before
    for ((try = 1; ; try++)); do
        before=$(virsh -q domid "$g")
        check "$label: reboot" virsh reboot "$g" || return 1
        if eventually "$label: it is a new domain" 60 is_another "$g" "$before"; then
            comes_up "$g" && break
        fi
        came_not "$label: the guest answers after the reboot" "$try" || return 1
        off "$label" "$g"
        boot_guest "$label, for another reboot" "$g" || return 1
    done
    ok "$label: the guest answers after the reboot"
}

is_another() {
    local now
    now=$(virsh -q domid "$1") && [[ $now =~ ^[0-9]+$ && $now != "$2" ]]
}
comes_up() { output=$(in_guest "$1" 'echo up' 120 2>&1) && grep -q '^up' <<<"$output"; }
came_not() { # came_not LABEL TRY: whether to try again
    if (($2 >= $(tries))); then
        not_ok "$1" "$(tail -n 15 <<<"$output")"
        daemon_says
        return 1
    fi
    comment "$1: not at try $2; once more: $(tail -n 3 <<<"$output" | xargs -d '\n')"
}
off() {
    virsh destroy "$2" >/dev/null 2>&1
    eventually "$1: what is left of it is gone" 30 is_state "$2" 'shut off'
}

# in_guest NAME COMMAND: typed at the guest's console through virsh; prints the answer.
in_guest() { python3 $ours/dom0/console.py "$1" "$2" "${3:-40}"; }
