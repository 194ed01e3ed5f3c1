# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# QEMU's monitor of a machine that was started with --monitor="$monitor_port": what it answers is for nobody.

monitor_port=$(free_port)

# Waits for it; not for a machine that has ended.
monitor_open()
{
	until port_listens "$monitor_port"; do
		# shellcheck disable=SC2154 # of host.sh
		kill -0 "$case_machine" 2>/dev/null || return 1
		sleep 0.5
	done
	exec {monitor_fd}<>"/dev/tcp/127.0.0.1/$monitor_port"
	cat <&"$monitor_fd" >/dev/null &
}

# COMMAND
monitor()
{
	printf '%s\n' "$1" >&"$monitor_fd"
}
