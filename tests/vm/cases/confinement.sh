#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# each directive of the service's sandbox: what it is for is kept away, or given, by it alone; none is left out
# takes: 120
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)" \
	--file="$case_programs/confined"
case_end
