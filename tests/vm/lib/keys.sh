# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A person's keystrokes on their way into a Hercules machine: as operator commands through the
# emulator's own web page, in hex, because its console translates characters. guest/shell turns
# them back into keys. What the machine answers comes out as any job's output does.

# An operator command holds so many characters, two for each key.
readonly KEYS_AT_ONCE=50

# Sets KEYS_PORT and KEYS_PASSWORD. The page is open to whoever reaches this host, hence the
# password; it lives as long as the shell.
keys_setup() {
	KEYS_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	while :; do
		KEYS_PORT=$((RANDOM % 20000 + 20000))
		grep -q "$(printf ':%04X ' "$KEYS_PORT")" /proc/net/tcp || return 0
	done
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

# keys_pump DISK-FILE: standard input into the machine until it ends.
keys_pump() {
	local key keys LC_ALL=C
	keys_wait "$1"
	while IFS= read -r -d '' -N 1 key; do
		keys=$key
		while ((${#keys} < KEYS_AT_ONCE)) && IFS= read -r -d '' -N 1 -t 0.01 key; do
			keys+=$key
		done
		keys_send "$(printf '%s' "$keys" | od -An -v -tx1 | tr -d ' \n')" || return 0
	done
	keys_send 04 || true
}
