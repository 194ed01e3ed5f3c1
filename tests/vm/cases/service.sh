#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# systemd starts, reloads, watches and confines the service; a full disk, no memory and a clock that jumps lose nothing
# takes: 150
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)"
case_end
