# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# What the items of the campaign (tests/campaign) have in common: the build below top, and the line at the end.

# shellcheck disable=SC2154 # who sources this has set it
build=$top/build

# PROGRAM...: brought up to date in the build that tools/check has made.
item_build()
{
	make -C "$build" -s "$@"
	export top_srcdir=$top top_builddir=$build srcdir=$top
}

# COUNT RESULT NOT-COVERED
item_end()
{
	printf 'campaign: %s | %s | %s\n' "$1" "$2" "$3"
}

# LOG: a case's checks, "N checks, M failed".
item_checks()
{
	printf '%s checks, %s failed' "$(grep -ac '^ok - ' "$1" || true)" "$(grep -ac '^not ok - ' "$1" || true)"
}

# NAME [ARGUMENT...]: a case on the emulated machine, with its output in build/campaign/NAME.case.
item_case()
{
	local status=0
	mkdir -p "$build/campaign"
	[ -n "${CASE_NO_BUILD-}" ] || "$top/tests/vm/build"
	CASE_NO_BUILD=1 "$top/tests/vm/cases/$1.sh" "${@:2}" >"$build/campaign/$1.case" 2>&1 || status=$?
	cat "$build/campaign/$1.case"
	return "$status"
}
