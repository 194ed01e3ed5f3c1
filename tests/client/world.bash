# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Owns a small world for ccwctl: devices as files in the shape of /sys, a bus, and the built daemon on it.
# For scripts that have set top_builddir.

command -v dbus-daemon >/dev/null || { echo 'needs dbus-daemon (apt-get install dbus)'; exit 77; }

tmp=$(mktemp -d)
processes=()

clean_up()
{
	local process
	for process in "${processes[@]}"; do
		kill "$process" 2>/dev/null || true
		wait "$process" 2>/dev/null || true
	done
	rm -rf "$tmp" "${cli_errors-}"
}
trap clean_up EXIT

# ID SUBCHANNEL TYPE CONTROL-UNIT [DRIVER]
add_device()
{
	local dir=$tmp/sys/devices/css0/$2/$1
	mkdir -p "$dir" "$tmp/sys/bus/ccw/devices"
	ln -s "../../../devices/css0/$2/$1" "$tmp/sys/bus/ccw/devices/$1"
	echo "$3" >"$dir/devtype"
	echo "$4" >"$dir/cutype"
	echo 0 >"$dir/online"
	[ -z "${5-}" ] || { mkdir -p "$tmp/sys/bus/ccw/drivers/$5"; ln -s "../../../../bus/ccw/drivers/$5" "$dir/driver"; }
}

# COMMAND...: the condition holds within ten seconds.
wait_for()
{
	local left=100
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || { echo "never came true: $*"; exit 1; }
		sleep 0.1
	done
}

start_bus()
{
	cat >"$tmp/bus.conf" <<-EOF
		<busconfig>
		<listen>unix:path=$tmp/bus</listen>
		<auth>EXTERNAL</auth>
		<policy context="default">
		<allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
		</policy>
		</busconfig>
	EOF
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$tmp/bus
	if [ "${CCWB_TEST_BUS:-}" = dbus-broker ]; then
		"$top_builddir/tests/bus/launch-broker" "$tmp/bus" >/dev/null &
	else
		dbus-daemon --config-file="$tmp/bus.conf" --nofork --nopidfile &
	fi
	processes+=($!)
	wait_for test -S "$tmp/bus"
}

broker_answers()
{
	"$top_builddir/tests/client/ccwctl" leases -q >/dev/null 2>&1
}

# PROGRAM: the daemon, or what stands for it
start_broker()
{
	mkdir -p "$tmp/run" "$tmp/etc"
	# shellcheck disable=SC2031 # the address is exported above
	RUNTIME_DIRECTORY=$tmp/run CONFIGURATION_DIRECTORY=$tmp/etc \
		"$1" --sysfs-root="$tmp/sys" 2>"$tmp/broker.log" &
	processes+=($!)
	wait_for broker_answers
}

