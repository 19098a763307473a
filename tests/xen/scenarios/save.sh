# Saved, restored, managed, dumped: the guest's memory is what it was.
ask='cat /proc/sys/kernel/random/boot_id; cat /run/counter'
g=save-$type
guest_xml $g $type 128 1 >"$work/$g.xml"
check "$type: define" virsh define "$work/$g.xml"
if boot_guest "$type" $g; then
    expect "$type: the guest tells who it is" "^[0-9a-f-]{36}" in_guest $g "$ask" 120
    boot=$(head -n 1 <<<"$output") count=$(tail -n 1 <<<"$output")
    if check "$type: save" virsh save $g "$work/$g.save"; then
        check "$type: it is off" is_state $g 'shut off'
        check "$type: restore" virsh restore "$work/$g.save"
        expect "$type: the same guest goes on" "^$boot" in_guest $g "$ask" 60
        check "$type: its counter went on ($count, $(tail -n 1 <<<"$output"))" test "$(tail -n 1 <<<"$output")" -ge "$count"
        rm -f "$work/$g.save"
    fi
    if check "$type: managedsave" virsh managedsave $g; then
        expect "$type: dominfo says so" "Managed save: +yes" virsh dominfo $g
        check "$type: start restores" virsh start $g
        expect "$type: the same guest goes on after a managed save" "^$boot" in_guest $g "$ask" 60
        check "$type: managedsave again" virsh managedsave $g
        check "$type: managedsave-remove" virsh managedsave-remove $g
        expect "$type: dominfo says that as well" "Managed save: +no" virsh dominfo $g
    fi
    # Of a PVH guest libxc writes a core page by page: minutes under emulation. Of a PV guest it needs
    # the guest's own page tables, so the guest has to have booted.
    if [[ $type = pv ]] && boot_guest "$type, afresh" $g; then
        check "$type: dump" virsh dump $g "$work/$g.core"
        expect "$type: the dump is an ELF file of the guest's size" "^7f454c46 [0-9]{9}" \
            bash -c "echo \$(head -c 4 $work/$g.core | od -An -tx1 | tr -d ' ') \$(stat -c %s $work/$g.core)"
        eventually "$type: it runs after the dump" 10 is_state $g running
        rm -f "$work/$g.core"
        check "$type: destroy" virsh destroy $g
    fi
fi
check "$type: undefine" virsh undefine $g
