# What an operator does with a guest, from define to undefine.
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
    eventually "$type: the guest has less memory" 30 bash -c "timeout 60 virsh dominfo $g | grep -E 'Used memory: +9[0-9]{4} KiB'"
    check "$type: setmem back" virsh setmem $g 128M --live
    check "$type: setmaxmem" virsh setmaxmem $g 160M --live
    check "$type: setmem up to it" virsh setmem $g 150M --live
    eventually "$type: the guest has more memory" 30 bash -c "timeout 60 virsh dominfo $g | grep -E 'Used memory: +15[0-9]{4} KiB'"
    check "$type: setvcpus" virsh setvcpus $g 2 --live
    online='for n in 1 2 3 4 5; do echo 1 >/sys/devices/system/cpu/cpu1/online && break; sleep 1; done; cat /sys/devices/system/cpu/online'
    if [[ $type-$release = pvh-4.20 ]]; then
        # The guest's Linux does not know the APIC of a vcpu that was not there when it booted. It is
        # no matter of ours: debian-libvirt goes through the same.
        expect "$type: the guest cannot bring the vcpu up under Xen 4.20" "write error: Invalid argument" in_guest $g "$online" 60
    else
        expect "$type: the guest brings the vcpu up" "^0-1$" in_guest $g "$online" 60
    fi
    expect "$type: vcpucount after setvcpus" "current +live +2" virsh vcpucount $g
    check "$type: vcpupin" virsh vcpupin $g 0 1 --live
    expect "$type: vcpupin is seen" "0 +1$" virsh vcpupin $g --vcpu 0
    check "$type: suspend" virsh suspend $g
    check "$type: it is paused" is_state $g paused
    check "$type: resume" virsh resume $g
    eventually "$type: it runs" 10 is_state $g running
    eventually "$type: events: suspended, resumed" 10 saw_event $g "Resumed"
    reboot_guest "$type" $g
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
