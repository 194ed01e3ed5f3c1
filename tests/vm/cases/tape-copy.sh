#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a tape is written through brokered fds, read back equal, and the host finds the same on the image
# takes: 150
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

blocks=1000
size=32768
serial=$(random_serial)
hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --emulator=hercules --device="0580 3490 $case_work/tape.het" \
	--file="$case_top/build-s390x/obj/tests/client/tapecopy" -- "$serial" "$blocks" "$size"

hetmap "$case_work/tape.het" >"$case_work/map" 2>&1 || true
sed 's/^/# /' "$case_work/map"
check "the host finds the volume label $serial on the tape image" grep -qE "VOL1$serial|$serial" "$case_work/map"
check "the host counts $blocks blocks of $size bytes" \
	grep -qE "Blocks[^0-9]*$blocks([^0-9]|$)" "$case_work/map"
case_end
