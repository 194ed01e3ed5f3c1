#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the module alone, by its raw interfaces: every ioctl, and endless programs ended in every way; path loss
# takes: 60
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$(dirname "$0")/lib/screen.sh"

hetinit "$case_work/tape.het" SCRTCH >/dev/null 2>&1
machine_run --emulator=hercules --no-service --device="0580 3490 $case_work/tape.het" \
	--file="$case_programs/module"

case_guest=module-paths.guest
machine_run --emulator=qemu --no-service --tn3270="$(free_port)" --file="$case_programs/module"
case_end
