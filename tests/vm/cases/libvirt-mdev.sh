#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# QEMU, and a real libvirtd, start the bare-metal guest on a mediated device of the kernel's own vfio_ccw
# takes: 350
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
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
mac=$(printf '52:54:00:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
over=$("$case_dir/../unpacked" libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu qemu-system-s390x)
machine_run --over="$over" --emulator=qemu --userland=debian --timeout=1500 --no-service \
	--file="$case_top/build-s390x/metal/metal" --file="$case_dir/lib/libvirt.sh" \
	--file="$PEER/mdev.ko" --file="$PEER/vfio_ccw.ko" \
	--device="virtio-net-ccw,devno=fe.0.1111,mac=$mac" -- "$mac"
case_end
