#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# alice's one program goes on through restart, kill -9, stop and start of the daemon, and its end is told to her
# takes: 120
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --emulator=hercules --userland=debian --device="0580 3490 $case_work/tape.het" \
	--file="$case_programs/in-flight"
case_end
