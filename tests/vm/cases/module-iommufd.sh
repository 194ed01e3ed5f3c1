#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the module by the device's own node and iommufd: all that case module sees, and what only this way has
# takes: 60
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --kernel=iommufd --emulator=hercules --no-service --file="$case_programs/module" \
	--device="0580 3490 $case_work/tape.het"
case_end
