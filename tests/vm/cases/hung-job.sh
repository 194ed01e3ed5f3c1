#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a driver that does not let go of its device: jobs and acquisitions are told to be stuck, others go on, and all recovers
# takes: 220
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
BENCH=$case_top/tests/bench
for part in common fetch kernel; do
	# shellcheck source=/dev/null
	. "$case_top/tests/vm/lib/$part.sh"
done
# shellcheck source=tests/bench/lib/modules.sh
. "$BENCH/lib/modules.sh"

kernel_ensure
cp -r "$case_top/tests/vm/stall" "$case_work/stall"
module_make "$case_work/stall"
machine_run --emulator=qemu --file="$case_work/stall/ccwstall.ko" \
	--kernel-option='virtio_ccw.no_auto=0.0.0b01-0.0.0b02' \
	--device=virtio-rng-ccw,id=rng1,devno=fe.0.0b01 --device=virtio-rng-ccw,id=rng2,devno=fe.0.0b02
case_end
