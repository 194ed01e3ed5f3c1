# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# What the tests that run ccwctl share: one call, its three results, what is expected of them.

top_builddir=${top_builddir:-.}
cli_failed=0
cli_checks=0
out=
err=
cli_errors=$(mktemp)
trap 'rm -f "$cli_errors"' EXIT

fail()
{
	echo "FAILED: $*" >&2
	cli_failed=1
}

# STATUS TEXT ARG...: ccwctl ends with STATUS and TEXT is somewhere in what it says on standard error.
expect()
{
	local want=$1 text=$2 status=0
	shift 2
	out=$("$top_builddir/tests/client/ccwctl" "$@" 2>"$cli_errors") || status=$?
	err=$(<"$cli_errors")
	cli_checks=$((cli_checks + 1))
	[ "$status" -eq "$want" ] || fail "ccwctl ${*@Q}: status $status instead of $want: $out $err"
	[[ $err == *"$text"* ]] || fail "ccwctl ${*@Q}: no \"$text\" in: $err"
}

# TEXT ARG...: wrong usage: one complaint, one usage line, nothing on standard output.
usage()
{
	expect 2 "$@"
	shift
	[ "$(grep -c '^usage: ccwctl ' <<<"$err")" -eq 1 ] || fail "ccwctl ${*@Q}: not one usage line: $err"
	[ "$(wc -l <<<"$err")" -eq 2 ] || fail "ccwctl ${*@Q}: not two lines: $err"
	[ -z "$out" ] || fail "ccwctl ${*@Q}: prints $out"
}

# ARG...: the arguments are good and the broker is not there.
nobody()
{
	expect 69 'is ccwbrokerd running? systemctl start ccwbrokerd' "$@"
	[ -z "$out" ] || fail "ccwctl ${*@Q}: prints $out"
}

finish()
{
	echo "$cli_checks calls of ccwctl"
	exit "$cli_failed"
}
