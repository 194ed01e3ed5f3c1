#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a real libvirtd takes what ccwctl libvirt-xml prints and starts the bare-metal guest on a brokered device
# takes: 350
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
mac=$(printf '52:54:00:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
# what alice's own libvirtd needs is in the files of the packages
over=$("$case_dir/../unpacked" libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu qemu-system-s390x)
machine_run --over="$over" --emulator=qemu --userland=debian --timeout=1500 --tn3270="$(free_port)" \
	--file="$case_top/build-s390x/metal/metal" --file="$case_dir/lib/libvirt.sh" \
	--device="virtio-net-ccw,devno=fe.0.1111,mac=$mac" -- "$mac"
case_end
