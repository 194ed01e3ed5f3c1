#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# devices that go and come are noticed by their udev events, and a lease taken after that works
# takes: 30
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

machine_run --emulator=hercules --device='0581 3490 *' --device='0582 3490 *'
case_end
