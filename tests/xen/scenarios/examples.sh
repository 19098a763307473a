# The example programs of <xlstable.h>, beside Xen's own xl.
stop_daemon >/dev/null 2>&1
cmdline="console=hvc0 quiet mitigations=off"
expect "list tells which Xen runs" "^Xen ${release/./\\.}\$" $ours/bin/list
expect "list has dom0" " 0 .* runs +Domain-0" $ours/bin/list
refused "a kernel that is none is refused" "lifecycle: creating: " \
    timeout 60 $ours/bin/lifecycle pv $ours/guest.gz
timeout 280 $ours/bin/lifecycle --seconds 15 pv /boot/vmlinux $ours/guest.gz "$cmdline" >"$work/life" 2>&1 &
life=$!
eventually "lifecycle starts its guest" 60 grep "runs" "$work/life"
expect "list has the guest" "xls-lifecycle" $ours/bin/list
expect "so has Xen's own xl" "xls-lifecycle +[0-9]+ +128 +1" own_xl list
timeout 280 $ours/bin/watch xls-lifecycle >"$work/watch" 2>&1 &
watch=$!
eventually "watch watches it" 30 grep "watching" "$work/watch"
wait $life
status=$?
check "lifecycle ends well" test $status = 0
expect "the guest powered off when asked" "is down: poweroff" cat "$work/life"
wait $watch
status=$?
check "watch ends with it" test $status = 0
expect "it has told of the shutdown" "is down: poweroff" cat "$work/watch"
expect "and of the end" "is gone" cat "$work/watch"
refused "a domain that is not there cannot be watched" "watch: nobody: " $ours/bin/watch nobody
check "no domain is left" bash -c "! xenstore-list /local/domain | grep -v '^0\$'"
