#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# 5,000 programs on disks and tapes of Hercules while everything happens to them at once
# takes: 100
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/storm.sh
. "$case_dir/lib/storm.sh"

storm_options "$@"
case_guest=storm.guest
devices=()
for n in 1 2; do
	hetinit "$case_work/tape$n.het" "TAPE0$n" >/dev/null 2>&1
	dasdinit "$case_work/disk$n.ckd" 3390 "DISK0$n" 10 >/dev/null 2>&1
	devices+=("--device=058$n 3490 $case_work/tape$n.het"
		"--device=012$n 3390 $case_work/disk$n.ckd")
done
# As in storm-qemu.sh.
machine_start --emulator=hercules --no-service --timeout=$((least + 900)) \
	--kernel-option='slub_debug=FZPU,kmalloc-*,dma-kmalloc-* slab_nomerge page_poison=1' \
	--kernel-option='panic_on_warn=1 kfence.sample_interval=100' \
	"${devices[@]}" --file="$case_programs/storm" -- "$seed" 5000 "$least" $((least + 600)) \
	0.0.0581 0.0.0582 0.0.0121 0.0.0122
status=0
machine_wait || status=$?
equal "the guest part ends well (again with --seed=$seed)" 0 "$status"
case_end
