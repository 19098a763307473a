# Debian's own libvirt, linked with libxenlight.so.4.20: what it does on this Xen. Nothing here is ours.
stop_daemon >/dev/null 2>&1
unset LD_LIBRARY_PATH LIBVIRT_DRIVER_DIR
PATH=${PATH#/opt/libvirt/bin:}
mkdir -p /etc/libvirt
printf 'auth_unix_rw = "none"\nauth_unix_ro = "none"\n' >/etc/libvirt/libvirtd.conf
daemon_log=/tmp/libvirtd.log
LIBVIRT_LOG_OUTPUTS="3:file:$daemon_log" timeout 900 libvirtd --pid-file /run/libvirtd-debian.pid \
    </dev/null >/tmp/libvirtd.stderr 2>&1 &
answer=
for ((n = 0; n < 30; n++)); do
    answer=$(timeout 20 virsh version 2>&1) && break
    grep -q 'Initialization of Xen state driver failed\|initialization failed\|Failed to get' $daemon_log && break
    sleep 1
done
comment "table: on Xen $release: $(grep -E 'hypervisor|error' <<<"$answer" | head -n 2 | xargs); $(grep -ohE 'error : .*' $daemon_log | head -n 3 | xargs -d '\n')"
if [[ $release = 4.20 ]]; then
    check "it runs on the Xen that it was built for" grep -q 'Running hypervisor: Xen 4.20' <<<"$answer"
    events_begin
    names='lifecycle save crash'
    [[ $type = pv ]] || names=lifecycle
    for name in $names; do
        . "$ours/scenarios/$name.sh"
    done
    events_end
else
    check "it does not work on this Xen" bash -c '! grep -q "Running hypervisor" <<<"$1"' check "$answer"
fi
kill "$(cat /run/libvirtd-debian.pid 2>/dev/null)" 2>/dev/null
sleep 1
