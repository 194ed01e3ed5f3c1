#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# an ECKD and an FBA disk held to reading by the shipped profiles: what reads goes, what writes is rejected
# takes: 50
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

dasdinit "$case_work/disk.ckd" 3390-1 MYDISK >/dev/null 2>&1
dasdinit "$case_work/disk.fba" 3370 MYFBA 1000 >/dev/null 2>&1
machine_run --emulator=hercules --device="0120 3390 $case_work/disk.ckd" \
	--device="0121 3370 $case_work/disk.fba"
case_end
