# A configuration that this Xen cannot serve: the error says why, and the daemon lives on. libvirt
# itself can express nothing that is newer than Xen 4.14; what xl can express is in xl.sh.
g=lacks
small() { guest_xml "$1" pv 32 1 "${2:-}" | sed 's|/boot/vmlinux|/opt/ours/idle|; s|<initrd>.*</initrd>||'; }
truncate -s 1M "$work/lacks.img"
small $g "<disk type='file' device='disk'><source file='$work/lacks.img'/><target dev='vda' bus='virtio'/></disk>" >"$work/$g.xml"
refused "a disk that Xen has no name for is refused" "failed to create new domain" virsh create "$work/$g.xml"
expect "the log says why" "(Invalid|unsupported).*virtual disk identifier.* vda" bash -c "cat /var/log/libvirt/libxl/*.log $daemon_log"
small $g | sed "s|/opt/ours/idle|$work/lacks.img|" >"$work/$g.xml"
refused "a kernel that is none is refused" "failed to create new domain" virsh create "$work/$g.xml"
small $g "<interface type='bridge'><source bridge='nosuch'/></interface>" >"$work/$g.xml"
refused "a bridge that is not there is refused" "failed to create new domain" virsh create "$work/$g.xml"
small $g | sed 's|<memory unit=.MiB.>32|<memory unit="MiB">900000|' >"$work/$g.xml"
refused "more memory than there is is refused" "memory|failed to create" virsh create "$work/$g.xml"
small idle >"$work/idle.xml"
check "another guest starts" virsh create "$work/idle.xml"
eventually "and runs" 10 bash -c "timeout 20 virsh -q domstate idle | grep -E 'running|idle|blocked'"
check "and goes" virsh destroy idle
refused "nonsense is refused" "." virsh create /dev/null
