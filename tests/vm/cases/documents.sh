#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# every command in the documents, typed by a user in a shell, prints what the document says
# takes: 270
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# Those that are named, or all; CASE_DOCUMENTS is for who writes one.
# shellcheck disable=SC2086 # several
(cd "$case_top" && LC_ALL=C awk -v place=mainframe -f "$case_dir/lib/documents.awk" \
	${CASE_DOCUMENTS:-$(tests/lint/files . '*.md' '*.[1-8]' '*.[1-8].in')}) >"$case_work/documents"
check 'there are documents with commands' grep -q '^C ' "$case_work/documents"

# The machine of tools/demo --shell.
hetinit "$case_work/tape.het" MYTAPE >/dev/null 2>&1
dasdinit "$case_work/disk.ckd" 3390-1 MYDISK >/dev/null 2>&1
over=$("$case_dir/../unpacked" python3-dbus libglib2.0-bin)
machine_run --over="$over" --emulator=hercules --userland=debian --file="$case_work/documents" \
	--file="$case_dir/lib/transcript.sh" \
	--device="0580 3490 $case_work/tape.het" --device="0120 3390 $case_work/disk.ckd"
case_end
