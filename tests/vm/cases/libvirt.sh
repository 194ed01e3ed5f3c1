#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a real libvirtd takes what ccwctl libvirt-xml prints and starts the bare-metal guest on a brokered device
# takes: 400
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
mac=$(printf '52:54:00:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
# an image of its own: libvirt's packages have users and directories that only an installation makes
machine_run --emulator=qemu --userland=debian --timeout=1500 \
	--package=libvirt-daemon-system --package=libvirt-daemon-driver-qemu --package=libvirt-clients \
	--package=qemu-system-s390x --file="$case_top/build-s390x/metal/metal" \
	--device="virtio-net-ccw,devno=fe.0.1111,mac=$mac" -- "$mac"
case_end
