# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash disable=SC2154
#
# A part of libvirt.guest and libvirt-mdev.guest: alice's own libvirtd (qemu:///session), and a domain that is the
# bare-metal guest. Does not know which devices it has.

work=$(mktemp -d)
cp metal "$work/"
chown -R alice: "$work"
export XDG_RUNTIME_DIR=/run/user/1001
systemctl start user@1001.service 2>/dev/null || install -d -o alice -m 700 "$XDG_RUNTIME_DIR"

# ARG...: alice's virsh; slow, as all that libvirt asks QEMU is emulated twice
virsh_of_alice()
{
	as alice env HOME=~alice LIBVIRT_AUTOSTART=1 timeout 500 virsh --connect qemu:///session "$@"
}

# IN-DEVICES BEHIND-DEVICES
domain()
{
	cat <<EOT
<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type><kernel>$work/metal</kernel></os>
  <on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-s390x</emulator>
    <console type='file'><source path='$work/report'/><target type='sclp'/></console>
    <memballoon model='none'/>
    $1
  </devices>
  $2
</domain>
EOT
}

has_read()
{
	grep -qs "card: read: ${mac//:/}aa" "$work/report"
}

is_over()
{
	[ "$(virsh_of_alice domstate guest)" = 'shut off' ]
}
