# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# Runs what documents.awk took out of documents: each document has a shell for each of its users,
# as a person would, in a directory of that user's own; what the shell prints is compared with the
# document. There "..." alone on a line stands for any number of lines, "…" for any part of one.

transcript_end='=end-of-the-command='
declare -A transcript_in=() transcript_out=() transcript_pids=()

# USER: a shell of that user, with its terminal's place taken by two pipes.
transcript_shell()
{
	local user=$1 in out home
	[ -z "${transcript_in[$user]-}" ] || return 0
	home=$(getent passwd "$user" | cut -d: -f6)
	mkdir -p "$home/work"
	chown "$user:" "$home/work"
	mkfifo "/run/transcript.$user.in" "/run/transcript.$user.out"
	(
		cd "$home/work" || exit
		exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- \
			env HOME="$home" USER="$user" LOGNAME="$user" bash --norc -O expand_aliases \
			<"/run/transcript.$user.in" >"/run/transcript.$user.out" 2>&1
	) &
	transcript_pids[$user]=$!
	exec {in}>"/run/transcript.$user.in" {out}<"/run/transcript.$user.out"
	rm "/run/transcript.$user.in" "/run/transcript.$user.out"
	transcript_in[$user]=$in
	transcript_out[$user]=$out
}

transcript_close()
{
	local user fd
	# All before any is waited for: a shell has the ends of those that were there before it.
	for user in "${!transcript_in[@]}"; do
		fd=${transcript_in[$user]}
		exec {fd}>&-
	done
	for user in "${!transcript_in[@]}"; do
		wait "${transcript_pids[$user]}" || true
		fd=${transcript_out[$user]}
		exec {fd}<&-
	done
	transcript_in=() transcript_out=() transcript_pids=()
}

# USER COMMAND: what the shell prints for it is left in $said.
transcript_type()
{
	local in out line
	transcript_shell "$1"
	in=${transcript_in[$1]}
	out=${transcript_out[$1]}
	# The status is the next command's to ask for.
	# shellcheck disable=SC2016 # of the other shell
	printf '{\n%s\n} </dev/null\ntranscript=$?; printf "\\n%s\\n"; (exit $transcript)\n' "$2" \
		"$transcript_end" >&"$in"
	said=
	while IFS= read -r -t 150 line <&"$out"; do
		if [ "$line" = "$transcript_end" ]; then
			said=${said%$'\n'}
			return 0
		fi
		said+=$line$'\n'
	done
	said+="(and then nothing for 150 s)"$'\n'
	return 1
}

# The names of leases, points in time and such differ from run to run.
transcript_normalise()
{
	sed -E -e 's/[[:space:]]+$//' -e 's/\bl[0-9a-f]{16}\b/lLEASE/g' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{5,8}( [A-Z]+)?/TIME/g'
}

# Standard input, lines as a document has them: the extended regular expression that they are.
transcript_pattern()
{
	transcript_normalise | LC_ALL=C awk -v dots='…' '
		BEGIN { printf "^" }
		/^ *[.][.][.]$/ { printf "([^\n]*\n)*"; next }
		{
			gsub(/[].[\\*^$+?(){}|]/, "\\\\&")
			gsub(dots, "[^\n]*")
			printf "%s\n", $0
		}
		END { printf "$" }'
}

# COMMAND: what it said calls for another attempt; a case may have other words for that.
transcript_is_early()
{
	[[ $said == *'in a moment'* || $said == *'wait for its end'* || $said == *'is being given back'* ]]
}

# DOCUMENT LINE USER COMMAND EXPECTED
transcript_command()
{
	local text="$1:$2: ${4%%$'\n'*}" pattern got try
	[ "$3" != root ] || text+=' (root)'
	pattern=$(printf '%s' "$5" | transcript_pattern; printf x)
	pattern=${pattern%x}
	# A person types too slowly to meet a device that is just on its way back.
	for ((try = 0; try < 20; try++)); do
		transcript_type "$3" "$4" || { not_ok "$text does not end"; return; }
		transcript_is_early "$4" || break
		sleep 1
	done
	got=$(printf '%s' "$said" | transcript_normalise; printf x)
	got=${got%x}
	if [[ $got =~ $pattern ]]; then
		ok "$text"
	else
		not_ok "$text"
		diff -U 100 <(printf '%s' "$5" | transcript_normalise) <(printf '%s' "$got") |
			tail -n +3 | sed 's/^/# /' || true
	fi
}

# COMMAND...: called before each document. Standard input: the records of documents.awk.
transcript_run()
{
	local tag rest document line='' user='' command='' expected='' file=''
	while IFS= read -r -u 9 rest; do
		tag=${rest%% *}
		rest=${rest#? }
		[[ $tag == [\>=T] ]] || transcript_flush
		case $tag in
		D)
			transcript_close
			document=$rest
			"$@"
			;;
		F)
			transcript_shell alice
			file=~alice/work/${rest#* }
			: >"$file"
			chown alice: "$file"
			;;
		T) printf '%s\n' "$rest" >>"$file" ;;
		C) line=${rest%% *} user=${rest#* } command='' expected='' ;;
		'>') command+=${command:+$'\n'}$rest ;;
		=) expected+=$rest$'\n' ;;
		esac
	done 9<&0 </dev/null
	transcript_flush
	transcript_close
}

transcript_flush()
{
	[ -n "$command" ] || return 0
	transcript_command "$document" "$line" "$user" "$command" "$expected"
	command=
}
