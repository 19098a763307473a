# The daemon starts over this Xen, and knows the host.
comment "$(cd /opt/libvirt && sha256sum bin/virtxend lib/libvirt_driver_libxl.so lib/libvirt.so.0)"
comment "$(cd "$ours" && sha256sum lib/libxlstable.so.1)"
start_daemon || not_ok "virtxend starts" "$(tail -n 20 /tmp/virtxend.stderr "$daemon_log")"
eventually "virtxend answers" 60 daemon_answers
pid_before=$(daemon_pid)
expect "the libxenlight of this release is loaded" "libxenlight.so.$release" grep -o 'libxenlight.*' "/proc/$pid_before/maps"
check "no other libxenlight is loaded" bash -c "! grep -o 'libxenlight.*' /proc/$pid_before/maps | grep -vF 'libxenlight.so.$release'"
expect "xlstable status" "4\.${release#*.}" "$ours/bin/xlstable" status
expect "version" "Running hypervisor: Xen ${release/./\\.}" virsh version
expect "capabilities" "<host>" virsh capabilities
if grep -q xenpvh <<<"$output"; then
    ok "capabilities offer PVH"
else
    not_ok "capabilities offer PVH" "$(grep -A3 '<guest>' <<<"$output")"
fi
expect "domcapabilities" "<domain>xen</domain>" virsh domcapabilities --virttype xen
expect "nodeinfo" "CPU\(s\): +2" virsh nodeinfo
expect "freecell" "[1-9][0-9]+ KiB" virsh freecell
expect "list" "Domain-0" virsh list --all
expect "dominfo of Domain-0" "State: +running" virsh dominfo Domain-0
expect "hostname" "dom0" virsh hostname
