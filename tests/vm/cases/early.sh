#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a defined DASD is never touched by the host in a boot with the initramfs that Debian's tools make; the root is
# takes: 360
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

disk=$case_work/disk
truncate -s 16M "$disk"
# one partition, of 8192 blocks from block 64 on
printf '\0\0\0\0\x83\0\0\0\x40\0\0\0\0\x20\0\0' | dd of="$disk" bs=1 seek=446 conv=notrunc status=none
printf '\x55\xaa' | dd of="$disk" bs=1 seek=510 conv=notrunc status=none

# What the first machine leaves in its /etc is in the second one's, and in the initramfs that is made for it.
machine_run --emulator=hercules --userland=debian --device="0200 9336 $disk" -- define
mkdir -p "$case_work/over/etc" "$case_work/seen"
cp -r "$case_work/out/etc/." "$case_work/over/etc/"
cp -r "$case_work/over/etc" "$case_work/seen/"
check 'a definition and a configuration of the host are kept' \
	test -s "$case_work/over/etc/ccwbroker/devices.d/0.0.0200.json" -a -n "$(ls "$case_work/over/etc/udev/rules.d")"
for id in 0.0.0200 0.0.fff1; do
	mkdir -p "$case_work/seen/sys/bus/ccw/devices/$id"
	ln -s ../../drivers/dasd-fba "$case_work/seen/sys/bus/ccw/devices/$id/driver"
done
check 'an initramfs is made' "$case_dir/../initramfs" "$case_work/seen" "$case_work/initramfs"
equal 'it knows of both definitions' '0.0.0200 dasd-fba,0.0.fff1 dasd-fba' \
	"$(paste -sd, "$case_work/initramfs/usr/lib/ccwbroker/early.list")"
check 'and one by dracut' "$case_dir/../initramfs" --dracut "$case_work/seen" "$case_work/dracut"
equal 'which knows the same' "$(<"$case_work/initramfs/usr/lib/ccwbroker/early.list")" \
	"$(<"$case_work/dracut/usr/lib/ccwbroker/early.list")"
check 'with the module' test -n "$(find "$case_work/dracut/usr/lib/modules" -name 'ccwbroker.ko*')"
check 'and runs what keeps them before udev' grep -qx /usr/lib/ccwbroker/early \
	"$case_work"/dracut/var/lib/dracut/hooks/pre-udev/*-early.sh
machine_run --emulator=hercules --userland=debian --device="0200 9336 $disk" --over="$case_work/over" \
	--initramfs="$case_work/initramfs" --kernel-option='root=/dev/disk/by-path/ccw-0.0.fff1' -- boot
case_end
