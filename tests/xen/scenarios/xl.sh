# xl of this Xen, its source unmodified, linked with libxlstable.so.1. Where the source of one cannot
# be had, that of the Xen before stands in: xl, too, survives an upgrade.
stop_daemon >/dev/null 2>&1
xl=$ours/bin/xl-$release
xl() { timeout 180 "$xl" "$@"; }
comment "$(cd $ours && sha256sum "bin/$(basename "$(readlink -f "$xl")")")"
cat >"$work/xl.cfg" <<CFG
name = "xl-guest"
kernel = "/boot/vmlinux"
ramdisk = "$ours/guest.gz"
extra = "console=hvc0 quiet mitigations=off"
memory = 128
vcpus = 1
CFG
expect "xl info" "xen_minor +: ${release#*.}" xl info
expect "xl list" "Domain-0" xl list
if check "xl create" xl create "$work/xl.cfg"; then
    expect "xl list has the guest" "xl-guest +[0-9]+ +128 +1" xl list
    expect "xl list -l" '"xl-guest"' xl list -l
    check "xl pause" xl pause xl-guest
    check "xl unpause" xl unpause xl-guest
    eventually "the guest is up" 180 grep -q 'guest is up' /var/log/xen/console/guest-xl-guest.log
    expect "xl vcpu-list" "xl-guest" xl vcpu-list xl-guest
    check "xl save" xl save xl-guest "$work/xl.save"
    check "xl list has it no more" bash -c "! timeout 60 $xl list | grep xl-guest"
    check "xl restore" xl restore "$work/xl.save"
    expect "xl list has it again" "xl-guest" xl list
    check "xl mem-set" xl mem-set xl-guest 100
    check "xl destroy" xl destroy xl-guest
    rm -f "$work/xl.save"
fi
truncate -s 1M "$work/xl.img"
sed "s/xl-guest/xl-lacks/; s|/boot/vmlinux|$ours/idle|; /ramdisk/d; s/128/32/" "$work/xl.cfg" >"$work/lacks.cfg"
trusted="disk = [ 'format=raw,vdev=xvda,access=rw,trusted,target=$work/xl.img' ]"
case $release in
4.14)
    # xl of this Xen can express nothing that it lacks; that of the next can, and runs here too.
    echo 'vpmu = 1' >>"$work/lacks.cfg"
    refused "xl of Xen 4.17: a virtual PMU (since Xen 4.16) is refused, by name" "vpmu.*4\.16" \
        timeout 180 "$ours/bin/xl-4.17" create "$work/lacks.cfg"
    expect "xl of Xen 4.17 lists the domains here" "Domain-0" timeout 60 "$ours/bin/xl-4.17" list
    ;;
4.17)
    echo "$trusted" >>"$work/lacks.cfg"
    # Debian's libxlutil of 4.17 does not know the word, though its source has it: the same for both.
    for whose in xl own_xl; do
        refused "$whose: a trusted disk is a second target to libxlutil of Xen 4.17" "target respecified" \
            $whose create "$work/lacks.cfg"
    done
    ;;
*)
    echo "$trusted" >>"$work/lacks.cfg"
    check "a trusted disk (since Xen 4.17) is taken" xl create "$work/lacks.cfg" && xl destroy xl-lacks
    ;;
esac
check "no domain is left" bash -c "! xenstore-list /local/domain | grep -v '^0\$'"
