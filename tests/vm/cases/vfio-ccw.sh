#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# without our module the kernel's own vfio_ccw serves leases, and the device comes back as it was
# takes: 90
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# The module is the one that the benchmark compares with; here and there it is built once and cached.
BENCH=$case_top/tests/bench
for part in common fetch kernel source; do
	# shellcheck source=/dev/null
	. "$case_top/tests/vm/lib/$part.sh"
done
# shellcheck source=tests/bench/lib/modules.sh
. "$BENCH/lib/modules.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
kernel_ensure
peer_ensure
vmm=$("$case_dir/../vmm")
machine_run --emulator=qemu --no-service --device=virtio-rng-ccw,id=rng1,devno=fe.0.0b01 \
	--kernel-option='virtio_ccw.no_auto=0.0.0b01' --device=virtio-net-ccw,devno=fe.0.1111 \
	--file="$vmm" --file="$case_top/build-s390x/metal/metal" \
	--file="$PEER/mdev.ko" --file="$PEER/vfio_ccw.ko"
case_end
