# Twenty guests of four clients at the same time, twice over; nothing is left of them. They are the
# smallest that there are: what is tested is the toolstack.
pid=$(daemon_pid)
client() { # client NUMBER: five guests, one after the other, then all of them gone
    local n g
    for n in 1 2 3 4 5; do
        g=many-$1-$n
        guest_xml "$g" pv 16 1 | sed 's|/boot/vmlinux|/opt/ours/idle|; s|<initrd>.*</initrd>||' >"$work/$g.xml"
        virsh -q "define $work/$g.xml; start $g; dominfo $g" >/dev/null || return 1
    done
    echo "client $1: five are up"
}
gone() {
    local n
    for n in 1 2 3 4 5; do
        virsh -q "destroy many-$1-$n; undefine many-$1-$n" || return 1
    done
}
clients() { # clients FUNCTION
    local n status=0 pids=()
    for n in 1 2 3 4; do
        "$1" $n & pids+=($!)
    done
    for n in "${pids[@]}"; do wait "$n" || status=1; done
    return $status
}
figures() { echo "$(find /proc/$pid/fd | wc -l) $(awk '/VmRSS/ { print $2 }' /proc/$pid/status)"; }
for round in 1 2; do
    check "round $round: four clients start five guests each" clients client
    expect "round $round: twenty guests run" "^20$" bash -c "timeout 60 virsh -q list --name | grep -c many-"
    check "round $round: four clients stop them" clients gone
    check "round $round: no domain is left in Xen" bash -c "! xenstore-list /local/domain | grep -v '^0\$'"
    sleep 1
    read -r fds rss < <(figures)
    comment "round $round: the daemon has $fds file descriptors and $rss KiB"
    [[ $round != 1 ]] || { fds1=$fds rss1=$rss; }
done
check "no file descriptor leaks ($fds1, $fds)" test $((fds - fds1)) -le 2
check "no memory leaks ($rss1 KiB, $rss KiB)" test $((rss - rss1)) -le 1500
