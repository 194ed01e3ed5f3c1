#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a 3390 with a mounted file system is not taken, the error says where it is mounted, and it stays mounted
# takes: 80
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

dasdinit "$case_work/disk.ckd" 3390 MOUNT0 60 >/dev/null 2>&1
machine_run --emulator=hercules --device="0120 3390 $case_work/disk.ckd"
case_end
