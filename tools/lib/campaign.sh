# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Runs the items of the campaign, tests/campaign/NAME, one after the other, and writes one report of what
# they say, those of earlier runs among them: what an item said last stays until it is run again. Knows nothing of what an item does. An item is a script: its fourth line is a comment with what
# it tries, its argument how many seconds it may take where that can be chosen, and its last line
#   campaign: COUNT | RESULT | NOT COVERED
# Its status is 0 if all that it tries holds. One that ends without that line has failed.

# TOP [NAME...]: the names, all of them without one; fails for one that is not there.
campaign_names()
{
	local top=$1 name
	shift
	if [ $# -eq 0 ]; then
		(cd "$top/tests/campaign" && printf '%s\n' [a-z]*)
		return
	fi
	for name; do
		[[ $name =~ ^[a-z][a-z-]*$ ]] && [ -x "$top/tests/campaign/$name" ] || return 1
		printf '%s\n' "$name"
	done
}

# TOP: for people.
campaign_list()
{
	local name
	while IFS= read -r name; do
		printf '%-20s %s\n' "$name" "$(sed -n '4s/^# *//p' "$1/tests/campaign/$name")"
	done < <(campaign_names "$1")
}

# LOG: COUNT, RESULT and NOT COVERED, a line each; fails when they are not there.
campaign_summary()
{
	local line
	line=$(tail -n 1 "$1")
	[[ $line =~ ^campaign:\ ([^|]+)\ \|\ ([^|]+)\ \|\ ([^|]+)$ ]] || return 1
	printf '%s\n' "${BASH_REMATCH[@]:1:3}"
}

# NAME STATUS SECONDS LOG: the item's section of the report.
campaign_section()
{
	local said=() verdict=held
	mapfile -t said < <(campaign_summary "$4")
	[ "$2" -eq 0 ] && [ ${#said[@]} -eq 3 ] || verdict="FAILED (status $2)"
	cat <<-EOT

		## $1: $verdict

		$(sed -n '4s/^# *//p' "$campaign_top/tests/campaign/$1")

		* run on: $(campaign_commit), $(date -u '+%Y-%m-%d %H:%M') UTC, $(nproc) processors
		* command: \`tools/check --campaign $1${campaign_seconds:+ --time=$campaign_seconds}\`, $3 s
		* count: ${said[0]-it did not say}
		* result: ${said[1]-see ${4##*/}}
		* not covered: ${said[2]-it did not say}
	EOT
	[ "$verdict" = held ]
}

campaign_commit()
{
	git -C "$campaign_top" log -1 --format='%h' 2>/dev/null || echo 'no commit known'
}

# Puts together what is known of all items, run or not.
campaign_report()
{
	local name section
	echo '# Campaign'
	while IFS= read -r name; do
		section=$campaign_dir/$name.section
		if [ -e "$section" ]; then
			cat "$section"
		else
			printf '\n## %s: not run\n\n%s\n' "$name" "$(sed -n '4s/^# *//p' "$campaign_top/tests/campaign/$name")"
		fi
	done < <(campaign_names "$campaign_top")
}

# TOP DIR SECONDS NAME...: runs the items with logs below DIR and writes DIR/report.md.
campaign_run()
{
	local name began status
	campaign_top=$1 campaign_dir=$2 campaign_seconds=$3
	shift 3
	mkdir -p "$campaign_dir"
	for name; do
		report_step "$name"
		began=$SECONDS status=0
		"$campaign_top/tests/campaign/$name" "$campaign_seconds" >"$campaign_dir/$name.log" 2>&1 </dev/null || status=$?
		if campaign_section "$name" "$status" $((SECONDS - began)) "$campaign_dir/$name.log" >"$campaign_dir/$name.section"; then
			report_count 1 0
			report_note "$(tail -n 1 "$campaign_dir/$name.log")"
		else
			report_count 0 1
			report_log_tail "$campaign_dir/$name.log"
		fi
		campaign_report >"$campaign_dir/report.md"
	done
	report_note "report: $campaign_dir/report.md"
}
