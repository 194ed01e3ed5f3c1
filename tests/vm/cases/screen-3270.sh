#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# text that ccwctl io writes to a 3270, as the document has it, stands on the screen of a real tn3270 client
# takes: 60
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
word=$(random_serial)
typed=$(random_serial)
text="CCWBROKER SAYS $word"
port=$(free_port)
(cd "$case_top" && LC_ALL=C awk -v place=terminal -f "$case_dir/lib/documents.awk" doc/ccwctl.md) >"$case_work/documents"
machine_start --emulator=qemu --userland=debian --tn3270="$port" --file="$case_work/documents" \
	--file="$case_dir/lib/transcript.sh" -- "$(ebcdic "$text")" "$(ebcdic "$typed")"
screen_open "$port" || not_ok "s3270 reaches the machine on port $port"
if screen_shows "$text" 120; then
	ok "the screen shows \"$text\""
else
	not_ok "the screen does not show \"$text\": $(screen_text)"
fi
screen_enter "$typed"
screen_shows HELLO 120 || not_ok "the screen does not show HELLO: $(screen_text)"
screen_enter 'HI THERE'
status=0
machine_wait || status=$?
equal 'the guest part ends well' 0 "$status"
screen_close
case_end
