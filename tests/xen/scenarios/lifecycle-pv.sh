# What an operator does with a guest, from define to undefine; the guest is PV.
type=${type:-pv}
g=life
guest_xml $g "$type" 128 2 >"$work/$g.xml"
sed -i "s|<memory unit='MiB'>128</memory>|<memory unit='MiB'>192</memory><currentMemory unit='MiB'>128</currentMemory>|" "$work/$g.xml"
sed -i "s|<vcpu>2</vcpu>|<vcpu current='1'>2</vcpu>|" "$work/$g.xml"
check "$type: define" virsh define "$work/$g.xml"
expect "$type: dumpxml of what is defined" "<currentMemory unit='KiB'>131072" virsh dumpxml $g
if boot_guest "$type" $g; then
    expect "$type: dominfo" "State: +(running|idle)" virsh dominfo $g
    expect "$type: the guest answers on its console" "^guest says 42" in_guest $g 'echo guest says $((40 + 2))' 90
    expect "$type: vcpuinfo" "VCPU: +0" virsh vcpuinfo $g
    expect "$type: vcpucount" "current +live +1" virsh vcpucount $g
    # libvirt's Xen driver has no such function; the error is libvirt's own.
    refused "$type: domstats is not in libvirt's Xen driver" "not supported by the connection driver" virsh domstats $g
    expect "$type: cpu-stats" "cpu_time" virsh cpu-stats $g --total
    expect "$type: dommemstat" "actual " virsh dommemstat $g
    expect "$type: domid" "^[0-9]+$" virsh -q domid $g
    expect "$type: schedinfo" "Scheduler +: credit2" virsh schedinfo $g
    check "$type: schedinfo sets the weight" virsh schedinfo $g --set weight=512
    expect "$type: schedinfo has the weight" "weight +: 512" virsh schedinfo $g
    check "$type: setmem" virsh setmem $g 96M --live
    eventually "$type: the guest has less memory" 30 bash -c "timeout 60 /opt/libvirt/bin/virsh dominfo $g | grep -E 'Used memory: +9[0-9]{4} KiB'"
    check "$type: setmem back" virsh setmem $g 128M --live
    check "$type: setmaxmem" virsh setmaxmem $g 160M --live
    check "$type: setmem up to it" virsh setmem $g 150M --live
    eventually "$type: the guest has more memory" 30 bash -c "timeout 60 /opt/libvirt/bin/virsh dominfo $g | grep -E 'Used memory: +15[0-9]{4} KiB'"
    check "$type: setvcpus" virsh setvcpus $g 2 --live
    expect "$type: the guest brings the vcpu up" "^0-1$" in_guest $g \
        'echo 1 >/sys/devices/system/cpu/cpu1/online; cat /sys/devices/system/cpu/online' 40
    expect "$type: vcpucount after setvcpus" "current +live +2" virsh vcpucount $g
    check "$type: vcpupin" virsh vcpupin $g 0 1 --live
    expect "$type: vcpupin is seen" "0 +1$" virsh vcpupin $g --vcpu 0
    check "$type: suspend" virsh suspend $g
    check "$type: it is paused" is_state $g paused
    check "$type: resume" virsh resume $g
    eventually "$type: it runs" 10 is_state $g running
    eventually "$type: events: suspended, resumed" 10 saw_event $g "Resumed"
    id=$(virsh -q domid $g)
    check "$type: reboot" virsh reboot $g
    eventually "$type: it is a new domain" 60 bash -c "[[ \$(timeout 20 /opt/libvirt/bin/virsh -q domid $g) != $id && \$(timeout 20 /opt/libvirt/bin/virsh -q domid $g) =~ ^[0-9]+$ ]]"
    expect "$type: the guest answers after the reboot" "^up" in_guest $g 'echo up' 90
    check "$type: shutdown" virsh shutdown $g
    eventually "$type: it is off" 60 is_state $g 'shut off'
    eventually "$type: event: shutdown" 10 saw_event $g "(Shutdown Finished|Stopped Shutdown)"
    boot_guest "$type, again" $g
    in_guest $g 'busybox poweroff -f' 30 >/dev/null 2>&1
    eventually "$type: the guest switches itself off" 60 is_state $g 'shut off'
    check "$type: start, paused" virsh start $g --paused
    check "$type: destroy" virsh destroy $g
    check "$type: it is off after destroy" is_state $g 'shut off'
    eventually "$type: event: destroyed" 10 saw_event $g "Stopped Destroyed"
fi
check "$type: undefine" virsh undefine $g
refused "$type: it is gone" "failed to get domain" virsh dominfo $g
check "$type: no domain is left in Xen" bash -c "! xenstore-list /local/domain | grep -v '^0\$'"
