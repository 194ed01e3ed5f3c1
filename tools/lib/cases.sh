# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Finds the cases in tests/vm/cases, runs several of them at a time and counts what they say. A case
# is a script NAME.sh; its fourth line is a comment with what it shows, "# takes: N" its usual
# seconds, and "# long" that it runs only when all are asked for or it is named, "# named" that it has to
# be named. It prints "ok - TEXT" or "not ok - TEXT" for each thing it saw and its status is 0 if all was
# well. A case that says nothing has failed.

# What an administrator's machine goes through, on the packaged one.
# shellcheck disable=SC2034 # for tools/check
cases_life='@(packages|service|restart|definition|early|cable|two-users|polkit|confinement)'

# FILE MARK
cases_has()
{
	head -n 8 "$1" | grep -qx "# $2"
}

# FILE [PATTERN]: does it run by that?
cases_is_meant()
{
	case ${2-} in
	'') ! cases_has "$1" long && ! cases_has "$1" named ;;
	'*') ! cases_has "$1" named ;;
	esac
}

# TOP [PATTERN]: names, the longest first. Without a pattern all but the long ones.
cases_names()
{
	local f name
	for f in "$1"/tests/vm/cases/*.sh; do
		[ -e "$f" ] || continue
		cases_is_meant "$f" "${2-}" || continue
		name=$(basename "$f" .sh)
		# shellcheck disable=SC2053 # the argument is a pattern
		[[ $name == ${2:-*} ]] || continue
		printf '%s %s\n' "$(sed -n 's/^# takes: \([0-9]*\).*/\1/p' "$f" | head -n 1)" "$name"
	done | sort -k 1,1nr -k 2 | awk '{ print $NF }'
}

# TOP: for people.
cases_list()
{
	local name file mark
	while IFS= read -r name; do
		file=$1/tests/vm/cases/$name.sh
		mark=
		! cases_has "$file" long || mark=' (--all)'
		! cases_has "$file" named || mark=" (--only=$name)"
		printf '%-16s %s%s\n' "$name" "$(sed -n '4s/^# *//p' "$file")" "$mark"
	done < <(cases_names "$1" '?*' | sort)
}

# LOG STATUS: adds up what a case that has ended said.
cases_count()
{
	local good bad
	good=$(grep -ac '^ok - ' "$1") || true
	bad=$(grep -ac '^not ok - ' "$1") || true
	if [ "$bad" -eq 0 ] && { [ "$2" -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
	fi
	report_count "$good" "$bad"
	cases_good=$good
	cases_bad=$bad
}

# NAME LOG STATUS SECONDS
cases_report()
{
	cases_count "$2" "$3"
	if [ "$cases_bad" -eq 0 ]; then
		report_note "$(printf '%-16s %2d passed, %3d s' "$1" "$cases_good" "$4")"
		return
	fi
	report_note "$(printf '%-16s %2d passed, %d FAILED (status %d), %d s' "$1" "$cases_good" "$cases_bad" "$3" "$4")"
	grep -a '^not ok - ' "$2" | sed 's/^/             | /' || true
	report_log_tail "$2"
}

# NAME
cases_start()
{
	"$cases_top/tests/vm/cases/$1.sh" >"$cases_logs/$1.log" 2>&1 </dev/null &
	cases_running[$!]=$1
	cases_started[$!]=$SECONDS
}

# LOG: did the emulator itself die? tests/vm/run says so, whatever the guest was doing.
cases_emulator_died()
{
	grep -qa '^run: the emulator itself crashed' "$1"
}

# NAME LOG: begins a case that failed once more; what it said first stays.
cases_again()
{
	if cases_emulator_died "$2"; then
		report_note "$(printf '%-16s the emulator crashed; once more (%s.first)' "$1" "$2")"
	else
		report_note "$(printf '%-16s did not pass; once more (%s.first)' "$1" "$2")"
		grep -a '^not ok - ' "$2" | sed 's/^/             | /' || true
		report_log_tail "$2"
	fi
	mv "$2" "$2.first"
	cases_start "$1"
}

# The newest case to end: waits for it and reports it.
cases_reap()
{
	local pid name log status=0
	wait -n -p pid "${!cases_running[@]}" || status=$?
	name=${cases_running[$pid]}
	log=$cases_logs/$name.log
	unset "cases_running[$pid]"
	if [ "$status" -ne 0 ] && [ ! -e "$log.first" ]; then
		cases_again "$name" "$log"
		return
	fi
	cases_report "$name" "$log" "$status" $((SECONDS - cases_started[pid]))
	if [ "$cases_bad" -eq 0 ] && [ -e "$log.first" ] && ! cases_emulator_died "$log.first"; then
		report_second_attempt "$name"
	fi
}

# On interrupt the machines must not stay behind: each case ends its own on TERM.
cases_stop()
{
	trap - INT TERM
	[ ${#cases_running[@]} -eq 0 ] || kill -TERM "${!cases_running[@]}" 2>/dev/null || true
	wait
	exit 130
}

# TOP LOGS JOBS [PATTERN]: runs the cases.
cases_run()
{
	local jobs=$3 name
	cases_top=$1
	cases_logs=$2
	shift 3
	declare -gA cases_running=() cases_started=()
	mkdir -p "$cases_logs"
	rm -f "$cases_logs"/*.first
	trap cases_stop INT TERM
	while IFS= read -r name; do
		[ ${#cases_running[@]} -lt "$jobs" ] || cases_reap
		cases_start "$name"
	done < <(cases_names "$cases_top" "$@")
	while [ ${#cases_running[@]} -gt 0 ]; do
		cases_reap
	done
	trap - INT TERM
}
