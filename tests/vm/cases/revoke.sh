#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# revoke in the middle of a program of 64 CCWs: no more data moves, and the drive is bound anew at once
# takes: 40
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --emulator=hercules --no-service --device="0580 3490 $case_work/tape.het" \
	--file="$case_programs/revoke"
case_end
