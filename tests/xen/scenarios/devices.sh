# Disks and network interfaces on dom0's own backends, there from the start and attached later,
# with I/O from the guest.
g=devices
for name in first second third; do
    truncate -s 16M "$work/$name.img"
    printf 'marker-%s' $name | dd of="$work/$name.img" conv=notrunc status=none
done
loop=$(losetup --find --show "$work/second.img") || not_ok "a loop device" "$(losetup -a)"
ip link add xlbr0 type bridge 2>/dev/null
ip addr add 10.9.0.1/24 dev xlbr0 2>/dev/null
ip link set xlbr0 up
guest_xml $g pv 128 1 "<disk type='file' device='disk'><source file='$work/first.img'/><target dev='xvda' bus='xen'/></disk>
  <interface type='bridge'><source bridge='xlbr0'/><mac address='00:16:3e:09:00:02'/></interface>" >"$work/$g.xml"
check "define" virsh define "$work/$g.xml"
if check "start with a disk and an interface" virsh start $g; then
    expect "the guest reads its disk" "marker-first" in_guest $g 'head -c 12 /dev/xvda; echo' 120
    expect "domblklist" "xvda +.*first.img" virsh domblklist $g
    cat >"$work/disk.xml" <<XML
<disk type='block' device='disk'><driver name='phy' type='raw'/><source dev='$loop'/><target dev='xvdb' bus='xen'/></disk>
XML
    if check "attach a disk: blkback on a loop device" virsh attach-device $g "$work/disk.xml" --live; then
        expect "the guest reads it" "marker-second" in_guest $g 'sleep 1; head -c 13 /dev/xvdb; echo'
        expect "the guest writes it" "END|written|^$|1" in_guest $g \
            'printf written-by-guest | dd of=/dev/xvdb bs=512 seek=8 conv=sync,fsync 2>/dev/null; echo 1'
        eventually "what it wrote is there" 10 bash -c "dd if=$loop bs=512 skip=8 count=1 iflag=direct status=none | grep -a written-by-guest"
        expect "domblklist has it" "xvdb" virsh domblklist $g
        expect "domblkstat" "wr_req [1-9]" virsh domblkstat $g xvdb
        check "detach it" virsh detach-device $g "$work/disk.xml" --live
        eventually "the guest has it no more" 20 bash -c "python3 $ours/dom0/console.py $g 'test ! -e /dev/xvdb && echo gone' | grep gone"
        check "domblklist has it no more" bash -c "! timeout 60 virsh domblklist $g | grep xvdb"
    fi
    expect "the guest configures its interface" "^0% packet|, 0% packet" in_guest $g \
        'ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up; sleep 1; ping -c 3 10.9.0.1' 60
    expect "domiflist" "00:16:3e:09:00:02" virsh domiflist $g
    if check "attach an interface: netback on a bridge" virsh attach-interface $g bridge xlbr0 --mac 00:16:3e:09:00:03 --live; then
        expect "the guest uses it" ", 0% packet" in_guest $g \
            'sleep 1; ip addr flush dev eth0; ip addr add 10.9.0.3/24 dev eth1; ip link set eth1 up; sleep 2; ping -c 3 10.9.0.1' 60
        # libvirt gives a name to interfaces that are there at the start only.
        expect "domifstat" "rx_bytes [1-9]" virsh domifstat $g "vif$(virsh -q domid $g).0"
        check "detach it" virsh detach-interface $g bridge --mac 00:16:3e:09:00:03 --live
        eventually "the guest has it no more" 20 bash -c "python3 $ours/dom0/console.py $g 'test ! -e /sys/class/net/eth1 && echo gone' | grep gone"
    fi
    refused "a second disk under the same name is refused" "(already|exist|target xvda)" \
        virsh attach-disk $g "$work/third.img" xvda --live
    cat >"$work/cdrom.xml" <<XML
<disk type='file' device='cdrom'><source file='$work/third.img'/><target dev='xvdc' bus='xen'/><readonly/></disk>
XML
    # Xen changes media for HVM guests only, and says so.
    sed "s|</devices>|$(tr -d '\n' <"$work/cdrom.xml")</devices>|; s|<name>$g|<name>cdrom|; /<interface/d; s|first.img|other.img|" "$work/$g.xml" >"$work/cdrom-guest.xml"
    cp "$work/third.img" "$work/other.img"
    check "define a guest with a CD-ROM" virsh define "$work/cdrom-guest.xml"
    if check "start it" virsh start cdrom; then
        refused "a change of media of a PV guest is refused" "(HVM|media|change|insert|not support)" \
            virsh change-media cdrom xvdc "$work/first.img" --update --live
        check "destroy it" virsh destroy cdrom
    fi
    check "destroy" virsh destroy $g
fi
check "undefine" virsh undefine $g
eventually "no backend is left" 20 bash -c "! xenstore-ls /local/domain/0/backend 2>/dev/null | grep -E 'frontend ='"
losetup -d "$loop" 2>/dev/null
ip link del xlbr0
