#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# what is defined is bound after systemctl reboot, before anybody asks; a mounted disk never is
# takes: 80
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

# WHICH: the same machine, with the same disk
boot()
{
	machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)" \
		--changes="$case_work/changes" -- "$1"
}

boot first
boot second
case_end
