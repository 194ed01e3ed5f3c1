#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a tape held to reading: what would write is rejected as by the drive, and the image stays as it is
# takes: 40
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" TAPE01 >/dev/null 2>&1
before=$(sha256sum <"$case_work/tape.het")
machine_run --emulator=hercules --device="0580 3490 $case_work/tape.het" \
	--file="$case_programs/readonly-tape"
equal 'the image is the same, bit for bit' "$before" "$(sha256sum <"$case_work/tape.het")"
case_end
