#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# what a device can do to its client: unit checks of all kinds, silence, no path; each is told in words, and the device works after it
# takes: 170
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

reader_port=$(free_port)

# The guest asks for this by a line of its own: a client of the reader's socket that says nothing, and goes at last.
reader_client()
{
	until grep -qx '# reader connects' "$case_work/stdout" 2>/dev/null; do
		kill -0 "$case_machine" 2>/dev/null || return 0
		sleep 0.2
	done
	exec {client_fd}<>"/dev/tcp/127.0.0.1/$reader_port" || return 0
	sleep 45
	exec {client_fd}>&-
}

case_guest=device-paths.guest
machine_run --emulator=qemu --tn3270="$(free_port)"
case_guest=

for tape in whole protected small late; do
	hetinit "$case_work/$tape.het" SCRTCH >/dev/null 2>&1
done
dasdinit "$case_work/disk.ckd" 3390-1 MYDISK >/dev/null 2>&1
machine_start --emulator=hercules \
	--device="0580 3490 $case_work/whole.het" --device="0581 3490 $case_work/protected.het readonly=1" \
	--device="0582 3490 $case_work/small.het maxsizeM=1" --device='0583 3490 *' \
	--device="0120 3390 $case_work/disk.ckd" --device='000E 1403 /dev/full' \
	--device="000C 3505 127.0.0.1:$reader_port sockdev" \
	--hercules="DEVICE-FAULTS-MOUNT=devinit 0583 $case_work/late.het"
reader_client
# A device that is detached while it is leased: case cable, as Hercules goes on with a program of one that is gone.
status=0
machine_wait || status=$?
equal 'the guest part on Hercules ends well' 0 "$status"

case_end
