#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# text that ccwctl io writes to a 3270 stands on the screen of a real tn3270 client
# takes: 30
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"

# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
word=$(random_serial)
typed=$(random_serial)
text="CCWBROKER SAYS $word"
port=$(free_port)
machine_start --emulator=qemu --tn3270="$port" -- "$(ebcdic "$text")" "$(ebcdic "$typed")"
screen_open "$port" || not_ok "s3270 reaches the machine on port $port"
if screen_shows "$text" 120; then
	ok "the screen shows \"$text\""
else
	not_ok "the screen does not show \"$text\": $(screen_text)"
fi
screen_enter "$typed"
status=0
machine_wait || status=$?
equal 'the guest part ends well' 0 "$status"
screen_close
case_end
