#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# 500 leases one after the other: fds, memory, slab, pins, FIFOs and files are flat from the 100th to the last
# takes: 640
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# Arguments: [LEASES]
machine_run --emulator=qemu --timeout=1700 --device=virtio-rng-ccw,id=leased,devno=fe.0.1001 \
	--kernel-option='slub_debug=U,kmalloc-*,dma-kmalloc-* slab_nomerge' \
	--kernel-option='virtio_ccw.no_auto=0.0.1001' -- "${1-500}"
case_end
