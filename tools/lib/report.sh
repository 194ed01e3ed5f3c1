# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# What a person sees while a tool works: numbered steps with the seconds since the start, the log of
# a step that failed, and the counts of the last line. Knows nothing about what the steps do.

report_started=$SECONDS
report_step_number=0
report_passed=0
report_failed=0
report_again=()

report_elapsed()
{
	echo $((SECONDS - report_started))
}

# TEXT...: a step begins.
report_step()
{
	report_step_number=$((report_step_number + 1))
	printf '[%2d] %4d s  %s\n' "$report_step_number" "$(report_elapsed)" "$*"
}

# TEXT...: more about the step.
report_note()
{
	printf '             %s\n' "$*"
}

# PASSED FAILED: adds to the counts.
report_count()
{
	report_passed=$((report_passed + $1))
	report_failed=$((report_failed + $2))
}

# NAME...: what failed and has passed when it ran once more. It counts as passed, and is named at the end.
report_second_attempt()
{
	report_again+=("$@")
}

# LOG: the end of the log of what failed.
report_log_tail()
{
	printf '             --- last lines of %s\n' "$1"
	tail -n "${REPORT_TAIL:-40}" "$1" | sed 's/^/             | /'
	printf '             ---\n'
}

# LOG COMMAND...: runs the command with its output in LOG; shows the end of it when it fails.
report_run()
{
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	if "$@" >"$log" 2>&1; then
		return 0
	fi
	report_note "FAILED: $*"
	report_log_tail "$log"
	return 1
}

# The last line, exactly; the status says whether all was well.
report_end()
{
	[ ${#report_again[@]} -eq 0 ] ||
		printf 'passed at the second attempt only, find out why: %s\n' "${report_again[*]}"
	printf '%d passed, %d failed\n' "$report_passed" "$report_failed"
	[ "$report_failed" -eq 0 ]
}
