# The crash of a guest is seen as an event, and its configuration says what then happens.
crash() { python3 $ours/dom0/console.py "$1" 'echo c >/proc/sysrq-trigger' 30 >/dev/null 2>&1; }
g=crash-$type
guest_xml $g $type 128 1 | sed 's/panic=-1/panic=0/' >"$work/$g.xml"
check "$type: define" virsh define "$work/$g.xml"
if boot_guest "$type" $g; then
    crash $g
    eventually "$type: it is off" 60 is_state $g 'shut off'
    expect "$type: domstate says that it crashed" "crashed" virsh domstate $g --reason
    eventually "$type: event: crashed" 10 saw_event $g "Stopped Crashed|Crashed"
fi
check "$type: undefine" virsh undefine $g
if [[ $type = pv ]]; then
    g=crash-preserve
    on_crash=preserve guest_xml $g $type 128 1 | sed 's/panic=-1/panic=0/' >"$work/$g.xml"
    check "on_crash=preserve: create" virsh create "$work/$g.xml"
    expect "on_crash=preserve: the guest answers" "^up" in_guest $g 'echo up' 120
    crash $g
    eventually "on_crash=preserve: libvirt says that it crashed" 60 bash -c "timeout 20 virsh -q domstate $g --reason | grep crashed"
    expect "on_crash=preserve: Xen keeps it" " $g |^$g " own_xl list
    check "on_crash=preserve: destroy" virsh destroy $g
fi
