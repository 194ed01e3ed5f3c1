#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the commands in ccwbroker-qemu(7) that start a QEMU, by path and by file descriptor
# takes: 300
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
over=$("$case_dir/../unpacked" qemu-system-s390x)
cp "$case_top/build-s390x/metal/metal" "$case_work/vmlinuz"

# PLACE OPTION...
machine_at()
{
	local place=$1
	shift
	(cd "$case_top" && LC_ALL=C awk -v place="$place" -f "$case_dir/lib/documents.awk" \
		doc/man/ccwbroker-qemu.7) >"$case_work/documents"
	check "there are commands for $place" grep -q '^C ' "$case_work/documents"
	machine_run "$@" --over="$over" --emulator=qemu --userland=debian --timeout=600 \
		--file="$case_work/documents" --file="$case_work/vmlinuz" --file="$case_dir/lib/transcript.sh" \
		--device=virtio-net-ccw,devno=fe.0.0120 --device=virtio-rng-ccw,devno=fe.0.0580
}

# Those that are named, or both.
for place in ${CASE_PLACES:-qemu iommufd}; do
	case $place in
	qemu) machine_at qemu ;;
	iommufd) machine_at iommufd --kernel=iommufd ;;
	esac
done
case_end
