#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the packaged machine boots to multi-user, the service running; it says how long it takes, which is less than a minute on QEMU without other load
# takes: 40
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

readonly SECONDS_MOST=60

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
load=$(cut -d . -f 1 /proc/loadavg)
began=$(date +%s)
machine_run --no-build --emulator=qemu --userland=debian
up=$(sed -n 's/^multi-user: @//p' "$case_work/stdout")
took=$((${up:-$((began + 3600))} - began))
echo "from the command to multi-user: $took s, on a machine with load $load before"
# under load it takes as long as that lets it
[ "$load" -ge "$(nproc)" ] || check "that is less than $SECONDS_MOST s" test "$took" -lt "$SECONDS_MOST"
case_end
