#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the benchmark runs: every program by every way of ours and in the kernel, each ending well; no time is judged
# takes: 15
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# PROGRAM WAY: a row of two rounds in which programs ran and took some time.
row_is_there()
{
	grep -Eq "^row program=$1 way=$2 rounds=2 programs=[1-9][0-9]* bytes=[1-9][0-9]* us=[0-9.]*[1-9]" \
		"$case_work/rows"
}

"$case_top/tests/bench/run" kernel --quick ${CASE_NO_BUILD:+--no-build} >"$case_work/rows" &
case_machine=$!
check 'the benchmark ends well' wait "$case_machine"
case_machine=
for program in 1x32 16x4k 64x4k 1x64k-idal; do
	for way in floor region request registered; do
		check "$program by $way" row_is_there "$program" "$way"
	done
done
case_end
