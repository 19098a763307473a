# After the newest Xen, an older one again: the same daemon, what is defined is there and starts.
for type in pv pvh; do
    g=upgrade-$type
    expect "$type: what was defined is still defined" " $g +shut off" virsh list --all
    check "$type: start" virsh start $g || continue
    expect "$type: the guest answers" "^up" in_guest $g 'echo up' 180
    check "$type: destroy" virsh destroy $g
done
