# After the newest Xen, an older one again: the same daemon, what is defined is there and starts.
g=upgrade-$type
expect "$type: what was defined is still defined" " $g +shut off" virsh list --all
boot_guest "$type" $g && check "$type: destroy" virsh destroy $g
