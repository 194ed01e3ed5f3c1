# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Reads what automake's test driver and Check leave below a build directory. Knows their formats and
# nothing else.

# LOG: "PASSED FAILED" of one test program; RESULT is what automake made of its exit status.
counts_of_log()
{
	local log=$1 result=$2 line checks failures errors
	line=$(grep -aE '^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+' "$log" | tail -n 1) || true
	if [[ $line =~ Checks:\ ([0-9]+),\ Failures:\ ([0-9]+),\ Errors:\ ([0-9]+) ]]; then
		checks=${BASH_REMATCH[1]} failures=${BASH_REMATCH[2]} errors=${BASH_REMATCH[3]}
		errors=$((errors + failures))
		# The program failed after all its checks passed: leaks are found at the end.
		[ "$errors" -gt 0 ] || [ "$result" = PASS ] || errors=1
		echo "$((checks - errors)) $errors"
	elif [ "$result" = PASS ]; then
		echo '1 0'
	else
		# Skipped counts as failed: nothing may be left out unseen.
		echo '0 1'
	fi
}

counts_result_of()
{
	sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' "$1" | head -n 1
}

# DIR: "PASSED FAILED" of all test programs below it.
counts_of_units()
{
	local trs passed=0 failed=0 p f
	while IFS= read -r trs; do
		read -r p f < <(counts_of_log "${trs%.trs}.log" "$(counts_result_of "$trs")")
		passed=$((passed + p))
		failed=$((failed + f))
	done < <(find "$1" -name '*.trs' -path '*/tests/*' ! -path "$1/ccwbroker-*" ! -path "$1/tree/*" | sort)
	echo "$passed $failed"
}

# DIR: the logs of the programs that did not pass.
counts_failed_logs()
{
	local trs
	while IFS= read -r trs; do
		[ "$(counts_result_of "$trs")" = PASS ] || echo "${trs%.trs}.log"
	done < <(find "$1" -name '*.trs' -path '*/tests/*' ! -path "$1/ccwbroker-*" ! -path "$1/tree/*" | sort)
}
