# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# The guest's half of a case: sourced first by every NAME.guest. What it knows of a device it reads
# from sysfs, not from the broker.

guest_failed=0
said=
modprobe ccwbroker

ok()
{
	printf 'ok - %s\n' "$*"
}

not_ok()
{
	printf 'not ok - %s\n' "$*"
	guest_failed=1
}

# TEXT WANT GOT
equal()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: expected \"$2\", got \"$3\""
	fi
}

# TEXT PATTERN STRING: the extended regular expression is found, case ignored.
contains()
{
	if grep -qiE -- "$2" <<<"$3"; then
		ok "$1"
	else
		not_ok "$1: no \"$2\" in \"$3\""
	fi
}

# TEXT COMMAND...
check()
{
	local text=$1
	shift
	if "$@"; then
		ok "$text"
	else
		not_ok "$text: $* failed"
	fi
}

# STATUS TEXT COMMAND...: what the command says is kept in $said, both streams.
expect()
{
	local want=$1 text=$2 got=0
	shift 2
	said=$("$@" 2>&1) || got=$?
	if [ "$got" -eq "$want" ]; then
		ok "$text"
	else
		not_ok "$text: status $got instead of $want: $said"
	fi
}

# USER COMMAND...
as()
{
	setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups -- "${@:2}"
}

device()
{
	echo "/sys/bus/ccw/devices/$1"
}

driver_of()
{
	local link
	link=$(readlink "$(device "$1")/driver") || { echo none; return; }
	basename "$link"
}

online_of()
{
	cat "$(device "$1")/online"
}

# CU-TYPE: the first device behind such a control unit; where the emulator chooses the number.
find_device()
{
	basename "$(dirname "$(grep -l "^$1/" /sys/bus/ccw/devices/*/cutype | head -n 1)")"
}

# ID: the name of its block device, once there is one.
block_of()
{
	ls "$(device "$1")/block" 2>/dev/null
}

# ID: its block device is there and udev has seen it.
has_node()
{
	[ -b "/dev/$(block_of "$1")" ] && udevadm settle
}

# ID: what must be the same again after everything.
device_state()
{
	echo "driver $(driver_of "$1"), online $(online_of "$1")"
}

# ID STATE
device_is()
{
	[ "$(device_state "$1")" = "$2" ]
}

claim_list()
{
	cat /sys/bus/ccw/drivers/ccwbroker/claim
}

# SECONDS COMMAND...: polls until the command succeeds.
wait_until()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# udev opens a disk that has just gone online, and what is open is in use.
udev_is_done()
{
	udevadm settle --timeout=30
}

# TEXT ID STATE: the device comes back to that state soon.
comes_back()
{
	if wait_until 40 device_is "$2" "$3" && udev_is_done; then
		ok "$1: $3"
	else
		not_ok "$1: $(device_state "$2") instead of $3"
	fi
}

manager()
{
	busctl --system call org.ccwbroker1 /org/ccwbroker1 org.ccwbroker1.Manager "$@"
}

# The policy is standard input; the daemon takes it at once.
policy()
{
	mkdir -p /etc/ccwbroker
	cat >/etc/ccwbroker/policy.json
	manager Reload >/dev/null
}

# ID [SECONDS]: the broker says the device is leased.
is_leased()
{
	manager ListLeases t 0 | grep -qF "\"$1\""
}

# USER COMMAND...: in the background, as the very process whose pid is in $holder.
as_holder()
{
	(exec setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups -- "${@:2}") &
	holder=$!
	disown # or bash reports how it was killed
}

# USER ID: a lease held by a process that does nothing.
hold()
{
	as_holder "$1" ccwctl run "$2" -- sleep 600
	wait_until 40 is_leased "$2" || not_ok "no lease of $2 for $1"
}

# Also fails when the kernel complained meanwhile.
guest_end()
{
	if dmesg | grep -E 'BUG:|WARNING:|Oops|Call Trace'; then
		not_ok 'the kernel complains'
	fi
	exit "$guest_failed"
}
