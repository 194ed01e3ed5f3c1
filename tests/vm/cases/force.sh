#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# option force takes what is open or up from the host, for root and whom polkit lets, and never what is mounted
# takes: 60
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

machine_run --emulator=qemu --userland=debian --device=virtio-net-ccw,devno=fe.0.1111,mac=52:54:00:a1:1c:e1
case_end
