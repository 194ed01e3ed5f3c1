# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# A real tn3270 client, s3270, as a screen and keyboard that a case can look at and type on.

free_port()
{
	local port
	while :; do
		port=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}

# TEXT: in code page 037, as hex digits.
ebcdic()
{
	printf '%s' "$1" | iconv -f ASCII -t IBM037 | od -An -v -tx1 | tr -d ' \n'
}

# The answer to the oldest action, without the status line. Status 1 if s3270 says error.
screen_answer()
{
	local line text=
	while IFS= read -r -t 300 line <&"$screen_out"; do
		case $line in
		ok) printf '%s' "$text"; return 0 ;;
		error) printf '%s' "$text"; return 1 ;;
		data:*) text+="${line#data: }"$'\n' ;;
		esac
	done
	return 1
}

# ACTION: one s3270 action and its answer.
screen_do()
{
	printf '%s\n' "$1" >&"$screen_in"
	screen_answer
}

# PORT: somebody listens there. QEMU serves one client at a time, so this must not connect.
port_listens()
{
	grep -qiE "^ *[0-9]+: 0100007F:$(printf '%04X' "$1") 00000000:0000 0A " /proc/net/tcp
}

# PORT: connects as soon as the machine listens; gives up when the machine has ended. s3270 answers
# only when the mainframe has written its first screen.
screen_open()
{
	until port_listens "$1"; do
		# shellcheck disable=SC2154 # of host.sh
		kill -0 "$case_machine" 2>/dev/null || return 1
		sleep 0.5
	done
	coproc screen { exec s3270 -model 2; }
	# bash keeps the fds of a coprocess from subshells; copies of them it does not.
	exec {screen_out}<&"${screen[0]}" {screen_in}>&"${screen[1]}"
	screen_do "Connect(127.0.0.1:$1)" >/dev/null
}

screen_text()
{
	screen_do 'Ascii()'
}

# TEXT SECONDS
screen_shows()
{
	local left=$2
	until screen_text | grep -qF -- "$1"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}

# TEXT: types it and presses Enter.
screen_enter()
{
	screen_do "String(\"$1\")" >/dev/null || true
	screen_do 'Enter()' >/dev/null || true
}

screen_close()
{
	printf 'Quit\n' >&"$screen_in" || true
}
