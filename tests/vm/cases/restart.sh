#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# leases survive kill -9, restart and stop of the daemon, and are ended when their holder ends
# takes: 120
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)" \
	--file="$case_programs/holder"
case_end
