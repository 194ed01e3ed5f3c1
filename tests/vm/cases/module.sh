#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the module: claim list, ioctls right and wrong, hot reset, timeout and signal with nothing left pinned
# takes: 90
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" TAPE01 >/dev/null
machine_run --emulator=hercules --device="0580 3490 $case_work/tape.het" --device="0581 3480 *" \
	--file="$case_programs/probe"
case_end
