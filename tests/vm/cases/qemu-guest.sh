#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# a bare-metal guest says the same on the bare emulator and, as alice's, under QEMU 10 on brokered devices
# takes: 300
# long
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"

[ -n "${CASE_NO_BUILD-}" ] || "$case_dir/../build" >&2
metal=$case_top/build-s390x/metal/metal
vmm=$("$case_dir/../vmm")
mac=$(printf '52:54:00:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
typed=$(random_serial)

# COMMAND...: when it is true somebody types at the terminal for which the guest waits.
somebody_types_when()
{
	local left=300
	screen_open "$port" || not_ok "s3270 reaches the machine on port $port"
	until "$@"; do
		left=$((left - 1))
		if [ "$left" -eq 0 ] || ! kill -0 "$case_machine" 2>/dev/null; then
			not_ok "never true: $*"
			return
		fi
		sleep 1
	done
	screen_shows METAL 120 || not_ok "the screen does not show what the guest wrote: $(screen_text)"
	screen_enter "$typed"
}

bare()
{
	qemu-system-s390x -M s390-ccw-virtio -m 64 -nodefaults -display none -no-reboot \
		-action panic=exit-failure -kernel "$metal" \
		-chardev "file,id=console,path=$case_work/bare" -device sclpconsole,chardev=console \
		-device "virtio-net-ccw,devno=fe.0.1111,mac=$mac" \
		-chardev "socket,id=terminal,host=127.0.0.1,port=$port,server=on,wait=off,tn3270=on" \
		-device x-terminal3270,chardev=terminal,devno=fe.0.3270 \
		</dev/null >&2 &
	case_machine=$!
}

# A terminal that is connected is ready, which the guest must not have seen when it looks first.
guest_has_looked()
{
	local i
	for ((i = 0; i < 1200; i++)); do
		! grep -qs 'terminal: nothing has happened' "$case_work/bare" || return 0
		sleep 0.1
	done
	not_ok 'the guest on the bare emulator looks at its terminal'
}

# What the emulator itself gets wrong is marked by the guest and not compared.
compared()
{
	grep -v '^apart, ' "$1" || true
}

port=$(free_port)
bare
guest_has_looked
somebody_types_when true
status=0
wait "$case_machine" || status=$?
case_machine=
screen_close
equal 'on the bare emulator the guest is content' 0 "$status"

# The guest part says when all that was to be done while the guest waits is done.
is_restarted()
{
	grep -q 'the daemon is another one' "$case_work/stdout"
}

# What the guest says in the machine, as it says it on the bare emulator. path|fd [OPTION]...
passed_through()
{
	local by=$1 passed=$case_work/out/report status=0
	shift
	rm -rf "$case_work/out"
	port=$(free_port)
	machine_start --emulator=qemu --userland=debian --tn3270="$port" --file="$vmm" --file="$metal" \
		--file="$case_dir/qemu-acquire.guest" \
		--device="virtio-net-ccw,devno=fe.0.1111,mac=$mac" "$@" -- "$by"
	somebody_types_when is_restarted
	machine_wait || status=$?
	screen_close
	equal "by $by the guest part ends well" 0 "$status"
	check 'the guest under QEMU 10 has reported' test -s "$passed"
	equal 'and says, line by line, what it says on the bare emulator' '' \
		"$(diff <(compared "$case_work/bare") <(compared "$passed") | head -n 20)"
	equal 'and is content' "$(tail -n 1 "$case_work/bare")" "$(tail -n 1 "$passed")"
	equal 'and what the emulator gets wrong by itself is right' '' "$(grep '^apart, not ok' "$passed" || true)"
	check 'it has read the address that the card was given' \
		grep -q "card: read: ${mac//:/}aa" "$passed"
	check 'it has read what was typed' grep -qi "terminal: typed: 7d.*$(ebcdic "$typed")" "$passed"
}

passed_through path
passed_through fd --kernel=iommufd
case_end
