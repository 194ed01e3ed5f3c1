# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Runs the unit tests below a build directory and counts them. One that fails runs once more: if it passes
# then, it hangs on time or luck; that is told, and is to be mended, but says nothing of what it tests.

# DIR AGAIN COMMAND...: shows what failed, and runs it again by COMMAND with AGAIN for its last word.
units_again()
{
	local dir=$1 again=$2 status=0 log first=()
	shift 2
	mapfile -t first < <(counts_failed_logs "$dir")
	[ ${#first[@]} -gt 0 ] || return 1
	for log in "${first[@]}"; do
		report_log_tail "$log"
		cp "$log" "$log.first"
	done
	report_note "${#first[@]} did not pass; once more (their logs of before end in .first)"
	"${@:1:$#-1}" "$again" >>"$units_log" 2>&1 || status=$?
	for log in "${first[@]}"; do
		[ "$(counts_result_of "${log%.log}.trs")" != PASS ] || report_second_attempt "$(basename "$log" .log)"
	done
	return "$status"
}

# LOG TEXT DIR AGAIN COMMAND...: AGAIN for COMMAND's last word runs those that failed.
units_run()
{
	local dir=$3 again=$4 status=0 counted log
	units_log=$1
	report_step "$2"
	shift 4
	find "$dir" \( -name '*.trs' -o -name '*.log.first' \) -delete 2>/dev/null || true
	"$@" >"$units_log" 2>&1 || units_again "$dir" "$again" "$@" || status=$?
	counted=$(counts_of_units "$dir")
	# shellcheck disable=SC2086 # two numbers
	report_count $counted
	report_note "${counted% *} passed, ${counted#* } failed"
	while IFS= read -r log; do
		report_log_tail "$log"
	done < <(counts_failed_logs "$dir")
	if { [ "$status" -ne 0 ] && [ "${counted#* }" -eq 0 ]; } || [ "$counted" = '0 0' ]; then
		# Not a test failed but the way to the tests.
		report_count 0 1
		report_note "FAILED: $*"
		report_log_tail "$units_log"
	fi
}
