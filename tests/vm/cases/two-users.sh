#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# two users run a virtual machine each at the same time, on a device each of the same kind; neither has the other's
# takes: 60
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
metal=$case_top/build-s390x/metal/metal
vmm=$("$case_dir/../vmm")

machine_run --emulator=qemu --userland=debian --file="$vmm" --file="$metal" \
	--device=virtio-net-ccw,devno=fe.0.1111,mac=52:54:00:a1:1c:e1 \
	--device=virtio-net-ccw,devno=fe.0.2222,mac=52:54:00:b0:b0:b2
case_end
