#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# what an operator does: bind, restore and reset a device, take a lease back, look who has what
# takes: 60
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" TAPE01 >/dev/null 2>&1
dasdinit "$case_work/disk.ckd" 3390 DISK01 10 >/dev/null 2>&1
machine_run --emulator=hercules --file="$case_programs/holder" \
	--device="0580 3490 $case_work/tape.het" --device="0120 3390 $case_work/disk.ckd"
case_end
