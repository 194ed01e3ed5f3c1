#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the main job: a user reads tape and disk labels through the broker, another is refused, all goes back
# takes: 120
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

tape_serial=$(random_serial)
disk_serial=$(random_serial)
hetinit "$case_work/tape.het" "$tape_serial" >/dev/null 2>&1
dasdinit "$case_work/disk.ckd" 3390-1 "$disk_serial" >/dev/null 2>&1

echo "The host made a tape and a 3390 disk with volume serials that nobody in the mainframe knows:"
echo "  tape $tape_serial, disk $disk_serial"
echo
machine_run --emulator=hercules --userland=debian \
	--device="0580 3490 $case_work/tape.het" --device="0120 3390 $case_work/disk.ckd"
echo
equal "alice read the tape's serial that the host wrote, $tape_serial" "$tape_serial" \
	"$(sed -n 's/^tape volume serial: //p' "$case_work/stdout")"
equal "alice read the disk's serial that the host wrote, $disk_serial" "$disk_serial" \
	"$(sed -n 's/^disk volume serial: //p' "$case_work/stdout")"
case_end
