# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A person's keystrokes on their way into a Hercules machine: as operator commands through the
# emulator's own web page, in hex, because its console translates characters. guest/shell turns
# them back into keys. What the machine answers comes out as any job's output does.

# An operator command holds so many characters, two for each key.
readonly KEYS_AT_ONCE=50

# The page would be open to whoever reaches this host, as the emulator binds to every address: it
# runs in a network of its own, with nothing but loopback. The password is for the host's users.
readonly KEYS_PORT=8081

# Sets KEYS_PASSWORD, and KEYS_NETWORK to what starts a command in that network.
keys_setup() {
	local own=(--net)
	need_commands unshare=util-linux ip=iproute2
	((EUID == 0)) || own+=(--user --map-root-user)
	KEYS_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	# shellcheck disable=SC2016 # for the inner shell
	KEYS_NETWORK=(unshare "${own[@]}" bash -c 'ip link set lo up && exec "$@"' network)
}

keys_send() {
	local page authorization
	authorization=$(printf 'keys:%s' "$KEYS_PASSWORD" | base64)
	{
		exec {page}<>"/dev/tcp/127.0.0.1/$KEYS_PORT"
	} 2>/dev/null || return 1
	printf 'GET /cgi-bin/tasks/syslog?command=.%s HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' \
		"$1" "$authorization" >&"$page"
	cat <&"$page" >/dev/null || true
	exec {page}>&-
}

# The machine says something when its shell is there to listen.
keys_wait() {
	until head -c 8 "$1" | grep -q CCWB; do
		sleep 0.2
	done
}

# Standard input into the machine until it ends.
keys_pump() {
	local key keys LC_ALL=C
	while IFS= read -r -d '' -N 1 key; do
		keys=$key
		while ((${#keys} < KEYS_AT_ONCE)) && IFS= read -r -d '' -N 1 -t 0.01 key; do
			keys+=$key
		done
		keys_send "$(printf '%s' "$keys" | od -An -v -tx1 | tr -d ' \n')" || return 0
	done
	keys_send 04 || true
}

# keys_start DISK-FILE: pumps, from within the emulator's network, once somebody listens.
keys_start() {
	local join=(--net)
	((EUID == 0)) || join+=(--user --preserve-credentials)
	keys_wait "$1"
	exec nsenter --target "$EMULATOR_PID" "${join[@]}" bash -c \
		"$(declare -p KEYS_PORT KEYS_PASSWORD KEYS_AT_ONCE
			declare -f keys_send keys_pump
			echo keys_pump)"
}
