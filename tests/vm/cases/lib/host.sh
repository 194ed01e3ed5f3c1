# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# The host's half of a case: sourced first by every NAME.sh. Owns the scratch directory and the one
# machine of the case, which ends with it on every path. Results are lines "ok - TEXT" and "not ok - TEXT".

case_name=$(basename "$0" .sh)
case_dir=$(cd "$(dirname "$0")" && pwd)
case_top=$(cd "$case_dir/../../.." && pwd)
case_programs=$case_top/build-s390x/obj/tests/vm/cases
case_work=$(mktemp -d "${TMPDIR:-/tmp}/ccwbroker-$case_name.XXXXXX")
case_failed=0
case_machine=

case_cleanup()
{
	trap - EXIT INT TERM
	if [ -n "$case_machine" ]; then
		kill -TERM "$case_machine" 2>/dev/null || true
		wait "$case_machine" 2>/dev/null || true
	fi
	rm -rf "$case_work"
}
trap case_cleanup EXIT
trap 'case_cleanup; exit 130' INT TERM

ok()
{
	printf 'ok - %s\n' "$*"
}

not_ok()
{
	printf 'not ok - %s\n' "$*"
	case_failed=1
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

# Six characters as they may stand in a volume label.
random_serial()
{
	LC_ALL=C tr -dc 'A-Z0-9' </dev/urandom | head -c 6 || true
}

# ARG...: starts the machine with the case's guest part and guest.sh; arguments as tests/vm/run takes
# them before SCRIPT; what follows "--" goes to the guest part. Its standard output is shown and kept
# in $case_work/stdout.
machine_start()
{
	local options=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	# tools/check has built everything already.
	[ -z "${CASE_NO_BUILD-}" ] || options+=(--no-build)
	# tests/kernels/run shows a case on other kernels.
	[ -z "${CASE_KERNEL-}" ] || options+=("--kernel=$CASE_KERNEL")
	mkfifo "$case_work/pipe"
	tee "$case_work/stdout" <"$case_work/pipe" &
	case_tee=$!
	(cd "$case_work" && exec "$case_dir/../run" "${options[@]}" --file="$case_dir/lib/guest.sh" \
		"$case_dir/${case_guest:-$case_name.guest}" "$@" >"$case_work/pipe") &
	case_machine=$!
}

# Waits for the machine to end; the status is that of the guest part.
machine_wait()
{
	local status=0
	wait "$case_machine" || status=$?
	case_machine=
	wait "$case_tee" || true
	rm -f "$case_work/pipe"
	return "$status"
}

# The usual case: start, wait, and the guest part must end well.
machine_run()
{
	local status=0
	machine_start "$@"
	machine_wait || status=$?
	[ "$status" -eq 0 ] || not_ok "the guest part ended with status $status"
}

case_end()
{
	exit "$case_failed"
}
