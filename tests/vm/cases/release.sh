#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# after kill -9, release and disconnect the device is under its original driver in its original online state
# takes: 80
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" TAPE01 >/dev/null 2>&1
dasdinit "$case_work/disk.ckd" 3390 DISK01 10 >/dev/null 2>&1
machine_run --emulator=hercules \
	--device="0580 3490 $case_work/tape.het" --device="0120 3390 $case_work/disk.ckd"
case_end
