#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a tape is written through brokered fds, read back equal, and the host finds the same on the image
# takes: 175
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

blocks=1000
size=32768
serial=$(random_serial)
hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --emulator=hercules --userland=debian --device="0580 3490 $case_work/tape.het" \
	--file="$case_top/build-s390x/obj/tests/client/tapecopy" -- "$serial" "$blocks" "$size"

hetmap "$case_work/tape.het" >"$case_work/map" 2>&1 || true
sed 's/^/# /' "$case_work/map"
# SECTION FIELD: what hetmap says of a label or a file.
mapped()
{
	sed -n "/^$1/,/^---/s/^$2 *: *//p" "$case_work/map"
}
equal "the host finds the label of volume $serial on the tape image" "'$serial'" \
	"$(mapped "Label *: 'VOL1'" 'Volume Serial')"
equal "the host counts $blocks blocks between the tape marks" "$blocks" "$(mapped 'File # *: 2$' Blocks)"
equal "none is shorter than $size bytes" "$size" "$(mapped 'File # *: 2$' 'Min Blocksize')"
equal 'none is longer' "$size" "$(mapped 'File # *: 2$' 'Max Blocksize')"
equal 'the trailer label says as many' "'$(printf '%06d' "$blocks")'" \
	"$(mapped "Label *: 'EOF1'" 'Block Count Low')"
hetget -n "$case_work/tape.het" "$case_work/data" 2 U "$size" "$size" >/dev/null 2>&1 || true
equal 'the data on the image is what was written' "$(sed -n 's/^data: //p' "$case_work/stdout")" \
	"$(sha256sum <"$case_work/data" | cut -d ' ' -f 1)"
case_end
