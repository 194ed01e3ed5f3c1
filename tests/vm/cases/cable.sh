#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a cable is pulled and plugged by QEMU, on a machine with our packages: device defined, then leased; on Hercules by cio_ignore
# takes: 120
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
# shellcheck source=tests/vm/cases/lib/monitor.sh
. "$case_dir/lib/monitor.sh"

card='virtio-net-ccw,id=cable,devno=fe.0.1111'

# TEXT COMMAND: to QEMU's monitor, when the guest has said so.
monitor_when()
{
	until grep -qs -- "$1" "$case_work/stdout"; do
		kill -0 "$case_machine" 2>/dev/null || return 0
		sleep 0.2
	done
	monitor "$2"
}

on_qemu()
{
	local status=0 time
	machine_start --emulator=qemu --userland=debian --monitor="$monitor_port" --device="$card" -- 0.0.1111 emulator
	monitor_open || not_ok 'QEMU has no monitor'
	for time in first second third; do
		monitor_when "^# pull the $time time" 'device_del cable'
		monitor_when "^# plug the $time time" "device_add $card"
	done
	machine_wait || status=$?
	equal 'on QEMU the guest part ends well' 0 "$status"
}

on_qemu
# Hercules 3.13 presents the machine check of its `detach` again until the report is stored, which Linux leaves to
# a thread: that never runs. So there the kernel does it.
machine_run --emulator=hercules --userland=debian --device='0580 3490 *' -- 0.0.0580 kernel
case_end
