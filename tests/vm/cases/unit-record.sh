#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# alice prints, reads and punches cards, and writes and reads tape and tracks, seen in top, where polkit agrees
# takes: 130
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

serial=$(random_serial)
line="PRINTED $serial"
card="CARD $serial"
punched=$(printf '%-80s' "PUNCHED $serial")
block=$(printf '%-100s' "BLOCK $serial")
track=$(printf '%-80s' "TRACK $serial")

printf '%s\n' "$card 1" "$card 2" "$card 3" "$card 4" >"$case_work/cards"
hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
dasdinit "$case_work/disk.ckd" 3390-1 MYDISK >/dev/null 2>&1
machine_run --emulator=hercules --userland=debian --file="$case_top/build-s390x/obj/tests/client/lister" \
	--device="000C 3505 $case_work/cards ascii trunc eof" \
	--device="000D 3525 $case_work/punch ascii" --device="000E 1403 $case_work/printer" \
	--device="0580 3490 $case_work/tape.het" --device="0120 3390 $case_work/disk.ckd" -- \
	"$card" "$(ebcdic "$line")" "$(ebcdic "$punched")" "$(ebcdic "$block")" "$(ebcdic "$track")" "$serial"

equal 'the printer has two cards and two lines' "$card 1 $card 2 $line $line" \
	"$(tr -s '\r\n\f ' ' ' <"$case_work/printer" | sed 's/ *$//')"
equal 'the punch has one card' "PUNCHED $serial" "$(sed 's/[[:space:]]*$//' "$case_work/punch")"
hetget -n "$case_work/tape.het" "$case_work/data" 1 U 100 100 >/dev/null 2>&1 || true
equal 'the tape has the block' "$(ebcdic "$block")" "$(od -An -v -tx1 "$case_work/data" | tr -d ' \n')"

# NUMBER at OFFSET in the header of the disk's image, least byte first.
header()
{
	od -An -tu4 --endian=little -j "$1" -N 4 "$case_work/disk.ckd" | tr -d ' '
}

# Cylinder 1, head 0: home address, R0 with its 8 bytes, and then the count of the record and its data.
at=$((512 + $(header 8) * $(header 12) + 5 + 16))
equal 'the track has the record, with its count' "0001000001000050$(ebcdic "$track")" \
	"$(od -An -v -tx1 -j "$at" -N 88 "$case_work/disk.ckd" | tr -d ' \n')"
case_end
