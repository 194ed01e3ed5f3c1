#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# rules that ask are decided by the real polkit's rules, and journal and audit system tell who got what
# takes: 60
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

machine_run --emulator=qemu --userland=debian --tn3270="$(free_port)" --kernel-option=audit=1
case_end
