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
(cd "$case_top" && LC_ALL=C awk -v place=libvirt -f "$case_dir/lib/documents.awk" \
	doc/man/ccwbroker-qemu.7) >"$case_work/documents"
check 'there are commands for libvirt' grep -q '^C ' "$case_work/documents"
over=$("$case_dir/../unpacked" libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu qemu-system-s390x)
machine_run --over="$over" --emulator=qemu --userland=debian --timeout=1500 --tn3270="$(free_port)" \
	--file="$case_top/build-s390x/metal/metal" --file="$case_dir/lib/libvirt.sh" \
	--file="$case_work/documents" --file="$case_dir/lib/transcript.sh" \
	--device="virtio-net-ccw,devno=fe.0.1111,mac=$mac" \
	--device="virtio-net-ccw,devno=fe.0.0120,mac=$mac" -- "$mac"
case_end
