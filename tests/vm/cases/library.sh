#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the example of libccwbroker(3), as it stands there, reads a tape's label for an ordinary user; top sees programs
# takes: 110
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

serial=$(random_serial)
hetinit "$case_work/tape.het" "$serial" >/dev/null 2>&1
# The label is in EBCDIC, as the tape has it.
label=$(printf 'VOL1%s' "$serial" | iconv -t IBM037 | od -An -tx1 | tr -d ' \n')
machine_run --emulator=hercules --userland=debian --device="0580 3490 $case_work/tape.het" \
	--file="$case_top/build-s390x/obj/tests/client/lib/label" \
	--file="$case_top/build-s390x/obj/tests/client/tapecopy" -- "$label"
case_end
