#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# 100,000 programs on QEMU's devices while everything happens to them at once; nothing is left behind
# takes: 150
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/storm.sh
. "$case_dir/lib/storm.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$(dirname "$0")/lib/screen.sh"
# shellcheck source=tests/vm/cases/lib/monitor.sh
. "$case_dir/lib/monitor.sh"

storm_options "$@"
case_guest=storm.guest

said()
{
	grep -q -- "$1" "$case_work/stdout"
}

# A device goes and comes for as long as the storm lasts; at the end it is there.
plug()
{
	until said '^# seed'; do
		kill -0 "$case_machine" 2>/dev/null || return 0
		sleep 0.2
	done
	until said '^# the storm is over'; do
		kill -0 "$case_machine" 2>/dev/null || return 0
		monitor 'device_del storm3'
		sleep 0.5
		monitor 'device_add virtio-rng-ccw,id=storm3,devno=fe.0.1003'
		sleep 2
	done
}

devices=()
for n in 1 2 3; do
	devices+=("--device=virtio-rng-ccw,id=storm$n,devno=fe.0.100$n")
done
# What Debian's kernel has of its own checks; it is built without KASAN, kmemleak and lockdep. virtio_ccw
# would take a device online in the background, at some time after it has lost it to somebody else.
machine_start --emulator=qemu --no-service --timeout=$((least + 900)) --cpus=2 --monitor="$monitor_port" --tn3270="$(free_port)" \
	--kernel-option="slub_debug=FZPU,kmalloc-*,dma-kmalloc-* slab_nomerge page_poison=1" \
	--kernel-option='panic_on_warn=1 kfence.sample_interval=100' \
	--kernel-option='virtio_ccw.no_auto=0.0.1001-0.0.1003' \
	"${devices[@]}" --file="$case_programs/storm" -- "$seed" 100000 "$least" $((least + 600)) \
	0.0.1001 0.0.1002 0.0.1003+plugged 3270+path
monitor_open && plug
status=0
machine_wait || status=$?
equal "the guest part ends well (again with --seed=$seed)" 0 "$status"
case_end
