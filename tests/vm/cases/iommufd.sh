#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a device by iommufd from the broker: in its sandbox, for a user, and back from one who never bound it
# takes: 60
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$(dirname "$0")/lib/screen.sh"

# Under systemd and QEMU, whose 3270 answers Sense ID; then on a kernel that has no iommufd.
machine_run --kernel=iommufd --emulator=qemu --userland=debian --tn3270="$(free_port)"
machine_run --emulator=qemu --tn3270="$(free_port)" -- without
case_end
