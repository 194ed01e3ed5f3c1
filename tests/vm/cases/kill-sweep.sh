#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# daemon, client and worker are killed at random moments of each operation; the device is where it was, nothing is left
# takes: 2700
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

# Arguments: [ROUNDS [SEED [OPERATION...]]]
machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)" --file="$case_programs/holder" \
	--kernel-option='virtio_ccw.no_auto=0.0.1001' --device=virtio-rng-ccw,id=swept,devno=fe.0.1001 \
	--timeout=3000 -- "${1-50}" "${2-$RANDOM}" "${@:3}"
case_end
