#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# unknown devices, malformed ids, options and policies are refused with reasons and change nothing
# takes: 30
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
machine_run --emulator=qemu --tn3270="$(free_port)"
case_end
