# One step of the upgrade: what was saved and defined under the Xen before goes on under this one.
# tests/xen/upgrade boots one Xen after the other with the disk that is /data here.
last=$(tail -n 1 /data/releases 2>/dev/null || true)
check "there is a disk that outlives this Xen" mountpoint -q /data
ask='cat /proc/sys/kernel/random/boot_id /run/counter'
g=upgrade-$type
if [[ ! $last ]]; then
    guest_xml $g $type 128 1 >"$work/$g.xml"
    check "$type: define" virsh define "$work/$g.xml"
    boot_guest "$type" $g
else
    expect "$type: what was defined under Xen $last is still defined" " $g +shut off" virsh list --all
    check "$type: restore what was saved under Xen $last" virsh restore "/data/$g.save"
    boot=$(head -n 1 "/data/$g.state") count=$(tail -n 1 "/data/$g.state")
    expect "$type: it is the guest that was booted under Xen $(head -n 1 /data/releases)" "^$boot" in_guest $g "$ask" 120
    check "$type: its counter goes on (it was $count, it is $(tail -n 1 <<<"$output"))" \
        test "$(tail -n 1 <<<"$output")" -ge "$count"
    check "$type: and on" test "$(in_guest $g 'sleep 3; cat /run/counter' | tail -n 1)" -gt "$count"
fi
expect "$type: the guest tells who it is, and its counter" "^[0-9a-f-]{36}" in_guest $g "$ask"
echo "$output" >"/data/$g.state"
rm -f "/data/$g.save"
check "$type: save it for the next Xen" virsh save $g "/data/$g.save"
if [[ $last ]]; then
    # The saved guest is off: its configuration starts a new one.
    boot_guest "$type, from the configuration of before" $g && check "$type: destroy it" virsh destroy $g
fi
echo "$release" >>/data/releases
