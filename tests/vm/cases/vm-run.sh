#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# the test bed keeps its promises: exit status, files in and out, arguments, output, time limit, parallel runs
# takes: 90
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

"$case_dir/../selftest" || case_failed=1
case_end
